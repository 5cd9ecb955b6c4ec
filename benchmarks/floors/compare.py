"""The floor of C1 to C3: 20 metrics of two models on all rows and on 10 slices, every interval in closed form.

    compare.py HOLDOUT CANDIDATE BASELINE

What any comparison has to do: read three Parquet files, join them by key, count one joint table of all slices, sort
each side's scores once (a stable partition serves the slices), and take every standard error from influence values.
It checks nothing, rounds nothing and writes no document; its intervals are plain Wald ones, which are too narrow at the
edges (`statistics.md` has the figures), so that a right comparison has more to calculate.
"""

from __future__ import annotations

import json
import math
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    Array = np.ndarray[Any, Any]
    Estimate = tuple[Array, Array]

OWN, OTHER = np.array([0, 0, 1, 1, 2, 2, 3, 3]), np.array([0, 1, 0, 1, 2, 3, 2, 3])  # cells of each side's own table
Z = 1.959963984540054


def ratio(hits: float, missed: float, alarms: float) -> Callable[..., Array]:
    return lambda tn, fp, fn, tp: hits * tp / (hits * tp + missed * fn + alarms * fp) + 0 * tn


def flipped(of: Callable[..., Array]) -> Callable[..., Array]:
    return lambda tn, fp, fn, tp: of(tp, fn, fp, tn)


def mean(of: Callable[..., Array], weighted: bool = False) -> Callable[..., Array]:
    def value(tn: Array, fp: Array, fn: Array, tp: Array) -> Array:
        share = (tp + fn) / (tn + fp + fn + tp) if weighted else 0.5
        return share * of(tn, fp, fn, tp) + (1 - share) * flipped(of)(tn, fp, fn, tp)

    return value


PRECISION, RECALL, F1 = ratio(1, 0, 1), ratio(1, 1, 0), ratio(2, 1, 1)
F2, JACCARD = ratio(5, 4, 1), ratio(1, 1, 1)
TABLES: dict[str, Callable[..., Array]] = {
    "accuracy": lambda tn, fp, fn, tp: (tn + tp) / (tn + fp + fn + tp),
    "balanced_accuracy": mean(RECALL),
    "precision": PRECISION,
    "recall": RECALL,
    "specificity": flipped(RECALL),
    "f1": F1,
    "fbeta": F2,
    "jaccard": JACCARD,
    "matthews_corrcoef": lambda tn, fp, fn, tp: (
        (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    ),
    "cohen_kappa": lambda tn, fp, fn, tp: 2 * (tp * tn - fn * fp) / ((tp + fp) * (fp + tn) + (tp + fn) * (fn + tn)),
    "precision macro": mean(PRECISION),
    "f1 macro": mean(F1),
    "jaccard macro": mean(JACCARD),
    "precision weighted": mean(PRECISION, weighted=True),
    "f1 weighted": mean(F1, weighted=True),
    "jaccard weighted": mean(JACCARD, weighted=True),
}


def table_difference(counts: Array, metric: Callable[..., Array]) -> Estimate:
    """Return difference and standard error of each row of joint tables; gradients by the complex step."""
    n = counts.sum(1, keepdims=True)
    shares, gradient, difference = counts / n, np.zeros(counts.shape), np.zeros(len(counts))
    for sign, cells in ((1, OWN), (-1, OTHER)):
        own = np.stack([shares[:, cells == j].sum(1) for j in range(4)], axis=1)
        difference += sign * metric(*own.T)
        for j in range(4):
            moved = own.astype(complex)
            moved[:, j] += 1e-30j
            gradient[:, cells == j] += sign * (metric(*moved.T).imag / 1e-30)[:, None]
    middle = (shares * gradient).sum(1)
    return difference, np.sqrt(np.maximum((shares * gradient**2).sum(1) - middle**2, 0) / n[:, 0])


def ranked(labels: Array, scores: Array) -> tuple[tuple[float, Array], tuple[float, Array]]:
    """Return ROC-AUC and average precision with each row's influence, of rows in ascending order of score."""
    n, positives = len(scores), int(labels.sum())
    fresh = np.concatenate(([True], scores[1:] != scores[:-1]))
    first = np.flatnonzero(fresh)
    tie, stop = np.cumsum(fresh) - 1, np.append(first[1:], n)
    below = np.concatenate(([0], np.cumsum(labels)))
    above = np.arange(n + 1) - below
    placement = np.where(
        labels,
        ((above[first] + above[stop]) / 2)[tie] / (n - positives),
        1 - ((below[first] + below[stop]) / 2)[tie] / positives,
    )
    area = float(placement[labels].mean())
    hits, rows = (positives - below[first])[tie].astype(float), (n - first)[tie].astype(float)
    precision = hits / rows
    value = float(precision[labels].mean())
    gain = np.cumsum(np.where(labels, (rows - hits) / rows**2, 0))[(stop - 1)[tie]]
    loss = np.cumsum(np.where(labels, hits / rows**2, 0))[(stop - 1)[tie]]
    influence = np.where(labels, precision - value + gain, -loss) * (n / positives)
    share = np.where(labels, n / positives, n / (n - positives))
    return (area, (placement - area) * share), (value, influence)


def main() -> None:
    """Print all intervals."""
    database = duckdb.connect()
    holdout, *sides = sys.argv[1:4]
    database.execute(f"CREATE TYPE c AS ENUM (SELECT DISTINCT carrier FROM '{holdout}' ORDER BY 1)")  # noqa: S608 - own
    known = database.execute(f"SELECT id, y, enum_code(carrier::c) AS c FROM '{holdout}'").fetchnumpy()  # noqa: S608
    order = np.argsort(known["id"])
    keys, labels, codes = (known[name][order] for name in ("id", "y", "c"))
    labels, slices, n = labels.astype(bool), int(codes.max()) + 1, len(keys)

    def aligned(path: str) -> tuple[Array, Array]:
        rows = database.cursor().execute(f"SELECT id, prediction, score FROM '{path}'").fetchnumpy()  # noqa: S608
        place = np.argsort(rows["id"])
        assert (rows["id"][place] == keys).all()
        return rows["prediction"][place], rows["score"][place]

    with ThreadPoolExecutor(2) as pool:
        (own, own_score), (other, other_score) = pool.map(aligned, sides)
        joint = np.bincount(codes * 8 + (labels * 4 + own * 2 + other).astype(np.int64), minlength=8 * slices)
        joint = joint.reshape(slices, 8)
        tables = np.vstack([joint.sum(0), joint])
        found: dict[str, Estimate] = {name: table_difference(tables, metric) for name, metric in TABLES.items()}
        sizes = np.bincount(codes)

        def means(loss: Callable[[Array], Array]) -> Estimate:
            gap = loss(other_score) - loss(own_score)
            sums, squares = (np.bincount(codes, weights, slices) for weights in (gap, gap * gap))
            count = np.append(n, sizes)
            sums, squares = np.append(sums.sum(), sums) / count, np.append(squares.sum(), squares) / count
            return sums, np.sqrt(np.maximum(squares - sums**2, 0) / count)

        losses: dict[str, Callable[[Array], Array]] = {
            "log_loss": lambda p: -np.log(np.clip(np.where(labels, p, 1 - p), 1e-15, None)),
            "brier_score": lambda p: (p - labels) ** 2,
        }
        found |= zip(losses, pool.map(means, losses.values()), strict=True)
        ends = np.concatenate(([0], np.cumsum(sizes)))

        def ranks(scores: Array) -> list[tuple[Array, Any]]:
            by_score = np.argsort(scores)
            by_slice = by_score[np.argsort(codes[by_score], kind="stable")]
            parts = [by_score, *(by_slice[ends[i] : ends[i + 1]] for i in range(slices))]
            return [(rows, ranked(labels[rows], scores[rows])) for rows in parts]

        both = list(pool.map(ranks, (own_score, other_score)))
    buffer = np.empty(n)
    for index, name in enumerate(("roc_auc", "average_precision")):
        estimates, errors = [], []
        for (rows, mine), (others, theirs) in zip(*both, strict=True):
            buffer[rows] = mine[index][1]
            gap = buffer[others] - theirs[index][1]
            estimates.append(mine[index][0] - theirs[index][0])
            errors.append(float(gap.std()) / math.sqrt(len(gap)))
        found[name] = (np.array(estimates), np.array(errors))
    limits = {name: [(x, x - Z * e, x + Z * e) for x, e in zip(*pair, strict=True)] for name, pair in found.items()}
    print(json.dumps({name: [list(map(float, one)) for one in each] for name, each in limits.items()}))


if __name__ == "__main__":
    main()
