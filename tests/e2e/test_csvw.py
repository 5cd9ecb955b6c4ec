"""The tests of W3C's CSV on the Web: cells, keys and references as contracts of ours, over real scans."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.csvw import NotSupportedError, table_name, translate

from mlgate.core.data.request import ContractPart, ScanRequest
from mlgate.errors import ConfigError
from mlgate.shell import configuration
from mlgate.shell.tables.files import one_file
from mlgate.shell.validation.scan import scan

if TYPE_CHECKING:
    from mlgate.core.documents.data import DataFinding

SUITE = Path(__file__).parents[3] / "shared" / "corpora" / "csvw"
CASES: list[dict[str, Any]] = json.loads((SUITE / "cases.json").read_bytes()) if SUITE.is_dir() else []
# What contracts do not have, by case.
NOT_SUPPORTED = {
    "names of columns beside their titles": {"test128"},
    "lists in cells": {"test228", "test229", "test230"},
    "the type base64Binary": {"test195"},
}
# A key of a table whose columns are all declared cannot be another column: the contract itself is wrong.
REFUSED = {"test252": "no column 'not_here'"}
# Where an invalid table is wrong: the column, and the row or the end of the check's pointer.
WRONG: dict[str, tuple[str, int | str]] = {
    "test125": ("latitude", 2),
    "test126": ("latitude", 2),
    "test147": ("gid", "required/0"),
    "test154": ("string1", 0),
    "test157": ("decimal", 0),
    "test160": ("decimal", 0),
    "test163": ("integer", 0),
    "test167": ("decimal", 0),
    "test173": ("unsignedLong", 0),
    "test175": ("unsignedByte", 0),
    "test177": ("negativeInteger", 0),
    "test179": ("nonNegativeInteger", 0),
    "test180": ("double", 0),
    "test182": ("float", 0),
    "test185": ("boolean", 0),
    "test192": ("yyyy-MM-ddTHH:mm:ss", 0),
    "test194": ("duration", 0),
    "test197": ("NMTOKEN", 0),
    "test198": ("NMTOKEN", 0),
    "test203": ("minimum", 0),
    "test204": ("maximum", 0),
    "test205": ("minInclusive", 0),
    "test206": ("maxInclusive", 0),  # its name says minExclusive; what is past its limit is this one
    "test208": ("maxExclusive", 0),
    "test212": ("minInclusive", 0),
    "test213": ("maxInclusive", 0),  # the same
    "test215": ("maxExclusive", 0),
    "test232": ("PK", 1),
    "test234": ("", 1),
    "test247": ("HH:mm:ss.S", 0),
    "test253": ("countryRef", "foreign-key"),
    "test258": ("bar", 1),
    "test278": ("", "additionalProperties"),
    "test280": ("dayTimeDuration", 0),
    "test281": ("yearMonthDuration", 0),
    "test287": ("##0", 0),
    "test288": ("#,#00", 0),
    "test289": ("#,#00", 0),
    "test290": ("#,#00", 0),
    "test291": ("#,#00", 0),
    "test292": ("#,##,#00", 0),
    "test293": ("#,##,#00", 0),
    "test295": ("#,##,#00", 0),
    "test296": ("#0.#", 0),
    "test297": ("#0.#", 0),
    "test298": ("#0.0", 0),
    "test299": ("#0.0", 0),
    "test300": ("#0.0#", 0),
}


def findings(case: dict[str, Any], spill: Path) -> list[DataFinding]:
    """Return what the contracts of a case's metadata find in its tables."""
    tables = translate(SUITE / "tests" / case["metadata"])
    sources = {table_name(table.url): one_file(SUITE / "tests" / table.url) for table in tables}
    found: list[DataFinding] = []
    for table in tables:
        text = json.dumps({"row": table.row, "table": table.rules})
        contract = configuration.parse_contract(text.encode(), "c.json")
        found += scan(
            ScanRequest(
                source=sources[table_name(table.url)],
                sides={"new": ContractPart(row=contract.row, rules=contract.rules)},
                others=sources,
                spill=str(spill),
            )
        ).findings
    return found


@pytest.mark.skipif(not CASES, reason="the corpora are not beside this checkout")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_case(case: dict[str, Any], tmp_path: Path) -> None:
    name = case["id"]
    lacking = [why for why, names in NOT_SUPPORTED.items() if name in names]
    if lacking:
        with pytest.raises(NotSupportedError, match=lacking[0]):
            findings(case, tmp_path / "spill")
        return
    if name in REFUSED:
        with pytest.raises(ConfigError, match=REFUSED[name]):
            findings(case, tmp_path / "spill")
        return
    found = findings(case, tmp_path / "spill")
    if case["valid"]:
        assert found == []
        return
    column, where = WRONG[name]
    places = [(item.column or "", [row.row for row in item.rows], item.check) for item in found]
    assert any(
        column == named and (where in rows if isinstance(where, int) else check.endswith(where))
        for named, rows, check in places
    ), places


@pytest.mark.skipif(not CASES, reason="the corpora are not beside this checkout")
def test_every_case_has_an_answer() -> None:
    assert len(CASES) == 71
    named = set().union(*NOT_SUPPORTED.values())
    assert {case["id"] for case in CASES if not case["valid"]} == set(WRONG) | set(REFUSED) | {
        case["id"] for case in CASES if case["id"] in named and not case["valid"]
    }
