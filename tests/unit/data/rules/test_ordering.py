"""Order and limits of columns that hold more digits than a double: no two numbers are taken for one."""

# ruff: noqa: S608 - queries of our own

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from mlgate.core.config.contract import Comparison, Order, RuleKind, TableRule
from mlgate.core.data.ir import Storage
from mlgate.core.data.query import Table, TableColumn
from mlgate.core.data.rules import extremes, ordering
from mlgate.core.data.sql import Cell, content

CONNECTION = duckdb.connect()
FAR = 2**53


def table(*cells: tuple[str, str]) -> Table:
    """Return a table of one row: each column by its type and its cell."""
    item = ", ".join(f"'{cell}'::{kind}" for kind, cell in cells)
    storages = [Storage.DECIMAL if kind.startswith("DECIMAL") else Storage.INTEGER for kind, _ in cells]
    columns = tuple(
        TableColumn(name=name, storage=storage, type="") for name, storage in zip("ab", storages, strict=False)
    )
    return Table(source=f"(SELECT {item})", columns=columns)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("DECIMAL(38, 2)", f"{FAR}.00"), ("DECIMAL(38, 2)", f"{FAR + 1}.00")),
        (("DECIMAL(38, 2)", f"{FAR}.01"), ("DECIMAL(38, 0)", f"{FAR + 1}")),
        (("DECIMAL(38, 20)", "0.00000000000000000001"), ("DECIMAL(38, 2)", "999999999999999999999999999999999999.99")),
        (("DECIMAL(38, 38)", "-0.5"), ("DECIMAL(38, 38)", "-0.4")),
        (("DECIMAL(38, 2)", "-1.50"), ("DECIMAL(38, 1)", "-1.4")),
        (("BIGINT", f"{FAR}"), ("DECIMAL(38, 2)", f"{FAR}.01")),
        (("DECIMAL(38, 20)", "1.5"), ("BIGINT", "9223372036854775807")),
    ],
)
def test_decimals_are_compared_without_loss(left: tuple[str, str], right: tuple[str, str]) -> None:
    rule = TableRule(kind=RuleKind.COMPARE, pointer="/table/0", columns=("a", "b"), comparison=Comparison.BELOW)
    for cells, expected in (((left, right), False), ((right, left), True), ((left, left), True)):
        found = ordering.ask_compare(rule, table(*cells), {})
        sql = f"SELECT {found.condition} FROM {table(*cells).relation()}"
        assert CONNECTION.execute(sql).fetchone() == (expected,)


@pytest.mark.parametrize(
    ("order", "texts", "wrong"),
    [
        (Order.ASCENDING, [f"{FAR + 1}.00", f"{FAR}.00"], 1),
        (Order.ASCENDING, [f"{FAR}.00", f"{FAR}.01", f"{FAR + 1}.00"], 0),
        (Order.DESCENDING, [f"{FAR}.00", f"{FAR}.01"], 1),
    ],
)
def test_decimals_are_sorted_without_loss(order: Order, texts: list[str], wrong: int) -> None:
    rows = ", ".join(f"('{text}'::DECIMAL(38, 2))" for text in texts)
    decimals = Table(source=f"(VALUES {rows})", columns=(TableColumn(name="a", storage=Storage.DECIMAL, type=""),))
    rule = TableRule(kind=RuleKind.SORTED, pointer="/table/0", columns=("a",), order=order)
    found = CONNECTION.execute(ordering.unsorted_query(rule, decimals, {})).fetchone()
    assert found is not None
    assert found[:2] == (len(texts), wrong)


@pytest.mark.parametrize("kind", ["DECIMAL(38, 2)", "BIGINT"])
@pytest.mark.parametrize("step", [-1, 0, 1])
def test_extremes_are_compared_without_loss(kind: str, step: int) -> None:
    value, limit = Decimal(FAR + step), FAR
    for rule_kind, is_beyond in ((RuleKind.MIN, value < limit), (RuleKind.MAX, value > limit)):
        low = limit if rule_kind is RuleKind.MIN else None
        high = limit if rule_kind is RuleKind.MAX else None
        rule = TableRule(kind=rule_kind, pointer="/table/0", columns=("a",), at_least=low, at_most=high)
        cells = table((kind, str(value)))
        condition = extremes.ask(rule, cells, {}).condition
        assert CONNECTION.execute(f"SELECT {condition} FROM {cells.relation()}").fetchone() == (is_beyond,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5.00", "5"), ("5.50", "5.5"), (f"{FAR + 1}.00", f"{FAR + 1}"), (f"{FAR - 2}.99", f"{FAR - 2}.99")],
)
def test_the_content_of_a_decimal_is_told_without_loss(text: str, expected: str) -> None:
    form = content(Cell(storage=Storage.DECIMAL, value="v"))
    assert CONNECTION.execute(f"SELECT {form} FROM (SELECT '{text}'::DECIMAL(38, 2) AS v)").fetchone() == (expected,)
