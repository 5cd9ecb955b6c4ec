"""The rules for a whole table: what each needs from the one scan, and what the answers mean."""
