"""The queries of drift between two tables, as text.

Numbers go into buckets by the leading bits of their double, which keep the order and give each bucket 1/128 of its
distance from zero. That needs one pass and memory for the buckets alone, whatever the table's size. A bucket that holds
too much of a side, because all values lie far from zero, is split evenly in a second pass.
"""

# ruff: noqa: S608 - names in a file never reach a query: columns go by position, and the rest is numbers

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlgate.core.data.drift.side import Side
    from mlgate.core.data.drift.steps import Step

COARSE = 45  # bits that a bucket leaves open: 7 of the mantissa stay
FINE = 40  # 12 of them
PARTS = 4096  # of a bucket that holds too much
MOST_CATEGORIES = 10_000
LONGEST = 200  # characters of a category
# Doubles as whole numbers in the same order; `+ 0.0` makes one zero of two.
_ORDER = "CASE WHEN x < 0 THEN xor((x + 0.0)::BIT::BIGINT, 9223372036854775807) ELSE (x + 0.0)::BIT::BIGINT END"


def both(reference: Side, current: Side, name: str, *, texts: bool = False) -> str:
    """Return a FROM item of one column's cells `x`, not NULL, with `s` 0 for the reference and 1 for the current."""
    one, other = ((side.text(name) if texts else side.number(name)) for side in (reference, current))
    union = f"SELECT {one} AS x, 0 AS s FROM {reference.item} UNION ALL SELECT {other}, 1 FROM {current.item}"
    return f"(SELECT * FROM ({union}) WHERE x IS NOT NULL)"


def buckets(cells: str, bits: int = COARSE) -> str:
    """Return the query of buckets in order: counts of both sides, least and greatest value."""
    coded = f"SELECT x, s, ({_ORDER}) >> {bits} AS b FROM {cells}"
    return f"SELECT count(*) - sum(s), sum(s), min(x), max(x) FROM ({coded}) GROUP BY b ORDER BY b"


def splits(cells: str, heavy: Sequence[Step]) -> str:
    """Return the same query for the parts of buckets that hold too much."""
    cases, ranges = [], []
    for index, step in enumerate(heavy):
        inside = f"x BETWEEN {_double(step.low)} AND {_double(step.high)}"
        width = (step.high - step.low) / PARTS
        cases.append(f"WHEN {inside} THEN {index * 2 * PARTS} + floor((x - {_double(step.low)}) / {_double(width)})")
        ranges.append(inside)
    coded = f"SELECT x, s, CASE {' '.join(cases)} END AS b FROM {cells} WHERE {' OR '.join(ranges)}"
    return f"SELECT count(*) - sum(s), sum(s), min(x), max(x) FROM ({coded}) GROUP BY b ORDER BY b"


def _double(value: float) -> str:
    return f"{value!r}::DOUBLE"


def fine(cells: str, n: int, m: int) -> str:
    """Return the query that keeps fine buckets in the table `fine`.

    `d` is n m times the difference of the distribution functions after a bucket, `e` before it, `up` and `down` are its
    steps by reference and current cells, `x` values are summed with the same weights; `nx` is where the next begins.
    """
    coded = f"SELECT x, s, CASE s WHEN 0 THEN {m} ELSE {-n} END AS w, ({_ORDER}) >> {FINE} AS b FROM {cells}"
    grouped = (
        f"SELECT b, {m}::HUGEINT * (count(*) - sum(s)) AS up, {n}::HUGEINT * sum(s) AS down, min(x) AS lo, "
        f"max(x) AS hi, sum(w * x) AS moment FROM ({coded}) GROUP BY b"
    )
    summed = (
        "SELECT *, sum(up - down) OVER (ORDER BY b ROWS UNBOUNDED PRECEDING) AS d, lead(lo) OVER (ORDER BY b) AS nx "
        f"FROM ({grouped})"
    )
    return f"CREATE OR REPLACE TEMP TABLE fine AS SELECT *, d - up + down AS e FROM ({summed})"


LARGEST_BETWEEN = "SELECT max(abs(d)), coalesce(sum(abs(d)::DOUBLE * (nx - hi)), 0) FROM fine"


def open_buckets(best: int) -> str:
    """Return the query that keeps, in the table `opened`, buckets inside of which there is more to know.

    The functions may cross in it, or have a gap in it that is greater than `best`, the greatest between buckets.
    """
    crosses = "e - down < 0 AND e + up > 0"
    greater = f"greatest(abs(e + up), abs(e - down)) > {best}"
    return f"CREATE OR REPLACE TEMP TABLE opened AS SELECT b, e FROM fine WHERE lo < hi AND (({crosses}) OR {greater})"


# Where they cannot cross, the area inside a bucket follows from the sum of its values.
CLOSED_AREA = (
    "SELECT coalesce(sum(abs(e::DOUBLE * (hi - lo) + (up - down)::DOUBLE * hi - moment)), 0) FROM fine "
    "WHERE lo < hi AND b NOT IN (SELECT b FROM opened)"
)


def inside(cells: str, n: int, m: int) -> str:
    """Return the query of the greatest gap and the area inside the opened buckets, value by value."""
    coded = f"SELECT x, CASE s WHEN 0 THEN {m} ELSE {-n} END AS w, ({_ORDER}) >> {FINE} AS b FROM {cells}"
    values = f"SELECT b, x, any_value(e) AS e, sum(w) AS w FROM ({coded}) JOIN opened USING (b) GROUP BY b, x"
    window = "(PARTITION BY b ORDER BY x ROWS UNBOUNDED PRECEDING)"
    stepped = f"SELECT e + sum(w) OVER {window} AS d, lead(x) OVER (PARTITION BY b ORDER BY x) - x AS g FROM ({values})"
    return f"SELECT coalesce(max(abs(d)), 0), coalesce(sum(abs(d)::DOUBLE * g), 0) FROM ({stepped})"


def spread(cells: str) -> str:
    """Return the query of the reference's standard deviation."""
    return f"SELECT stddev_samp(x) FILTER (s = 0) FROM {cells}"


def categories(cells: str) -> str:
    """Return the query of the most frequent categories with the counts of both sides, and how many cells there are."""
    counted = f"SELECT x, count(*) - sum(s) AS a, sum(s) AS b FROM {cells} GROUP BY x"
    return (
        f"SELECT x, a, b, sum(a) OVER (), sum(b) OVER () FROM ({counted}) "
        f"ORDER BY length(x) > {LONGEST}, a + b DESC, x LIMIT {MOST_CATEGORIES}"
    )


def against(side: Side, cuts: Mapping[str, Sequence[float]]) -> str:
    """Return one query for all columns of numbers: how many cells, and how many of them are less than each cut."""
    items = ["count(*)"]
    inner = []
    for position, (name, values) in enumerate(cuts.items()):
        inner.append(f"{side.number(name)} AS x{position}")
        items.append(f"count(x{position})")
        items += [f"count_if(x{position} < {_double(value)})" for value in values]
    return f"SELECT {', '.join(items)} FROM (SELECT {', '.join(inner) or '1'} FROM {side.item})"
