"""The peers of D1: datacompy, which compares two frames by key and column, on pandas or on Polars."""

from __future__ import annotations

import sys

import datacompy


def main() -> None:
    """Print the peer's own report."""
    kind, before, after, key = sys.argv[1:5]
    if kind == "polars":
        import polars as pl  # noqa: PLC0415 - one of the two

        compare = datacompy.PolarsCompare(pl.read_parquet(before), pl.read_parquet(after), join_columns=key)
    else:
        import pandas as pd  # noqa: PLC0415 - one of the two

        made = getattr(datacompy, "PandasCompare", None) or datacompy.Compare
        compare = made(pd.read_parquet(before), pd.read_parquet(after), join_columns=key)
    print(compare.report())


if __name__ == "__main__":
    main()
