"""Validate tables one after another: each scan in a child of its own, the next child already on its way."""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.config.contract import RuleKind
from mlgate.core.data.profile.request import ProfileRequest
from mlgate.core.data.request import ContractPart, ScanRequest
from mlgate.core.data.validation import table_result
from mlgate.core.lock import moved
from mlgate.shell.validation.scanner import Scanner, processors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlgate.core.config.contract import TableRule
    from mlgate.core.config.model import OnChange
    from mlgate.core.data.drift.request import DriftRequest
    from mlgate.core.data.request import ScanResult
    from mlgate.core.data.source import TableSource
    from mlgate.core.documents.data import TableResult
    from mlgate.shell.base.tables import BaseTable
    from mlgate.shell.validation.works import Version, Work


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
        works = [replace(work, drift=_drift(work, works, others, Path(spill) / "references")) for work in works]
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
    request = ScanRequest(
        source=others[work.table.name],
        sides=sides,
        others={name: source for name, source in others.items() if name in named},
        now=int(time.time()),
        show_values=work.show_values,
        redact=work.redacted,
        drift=work.drift,
        profile=_profile(work),
        spill=str(own),
        threads=processors(),
    )
    if work.base:
        request = _with_base(request, work.base(folder), private=work.private)
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


def _with_base(request: ScanRequest, base: BaseTable, *, private: bool) -> ScanRequest:
    return replace(
        request,
        base=base.source,
        base_missing=base.missing,
        base_unchanged=base.is_unchanged,
        base_values=base.is_known or private,
    )


def _held_to_lock(scanned: ScanResult, work: Work, source: TableSource, digest: str | None) -> ScanResult:
    if work.lock is None:
        return scanned
    found = moved(work.lock, work.table.name, source.names, digest, scanned.rows)
    return scanned if found is None else replace(scanned, findings=(found, *scanned.findings))


def _drift(work: Work, works: Sequence[Work], tables: Mapping[str, TableSource], folder: Path) -> DriftRequest | None:
    """Return what drift is measured from; values are shown where those of both sides may be."""
    if work.reference is None:
        return None
    hidden = [name for other in works if other.table.name == work.reference.table for name in other.redacted]
    found = work.reference.with_files(tables, tuple(hidden), folder / work.table.name)
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
