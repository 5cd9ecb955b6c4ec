"""The reference profile of a file: what a table looked like when a version was made, for later data to be held to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.data.profile.request import ProfileRequest
from mlgate.core.data.source import Format
from mlgate.shell.digests import file_digest
from mlgate.shell.tables import engine, layout
from mlgate.shell.tables.files import header, one_file
from mlgate.shell.tables.preparing import prepared
from mlgate.shell.tables.profiling import profile_of
from mlgate.shell.tables.sides import side_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import duckdb

    from mlgate.core.data.source import TableSource
    from mlgate.core.documents.profile import Profile


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is to be described.

    Attributes:
        name: The table's, in the configuration.
        path: Its file.
        key: The column that names a row.
        shown: Whether values may stand in the profile.
        hidden: Columns whose values may not, in any case.
    """

    name: str
    path: Path
    key: str | None = None
    shown: bool = False
    hidden: Collection[str] = ()


def describe(subject: Subject, *, spill: Path) -> Profile:
    """Return the profile of a table.

    Raises:
        Unreadable: With a one-line cause.
    """
    asked = ProfileRequest(
        name=subject.name,
        keys=(subject.key,) if subject.key is not None else (),
        hidden=tuple(sorted(subject.hidden)),
        shown=subject.shown,
    )
    source = prepared(one_file(subject.path), spill / "plain")
    files = [Path(file) for file in source.files]
    with engine.reading(subject.path), engine.connect(files, spill=spill) as database:
        table = layout.table(database, source, _names(database, source))
        profile, _ = profile_of(database, side_of(database, table, "described"), asked)
    return replace(profile, digest=file_digest(subject.path))


def _names(database: duckdb.DuckDBPyConnection, source: TableSource) -> Sequence[str]:
    if source.format is Format.PARQUET:
        return ()
    if source.format is Format.JSON_LINES:
        return list(layout.json_properties(database, source))
    return header(Path(source.files[0]), source)
