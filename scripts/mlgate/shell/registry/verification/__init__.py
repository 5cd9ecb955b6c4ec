"""All that `verify` looks at, and signatures."""
