"""The fail side of a whole report: Holm's correction (1979, Scandinavian Journal of Statistics 6, 65-70), weighted.

Rules without slices and rules in slices each spend half of the error; where there is one kind only, it spends all.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.comparison import sentences
from mlgate.core.config.model import Severity
from mlgate.core.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.comparison.decision import Sensitivity
    from mlgate.core.documents.comparison import RuleResult


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A result, and what the correction and the power are reckoned from.

    Attributes:
        result: As decided alone.
        p_value: Of a drop; 1 where no drop can be told; None where the fail side is not tested.
        sensitivity: None where nothing is compared.
        sliced: Whether the rule asks for slices.
        side: Which predictions of the baseline counted.
    """

    result: RuleResult
    p_value: float | None = None
    sensitivity: Sensitivity | None = None
    sliced: bool = False
    side: str = ""


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return p-values adjusted by Holm's step-down procedure, valid under any dependence."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, so_far = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        so_far = max(so_far, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = so_far
    return tuple(adjusted)


def weighted_holm(whole: Sequence[float], sliced: Sequence[float]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return both families' p-values adjusted by Holm, doubled where both are there: each has half of the error."""
    factor = 2 if whole and sliced else 1
    both = tuple(tuple(min(1.0, factor * p) for p in holm(family)) for family in (whole, sliced))
    return both[0], both[1]


def corrected(judged: Sequence[Judged], tail: float) -> tuple[RuleResult, ...]:
    """Return the results after the correction over the blocking rules against a baseline.

    Args:
        judged: Every result, as decided alone.
        tail: The probability of a false block that the whole report may spend.
    """
    tested = [j for j in judged if j.p_value is not None and j.result.severity is Severity.FAIL]
    families = [[j for j in tested if j.sliced is sliced] for sliced in (False, True)]
    adjusted = weighted_holm(*([j.p_value or 0.0 for j in family] for family in families))
    values = {id(j): p for family, ps in zip(families, adjusted, strict=True) for j, p in zip(family, ps, strict=True)}
    return tuple(_after(j, values[id(j)], tail) if id(j) in values else j.result for j in judged)


def _after(judged: Judged, adjusted: float, tail: float) -> RuleResult:
    result = dataclasses.replace(judged.result, adjusted_p_value=rounded(adjusted))
    if result.outcome is not Outcome.FAIL or adjusted <= tail:
        return result
    reasons = ("multiplicity", *result.reasons[1:])
    result = dataclasses.replace(result, outcome=Outcome.INCONCLUSIVE, reasons=reasons)
    return dataclasses.replace(result, message=sentences.against(result, judged.side, judged.sensitivity))
