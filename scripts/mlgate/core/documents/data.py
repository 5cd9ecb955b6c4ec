"""`data.json`: what validation found in the tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from mlgate.core.documents.diff import TableDiff  # noqa: TC001 - codec reads the annotations at run time
from mlgate.core.documents.drift import TableDrift  # noqa: TC001 - the same
from mlgate.core.documents.profile import Fingerprint, Profile  # noqa: TC001 - the same
from mlgate.core.documents.shared import Document, Reason
from mlgate.core.outcome import Outcome, Severity


@dataclass(frozen=True, kw_only=True)
class FindingRow:
    """One row that breaks a check.

    Attributes:
        row: 0-based, header not counted.
        line: 1-based line of the file where the row starts; null for binary files.
        value: The offending value, cut to 100 characters; null where values are not shown.
        file: Of a table with several files, which one; `row` counts through all of them, `line` is this file's.
    """

    row: int | None
    line: int | None = None
    value: str | None = None
    file: str | None = None


class ContractSide(StrEnum):
    """Which version of a contract was broken: the working copy's, or the base's."""

    NEW = "new"
    OLD = "old"


@dataclass(frozen=True, kw_only=True)
class DataFinding:
    """Something true about a table that its contract does not allow.

    Attributes:
        check: JSON pointer into the contract, e.g. `/row/properties/carrier/enum`; empty for a broken file.
        column: The column concerned, if one is.
        severity: What it comes to.
        count: How many rows (or cells) break it.
        rows: The first of them.
        reason: Stable id: `contract-broken`, `data-unreadable`, ...
        message: One sentence with limit and measurement.
        contract: Which version of the contract.
    """

    check: str
    column: str | None = None
    severity: Severity = Severity.FAIL
    count: int = 0
    rows: tuple[FindingRow, ...] = ()
    reason: str = "contract-broken"
    message: str = ""
    contract: ContractSide = ContractSide.NEW


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column as read.

    Attributes:
        name: Its name.
        type: JSON Schema type as read: `string`, `integer`, `number`, `boolean`, `array`, `object` or the engine's own.
        nulls: How many of its cells are null.
    """

    name: str
    type: str
    nulls: int = 0


@dataclass(frozen=True, kw_only=True)
class TableResult:
    """What validation found in one table.

    Attributes:
        name: The table's name in the configuration.
        path: The file, relative to the configuration.
        digest: sha256 of its bytes; null when it could not be read.
        rows: How many rows; null when it could not be read.
        outcome: The worst of its findings.
        contract: The contract's path.
        contract_digests: sha256 of each version that was applied, by `new` and `old`.
        columns: As read.
        checks: How many checks ran.
        fallback: JSON pointers of checks with no compiled form, which went through `jsonschema` row by row.
        values_shown: Whether findings may carry values.
        private: Whether `show-values` shows values that whoever reads the repository does not know.
        findings: Worst first.
        diff: How it differs from the base's version; null where there is no base, or the base does not have the table.
        drift: How far it has moved from its reference; null where the configuration names none.
        profile: What its columns look like; null for a table that cannot be read, and where nobody asked.
        fingerprint: What tells it from another version of it; null as `profile`.
    """

    name: str
    path: str
    digest: str | None = None
    rows: int | None = None
    outcome: Outcome = Outcome.PASS
    contract: str | None = None
    contract_digests: dict[str, str] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    checks: int = 0
    fallback: tuple[str, ...] = ()
    values_shown: bool = False
    private: bool = False
    findings: tuple[DataFinding, ...] = ()
    diff: TableDiff | None = None
    drift: TableDrift | None = None
    profile: Profile | None = None
    fingerprint: Fingerprint | None = None


@dataclass(frozen=True, kw_only=True)
class DataDocument(Document):
    """`data.json`: what validation found in the tables. Written by validate-data.

    Attributes:
        outcome: The worst table.
        reasons: Why, in the document's own words.
        tables: One entry a table.
    """

    schema: str = "mlgate/data/1"
    outcome: Outcome = Outcome.PASS
    reasons: tuple[Reason, ...] = ()
    tables: tuple[TableResult, ...] = ()
