"""The queries of a diff, as text.

First the two versions meet with nothing but key and hash of each row: what differs goes to a small table. Only those
rows are read again with their cells. Both joins spill where they do not fit.
"""

# ruff: noqa: S608 - names in a file never reach a query: columns go by position, texts through `literal`

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.data.diff.columns import Column, Pair
    from mlgate.core.data.query import Table

DIFFERING = "differing"  # the table of keys that differ; `na` and `nb` say which version has the row
EXAMPLES = 5
SHOWN_CHARACTERS = 100


def halves(columns: Sequence[Pair]) -> tuple[Sequence[Pair], Sequence[Pair]]:
    """Return the columns whose cells are hashed together: where no row differs in a half, it is not read again."""
    middle = (len(columns) + 1) // 2
    return columns[:middle], columns[middle:]


def differing_by_key(before: Table, after: Table, key: Sequence[Pair], others: Sequence[Pair]) -> str:
    """Return the statement that keeps the keys of rows that only one version has, or that differ, and in which half."""
    names = _keys(key)
    items = ", ".join(f"coalesce(a.{name}, b.{name}) AS {name}" for name in names)
    matched = " AND ".join(f"a.{name} = b.{name}" for name in names)
    one, other = halves(others)
    return (
        f"CREATE TEMP TABLE {DIFFERING} AS SELECT {items}, a.h IS NOT NULL AS na, b.h IS NOT NULL AS nb, "
        "a.h IS DISTINCT FROM b.h AS dh, a.g IS DISTINCT FROM b.g AS dg FROM "
        f"({_hashed(before, [p.before for p in key], [p.before for p in one], [p.before for p in other])}) a FULL JOIN "
        f"({_hashed(after, [p.after for p in key], [p.after for p in one], [p.after for p in other])}) b "
        f"ON {matched} WHERE dh OR dg"
    )


def _keys(key: Sequence[Pair]) -> list[str]:
    return [f"k{index}" for index in range(len(key))]


def _hashed(table: Table, key: Sequence[Column], one: Sequence[Column], other: Sequence[Column]) -> str:
    items = [f"{column.value} AS k{index}" for index, column in enumerate(key)]
    return f"SELECT {', '.join(items)}, {_hash(one)} AS h, {_hash(other)} AS g FROM {table.relation()}"


def _hash(columns: Sequence[Column]) -> str:
    return f"hash({', '.join(column.value for column in columns)})" if columns else "0::UBIGINT"


def counted() -> str:
    """Return the query of how many keys only the base has, only this version has, and both have with other cells.

    Of the last, it also says whether any differs in either half of the columns.
    """
    kinds = ("NOT nb", "NOT na", "na AND nb", "na AND nb AND dh", "na AND nb AND dg")
    return f"SELECT {', '.join(f'count(*) FILTER ({kind})' for kind in kinds)} FROM {DIFFERING}"


def rows(table: Table) -> str:
    """Return the query of how many rows a table has."""
    return f"SELECT count(*) FROM {table.relation()}"


def repeats(table: Table, key: Sequence[str]) -> str:
    """Return the query of whether any key of a table repeats, in memory that spills."""
    items = ", ".join(f"{value} AS k{index}" for index, value in enumerate(key))
    names = ", ".join(f"k{index}" for index in range(len(key)))
    grouped = f"SELECT 1 FROM (SELECT {items} FROM {table.relation()}) GROUP BY {names} HAVING count(*) > 1"
    return f"SELECT EXISTS ({grouped})"


def changed_cells(before: Table, after: Table, key: Sequence[Pair], others: Sequence[Pair]) -> str:
    """Return the query of how many cells of each column differ in the rows that both versions have."""
    tests = ", ".join(f"count_if(a.v{index} IS DISTINCT FROM b.v{index})" for index in range(len(others)))
    return f"SELECT {tests} FROM {_both(before, after, key, others, shown=False)}"


def examples(before: Table, after: Table, key: Sequence[Pair], changed: Sequence[Pair]) -> str:
    """Return the query of the first changed cells of each column: key, before, after as text, by order of the key."""
    names = ", ".join(f"a.{name}" for name in _keys(key))
    shown = ", ".join(f"left(a.n{index}, {SHOWN_CHARACTERS})" for index in range(len(key)))
    items = (
        f"min(row(row({names}), [{shown}], left(a.s{index}, {SHOWN_CHARACTERS}), left(b.s{index}, {SHOWN_CHARACTERS})),"
        f" {EXAMPLES}) FILTER (WHERE a.v{index} IS DISTINCT FROM b.v{index})"
        for index in range(len(changed))
    )
    taken = (f"list_transform({item}, lambda e: [e[2][:], [e[3]], [e[4]]])" for item in items)
    return f"SELECT {', '.join(taken)} FROM {_both(before, after, key, changed, shown=True)}"


def _both(before: Table, after: Table, key: Sequence[Pair], columns: Sequence[Pair], *, shown: bool) -> str:
    """Return the rows that both versions have and that differ, with their cells."""
    matched = " AND ".join(f"a.{name} = b.{name}" for name in _keys(key))
    one = _cells(before, [p.before for p in key], [p.before for p in columns], shown=shown)
    other = _cells(after, [p.after for p in key], [p.after for p in columns], shown=shown)
    return f"({one}) a JOIN ({other}) b ON {matched}"


def _cells(table: Table, key: Sequence[Column], cells: Sequence[Column], *, shown: bool) -> str:
    items = [f"{column.value} AS k{index}" for index, column in enumerate(key)]
    items += [f"{column.value} AS v{index}" for index, column in enumerate(cells)]
    if shown:
        items += [f"{column.shown} AS n{index}" for index, column in enumerate(key)]
        items += [f"{column.shown} AS s{index}" for index, column in enumerate(cells)]
    names = ", ".join(f"k{index}" for index in range(len(key)))
    wanted = f"(SELECT {names} FROM {DIFFERING} WHERE na AND nb)"
    return f"SELECT * FROM (SELECT {', '.join(items)} FROM {table.relation()}) SEMI JOIN {wanted} USING ({names})"


def by_row(before: Table, after: Table, columns: Sequence[Pair]) -> str:
    """Return the query of how many rows only the base has, only this version has, and both have.

    Equal rows are told by 128 bits of hash: two hashes over the cells in opposite orders.
    """
    sides = [
        f"SELECT {_row_hash(values)}, {number} AS side FROM {table.relation()}"
        for number, (table, values) in enumerate(
            ((before, [p.before.value for p in columns]), (after, [p.after.value for p in columns]))
        )
    ]
    counts = "count_if(side = 0) AS a, count_if(side = 1) AS b"
    grouped = f"SELECT {counts} FROM ({' UNION ALL '.join(sides)}) GROUP BY h, g"
    items = (
        f"coalesce(sum({part}), 0)::BIGINT" for part in ("greatest(a - b, 0)", "greatest(b - a, 0)", "least(a, b)")
    )
    return f"SELECT {', '.join(items)} FROM ({grouped})"


def _row_hash(values: Sequence[str]) -> str:
    if not values:
        return "0 AS h, 0 AS g"
    return f"hash({', '.join(values)}) AS h, hash({', '.join(['1', *reversed(values)])}) AS g"
