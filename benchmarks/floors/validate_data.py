"""The floor of `benchmarks/data.py`: what somebody who knows the table would write. Exits 1 if a check fails."""

from __future__ import annotations

import sys

import duckdb

CARRIERS = ("9E", "AA", "AS", "B6", "DL", "EV", "F9", "FL", "HA", "MQ", "OO", "UA", "US", "VX", "WN", "YV")
CHECKS = (
    "flight_id IS NULL",
    "month IS NULL",
    "day IS NULL",
    "carrier IS NULL",
    "origin IS NULL",
    "dest IS NULL",
    "distance IS NULL",
    "NOT regexp_matches(flight_id, '^[0-9]+-[A-Z0-9]{2}[0-9]+-[A-Z]{3}-[0-9]+$')",
    "length(flight_id) > 40",
    "month < 1 OR month > 12",
    "day < 1 OR day > 31",
    f"carrier NOT IN {CARRIERS}",
    "origin NOT IN ('EWR', 'JFK', 'LGA')",
    "length(dest) <> 3",
    "distance <= 0",
    "dep_delay < -60",
)
TABLE = f"read_parquet('{sys.argv[1]}')"
COUNTS = ", ".join(f"count_if({check})" for check in CHECKS)
KEY = "count(flight_id) - count(DISTINCT flight_id)"
NULLS = "count_if(dep_delay IS NULL)"

row = duckdb.execute(f"SELECT count(*), {NULLS}, {KEY}, {COUNTS} FROM {TABLE}").fetchone()  # noqa: S608 - our own file
assert row is not None
rows, nulls, doubled, *broken = row
sys.exit(1 if doubled or any(broken) or nulls > 0.05 * rows or rows < 100_000 else 0)
