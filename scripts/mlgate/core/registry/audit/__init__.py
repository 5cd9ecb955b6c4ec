"""What is wrong with a registry. Pure."""
