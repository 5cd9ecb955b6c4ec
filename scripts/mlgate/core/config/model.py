"""The configuration, parsed: frozen values that the rest of mlgate reads. `parse.py` makes them from YAML."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mlgate.core.data.source import Compression, Dialect, Format
from mlgate.core.outcome import Severity as Severity  # noqa: PLC0414 - a word of the configuration, too

DEFAULT_SHELL = ("bash", "-eo", "pipefail", "-c")


class OnChange(StrEnum):
    """What a changed contract or holdout does to the outcome."""

    FAIL = "fail"
    WARN = "warn"


class OnInconclusive(StrEnum):
    """What an inconclusive rule does to the merge."""

    WARN = "warn"
    FAIL = "fail"
    PASS = "pass"


class Task(StrEnum):
    """What the label is."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


class BaselineKind(StrEnum):
    """Where a baseline comes from."""

    PROMOTED = "promoted"
    DUMMY = "dummy"
    BASE = "base"
    PREDICTIONS = "predictions"


@dataclass(frozen=True, kw_only=True)
class Drift:
    """When a table has moved too far from its reference.

    Attributes:
        threshold: Of the population stability index, its expectation without drift taken out.
        null_threshold: Of the change of a column's share of nulls.
        columns: Which are compared; none named means all but the key.
        severity: What an alarm comes to.
    """

    threshold: float = 0.1
    null_threshold: float = 0.1
    columns: tuple[str, ...] = ()
    severity: Severity = Severity.WARN


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table.

    Attributes:
        name: Its name.
        path: Its file, relative to the configuration's folder; a glob for several; or an address such as `s3://...`.
        contract: Its contract, relative to the configuration's folder.
        format: How it is written, where the extension does not tell.
        compression: How its files are compressed, where the extension does not tell.
        dialect: Of CSV and TSV.
        reference: What drift is measured from: the name of another table, or the path of a profile, which ends with
            `.json`; None for nothing.
        drift: When that is too far.
    """

    name: str
    path: str
    contract: str | None = None
    format: Format | None = None
    compression: Compression | None = None
    dialect: Dialect = field(default_factory=Dialect)
    reference: str | None = None
    drift: Drift = field(default_factory=Drift)

    @property
    def is_reference_a_profile(self) -> bool:
        """Return whether drift is measured from a stored profile."""
        return self.reference is not None and self.reference.endswith(".json")


@dataclass(frozen=True, kw_only=True)
class Estimator:
    """A named scikit-learn estimator for people who have no script, e.g. `sklearn.linear_model.LogisticRegression`."""

    name: str
    params: dict[str, Any] = field(default_factory=dict)
    features: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Train:
    """How the candidate is made: a command, an estimator, or neither (`brought`: the files are taken as they are).

    Attributes:
        inputs: What the model depends on; none named means everything in the repository.
        predict: The command that scores a table with a given model: how the promoted model is scored again.
        repeats: How often the command runs, with consecutive seeds from `seed`, whose model is the candidate.
    """

    run: str | None = None
    estimator: Estimator | None = None
    shell: tuple[str, ...] = DEFAULT_SHELL
    timeout_seconds: float = 3600.0
    seed: int = 0
    inputs: tuple[str, ...] = ()
    model: str | None = None
    predictions: str | None = None
    predict: str | None = None
    repeats: int = 1


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What the candidate is compared with; `predictions` is a path where the kind is `predictions`."""

    name: str
    kind: BaselineKind
    predictions: str | None = None


class BudgetKind(StrEnum):
    """What a budget measures."""

    MODEL_SIZE = "model-size"  # bytes
    TRAINING_TIME = "training-time"  # seconds
    PEAK_MEMORY = "peak-memory"  # bytes
    FILE = "file"  # a number in a JSON file that the training command leaves


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What a rule measures of the candidate itself, and not of its predictions.

    Attributes:
        kind: Which number.
        file: Of `file`: a JSON file that training leaves, relative to the configuration's folder.
        pointer: Of `file`: the JSON pointer of the number, e.g. `/parameters`.
    """

    kind: BudgetKind
    file: str | None = None
    pointer: str = ""


@dataclass(frozen=True, kw_only=True)
class OwnMetric:
    """A metric of the user's: the mean of a number of each row.

    Attributes:
        column: The column of the predictions that holds the number; None where a function computes it.
        file: The Python file of the function, relative to the configuration's folder.
        function: Its name.
        greater_is_better: Whether a higher value is better.
    """

    column: str | None = None
    file: str | None = None
    function: str | None = None
    greater_is_better: bool = False


@dataclass(frozen=True, kw_only=True)
class SliceBy:
    """How rows are divided.

    Attributes:
        column: Of the holdout.
        bins: How many groups of equally many rows a column of numbers falls into; None for a slice of each value.
    """

    column: str
    bins: int | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One line of `gate.rules`.

    Attributes:
        id: Stable name, e.g. `roc_auc vs promoted` or `recall >= 0.6`; made from the rule unless given as `id`.
        metric: A scikit-learn scorer name without `neg_`; the name of an own metric; for a budget, what it measures.
        against: The name of a baseline; None for a floor or ceiling.
        margin: The largest drop that is accepted, in the metric's units; negative asks for an improvement.
        relative: Whether the margin is a share of the baseline's value.
        at_least: Floor.
        at_most: Ceiling.
        proven: Whether a floor or ceiling is decided by the whole interval and not read literally.
        average: `binary`, `macro`, `micro` or `weighted`, for precision, recall and F1.
        beta: Of `fbeta`: how much recall weighs beside precision.
        alpha: Of `mean_pinball_loss`: the quantile that is predicted.
        by: Of a fairness metric: the column of the holdout whose groups are compared.
        own: What an own metric is computed from; None for the metrics that mlgate knows.
        budget: What is measured in place of a metric; None for a metric.
        slices: What the rule is judged on one by one; none for the whole holdout.
        severity: What a broken rule comes to.
    """

    id: str
    metric: str
    against: str | None = None
    margin: float | None = None
    relative: bool = False
    at_least: float | None = None
    at_most: float | None = None
    proven: bool = False
    average: str | None = None
    beta: float | None = None
    alpha: float | None = None
    by: str | None = None
    own: OwnMetric | None = None
    budget: Budget | None = None
    slices: tuple[SliceBy, ...] = ()
    severity: Severity = Severity.FAIL


@dataclass(frozen=True, kw_only=True)
class SlicePolicy:
    """How slices are made.

    Attributes:
        at_least: The rows that a slice needs to be judged by itself; smaller ones are merged.
    """

    at_least: int = 50


@dataclass(frozen=True, kw_only=True)
class Gate:
    """The policy that a pull request cannot edit for itself.

    Attributes:
        holdout_budget: How many verdicts one holdout may give before a `pass` becomes `warn`; None for no limit.
        accept_reasons: Stable ids of reasons that come to `warn` where they would fail.
        slices: How slices are made.
    """

    confidence: float = 0.95
    on_inconclusive: OnInconclusive = OnInconclusive.WARN
    on_contract_change: OnChange = OnChange.FAIL
    on_holdout_change: OnChange = OnChange.FAIL
    holdout_budget: int | None = None
    accept_reasons: tuple[str, ...] = ()
    slices: SlicePolicy = SlicePolicy()
    rules: tuple[Rule, ...] = ()


class Bump(StrEnum):
    """Which part of a version a promotion raises; `auto` looks at what changed."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"
    AUTO = "auto"


class Approval(StrEnum):
    """Who must agree before a stage points to a version."""

    ENVIRONMENT = "environment"  # the reviewers of the job's environment
    SECOND_PERSON = "second-person"  # somebody else than who made the version


class StoreKind(StrEnum):
    """Where the bytes of models lie."""

    BRANCH = "branch"
    RELEASE = "release"
    FOLDER = "folder"


class AcceptedOrigin(StrEnum):
    """Whose verdicts may be promoted."""

    ANY = "any"
    CI = "ci"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A name that points to a version.

    Attributes:
        name: Its name.
        approve: Who must agree; None for nobody.
        environment: Whose reviewers agree, where it is not called like the stage.
    """

    name: str
    approve: Approval | None = None
    environment: str | None = None

    @property
    def reviewed_by(self) -> str:
        """Return the environment whose reviewers agree to the stage."""
        return self.environment or self.name


@dataclass(frozen=True, kw_only=True)
class Promote:
    """Where a passing model goes on merge, and under which conditions.

    Attributes:
        stages: In their order: a version reaches one only after the one before. The last is what `promoted` means.
        accept: The outcomes that may be promoted.
        bump: Which part of the version a promotion raises.
        origin: Whose verdicts may be promoted.
        store: Where the bytes of models lie.
        folder: The folder, relative to the configuration's or absolute, where `store` is `folder`.
        workflow: File name of the workflow whose runs judge.
        card: A Markdown file, relative to the configuration's folder, whose text is the card's written part.
        allow_pickle: Whether models in formats that run code when they are loaded may be promoted.
        trusted_types: Types that a skops file may hold beside those that mlgate knows as harmless.
        sign: Whether every record must be signed.
        allowed_signers: git's list of allowed signers, relative to the configuration's folder.
    """

    stages: tuple[Stage, ...] = (Stage(name="production"),)
    accept: tuple[str, ...] = ("pass", "warn")
    bump: Bump = Bump.MINOR
    origin: AcceptedOrigin = AcceptedOrigin.ANY
    store: StoreKind = StoreKind.BRANCH
    folder: str | None = None
    workflow: str = "mlgate.yml"
    card: str | None = None
    allow_pickle: bool = False
    trusted_types: tuple[str, ...] = ()
    sign: bool = False
    allowed_signers: str | None = None

    @property
    def stage(self) -> str:
        """Return the stage that `promoted` means: the last."""
        return self.stages[-1].name


@dataclass(frozen=True, kw_only=True)
class Config:
    """One `mlgate.yml`.

    Attributes:
        path: Where it was read, relative to the repository or as given; only for messages.
        positive: The label value that counts as positive in a binary task; default: 1, true or the greater one.
        task: Declared task; None lets the rules and the label decide.
    """

    path: str
    version: int
    model: str = "model"
    tables: tuple[Table, ...] = ()
    key: str | None = None
    label: str | None = None
    group: str | None = None
    weight: str | None = None
    positive: str | int | float | bool | None = None
    task: Task | None = None
    train: Train | None = None
    baselines: tuple[Baseline, ...] = ()
    gate: Gate = Gate()
    promote: Promote | None = None

    def table(self, name: str) -> Table | None:
        """Return the table called `name`, or None."""
        return next((table for table in self.tables if table.name == name), None)
