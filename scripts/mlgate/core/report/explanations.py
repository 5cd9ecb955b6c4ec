"""How each rule came to its outcome, folded under the rules: the text of `mlgate explain`, in Markdown and in HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.explanation.explain import explain
from mlgate.core.explanation.head import head_of
from mlgate.core.outcome import Outcome
from mlgate.core.report import slices, wording
from mlgate.core.report.md import Section, paragraphs
from mlgate.core.report.tags import Markup, join, tag
from mlgate.core.report.untrusted import code, prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlgate.core.documents.comparison import RuleResult
    from mlgate.core.documents.explanation import ExplanationPart
    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.explanation.head import Head
    from mlgate.core.report.md import Space

MAX_EXPLAINED = 60
SHARE = 0.45  # of what the rules leave: sections of the report need the rest
LONGEST = 60
MOST_SLICES = 3  # those that are missed most; `mlgate explain RULE --slice SLICE` has the others


def unmet(report: ReportDocument, ranked: Sequence[RuleResult], space: Space) -> list[str]:
    """Return the explanations of the rules that do not pass, as many whole ones as fit.

    Args:
        report: Whose rules they are; where its verdict is open the first one is unfolded.
        ranked: The rules on the whole holdout, worst first.
        space: What is left beside the rules.
    """
    shown = [rule for rule in ranked if rule.outcome is not Outcome.PASS]
    shown += slices.ranked(slices.grouped(report.rules))[0][:MOST_SLICES]
    head, opened = head_of(report.comparison, report), report.outcome is Outcome.INCONCLUSIVE
    made = (_folded(rule, head, unfolded=opened and i == 0) for i, rule in enumerate(shown))
    return space.share(SHARE).first(made, most=MAX_EXPLAINED)


def met(report: ReportDocument, ranked: Sequence[RuleResult], space: Space) -> list[str]:
    """Return the explanations of the rules that pass, as many whole ones as fit into what all else leaves."""
    shown = [rule for rule in ranked if rule.outcome is Outcome.PASS]
    head = head_of(report.comparison, report)
    return space.first((_folded(rule, head, unfolded=False) for rule in shown), most=MAX_EXPLAINED)


def _folded(rule: RuleResult, head: Head, *, unfolded: bool) -> str:
    told = explain(rule, head)
    body = paragraphs(prose(told.summary), *(_part(part) for part in told.parts))
    title = f"Why {code(wording.rule_name(rule), limit=LONGEST)} {ended(rule)}"
    return Section(title=title, body=body, priority=0, unfolded=unfolded).text() + "\n"


def _part(part: ExplanationPart) -> str:
    return "\n".join([f"**{part.title}**", "", *(f"- {_marked(line)}" for line in part.lines)])


def _marked(line: str) -> str:
    """Return a line of ours whose words between back-ticks are code."""
    return "".join(code(piece) if i % 2 else _spaced(piece) for i, piece in enumerate(line.split("`")))


def _spaced(text: str) -> str:
    words = prose(text)
    return f"{' ' * text.startswith(' ')}{words}{' ' * text.endswith(' ')}" if words else text


def of_group(group: slices.Group, head: Head) -> Markup:
    """Return the explanations of the slices that miss a rule most, to stand under the row of its slices."""
    return join(*(folded_html(rule, head) for rule in slices.ranked([group])[0][:MOST_SLICES]))


def folded_html(rule: RuleResult, head: Head, *, unfolded: bool = False) -> Markup:
    """Return the explanation of one rule, to stand under its row."""
    told = explain(rule, head)
    return tag(
        "details",
        tag("summary", f"Why {rule.slice or 'it'} {ended(rule)}"),
        tag("p", told.summary),
        *_parts(told.parts),
        open="" if unfolded else None,
    )


def ended(rule: RuleResult) -> str:
    """Return what became of a rule, to follow its name."""
    outcome = wording.rule_outcome(rule)
    return {Outcome.PASS: "passes", Outcome.WARN: "warns", Outcome.FAIL: "fails"}.get(outcome, "is inconclusive")


def _parts(parts: Sequence[ExplanationPart]) -> Iterator[Markup]:
    for part in parts:
        yield tag("h3", part.title)
        yield tag("ul", *(tag("li", *_coded(line)) for line in part.lines))


def _coded(line: str) -> Iterator[Markup]:
    for i, piece in enumerate(line.split("`")):
        yield tag("code", piece) if i % 2 else join(piece)
