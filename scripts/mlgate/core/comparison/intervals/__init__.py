"""The intervals: one method a module, from counts and influence values to limits and p-values."""
