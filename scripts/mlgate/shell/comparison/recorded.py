"""Holdout predictions as the registry keeps them: without labels, and with hashes in place of keys.

The file is CSV, compressed by gzip, one line a row: `key_sha256,prediction,score`. What stands under `key_sha256` is
the first 32 characters of the sha256 of the key as text; lines are sorted by it. Numbers have all their digits, so that
a comparison with the file is one with the predictions that were judged. A label of more than two classes has
`score_<class>` columns; a label that the contract hides has `class 0`, `class 1`, ... for its classes. A metric of the
user's has a column `own_<name>`.

The hashes have no salt: how many keys a new holdout shares with an old one must be countable. They keep keys from
whoever reads along. Whoever guesses a key can see whether it is there, as with any salt that lies beside them.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from mlgate.core.documents.shared import Reason
from mlgate.errors import OutsideError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from mlgate.core.comparison.sides import Predictions, Truth
    from mlgate.shell.comparison.holdout import HoldoutTable

KEY = "key_sha256"
OWN = "own_"  # before the name of a metric of the user's: its number of each row
HASH_CHARACTERS = 32
MOST_BYTES = 20_000_000
MOST_EXPANDED = 400_000_000  # what may come out of a file: an altered one must not fill the disk
MOST_ROWS = MOST_BYTES // (HASH_CHARACTERS // 2)  # no compression takes less for a hash
LEVEL = 6
CHUNK = 1 << 20


def encode(table: HoldoutTable, truth: Truth, predictions: Predictions) -> bytes | None:
    """Return one side's predictions as the registry keeps them; None where they would take more than 20 MB."""
    if truth.n > MOST_ROWS:
        return None
    columns = _columns(truth, predictions)
    hashes = key_hashes(table)
    raw = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=LEVEL, filename="", mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="") as text,
    ):
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([KEY, *columns])
        order = np.argsort(hashes)
        writer.writerows(zip(*(cells[order].tolist() for cells in (hashes, *columns.values())), strict=True))
    data = raw.getvalue()
    return data if len(data) <= MOST_BYTES else None


def key_hashes(table: HoldoutTable) -> NDArray[Any]:
    """Return the hash of each key of a holdout, in key order."""
    found = table.database.execute(f"SELECT {hash_of('key')} AS x FROM {table.name} ORDER BY pos")  # noqa: S608 - own
    return np.asarray(found.fetchnumpy()["x"]).astype(f"U{HASH_CHARACTERS}")


def hash_of(key: str) -> str:
    """Return SQL for the hash of a key."""
    return f"left(sha256({key}::VARCHAR), {HASH_CHARACTERS})"


def _columns(truth: Truth, predictions: Predictions) -> dict[str, NDArray[Any]]:
    columns: dict[str, NDArray[Any]] = {}
    if predictions.codes is not None:
        columns["prediction"] = np.asarray(truth.names, dtype=object)[predictions.codes]
    if predictions.values is not None:
        columns["prediction"] = predictions.values
    if predictions.scores is not None and predictions.scores.ndim == 1:
        columns["score"] = predictions.scores
    if predictions.scores is not None and predictions.scores.ndim == 2:
        columns |= {f"score_{name}": predictions.scores[:, k] for k, name in enumerate(truth.names)}
    own = {name: found for name, found in predictions.own.items() if not isinstance(found, Reason)}
    return columns | {OWN + name: found for name, found in own.items()}


def unpack(data: bytes, target: Path) -> Path:
    """Write the CSV that a recorded file holds.

    Raises:
        OutsideError: `baseline-missing`, if it is none.
    """
    with target.open("wb") as file:
        for part in _expanded(data):
            file.write(part)
    return target


def hashes_in(data: bytes) -> frozenset[str]:
    """Return the hashes of the keys that a recorded file has.

    Raises:
        OutsideError: `baseline-missing`, if it is none.
    """
    lines = b"".join(_expanded(data)).split(b"\n")[1:]
    return frozenset(line[:HASH_CHARACTERS].decode(errors="replace") for line in lines if line)


def _expanded(data: bytes) -> Iterator[bytes]:
    size = 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            while part := file.read(CHUNK):
                size += len(part)
                if size > MOST_EXPANDED:
                    raise _damaged("it is far larger than the predictions of a holdout are")
                yield part
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(str(error)) from None


def lost(message: str) -> OutsideError:
    """Return the error about recorded predictions that cannot be had."""
    return OutsideError(
        message,
        remedy="`mlgate registry verify` names what is wrong; promote the model anew.",
        reason="baseline-missing",
    )


def _damaged(why: str) -> OutsideError:
    return lost(f"the recorded holdout predictions cannot be read: {why}")
