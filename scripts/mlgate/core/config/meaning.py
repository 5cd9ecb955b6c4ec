"""Checks that look at several parts of a configuration together: no schema can say these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.comparison.metrics.names import METRICS
from mlgate.core.config.model import BaselineKind, BudgetKind, Task
from mlgate.core.config.rule_meaning import check_rule
from mlgate.core.words import did_you_mean, listed, shown

if TYPE_CHECKING:
    from mlgate.core.config.cursor import Cursor
    from mlgate.core.config.model import Config, Rule

MAX_SEED = 2**32 - 1
BUILT_IN = tuple(kind.value for kind in BaselineKind if kind is not BaselineKind.PREDICTIONS)


def check_meaning(config: Config, top: Cursor, placed: list[tuple[Rule, Cursor]]) -> None:
    """Note every part of a configuration that does not fit the others; `placed` says where each rule stands."""
    _check_references(config, top)
    _check_train(config, top)
    _check_columns(config, top)
    if any(rule.budget is None for rule in config.gate.rules):
        _check_holdout(config, top)
    for rule, cursor in placed:
        check_rule(rule, cursor)
        _check_baseline(rule, cursor, config, top)
        _check_task(rule, cursor, config)
        _check_divided(rule, cursor, config)
        _check_measured(rule, cursor, config)
    _check_tasks(config, top)
    _check_own_metrics(placed)


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
    if train.repeats > 1 and train.run is None and train.estimator is None:
        _find(cursor, "repeats").problem(
            "nothing is trained, so nothing can be repeated", "Add `run: ...`, or remove `repeats`."
        )
    if train.repeats > 1 and train.predictions is None and (train.run or train.estimator):
        _find(cursor, "repeats").problem(
            "repeats are compared by their predictions", "Add `predictions: ...`, or remove `repeats`."
        )
    if train.seed + train.repeats > MAX_SEED + 1:
        _find(cursor, "seed").problem("the seeds of the repeats would be too large", f"At most {MAX_SEED} is one.")
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


def _check_task(rule: Rule, cursor: Cursor, config: Config) -> None:
    metric = METRICS.get(rule.metric)
    if metric is not None and config.task is not None and config.task not in metric.tasks:
        _find(cursor, "metric").problem(
            f"`{rule.metric}` is no metric for the task {config.task.value}",
            f"It is one for {listed(sorted(task.value for task in metric.tasks))}: correct the metric or `task`.",
        )


def _check_divided(rule: Rule, cursor: Cursor, config: Config) -> None:
    """Note columns that divide rows into nothing worth comparing."""
    for number, by in enumerate(rule.slices):
        if by.column == config.key:
            _find(cursor, "slices", str(number)).problem(
                "the key divides the holdout into single rows", "Name a column that many rows share."
            )
    if rule.by is not None and rule.by in (config.key, config.label):
        _find(cursor, "by").problem(
            f"the groups of `{rule.by}` are those of the key or the label", "Name the column that tells people apart."
        )
    if rule.own is not None and rule.own.column is not None and rule.own.column == config.key:
        _find(cursor, "metric", "column").problem("the key is no number of a row", "Name another column.")


def _check_measured(rule: Rule, cursor: Cursor, config: Config) -> None:
    """Note a budget that nothing can be measured for: no model, no training, or a baseline without them."""
    if rule.budget is None:
        return
    train = config.train
    runs = train is not None and (train.run is not None or train.estimator is not None)
    if rule.budget.kind is BudgetKind.MODEL_SIZE:
        if train is None or train.model is None:
            _find(cursor, "budget").problem("nothing says which file is the model", "Add `train: {model: ...}`.")
    elif not runs:
        _find(cursor, "budget").problem(
            f"`{rule.metric}` is measured while mlgate trains, and it trains nothing",
            "Add `train: {run: ...}`, or remove the rule.",
        )
    elif rule.budget.kind is BudgetKind.FILE and train is not None and train.estimator is not None:
        _find(cursor, "budget").problem("an estimator leaves no such file", "Train by a command of yours: `run: ...`.")
    kinds = {baseline.name: baseline.kind for baseline in config.baselines}
    if kinds.get(rule.against or "") in (BaselineKind.DUMMY, BaselineKind.PREDICTIONS):
        _find(cursor, "against").problem(
            f"the baseline {shown(rule.against)} has no model that could be measured",
            "Compare with `promoted` or `base`, or write a limit: `at-most: ...`.",
        )


def _check_tasks(config: Config, top: Cursor) -> None:
    """A label is one thing: rules for classes and rules for numbers cannot both have a value."""
    tasks = {rule.metric: METRICS[rule.metric].tasks for rule in config.gate.rules if rule.metric in METRICS}
    regression = [metric for metric, possible in tasks.items() if Task.REGRESSION in possible]
    classes = [metric for metric, possible in tasks.items() if Task.REGRESSION not in possible]
    if regression and classes and config.task is None:
        _find(top, "gate", "rules").problem(
            f"`{classes[0]}` is for classes and `{regression[0]}` for numbers: one label cannot have both",
            "Keep the rules of one task.",
        )


def _check_own_metrics(placed: list[tuple[Rule, Cursor]]) -> None:
    """Note a name that two rules use for two metrics."""
    known: dict[str, Rule] = {}
    for rule, cursor in placed:
        if rule.own is None:
            continue
        first = known.setdefault(rule.metric, rule)
        if first.own != rule.own:
            _find(cursor, "metric").problem(
                f"{shown(rule.metric)} is computed in another way in the rule {shown(first.id)}",
                "Give one of the two metrics another name.",
            )
