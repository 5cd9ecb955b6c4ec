"""What is promoted, and why not. Pure."""
