"""How far a distribution has moved: effects with their sampling error, and tests beside them."""
