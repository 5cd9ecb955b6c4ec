"""What there is to validate: a table and the versions of its contract."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from mlgate.core.config.model import Table
from mlgate.errors import InputError
from mlgate.shell import configuration
from mlgate.shell.tables.files import one_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mlgate.core.config.contract import Contract
    from mlgate.core.data.drift.request import DriftRequest
    from mlgate.core.data.source import TableSource
    from mlgate.core.lock import Lock
    from mlgate.shell.base.tables import BaseTable
    from mlgate.shell.validation.references import Reference


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a contract, and the digest of its file."""

    contract: Contract
    digest: str


@dataclass(frozen=True, kw_only=True)
class Work:
    """One table to validate.

    Attributes:
        table: Its entry in the configuration.
        files: Finds the table's files; what is remote goes into the folder that it is given.
        sides: Versions of its contract, by side.
        show_values: Whether findings carry values.
        private: Whether those are values that whoever reads the repository does not know.
        base: Copies the base's version into a folder; None without a base, and for a table that it does not have.
        reference: What drift is measured from.
        drift: The same with its files, once those are found.
        lock: What fixes the table; None where nothing does.
        has_profile: Whether it is profiled.
        keys: Columns that name rows, beside a contract's primary key.
    """

    table: Table
    files: Callable[[Path], TableSource]
    sides: dict[str, Version] = field(default_factory=dict)
    show_values: bool = False
    private: bool = False
    base: Callable[[Path], BaseTable] | None = None
    reference: Reference | None = None
    drift: DriftRequest | None = None
    lock: Lock | None = None
    has_profile: bool = False
    keys: tuple[str, ...] = ()

    @property
    def redacted(self) -> tuple[str, ...]:
        """Return the columns whose values are never shown."""
        return tuple(sorted({name for side in self.sides.values() for name in side.contract.redacted}))


def from_files(
    files: Sequence[Path], contract: Path, cwd: Path, *, is_shown: Callable[[Path], bool], profile: bool = False
) -> list[Work]:
    """Return the work for files that are named on the command line: no configuration, no base.

    Args:
        files: Relative to `cwd`.
        contract: The same.
        cwd: A folder.
        is_shown: Whether values of a file are shown.
        profile: Whether the files are profiled.

    Raises:
        ConfigError: Of the contract.
    """
    judged_by = version(cwd / contract, contract.as_posix())
    return [
        Work(
            table=Table(name=file.as_posix(), path=file.as_posix(), contract=contract.as_posix()),
            files=partial(_as_named, cwd / file, file.as_posix()),
            sides={"new": judged_by},
            show_values=is_shown(cwd / file),
            has_profile=profile,
        )
        for file in files
    ]


def _as_named(path: Path, name: str, _downloads: Path) -> TableSource:
    return one_file(path, name)


def version(path: Path, name: str) -> Version:
    """Read a contract.

    Raises:
        ConfigError: With every mistake in it.
    """
    contract = configuration.load_contract(path, name)
    try:
        return Version(contract=contract, digest=hashlib.sha256(path.read_bytes()).hexdigest())
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}", remedy="Correct its permissions.") from None
