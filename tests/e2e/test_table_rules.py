"""Each table rule over a real file of each format: it passes, fails, warns, tolerates, or cannot be measured."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from mlgate.core.data.request import ContractPart, ScanRequest
from mlgate.shell import configuration
from mlgate.shell.tables.files import one_file
from mlgate.shell.validation.scan import scan
from mlgate.shell.validation.scanner import Scanner

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.config.contract import Contract
    from mlgate.core.documents.data import DataFinding

FORMATS = ("csv", "parquet", "jsonl")
TYPES = {
    "id": "BIGINT",
    "x": "DOUBLE",
    "carrier": "VARCHAR",
    "day": "DATE",
    "dep": "TIMESTAMP",
    "arr": "TIMESTAMP",
    "y": "BIGINT",
    "empty": "DOUBLE",
    "flag": "BOOLEAN",
    "odd > name": "BIGINT",
}
ROWS: list[tuple[Any, ...]] = [
    (1, 1.0, "AA", "2015-01-01", "2015-01-01T10:00:00", "2015-01-01T11:00:00", 0, None, True, 1),
    (2, 2.0, "AA", "2015-01-02", "2015-01-02T10:00:00", "2015-01-02T11:00:00", 0, None, True, 2),
    (3, 3.0, "UA", "2015-01-03", "2015-01-03T10:00:00", "2015-01-03T09:00:00", 0, None, True, 3),
    (4, 4.5, "UA", "2015-01-04", "2015-01-04T10:00:00", None, 0, None, True, 4),
    (4, 4.5, "UA", "2015-01-04", "2015-01-04T10:00:00", None, 0, None, True, 4),
    (9, None, None, "2015-01-06", "2015-01-06T10:00:00", "2015-01-06T10:00:00", 0, None, True, 9),
    (10, 7.0, "B6", "2015-01-05", "2015-01-05T10:00:00", "2015-01-05T12:00:00", 1, None, True, 10),
    (11, 7.0, "B6", "2015-01-07", "2015-01-07T10:00:00", "2015-01-07T12:00:00", 0, None, False, 11),
]
SCHEMA: dict[str, Any] = {
    "properties": {
        "id": {"type": "integer"},
        "x": {"type": ["number", "null"]},
        "carrier": {"type": ["string", "null"]},
        "y": {"type": "integer"},
        "empty": {"type": ["number", "null"]},
        "flag": {"type": "boolean"},
        "odd > name": {"type": "integer"},
    }
}
NOW = 1_420_624_800 + 3 * 86_400  # three days after the newest departure
# What is asked; what is found (nothing where it passes), and in which rows.
CASES: list[tuple[str, str | None, list[int]]] = [
    ("unique: day", "1 of 8 rows repeat the key day of an earlier row", [4]),
    ("unique: {columns: [id, x], at-most: 12.5%}", None, []),
    ("unique: {columns: id, at-most: 0.1}", "1 of 8 rows repeat the key id of an earlier row; at most 10 %", [4]),
    ("unique: [arr]", None, []),
    ("unique: empty", "cannot be measured: no row has a value in each of its columns", []),
    ("primary-key: {columns: id, severity: warn}", "1 of 8 rows repeat the key id", [4]),
    ("row-count: {at-least: 8, at-most: 8}", None, []),
    ("row-count: {at-least: 9}", "8 rows, at least 9 are asked for", []),
    ("rows-change: {at-most: 60%}", None, []),
    ("rows-change: {at-most: 0.5}", "8 rows, 60 % more than the 5 of the base, at most 50 % is allowed", []),
    ("null-fraction: {column: x, at-most: 12.5%}", None, []),
    ("null-fraction: {column: x, at-most: 0.1}", "12.5 % of x is null (1 of 8 rows), at most 10 %", [5]),
    ("null-fraction: {column: x, at-least: 20%}", "12.5 % of x is null (1 of 8 rows), at least 20 %", []),
    ("distinct-count: {column: x, at-least: 5, at-most: 5}", None, []),
    ("distinct-count: {column: carrier, at-most: 2}", "carrier has 3 different values, at most 2", []),
    (
        "distinct-count: {column: empty, at-most: 2}",
        "distinct-count of empty cannot be measured: no row has a value",
        [],
    ),
    ("min: {column: x, at-least: 1, at-most: 1}", None, []),
    ("min: {column: x, at-least: 2.5}", "x is below 2.5 in 2 of 8 rows", [0, 1]),
    ("min: {column: x, at-most: 0}", "every value of x is above 0", []),
    ("min: {column: day, at-least: 2015-01-01, at-most: 2015-01-01}", None, []),
    ("min: {column: day, at-least: 2015-01-02}", "day is below 2015-01-02 in 1 of 8 rows", [0]),
    (
        "min: {column: carrier, at-least: 1}",
        "7 cells of 8 rows cannot be read as finite numbers",
        [0, 1, 2, 3, 4, 6, 7],
    ),
    ("min: {column: empty, at-least: 1}", "min of empty cannot be measured: no row has a value", []),
    ("min: {column: carrier, at-least: 2015-01-01}", "cannot be read as dates or times", [0, 1, 2, 3, 4, 6, 7]),
    ("max: {column: x, at-most: 7, at-least: 7}", None, []),
    ("max: {column: x, at-most: 6}", "x is above 6 in 2 of 8 rows", [6, 7]),
    ("max: {column: x, at-least: 8}", "every value of x is below 8", []),
    ("max: {column: dep, at-most: 2015-01-07, at-least: 2015-01-07T10:00:00Z}", None, []),
    ("max: {column: dep, at-most: 2015-01-07T11:59:59+02:00}", "dep is above", [7]),
    ("max: {column: gone, at-most: 1}", "gone is missing: the file has no such column", []),
    ("mean: {column: x, at-least: 4.1428, at-most: 4.1429}", None, []),
    ("mean: {column: x, at-most: 4}", "the mean of x is 4.142857143, at most 4 is allowed", []),
    ("mean: {column: empty, at-most: 4}", "mean of empty cannot be measured: no row has a value", []),
    ("mean: {column: carrier, at-most: 4}", "mean of carrier cannot be measured: 7 cells", [0, 1, 2, 3, 4, 6, 7]),
    ("stddev: {column: x, at-least: 2.3, at-most: 2.4}", None, []),
    ("stddev: {column: x, at-most: 2}", "the standard deviation of x is 2.322252601, at most 2", []),
    ("sum: {column: x, at-least: 29, at-most: 29}", None, []),
    ("sum: {column: x, at-least: 30}", "the sum of x is 29, at least 30", []),
    ("quantile: {column: x, q: 0.5, at-least: 4.5, at-most: 4.5}", None, []),
    ("quantile: {column: x, q: 0.9, at-most: 6}", "the 0.9 quantile of x is above 6: 2 of 7 values (28.57 %)", []),
    ("quantile: {column: x, q: 0, at-least: 2}", "the 0.0 quantile of x is below 2: 1 of 7 values", []),
    ("quantile: {column: empty, q: 0.9, at-most: 6}", "quantile of empty cannot be measured", []),
    ("share: {column: carrier, value: UA, at-least: 37.5%, at-most: 0.375}", None, []),
    ("share: {column: carrier, value: UA, at-most: 30%}", "37.5 % of carrier is UA (3 of 8 rows), at most 30 %", []),
    ("share: {column: x, value: 7, at-least: 30%}", "25 % of x is 7 (2 of 8 rows), at least 30 %", []),
    ("share: {column: flag, value: true, at-least: 90%}", "87.5 % of flag is true", []),
    ("sorted: {by: id}", None, []),
    ("sorted: {by: id, strictly: true}", "id is not strictly ascending: 1 of 8 rows", [4]),
    ("sorted: {by: day}", "day is not ascending: 1 of 8 rows do not follow on the one before", [6]),
    ("sorted: {by: day, at-most: 12.5%}", None, []),
    ("sorted: {by: id, order: descending, at-most: 1%}", "at most 1 % of the rows may", [1, 2, 3, 5, 6, 7]),
    ("sorted: {by: empty}", "sorted of empty cannot be measured: no row has a value", []),
    ("compare: arr >= dep", "arr >= dep does not hold in 1 of 8 rows", [2]),
    ("compare: {left: arr, operator: '>=', right: dep, at-most: 12.5%}", None, []),
    ("compare: {left: odd > name, operator: '==', right: id}", None, []),
    ("compare: x != empty", "compare of x cannot be measured: no row has both values", []),
    ("compare: x < carrier", "x < carrier does not hold in 7 of 8 rows", [0, 1, 2, 3, 4, 6, 7]),
    ("duplicate-rows: {at-most: 12.5%}", None, []),
    ("duplicate-rows: {at-most: 0, severity: warn}", "1 of 8 rows are the same as an earlier one", [4]),
    (
        "duplicate-rows: {at-most: 10%, ignore: [id, x, carrier, day, dep, arr, odd > name, y]}",
        "6 of 8 rows",
        [1, 2, 3, 4, 5, 6],
    ),
    ("duplicate-rows: {at-most: 0, ignore: [nothing]}", "the file has no column nothing, which `ignore` names", []),
    ("conflicting-labels: {label: y}", None, []),
    ("conflicting-labels: {label: y, features: [carrier, x]}", "2 of 8 rows have features", [6, 7]),
    ("conflicting-labels: {label: y, features: [carrier, x], at-most: 25%}", None, []),
    ("label-balance: {label: y, at-least: 12.5%}", None, []),
    ("label-balance: {label: y, at-least: 20%}", "the rarest of 2 values of y is 12.5 % of the labels (1 of 8)", []),
    (
        "label-balance: {label: empty, at-least: 20%}",
        "label-balance of empty cannot be measured: no row has a label",
        [],
    ),
    ("freshness: {column: dep, within: 3d}", None, []),
    ("freshness: {column: dep, within: 71h}", "the newest dep is 3 d old, at most 71 h is allowed", []),
    ("freshness: {column: arr, within: 71h}", None, []),
    ("freshness: {column: carrier, within: 1d}", "cannot be read as dates or times", [0, 1, 2, 3, 4, 6, 7]),
    ("foreign-key: {columns: carrier, references: airlines, key: code}", "2 of 8 rows have a carrier", [6, 7]),
    ("foreign-key: {columns: carrier, references: airlines, key: code, at-most: 25%}", None, []),
    ("foreign-key: {columns: id, references: self}", None, []),
    ("foreign-key: {columns: x, references: self, key: id}", "4 of 8 rows have a x", [3, 4, 6, 7]),
    ("foreign-key: {columns: carrier, references: airlines}", "airlines", []),
    ("foreign-key: {columns: empty, references: airlines, key: code}", "no row has a value in each of its columns", []),
    ("foreign-key: {columns: id, references: nobody}", "the configuration has no table called nobody", []),
    ("no-overlap: {with: holdout, by: id}", "1 of 8 rows have a key (id) that holdout has too", [7]),
    ("no-overlap: {with: holdout, by: id, at-most: 12.5%}", None, []),
    ("no-overlap: {with: holdout, by: row}", None, []),
    ("no-overlap: {with: self, by: row}", "8 of 8 rows are in self too", list(range(8))),
    ("no-overlap: {with: self, by: row, at-most: 100%}", None, []),
    ("no-overlap: {with: holdout, by: empty}", "no row has a value in each of its columns", []),
    ("no-overlap: {with: airlines, by: row}", "airlines has no column", []),
]


def write(path: Path, rows: list[tuple[Any, ...]], types: dict[str, str] = TYPES) -> Path:
    """Write rows in the format that the name says."""
    if path.suffix == ".csv":
        cells = [["" if v is None else str(v).lower() if isinstance(v, bool) else str(v) for v in row] for row in rows]
        path.write_text("".join(",".join(line) + "\n" for line in [list(types), *cells]))
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(dict(zip(types, row, strict=True))) + "\n" for row in rows))
    else:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        with duckdb.connect() as connection:
            connection.execute(f"CREATE TABLE t ({columns})")
            if rows:
                connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(types))})", rows)  # noqa: S608 - ours
            connection.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    return path


def contract(rules: list[str], schema: dict[str, Any] = SCHEMA) -> Contract:
    text = f"row: {json.dumps(schema)}\ntable:\n" + "".join(f"  - {rule}\n" for rule in rules)
    return configuration.parse_contract(text.encode(), "c.yml")


def request_of(path: Path, of: Contract, folder: Path, **more: Any) -> ScanRequest:
    side = ContractPart(row=of.row, rules=of.rules)
    return ScanRequest(
        source=one_file(path), sides={"new": side}, spill=str(folder / "spill"), show_values=True, now=NOW, **more
    )


def asked(form: str, folder: Path) -> ScanRequest:
    """Return the request of all cases at once, with the tables that they name."""
    path = write(folder / f"t.{form}", ROWS)
    holdout = [(11, *ROWS[0][1:]), (12, *ROWS[1][1:])]
    others = {
        "self": path,
        "airlines": write(folder / f"airlines.{form}", [("AA",), ("UA",)], {"code": "VARCHAR"}),
        "holdout": write(folder / f"holdout.{form}", holdout),
    }
    base = write(folder / f"base.{form}", ROWS[:5])
    named = {name: one_file(file) for name, file in others.items()}
    return request_of(path, contract([rule for rule, *_ in CASES]), folder, others=named, base=one_file(base))


@pytest.fixture(scope="module", params=FORMATS)
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[DataFinding]]:
    """Return the findings of one scan by the number of the rule."""
    result = scan(asked(request.param, tmp_path_factory.mktemp(request.param)))
    assert result.rows == len(ROWS), result.findings
    by_rule: dict[int, list[DataFinding]] = {number: [] for number in range(len(CASES))}
    for finding in result.findings:
        by_rule[int(finding.check.split("/")[2])].append(finding)
    return by_rule


@pytest.mark.parametrize("number", range(len(CASES)), ids=[rule for rule, *_ in CASES])
def test_a_rule(found: dict[int, list[DataFinding]], number: int) -> None:
    rule, words, rows = CASES[number]
    findings = found[number]
    if words is None:
        assert findings == []
        return
    (finding,) = findings
    assert words in finding.message
    assert [row.row for row in finding.rows] == rows
    assert finding.severity.value == ("warn" if "severity: warn" in rule else "fail")
    assert (finding.reason == "rule-unmeasured") is any(
        word in finding.message for word in ("cannot be measured", "cannot be read")
    )


def test_the_child_gives_the_same_answers_on_any_number_of_threads(tmp_path: Path) -> None:
    request = asked("parquet", tmp_path)
    here = scan(replace(request, threads=1)).findings
    with Scanner(os.environ) as scanner:
        assert scanner.scan(replace(request, threads=3))[0].findings == here


@pytest.mark.parametrize("form", FORMATS)
def test_no_rule_passes_a_table_without_rows(form: str, tmp_path: Path) -> None:
    rules = [rule for rule, *_ in CASES if not rule.startswith(("row-count", "rows-change", "primary-key"))]
    path = write(tmp_path / f"t.{form}", [])
    if form == "jsonl":
        path.write_text("\n")  # a blank line is no row
    others = {name: one_file(write(tmp_path / f"o.{form}", ROWS)) for name in ("self", "airlines", "holdout")}
    result = scan(request_of(path, contract(["row-count: {at-least: 0}", *rules]), tmp_path, others=others))
    assert {int(finding.check.split("/")[2]) for finding in result.findings} == set(range(1, len(rules) + 1))


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_finite_number_is_never_measured(form: str, value: float, tmp_path: Path) -> None:
    kinds = ("min", "max", "mean", "stddev", "sum")
    rules = [f"{kind}: {{column: x, at-least: -1e9, at-most: 1e9}}" for kind in kinds]
    rules.append("quantile: {column: x, q: 0.5, at-most: 1e9}")
    path = write(tmp_path / f"t.{form}", [(1.0,), (value,), (2.0,)], {"x": "DOUBLE"})
    result = scan(request_of(path, contract(rules, {}), tmp_path))
    assert [(f.reason, [row.row for row in f.rows]) for f in result.findings] == [("rule-unmeasured", [1])] * len(rules)


def test_undeclared_columns_of_csv_are_numbers_where_the_rule_is_about_numbers(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [(2, 9), (10, 10), (10, 11)], {"a": "", "b": ""})
    rules = ["mean: {column: a, at-most: 7.34}", "sorted: {by: a}", "compare: a <= b", "min: {column: a, at-least: 3}"]
    result = scan(request_of(path, contract(rules, {}), tmp_path))
    assert [finding.check for finding in result.findings] == ["/table/3/min"]


def test_a_column_that_is_declared_as_text_is_no_number(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [(1,), (2,)], {"a": ""})
    result = scan(
        request_of(
            path, contract(["sum: {column: a, at-most: 9}"], {"properties": {"a": {"type": "string"}}}), tmp_path
        )
    )
    assert [finding.reason for finding in result.findings] == ["rule-unmeasured"]


def test_the_base_that_cannot_be_had_is_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [(1,)], {"a": ""})
    of = contract(["rows-change: {at-most: 20%}"], {})
    assert scan(request_of(path, of, tmp_path)).findings == ()
    (finding,) = scan(request_of(path, of, tmp_path, base_missing="it is not fetched")).findings
    assert (finding.severity.value, finding.reason) == ("warn", "rule-unmeasured")
    assert "the base's version cannot be had: it is not fetched" in finding.message


def test_a_time_far_ahead_of_the_clock_is_not_fresh(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [("2015-01-15",)], {"a": ""})
    (finding,) = scan(request_of(path, contract(["freshness: {column: a, within: 9d}"], {}), tmp_path)).findings
    assert "its newest time lies 4 d in the future" in finding.message


def test_sums_do_not_depend_on_the_order_of_the_rows(tmp_path: Path) -> None:
    rules = ["sum: {column: x, at-least: 1, at-most: 1}", "mean: {column: x, at-most: 0.33333}"]
    for number, order in enumerate(([1e16, 1.0, -1e16], [1.0, 1e16, -1e16], [-1e16, 1e16, 1.0])):
        path = write(tmp_path / f"t{number}.parquet", [(value,) for value in order], {"x": "DOUBLE"})
        assert [f.check for f in scan(request_of(path, contract(rules, {}), tmp_path)).findings] == ["/table/1/mean"]


def test_limits_reach_the_child_with_all_their_digits(tmp_path: Path) -> None:
    value = 2.71828182845904
    path = write(tmp_path / "t.csv", [(value,)], {"x": ""})
    row = {"properties": {"x": {"type": "number", "minimum": value, "maximum": value}}}
    of = contract([f"max: {{column: x, at-least: {value}, at-most: {value}}}"], row)
    with Scanner(os.environ) as scanner:
        assert scanner.scan(request_of(path, of, tmp_path))[0].findings == ()


def test_one_label_alone_is_never_balanced(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [(1, 1), (2, 1), (3, None)], {"id": "", "y": ""})
    (finding,) = scan(request_of(path, contract(["label-balance: {label: y, at-least: 0}"], {}), tmp_path)).findings
    assert finding.message == "y has one value in all 2 rows that have any: there is nothing to learn"


def test_values_of_a_redacted_column_are_in_no_finding(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [(31337, 1), (2, 2)], {"x": "", "y": ""})
    rules = ["min: {column: x, at-least: 100000}", "max: {column: x, at-most: 1}", "compare: x < y", "unique: x"]
    rules += [
        "quantile: {column: x, q: 1, at-most: 1}",
        "sorted: {by: x, strictly: true}",
        "duplicate-rows: {at-most: 0}",
    ]
    rules += ["sorted: {by: x}", "foreign-key: {columns: x, references: self, key: y}"]
    rules += [f"{kind}: {{column: x, at-most: 1}}" for kind in ("sum", "mean", "stddev")]
    of = contract(rules, {"properties": {"x": {"type": "integer", "redact": True}}})
    result = scan(request_of(path, of, tmp_path, redact=("x",), others={"self": one_file(path)}))
    assert len(result.findings) == 10
    told = str(result).replace(",", "")
    assert not [value for value in ("31337", "31339", "15669.5", "22157") if value in told]


@pytest.mark.parametrize(("day", "told"), [("2015-01-01", "is too old: at most"), ("2015-02-01", "in the future")])
def test_the_age_of_a_redacted_column_is_not_told(day: str, told: str, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [(day,)], {"x": ""})
    of = contract(["freshness: {column: x, within: 1d}"], {"properties": {"x": {"redact": True}}})
    (hidden,) = scan(request_of(path, of, tmp_path, redact=("x",))).findings
    (shown,) = scan(request_of(path, of, tmp_path)).findings
    assert told in hidden.message
    assert told in shown.message or " 9 d old" in shown.message
    assert not set(hidden.message.split()) & {"9", "22"}
