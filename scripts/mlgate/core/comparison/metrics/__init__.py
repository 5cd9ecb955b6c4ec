"""The metrics: their names, values, undefined cases and influence values."""
