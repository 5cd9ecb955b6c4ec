"""Predictions, holdout and baselines as files."""
