"""Finding the verdict of what was pushed, and promoting what it judged."""
