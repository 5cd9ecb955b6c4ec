"""A file of text whose head is broken is counted by row, and any other in one aggregate: with the same findings."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from mlgate.core.config.contract import RuleKind, TableRule
from mlgate.core.data.request import ContractPart, ScanRequest, ScanResult
from mlgate.shell.tables.files import one_file
from mlgate.shell.validation.by_row import SAMPLE, SMALL
from mlgate.shell.validation.scan import scan

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 60_000
NAMES = ("id", "word", "amount", "day", "state", "note")
ROW: dict[str, Any] = {
    "properties": {
        "id": {"type": "integer"},
        "word": {"type": ["string", "null"], "pattern": "^[a-z]+$"},
        "amount": {"type": ["number", "null"], "minimum": 0, "maximum": 100},
        "state": {"enum": ["new", "old"]},
    },
    "required": ["id", "state"],
}
RULES = (
    TableRule(kind=RuleKind.PRIMARY_KEY, pointer="/table/0", columns=("id",)),
    TableRule(kind=RuleKind.UNIQUE, pointer="/table/1", columns=("id", "word")),
    TableRule(kind=RuleKind.NULL_FRACTION, pointer="/table/2", columns=("word",), at_most=0.0001),
    TableRule(kind=RuleKind.MEAN, pointer="/table/3", columns=("amount",), at_least=60),
    TableRule(kind=RuleKind.MIN, pointer="/table/4", columns=("day",), at_least="2020-01-01"),
    TableRule(kind=RuleKind.MAX, pointer="/table/5", columns=("amount",), at_most=99),
    TableRule(kind=RuleKind.STDDEV, pointer="/table/6", columns=("amount",), at_most=1),
    TableRule(kind=RuleKind.QUANTILE, pointer="/table/7", columns=("amount",), q=0.5, at_most=1),
    TableRule(kind=RuleKind.SHARE, pointer="/table/8", columns=("state",), value="old", at_most=0.1),
)
WRONG = (
    ("id", ("", "x", "7", "1.5")),
    ("word", ("A", "", '""')),
    ("amount", ("-1", "101", "inf", "", "abc", "99.5")),
    ("day", ("2019-12-31", "soon", "")),
    ("state", ("", "lost")),
)
UNREADABLE = ("inf", "abc", "soon")  # with them, nothing of the column is measured


def right(number: int) -> list[str]:
    """Return a row that breaks no check; its key is its number, widened so that the file is not small."""
    return [str(number), "word", str(number % 99), "2021-05-06", "old", "n" * 60]


def wrong(count: int, *, unreadable: bool) -> list[list[str]]:
    """Return rows that break one or two checks each."""
    draw = random.Random(11)  # noqa: S311 - test data
    rows = []
    for number in range(count):
        row = right(ROWS + number)
        for name, cells in draw.sample(WRONG, draw.choice((1, 2))):
            row[NAMES.index(name)] = draw.choice([c for c in cells if unreadable or c not in UNREADABLE])
        rows.append(row)
    return rows


def scanned(path: Path, rows: list[list[str]], **options: Any) -> ScanResult:
    path.write_text("\n".join(",".join(row) for row in [list(NAMES), *rows]) + "\n")
    assert path.stat().st_size > SMALL
    part = ContractPart(row=ROW, rules=RULES)
    spill = str(path.with_suffix(".spill"))
    return scan(ScanRequest(source=one_file(path), sides={"new": part}, spill=spill, **options))


def told(result: ScanResult, ahead: int) -> list[Any]:
    """Return what is found, with rows and lines as if `ahead` fewer stood before them."""
    return [
        (f.check, f.count, f.message, [((p.row or 0) - ahead, (p.line or 0) - ahead, p.value) for p in f.rows])
        for f in result.findings
    ]


@pytest.mark.parametrize(
    "options", [{"show_values": True}, {"show_values": True, "redact": ("word", "day")}, {"threads": 1}]
)
@pytest.mark.parametrize("unreadable", [False, True])
@pytest.mark.parametrize("cell", ["5", " 5"], ids=["as numbers are written", "with a cell that only a pattern reads"])
def test_a_broken_head_changes_no_finding(
    tmp_path: Path, options: dict[str, Any], cell: str, *, unreadable: bool
) -> None:
    clean, broken = [right(number) for number in range(ROWS)], wrong(300, unreadable=unreadable)
    broken[17][0] = cell
    early = scanned(tmp_path / "early.csv", [*broken, *clean], **options)
    late = scanned(tmp_path / "late.csv", [*clean[:SAMPLE], *broken, *clean[SAMPLE:]], **options)
    assert {f.check for f in early.findings} >= {rule.pointer for rule in RULES}
    assert len(early.findings) > len(RULES) + 5
    assert early.columns == late.columns
    assert early.rows == late.rows == ROWS + 300
    # A key's second row is another one where the first comes later: the same count, and other places.
    assert [f[:3] for f in told(early, 0)] == [f[:3] for f in told(late, SAMPLE)]
    moved = ("/table/0", "/table/1")
    assert [f for f in told(early, 0) if f[0] not in moved] == [f for f in told(late, SAMPLE) if f[0] not in moved]
