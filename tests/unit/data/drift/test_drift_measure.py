"""What is said of a column's drift, when it is an alarm, and why a number is missing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from mlgate.core.data.drift.divergence import Gap
from mlgate.core.data.drift.effects import stability
from mlgate.core.data.drift.measure import Limits, drift_of
from mlgate.core.data.drift.pair import Bin, Pair, Unmeasured, enough
from mlgate.core.documents.drift import ColumnDrift, DriftKind


def categories(*counts: tuple[str | None, int, int], column: str = "c", empty: tuple[int, int] = (0, 0)) -> Pair:
    bins = tuple(Bin(label=label, reference=a, current=b) for label, a, b in counts)
    rows = (sum(a for _, a, _ in counts) + empty[0], sum(b for _, _, b in counts) + empty[1])
    return Pair(column=column, kind=DriftKind.CATEGORY, rows=rows, empty=empty, bins=bins)


def numbers(*counts: tuple[int, int], **more: object) -> Pair:
    pair = categories(*[(str(index), a, b) for index, (a, b) in enumerate(counts)])
    return replace(pair, kind=DriftKind.NUMBER, **more)  # type: ignore[arg-type]


def one(pair: Pair, *, show: bool = True) -> ColumnDrift:
    return drift_of([pair], Limits(), show=show)[0]


def test_equal_distributions_are_below_zero_by_what_was_expected() -> None:
    found = one(categories(("a", 500, 500), ("b", 500, 500)))
    assert found.effect.raw == 0
    assert found.effect.value == pytest.approx(-(1 / 1000 + 1 / 1000))
    assert found.effect.standard_error == pytest.approx(math.sqrt(2) * 2 / 1000)
    assert (found.alarms, found.test and found.test.p) == ((), 1.0)


def test_the_index_has_half_a_cell_added_to_each_bin() -> None:
    p, q = np.array([100.5, 0.5]) / 101, np.array([50.5, 50.5]) / 101
    assert stability([100, 0], [50, 50]).raw == pytest.approx(((q - p) * np.log(q / p)).sum())


def test_an_alarm_needs_the_lower_limit_above_the_threshold() -> None:
    few, many = categories(("a", 50, 35), ("b", 50, 65)), categories(("a", 5000, 3000), ("b", 5000, 7000))
    assert (one(few).alarms, one(many).alarms) == ((), ("values",))
    assert one(many).effect.low > 0.1  # type: ignore[operator]
    assert drift_of([many], Limits(threshold=0.2), show=True)[0].alarms == ()


@pytest.mark.parametrize(("before", "after"), [(0, 400), (400, 0)])
def test_nulls_that_come_or_go_are_an_alarm_of_their_own(before: int, after: int) -> None:
    found = one(categories(("a", 500, 500), ("b", 500, 500), empty=(before, after)))
    assert found.alarms == ("nulls",)


def test_a_column_that_is_null_now_is_named_and_alarms() -> None:
    found = one(categories(("a", 500, 0), ("b", 500, 0), empty=(0, 1000)))
    assert (found.reason, found.effect.reason, found.effect.value) == ("all-null", "all-null", None)
    assert found.alarms == ("nulls",)


def test_bins_with_fewer_than_five_expected_cells_join_their_neighbours() -> None:
    bins = tuple(Bin(label=str(i), reference=10, current=2) for i in range(10))
    assert enough(bins, DriftKind.NUMBER) == [(30, 6), (30, 6), (40, 8)]


def test_rare_categories_are_taken_together() -> None:
    bins = (Bin(label="a", reference=90, current=90), *(Bin(label=f"r{i}", reference=1, current=2) for i in range(8)))
    assert enough(bins, DriftKind.CATEGORY) == [(90, 90), (8, 16)]


@pytest.mark.parametrize(
    ("pair", "reason"),
    [
        (categories(("a", 4, 4), ("b", 4, 4)), "too-few-rows"),
        (categories(("a", 100, 90)), "constant"),
        (categories(*[(str(i), 1, 1) for i in range(2000)]), "too-many-categories"),
        (categories(), "no-rows"),
        (Pair(column="c", reason=Unmeasured.COLUMN_MISSING), "column-missing"),
    ],
)
def test_a_number_that_cannot_be_measured_has_a_reason(pair: Pair, reason: str) -> None:
    found = one(pair)
    assert (found.effect.value, found.effect.reason) == (None, reason)


def test_distances_of_numbers_are_in_standard_deviations_or_have_a_reason() -> None:
    gap = Gap(largest=0.2, area=3.0)
    found = one(numbers((500, 300), (500, 700), gap=gap, spread=2.0))
    assert found.measures[1].value == 1.5
    assert found.test is not None
    assert (found.test.statistic, found.test.is_exact) == (0.2, True)
    assert one(numbers((5, 3), (5, 7), gap=gap, spread=0.0)).measures[1].reason == "no-spread"
    binned = one(numbers((500, 300), (500, 700)))
    assert (binned.measures[1].value, binned.measures[1].reason) == (None, "not-asked")
    assert binned.test is not None
    assert (binned.test.statistic, binned.test.is_exact) == (0.2, False)


def test_categories_come_and_go_and_are_named_only_where_they_may_be() -> None:
    pair = categories(("a", 100, 0), ("b", 50, 100), ("c", 0, 7), ("d", 0, 70))
    shown, hidden = one(pair), one(pair, show=False)
    assert [(item.value, item.count) for item in shown.new] == [("d", 70), ("c", 7)]
    assert [(item.value, item.count) for item in shown.vanished] == [("a", 100)]
    assert (hidden.new_count, hidden.vanished_count) == (2, 1)
    assert {item.value for item in (*hidden.new, *hidden.vanished)} == {None}
    assert {item.label for item in hidden.bins} == {None}
    assert drift_of([pair], Limits(), hidden=["c"], show=True)[0].new[0].value is None


def test_the_worst_column_comes_first_and_p_values_are_adjusted_over_all() -> None:
    pairs = [
        categories(("a", 500, 490), ("b", 500, 510), column="still"),
        categories(("a", 500, 100), ("b", 500, 900), column="moved"),
        categories(("a", 500, 420), ("b", 500, 580), column="some"),
        Pair(column="gone", reason=Unmeasured.COLUMN_MISSING),
    ]
    found = drift_of(pairs, Limits(), show=True)
    assert [column.column for column in found] == ["moved", "some", "still", "gone"]
    tests = [column.test for column in found if column.test]
    p_values, q_values = [test.p for test in tests], [test.q for test in tests]
    assert q_values == pytest.approx(stats.false_discovery_control(p_values), rel=1e-9)


@pytest.mark.parametrize("n", [200, 2000, 100_000])
def test_without_drift_one_column_in_a_thousand_alarms_at_most(n: int) -> None:
    draws = np.random.default_rng(20_250_801)
    shares = np.full(10, 0.1)
    a, b = draws.multinomial(n, shares, 2000), draws.multinomial(n, shares, 2000)
    found = [stability(x.tolist(), y.tolist()) for x, y in zip(a, b, strict=True)]
    assert sum(measure.low > 0.1 for measure in found) <= 2  # type: ignore[operator]
    values = np.array([measure.value for measure in found])
    assert abs(values.mean()) < 4 * values.std() / math.sqrt(2000)
    assert values.std() == pytest.approx(found[0].standard_error, rel=0.08)


def test_drift_at_the_threshold_alarms_one_time_in_forty_and_a_greater_one_nearly_always() -> None:
    draws = np.random.default_rng(11)
    edges = stats.norm.ppf(np.arange(1, 10) / 10)

    def alarms(shift: float, n: int) -> float:
        cells = np.diff(stats.norm.cdf(edges - shift), prepend=0, append=1)
        a, b = draws.multinomial(n, np.full(10, 0.1), 1000), draws.multinomial(n, cells, 1000)
        found = [stability(x.tolist(), y.tolist()) for x, y in zip(a, b, strict=True)]
        return sum(measure.low > 0.1 for measure in found) / 1000  # type: ignore[operator]

    assert alarms(0.3245, 2000) <= 0.04  # the index of this shift is 0.1
    assert alarms(0.5, 2000) > 0.95
