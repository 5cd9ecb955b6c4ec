"""`mlgate.lock` on disk and at the base, and the one that would fix what is there."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core import lock as locks
from mlgate.core.config.node import MAX_BYTES
from mlgate.core.data.request import ScanRequest
from mlgate.core.data.source import TableSource
from mlgate.core.gate import inputs
from mlgate.core.lock import NAME, Lock, PinnedTable
from mlgate.errors import InputError
from mlgate.shell.links import leads_out
from mlgate.shell.tables.pointers import checkout_of, pulled
from mlgate.shell.tables.sources import digest_of, place_of, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.config.model import Config, Table
    from mlgate.shell.base.policy import Judge


def load(judge: Judge) -> Lock | None:
    """Return the working copy's lock; None where it has none.

    Raises:
        ConfigError: With every mistake in it.
        InputError: It cannot be read.
    """
    path = judge.config_folder / NAME
    if leads_out(path, judge.git.root if judge.git is not None else judge.config_folder):
        raise InputError(f"{NAME} is a link that leads out of the repository", remedy="Replace it by the file itself.")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{NAME} cannot be read: {error.strerror}", remedy="Correct its permissions.") from None
    return locks.parse(data, inputs.join(judge.prefix, NAME))


def at_base(judge: Judge) -> Lock | None:
    """Return the lock of the commit that judges; None where there is none.

    Raises:
        ConfigError: With every mistake in it.
    """
    data = judge.base_bytes(NAME)
    return None if data is None else locks.parse(data, f"base:{inputs.join(judge.prefix, NAME)}")


def judging(judge: Judge) -> Lock | None:
    """Return the lock that tables are held against: the working copy's, and where that was removed the base's.

    Raises:
        ConfigError: With every mistake in it.
    """
    return load(judge) or at_base(judge)


def made(config: Config, judge: Judge, env: Mapping[str, str], *, rows: bool) -> Lock:
    """Return the lock that fixes all tables, and the judging files that git does not track, as they are.

    Args:
        config: The working copy's configuration.
        judge: Where it lies.
        env: For stores, and for the scans that count rows.
        rows: Whether to count rows.

    Raises:
        InputError: Something that is to be fixed is not there, or is no table.
    """
    with tempfile.TemporaryDirectory(prefix="mlgate-lock-") as scratch:
        tables = {
            table.name: _pinned(table, judge, env, Path(scratch) / str(index), rows=rows)
            for index, table in enumerate(config.tables)
        }
    named = {baseline.predictions for baseline in config.baselines if baseline.predictions is not None}
    files = {name: _file(name, judge) for name in sorted(named) if not judge.tracked(name)}
    return Lock(tables=tables, files=files)


def _pinned(table: Table, judge: Judge, env: Mapping[str, str], scratch: Path, *, rows: bool) -> PinnedTable:
    source = pulled(resolve(table, place_of(judge, scratch / "downloads", env)), checkout_of(judge))
    if source.problem is not None:
        problem = source.problem
        raise InputError(f"{table.name}: {problem.message}", remedy=problem.remedy, reason=problem.reason)
    digests = {name: _digest(name, Path(file)) for name, file in zip(source.names, source.files, strict=True)}
    missing = sorted(name for name, digest in digests.items() if digest is None)
    if missing:
        raise InputError(f"{table.name}: {missing[0]} cannot be read", remedy="Add the file, or correct its path.")
    pinned = PinnedTable(files={name: digest for name, digest in digests.items() if digest is not None})
    return replace(pinned, rows=_rows(source, env, scratch)) if rows and len(digests) == 1 else pinned


def _rows(source: TableSource, env: Mapping[str, str], scratch: Path) -> int:
    from mlgate.shell.validation.scanner import Scanner, processors  # noqa: PLC0415 - only where rows are counted

    with Scanner(env) as scanner:
        scanned, _ = scanner.scan(ScanRequest(source=source, spill=str(scratch / "spill"), threads=processors()))
    if scanned.rows is None:
        message = scanned.findings[0].message if scanned.findings else "it cannot be read"
        raise InputError(f"{source.path}: {message}", remedy="Correct the file: what is no table is not fixed.")
    return scanned.rows


def _file(name: str, judge: Judge) -> str:
    digest = _digest(name, judge.config_folder / name)
    if digest is None:
        raise InputError(f"{name}, which a baseline names, cannot be read", remedy="Add the file, or remove its name.")
    return digest


def _digest(name: str, file: Path) -> str | None:
    return digest_of(TableSource(path=name, files=(str(file),), names=(name,)))
