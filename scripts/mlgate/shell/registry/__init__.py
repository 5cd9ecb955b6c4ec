"""The registry as the outside: the log in git, the stores of bytes, signatures."""
