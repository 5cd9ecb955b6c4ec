"""Git as the outside."""
