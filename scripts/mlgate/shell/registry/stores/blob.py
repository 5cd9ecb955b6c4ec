"""What every store does with bytes: hash them on the way, compare, and show nobody a part of a file."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.errors import OutsideError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CHUNK = 2**20


def checked(digest: str) -> str:
    """Return a digest that is one: it becomes a part of paths and addresses."""
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise ValueError(f"{digest!r:.80} is no sha256")
    return digest


def missing(store: str, digest: str, label: str) -> OutsideError:
    """Return the error for bytes that a record names and a store has not."""
    return OutsideError(
        f"{_named(digest, label)} is not in the {store} store: it was deleted there, or never arrived",
        remedy="Restore it from a copy; the digest tells the right bytes. Or promote the version's commit again.",
        reason="blob-missing",
    )


def altered(store: str, digest: str, label: str) -> OutsideError:
    """Return the error for bytes that are not those that a record names."""
    return OutsideError(
        f"{_named(digest, label)}: the {store} store has other bytes under this digest",
        remedy="Do not use it. Restore it from a copy with that digest, and find out who could write there.",
        reason="blob-altered",
    )


def failed(store: str, happened: str, remedy: str) -> OutsideError:
    """Return the error for a store that did not take or give bytes."""
    return OutsideError(f"the {store} store {happened}", remedy=remedy, reason="store-failed")


def _named(digest: str, label: str) -> str:
    return f"{label} (sha256 {digest})" if label else f"the blob with sha256 {digest}"


def fill(chunks: Iterable[bytes], digest: str, size: int, to: Path, *, store: str, label: str) -> None:
    """Write chunks to a new file at `to` if they are the bytes that a record names; else leave nothing.

    Raises:
        OutsideError: `blob-altered`, or `store-failed` if the disk does not take them.
    """
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".mlgate-", dir=to.parent)
        with _removed_unless_renamed(Path(name)), os.fdopen(handle, "wb") as target:
            if not _is(chunks, digest, size, target.write):
                raise altered(store, digest, label)
            target.flush()
            os.fsync(target.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(to)
    except OSError as error:
        raise failed(
            store, f"has the bytes, and {to} cannot be written: {error.strerror}", "Free space, and run it again."
        ) from None


def _is(chunks: Iterable[bytes], digest: str, size: int, write: object) -> bool:
    seen, found = 0, hashlib.sha256()
    for chunk in chunks:
        seen += len(chunk)
        if seen > size:
            return False
        found.update(chunk)
        write(chunk)  # type: ignore[operator]
    return seen == size and found.hexdigest() == digest


@contextlib.contextmanager
def _removed_unless_renamed(path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
