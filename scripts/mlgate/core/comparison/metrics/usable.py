"""Whether a metric has a value on one side, and if not, why, as a named reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.comparison.metrics.measures import measure_of
from mlgate.core.comparison.metrics.names import Metric, Needs, Parameter
from mlgate.core.config.model import Task
from mlgate.core.documents.shared import Reason

if TYPE_CHECKING:
    from mlgate.core.comparison.metrics.asked import Asked
    from mlgate.core.comparison.sides import Side, Truth


def unusable(side: Side, asked: Asked) -> Reason | None:
    """Return why the metric has no value on `side`, or None: asked before any of its measure's methods."""
    about = asked.about
    wrong = _no_metric(asked, about, side.truth)
    if about is None or wrong is not None:
        return Reason(id="metric-vanished", message=f"{asked.metric} {wrong}")
    reason = _no_column(side, asked, about)
    if reason is not None:
        return reason
    undefined = measure_of(asked, side.truth.task).undefined(side)
    if undefined is None:
        return None
    return Reason(id="metric-undefined", message=f"{asked.metric} of {side.predictions.name}: {undefined}")


def _no_metric(asked: Asked, about: Metric | None, truth: Truth) -> str | None:
    if about is None or truth.task not in about.tasks:
        return f"is no metric of a {truth.task} label"
    if about.instead is not None:
        return f"is shown and decides nothing: name {about.instead}"
    if asked.average == "binary" and truth.task is not Task.BINARY:
        return "with average binary needs a label of two classes"
    return None


def _no_column(side: Side, asked: Asked, about: Metric) -> Reason | None:
    if about.needs is Needs.OWN:
        return side.predictions.own_problem(asked.metric)
    if (problem := side.predictions.problem(about.needs)) is not None:
        return problem
    if about.parameter is Parameter.BY and asked.by not in side.truth.columns:
        return Reason(id="metric-undefined", message=f"{asked.metric} needs the column {asked.by!r} of the holdout")
    return side.predictions.not_probabilities if about.probabilities else None
