"""How many rows a question needs, and what a holdout of a given size can tell: before anything is trained."""
