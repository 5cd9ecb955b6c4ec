"""The fast reading of numbers in CSV says what the exact one says, whatever is in the cells."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from mlgate.core.config.contract import RuleKind, TableRule
from mlgate.core.data.request import ContractPart, ScanRequest, ScanResult
from mlgate.shell.tables.files import one_file
from mlgate.shell.validation.by_row import SMALL
from mlgate.shell.validation.scan import scan

if TYPE_CHECKING:
    from pathlib import Path

ROW_SCHEMA: dict[str, Any] = {
    "properties": {
        "whole": {"type": "integer", "minimum": 0, "maximum": 100},
        "number": {"type": ["number", "null"], "exclusiveMinimum": -2.5},
        "either": {"type": ["number", "string"], "minimum": 3},
        "some": {"enum": [1, 2.5, None]},
    },
    "required": ["whole"],
}
RIGHT = ("1", "+1", "007", "2.5", ".5", "3.", "1e3", "1E+2", "-1", "1.0", "", "100", "1e400", "9007199254740993")
ODD = (
    " 1",
    "1 ",
    "1_000",
    "+-1",
    "\t1",
    "1\v",
    "1\f",
    '"\n1"',
    '"1\r\n"',
    "0x1F",
    "inf",
    "nan",
    "abc",
    "1,5",
    "--1",
    "\u00a01",
)


def scanned(path: Path, rows: list[list[str]], *, header: str = "whole,number,either,some") -> ScanResult:
    lines = [header, *(",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows)]
    path.write_bytes("\n".join(lines).encode() + b"\n")
    part = ContractPart(row=ROW_SCHEMA)
    return scan(
        ScanRequest(source=one_file(path), sides={"new": part}, show_values=True, spill=str(path.parent / "spill"))
    )


def verdicts(result: ScanResult, rows: int) -> list[set[str]]:
    """Return what each of the first rows breaks."""
    return [{f.check for f in result.findings if row in [place.row for place in f.rows]} for row in range(rows)]


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_cell_anywhere_lets_all_cells_be_read_exactly(tmp_path: Path, odd: str) -> None:
    row = ["1", "1", "x", "1"]
    for place in (0, 1, 3):
        dirty = [*row]
        dirty[place] = odd
        alone = scanned(tmp_path / "t.csv", [row, dirty])
        assert verdicts(alone, 2)[0] == set()
        assert verdicts(alone, 2)[1], (odd, place)
        assert all(found.rows[0].value == odd.strip('"')[:100] for found in alone.findings)


def test_random_cells_break_the_same_checks_with_odd_cells_in_the_file_and_without(tmp_path: Path) -> None:
    draw = random.Random(7)  # noqa: S311 - test data
    rows = [[draw.choice((*RIGHT, "abc", "0x1F", "inf", "nan", "1e", "--1")) for _ in range(4)] for _ in range(20)]
    rows = [[cell or "5" if place == 0 else cell for place, cell in enumerate(row)] for row in rows]
    fast = scanned(tmp_path / "fast.csv", rows)
    exact = scanned(tmp_path / "exact.csv", [*rows, [" 1", "1", "5", "1"]])
    assert verdicts(fast, 20) == verdicts(exact, 20)
    assert any(verdicts(fast, 20))
    assert {f.check for f in fast.findings} <= {f.check for f in exact.findings}


def test_a_file_whose_head_is_broken_is_read_from_a_copy_with_the_same_findings(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    rows = [["1", "1.5", "x" * 40, "1"] for _ in range(90_000)]
    rows[3][0] = rows[7][1] = rows[89_999][0] = "abc"
    copied = scanned(path, rows)
    rows[3][0], rows[7][1] = "1", "1.5"
    in_place = scanned(path, rows)
    assert path.stat().st_size > SMALL
    assert [(f.check, [(p.row, p.line, p.value) for p in f.rows]) for f in copied.findings] == [
        ("/row/properties/whole/type", [(3, 5, "abc"), (89_999, 90_001, "abc")]),
        ("/row/properties/number/type", [(7, 9, "abc")]),
    ]
    assert [(f.check, [p.line for p in f.rows]) for f in in_place.findings] == [
        ("/row/properties/whole/type", [90_001])
    ]


def test_keys_past_64_bits_are_compared_without_bits(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    keys = "SELECT (18446744073709551000 + i % 5)::UBIGINT AS id FROM range(6) AS r(i)"
    duckdb.execute(f"COPY ({keys}) TO '{path}'")
    rule = TableRule(pointer="/table/0", kind=RuleKind.PRIMARY_KEY, columns=("id",))
    part = ContractPart(rules=(rule,))
    found = scan(ScanRequest(source=one_file(path), sides={"new": part}, spill=str(tmp_path / "spill"))).findings
    assert [(f.count, [p.row for p in f.rows]) for f in found] == [(1, [5])]
