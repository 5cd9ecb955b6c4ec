"""What a lock says: sha256 of each file, by table, and of judging files that are no tables."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "mlgate.lock"


@dataclass(frozen=True, kw_only=True)
class PinnedTable:
    """One table.

    Attributes:
        files: sha256 of each of its files, by name.
        rows: How many; None for a table of several files, so that pull requests that add different ones can be merged.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    rows: int | None = None

    @property
    def digest(self) -> str:
        """Return the digest of the table, as in `data.json`."""
        return digest_of_files(self.files)


@dataclass(frozen=True, kw_only=True)
class Lock:
    """All that is fixed. Names are relative to the configuration's folder.

    Attributes:
        tables: By name in the configuration.
        files: sha256 of each judging file that is no table, by name.
    """

    tables: Mapping[str, PinnedTable] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Return the names of all files that are fixed."""
        return frozenset(self.files).union(*(table.files for table in self.tables.values()))

    def digest(self, name: str) -> str | None:
        """Return the sha256 that a file is fixed to, whatever it is there for; None where it is not."""
        tables = (table.files[name] for table in self.tables.values() if name in table.files)
        return self.files.get(name) or next(tables, None)


def digest_of_files(digests: Mapping[str, str]) -> str:
    """Return the digest of a table, from those of its files by name.

    Of one file it is its own; of several, the sha256 over a line for each, `<sha256>  <name>`, sorted by name.
    """
    if len(digests) == 1:
        return next(iter(digests.values()))
    whole = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256(whole.encode(errors="surrogatepass")).hexdigest()
