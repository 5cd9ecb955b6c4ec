"""`comparison.json`: candidate against baselines on the holdout."""

from __future__ import annotations

from dataclasses import dataclass

from mlgate.core.config.model import BaselineKind, Severity, Task
from mlgate.core.documents.shared import Document, Reason
from mlgate.core.documents.training import Artifact  # noqa: TC001 - codec reads annotations
from mlgate.core.outcome import Outcome


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
        version: Of the promoted model.
    """

    name: str
    kind: BaselineKind
    available: bool
    reason: str | None = None
    message: str = ""
    digest: str | None = None
    version: str | None = None


@dataclass(frozen=True, kw_only=True)
class Waived:
    """A waiver that a rule's result was covered by.

    Attributes:
        reason: Why, in its author's words.
        who: Who answers for it.
        until: The last day on which it counts, as `2026-12-31`.
    """

    reason: str
    who: str
    until: str


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
        average: Of precision, recall and F1.
        parameter: `beta` or `alpha`.
        by: Of a fairness metric: the column whose groups are compared.
        relative: Whether `margin` is a share of the baseline's value.
        proven: Whether a floor or ceiling is decided by the whole interval.
        method_reason: Why this method, in plain words.
        degrees: Degrees of freedom of its t; null where the normal is used.
        adjusted_p_value: `p_value` after the correction for the number of rules; null where it is not corrected.
        carriers: Independent rows (or clusters) that carry a difference.
        clusters: Groups of rows that move together; null where rows are independent.
        gained: Of a paired proportion: rows that only the candidate has right; divided by the design effect, if any.
        lost: Of a paired proportion: rows that only the baseline has right, divided alike.
        pairs: Of a paired proportion: the rows that it is a share of, e.g. those of a class for recall, divided alike.
        unit: Of a budget: `bytes`, `seconds`, or empty.
        waived: The waiver that covers the result; null if none does.
        merged: Of a slice of small ones: the values that are in it, at most 20.
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
    average: str | None = None
    parameter: float | None = None
    by: str | None = None
    relative: bool = False
    proven: bool = False
    method_reason: str = ""
    degrees: float | None = None
    adjusted_p_value: float | None = None
    carriers: int | None = None
    clusters: int | None = None
    gained: float | None = None
    lost: float | None = None
    pairs: float | None = None
    unit: str = ""
    waived: Waived | None = None
    merged: tuple[str, ...] = ()


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
class Calibration:
    """How far a side's probabilities are from shares: of the positive class, or of the likeliest of more classes.

    The Brier score of these probabilities is `reliability - resolution + uncertainty + within`. The last three
    fields, one entry a bin of rows with similar probability, are the reliability curve.

    Attributes:
        side: `candidate` or the baseline's name.
        calibration_error: Squared, with its bias taken out: about zero for a calibrated model, and as often below.
        expected_calibration_error: Over 15 bins of equal width; above zero for a calibrated model too, so no rule names
            it.
        reliability: How far the bins' probabilities are from their shares of hits, squared.
        resolution: How far these shares are from that of all rows, squared; higher is better.
        uncertainty: The score of whoever always foretells the share of all rows.
        within: What the bins do not tell.
        rows: Of each bin.
        probability: The mean of each bin.
        hit: The share of each bin that is of the class.
    """

    side: str
    calibration_error: float
    expected_calibration_error: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float
    rows: tuple[int, ...] = ()
    probability: tuple[float, ...] = ()
    hit: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SliceFlips:
    """The flips in one slice.

    Attributes:
        slice: Its name, as in the rules' results.
        n: Its rows.
        newly_right: Rows that only the candidate gets right.
        newly_wrong: Rows that only the baseline gets right.
        newly_right_keys: The first keys that became right, where values are shown.
        newly_wrong_keys: The first keys that became wrong, where values are shown.
    """

    slice: str
    n: int
    newly_right: int
    newly_wrong: int
    newly_right_keys: tuple[str, ...] = ()
    newly_wrong_keys: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GrownError:
    """A row of a regression whose error grew.

    Attributes:
        key: The row's; null where values are not shown.
        baseline: The baseline's absolute error.
        candidate: The candidate's absolute error.
    """

    key: str | None
    baseline: float
    candidate: float


@dataclass(frozen=True, kw_only=True)
class WeakSlice:
    """A slice that nobody asked for, on which the candidate does worse than the baseline and than on all rows.

    It is a finding, never a failure.

    Attributes:
        slice: Its name.
        metric: scikit-learn's scorer name.
        against: The baseline's name.
        n: Its rows.
        difference: On its rows, positive where the candidate is better.
        shrunk: The same, drawn towards the difference on all rows by as much as it is uncertain (empirical Bayes).
        interval: Of the shrunk difference, widened for having been looked for.
        q_value: After Benjamini and Hochberg's correction over every slice examined.
    """

    slice: str
    metric: str
    against: str
    n: int
    difference: float
    shrunk: float
    interval: tuple[float, float]
    q_value: float


@dataclass(frozen=True, kw_only=True)
class SliceSearch:
    """Where weak slices were sought.

    Attributes:
        columns: Whose slices were examined.
        metrics: By which metrics.
        slices: How many comparisons that were: slices times metrics and baselines.
        left_out: Columns that were not looked at: beyond the first ones, or with too many values.
    """

    columns: tuple[str, ...]
    metrics: tuple[str, ...]
    slices: int
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Repeats:
    """What repeated training says of the recipe; the verdict on the promoted bytes does not use it.

    Attributes:
        metric: scikit-learn's scorer name.
        against: The baseline's name.
        seeds: How many trainings.
        difference: Mean over seeds and rows, positive where the candidate is better.
        interval: By the two-way variance over seeds and rows.
        seed_share: The share of the variance that is the seed's.
        parameter: `alpha` of the metric, where it has one.
    """

    metric: str
    against: str
    seeds: int
    difference: float
    interval: tuple[float, float]
    seed_share: float
    parameter: float | None = None


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
        newly_right_keys: The first keys that became right, where values are shown.
        slices: The flips by slice, those that lost most first, at most 100.
        grown: Of a regression: the rows whose error grew most.
    """

    against: str
    newly_right: int
    newly_wrong: int
    agreement: float
    newly_wrong_keys: tuple[str, ...] = ()
    mcnemar_p: float | None = None
    newly_right_keys: tuple[str, ...] = ()
    slices: tuple[SliceFlips, ...] = ()
    grown: tuple[GrownError, ...] = ()


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
        calibrations: Of every side with probabilities.
        evidence: Files in the run folder that promotion records beside the model: `holdout-predictions` (hashed keys,
            predictions, scores) and `profile` (of the train table, else of the holdout).
        holdout_uses: How often this holdout has judged, as far as the registry's log tells; null where nobody looked.
        holdout_reports: How many other pull requests' reports name it; null where no token could list them.
        slices: The weakest slices that no rule asks for.
        search: Where they were sought; null where they were not.
        repeats: Of repeated training.
        power: Probability that an unchanged candidate passes the rules against models; null without such a rule.
        private: Whether `show-values` shows keys that whoever reads the repository does not know.
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
    calibrations: tuple[Calibration, ...] = ()
    evidence: tuple[Artifact, ...] = ()
    holdout_uses: int | None = None
    holdout_reports: int | None = None
    slices: tuple[WeakSlice, ...] = ()
    search: SliceSearch | None = None
    repeats: tuple[Repeats, ...] = ()
    power: float | None = None
    private: bool = False
