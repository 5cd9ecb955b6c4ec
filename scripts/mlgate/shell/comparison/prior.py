"""What a dummy learns from: the labels of the train table, or the holdout's where that gives none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.comparison.dummy import Prior
from mlgate.core.comparison.labels import Kind, canonical, number
from mlgate.core.config.model import Task
from mlgate.shell.tables import engine
from mlgate.shell.tables.engine import identifier

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from mlgate.core.comparison.sides import Truth

Counted = list[tuple[str, int]]


def learn(
    database: duckdb.DuckDBPyConnection, train: Path | None, label: str, truth: Truth, kind: Kind
) -> tuple[Prior, str]:
    """Return what a dummy knows, and in words what it knows that from.

    Args:
        database: May read `train`.
        train: The train table; None where there is none that may be believed.
        label: The label's column.
        truth: The holdout's labels.
        kind: How they are written.
    """
    if train is None:
        return _of_holdout(truth), "learned from the labels of the holdout table"
    try:
        learned = _of_train(_counted(database, train, label), truth, kind)
        why = "none of its labels is one of the holdout's"
    except engine.Unreadable as error:
        learned, why = None, error.message.rstrip(".")
    if learned is not None:
        return learned, "learned from the labels of the train table"
    return _of_holdout(truth), f"learned from the labels of the holdout table, as the train table gives none: {why}"


def _of_holdout(truth: Truth) -> Prior:
    if truth.task is Task.REGRESSION:
        return Prior(mean=float(truth.values.mean()))
    return Prior(shares=tuple(count / truth.n for count in truth.class_counts))


def _of_train(learned: Counted, truth: Truth, kind: Kind) -> Prior | None:
    if truth.task is Task.REGRESSION:
        pairs = [(value, count) for text, count in learned if (value := number(text)) is not None]
        total = sum(count for _, count in pairs)
        return Prior(mean=sum(v * c for v, c in pairs) / total) if total else None
    counts = dict.fromkeys(truth.classes, 0)
    for text, count in learned:
        name = canonical(text, kind)
        counts[name] = counts.get(name, 0) + count
    known = [counts[name] for name in truth.classes]
    return Prior(shares=tuple(count / sum(known) for count in known)) if sum(known) else None


def _counted(database: duckdb.DuckDBPyConnection, path: Path, label: str) -> Counted:
    """Return how often each label is in the train table."""
    source = engine.source(path)
    # The inner query keeps the name `x` apart from a column that the table may call so.
    labels = f"SELECT {identifier(label)}::VARCHAR AS x FROM {source.sql}"  # noqa: S608 - quoted by engine
    with engine.reading(path):
        return database.execute(
            f"SELECT x, count(*) FROM ({labels}) WHERE x IS NOT NULL GROUP BY x ORDER BY x"  # noqa: S608 - as above
        ).fetchall()
