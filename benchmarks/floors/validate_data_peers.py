"""The 33 checks of V1 and V2 by a peer, as its documentation says. Exits 1 if a check fails.

    validate_data_peers.py polars|dataframely|pandera|pointblank FILE

Run it with a Python that has the peer; none of them is a part of the product.
"""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import Any

import polars as pl

TEXT, WHOLE, REAL = pl.String, pl.Int64, pl.Float64
SCHEMA: dict[str, Any] = {
    "id": WHOLE,
    "email": TEXT,
    "code": TEXT,
    "country": TEXT,
    "status": TEXT,
    "segment": TEXT,
    "signup_date": pl.Date,
    "last_seen": pl.Datetime("us"),
    "age": WHOLE,
    "num_orders": WHOLE,
    "visits": WHOLE,
    "score": REAL,
    "income": REAL,
    "balance": REAL,
    "lat": REAL,
    "lon": REAL,
    "name": TEXT,
    "city": TEXT,
    "label": WHOLE,
    "feature_x": REAL,
}
FILLED = ("id", "code", "country", "status", "signup_date", "age", "label", "name")
RANGES: dict[str, tuple[Any, Any]] = {
    "age": (18, 99),
    "num_orders": (0, 500),
    "visits": (0, 10000),
    "score": (0, 1),
    "income": (0, 1e7),
    "balance": (-1e5, 1e5),
    "lat": (-90, 90),
    "lon": (-180, 180),
    "signup_date": (date(2015, 1, 1), date(2024, 12, 31)),
    "last_seen": (datetime(2015, 1, 1), datetime(2024, 12, 31, 23, 59, 59)),  # noqa: DTZ001 - as in the file
}
AMONG: dict[str, list[Any]] = {
    "country": [f"{a}{b}" for a in "ABCDE" for b in "QRST"],
    "status": ["active", "inactive", "pending", "closed"],
    "segment": ["basic", "plus", "pro", "team", "enterprise", "trial"],
    "label": [0, 1],
}
PATTERNS = {"email": r"^[a-z0-9.]+@[a-z]+\.[a-z]{2,3}$", "code": r"^[A-Z]{2}-[0-9]{6}$"}
LENGTHS = {"name": (1, 40), "city": (1, 60)}
MEANS = {"income": (30_000, 60_000), "score": (0.3, 0.5)}
NULLS = {"visits": 0.05, "email": 0.05}
ROWS = (1000, 100_000_000)


def table(path: str) -> pl.LazyFrame:
    """Return the file, lazily, with its columns' types declared."""
    return pl.scan_parquet(path) if path.endswith(".parquet") else pl.scan_csv(path, schema=SCHEMA)


def whole_table() -> dict[str, pl.Expr]:
    """Return what is said of the table as a whole."""
    return {
        "rows": pl.len().is_between(*ROWS),
        **{f"mean_{name}": pl.col(name).mean().is_between(*limits) for name, limits in MEANS.items()},
        **{f"nulls_{name}": pl.col(name).null_count() / pl.len() <= limit for name, limit in NULLS.items()},
    }


def polars(path: str) -> bool:
    """Say it in one lazy query, by hand."""
    col = pl.col
    broken = [
        *(col(name).is_null() for name in FILLED),
        *(~col(name).is_between(*limits) for name, limits in RANGES.items()),
        *(~col(name).is_in(values) for name, values in AMONG.items()),
        *(~col(name).str.contains(pattern) for name, pattern in PATTERNS.items()),
        *(~col(name).str.len_chars().is_between(*limits) for name, limits in LENGTHS.items()),
    ]
    right = [~condition.any() for condition in broken]
    right += [col("id").is_duplicated().any().not_(), *whole_table().values()]
    frame = table(path)
    asked = frame.select(right[i].alias(str(i)) for i in range(len(right))).collect(engine="streaming")
    return dict(frame.collect_schema()) == SCHEMA and all(asked.row(0))


def dataframely(path: str) -> bool:
    """Say it as a schema of dataframely."""
    import dataframely as dy  # noqa: PLC0415 - one of several peers

    kinds = {TEXT: dy.String, WHOLE: dy.Int64, REAL: dy.Float64, pl.Date: dy.Date}
    names: dict[str, Any] = {}
    for name, kind in SCHEMA.items():
        options: dict[str, Any] = {"nullable": name not in FILLED}
        if name in RANGES:
            options["min"], options["max"] = RANGES[name]
        if name in LENGTHS:
            options["min_length"], options["max_length"] = LENGTHS[name]
        if name in PATTERNS:
            options["regex"] = PATTERNS[name]
        if name in AMONG:
            options["check"] = lambda value, among=AMONG[name]: value.is_in(among)
        if name == "id":
            options["unique"] = True
        names[name] = kinds.get(kind, dy.Datetime)(**options)
    for name, rule in whole_table().items():
        names[name] = dy.rule()(lambda _, rule=rule: rule)
    rows: Any = type("Rows", (dy.Schema,), names)
    return bool(rows.is_valid(table(path)))


def pandera(path: str) -> bool:
    """Say it as a schema of pandera for Polars."""
    import pandera.polars as pa  # noqa: PLC0415 - one of several peers

    columns = {}
    for name, kind in SCHEMA.items():
        checks = [pa.Check.in_range(*RANGES[name])] if name in RANGES else []
        checks += [pa.Check.isin(AMONG[name])] if name in AMONG else []
        checks += [pa.Check.str_matches(PATTERNS[name])] if name in PATTERNS else []
        checks += [pa.Check.str_length(*LENGTHS[name])] if name in LENGTHS else []
        columns[name] = pa.Column(kind, checks, nullable=name not in FILLED, unique=name == "id")
    rules = [pa.Check(lambda data, rule=rule: data.lazyframe.select(rule)) for rule in whole_table().values()]
    try:
        pa.DataFrameSchema(columns, checks=rules, strict=True).validate(table(path).collect(), lazy=True)
    except pa.errors.SchemaErrors:
        return False
    return True


def pointblank(path: str) -> bool:
    """Say it as steps of pointblank; means and parts of nulls it takes from Polars."""
    import pointblank as pb  # noqa: PLC0415 - one of several peers

    frame = table(path).collect()
    steps = pb.Validate(frame).rows_distinct(["id"]).col_vals_not_null(list(FILLED))
    for name, (low, high) in RANGES.items():
        steps = steps.col_vals_between(name, low, high, na_pass=True)
    for name, values in AMONG.items():
        steps = steps.col_vals_in_set(name, [*values, None])
    for name, pattern in PATTERNS.items():
        steps = steps.col_vals_regex(name, pattern, na_pass=True)
    for name, (low, high) in LENGTHS.items():
        steps = steps.col_vals_expr(pl.col(name).str.len_chars().is_between(low, high).fill_null(value=True))
    others = frame.select(**whole_table()).row(0)
    return dict(frame.schema) == SCHEMA and bool(steps.interrogate().all_passed()) and all(others)


if __name__ == "__main__":
    peers = {"polars": polars, "dataframely": dataframely, "pandera": pandera, "pointblank": pointblank}
    sys.exit(0 if peers[sys.argv[1]](sys.argv[2]) else 1)
