"""The floor of V1 to V4: what somebody who knows the table would write, and no more. Exits 1 if a check fails.

validate_data.py FILE [MEMORY_LIMIT]
"""

# ruff: noqa: S608 - our own file

from __future__ import annotations

import sys
import tempfile

import duckdb

TYPES = {
    **dict.fromkeys(("id", "age", "num_orders", "visits", "label"), "BIGINT"),
    **dict.fromkeys(("score", "income", "balance", "lat", "lon", "feature_x"), "DOUBLE"),
    "signup_date": "DATE",
    "last_seen": "TIMESTAMP",
}
ORDER = (
    *("id", "email", "code", "country", "status", "segment", "signup_date", "last_seen", "age", "num_orders"),
    *("visits", "score", "income", "balance", "lat", "lon", "name", "city", "label", "feature_x"),
)
SCHEMA = {name: TYPES.get(name, "VARCHAR") for name in ORDER}
COUNTRIES = tuple(f"{a}{b}" for a in "ABCDE" for b in "QRST")
CHECKS = (
    *(f"{name} IS NULL" for name in ("id", "code", "country", "status", "signup_date", "age", "label", "name")),
    "age < 18 OR age > 99",
    "num_orders < 0 OR num_orders > 500",
    "visits < 0 OR visits > 10000",
    "score < 0 OR score > 1",
    "income < 0 OR income > 1e7",
    "balance < -1e5 OR balance > 1e5",
    "lat < -90 OR lat > 90",
    "lon < -180 OR lon > 180",
    f"country NOT IN {COUNTRIES}",
    "status NOT IN ('active', 'inactive', 'pending', 'closed')",
    "segment NOT IN ('basic', 'plus', 'pro', 'team', 'enterprise', 'trial')",
    "label NOT IN (0, 1)",
    "NOT regexp_full_match(email, '[a-z0-9.]+@[a-z]+\\.[a-z]{2,3}')",
    "NOT regexp_full_match(code, '[A-Z]{2}-[0-9]{6}')",
    "length(name) < 1 OR length(name) > 40",
    "length(city) < 1 OR length(city) > 60",
    "signup_date < DATE '2015-01-01' OR signup_date > DATE '2024-12-31'",
    "last_seen < TIMESTAMP '2015-01-01' OR last_seen > TIMESTAMP '2024-12-31 23:59:59'",
)


def main() -> bool:
    """Return whether everything is right."""
    path, *limit = sys.argv[1:]
    if limit:
        duckdb.execute(f"SET memory_limit = '{limit[0]}'; SET temp_directory = '{tempfile.mkdtemp()}'")
    if path.endswith(".parquet"):
        table = f"read_parquet('{path}')"
        found = {name: kind for name, kind, *_ in duckdb.execute(f"DESCRIBE FROM {table}").fetchall()}
        if found != SCHEMA:
            return False
    elif path.endswith(".jsonl"):
        table = f"read_json('{path}', format='newline_delimited', columns={SCHEMA})"
    else:
        table = (
            f"read_csv('{path}', header=true, auto_detect=false, delim=',', quote='\"', escape='\"', columns={SCHEMA})"
        )
    counts = ", ".join(f"count_if({check})" for check in CHECKS)
    others = (
        "count(id) - count(DISTINCT id), avg(income), avg(score), count_if(visits IS NULL), count_if(email IS NULL)"
    )
    row = duckdb.execute(f"SELECT count(*), {others}, {counts} FROM {table}").fetchone()
    assert row is not None
    rows, doubled, income, score, visits, email, *broken = row
    means = 30_000 <= income <= 60_000 and 0.3 <= score <= 0.5
    return means and max(visits, email) <= 0.05 * rows and 1000 <= rows <= 1e8 and not doubled and not any(broken)


sys.exit(0 if main() else 1)
