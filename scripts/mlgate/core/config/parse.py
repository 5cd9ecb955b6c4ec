"""A configuration's values to `Config`: every mistake at once, each with its place and its remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlgate.core.config import grammar
from mlgate.core.config.cursor import Cursor, Problems
from mlgate.core.config.gate import parse_gate
from mlgate.core.config.meaning import BUILT_IN, MAX_SEED, check_meaning
from mlgate.core.config.model import (
    DEFAULT_SHELL,
    Baseline,
    BaselineKind,
    Config,
    Estimator,
    Gate,
    Task,
    Train,
)
from mlgate.core.config.promote import parse_promote
from mlgate.core.config.tables import parse_tables
from mlgate.core.words import did_you_mean, shown

if TYPE_CHECKING:
    from mlgate.core.config.node import Node

INIT = "`mlgate init` writes a configuration that works; its first line is `version: 1`."
TOP = (
    "version",
    "model",
    "tables",
    "key",
    "label",
    "group",
    "weight",
    "positive",
    "task",
    "train",
    "baselines",
    "gate",
    "promote",
)
_REMOVE = "Remove it; the other keys work without it."
LATER_TOP = dict.fromkeys(("predict", "registry", "monitor", "deploy"), _REMOVE)
ELSEWHERE_TOP = {
    "waivers": "Write them into a file of their own beside this one: `mlgate-waivers.yml`.",
    "metrics": "Write a metric of your own into its rule: `{metric: {name: cost, column: cost}, ...}`.",
    "slices": "Write them into a rule: `{metric: accuracy, ..., slices: [carrier]}`.",
}
TRAIN = ("run", "estimator", "shell", "timeout", "seed", "repeats", "inputs", "model", "predictions", "predict")
LEAST_REPEATS, MOST_REPEATS = 3, 100
# What an estimator leaves behind unless the configuration says otherwise: there is no script that knows better.
ESTIMATOR_MODEL = "model.skops"
ESTIMATOR_PREDICTIONS = "predictions.csv"


def parse(root: Node, file: str) -> Config:
    """Return the configuration that a tree of values says.

    Args:
        root: The values with their places.
        file: The file's name, for messages.

    Raises:
        ConfigError: With every mistake in the file.
    """
    problems = Problems(file=file)
    top = Cursor(node=root, name="", problems=problems)
    if not isinstance(root.content, dict):
        what = "the file is empty" if root.content is None else f"expected a mapping, got {shown(root.plain())}"
        problems.add(root.place, what, INIT)
    problems.stop_if_any()
    entries = top.mapping(TOP, required=("version",), later=LATER_TOP, elsewhere=ELSEWHERE_TOP)
    gate, placed = parse_gate(entries["gate"]) if "gate" in entries else (Gate(), [])
    config = _config(entries, file, gate)
    check_meaning(config, top, placed)
    problems.stop_if_any()
    return config


def _config(entries: dict[str, Cursor], file: str, gate: Gate) -> Config:
    def text(key: str) -> str | None:
        return entries[key].text("a column's name") if key in entries else None

    return Config(
        path=file,
        version=_version(entries),
        model=_name(entries, "model", "model"),
        tables=parse_tables(entries["tables"]) if "tables" in entries else (),
        key=_key(entries["key"]) if "key" in entries else None,
        label=text("label"),
        group=text("group"),
        weight=text("weight"),
        positive=_positive(entries["positive"]) if "positive" in entries else None,
        task=entries["task"].choice(Task) if "task" in entries else None,
        train=_train(entries["train"]) if "train" in entries else None,
        baselines=_baselines(entries["baselines"]) if "baselines" in entries else _named_by(gate),
        gate=gate,
        promote=parse_promote(entries["promote"]) if "promote" in entries else None,
    )


def _version(entries: dict[str, Cursor]) -> int:
    if "version" in entries and (entries["version"].value != 1 or entries["version"].value is True):
        entries["version"].expected("1", "Write `version: 1`; a newer configuration needs a newer mlgate.")
    return 1


def _name(entries: dict[str, Cursor], key: str, default: str) -> str:
    if key not in entries:
        return default
    return entries[key].text("a name", grammar.NAME, grammar.NAME_REMEDY) or default


def _key(cursor: Cursor) -> str | None:
    if isinstance(cursor.value, list):
        cursor.expected("one column's name", "Join the columns into one while preparing the data, and name that.")
        return None
    return cursor.text("a column's name")


def _positive(cursor: Cursor) -> str | int | float | bool | None:
    if isinstance(cursor.value, str | int | float | bool) and cursor.value != "":
        return cursor.value
    cursor.expected("one value of the label", "Write the value, as in `positive: 1` or `positive: late`.")
    return None


def _train(cursor: Cursor) -> Train:
    entries = cursor.mapping(TRAIN)

    def read(key: str, reader: Any, default: Any) -> Any:
        value = reader(entries[key]) if key in entries else None
        return default if value is None else value

    estimator = read("estimator", _estimator, None)
    return Train(
        run=read("run", lambda entry: entry.text("a command"), None),
        estimator=estimator,
        shell=read("shell", grammar.shell, DEFAULT_SHELL),
        timeout_seconds=read("timeout", grammar.timeout, Train.timeout_seconds),
        seed=read("seed", lambda entry: entry.integer(0, MAX_SEED), 0),
        repeats=read("repeats", _repeats, Train.repeats),
        inputs=read("inputs", _inputs, ()),
        model=read("model", grammar.output_path, ESTIMATOR_MODEL if estimator else None),
        predictions=read("predictions", grammar.output_path, ESTIMATOR_PREDICTIONS if estimator else None),
        predict=read("predict", _predict, None),
    )


def _repeats(cursor: Cursor) -> int | None:
    """Return 1, or a number of trainings from which a spread over seeds can be told."""
    if cursor.value == 1 and cursor.value is not True:
        return 1
    return cursor.integer(LEAST_REPEATS, MOST_REPEATS)


def _predict(cursor: Cursor) -> str | None:
    if isinstance(cursor.value, str):
        cursor.expected("a mapping", f"Write `predict: {{run: {cursor.value:.60}}}`.")
        return None
    entries = cursor.mapping(("run",), required=("run",))
    return entries["run"].text("a command") if "run" in entries else None


def _inputs(cursor: Cursor) -> tuple[str, ...] | None:
    if isinstance(cursor.value, str):
        cursor.expected("a list of paths", f"Write `inputs: [{cursor.value:.60}]`.")
        return None
    paths = [grammar.path(item) for item in cursor.items("paths", at_least=1)]
    return tuple(path for path in paths if path is not None) or None


def _estimator(cursor: Cursor) -> Estimator | None:
    what, remedy = "an estimator's dotted name", "Write it as in `sklearn.linear_model.LogisticRegression`."
    if isinstance(cursor.value, str):
        name = cursor.text(what, grammar.ESTIMATOR, remedy)
        return Estimator(name=name) if name else None
    entries = cursor.mapping(("name", "params", "features"), required=("name",))
    name = entries["name"].text(what, grammar.ESTIMATOR, remedy) if "name" in entries else None
    params = entries["params"].entries("Write `{C: 0.5}`.") if "params" in entries else {}
    features = entries["features"].texts("columns") if "features" in entries else ()
    plain = {key: entry.node.plain() for key, entry in params.items()}
    return Estimator(name=name, params=plain, features=features) if name else None


def _named_by(gate: Gate) -> tuple[Baseline, ...]:
    """Return the built-in baselines that rules name: what `baselines` is when it is not written."""
    named = dict.fromkeys(rule.against for rule in gate.rules)
    return tuple(Baseline(name=name, kind=BaselineKind(name)) for name in named if name in BUILT_IN)


def _baselines(cursor: Cursor) -> tuple[Baseline, ...]:
    found: list[Baseline] = []
    for item in cursor.items("baselines"):
        baseline = _baseline(item)
        if baseline is None:
            continue
        if any(other.name == baseline.name for other in found):
            item.problem(f"the baseline {shown(baseline.name)} is there twice", "Give each its own name.")
        found.append(baseline)
    return tuple(found)


def _baseline(cursor: Cursor) -> Baseline | None:
    if isinstance(cursor.value, dict):
        return _predictions_baseline(cursor)
    if isinstance(cursor.value, str) and cursor.value in BUILT_IN:
        return Baseline(name=cursor.value, kind=BaselineKind(cursor.value))
    close = did_you_mean(cursor.value, BUILT_IN) if isinstance(cursor.value, str) else ""
    message = f"expected promoted, dummy, base or a mapping, got {shown(cursor.node.plain())}{close}"
    cursor.problem(message, "Baselines of your own are written `{name: ..., predictions: path}`.")
    return None


def _predictions_baseline(cursor: Cursor) -> Baseline | None:
    entries = cursor.mapping(("name", "predictions"), required=("name", "predictions"))
    name = entries["name"].text("a name", grammar.NAME, grammar.NAME_REMEDY) if "name" in entries else None
    predictions = grammar.path(entries["predictions"]) if "predictions" in entries else None
    if name in BUILT_IN:
        entries["name"].problem(f"{shown(name)} is the name of a built-in baseline", "Give it another name.")
    if name is None:
        return None
    return Baseline(name=name, kind=BaselineKind.PREDICTIONS, predictions=predictions or "")
