"""CI/CD for machine-learning models inside GitHub Actions, with no server and no account."""

__version__ = "0.1.0"
