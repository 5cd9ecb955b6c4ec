"""The texts that `mlgate init` writes: configuration and contract."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.config.model import Task
from mlgate.core.setup.profile import Column, Kind, Profile, is_listed, widened
from mlgate.core.setup.scalars import command, flow, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = {
    Task.REGRESSION: (
        "{metric: r2, against: base, margin: 0.01} # no worse than the base's model, within this margin",
        "{metric: r2, against: dummy, margin: 0} # better than always predicting the mean",
    ),
    Task.BINARY: (
        "{metric: accuracy, against: base, margin: 0.01} # no worse than the base's model, within this margin",
        "{metric: balanced_accuracy, against: dummy, margin: 0} # better than always guessing the larger class",
        "# - {metric: roc_auc, against: base, margin: 0.005} # needs a column `score` in the predictions",
        "# - {metric: recall, at-least: 0.6} # a floor, read literally",
    ),
    Task.MULTICLASS: (
        "{metric: accuracy, against: base, margin: 0.01} # no worse than the base's model, within this margin",
        "{metric: balanced_accuracy, against: dummy, margin: 0} # better than always guessing the largest class",
        "# - {metric: f1, average: macro, at-least: 0.6} # a floor, read literally",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What `mlgate init` was told or concluded; paths are relative to the configuration's folder."""

    model: str
    tables: dict[str, str]
    contracts: dict[str, str]
    key: str
    label: str
    task: Task
    run: str | None = None
    model_file: str | None = None
    predictions: str


def config_text(setup: Setup) -> str:
    """Return the configuration."""
    return "\n".join(_config_lines(setup)) + "\n"


def _config_lines(setup: Setup) -> Iterator[str]:
    yield "# What mlgate checks on a pull request. Reference: docs/reference/config.md in mlgate's repository."
    yield "version: 1"
    yield f"model: {scalar(setup.model)}"
    yield "tables:"
    for name, path in setup.tables.items():
        yield f"  {name}: {{path: {scalar(path)}, contract: {scalar(setup.contracts[name])}}}"
    yield f"key: {scalar(setup.key)} # the column that names a row"
    yield f"label: {scalar(setup.label)} # the column that is predicted"
    yield f"task: {setup.task.value}"
    yield "train:"
    if setup.run is not None:
        yield f"  run: {command(setup.run)}"
        yield "  # inputs: [train.py, src/] # what the model depends on; without it, everything in the repository"
    else:
        yield "  # Without `run` the files below are taken as they are; with it mlgate trains: `run: python train.py`."
    if setup.model_file is not None:
        yield f"  model: {scalar(setup.model_file)}"
    yield f"  predictions: {scalar(setup.predictions)} # the key, `prediction`, and scores where a metric needs them"
    yield "baselines: [base, dummy] # the model of the base commit, and one that learned nothing"
    yield "gate:"
    yield "  on-inconclusive: warn # `fail` blocks the merge when the holdout is too small to tell"
    yield "  rules:"
    for rule in RULES[setup.task]:
        yield f"    {rule}" if rule.startswith("#") else f"    - {rule}"
    if setup.model_file is not None:
        yield "promote: {stage: production} # what passed, once it is merged: .github/workflows/promote.yml"


def contract_text(profile: Profile, other: Profile | None, *, key: str, label: str, without_overlap: str | None) -> str:
    """Return a contract that a table satisfies as it is, inferred from its columns.

    Args:
        profile: The table.
        other: Another table with the same columns, whose values are allowed too.
        key: The column that names a row.
        label: The column that is predicted; its classes are always listed, where there are few.
        without_overlap: Name of a table that may share no key with this one.
    """
    columns = [widened(c, other.by_name.get(c.name) if other else None) for c in profile.columns]
    lines = [
        "# Inferred from the data by `mlgate init`: read it, and promise what you mean.",
        "row: # JSON Schema for one row",
        "  type: object",
        "  properties:",
        *(f"    {scalar(c.name)}: {_schema(c, profile, listed=_listed(c, profile, key, label))}" for c in columns),
        f"  required: {flow(c.name for c in columns if c.nulls == 0 or not profile.may_lack)}",
        "table: # rules for the whole table",
        f"  - primary-key: {flow([key])}",
        f"  - row-count: {{at-least: {profile.rows // 2}}} # {profile.rows} when this was written",
    ]
    for column in columns:
        if column.nulls > 0:
            share = column.nulls / profile.rows
            limit = min(1.0, math.ceil(round(150 * share + 1, 6)) / 100)
            rule = f"{{column: {scalar(column.name)}, at-most: {limit:g}}}"
            lines.append(f"  - null-fraction: {rule} # {share:.2%} when this was written")
    if without_overlap is not None:
        lines.append(f"  - no-overlap: {{with: {without_overlap}, by: {flow([key])}}}")
    return "\n".join(lines) + "\n"


def _listed(column: Column, profile: Profile, key: str, label: str) -> bool:
    if column.name == key:
        return False
    is_class = column.name == label and column.kind in (Kind.STRING, Kind.INTEGER) and len(column.values) > 1
    return is_class or is_listed(column, profile.rows)


def _schema(column: Column, profile: Profile, *, listed: bool) -> str:
    if column.kind is Kind.OTHER or column.nulls == profile.rows:
        return "{}"
    null = column.nulls > 0
    parts = [f'type: [{column.kind}, "null"]' if null else f"type: {column.kind}"]
    if listed:
        parts.append(f"enum: {flow(column.values)[:-1]}{', null' if null else ''}]")
    elif column.minimum is not None and column.minimum >= 0:
        parts.append("minimum: 0")
    return "{" + ", ".join(parts) + "}"
