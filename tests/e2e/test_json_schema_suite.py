"""The test suite of JSON Schema 2020-12 as black-box tables, on both paths.

Each instance is a JSON line `{"value": ...}`, its schema stands under `row.properties.value`, by itself a resource.
All goes through the whole scan, where most is compiled, then row by row through `jsonschema` alone. Both have to say
what the suite says. What refers out of the contract must be refused with a name; row by row it is judged too, with the
other documents put into a registry by hand.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from jsonschema_specifications import REGISTRY
from referencing import Resource
from referencing.jsonschema import DRAFT202012
from tests.e2e.test_data_corpora import CORPORA, scan_all, source

from mlgate.core.config.row_schema import mistakes
from mlgate.core.data.compile import compile_row
from mlgate.core.data.formats import is_asserted
from mlgate.core.data.ir import Fallback, Storage
from mlgate.core.data.query import LOCATED, Table, TableColumn
from mlgate.core.data.sql import literal
from mlgate.shell.validation.rows import check_rows

if TYPE_CHECKING:
    from pathlib import Path

SUITE = CORPORA / "json-schema-test-suite"
TESTS = SUITE / "tests" / "draft2020-12"
# What is not named here must agree.
DIFFERENT = {
    "optional/dependencies-compatibility.json": "`dependencies` is no keyword of 2020-12; its successors are checked",
    "optional/cross-draft.json": "a document of an older draft is read as 2020-12",
}

ANNOTATIONS = ("hostname", "idn-hostname")  # formats that are not asserted

pytestmark = pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not beside this checkout")


@dataclass(frozen=True, kw_only=True)
class Group:
    """One schema with its instances, and what they are."""

    file: str
    name: str
    schema: Any
    data: list[Any]
    valid: list[bool]

    @property
    def row(self) -> dict[str, Any]:
        """Return the contract of a row."""
        schema = self.schema
        if isinstance(schema, dict) and "$id" not in schema:
            # Its references start at its own root.
            schema = {"$id": "https://example.org/value", **schema}
        return {"type": "object", "properties": {"value": schema}}

    @property
    def is_refused(self) -> bool:
        """Return whether the contract is refused before anything is scanned."""
        return any(True for _ in mistakes(self.row))


def is_annotation(file: str, group: dict[str, Any], test: dict[str, Any]) -> bool:
    """Return whether a test wants a format, which is asserted here, to be a mere annotation."""
    return file == "format.json" and is_asserted(group["schema"]["format"]) and "annotation" in test["description"]


@cache
def groups() -> list[Group]:
    """Return all groups, each with as many instances as a finding names."""
    found = []
    for path in sorted(TESTS.rglob("*.json")):
        file = str(path.relative_to(TESTS))
        if path.parent.name == "format" and path.stem in ANNOTATIONS:
            continue
        for group in json.loads(path.read_text()):
            for start in range(0, len(group["tests"]), LOCATED):
                tests = group["tests"][start : start + LOCATED]
                data = [test["data"] for test in tests]
                valid = [test["valid"] and not is_annotation(file, group, test) for test in tests]
                found.append(
                    Group(file=file, name=group["description"], schema=group["schema"], data=data, valid=valid)
                )
    return found


def scanned(found: list[Group], folder: Path) -> list[tuple[list[bool], list[str]]]:
    """Return which instances pass the whole scan, and which constructs have no compiled form."""
    requests = []
    for number, group in enumerate(found):
        path = folder / f"{number}.jsonl"
        path.write_text("".join(json.dumps({"value": item}) + "\n" for item in group.data))
        requests.append({**source(path), "sides": {"new": {"row": group.row}}})
    results = []
    for group, answer in zip(found, scan_all(requests, folder / "spill"), strict=True):
        assert answer is not None, group
        assert {finding["reason"] for finding in answer["findings"]} <= {"contract-broken"}, (group, answer["findings"])
        broken = {row["row"] for finding in answer["findings"] for row in finding["rows"]}
        results.append(([row not in broken for row in range(len(group.data))], answer["fallback"]))
    return results


def row_by_row(group: Group, connection: duckdb.DuckDBPyConnection) -> list[bool]:
    """Return which instances pass `jsonschema` alone, with the suite's other documents at hand."""
    lines = ", ".join(literal(json.dumps({"value": item})) for item in group.data)
    columns = (TableColumn(name="value", storage=Storage.JSON, type=""),)
    table = Table(source=f"(SELECT unnest([{lines}])::JSON AS json)", columns=columns, is_json=True)
    plan = replace(compile_row(group.row, lambda _: False), checks=(), second=(Fallback(pointer="/row"),))
    found = check_rows(connection, table, plan, group.row, remotes())
    broken = {row for failures in found.values() for row in failures.rows}
    return [row not in broken for row in range(len(group.data))]


@cache
def remotes() -> Any:
    folder = SUITE / "remotes"
    documents = {str(path.relative_to(folder)): json.loads(path.read_text()) for path in folder.rglob("*.json")}
    resources = (
        (f"http://localhost:1234/{name}", Resource.from_contents(document, DRAFT202012))
        for name, document in documents.items()
    )
    return REGISTRY.with_resources(resources).crawl()


def kind(group: Group) -> str:
    return "optional" if "/" in group.file else "required"


def test_the_scan_says_what_the_suite_says(tmp_path: Path) -> None:
    found = [group for group in groups() if not group.is_refused]
    counts: Counter[tuple[str, str]] = Counter()
    for group, (passed, fallback) in zip(found, scanned(found, tmp_path), strict=True):
        if group.file in DIFFERENT:
            counts["optional", "different"] += sum(a is not b for a, b in zip(passed, group.valid, strict=True))
            continue
        assert passed == group.valid, (group, fallback)
        counts[kind(group), "second path" if fallback else "compiled"] += len(passed)
    counts["required", "refused"] = sum(
        len(group.data) for group in groups() if group.is_refused and "/" not in group.file
    )
    # The compiled share may only grow.
    assert counts["required", "compiled"] >= 812
    assert counts["optional", "compiled"] >= 505
    assert counts["optional", "different"] <= 11
    assert counts["required", "compiled"] + counts["required", "second path"] + counts["required", "refused"] == 885


def test_row_by_row_says_what_the_suite_says() -> None:
    connection = duckdb.connect()
    counts: Counter[str] = Counter()
    for group in groups():
        if group.file not in DIFFERENT:
            assert row_by_row(group, connection) == group.valid, group
            counts[kind(group)] += len(group.data)
    assert counts == {"required": 885, "optional": 525}


def test_what_leads_out_of_the_contract_is_refused_by_name() -> None:
    refused = {group.file + group.name: group for group in groups() if group.is_refused}.values()
    for group in refused:
        words = [mistake.message for mistake in mistakes(group.row)]
        assert all("leads out of the contract" in word or word.startswith("`$schema` is") for word in words), words
    assert Counter(group.file for group in refused) == {
        "dynamicRef.json": 3,
        "optional/cross-draft.json": 1,
        "optional/format-assertion.json": 1,
        "refRemote.json": 10,
        "vocabulary.json": 1,
    }
