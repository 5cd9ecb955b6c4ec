"""The log in git."""
