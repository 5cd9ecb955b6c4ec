"""A message at a line of a file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """A message at a line of a file, shown beside it on the pull request. `level` is `error`, `warning` or `notice`."""

    level: str
    message: str
    title: str = "mlgate"
    file: str | None = None
    line: int | None = None
