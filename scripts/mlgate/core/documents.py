"""The documents of a run folder: what each step writes and the next ones read.

One frozen class a document. `core.codec` writes and reads them; `schemas/` is generated from them (`make schemas`), so
the attribute descriptions here are the reference. Machine JSON is snake_case. A field, once released, keeps its name.

Shared by all: `schema` names the shape and its version, `mlgate` the version that wrote it, `reads` holds the sha256 of
every document that the step read, `error` says why the step could not finish.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from mlgate import __version__
from mlgate.core.config.model import BaselineKind, Severity, Task
from mlgate.core.outcome import Outcome


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a step could not finish.

    Attributes:
        reason: Stable id, as in `docs/reference/reasons.md`.
        message: What happened.
        remedy: What to change.
        status: The exit status that the step alone ended with.
    """

    reason: str
    message: str
    remedy: str
    status: int


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why an outcome is what it is.

    Attributes:
        id: Stable id, as in `docs/reference/reasons.md`.
        message: The particulars, in plain words.
        step: The step that found it.
        remedy: What to change, where that is more than the page of reasons says.
    """

    id: str
    message: str = ""
    step: str = ""
    remedy: str = ""


class PolicySource(StrEnum):
    """Whose configuration judges."""

    BASE = "base"
    WORKING_COPY = "working-copy"
    INTRODUCED = "introduced"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True)
class Document:
    """What all documents share.

    Attributes:
        schema: The document's shape and its version.
        mlgate: The version that wrote it.
        reads: sha256 of every document that the step read, by file name.
        error: Why the step could not finish; null when it did.
    """

    schema: str
    mlgate: str = __version__
    reads: dict[str, str] = field(default_factory=dict)
    error: Failure | None = None


@dataclass(frozen=True, kw_only=True)
class BaseDocument(Document):
    """`base.json`: which commit is judged, and which one judges. Written by fetch-base.

    Attributes:
        event: `GITHUB_EVENT_NAME`, or `local`.
        pull_request: Its number, if the event has one.
        commit: The commit that is checked out; None outside git.
        tree: Its tree.
        head: The pull request's head commit: statuses go there, never on the merge commit.
        base: The commit whose policy judges; None where the working copy is the policy.
        base_source: How it was found: `merge-commit`, `merge-group`, `branch-tip`, `option` or `none`.
        merge_base: What a policy edit is measured from.
        policy: Whose configuration judges.
        config: The configuration's path, relative to the repository's root.
        prefix: The configuration's folder, relative to the repository's root; empty at the root.
        config_digest: sha256 of the working copy's configuration; None if there is none.
        base_config_digest: sha256 of the base's; None if it has none.
        policy_changed: Paths of judging files that differ from the merge base.
        dirty: Paths of tracked files that differ from `commit`, and of untracked ones under the model's inputs.
        inputs_digest: Digest over all that the model depends on, from git; None when it cannot be known.
        base_inputs_digest: The same at the base.
        inputs_unchanged: Both are known and equal, and the tree is clean: nothing needs training.
    """

    schema: str = "mlgate/base/1"
    event: str = "local"
    pull_request: int | None = None
    commit: str | None = None
    tree: str | None = None
    head: str | None = None
    base: str | None = None
    base_source: str = "none"
    merge_base: str | None = None
    policy: PolicySource = PolicySource.WORKING_COPY
    config: str = "mlgate.yml"
    prefix: str = ""
    config_digest: str | None = None
    base_config_digest: str | None = None
    policy_changed: tuple[str, ...] = ()
    dirty: tuple[str, ...] = ()
    inputs_digest: str | None = None
    base_inputs_digest: str | None = None
    inputs_unchanged: bool = False


@dataclass(frozen=True, kw_only=True)
class FindingRow:
    """One row that breaks a check.

    Attributes:
        row: 0-based, header not counted.
        line: 1-based line of the file where the row starts; null for binary files.
        value: The offending value, cut to 100 characters; null where values are not shown.
    """

    row: int | None
    line: int | None = None
    value: str | None = None


class ContractSide(StrEnum):
    """Which version of a contract was broken: the working copy's, or the base's."""

    NEW = "new"
    OLD = "old"


@dataclass(frozen=True, kw_only=True)
class DataFinding:
    """Something true about a table that its contract does not allow.

    Attributes:
        check: JSON pointer into the contract, e.g. `/row/properties/carrier/enum`; empty for a broken file.
        column: The column concerned, if one is.
        severity: What it comes to.
        count: How many rows (or cells) break it.
        rows: The first of them.
        reason: Stable id: `contract-broken`, `data-unreadable`, ...
        message: One sentence with limit and measurement.
        contract: Which version of the contract.
    """

    check: str
    column: str | None = None
    severity: Severity = Severity.FAIL
    count: int = 0
    rows: tuple[FindingRow, ...] = ()
    reason: str = "contract-broken"
    message: str = ""
    contract: ContractSide = ContractSide.NEW


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column as read.

    Attributes:
        name: Its name.
        type: JSON Schema type as read: `string`, `integer`, `number`, `boolean`, `array`, `object` or the engine's own.
        nulls: How many of its cells are null.
    """

    name: str
    type: str
    nulls: int = 0


@dataclass(frozen=True, kw_only=True)
class TableResult:
    """What validation found in one table.

    Attributes:
        name: The table's name in the configuration.
        path: The file, relative to the configuration.
        digest: sha256 of its bytes; null when it could not be read.
        rows: How many rows; null when it could not be read.
        outcome: The worst of its findings.
        contract: The contract's path.
        contract_digests: sha256 of each version that was applied, by `new` and `old`.
        columns: As read.
        checks: How many checks ran.
        fallback: JSON pointers of checks with no compiled form, which went through `jsonschema` row by row.
        values_shown: Whether findings may carry values.
        findings: Worst first.
    """

    name: str
    path: str
    digest: str | None = None
    rows: int | None = None
    outcome: Outcome = Outcome.PASS
    contract: str | None = None
    contract_digests: dict[str, str] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    checks: int = 0
    fallback: tuple[str, ...] = ()
    values_shown: bool = False
    findings: tuple[DataFinding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DataDocument(Document):
    """`data.json`: what validation found in the tables. Written by validate-data.

    Attributes:
        outcome: The worst table.
        reasons: Why, in the document's own words.
        tables: One entry a table.
    """

    schema: str = "mlgate/data/1"
    outcome: Outcome = Outcome.PASS
    reasons: tuple[Reason, ...] = ()
    tables: tuple[TableResult, ...] = ()


class TrainingSource(StrEnum):
    """Where the candidate came from."""

    RUN = "run"
    ESTIMATOR = "estimator"
    BROUGHT = "brought"
    UNCHANGED = "unchanged"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What the training command ran in.

    Attributes:
        python: Version of the `python` that the command's shell finds; null if there is none.
        platform: Operating system, release and machine.
        packages: Installed distributions of that Python, by name.
    """

    python: str | None = None
    platform: str = ""
    packages: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """A file that training left.

    Attributes:
        name: `model` or `predictions`.
        path: Relative to the configuration's folder.
        digest: sha256 of its bytes.
        size: Bytes.
    """

    name: str
    path: str
    digest: str
    size: int


@dataclass(frozen=True, kw_only=True)
class TrainingDocument(Document):
    """`training.json`: how the candidate was made. Written by train-model.

    Attributes:
        outcome: `pass`, or `fail` when there is no candidate to judge.
        reasons: Why.
        source: Where the candidate came from.
        command: What ran.
        seed: Given to it as `MLGATE_TRAIN_SEED`.
        exit_status: How it ended; negative for a signal; null when it did not run.
        duration_seconds: Wall time.
        peak_memory_bytes: Of the command and its children, as the operating system counts.
        log_tail: Its last lines; empty on success.
        environment: What it ran in.
        commit: The commit that was checked out.
        tree: Its tree.
        dirty: Whether the checkout differed from the commit.
        artifacts: The model and the predictions.
    """

    schema: str = "mlgate/training/1"
    outcome: Outcome = Outcome.PASS
    reasons: tuple[Reason, ...] = ()
    source: TrainingSource = TrainingSource.NONE
    command: str | None = None
    seed: int = 0
    exit_status: int | None = None
    duration_seconds: float | None = None
    peak_memory_bytes: int | None = None
    log_tail: tuple[str, ...] = ()
    environment: Environment | None = None
    commit: str | None = None
    tree: str | None = None
    dirty: bool = False
    artifacts: tuple[Artifact, ...] = ()

    def artifact(self, name: str) -> Artifact | None:
        """Return the artifact called `name`, or None."""
        return next((artifact for artifact in self.artifacts if artifact.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Holdout:
    """The pinned test set that judged.

    Attributes:
        path: Relative to the configuration's folder.
        rows: How many.
        digest: sha256 of the file.
        identity: Digest over key, label, group and weight columns, in key order.
        base_identity: The same at the base; null where there is no base.
        classes: Label values in sorted order; empty for regression.
        class_counts: Rows of each.
    """

    path: str
    rows: int
    digest: str
    identity: str
    base_identity: str | None = None
    classes: tuple[str, ...] = ()
    class_counts: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BaselineResult:
    """One baseline, as far as it could be had.

    Attributes:
        name: As in the configuration.
        kind: Where it comes from.
        available: Whether its predictions were compared.
        reason: Stable id if not: `registry-empty`, `baseline-missing`, ...
        message: The particulars.
        digest: sha256 of its predictions.
    """

    name: str
    kind: BaselineKind
    available: bool
    reason: str | None = None
    message: str = ""
    digest: str | None = None


@dataclass(frozen=True, kw_only=True)
class RuleResult:
    """How one rule came out.

    Attributes:
        id: As in the configuration, or made from the rule.
        metric: scikit-learn's scorer name.
        against: The baseline's name; null for a floor or ceiling.
        slice: Null for the whole holdout.
        n: Rows compared.
        baseline: The metric on the baseline.
        candidate: The metric on the candidate.
        difference: Candidate minus baseline in the metric's own units, turned so that positive is better.
        interval: Low and high of `difference`; for a floor, of the candidate's value.
        margin: The largest accepted drop.
        at_least: Floor.
        at_most: Ceiling.
        outcome: Before the policy for inconclusive ones, after multiplicity.
        severity: What a failing rule comes to.
        reasons: Stable ids, e.g. `worse-than-margin`, `drop`, `below-floor`, `floor-not-proven`, `multiplicity`.
        message: One plain sentence.
        method: The interval's method.
        p_value: One-sided, of a drop, by inverting the interval; what Holm adjusts.
        standard_error: Of the difference, where the method has one.
        detectable_drop: The smallest drop this holdout could have shown with 80 % power.
        rows_needed: Rows that would settle the rule at this difference's standard error; null if none would.
    """

    id: str
    metric: str
    against: str | None = None
    slice: str | None = None
    n: int = 0
    baseline: float | None = None
    candidate: float | None = None
    difference: float | None = None
    interval: tuple[float, float] | None = None
    margin: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    outcome: Outcome = Outcome.FAIL
    severity: Severity = Severity.FAIL
    reasons: tuple[str, ...] = ()
    message: str = ""
    method: str = ""
    p_value: float | None = None
    standard_error: float | None = None
    detectable_drop: float | None = None
    rows_needed: int | None = None


@dataclass(frozen=True, kw_only=True)
class MetricDifference:
    """A metric on both sides, whether or not a rule names it: what the plot of differences shows.

    Attributes:
        metric: scikit-learn's scorer name.
        against: The baseline's name.
        baseline: Its value.
        candidate: The candidate's value.
        difference: Turned so that positive is better.
        interval: Of the difference.
    """

    metric: str
    against: str
    baseline: float | None
    candidate: float | None
    difference: float | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A line for a plot, thinned to at most 200 points.

    Attributes:
        side: `candidate` or the baseline's name.
        kind: `roc`, `precision-recall` or `residuals`.
        x: Abscissae (false positive rate; recall; predicted value).
        y: Ordinates (true positive rate; precision; residual).
    """

    side: str
    kind: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """A confusion matrix: `counts[i][j]` rows of true class i predicted as class j.

    Attributes:
        side: `candidate` or the baseline's name.
        classes: In the order of both axes.
        counts: As scikit-learn's `confusion_matrix`.
    """

    side: str
    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Flips:
    """Rows on which candidate and baseline disagree.

    Attributes:
        against: The baseline's name.
        newly_right: Rows that only the candidate gets right.
        newly_wrong: Rows that only the baseline gets right.
        agreement: Share of rows with equal predictions.
        newly_wrong_keys: The first keys that became wrong, where values are shown.
        mcnemar_p: McNemar's exact two-sided p-value of the flips; shown, never decides.
    """

    against: str
    newly_right: int
    newly_wrong: int
    agreement: float
    newly_wrong_keys: tuple[str, ...] = ()
    mcnemar_p: float | None = None


@dataclass(frozen=True, kw_only=True)
class ComparisonDocument(Document):
    """`comparison.json`: candidate against baselines on the holdout. Written by compare-models.

    Attributes:
        outcome: The worst rule.
        reasons: What concerns the whole comparison: `holdout-changed`, `predictions-incomplete`, ...
        task: What the label is.
        confidence: Of every interval.
        holdout: What judged.
        candidate_digest: sha256 of the candidate's predictions.
        baselines: What it was compared with.
        rules: The judging policy's rules.
        proposed_rules: The working copy's rules, where the pull request edits policy; else empty.
        metrics: Differences of every metric that the task has, against each available baseline.
        flips: By baseline.
        curves: For the plots.
        confusions: For the plots.
        power: Probability that an unchanged candidate passes the rules against models; null without such a rule.
    """

    schema: str = "mlgate/comparison/1"
    outcome: Outcome = Outcome.PASS
    reasons: tuple[Reason, ...] = ()
    task: Task | None = None
    confidence: float = 0.95
    holdout: Holdout | None = None
    candidate_digest: str | None = None
    baselines: tuple[BaselineResult, ...] = ()
    rules: tuple[RuleResult, ...] = ()
    proposed_rules: tuple[RuleResult, ...] = ()
    metrics: tuple[MetricDifference, ...] = ()
    flips: tuple[Flips, ...] = ()
    curves: tuple[Curve, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    power: float | None = None


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What the verdict is bound to.

    Attributes:
        commit: The commit that was judged.
        head: The pull request's head.
        tree: The tree that was judged.
        base: The commit whose policy judged.
        inputs_digest: Over all that the model depends on.
        config_digest: sha256 of the judging configuration.
        contract_digests: sha256 of each contract that was applied, by path and side.
        data_digests: sha256 of each table.
        holdout_digest: The holdout's identity.
        model_digest: sha256 of the model.
        predictions_digest: sha256 of the candidate's predictions.
        dirty: Whether the tree differed from the commit: such a report is never promoted.
    """

    commit: str | None = None
    head: str | None = None
    tree: str | None = None
    base: str | None = None
    inputs_digest: str | None = None
    config_digest: str | None = None
    contract_digests: dict[str, str] = field(default_factory=dict)
    data_digests: dict[str, str] = field(default_factory=dict)
    holdout_digest: str | None = None
    model_digest: str | None = None
    predictions_digest: str | None = None
    dirty: bool = False


@dataclass(frozen=True, kw_only=True)
class StepStatus:
    """How one step of the run ended.

    Attributes:
        step: Its name, e.g. `validate-data`.
        outcome: Its own outcome; null when its document is missing.
        message: One sentence.
    """

    step: str
    outcome: Outcome | None
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class PolicyReport:
    """What the pull request did to the policy.

    Attributes:
        source: Whose configuration judged.
        changed: Judging files that the pull request edits.
        difference: Unified diff of the configuration, cut to 200 lines.
        proposed_outcome: What the pull request's own policy decides; null when it edits none.
    """

    source: PolicySource = PolicySource.WORKING_COPY
    changed: tuple[str, ...] = ()
    difference: tuple[str, ...] = ()
    proposed_outcome: Outcome | None = None


@dataclass(frozen=True, kw_only=True)
class ReportDocument(Document):
    """`report.json`: the verdict and everything that explains it. Written by build-report.

    Attributes:
        outcome: The verdict.
        blocks: Whether the merge is blocked.
        status: The exit status that enforce-gate gives.
        reasons: Worst first.
        model: The model's name.
        event: What started the run.
        pull_request: Its number.
        steps: How each step ended.
        policy: What the pull request did to the policy.
        data: From `data.json`.
        training: From `training.json`.
        comparison: From `comparison.json`.
        rules: The judging rules, as in `comparison.rules`.
        provenance: What the verdict is bound to.
    """

    schema: str = "mlgate/report/1"
    outcome: Outcome = Outcome.FAIL
    blocks: bool = True
    status: int = 3
    reasons: tuple[Reason, ...] = ()
    model: str = "model"
    event: str = "local"
    pull_request: int | None = None
    steps: tuple[StepStatus, ...] = ()
    policy: PolicyReport = PolicyReport()
    data: DataDocument | None = None
    training: TrainingDocument | None = None
    comparison: ComparisonDocument | None = None
    rules: tuple[RuleResult, ...] = ()
    provenance: Provenance = Provenance()


FILES: dict[type[Document], str] = {
    BaseDocument: "base.json",
    DataDocument: "data.json",
    TrainingDocument: "training.json",
    ComparisonDocument: "comparison.json",
    ReportDocument: "report.json",
}
