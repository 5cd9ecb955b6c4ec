"""The floor of D1: keys and a hash of each row into arrays, sorted and searched; nothing about columns."""

from __future__ import annotations

import sys

import duckdb
import numpy as np


def main() -> None:
    """Print how many rows are gone, new and changed."""
    before, after, key = sys.argv[1:4]
    connection = duckdb.connect()
    (old_keys, old), (new_keys, new) = (_sorted(connection, path, key) for path in (before, after))
    places = np.minimum(np.searchsorted(new_keys, old_keys), len(new_keys) - 1)
    both = new_keys[places] == old_keys
    changed = int((old[both] != new[places[both]]).sum())
    print(int((~both).sum()), len(new_keys) - int(both.sum()), changed)


def _sorted(connection: duckdb.DuckDBPyConnection, path: str, key: str) -> tuple[np.ndarray, np.ndarray]:
    names = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()]  # noqa: S608 - our own
    cells = ", ".join(name for name in names if name != key)
    rows = connection.execute(f"SELECT {key} AS k, hash({cells}) AS h FROM '{path}'").fetchnumpy()  # noqa: S608 - our own
    order = np.argsort(rows["k"])
    return rows["k"][order], rows["h"][order]


if __name__ == "__main__":
    main()
