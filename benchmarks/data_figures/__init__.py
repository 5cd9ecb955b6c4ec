"""The figures of `benchmarks/data.py`."""
