"""What is said of a diff, and what comes first."""

from __future__ import annotations

import pytest

from mlgate.core.data.diff import notable
from mlgate.core.data.diff.notable import MINUS
from mlgate.core.documents.diff import ColumnDiff, ColumnSummary, DiffState, RetypedColumn, SchemaDiff, TableDiff


def column(name: str = "delay", **fields: object) -> ColumnDiff:
    return ColumnDiff(**{"name": name, **fields})  # type: ignore[arg-type]


def summary(nulls: int = 0, **fields: object) -> ColumnSummary:
    return ColumnSummary(**{"nulls": nulls, **fields})  # type: ignore[arg-type]


FOUND = TableDiff(rows_before=1000, rows_after=1000)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"added": 1200, "removed": 3, "changed": 17}, f"+1,200 rows, {MINUS}3, 17 changed"),
        ({"added": 1}, "+1 row"),
        ({"removed": 2}, f"{MINUS}2 rows"),
        ({}, "no row differs"),
        ({"state": DiffState.UNCHANGED}, "unchanged"),
        ({"state": DiffState.MISSING, "message": "it is gone"}, "not compared: it is gone"),
    ],
)
def test_the_headline_counts_rows(fields: dict[str, object], words: str) -> None:
    assert notable.headline(TableDiff(**fields)) == words  # type: ignore[arg-type]


def test_the_headline_names_columns_of_a_changed_schema() -> None:
    retyped = (RetypedColumn(name="e", before="BIGINT", after="VARCHAR"),)
    names = ("a", "b", "c")
    schema = SchemaDiff(added=names, added_count=9, removed=("d",), removed_count=1, retyped=retyped, retyped_count=1)
    assert notable.headline(TableDiff(table_schema=schema)) == (
        "columns a, b, c and 6 more are new; column d is gone; column e is of another type"
    )
    assert notable.headline(TableDiff(table_schema=SchemaDiff(reordered=True))) == "columns in another order"


def test_a_column_is_said_in_its_moves() -> None:
    moved = column(
        changed=12,
        before=summary(21, distinct=300, mean=10.0, deviation=2.0, quantiles={"0.5": 9.0, "0.95": 20.0}),
        after=summary(24, distinct=600, mean=11.0, deviation=2.0, quantiles={"0.5": 9.05, "0.95": 22.0}),
        new_categories_count=1,
        vanished_categories_count=0,
    )
    assert notable.sentences(moved, FOUND) == [
        "12 values changed",
        "nulls 2.1 % → 2.4 %",
        "mean 10 → 11",
        "95th percentile 20 → 22",
        "1 new category",
    ]


def test_what_any_few_rows_do_is_not_said() -> None:
    before, after = (
        summary(20, mean=10.0, deviation=5.0, distinct=980),
        summary(20, mean=10.02, deviation=5.0, distinct=975),
    )
    assert notable.sentences(column(before=before, after=after), FOUND) == []


@pytest.mark.parametrize(("distinct", "is_said"), [(1000, False), (2000, False), (2300, True), (700, True)])
def test_more_values_of_more_rows_are_usual(distinct: int, is_said: bool) -> None:
    found = TableDiff(rows_before=1000, rows_after=2000)
    moved = column(before=summary(distinct=1000), after=summary(distinct=distinct))
    assert notable.distinct_move(moved, found) == (f"about 1,000 → {distinct:,}" if is_said else "")


def test_changed_cells_come_first_then_nulls_categories_and_what_rows_moved() -> None:
    same = summary(3, mean=1.0)
    columns = (
        column("few", changed=1, before=same, after=same),
        column("same", before=same, after=same),
        column("nulls", before=summary(0), after=summary(500)),
        column("mean", before=summary(mean=1.0, deviation=1.0), after=summary(mean=3.0, deviation=1.0)),
        column("categories", new_categories_count=9, before=same, after=summary(3, mean=1.0, distinct=9)),
        column("more", changed=100, before=same, after=same),
    )
    ranked = notable.ranked(TableDiff(rows_before=1000, rows_after=1000, columns=columns))
    assert [item.name for item in ranked.columns] == ["more", "few", "nulls", "categories", "mean"]


def test_a_thousand_columns_are_counted_and_not_all_kept() -> None:
    columns = tuple(column(f"c{number:04}", changed=1) for number in range(1000))
    ranked = notable.ranked(TableDiff(rows_before=10, rows_after=10, columns=columns))
    assert (len(ranked.columns), ranked.columns_left_out) == (100, 900)


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [(10.0, 11.0, ("10", "11")), (44.7321, 44.7344, ("44.732", "44.734")), (-1.0, 1.0, (f"{MINUS}1", "1"))],
)
def test_numbers_are_shown_with_digits_that_tell_them_apart(one: float, other: float, shown: tuple[str, str]) -> None:
    assert notable.apart(one, other) == shown


@pytest.mark.parametrize(("share", "shown"), [(0.0, "0.0 %"), (0.0001, "< 0.1 %"), (0.021, "2.1 %")])
def test_a_part_that_is_not_none_is_never_shown_as_none(share: float, shown: str) -> None:
    assert notable.percent(share) == shown
