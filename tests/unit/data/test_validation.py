"""From findings to `data.json`, its text and its annotations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mlgate.core.config.contract import RuleKind, TableRule
from mlgate.core.config.model import Config, OnChange, Severity, Table
from mlgate.core.data.ir import Check, Kind, OneOf, TypeIs
from mlgate.core.data.request import ScanResult
from mlgate.core.data.rules.measure import Answer, judge, row_count
from mlgate.core.data.source import Compression, Dialect, Format
from mlgate.core.data.text import annotations_of, text_of
from mlgate.core.data.validation import data_document, reasons_of, removed_tables, reread_tables, table_result
from mlgate.core.data.wording import sentence
from mlgate.core.documents.data import ContractSide, DataFinding, FindingRow, TableResult
from mlgate.core.documents.shared import Reason
from mlgate.core.outcome import Outcome

TABLE = Table(name="train", path="data/train.csv", contract="c.yml")


def result(*findings: DataFinding, on_change: OnChange = OnChange.FAIL) -> TableResult:
    return table_result(
        TABLE,
        ScanResult(rows=10, findings=findings),
        digest="d",
        contract_digests={"new": "n"},
        on_contract_change=on_change,
        values_shown=True,
    )


def finding(**more: object) -> DataFinding:
    return DataFinding(**{"check": "/row/properties/a/enum", "column": "a", "count": 3, "message": "a is odd", **more})  # type: ignore[arg-type]


def test_the_worst_finding_decides_and_comes_first() -> None:
    table = result(finding(severity=Severity.WARN), finding(message="a is worse"))
    assert table.outcome is Outcome.FAIL
    assert [item.message for item in table.findings] == ["a is worse", "a is odd"]
    assert result(finding(severity=Severity.WARN)).outcome is Outcome.WARN
    assert result().outcome is Outcome.PASS


@pytest.mark.parametrize(("on_change", "outcome"), [(OnChange.FAIL, Outcome.FAIL), (OnChange.WARN, Outcome.WARN)])
def test_what_breaks_the_base_alone_comes_to_what_the_policy_says(on_change: OnChange, outcome: Outcome) -> None:
    table = result(finding(contract=ContractSide.OLD), on_change=on_change)
    assert table.outcome is outcome
    assert table.findings[0].reason == "contract-old-broken"


def test_what_breaks_both_versions_is_said_once() -> None:
    table = result(finding(), finding(contract=ContractSide.OLD))
    assert [item.contract for item in table.findings] == [ContractSide.NEW]


@pytest.mark.parametrize("on_change", OnChange)
@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"dialect": Dialect(nulls=("", "3"))}, "`dialect`"),
        ({"dialect": Dialect(delimiter=";"), "format": Format.CSV}, "`format`, `dialect`"),
        ({"compression": Compression.NONE}, "`compression`"),
    ],
)
def test_a_table_that_is_read_otherwise_counts_by_the_policy(
    fields: dict[str, Any], named: str, on_change: OnChange
) -> None:
    judging = Config(path="mlgate.yml", version=1, tables=(TABLE, Table(name="free", path="x.csv")))
    for index, table in enumerate(judging.tables):
        tables = list(judging.tables)
        tables[index] = replace(table, **fields)
        (reason,) = reread_tables(judging, replace(judging, tables=tuple(tables)))
        assert reason.id == "table-reading-changed"
        assert reason.message == f"how the table {table.name} ({table.path}) is read changed: {named}"
        assert data_document((), (reason,), on_change, {}).outcome is Outcome(on_change.value)
    moved = replace(TABLE, path="moved.csv")
    assert (
        reread_tables(judging, replace(judging, tables=(moved, Table(name="new", path="n", format=Format.CSV)))) == ()
    )


def test_a_removed_table_counts_by_the_policy() -> None:
    judging = Config(path="mlgate.yml", version=1, tables=(TABLE, Table(name="free", path="x.csv")))
    removed = removed_tables(judging, Config(path="mlgate.yml", version=1))
    assert [reason.id for reason in removed] == ["table-removed"]
    assert data_document((), removed, OnChange.FAIL, {}).outcome is Outcome.FAIL
    assert data_document((), removed, OnChange.WARN, {}).outcome is Outcome.WARN


def test_text_and_annotations_name_file_and_line() -> None:
    rows = (FindingRow(row=1040, line=1042, value="XX"), FindingRow(row=1041, line=1043, value="::error::x"))
    document = data_document([result(finding(rows=rows), finding(severity=Severity.WARN))], (), OnChange.FAIL, {})
    assert text_of(document).splitlines() == [
        "train (data/train.csv): fail, 10 rows, 0 checks",
        "  data/train.csv:1042: a is odd: 'XX'",
        "  data/train.csv:1043: '::error::x'",
        "  ... and 1 more",
        "  data/train.csv: warning: a is odd",
        "validate-data: fail",
    ]
    shown = annotations_of(document, "sub")
    assert [(a.level, a.file, a.line) for a in shown] == [
        ("error", "sub/data/train.csv", 1042),
        ("error", "sub/data/train.csv", 1043),
        ("warning", "sub/data/train.csv", None),
    ]


def test_the_headline_has_the_first_place_its_value_and_what_to_change() -> None:
    rows = (FindingRow(row=500, line=502, value="QX"), FindingRow(row=1041, line=1043, value="QY"))
    table = result(finding(rows=rows), finding(severity=Severity.WARN))
    (reason,) = reasons_of([table])
    assert reason.message == "data/train.csv:502: a is odd, first 'QX'; and 1 more finding"
    assert reason.remedy == "Correct the data, or, if it is right, change `c.yml` in a pull request of its own."
    for hidden in (replace(table, private=True), replace(table, values_shown=False)):
        assert reasons_of([hidden])[0].message == "data/train.csv:502: a is odd; and 1 more finding"
    part = result(finding(rows=(FindingRow(row=5, file="data/b.csv", line=7),)))
    assert reasons_of([part])[0].message == "data/b.csv:7: a is odd"
    assert "a is odd [" not in text_of(data_document([part], (), OnChange.FAIL, {}))
    assert reasons_of([result(finding(reason="data-unreadable"))])[0].remedy == ""


def test_reasons_that_belong_to_no_table_are_in_the_text() -> None:
    document = data_document((), (Reason(id="table-removed", message="t is gone"),), OnChange.WARN, {})
    assert "t is gone [table-removed]" in text_of(document)
    assert annotations_of(document, "")[0].level == "warning"


def test_sentences_have_limit_and_measurement() -> None:
    check = Check(pointer="/row/properties/c/enum", column="c", test=OneOf(values=("AA", 5, True, None)))
    assert sentence(check, 3, 336776) == "c is none of AA, 5, true or null in 3 of 336,776 rows"
    typed = Check(pointer="/row/properties/c/type", column="c", test=TypeIs(kinds=frozenset({Kind.NUMBER, Kind.NULL})))
    assert sentence(typed, 1, 2) == "c is not of type null or number in 1 of 2 rows"


def rule(kind: RuleKind, **more: object) -> TableRule:
    return TableRule(kind=kind, pointer=f"/table/0/{kind.value}", **more)  # type: ignore[arg-type]


def test_row_counts() -> None:
    assert row_count([rule(RuleKind.ROW_COUNT, at_least=3)], 3) == []
    assert row_count([rule(RuleKind.ROW_COUNT, at_least=3)], 2)[0].message == "2 rows, at least 3 are asked for"
    assert row_count([rule(RuleKind.ROW_COUNT, at_most=3)], 4)[0].message == "4 rows, at most 3 are allowed"
    assert row_count([], 0)[0].reason == "table-empty"
    assert row_count([rule(RuleKind.ROW_COUNT, at_least=0)], 0) == []
    assert row_count([rule(RuleKind.ROW_COUNT, at_most=9)], 0)[0].reason == "table-empty"


def test_null_fractions_are_compared_rounded_and_never_pass_unmeasured() -> None:
    limit = rule(RuleKind.NULL_FRACTION, columns=("a",), at_most=0.1)
    assert judge(limit, Answer(rows=10, count=1)) is None
    broken = judge(limit, Answer(rows=10, count=2, located=(4, 5)))
    assert broken is not None
    assert broken.message == "20 % of a is null (2 of 10 rows), at most 10 % is allowed"
    unmeasured = judge(limit, Answer(rows=0))
    assert unmeasured is not None
    assert "cannot be measured" in unmeasured.message
