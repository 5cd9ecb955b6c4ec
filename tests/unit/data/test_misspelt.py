"""Columns that a contract may have misspelt."""

from __future__ import annotations

from mlgate.core.data.misspelt import misspelt_columns

ROW = {"properties": {"carier": {"type": "string"}, "note": {}, "name": {}}}


def test_a_name_that_is_nearly_a_columns_is_told() -> None:
    (found,) = misspelt_columns(ROW, ["carrier", "name"])
    assert (found.pointer, found.severity.value, found.reason) == ("/row/properties/carier", "warn", "column-unknown")
    assert found.message == "no column is called carier, so nothing of it was checked; did you mean 'carrier'?"


def test_a_column_that_may_be_absent_is_no_mistake() -> None:
    assert misspelt_columns(ROW, ["carier", "name"]) == ()
    assert misspelt_columns({"properties": {"carier": {}, "carrier": {}}}, ["carrier"]) == ()
    assert misspelt_columns({}, ["a"]) == ()
