"""Checks that look at several parts of a configuration together: no schema can say these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.comparison.metrics.names import METRICS
from mlgate.core.config.model import BaselineKind, Task
from mlgate.core.words import did_you_mean, listed, shown

if TYPE_CHECKING:
    from mlgate.core.config.cursor import Cursor
    from mlgate.core.config.model import Config, Rule

BUILT_IN = tuple(kind.value for kind in BaselineKind if kind is not BaselineKind.PREDICTIONS)


def check_meaning(config: Config, top: Cursor, placed: list[tuple[Rule, Cursor]]) -> None:
    """Note every part of a configuration that does not fit the others; `placed` says where each rule stands."""
    _check_references(config, top)
    _check_train(config, top)
    _check_columns(config, top)
    if config.gate.rules:
        _check_holdout(config, top)
    for rule, cursor in placed:
        _check_baseline(rule, cursor, config, top)
        _check_metric(rule, cursor, config)
    _check_tasks(config, top)


def _find(top: Cursor, *keys: str) -> Cursor:
    """Return the value at a path of keys, or the nearest one above it."""
    for key in keys:
        below = top.node.below(key)
        if below is None:
            return top
        separator = "." if top.name and not key.isdecimal() else ""
        name = f"[{key}]" if key.isdecimal() else key
        top = type(top)(node=below, name=f"{top.name}{separator}{name}", problems=top.problems)
    return top


def _check_references(config: Config, top: Cursor) -> None:
    """Note a reference that names no table, or the table itself."""
    names = [table.name for table in config.tables]
    for table in config.tables:
        if table.reference is None or table.is_reference_a_profile:
            continue
        cursor = _find(top, "tables", table.name, "reference")
        if table.reference not in names:
            close = did_you_mean(table.reference, names)
            cursor.problem(f"there is no table called {shown(table.reference)}{close}", "Name one of `tables`.")
        elif table.reference == table.name:
            cursor.problem("a table is not its own reference", "Name another one, or the path of a profile.")


def _is_written(cursor: Cursor, key: str) -> bool:
    """Return whether a key is there, rightly or wrongly filled: what is wrong with it has been said already."""
    return cursor.node.below(key) is not None


def _check_train(config: Config, top: Cursor) -> None:
    train = config.train
    if train is None:
        return
    cursor = _find(top, "train")
    if train.run is not None and train.estimator is not None:
        cursor.problem("there are both `run` and `estimator`", "Keep one: a command of yours, or a named estimator.")
    if train.model is not None and train.model == train.predictions:
        _find(cursor, "predictions").problem("model and predictions are one file", "Write two files.")
    if train.run is not None and not _is_written(cursor, "model") and not _is_written(cursor, "predictions"):
        cursor.problem(
            "nothing says what the command leaves behind",
            "Add `predictions: ...`, and `model: ...`: the files that the command writes.",
        )
    if train.estimator is not None and config.table("train") is None:
        cursor.problem("an estimator needs a table called `train`", "Add it under `tables`.")


def _check_columns(config: Config, top: Cursor) -> None:
    if config.label is not None and config.label in (config.key, config.group, config.weight):
        _find(top, "label").problem(
            f"the column {shown(config.label)} is also key, group or weight", "The label is a column of its own."
        )
    if config.weight is not None and config.weight in (config.key, config.group):
        _find(top, "weight").problem(
            f"the column {shown(config.weight)} is also key or group", "The weight is a column of its own."
        )


def _check_holdout(config: Config, top: Cursor) -> None:
    gate = _find(top, "gate")
    needs = "the rules need"
    if config.table("holdout") is None:
        gate.problem(f"{needs} a table called `holdout`", "Add `holdout: {path: ...}` under `tables`.")
    for key, what in (("key", "the column that names a row"), ("label", "the column that is predicted")):
        if not _is_written(top, key):
            gate.problem(f"{needs} `{key}`", f"Add `{key}: ...` at the top: {what}.")
    has_predictions = config.train is not None and config.train.predictions is not None
    if not has_predictions and not _is_written(_find(top, "train"), "predictions"):
        gate.problem(
            f"{needs} `train.predictions`",
            "Name the file with the candidate's predictions for the holdout: `train: {predictions: ...}`.",
        )


def _check_baseline(rule: Rule, cursor: Cursor, config: Config, top: Cursor) -> None:
    names = [baseline.name for baseline in config.baselines]
    written = top.node.below("baselines")
    is_broken = written is not None and not isinstance(written.content, list)
    if rule.against is None or rule.against in names or is_broken:
        return
    close = did_you_mean(rule.against, (*names, *BUILT_IN))
    known = f"Known baselines: {', '.join((*names, *(name for name in BUILT_IN if name not in names)))}."
    _find(cursor, "against").problem(
        f"no baseline is called {shown(rule.against)}{close}",
        f"{known} Name it under `baselines`, or correct the name.",
    )


def _check_metric(rule: Rule, cursor: Cursor, config: Config) -> None:
    metric = METRICS[rule.metric]
    if rule.average is not None and not metric.averaged:
        _find(cursor, "average").problem(f"`{rule.metric}` has no averages", "Remove `average`.")
    if rule.at_least is not None and not metric.greater_is_better:
        _find(cursor, "at-least").problem(
            f"`{rule.metric}` is better when it is lower: `at-least` would accept only bad models", "Write `at-most`."
        )
    if config.task is not None and config.task not in metric.tasks:
        _find(cursor, "metric").problem(
            f"`{rule.metric}` is no metric for the task {config.task.value}",
            f"It is one for {listed(sorted(task.value for task in metric.tasks))}: correct the metric or `task`.",
        )


def _check_tasks(config: Config, top: Cursor) -> None:
    """A label is one thing: rules for classes and rules for numbers cannot both have a value."""
    regression = [rule.metric for rule in config.gate.rules if Task.REGRESSION in METRICS[rule.metric].tasks]
    classes = [rule.metric for rule in config.gate.rules if Task.REGRESSION not in METRICS[rule.metric].tasks]
    if regression and classes and config.task is None:
        _find(top, "gate", "rules").problem(
            f"`{classes[0]}` is for classes and `{regression[0]}` for numbers: one label cannot have both",
            "Keep the rules of one task.",
        )
