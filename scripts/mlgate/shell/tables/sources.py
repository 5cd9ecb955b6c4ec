"""From a table of the configuration to its files: those of a path, a glob, or an address, sorted by their names."""

from __future__ import annotations

import glob
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.data.globs import is_glob
from mlgate.core.data.source import Compression, Format, SourceProblem, TableSource
from mlgate.core.lock import digest_of_files
from mlgate.shell.digests import file_digest
from mlgate.shell.links import is_led_out, leads_out
from mlgate.shell.tables.files import COMPRESSIONS, EXTENSIONS, Unreadable, is_odd, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlgate.core.config.model import Table
    from mlgate.shell.base.policy import Judge

MOST_FILES = 10_000


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where tables are looked for.

    Attributes:
        folder: The configuration's.
        within: Links of a glob must not lead out of it: the repository, or the folder itself.
        downloads: Where objects of a store are put.
        env: Where the store's credentials are.
    """

    folder: Path
    within: Path
    downloads: Path
    env: Mapping[str, str] = field(default_factory=dict)


def place_of(judge: Judge, downloads: Path, env: Mapping[str, str]) -> Place:
    """Return where the tables of the configuration that is judged are looked for."""
    within = judge.git.root if judge.git is not None else judge.config_folder
    return Place(folder=judge.config_folder, within=within, downloads=downloads, env=env)


def is_address(path: str) -> bool:
    """Return whether a table's path is an address of a store."""
    return "://" in path


def is_ordinary(table: Table) -> bool:
    """Return whether a table is one local file that any reader understands: nothing has to be done before."""
    is_here = not is_address(table.path) and not is_glob(table.path)
    path = Path(table.path)
    default = TableSource(path=table.path, files=(table.path,), format=EXTENSIONS.get(path.suffix.lower(), Format.CSV))
    is_told = table.format in (None, default.format) and table.compression in (None, Compression.NONE)
    has_dialect = replace(default, dialect=table.dialect).has_dialect
    return is_here and is_told and not has_dialect and path.suffix.lower() not in COMPRESSIONS


def resolve(table: Table, place: Place) -> TableSource:
    """Return the files of a table; a table that has none says why in `problem`."""
    try:
        files, names = _files(table.path, place)
        form, compression = _written(table, names)
    except Unreadable as error:
        problem = SourceProblem(message=error.message, remedy=error.remedy, reason=error.reason)
        return TableSource(path=table.path, dialect=table.dialect, problem=problem)
    return TableSource(
        path=table.path, files=files, names=names, format=form, compression=compression, dialect=table.dialect
    )


def _files(path: str, place: Place) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if is_address(path):
        from mlgate.shell.tables import remote  # noqa: PLC0415 - only where a table is remote

        return remote.download(path, place.downloads, place.env)
    if not is_glob(path) or (place.folder / path).is_file():
        if is_odd(place.folder / path):
            raise Unreadable(f"{path} is not a regular file", remedy="Name the file itself.")
        if is_led_out(place.folder, path, place.within):
            raise _link_out(path)
        return (str((place.folder / path).absolute()),), (path,)
    names = matching(path, place)
    return tuple(str((place.folder / name).absolute()) for name in names), names


def matching(pattern: str, place: Place) -> tuple[str, ...]:
    """Return the files that a glob names, sorted; hidden ones are none of them.

    Raises:
        Unreadable: There are none, too many, or one is a link that leads out of the repository.
    """
    names = files_of(pattern, place.folder)
    if not names:
        raise _no_match(pattern, place)
    if len(names) > MOST_FILES:
        raise Unreadable(f"{pattern} names {len(names):,} files, more than {MOST_FILES:,}", remedy="Join some of them.")
    for name in names:
        if leads_out(place.folder / name, place.within):
            raise _link_out(name)
    return names


def _link_out(name: str) -> Unreadable:
    remedy = "Put the file itself there; where DVC made the link, run `dvc config cache.type copy` and `dvc checkout`."
    return Unreadable(f"{name} is a link that leads out of the repository", remedy=remedy)


def files_of(pattern: str, folder: Path) -> tuple[str, ...]:
    """Return the files that a glob names, sorted; hidden ones are none of them."""
    found = {Path(name).as_posix() for name in _glob(pattern, folder) if (folder / name).is_file()}
    return tuple(sorted(found))


def _glob(pattern: str, folder: Path) -> Iterator[str]:
    # `Path.glob` finds hidden files, and goes through links to folders only in newer versions of Python.
    return glob.iglob(pattern, root_dir=folder, recursive=True)  # noqa: PTH207 - as said above


def _no_match(pattern: str, place: Place) -> Unreadable:
    if any(_glob(f"{pattern}.dvc", place.folder)):
        message = f"no file matches {pattern}: it has not been pulled, only pointers of DVC are here"
        return Unreadable(message, remedy="Run `dvc pull`.", reason="data-not-pulled")
    return Unreadable(f"no file matches {pattern}", remedy="Correct the pattern, or add the files.")


def _written(table: Table, names: Sequence[str]) -> tuple[Format, Compression]:
    """Return format and compression: declared, or told by the extensions, which must then be alike."""
    if table.format is not None and table.compression is not None:
        return table.format, table.compression
    if table.format is not None:
        return table.format, _told_compression(names)
    forms = {told(Path(name)) for name in names}
    if len(forms) > 1:
        raise Unreadable(
            f"the files of {table.path} are not of one kind",
            remedy="Let the pattern name files of one kind, or declare `format` and `compression`.",
        )
    form, compression = forms.pop()
    return form, table.compression or compression


def _told_compression(names: Sequence[str]) -> Compression:
    found = {COMPRESSIONS.get(Path(name).suffix.lower(), Compression.NONE) for name in names}
    if len(found) > 1:
        raise Unreadable("some files are compressed and others not", remedy="Declare `compression`.")
    return found.pop()


def digest_of(source: TableSource) -> str | None:
    """Return the digest of a table's bytes, or None where they cannot be read."""
    found = {name: _file_digest(Path(file)) for name, file in zip(source.names, source.files, strict=True)}
    digests = {name: digest for name, digest in found.items() if digest is not None}
    return digest_of_files(digests) if digests and len(digests) == len(found) else None


def _file_digest(path: Path) -> str | None:
    try:
        if not path.is_file():  # a pipe or a device may have no end
            return None
        return file_digest(path)
    except (OSError, ValueError):
        return None
