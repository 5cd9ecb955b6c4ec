"""Which rows break which checks, in the bits of integers."""

from __future__ import annotations

import duckdb
import pytest

from mlgate.core.data import query
from mlgate.core.data.flags import BITS, KEPT, Flags, Probe
from mlgate.core.data.ir import Storage
from mlgate.core.data.key import DenseKey, widened
from mlgate.core.data.query import Table, TableColumn

MANY = BITS + 5  # more checks than one integer has bits for


@pytest.fixture
def table() -> Table:
    duckdb.execute("CREATE OR REPLACE TABLE numbered AS SELECT i, i AS row FROM range(10000) AS r(i)")
    column = TableColumn(name="i", storage=Storage.INTEGER, type="integer")
    return Table(source="numbered", columns=(column,), numbered=True)


def test_the_first_rows_of_more_checks_than_an_integer_has_bits(table: Table) -> None:
    probes = tuple(Probe(id=number, condition=f"c0 % 1000 = {number}") for number in range(MANY))
    flags = Flags(probes=probes, shown=(0,))
    rows, *answer = duckdb.execute(query.count(table, probes, (), flags)).fetchone() or ()
    counts, (broken, *lists) = answer[:MANY], answer[MANY:]
    kept = list(zip(*lists, strict=True))
    assert (rows, set(counts), broken) == (10_000, {10}, 10 * MANY)
    found = flags.first_rows(kept, 3)
    assert found == {number: (number, 1000 + number, 2000 + number) for number in range(MANY)}
    assert kept[0][-1] == ["0"]


def test_a_row_that_breaks_several_checks_counts_once(table: Table) -> None:
    probes = (Probe(id=4, condition="c0 < 2"), Probe(id=9, condition="c0 = 1 OR c0 IS NULL"))
    flags = Flags(probes=probes)
    answer = duckdb.execute(query.count(table, probes, (), flags)).fetchone() or ()
    assert answer[3] == 2
    assert flags.first_rows(zip(*answer[4:], strict=True), 20) == {4: (0, 1), 9: (1,)}


def test_no_more_rows_are_kept_than_fit(table: Table) -> None:
    probes = (Probe(id=0, condition="true"),)
    answer = duckdb.execute(query.count(table, probes, (), Flags(probes=probes))).fetchone() or ()
    assert answer[2] == 10_000
    assert len(answer[3]) == KEPT
    assert answer[3][-1] == KEPT - 1


@pytest.mark.parametrize(
    ("values", "low", "high", "unique"),
    [
        ("1, 2, 3", 0, 5, True),
        ("1, 2, NULL", 0, 5, True),
        ("1, 2, 2", 0, 5, False),
        ("1, 2, 9", 0, 5, False),
        ("NULL::BIGINT, NULL", 0, 5, False),
    ],
)
def test_bits_show_that_a_key_does_not_repeat(values: str, low: int, high: int, unique: bool) -> None:
    key = DenseKey(pointer="/table/0", index=0, value="k", low=low, high=high)
    sql = f"SELECT count(k), {', '.join(key.aggregates)} FROM (SELECT unnest([{values}]) AS k)"  # noqa: S608 - our own
    filled, *answer = duckdb.execute(sql).fetchone() or (0,)
    assert key.is_unique(answer, filled) is unique


def test_a_sample_is_widened_by_its_own_range_or_by_the_rows() -> None:
    assert widened(5, 10, 100) == (-95, 110)
    assert widened(0, 1000, 100) == (-1000, 2000)
