"""Which commit judges, its policy, and the digest of what a model depends on."""
