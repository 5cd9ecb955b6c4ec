"""Many differences solved at once give what each gives by itself, and what the slow search gives."""

from __future__ import annotations

import numpy as np
import pytest

from mlgate.core.comparison.intervals import table_score, table_together, together
from mlgate.core.comparison.intervals.proportions import PairedProportions
from mlgate.core.comparison.intervals.table_score import Joint
from mlgate.core.comparison.intervals.tables import TableDifference
from mlgate.core.comparison.intervals.together import Wanted
from mlgate.core.comparison.metrics.agreement import Kappa, Matthews
from mlgate.core.comparison.metrics.confusion import TableMetric
from mlgate.core.comparison.metrics.ratios import RATIOS

Z = 1.959963984540054
METRICS = (
    TableMetric(ratio=RATIOS["precision"], average="binary"),
    TableMetric(ratio=RATIOS["f1"], average="macro"),
    TableMetric(ratio=RATIOS["jaccard"], average="weighted"),
    Matthews(),
    Kappa(),
)
SHARES = (0.55, 0.08, 0.07, 0.1, 0.05, 0.03, 0.04, 0.08)


def joints(seed: int, rows: int, *, scale: float = 1.0, classes: int = 2) -> list[Joint]:
    draw = np.random.default_rng(seed)
    shares = SHARES if classes == 2 else draw.dirichlet(np.full(classes**3, 1.0))
    return [
        Joint(
            metric=metric, counts=draw.multinomial(rows, shares).astype(float).reshape(1, *[classes] * 3), scale=scale
        )
        for metric in METRICS
        for _ in range(2)
    ]


@pytest.mark.parametrize(
    ("rows", "scale", "classes"), [(40, 1.0, 2), (200, 1.0, 2), (5_000, 1.0, 2), (200, 0.9, 2), (300, 1.0, 3)]
)
def test_limits_and_statistics_are_those_of_the_search(rows: int, scale: float, classes: int) -> None:
    tables = joints(rows, rows, scale=scale, classes=classes)
    expected = [tuple(float(end[0]) for end in table_score.limits(joint, Z)) for joint in tables]
    found = np.array(table_together.limits(tables, [Z] * len(tables)))
    assert found == pytest.approx(np.array(expected), abs=1e-10)
    scores = [float(table_score.score(joint, np.array([0.01]))[0]) for joint in tables]
    assert table_together.scores(tables, [0.01] * len(tables)) == pytest.approx(scores, abs=1e-8)


def test_an_empty_cell_takes_mass_where_it_must() -> None:
    """No row is predicted positive by the candidate alone, yet the hypothesis of the limit needs such rows."""
    counts = np.array([[[20.0, 2], [0, 3]], [[0, 0], [3, 4]]])[None]
    joint = Joint(metric=TableMetric(ratio=RATIOS["precision"], average="binary"), counts=counts)
    tables = table_together.Tables.of([joint])
    plain = table_together._settled(
        tables,
        np.array([Z]),
        lambda at: at.away / at.error,
        table_together._Refit(weights=tables.shares.reshape(1, -1)),
    )
    assert np.isnan(plain[0]).all(), "without mass in an empty cell there is no solution"
    expected = tuple(float(end[0]) for end in table_score.limits(joint, Z))
    assert table_together.limits([joint], [Z])[0] == pytest.approx(expected, abs=1e-10)


def test_sides_that_never_differ_are_left_to_the_search() -> None:
    counts = np.zeros((1, 2, 2, 2))
    counts[0, 0, 0, 0], counts[0, 1, 1, 1], counts[0, 0, 1, 1] = 30.0, 15.0, 5.0
    joint = Joint(metric=TableMetric(ratio=RATIOS["f1"], average="binary"), counts=counts)
    low, high = table_together.limits([joint], [Z])[0]
    assert low < 0 < high
    assert low == pytest.approx(-high, abs=1e-9)


def test_a_difference_of_nothing_has_a_statistic_of_nothing() -> None:
    (joint, *_) = joints(1, 200)
    at = float(joint.difference(joint.counts / joint.counts.sum())[0])
    assert table_together.scores([joint], [at]) == [0.0]


def test_what_was_solved_together_is_what_each_says_by_itself() -> None:
    proportions = [
        PairedProportions(gained=g, lost=b, both=50.0, n=100.0, rows="rows", freedom=f)
        for g, b, f in ((3.0, 7.0, np.inf), (0.0, 0.0, np.inf), (5.0, 1.0, 12.0))
    ]
    tables = [
        TableDifference(joint=joint, freedom=f) for joint, f in zip(joints(7, 150), (np.inf, 9.0) * 5, strict=True)
    ]
    wanted: list[PairedProportions | TableDifference] = [*proportions, *tables]
    alone = [(d.limits(0.025), d.p_drop(0.01)) for d in wanted]
    together.solve([Wanted(difference=d, drop=0.01) for d in reversed(wanted)], 0.025)
    for difference, (limits, drop) in zip(wanted, alone, strict=True):
        assert difference.known.limits[0.025] == difference.limits(0.025) == pytest.approx(limits, abs=1e-11)
        assert difference.known.drops[0.01] == difference.p_drop(0.01) == pytest.approx(drop, abs=1e-10)


def test_a_contrast_does_not_answer_from_what_was_found_of_its_difference() -> None:
    difference = TableDifference(joint=joints(7, 150)[0])
    together.solve([Wanted(difference=difference, drop=0.0)], 0.025)
    contrast = difference.contrast(0.1)
    assert contrast.limits(0.025)[0] > difference.limits(0.025)[0]


@pytest.mark.parametrize("classes", [2, 3])
def test_stacked_metrics_are_what_each_is(classes: int) -> None:
    draw = np.random.default_rng(classes)
    metrics = [
        TableMetric(ratio=ratio, average=average, positive=classes - 1)
        for ratio in RATIOS.values()
        for average in ("binary", "macro", "weighted")
    ]
    shares = draw.dirichlet(np.ones(classes**2), len(metrics)).reshape(len(metrics), classes, classes)
    shares[0, :, 0] = 0  # a class that is never predicted has no precision
    stacked = TableMetric.stacked(metrics, classes)
    values = np.array([metric.value(shares[i]) for i, metric in enumerate(metrics)])
    gradients = np.array([metric.gradient(shares[i]) for i, metric in enumerate(metrics)])
    assert stacked.value(shares) == pytest.approx(values, nan_ok=True)
    centred = stacked.gradient(shares) - gradients
    assert centred == pytest.approx(np.broadcast_to(centred[:, :1, :1], centred.shape), nan_ok=True)
