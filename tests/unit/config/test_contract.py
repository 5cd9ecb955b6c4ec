"""A contract's values become `Contract`, or every mistake with its place."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgate.core import codec
from mlgate.core.config.contract import Comparison, Contract, RuleKind, TableRule
from mlgate.core.config.model import Severity
from mlgate.core.config.parse_contract_rules import EXAMPLES
from mlgate.core.config.redaction import redacted_columns
from mlgate.errors import ConfigError
from mlgate.shell import configuration

SUITE = Path(__file__).parents[4] / "shared" / "corpora" / "json-schema-test-suite"
SUITE_FILES = sorted(
    path for path in SUITE.rglob("*.json") if "remotes" not in path.parts and path.name != "index.json"
)
CONTRACT = """\
row:
  type: object
  properties:
    id: {type: string, pattern: "^[0-9]+$"}
    name: {type: [string, "null"], redact: true}
    age: {$ref: "#/$defs/age"}
  required: [id]
  $defs:
    age: {type: integer, minimum: 0}
  x-owner: me
table:
  - primary-key: [id]
  - primary-key: {columns: id, severity: warn}
  - row-count: {at-least: 10, at-most: 100}
  - null-fraction: {column: name, at-most: 0.5}
  - no-overlap: {with: train, by: id, severity: warn}
"""


def parsed(text: str, name: str = "c.yml") -> Contract:
    return configuration.parse_contract(text.encode(), name)


def problems(text: str, name: str = "c.yml") -> list[tuple[int, int, str]]:
    with pytest.raises(ConfigError) as caught:
        parsed(text, name)
    assert all(problem.remedy for problem in caught.value.problems)
    return [(problem.line, problem.column, problem.message) for problem in caught.value.problems]


def messages(contract: object) -> list[str]:
    try:
        parsed(json.dumps(contract), "c.json")
    except ConfigError as error:
        return [problem.message for problem in error.problems]
    return []


def test_the_whole_contract() -> None:
    contract = parsed(CONTRACT)
    assert set(contract.properties) == {"id", "name", "age"}
    assert contract.redacted == {"name"}
    assert contract.rules[0] == TableRule(kind=RuleKind.PRIMARY_KEY, pointer="/table/0/primary-key", columns=("id",))
    assert contract.rules[1].severity is Severity.WARN
    assert (contract.rules[2].at_least, contract.rules[2].at_most) == (10, 100)
    assert contract.rules[3].columns == ("name",)
    assert (contract.rules[4].other, contract.rules[4].columns) == ("train", ("id",))
    assert contract.line("/row/properties/age/$ref") == 6
    assert contract.line("/table/4/no-overlap") == 16


def test_json_and_yaml_say_the_same() -> None:
    contract = parsed(CONTRACT)
    text = json.dumps({"row": contract.row, "table": [{"primary-key": ["id"]}]})
    assert parsed(text, "c.json").row == contract.row
    assert problems('{"row": {},}', "c.json") == [(1, 12, "not valid JSON: expected a text in double quotes")]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "the file is empty"),
        ("{}", 1, 1, "the contract is empty"),
        ("- a", 1, 1, "expected a mapping, got a list"),
        ("type: object", 1, 1, "this is a JSON Schema, not a contract"),
        ("rows: {}\ntable: []", 1, 1, "unknown key 'rows', did you mean 'row'?"),
        ("row: []", 1, 6, "`row`: expected a JSON Schema, got an empty list"),
        ("row: true", 1, 6, "expected a JSON Schema, got true"),
        ("row:\n  type: objct", 2, 9, "'objct' is no type, did you mean 'object'?"),
        ("row:\n  properties:\n    a: {minimum: '3'}", 3, 18, "`minimum` cannot be '3'"),
        ("row:\n  properties:\n    a: {requird: [b]}", 3, 9, "unknown keyword 'requird', did you mean 'required'?"),
        ("row:\n  properties:\n    a: {pattern: '[x'}", 3, 18, "'[x' is no regular expression: unterminated"),
        (
            "row:\n  properties:\n    a: {format: datetime}",
            3,
            17,
            "unknown format 'datetime', did you mean 'date-time'?",
        ),
        ("row: {items: {format: Date}}", 1, 23, "unknown format 'Date', did you mean 'date'?"),
        ("row:\n  patternProperties: {'(': {}}", 2, 23, "'(' is no regular expression: missing )"),
        ("row: {$ref: other.json}", 1, 13, "leads out of the contract, and nothing is fetched"),
        ("row: {$ref: 'https://example.org/x.json'}", 1, 13, "leads out of the contract"),
        ("row: {items: {$ref: '#/$defs/a'}}", 1, 21, "leads nowhere"),
        ("row: {properties: {a: {redact: 1}}}", 1, 32, "`redact` is neither true nor false"),
        ("row: {$schema: 'http://json-schema.org/draft-07/schema#'}", 1, 16, "`$schema` is"),
        ("row: {properties: {a: {minimum: .inf}}}", 1, 33, ".inf is not a number"),
        ("table: {}", 1, 8, "expected a list of rules"),
        ("table:\n  - primry-key: [a]", 2, 5, "unknown rule 'primry-key', did you mean 'primary-key'?"),
        ("table:\n  - primary-key: []", 2, 18, "a list of one or more columns, got an empty list"),
        ("table:\n  - primary-key: [a, a]", 2, 19, "'a' is named twice"),
        ("table:\n  - primary-key: [a]\n    severity: warn", 3, 5, "it belongs inside the rule's own mapping"),
        ("table:\n  - primary-key: [a]\n    row-count: {at-least: 1}", 2, 5, "expected one rule, got 2"),
        ("table:\n  - {}", 2, 5, "expected one rule, got 0"),
        ("table:\n  - row-count: {}", 2, 16, "the rule has no limit"),
        ("table:\n  - row-count: {at-least: 2, at-most: 1}", 2, 16, "at-least 2 is more than at-most 1"),
        ("table:\n  - row-count: {at-least: 1.5}", 2, 27, "expected a whole number"),
        ("table:\n  - null-fraction: {column: a, at-most: 2}", 2, 41, "expected a number between 0 and 1, got 2"),
        ("table:\n  - null-fraction: {at-most: 0}", 2, 20, "`column` is missing"),
        ("table:\n  - no-overlap: {with: train}", 2, 17, "`by` is missing"),
        ("table:\n  - no-overlap: {with: a b, by: x}", 2, 24, "expected a table's name"),
        ("table:\n  - row-count: {at-least: 1, severity: error}", 2, 40, "expected fail or warn, got 'error'"),
        ("table:\n  - mean: {column: a, atleast: 1}", 2, 23, "unknown key 'atleast', did you mean 'at-least'?"),
        ("table:\n  - mean: {column: a}", 2, 11, "the rule has no limit"),
        ("table:\n  - mean: {column: a, at-least: 30%}", 2, 33, "expected a number, got '30%'"),
        (
            f"table:\n  - mean: {{column: a, at-least: 1{'0' * 309}}}",
            2,
            33,
            "expected a number, got one that is too large",
        ),
        ("table:\n  - share: {column: a, value: b, at-most: 400%}", 2, 43, "expected a number between 0 and 1"),
        ("table:\n  - unique: {columns: a, at-most: '0.5'}", 2, 35, "expected a number or a percentage, got '0.5'"),
        ("table:\n  - min: {column: a, at-least: 2015-02-30}", 2, 32, "expected a number, a date or a time"),
        (
            "table:\n  - max: {column: a, at-least: 1, at-most: 2015-01-01}",
            2,
            10,
            "one limit is a number and the other",
        ),
        ("table:\n  - freshness: {column: a, within: 7 days}", 2, 36, "expected a duration, got '7 days'"),
        ("table:\n  - compare: a>=b", 2, 14, "expected two columns with one of >=,"),
        ("table:\n  - sorted: {by: a, order: up}", 2, 28, "expected ascending or descending, got 'up'"),
        ("table:\n  - foreign-key: {columns: [a, b], references: c, key: d}", 2, 56, "`columns` names 2 and `key` 1"),
        ("table:\n  - quantle: {column: a}", 2, 5, "unknown rule 'quantle', did you mean 'quantile'?"),
        (
            "row: {properties: {carrier: {}}, additionalProperties: false}\ntable:\n  - unique: carier",
            3,
            5,
            "the row has no column 'carier', did you mean 'carrier'?",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, line: int, column: int, words: str) -> None:
    found = problems(text)
    assert [place for *place, message in found if words in message][:1] == [[line, column]], found


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("row: {properties: {age: integer}}", "expected a schema, got 'integer'", "`age: {type: integer}`"),
        ("row: {properties: {a b: }}", "expected a schema, got nothing", "`'a b': {type: string}`"),
        ("row: {properties: {a: [integer]}}", "expected a schema, got a list", "`a: {type: string}`"),
        ("row: {anyOf: [number]}", "expected a schema, got 'number'", "`- {type: number}`"),
        (
            "table: {row-count: {at-least: 1}}",
            "expected a list of rules",
            "Begin each rule with `- `, as in `- row-count:",
        ),
        ("table: key", "expected a list of rules", "Begin each rule with `- `, as in `- primary-key:"),
    ],
)
def test_what_is_written_too_short_is_written_out_by_the_remedy(text: str, message: str, remedy: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    (problem,) = caught.value.problems
    assert message in problem.message
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    "name", ["hostname", "idn-hostname", "regex", "int32", "date-time-local", "text", "iso8601", ""]
)
def test_formats_that_are_like_no_other_stay_notes(name: str) -> None:
    assert parsed(json.dumps({"row": {"properties": {"a": {"format": name}}}}), "c.json").properties


def test_a_contract_that_is_not_there_can_be_inferred(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        configuration.load_contract(tmp_path / "c.yml", "contracts/c.yml")
    (problem,) = caught.value.problems
    assert "`mlgate contract infer TABLE --output contracts/c.yml`" in problem.remedy


@pytest.mark.parametrize(
    "pattern", [r"^\p{L}+$", r"(?<year>\d{4})", r"a{2,}", r"\cA", r"[^\]]", r"\d{4}-\d{2}", "(?<=a)b"]
)
def test_patterns_of_other_dialects_are_left_to_the_engine(pattern: str) -> None:
    assert parsed(json.dumps({"row": {"properties": {"a": {"pattern": pattern}}}}), "c.json").properties


def test_deep_and_wide_schemas_are_read_or_refused() -> None:
    deep = "row: " + "{not: " * 62 + "{}" + "}" * 62
    with contextlib.suppress(ConfigError):
        parsed(deep)
    wide = "row:\n  properties:\n" + "".join(f"    c{number}: {{type: integer}}\n" for number in range(1000))
    assert len(parsed(wide).properties) == 1000


@pytest.mark.skipif(not SUITE_FILES, reason="the corpora are not beside this checkout")
@pytest.mark.parametrize("file", SUITE_FILES, ids=lambda path: str(path.relative_to(SUITE)))
def test_schemas_of_the_suite_are_contracts_unless_they_lead_out(file: Path) -> None:
    for group in json.loads(file.read_text(encoding="utf-8")):
        if not isinstance(group["schema"], dict):
            continue
        for message in messages({"row": group["schema"]}):
            assert "leads out of the contract" in message or "`$schema` is" in message


WORDS = ["row", "table", "type", "properties", "$ref", "#/x", "pattern", "(", "object", "primary-key", "by", "items"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=10,
)


@given(VALUES, VALUES)
def test_any_values_are_a_contract_or_a_config_error(row: object, table: object) -> None:
    with contextlib.suppress(ConfigError):
        parsed(json.dumps({"row": row, "table": table}), "c.json")


def test_the_rules_are_read_with_their_units() -> None:
    rules = parsed(
        "table:\n"
        "  - rows-change: {at-most: 20%}\n"
        "  - freshness: {column: t, within: 2w}\n"
        "  - compare: two words >= b\n"
        "  - conflicting-labels: {label: y, features: [a, b], at-most: 0.1%}\n"
        "  - foreign-key: {columns: a, references: b}\n"
        "  - no-overlap: {with: train, by: row}\n"
        "  - no-overlap: {with: train, by: [row]}\n"
        "  - min: {column: a, at-least: 9007199254740993}\n"
        "  - mean: {column: a, at-least: -1.7976931348623157e308, at-most: 1e300}\n"
    ).rules
    assert rules[0].at_most == 0.2
    assert rules[1].within == 14 * 86_400
    assert (rules[2].columns, rules[2].comparison) == (("two words", "b"), Comparison.AT_LEAST)
    assert (rules[3].columns, rules[3].tolerance) == (("y", "a", "b"), 0.001)
    assert rules[4].other_columns == ("a",)
    assert [(rule.columns, rule.whole_rows) for rule in rules[5:7]] == [((), True), (("row",), False)]
    assert rules[7].at_least == 2**53 + 1
    assert (rules[8].at_least, rules[8].at_most) == (-sys.float_info.max, 1e300)


@pytest.mark.parametrize("kind", RuleKind)
def test_a_rule_comes_through_the_pipe_to_the_scan_as_it_was(kind: RuleKind) -> None:
    (rule,) = parsed(f"table:\n  - {EXAMPLES[kind]}\n").rules
    assert rule.kind is kind
    assert codec.from_plain(TableRule, json.loads(json.dumps(codec.to_plain(rule, exact=True)))) == rule


@pytest.mark.parametrize(
    "row",
    [
        {"properties": {"a": {"redact": True}}},
        {"properties": {"a": {"$ref": "#/$defs/s"}}, "$defs": {"s": {"redact": True}}},
        {"properties": {"a": {"anyOf": [{"redact": True}, {"type": "null"}]}}},
        {"properties": {"a": {"properties": {"p": {"redact": True}}}}},
        {"properties": {"a": {"items": {"properties": {"p": {"redact": True}}}}}},
        {"allOf": [{"properties": {"a": {"redact": True}}}]},
        {"dependentSchemas": {"b": {"properties": {"a": {"redact": True}}}}},
    ],
)
def test_a_column_is_hidden_by_any_part_of_what_is_said_of_it(row: dict[str, Any]) -> None:
    assert redacted_columns({**row, "properties": {"b": {"type": "string"}, **row.get("properties", {})}}) == {"a"}


@pytest.mark.parametrize("keyword", ["additionalProperties", "unevaluatedProperties"])
def test_hiding_columns_without_their_names_is_a_mistake(keyword: str) -> None:
    with pytest.raises(ConfigError) as caught:
        configuration.parse_contract(f"row:\n  {keyword}: {{redact: true}}\n".encode(), "c.yml")
    (problem,) = caught.value.problems
    assert (problem.line, "none is named" in problem.message) == (2, True)
    with pytest.raises(ConfigError):
        configuration.parse_contract(b"row: {patternProperties: {'^x': {redact: true}}}\n", "c.yml")
