"""What a version's bundle holds. Pure."""
