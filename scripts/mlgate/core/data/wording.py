"""One sentence for each finding, with the limit and what was measured. Values of cells never stand in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data.ir import (
    Absent,
    Bound,
    Check,
    Finite,
    Length,
    Matches,
    MultipleOf,
    OneOf,
    OnlyColumns,
    Operator,
    Present,
    TypeIs,
)
from mlgate.core.words import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.data.ir import Test

SHOWN_VALUES = 8
SHOWN_CHARACTERS = 200


def sentence(check: Check, count: int, rows: int) -> str:
    """Return e.g. `carrier is none of AA, B6 or UA in 3 of 336,776 rows`."""
    subject = check.column or "the row"
    return f"{subject} {predicate(check.test)} in {count:,} of {rows:,} rows"


def predicate(test: Test) -> str:  # noqa: C901 - one case a test, and nothing else
    """Return what is wrong with a value that breaks `test`."""
    match test:
        case TypeIs():
            return f"is not of type {listed(sorted(kind.value for kind in test.kinds))}"
        case Finite():
            return "is not a finite number"
        case OneOf():
            return _none_of([_json(value) for value in test.values])
        case Bound():
            return f"is not {test.operator.value} {test.limit}"
        case MultipleOf():
            return f"is not a multiple of {test.divisor}"
        case Length():
            word = "fewer" if test.operator is Operator.AT_LEAST else "more"
            return f"has {word} than {test.limit} characters"
        case Matches():
            return f"does not match {test.pattern[:SHOWN_CHARACTERS]}"
        case Present():
            return "is missing"
        case Absent():
            return "must not be there, and is"
        case OnlyColumns():
            return "has a column that the contract does not declare"
        case _:
            return "cannot be right: the contract allows no object"


def _none_of(words: Sequence[str]) -> str:
    shown = [word[:SHOWN_CHARACTERS] for word in words[:SHOWN_VALUES]]
    if len(words) > SHOWN_VALUES:
        return f"is none of {', '.join(shown)}, ... ({len(words)} values)"
    return f"is not {shown[0]}" if len(shown) == 1 else f"is none of {listed(shown)}" if shown else "is not allowed"


def _json(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def percent(fraction: float) -> str:
    """Return a fraction as percentage with up to four digits: `0.03` is `3 %`."""
    return f"{100 * fraction:.4g} %"
