"""Functions of a confusion table: their derivatives, and that margins are all they need."""

from __future__ import annotations

import numpy as np
import pytest

from mlgate.core.comparison.metrics.agreement import Kappa, Matthews
from mlgate.core.comparison.metrics.confusion import TableMetric
from mlgate.core.comparison.metrics.margins import Margins, TableScore
from mlgate.core.comparison.metrics.ratios import RATIOS, fbeta

AVERAGES = ("binary", "macro", "micro", "weighted")
SCORES: dict[str, TableScore] = {"matthews": Matthews(), "kappa": Kappa()}
SCORES |= {
    f"{name}-{average}": TableMetric(ratio=ratio, average=average)
    for name, ratio in (*RATIOS.items(), ("f2", fbeta(2)))
    for average in AVERAGES
}


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
@pytest.mark.parametrize("k", [2, 4])
def test_the_gradient_is_the_derivative_along_every_move_of_mass(score: TableScore, k: int) -> None:
    draw = np.random.default_rng(k)
    table = draw.dirichlet(np.ones(k * k)).reshape(k, k)
    gradient = score.gradient(table)
    for _ in range(10):
        move = draw.normal(size=(k, k))
        move -= move.mean()  # shares stay shares; along the rest the gradient is known up to a constant only
        step = 1e-6
        slope = (score.value(table + step * move) - score.value(table - step * move)) / (2 * step)
        assert np.isclose(slope, (gradient * move).sum(), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
def test_influence_values_are_the_gradient_at_each_row(score: TableScore) -> None:
    draw = np.random.default_rng(0)
    codes, predicted, weight = draw.integers(0, 4, 50), draw.integers(0, 4, 50), draw.uniform(0.5, 2, 50)
    table = np.zeros((4, 4))
    np.add.at(table, (codes, predicted), weight / weight.sum())
    margins = Margins.counted(codes, predicted, weight, 4)
    assert np.allclose(score.of_margins(margins), score.value(table))
    assert np.allclose(score.slopes(margins.shares).of_rows(codes, predicted), score.gradient(table)[codes, predicted])
