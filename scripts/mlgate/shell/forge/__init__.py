"""The host of the repository: its API and our comment."""
