"""The tables of `benchmarks/statistics.py`: what is simulated, what is promised, and the page that shows both."""
