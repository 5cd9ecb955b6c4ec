"""Validate tables one after another: each scan in a child of its own, the next child already on its way."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.config.contract import RuleKind
from mlgate.core.config.model import OnChange, Table
from mlgate.core.data.profile.request import ProfileRequest
from mlgate.core.data.request import ContractPart, ScanRequest
from mlgate.core.data.validation import table_result
from mlgate.core.lock import moved
from mlgate.errors import BaseUnreadableError, InputError
from mlgate.shell import configuration
from mlgate.shell import lock as shell_lock
from mlgate.shell.base.tables import BaseTable, base_table
from mlgate.shell.tables.files import one_file
from mlgate.shell.tables.pointers import checkout_of, pulled
from mlgate.shell.tables.sources import place_of, resolve
from mlgate.shell.validation.references import reference_of
from mlgate.shell.validation.scanner import Scanner, processors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mlgate.core.config.contract import Contract, TableRule
    from mlgate.core.data.drift.request import DriftRequest
    from mlgate.core.data.request import ScanResult
    from mlgate.core.data.source import TableSource
    from mlgate.core.documents.data import TableResult
    from mlgate.core.gate.policy import Policy
    from mlgate.core.lock import Lock
    from mlgate.shell.base.policy import Judge
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


def from_policy(policy: Policy, judge: Judge, env: Mapping[str, str], *, show_values: bool) -> list[Work]:
    """Return the work for all tables of the working copy's configuration.

    Raises:
        ConfigError: Of a contract, or of the lock.
        BaseUnreadableError: If the base names a contract that it does not have.
    """
    lock = shell_lock.judging(judge)
    return [
        Work(
            table=table,
            files=partial(_resolved, table, judge, env),
            sides=_sides(table, policy, judge),
            show_values=show_values or known,
            private=show_values and not known,
            base=_base(table, policy, judge),
            reference=reference_of(table, policy, judge, show_values=show_values),
            has_profile=True,
            keys=(policy.working.key,) if policy.working.key else (),
            lock=lock,
        )
        for table in policy.working.tables
        for known in [judge.as_committed(table.path)]
    ]


def _resolved(table: Table, judge: Judge, env: Mapping[str, str], downloads: Path) -> TableSource:
    return pulled(resolve(table, place_of(judge, downloads, env)), checkout_of(judge))


def _as_named(path: Path, name: str, _downloads: Path) -> TableSource:
    return one_file(path, name)


def _base(table: Table, policy: Policy, judge: Judge) -> Callable[[Path], BaseTable] | None:
    there = policy.judging.table(table.name)
    return partial(base_table, judge, there) if judge.base is not None and there is not None else None


def _sides(table: Table, policy: Policy, judge: Judge) -> dict[str, Version]:
    """Return the working copy's contract, and the base's where it is another."""
    sides = {}
    if table.contract is not None:
        sides["new"] = version(judge.config_folder / table.contract, table.contract)
    judging = policy.judging.table(table.name) if policy.from_base else None
    if judging is None or judging.contract is None:
        return sides
    data = judge.judging_bytes(judging.contract)
    if data is None:
        raise BaseUnreadableError(
            f"base:{judging.contract}, by which the base judges the table {table.name}, cannot be read there: it is "
            "absent, in a submodule, or behind a link that leads out of the repository",
            remedy="Keep contracts as files of this repository; the base branch has to be corrected first.",
            reason="config-invalid",
        )
    digest = hashlib.sha256(data).hexdigest()
    if "new" not in sides or sides["new"].digest != digest:
        contract = configuration.parse_contract(data, f"base:{judging.contract}")
        sides["old"] = Version(contract=contract, digest=digest)
    return sides


def from_files(files: Sequence[Path], contract: Path, cwd: Path, *, profile: bool = False) -> list[Work]:
    """Return the work for files that are named on the command line: no configuration, no base, values are shown.

    Raises:
        ConfigError: Of the contract.
    """
    judged_by = version(cwd / contract, contract.as_posix())
    return [
        Work(
            table=Table(name=file.as_posix(), path=file.as_posix(), contract=contract.as_posix()),
            files=partial(_as_named, cwd / file, file.as_posix()),
            sides={"new": judged_by},
            show_values=True,
            has_profile=profile,
        )
        for file in files
    ]


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


def validate(
    works: Sequence[Work], *, first: Scanner, env: Mapping[str, str], on_contract_change: OnChange
) -> list[TableResult]:
    """Scan every table; a file that breaks its scan is a finding, and the next one is scanned.

    Args:
        works: The tables.
        first: A scanner that has been started.
        env: For the scanners that follow.
        on_contract_change: What it comes to when only the base's contract is broken.
    """
    results = []
    scanner: Scanner | None = first
    with tempfile.TemporaryDirectory(prefix="mlgate-spill-") as spill:
        downloads = Path(spill) / "downloads"
        others = {work.table.name: work.files(downloads / str(index)) for index, work in enumerate(works)}
        works = [replace(work, drift=_drift(work, works, others)) for work in works]
        for index, work in enumerate(works):
            current = scanner or Scanner(env)
            scanner = Scanner(env) if index + 1 < len(works) else None
            try:
                with current:
                    results.append(_validate_one(work, current, others, spill, on_contract_change))
            except BaseException:
                if scanner is not None:
                    scanner.end()
                raise
    return results


def _validate_one(
    work: Work, scanner: Scanner, others: Mapping[str, TableSource], spill: str, on_contract_change: OnChange
) -> TableResult:
    sides = {name: ContractPart(row=v.contract.row, rules=_rules(v, work)) for name, v in work.sides.items()}
    named = {rule.other for side in sides.values() for rule in side.rules}
    own, folder = Path(spill) / "scan", Path(spill) / "base"
    base = work.base(folder) if work.base else BaseTable()
    request = ScanRequest(
        source=others[work.table.name],
        sides=sides,
        others={name: source for name, source in others.items() if name in named},
        base=base.source,
        base_missing=base.missing,
        base_unchanged=base.is_unchanged,
        base_values=base.is_known or work.private,
        now=int(time.time()),
        show_values=work.show_values,
        redact=work.redacted,
        drift=work.drift,
        profile=_profile(work),
        spill=str(own),
        threads=processors(),
    )
    scanned, digest = scanner.scan(request)
    for used in (own, folder):
        shutil.rmtree(used, ignore_errors=True)
    return table_result(
        work.table,
        _held_to_lock(scanned, work, request.source, digest),
        digest=digest,
        contract_digests={name: side.digest for name, side in work.sides.items()},
        on_contract_change=on_contract_change,
        values_shown=work.show_values,
        private=work.private,
    )


def _held_to_lock(scanned: ScanResult, work: Work, source: TableSource, digest: str | None) -> ScanResult:
    if work.lock is None:
        return scanned
    found = moved(work.lock, work.table.name, source.names, digest, scanned.rows)
    return scanned if found is None else replace(scanned, findings=(found, *scanned.findings))


def _drift(work: Work, works: Sequence[Work], tables: Mapping[str, TableSource]) -> DriftRequest | None:
    """Return what drift is measured from; values are shown where those of both sides may be."""
    if work.reference is None:
        return None
    hidden = [name for other in works if other.table.name == work.reference.table for name in other.redacted]
    found = work.reference.with_files(tables, tuple(hidden))
    return replace(found, show_values=found.show_values and work.show_values)


def _profile(work: Work) -> ProfileRequest | None:
    """Return what a profile may say: it is kept and passed on, so it holds no values beside the repository's."""
    if not work.has_profile:
        return None
    rules = [rule for side in work.sides.values() for rule in side.contract.rules]
    primary = [rule.columns[0] for rule in rules if rule.kind is RuleKind.PRIMARY_KEY and len(rule.columns) == 1]
    return ProfileRequest(
        name=work.table.name,
        keys=tuple(sorted({*work.keys, *primary})),
        hidden=work.redacted,
        shown=work.show_values and not work.private,
    )


def _rules(version: Version, work: Work) -> tuple[TableRule, ...]:
    """Return the rules for this table: of a contract that several share, no table overlaps with itself."""
    return tuple(
        rule for rule in version.contract.rules if rule.kind is not RuleKind.NO_OVERLAP or rule.other != work.table.name
    )
