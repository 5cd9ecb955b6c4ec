"""How a blob is named as an asset of a release: by its digest, for programs, and by its file's name, for people."""

from __future__ import annotations

import re
from dataclasses import dataclass

PART_BYTES = int(1.9 * 2**30)  # GitHub's limit is 2 GiB, and reports say that exactly 2 GiB fail
_PART = re.compile(r"\.part-(\d{1,3})-of-(\d{1,3})")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A range of a blob that is one asset."""

    name: str
    offset: int
    size: int


def pieces(digest: str, file: str, size: int, limit: int = PART_BYTES) -> tuple[Piece, ...]:
    """Return the assets that a blob is stored as: one, or parts if it is larger than a forge takes."""
    name = f"{prefix(digest)}-{safe(file)}"
    if size <= limit:
        return (Piece(name=name, offset=0, size=size),)
    count = -(-size // limit)
    return tuple(
        Piece(name=f"{name}.part-{i + 1}-of-{count}", offset=i * limit, size=min(limit, size - i * limit))
        for i in range(count)
    )


def in_order(digest: str, names: list[str]) -> list[str] | None:
    """Return which of a release's assets are a blob, in the order of their bytes; None if it is not whole there."""
    mine = [name for name in names if name.startswith(f"{prefix(digest)}-")]
    whole = [name for name in mine if not _PART.search(name)]
    if whole:
        return whole[:1]
    numbered = {int(found[1]): (name, int(found[2])) for name in mine if (found := _PART.search(name))}
    count = next(iter(numbered.values()))[1] if numbered else 0
    if not count or sorted(numbered) != list(range(1, count + 1)):
        return None
    return [numbered[number][0] for number in range(1, count + 1)]


def prefix(digest: str) -> str:
    """Return how the names of a blob's assets start."""
    return f"sha256-{digest}"


def safe(file: str) -> str:
    """Return a file's name as forges keep it: they rename what has other characters, or dots at its ends."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", file.replace(".part-", "-part-"))[:100].strip(".-") or "file"
