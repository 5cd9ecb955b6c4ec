"""The queries of drift between two tables, as text.

Numbers go into buckets by the leading bits of their distance from the reference's mean, so that each bucket is 1/128 of
that distance wide. That needs one pass and memory for the buckets alone, whatever the table's size. A bucket that holds
too much of a side, because the values are heaped far from the mean, is split evenly in a second pass.
"""

# ruff: noqa: S608 - names in a file never reach a query: columns go by position, and the rest is numbers

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlgate.core.data.drift.side import Side
    from mlgate.core.data.drift.steps import Step

COARSE = 45  # bits that a bucket leaves open: 7 of the mantissa stay
FINE = 41  # 11 of them
PARTS = 4096  # of a bucket that holds too much
MOST_CATEGORIES = 10_000
LONGEST = 200  # characters of a category
_BOTH = "coalesce(sum(k) FILTER (s = 0), 0)::BIGINT, coalesce(sum(k) FILTER (s = 1), 0)::BIGINT"


def both(reference: Side, current: Side, name: str, *, texts: bool = False) -> str:
    """Return a FROM item of one column's cells `x`, not NULL, with `s` 0 for the reference and 1 for the current."""
    one, other = ((side.text(name) if texts else side.number(name)) for side in (reference, current))
    union = f"SELECT {one} AS x, 0 AS s FROM {reference.item} UNION ALL SELECT {other}, 1 FROM {current.item}"
    return f"(SELECT * FROM ({union}) WHERE x IS NOT NULL)"


def places(side: Side, names: Sequence[str]) -> str:
    """Return the query of the mean, least and greatest of columns of numbers."""
    numbers = ", ".join(f"{side.number(name)} AS x{index}" for index, name in enumerate(names))
    items = [f"avg(x{index}), min(x{index}), max(x{index})" for index in range(len(names))]
    return f"SELECT {', '.join(items)} FROM (SELECT {numbers} FROM {side.item})"


def spreads(side: Side, names: Sequence[str]) -> str:
    """Return the query of the standard deviations of columns of numbers."""
    return f"SELECT {', '.join(f'stddev_samp({side.number(name)})' for name in names)} FROM {side.item}"


def buckets(cells: str, around: float) -> str:
    """Return the query of buckets in order: counts of both sides, least and greatest value."""
    sides = (
        f"SELECT b, s, count(*) AS k, min(x) AS lo, max(x) AS hi FROM ({_coded(cells, around, COARSE)}) GROUP BY b, s"
    )
    return f"SELECT {_BOTH}, min(lo) AS low, max(hi) FROM ({sides}) GROUP BY b ORDER BY low"


def _coded(cells: str, around: float, bits: int) -> str:
    """Return a query of cells with their bucket `b`: the leading bits of the distance from a number in their midst.

    However far from zero the values lie, most buckets then hold few of them. A difference may be rounded, but that
    never changes the order; `+ 0.0` makes one zero of two.
    """
    return f"SELECT x, s, (x - {_double(around)} + 0.0)::BIT::BIGINT >> {bits} AS b FROM {cells}"


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


def grouped(cells: str, around: float) -> str:
    """Return the query that keeps fine buckets in the table `grouped`: of each side, count, ends and sum."""
    items = "b, s, count(*) AS k, min(x) AS lo, max(x) AS hi, sum(x) AS t"
    return f"CREATE OR REPLACE TEMP TABLE grouped AS SELECT {items} FROM ({_coded(cells, around, FINE)}) GROUP BY b, s"


FILLED = f"SELECT {_BOTH} FROM grouped"
# The same buckets as `buckets` gives: fine ones lie inside of them.
COARSER = f"SELECT {_BOTH}, min(lo) AS low, max(hi) FROM grouped GROUP BY b >> {COARSE - FINE} ORDER BY low"


def fine(n: int, m: int) -> str:
    """Return the query that keeps the steps of the fine buckets in the table `fine`.

    `d` is n m times the difference of the distribution functions after a bucket, `e` before it, `up` and `down` are its
    steps by reference and current cells, `moment` is the sum of its values with the same weights; `nx` is where the
    next begins.
    """
    step = f"CASE s WHEN 0 THEN {m} ELSE {-n} END"
    weighted = (
        f"SELECT b, min(lo) AS lo, max(hi) AS hi, sum(k * {step}) FILTER (s = 0) AS plus, "
        f"sum(-k * {step}) FILTER (s = 1) AS minus, sum(t * {step}) AS moment FROM grouped GROUP BY b"
    )
    parted = f"SELECT *, coalesce(plus, 0) AS up, coalesce(minus, 0) AS down FROM ({weighted})"
    summed = (
        "SELECT *, sum(up - down) OVER (ORDER BY lo ROWS UNBOUNDED PRECEDING) AS d, lead(lo) OVER (ORDER BY lo) AS nx "
        f"FROM ({parted})"
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


def inside(cells: str, n: int, m: int, around: float) -> str:
    """Return the query of the greatest gap and the area inside the opened buckets, value by value."""
    coded = f"SELECT x, b, CASE s WHEN 0 THEN {m} ELSE {-n} END AS w FROM ({_coded(cells, around, FINE)})"
    window = "(PARTITION BY b ORDER BY x ROWS UNBOUNDED PRECEDING)"
    stepped = (
        f"SELECT abs(e + sum(w) OVER {window}) AS d, lead(x) OVER (PARTITION BY b ORDER BY x) - x AS g "
        f"FROM ({coded}) JOIN opened USING (b)"
    )
    # Where the next value is the same, the step is not at its end; after the last one it is that of `fine`.
    return f"SELECT coalesce(max(d), 0), coalesce(sum(d::DOUBLE * g), 0) FROM ({stepped}) WHERE g > 0"


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
