"""Tables against contracts, in a child process with limits."""
