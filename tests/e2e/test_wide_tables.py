"""Tables of more columns than one scan takes: what is found is what a narrow table with the same cells has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from tests.e2e.test_table_rules import contract, request_of

from mlgate.core.config.contract import TableRule
from mlgate.core.data.compile import compile_row
from mlgate.core.data.ir import Storage
from mlgate.core.data.query import Table, TableColumn
from mlgate.core.data.tally import tally
from mlgate.shell.validation.scan import scan
from mlgate.shell.validation.wide import CHECKS, WIDE, parts_of

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.documents.data import DataFinding

COLUMNS = WIDE + 300
CELL = {"type": "integer", "minimum": 0, "maximum": 100}
RULES = [f"compare: c1 <= c{COLUMNS - 1}", f"max: {{column: c{COLUMNS - 1}, at-most: 50}}"]


def schema(columns: int = COLUMNS) -> dict[str, Any]:
    names = [f"c{i}" for i in range(columns)]
    return {"type": "object", "properties": dict.fromkeys(names, CELL), "required": names}


def told(findings: tuple[DataFinding, ...]) -> list[tuple[str, int, list[int | None]]]:
    return [(finding.check, finding.count, [row.row for row in finding.rows]) for finding in findings]


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("odd", ["7", "1_0"])
def test_cells_are_found_in_every_part(form: str, odd: str, tmp_path: Path) -> None:
    cells = [["5"] * COLUMNS for _ in range(3)]
    cells[0][1], cells[1][COLUMNS - 1], cells[2][WIDE] = "101", "60", "-1"
    if form == "csv":
        cells[0][WIDE + 1] = odd
    path = tmp_path / "t.csv"
    path.write_text("\n".join(",".join(row) for row in [[f"c{i}" for i in range(COLUMNS)], *cells]) + "\n")
    if form == "parquet":
        typed = tmp_path / "t.parquet"
        duckdb.execute(f"COPY (FROM read_csv('{path}')) TO '{typed}' (FORMAT parquet)")
        path = typed
    found = told(scan(request_of(path, contract(RULES, schema()), tmp_path)).findings)
    wrong = [("/row/properties/c1/maximum", 1, [0]), (f"/row/properties/c{WIDE}/minimum", 1, [2])]
    wrong += [("/table/0/compare", 1, [0]), ("/table/1/max", 1, [1])]
    is_no_number = form == "csv" and odd == "1_0"
    assert found == wrong[:2] + [(f"/row/properties/c{WIDE + 1}/type", 1, [0])] * is_no_number + wrong[2:]


def test_each_check_is_in_one_scan_with_its_column() -> None:
    columns = tuple(TableColumn(name=f"c{i}", storage=Storage.TEXT, type="string") for i in range(COLUMNS))
    table = Table(source="t", columns=columns)
    work = tally(compile_row(schema(), lambda _: False), contract(RULES, {}).rules, table)
    parts = parts_of(table, work)
    assert [place for part in parts for place in part.columns] == list(range(COLUMNS))
    assert sorted(place for part in parts for place in part.asked) == list(range(len(work.asked)))
    assert all(len(part.columns) <= WIDE and len(part.asked) <= CHECKS for part in parts)
    for part in parts[:-1]:
        subjects = [asked.subject for asked in part.asked.values()]
        names = [item.columns[0] if isinstance(item, TableRule) else item.column or "" for item in subjects]
        assert {table.index(name) for name in names} <= set(part.columns)
