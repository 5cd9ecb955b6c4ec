"""The sentences of a report, the same in Markdown and HTML: plain text, escaped where it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.config.model import Severity, Task
from mlgate.core.outcome import Outcome
from mlgate.core.reasons import REASONS
from mlgate.core.report import numbers
from mlgate.errors import ExitStatus

if TYPE_CHECKING:
    from mlgate.core.documents.comparison import ComparisonDocument, MetricDifference, RuleResult
    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.documents.shared import Reason

ICONS = {Outcome.PASS: "✅", Outcome.WARN: "⚠️", Outcome.INCONCLUSIVE: "❔", Outcome.FAIL: "❌"}
LEAST_POWER = 0.001
LABELS = {Outcome.PASS: "pass", Outcome.WARN: "warn", Outcome.INCONCLUSIVE: "inconclusive", Outcome.FAIL: "fail"}
STEP_TITLES = {
    "fetch-base": "Base",
    "validate-data": "Data",
    "train-model": "Training",
    "compare-models": "Comparison",
    "build-report": "Report",
}


def verdict(report: ReportDocument) -> str:
    """Return what happened to the model, to follow its name."""
    if report.status == ExitStatus.USAGE:
        return "could not be judged"
    if report.outcome is Outcome.PASS:
        return "passes"
    if report.outcome is Outcome.WARN:
        return "passes with warnings"
    if report.outcome is Outcome.INCONCLUSIVE:
        return "is inconclusive and blocked" if report.blocks else "is inconclusive"
    return "fails" if report.blocks else "fails, not blocking"


def consequence(report: ReportDocument) -> str:
    """Return what the verdict means for the merge, in one or two sentences."""
    if any(reason.id == "inputs-unchanged" for reason in report.reasons):
        return "Nothing that the model depends on has changed, so nothing was trained. The merge is not blocked."
    blocked = "The merge is blocked." if report.blocks else "The merge is not blocked."
    obstacles = "; ".join(report.not_promoted)
    outlook = f"It will not be promoted: {obstacles}." if obstacles else ""
    return " ".join(part for part in (_finding(report), blocked, outlook) if part)


def _finding(report: ReportDocument) -> str:
    total = numbers.counted(len({rule.id for rule in report.rules}), "rule")
    unmet = {rule.id for rule in report.rules if rule.outcome is not Outcome.PASS}
    match report.outcome:
        case Outcome.FAIL:
            failing = len({rule.id for rule in report.rules if rule_outcome(rule) is Outcome.FAIL})
            return f"{failing} of {total} not met. {_broken(report)}".strip() if failing else _broken(report)
        case Outcome.INCONCLUSIVE:
            open_rules = f"{len(unmet)} of {total}"
            return f"The holdout is too small to tell for {open_rules}: no drop is shown, nor that there is none."
        case Outcome.WARN if unmet:
            return f"{len({rule.id for rule in report.rules}) - len(unmet)} of {total} met."
        case _ if report.rules:
            met = {1: "the rule", 2: "both rules"}.get(len({rule.id for rule in report.rules}), f"all {total}")
            return f"The candidate meets {met}{_on(report.comparison)}."
        case _:
            return "The data satisfies its contracts." if report.data and report.data.tables else ""


def _broken(report: ReportDocument) -> str:
    if report.status == ExitStatus.USAGE:
        return "Nothing can be judged before this is corrected."
    if report.data and report.data.outcome is Outcome.FAIL:
        return "The data breaks its contract."
    if report.training and report.training.outcome is Outcome.FAIL:
        return "There is no candidate to judge."
    shown = any(rule_outcome(rule) is Outcome.FAIL for rule in report.rules)
    return "" if shown else "What the policy asks for could not be shown."


def _on(comparison: ComparisonDocument | None) -> str:
    return f" on {numbers.counted(comparison.holdout.rows, 'holdout row')}" if comparison and comparison.holdout else ""


def reason_text(reason: Reason) -> str:
    """Return what a reason says; where its step left no particulars, what it means in general."""
    if reason.message:
        return reason.message
    known = REASONS.get(reason.id)
    return known.meaning if known else ""


def reason_remedy(reason: Reason) -> str:
    """Return what to do about a reason, in Markdown; empty if nothing."""
    if reason.remedy:
        return reason.remedy
    known = REASONS.get(reason.id)
    return known.remedy if known and known.remedy != "Nothing to do." else ""


def remedies(reasons: tuple[Reason, ...]) -> list[str]:
    """Return what to do, one entry a reason; said once, with the last reason of its kind."""
    later: set[str] = set()
    told = []
    for reason in reversed(reasons):
        # A message of several lines names its own remedies.
        silent = is_note(reason) or reason.id in later or "\n" in reason.message.strip()
        told.append("" if silent else reason_remedy(reason))
        later.add(reason.id)
    return told[::-1]


def is_note(reason: Reason) -> bool:
    """Return whether a reason only explains and takes nothing away."""
    known = REASONS.get(reason.id)
    return known is not None and known.outcome in ("note", "pass")


def limit(rule: RuleResult) -> str:
    """Return what a rule asks for."""
    if rule.at_least is not None:
        return f"at least {numbers.plain(rule.at_least, rule.unit)}"
    if rule.at_most is not None:
        return f"at most {numbers.plain(rule.at_most, rule.unit)}"
    if rule.margin is None:
        return numbers.NONE
    size = abs(rule.margin)
    shown = numbers.share(size) if rule.relative else numbers.plain(size, rule.unit)
    if rule.margin < 0:
        return f"gain at least {shown}"
    return f"drop at most {shown}" if rule.margin else "no drop"


def of_numbers(comparison: ComparisonDocument) -> bool:
    """Return whether numbers are predicted and not classes, so that no row is right or wrong."""
    return comparison.task is Task.REGRESSION


def rule_name(rule: RuleResult) -> str:
    """Return a rule's id with its slice."""
    return f"{rule.id}, {rule.slice}" if rule.slice else rule.id


def rule_outcome(rule: RuleResult) -> Outcome:
    """Return what a rule's outcome does: a failing one of severity `warn` only warns."""
    return Outcome.WARN if rule.outcome is Outcome.FAIL and rule.severity is Severity.WARN else rule.outcome


def rule_decimals(rule: RuleResult) -> int:
    """Return the decimals for all numbers of a rule."""
    return numbers.decimals(interval=rule.interval, value=rule.candidate)


def is_floor(rule: RuleResult) -> bool:
    """Return whether the rule reads the candidate's value: then its interval is not of a difference."""
    return rule.against is None


def settle(rule: RuleResult) -> str:
    """Return which drop an inconclusive rule could have seen, and how many rows would settle it."""
    places = rule_decimals(rule)
    parts = []
    if rule.detectable_drop is not None:
        seen = numbers.number(rule.detectable_drop, places)
        parts.append(f"On {numbers.counted(rule.n, 'row')} a drop of {seen} could have been seen (with 80 % power)")
        parts.append(f"the rule accepts {numbers.plain(rule.margin)}" if rule.margin else "")
    sentence = "; ".join(part for part in parts if part)
    if rule.rows_needed is not None:
        enough = "these rows are enough for an unchanged model, but the difference is too near the margin"
        rows = enough if rule.rows_needed <= rule.n else f"about {numbers.count(rule.rows_needed)} rows would settle it"
        return f"{sentence}; {rows}." if sentence else f"{rows[0].upper()}{rows[1:]}."
    ending = "with this margin no number of rows would settle it"
    return f"{sentence}; {ending}." if sentence else f"{ending.capitalize()}."


def power(comparison: ComparisonDocument) -> str:
    """Return how likely an unchanged candidate is to pass the rules that say something of it; nothing without any."""
    if comparison.power is None:
        return ""
    asks = any(rule.margin is not None and rule.margin < 0 for rule in comparison.rules)
    rules = "every rule against a model" + (" that asks for no improvement" if asks else "")
    low = comparison.power < LEAST_POWER
    chance = "less than 0.1 %" if low else f"about {numbers.share(comparison.power)}"
    return f"A candidate that is neither better nor worse passes {rules} with a probability of {chance}."


def standing(comparison: ComparisonDocument) -> list[str]:
    """Return which version `promoted` was, and how often the holdout has judged, a sentence each."""
    told = [
        f"Baseline {result.name}: {result.message or result.version}"
        for result in comparison.baselines
        if result.available and result.version is not None
    ]
    judged = [
        numbers.counted(count, noun)
        for count, noun in (
            (comparison.holdout_uses, "promoted model"),
            (comparison.holdout_reports, "other pull request"),
        )
        if count
    ]
    if judged:
        told.append(f"This holdout has judged {' and '.join(judged)} so far.")
    return told


def confidence(comparison: ComparisonDocument | None) -> str:
    """Return the intervals' confidence as a column title."""
    return f"{100 * comparison.confidence:.4g} % interval" if comparison else "Interval"


def margin_of(report: ReportDocument, metric: MetricDifference) -> float | None:
    """Return the margin that the rules accept for a metric on the whole holdout, if one does."""
    for rule in report.rules:
        if (rule.metric, rule.against, rule.slice) == (metric.metric, metric.against, None):
            return rule.margin
    return None


def spoken(rule: RuleResult) -> str:
    """Return a rule's message as a reason of the verdict says it."""
    name = rule.id if rule.slice is None else f"{rule.id} in {rule.slice}"
    return f"{name}: {rule.message}"


def said(report: ReportDocument) -> set[str]:
    """Return what the verdict's reasons say already, so that nothing is told twice."""
    return {reason.message for reason in report.reasons}


def has_remark(rule: RuleResult, already: set[str]) -> bool:
    """Return whether the numbers leave something to say that the verdict's reasons have not said."""
    if rule.outcome is Outcome.PASS:
        return bool(rule.reasons) and already.isdisjoint((spoken(rule), rule.message))
    return bool(explained(rule, already))


def explained(rule: RuleResult, already: set[str]) -> str:
    """Return the sentence that a rule has beside its numbers, unless the verdict's reasons have it already."""
    if spoken(rule) in already:
        return ""
    message = rule.message.strip()
    if rule.outcome is not Outcome.INCONCLUSIVE or "power" in message:
        return message
    return " ".join(part for part in (f"{message.rstrip('.')}." if message else "", settle(rule)) if part)
