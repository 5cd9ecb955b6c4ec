"""What is asked of `plan`, and everything that is wrong with it at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.planning.bounds import MOST_REUSES

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ROWS = 10_000_000
LARGEST, SMALLEST = 1e100, 1e-6


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question; the fields are those of `PlanDocument`.

    Attributes:
        margin: Of the rule that the options describe, or in place of each rule's own.
    """

    tolerance: float | None = None
    reliability: float = 0.99
    reuses: int = 1
    both_sides: bool = False
    value_range: float = 1.0
    margin: float | None = None
    disagreement: float | None = None
    class_share: float | None = None
    confidence: float | None = None
    power: float = 0.8
    difference: float = 0.0
    rows: int | None = None

    @property
    def describes_a_rule(self) -> bool:
        """Return whether the options say all that the power of a paired test needs."""
        return self.margin is not None and self.disagreement is not None


def problems(question: Question, *, compared: bool) -> list[str]:
    """Return what is wrong with a question, a phrase each.

    Args:
        question: As the options put it.
        compared: Whether there is a comparison to start from.
    """
    return [*_of_numbers(question), *_of_purpose(question, compared=compared)]


def _of_numbers(q: Question) -> Iterator[str]:
    between = {"reliability": q.reliability, "power": q.power, "confidence": q.confidence}
    for name, value in between.items():
        if value is not None and not 0 < value < 1:
            yield f"{name}: expected a number between 0 and 1, got {value:g}"
    if not 0 < q.value_range <= LARGEST:
        yield f"value-range: expected a number above 0 and up to {LARGEST:g}, got {q.value_range:g}"
    elif q.tolerance is not None and not SMALLEST * q.value_range <= q.tolerance <= q.value_range:
        yield f"tolerance: expected from a millionth of the value range up to all of it, got {q.tolerance:g}"
    for name, value in {"disagreement": q.disagreement, "class-share": q.class_share}.items():
        if value is not None and not 0 < value <= 1:
            yield f"{name}: expected a share above 0 and up to 1, got {value:g}"
    if q.rows is not None and not 1 <= q.rows <= MOST_ROWS:
        yield f"rows: expected a number from 1 to {MOST_ROWS:,}, got {q.rows:.6g}"
    if not 1 <= q.reuses <= MOST_REUSES:
        yield f"reuses: expected a number from 1 to {MOST_REUSES:,}, got {q.reuses:.6g}"
    yield from _of_the_rule(q)


def _of_the_rule(q: Question) -> Iterator[str]:
    if not q.describes_a_rule or q.margin is None or q.disagreement is None:
        return
    if not -1 < q.margin < 1:
        yield f"margin: expected a number between -1 and 1, as of a share of rows, got {q.margin:g}"
    if abs(q.difference) > q.disagreement:
        yield (
            f"difference: {q.difference:g} is more than the disagreement of {q.disagreement:g}: "
            "models differ by no more than the rows on which they disagree"
        )


def _of_purpose(q: Question, *, compared: bool) -> Iterator[str]:
    if q.tolerance is None and not q.describes_a_rule and not compared:
        yield (
            "nothing to plan: give `--tolerance`, or `--margin` and `--disagreement`, "
            "or run compare-models before with the same `--run-dir`"
        )
    if q.disagreement is not None and q.margin is None and q.tolerance is None:
        yield "disagreement: is of use with `--margin` or with `--tolerance`"
    if q.disagreement is not None and q.tolerance is not None and q.value_range != 1:
        yield "disagreement: bounds rows that are right or wrong, so that value-range is 1"
    if q.class_share is not None and not q.describes_a_rule:
        yield "class-share: is of use with `--margin` and `--disagreement`"
