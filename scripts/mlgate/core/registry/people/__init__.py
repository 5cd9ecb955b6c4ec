"""What people ask of the registry, and what they read. Pure."""
