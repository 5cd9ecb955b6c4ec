"""What the scan of one table is asked, and what it answers: the two messages between a step and its child process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mlgate.core.config.contract import TableRule  # noqa: TC001 - codec reads the annotations at run time
from mlgate.core.data.drift.request import DriftRequest  # noqa: TC001 - the same
from mlgate.core.data.profile.request import ProfileRequest  # noqa: TC001 - the same
from mlgate.core.data.source import TableSource  # noqa: TC001 - the same
from mlgate.core.documents.data import Column, DataFinding  # noqa: TC001 - the same
from mlgate.core.documents.diff import TableDiff  # noqa: TC001 - the same
from mlgate.core.documents.drift import TableDrift  # noqa: TC001 - the same
from mlgate.core.documents.profile import Fingerprint, Profile  # noqa: TC001 - the same


@dataclass(frozen=True, kw_only=True)
class ContractPart:
    """One version of a contract: `new` or `old`."""

    row: dict[str, Any] = field(default_factory=dict)
    rules: tuple[TableRule, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ScanRequest:
    """One table and what it must satisfy.

    Attributes:
        source: Its files.
        sides: Versions of the contract, by side.
        others: The tables that a rule may name, by name.
        base: The same table as the base has it; None where it has none, it is unchanged, or it cannot be had.
        base_missing: Why it cannot be had; empty where it can, or where there is none.
        base_unchanged: Whether the base has the same bytes.
        base_values: Whether the diff shows values: whoever reads the report may read both versions.
        drift: What drift is measured from; None for nothing.
        drift_alone: Whether nothing else is asked.
        profile: What its profile may say; None where none is asked for.
        now: Seconds since 1970 by the clock of the run, for rules about freshness.
        show_values: Whether findings carry values.
        redact: Columns whose values are never shown.
        spill: Folder for what does not fit into memory.
        memory_limit: Of the engine.
        threads: Of the engine; no result depends on it.
    """

    source: TableSource
    sides: dict[str, ContractPart] = field(default_factory=dict)
    others: dict[str, TableSource] = field(default_factory=dict)
    base: TableSource | None = None
    base_missing: str = ""
    base_unchanged: bool = False
    base_values: bool = False
    drift: DriftRequest | None = None
    drift_alone: bool = False
    profile: ProfileRequest | None = None
    now: int | None = None
    show_values: bool = False
    redact: tuple[str, ...] = ()
    spill: str = ""
    memory_limit: str = "1GB"
    threads: int = 2

    @property
    def asks_more(self) -> bool:
        """Return whether more is asked than what breaks the contract: a diff, drift or a profile."""
        has_base = self.base is not None or self.base_unchanged or bool(self.base_missing)
        return has_base or self.drift is not None or self.profile is not None


@dataclass(frozen=True, kw_only=True)
class ScanResult:
    """What the scan found.

    Attributes:
        rows: How many; None when the table could not be read.
        columns: As read.
        checks: How many checks ran.
        fallback: JSON pointers of those that went through `jsonschema`.
        findings: In the contract's order.
        diff: How it differs from the base's version; None where there is none.
        drift: How far it has moved from its reference; None where there is none.
        profile: What its columns look like; None where nobody asked.
        fingerprint: What tells it from another version; None where nobody asked.
    """

    rows: int | None = None
    columns: tuple[Column, ...] = ()
    checks: int = 0
    fallback: tuple[str, ...] = ()
    findings: tuple[DataFinding, ...] = ()
    diff: TableDiff | None = None
    drift: TableDrift | None = None
    profile: Profile | None = None
    fingerprint: Fingerprint | None = None
