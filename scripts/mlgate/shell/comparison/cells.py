"""Rows as the text that the holdout's identity is a digest of, where numpy writes it faster than the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Indices = NDArray[np.int64]

CHUNK = 65_536
LONGEST_KEY = 20  # characters of a whole number of 64 bits with its sign


def rows(keys: Indices, columns: Sequence[tuple[Indices, Sequence[bytes]]]) -> Iterator[bytes]:
    """Yield the text of rows: the key's cell, which starts with its length, then the cell of each column.

    Args:
        keys: Shape (n,).
        columns: The value of each row as an index into the cells of all values; no cell holds a zero byte.
    """
    lengths = np.array([f"{length}:".encode() for length in range(LONGEST_KEY + 1)])
    tables = [(codes, np.array(cells)) for codes, cells in columns]
    for start in range(0, len(keys), CHUNK):
        part = slice(start, start + CHUNK)
        written = keys[part].astype(f"S{LONGEST_KEY}")
        comma = np.full(len(written), b",")
        cells = [lengths[np.char.str_len(written)], written, comma, *(table[codes[part]] for codes, table in tables)]
        # Texts of one width are padded with zero bytes, and no other byte is zero.
        padded = np.concatenate([_bytes(cell) for cell in cells], axis=1).ravel()
        yield padded[padded != 0].tobytes()


def _bytes(texts: NDArray[Any]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), -1)
