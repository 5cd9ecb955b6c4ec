"""What `mlgate plan --json` prints: rows for a question, and what the rows at hand can tell."""

from __future__ import annotations

from dataclasses import dataclass

from mlgate.core.documents.shared import Document


@dataclass(frozen=True, kw_only=True)
class BoundPlan:
    """Rows that bound the error of an estimate, whatever the data.

    Attributes:
        condition: What the estimate is of: `one-model`, `difference`, or `difference-bounded-disagreement`.
        method: `hoeffding` or `bennett`.
        rows: Where all models are made without knowing any verdict.
        rows_adaptive: Where each may be made knowing all verdicts before: a planning figure and no guarantee.
        reuses: How many estimates the rows at hand bear, at most 1,000,000; null where no rows are known.
        reuses_adaptive: The same where each model may be made knowing all verdicts before.
    """

    condition: str
    method: str
    rows: int
    rows_adaptive: int
    reuses: int | None = None
    reuses_adaptive: int | None = None


@dataclass(frozen=True, kw_only=True)
class PowerPlan:
    """What a rule against a baseline can tell, and the rows that it needs.

    Attributes:
        rule: Its id; empty for a rule that was described by options.
        slice: Null for the whole holdout.
        metric: scikit-learn's scorer name; empty where the options name none.
        margin: The largest accepted drop, in the metric's units.
        disagreement: Share of the compared rows that one model alone has right; null where the method uses none.
        standard_error: Of the difference, on the side of the margin; null where the method uses none.
        method: `enumeration` of every table that can come up, or `standard-error`.
        rows: At hand; null where none are known.
        passes: Probability that the candidate passes on the rows at hand.
        detectable_drop: Smallest true drop that fails on the rows at hand with the wanted power.
        rows_needed: Rows on which the candidate passes with the wanted power; null where no number does it.
    """

    rule: str = ""
    slice: str | None = None
    metric: str = ""
    margin: float
    disagreement: float | None = None
    standard_error: float | None = None
    method: str
    rows: int | None = None
    passes: float | None = None
    detectable_drop: float | None = None
    rows_needed: int | None = None


@dataclass(frozen=True, kw_only=True)
class PlanDocument(Document):
    """What plan prints: nothing is judged, and nothing is written to the run folder.

    Attributes:
        tolerance: The largest accepted error of an estimate; null where no bounds were asked for.
        reliability: Probability that no estimate errs by more.
        reuses: How many estimates are made on the same rows.
        both_sides: Whether an error in either direction counts.
        value_range: The largest value of a row minus the smallest.
        disagreement: As given: the share of rows that one model alone has right.
        class_share: As given: the share of rows that the metric is of.
        confidence: Of the intervals.
        power: The wanted probability of passing.
        difference: The true difference that the power is for, positive where the candidate is better.
        rows: At hand, as given or the holdout's.
        used: How often the holdout has judged, as far as the comparison knows; null where nobody looked.
        bounds: For the tolerance.
        tests: Of the rule that was described, else of the rules in `comparison.json`.
        left_out: Rules of `comparison.json` that cannot be planned for, each with the cause.
    """

    schema: str = "mlgate/plan/1"
    tolerance: float | None = None
    reliability: float = 0.99
    reuses: int = 1
    both_sides: bool = False
    value_range: float = 1.0
    disagreement: float | None = None
    class_share: float | None = None
    confidence: float = 0.95
    power: float = 0.8
    difference: float = 0.0
    rows: int | None = None
    used: int | None = None
    bounds: tuple[BoundPlan, ...] = ()
    tests: tuple[PowerPlan, ...] = ()
    left_out: tuple[str, ...] = ()
