"""Published and recomputed examples: ../shared/corpora/statistics."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.unit.comparison.sides import measure, side, truth

from mlgate.core.comparison.correction import holm
from mlgate.core.comparison.intervals import tango
from mlgate.core.comparison.intervals.distributions import normal_quantile
from mlgate.core.comparison.intervals.proportions import Proportion, mcnemar
from mlgate.core.comparison.intervals.spread import Sampling, error_of
from mlgate.core.comparison.intervals.table_score import Joint, limits
from mlgate.core.comparison.intervals.unpaired import Recorded, UnpairedDifference
from mlgate.core.comparison.metrics.confusion import TableMetric
from mlgate.core.comparison.metrics.ranking import delong_variance
from mlgate.core.comparison.metrics.ratios import RATIOS
from mlgate.core.comparison.slices.weakest import benjamini_hochberg
from mlgate.core.config.model import Task

if TYPE_CHECKING:
    from mlgate.core.comparison.sides import Side

# The methods of the file and how many examples there are of each; those of drift are tested in `tests/unit/data/drift`.
METHODS = {
    "mcnemar": 6,
    "tango-interval-paired-difference": 7,
    "one-proportion-intervals": 4,
    "newcombe-unpaired-difference": 4,
    "delong-paired-auc": 4,
    "multiplicity": 4,
    "delta-method": 1,
    "cluster-robust-mean": 2,
    "metric": 7,
    "drift-numeric": 1,
    "drift-categorical": 1,
}
EXAMPLES = Path(__file__).parents[4] / "shared" / "corpora" / "statistics" / "worked-examples.json"


def cases(method: str) -> list[Any]:
    if not EXAMPLES.is_file():
        return [pytest.param(None, marks=pytest.mark.skip(reason="the corpora are not beside this checkout"))]
    found = [c for c in json.loads(EXAMPLES.read_text())["cases"] if c["method"] == method]
    return [pytest.param(case, id=case["id"]) for case in found]


@pytest.mark.skipif(not EXAMPLES.is_file(), reason="the corpora are not beside this checkout")
def test_every_example_is_of_a_method_that_is_tested() -> None:
    assert Counter(case["method"] for case in json.loads(EXAMPLES.read_text())["cases"]) == METHODS


def close(ours: Any, theirs: Any, case: dict[str, Any]) -> bool:
    return bool(np.allclose(ours, theirs, rtol=case["tolerance"], atol=case["tolerance"]))


@pytest.mark.parametrize("case", cases("tango-interval-paired-difference"))
def test_tango(case: dict[str, Any]) -> None:
    given = case["given"]
    z = normal_quantile(0.5 + given["confidence"] / 2)
    assert close(tango.limits(given["b"], given["c"], given["n"], z), case["expect"]["interval"], case)


@pytest.mark.parametrize("case", cases("tango-interval-paired-difference"))
def test_the_multinomial_method_is_tango_for_accuracy(case: dict[str, Any]) -> None:
    given = case["given"]
    counts = np.zeros((1, 2, 2, 2))
    counts[0, 1, 1, 0], counts[0, 1, 0, 1] = given["b"], given["c"]
    rest = given["n"] - given["b"] - given["c"]
    counts[0, 1, 1, 1], counts[0, 0, 0, 0] = rest // 2, rest - rest // 2
    accuracy = TableMetric(ratio=RATIOS["recall"], average="weighted")
    ours = limits(Joint(metric=accuracy, counts=counts), normal_quantile(0.975))
    assert np.allclose([x[0] for x in ours], case["expect"]["interval"], atol=1e-8)


@pytest.mark.parametrize("case", cases("one-proportion-intervals"))
def test_clopper_pearson(case: dict[str, Any]) -> None:
    given = case["given"]
    ours = Proportion(k=given["k"], n=given["n"]).limits((1 - given["confidence"]) / 2)
    assert close(ours, case["expect"]["clopper_pearson"], case)
    z = normal_quantile(0.5 + given["confidence"] / 2)
    assert close(Recorded(value=given["k"] / given["n"], n=given["n"]).within(z), case["expect"]["wilson"], case)


@pytest.mark.parametrize("case", cases("newcombe-unpaired-difference"))
def test_newcombe(case: dict[str, Any]) -> None:
    given = case["given"]
    sides = [Recorded(value=given[k] / given[n], n=given[n]) for k, n in (("k1", "n1"), ("k2", "n2"))]
    difference = UnpairedDifference(candidate=sides[0], baseline=sides[1], greater=True)
    assert difference.method == "newcombe"
    assert close(difference.limits((1 - given["confidence"]) / 2), case["expect"]["interval"], case)


@pytest.mark.parametrize("case", cases("mcnemar"))
def test_mcnemar(case: dict[str, Any]) -> None:
    assert math.isclose(mcnemar(case["given"]["b"], case["given"]["c"]), case["expect"]["exact_p"], rel_tol=1e-9)


@pytest.mark.parametrize("case", cases("multiplicity"))
def test_holm(case: dict[str, Any]) -> None:
    ours = holm(case["given"]["p"])
    assert close(ours, case["expect"]["holm_adjusted"], case)
    assert sum(p <= case["given"]["alpha"] for p in ours) == case["expect"]["holm_rejects"]


@pytest.mark.parametrize("case", cases("multiplicity"))
def test_benjamini_hochberg(case: dict[str, Any]) -> None:
    # Rounded to ten digits, as documents are.
    assert np.allclose(benjamini_hochberg(case["given"]["p"]), case["expect"]["bh_adjusted"], rtol=1e-9)


@pytest.mark.parametrize("case", cases("delta-method"))
def test_the_influence_of_precision(case: dict[str, Any]) -> None:
    given, expect = case["given"], case["expect"]
    hit, alarm, n = given["true_positive"], given["false_positive"], given["n"]
    labels = np.repeat([1, 0, 0], [hit, alarm, n - hit - alarm])
    said = np.repeat([1, 1, 0], [hit, alarm, n - hit - alarm])
    own = side(truth(labels, task=Task.BINARY), said)
    metric = TableMetric(ratio=RATIOS["precision"], average="binary")
    assert close(float(metric.of_margins(own.margins)), expect["value"], case)
    rows = metric.slopes(own.margins.shares).of_rows(labels, said)
    # The example divides by n, we by n - 1.
    standard = error_of(own.truth.sampling, rows).standard * math.sqrt((n - 1) / n)
    assert close(standard, expect["se"], case)


@pytest.mark.parametrize("case", cases("metric"))
def test_values(case: dict[str, Any]) -> None:
    given = case["given"]
    task, own = _predicted(given)
    name = {"brier": "brier_score"}.get(given["metric"], given["metric"])
    assert close(measure(name, None, task).value(own), case["expect"]["value"], case)


def _predicted(given: dict[str, Any]) -> tuple[Task, Side]:
    if "target" in given:
        return Task.REGRESSION, side(truth(given["target"], task=Task.REGRESSION), given["prediction"])
    if "confusion" in given:
        cells = np.array(given["confusion"])
        codes = [np.repeat(axis.ravel(), cells.ravel()) for axis in np.indices(cells.shape)]
        return Task.BINARY, side(truth(codes[0], task=Task.BINARY), codes[1])
    labels = [given["classes"].index(label) for label in given["label"]] if "classes" in given else given["label"]
    scores = np.array(given["score"])[:, 1] if "classes" in given else given.get("score")
    return Task.BINARY, side(truth(labels, task=Task.BINARY), given.get("prediction"), scores)


@pytest.mark.parametrize("case", cases("delong-paired-auc"))
def test_delong(case: dict[str, Any]) -> None:
    given, expect = case["given"], case["expect"]
    labels, scores = _delong(given)
    known = truth(labels, task=Task.BINARY)
    sides = [side(known, scores=s) for s in scores]
    areas = [s.areas[0] for s in sides]
    assert close([area.value for area in areas], expect["auc"], case)
    placements = [np.asarray(area.placements) for area in areas]
    errors = [math.sqrt(delong_variance(p, labels == 1)) for p in (*placements, placements[0] - placements[1])]
    assert close(errors, [*expect["se"], expect["se_difference"]], case)
    low, high = measure("roc_auc", None, Task.BINARY).difference(*sides).limits(0.025)
    assert low <= expect["interval"][0] + 1e-9
    assert high >= expect["interval"][1] - 1e-9


def _delong(given: dict[str, Any]) -> tuple[Any, list[Any]]:
    if "load" not in given:
        return np.array(given["label"]), [np.array(given["score_1"], float), np.array(given["score_2"], float)]
    from sklearn.datasets import load_breast_cancer

    loaded = load_breast_cancer()
    names = list(loaded.feature_names)
    return 1 - loaded.target, [loaded.data[:, names.index(given[s])] for s in ("score_1", "score_2")]


@pytest.mark.parametrize("case", cases("cluster-robust-mean"))
def test_clusters_widen_the_error_of_a_mean(case: dict[str, Any]) -> None:
    values = np.array(case["given"]["difference"])
    group = np.unique(case["given"]["group"], return_inverse=True)[1]
    sampling = Sampling(n=len(values), group=group)
    assert close(sampling.mean(values), case["expect"]["mean"], case)
    # The example does not correct for the number of clusters; we do, each by 1 / (1 - its share) (CR2).
    units, shares = sampling.sums(values - values.mean()), sampling.shares()
    assert close(math.sqrt((units * units).sum()), case["expect"]["se_clusters"], case)
    assert close(error_of(sampling, values).standard, math.sqrt((units * units / (1 - shares)).sum()), case)
