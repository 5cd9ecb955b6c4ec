"""A plan as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.planning.bounds import MOST_REUSES
from mlgate.core.report import numbers
from mlgate.core.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlgate.core.documents.plan import BoundPlan, PlanDocument, PowerPlan

ADAPTIVE = """\
adaptive: each model may be made knowing all verdicts before it, as when people read the reports and try again. It is a
planning figure and no guarantee: it assumes that nothing but pass or fail leaves the gate, and reports show more."""


def text(plan: PlanDocument) -> str:
    """Return the plan as a table for each question, each with what it means."""
    parts = [*_bounds(plan), *_tests(plan)]
    return (
        "\n\n".join(parts) if parts else "No rule against a baseline can be planned for.\n" + "\n".join(plan.left_out)
    )


def _bounds(plan: PlanDocument) -> Iterator[str]:
    if plan.tolerance is None:
        return
    sides = "more in either direction" if plan.both_sides else "more in the direction that counts"
    uses = counted(plan.reuses, "estimate")
    yield (
        f"With {numbers.share(plan.reliability)} reliability none of {uses} on the same rows errs by\n"
        f"{numbers.plain(plan.tolerance)} or {sides}:"
    )
    known = plan.rows is not None
    head = ["", ">rows", ">adaptive", *((f">bears on {plan.rows:,} rows", ">adaptive") if known else ())]
    yield "\n".join(_table([head, *(_bound_row(plan, bound, known=known) for bound in plan.bounds)]))
    yield ADAPTIVE + _used(plan)


def _used(plan: PlanDocument) -> str:
    return "" if plan.used is None else f"\nThis holdout has judged {counted(plan.used, 'time')} so far."


def _bound_row(plan: PlanDocument, bound: BoundPlan, *, known: bool) -> list[str]:
    cells = [_condition(plan, bound), numbers.count(bound.rows), numbers.count(bound.rows_adaptive)]
    return cells + ([_reuses(bound.reuses), _reuses(bound.reuses_adaptive)] if known else [])


def _condition(plan: PlanDocument, bound: BoundPlan) -> str:
    if bound.condition == "one-model":
        return "a value of one model"
    if bound.condition == "difference":
        return "a difference of two models"
    return f"the same, if they disagree on at most {numbers.share(plan.disagreement or 0.0)} of rows"


def _reuses(count: int | None) -> str:
    if count is None:
        return numbers.NONE
    return f"{count:,} or more" if count >= MOST_REUSES else counted(count, "estimate")


def _tests(plan: PlanDocument) -> Iterator[str]:
    if not plan.tests:
        return
    yield f"Paired test at {numbers.share(plan.confidence)} confidence, for {_candidate(plan.difference)}:"
    head = ["rule", ">margin", ">rows", ">passes", ">drop it would see", f">rows to pass {_percent(plan.power)}"]
    yield "\n".join(_table([head, *(_test_row(plan, test) for test in plan.tests)]))
    yield _legend(plan)
    if plan.left_out:
        yield "Not planned for:\n" + "\n".join(f"  {line}" for line in plan.left_out)


def _candidate(difference: float) -> str:
    if difference == 0:
        return "a candidate that is truly neither better nor worse"
    word = "better" if difference > 0 else "worse"
    return f"a candidate that is truly {word} by {numbers.plain(abs(difference))}"


def _legend(plan: PlanDocument) -> str:
    lines = []
    if any(test.rows is not None for test in plan.tests):
        lines.append(
            f"passes: how likely on the rows at hand. drop it would see: true drop that fails {_percent(plan.power)}."
        )
    if any(test.rows_needed is None for test in plan.tests):
        lines.append("none: with this margin no number of rows that one could have makes such a candidate pass.")
    if any(test.method == "enumeration" for test in plan.tests):
        lines.append(
            "Proportions: exact, over every table that can come up, if the models disagree as often as stated."
        )
    if any(test.method == "standard-error" for test in plan.tests):
        lines.append("Others: from the standard error in comparison.json, as though it fell with the root of the rows.")
    return "\n".join(lines)


def _percent(power: float) -> str:
    return f"{numbers.share(power)} of the time"


def _test_row(plan: PlanDocument, test: PowerPlan) -> list[str]:
    places = numbers.decimals(interval=None, value=test.detectable_drop or test.margin or None)
    return [
        _name(plan, test),
        numbers.plain(float(f"{test.margin:.4g}")),
        numbers.NONE if test.rows is None else numbers.count(test.rows),
        numbers.NONE if test.passes is None else numbers.share(test.passes),
        numbers.number(test.detectable_drop, max(2, places - 1)),
        "none" if test.rows_needed is None else numbers.count(test.rows_needed),
    ]


def _name(plan: PlanDocument, test: PowerPlan) -> str:
    if test.rule:
        return f"{test.rule}, {test.slice}" if test.slice else test.rule
    whose = f" of {numbers.share(plan.class_share)} of rows" if plan.class_share else ""
    return f"a share{whose}, disagreement {numbers.share(plan.disagreement or 0.0)}"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines with aligned columns; one whose title starts with `>` is aligned to the right."""
    right = [title.startswith(">") for title in rows[0]]
    cells = [[title.removeprefix(">") for title in rows[0]], *rows[1:]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(right))]
    return ["  ".join(_cell(*each) for each in zip(row, widths, right, strict=True)).rstrip() for row in cells]


def _cell(text: str, width: int, right: bool) -> str:
    return text.rjust(width) if right else text.ljust(width)
