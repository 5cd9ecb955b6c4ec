"""Stored profiles as reference: exact counts at borders of buckets, quantiles of version 1, and two profiles."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mlgate.core import codec
from mlgate.core.data.drift import reference, stored
from mlgate.core.data.drift.measure import Limits, drift_of
from mlgate.core.data.drift.profiles import pairs
from mlgate.core.data.profile import buckets
from mlgate.core.documents.profile import ColumnKind, ColumnProfile, Profile, ValueCount
from mlgate.core.registry.bundle import profile as first

if TYPE_CHECKING:
    from mlgate.core.documents.drift import ColumnDrift


def column(values: np.ndarray, shift: int = 45, name: str = "x", nulls: int = 0) -> ColumnProfile:
    counts = Counter(buckets.bucket(float(value), shift) for value in values)
    kept, open_bits = buckets.thinned(counts, shift)
    return ColumnProfile(
        name=name,
        kind=ColumnKind.NUMBER,
        type="number",
        n=len(values),
        nulls=nulls,
        not_finite=0,
        minimum=float(values.min()),
        maximum=float(values.max()),
        shift=open_bits,
        buckets=buckets.encode(kept),
    )


def texts(name: str = "w", rest: int = 0, **counts: int) -> ColumnProfile:
    top = tuple(ValueCount(value=value, count=count) for value, count in counts.items())
    n = sum(counts.values()) + rest
    return ColumnProfile(name=name, kind=ColumnKind.TEXT, type="string", n=n, nulls=0, top=top, rest=rest)


def table(*columns: ColumnProfile) -> Profile:
    rows = max((c.n + c.nulls for c in columns), default=0)
    return Profile(table="t", rows=rows, values_shown=True, columns=columns)


def between(one: Profile, other: Profile) -> dict[str, ColumnDrift]:
    return {item.column: item for item in drift_of(pairs(one, other), Limits(), show=True)}


@pytest.mark.parametrize("kind", ["normal", "zeros", "tail", "whole", "ends"])
def test_counts_at_the_cuts_are_exact(kind: str) -> None:
    draws = np.random.default_rng(5)
    values = {
        "normal": draws.normal(size=5000),
        "zeros": np.where(draws.random(5000) < 0.4, 0, draws.normal(3, 1, 5000)),
        "tail": np.exp(4 * draws.normal(size=5000)),
        "ends": np.array([buckets.limits(buckets.bucket(1 + i / 99, 45), 45)[i % 2] for i in range(99)] * 50),
        "whole": draws.poisson(3, 5000).astype(float),
    }[kind]
    found = column(values)
    cuts = reference.cuts(found)
    assert [cut.at for cut in cuts] == sorted(cut.at for cut in cuts)
    assert [cut.reference for cut in cuts] == [int((values < cut.at).sum()) for cut in cuts]
    assert len(cuts) >= 4
    below = [int((values < cut.at).sum()) for cut in cuts]
    pair = reference.number_pair(found, (len(values), len(values)), len(values), below)
    assert all(item.reference == item.current for item in pair.bins)
    if kind == "zeros":
        assert max(item.reference for item in pair.bins) == (values == 0).sum()


def test_two_profiles_are_compared_without_the_data() -> None:
    draws = np.random.default_rng(9)
    before, after = draws.normal(size=4000), draws.normal(0.5, 1, 3000)
    one = table(column(before), texts(a=2000, b=2000), column(before, name="gone"))
    other = table(column(after, nulls=900), texts(a=1000, b=1000, c=1000), column(after, name="new"))
    found = between(one, other)
    assert found["x"].alarms == ("values", "nulls")
    assert found["x"].effect.value == pytest.approx(0.25, abs=0.05)
    assert found["w"].new[0].value == "c"
    assert {name: item.reason for name, item in found.items() if item.reason} == {
        "gone": "column-missing",
        "new": "column-new",
    }
    assert all(not item.alarms for item in between(one, one).values())


@pytest.mark.parametrize("now", [1.0, 6.9999, 7.0001, 9.0, -7.0])
@pytest.mark.parametrize("then", [7.0, 0.0, -3.3])
def test_a_constant_that_moved_alarms(then: float, now: float) -> None:
    before, after = np.full(1000, then), np.full(1000, now)
    (found,) = between(table(column(before, 11)), table(column(after, 11))).values()
    assert found.alarms == ("values",)
    assert [(item.reference, item.current) for item in found.bins] == (
        [(0, 1), (1, 0)] if now < then else [(1, 0), (0, 1)]
    )
    (same,) = between(table(column(before, 11)), table(column(before, 11))).values()
    assert (same.effect.reason, same.alarms) == ("constant", ())


def test_what_lies_beyond_a_frequent_value_is_not_taken_for_it() -> None:
    before = np.array([0.0] * 900 + [9.0] * 100)
    for old, new in ((0.0, -5.0), (9.0, 99.0), (9.0, 9.5)):
        after = np.where(before == old, new, before)
        (found,) = between(table(column(before, 11)), table(column(after, 11))).values()
        assert found.alarms == ("values",), (old, new)


def test_what_a_profile_does_not_name_is_not_counted_as_new() -> None:
    found = between(table(texts(a=500, rest=500)), table(texts(a=500, z=400, rest=100)))["w"]
    assert (found.new_count, found.vanished_count, found.new) == (None, None, ())
    assert found.effect.raw == pytest.approx(0.0)


def test_a_kind_that_changed_and_values_that_are_not_there_have_reasons() -> None:
    numbers = column(np.arange(50.0), name="c")
    hidden = ColumnProfile(name="c", kind=ColumnKind.NUMBER, type="number", n=50, nulls=0)
    empty = ColumnProfile(name="c", kind=ColumnKind.NUMBER, type="number", n=0, nulls=50)
    assert between(table(numbers), table(texts("c", a=50)))["c"].reason == "other-kind"
    assert between(table(hidden), table(numbers))["c"].reason == "values-not-shown"
    gone = between(table(numbers), table(empty))["c"]
    assert (gone.reason, gone.alarms) == ("all-null", ("nulls",))


def test_profiles_of_both_versions_are_read() -> None:
    values = np.random.default_rng(2).normal(size=1000)
    second = table(column(values))
    assert stored.read(codec.dumps(second).encode()) == codec.from_plain(Profile, codec.to_plain(second))
    quantiles = tuple(float(x) for x in np.quantile(values, np.arange(101) / 100, method="inverted_cdf"))
    old = first.Profile(
        table="t",
        digest="d",
        rows=1000,
        values_shown=True,
        columns=(
            first.ColumnProfile(
                name="x",
                kind=first.ColumnKind.NUMBER,
                type="DOUBLE",
                n=1000,
                nulls=0,
                not_finite=0,
                quantiles=quantiles,
            ),
        ),
    )
    read = stored.read(codec.dumps(old).encode())
    assert (read.schema, read.columns[0].quantiles[50]) == ("mlgate/profile/2", codec.rounded(quantiles[50]))
    assert [cut.reference for cut in reference.cuts(read.columns[0])] == [100 * i for i in range(1, 10)]
    with pytest.raises(codec.DecodeError):
        stored.read(b"[]")
