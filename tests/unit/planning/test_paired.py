"""The power of the paired test: against every table added up one by one, and against rules of their own."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.stats import multinomial

from mlgate.core.comparison.decision import decide
from mlgate.core.comparison.intervals import tango
from mlgate.core.outcome import Outcome
from mlgate.core.planning import paired
from mlgate.core.planning.paired import Pairs

TAIL, Z = 0.025, 1.959963984540054


def outcomes(pairs: Pairs, n: int, margin: float) -> dict[Outcome, float]:
    """Return the probability of each outcome, table by table, as the gate decides it."""
    counts = np.array([(b, c, n - b - c) for b in range(n + 1) for c in range(n + 1 - b)])
    shares = [(pairs.disagreement + pairs.difference) / 2, (pairs.disagreement - pairs.difference) / 2]
    weights = multinomial.pmf(counts, n, [*shares, 1 - pairs.disagreement])
    likely = weights > 1e-9
    lows, highs = tango.limits(counts[likely, 0], counts[likely, 1], n, Z)
    found = dict.fromkeys(Outcome, 0.0)
    for (b, c, _), weight, low, high in zip(counts[likely], weights[likely], lows, highs, strict=True):
        outcome, _ = decide(estimate=float(b - c) / n, low=float(low), high=float(high), margin=margin)
        found[outcome] += float(weight)
    return found


@pytest.mark.parametrize(
    ("n", "disagreement", "difference", "margin"),
    [(30, 0.2, 0.0, 0.1), (60, 0.1, -0.05, 0.05), (60, 0.1, 0.05, 0.0), (40, 0.3, 0.1, -0.05), (25, 1.0, 0.0, 0.3)],
)
def test_it_is_the_sum_over_every_table(n: int, disagreement: float, difference: float, margin: float) -> None:
    pairs = Pairs(disagreement=disagreement, difference=difference)
    told = outcomes(pairs, n, margin)
    assert paired.passes(pairs, n, margin=margin, tail=TAIL) == pytest.approx(told[Outcome.PASS], abs=1e-5)
    assert paired.fails(pairs, n, margin=margin, tail=TAIL) == pytest.approx(told[Outcome.FAIL], abs=1e-5)


def test_models_that_never_disagree_pass_from_the_rows_that_the_page_names() -> None:
    """With z^2 = 3.84: n >= z^2 (1 - m) / m."""
    never, margin = Pairs(disagreement=1e-12), 0.02
    needed = paired.rows_needed(never, margin=margin, tail=TAIL, power=0.8)
    assert needed == int(np.ceil(Z * Z * (1 - margin) / margin))


def test_the_rows_needed_are_just_enough() -> None:
    pairs = Pairs(disagreement=0.1)
    needed = paired.rows_needed(pairs, margin=0.02, tail=TAIL, power=0.8)
    assert needed is not None
    assert paired.passes(pairs, needed, margin=0.02, tail=TAIL) >= 0.8
    assert paired.passes(pairs, needed - 1, margin=0.02, tail=TAIL) < 0.8
    simulated = np.random.default_rng(4).multinomial(needed, [0.05, 0.05, 0.9], size=20_000)
    z = tango.score(simulated[:, 0], simulated[:, 1], needed, -0.02)
    assert (z >= Z).mean() == pytest.approx(0.8, abs=0.01)


def test_a_candidate_that_is_worse_by_the_margin_can_have_no_rows_that_pass_it() -> None:
    assert paired.rows_needed(Pairs(disagreement=0.1, difference=-0.02), margin=0.02, tail=TAIL, power=0.8) is None
    assert paired.rows_needed(Pairs(disagreement=0.1), margin=0.0, tail=TAIL, power=0.8) is None
    assert paired.rows_needed(Pairs(disagreement=0.3), margin=1e-6, tail=TAIL, power=0.8) is None


def test_the_detectable_drop_fails_as_often_as_asked() -> None:
    drop = paired.detectable_drop(0.1, 1_000, margin=0.02, tail=TAIL, power=0.8)
    assert drop is not None
    pairs = Pairs(disagreement=0.1, difference=-drop)
    assert paired.fails(pairs, 1_000, margin=0.02, tail=TAIL) == pytest.approx(0.8, abs=0.002)
    assert paired.detectable_drop(0.1, 2, margin=0.02, tail=TAIL, power=0.8) is None


def test_a_hundred_thousand_rows_are_quick() -> None:
    started = time.process_time()
    assert 0.79 < paired.passes(Pairs(disagreement=0.3), 94_191, margin=0.005, tail=TAIL) < 0.81
    assert time.process_time() - started < 1
