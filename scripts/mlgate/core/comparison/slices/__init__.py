"""Slices of the holdout: how a column divides it, the rules on each part, weak parts found unasked, and flips."""
