"""The user's command, or an estimator, and what it leaves."""
