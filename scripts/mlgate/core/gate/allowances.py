"""What a policy lets pass as a warning: reasons that it names, and rules that somebody waived until a day.

Nothing here makes a pass: the best that a failing rule can come to is `warn`, with the reason for which it fails.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.config.gate import ACCEPTABLE
from mlgate.core.config.model import OnInconclusive, Severity
from mlgate.core.documents.comparison import Waived
from mlgate.core.documents.shared import Reason
from mlgate.core.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlgate.core.config.model import Gate
    from mlgate.core.config.waivers import Waiver
    from mlgate.core.documents.comparison import RuleResult

STEP = "compare-models"


@dataclass(frozen=True, kw_only=True)
class Allowances:
    """What one policy allows.

    Attributes:
        gate: The policy.
        waivers: From the same commit.
        today: As `2026-12-31`.
    """

    gate: Gate
    waivers: tuple[Waiver, ...] = ()
    today: str = ""

    def over(self, results: Iterable[RuleResult]) -> tuple[RuleResult, ...]:
        """Return the results after what is allowed."""
        return tuple(self._waived(self._accepted(result)) for result in results)

    def unknown(self, results: Iterable[RuleResult]) -> Iterator[Reason]:
        """Yield what is to be said of waivers that cover no rule, or no slice of it."""
        rules = {rule.id for rule in self.gate.rules}
        parts = {(result.id, result.slice) for result in results}
        for waiver in self.waivers:
            if waiver.rule not in rules:
                what = f"there is no rule {waiver.rule!r}"
            elif waiver.slice is not None and (waiver.rule, waiver.slice) not in parts:
                what = f"the rule {waiver.rule!r} has no slice {waiver.slice!r}"
            else:
                continue
            message = f"{what}, which {waiver.who} waived until {waiver.until}"
            yield Reason(id="waiver-unknown", message=message, step=STEP)

    def _accepted(self, result: RuleResult) -> RuleResult:
        """Return a result that could not be measured for a reason that the policy names, as a warning."""
        first = result.reasons[0] if result.reasons else ""
        is_named = first in self.gate.accept_reasons and first in ACCEPTABLE
        if result.outcome is not Outcome.FAIL or not is_named:
            return result
        message = f"{_sentence(result.message)} `gate.accept-reasons` takes this as a warning.".lstrip()
        return dataclasses.replace(result, outcome=Outcome.WARN, message=message)

    def _waived(self, result: RuleResult) -> RuleResult:
        """Return a result that blocks and that a waiver covers, as a warning; of one that has ended, say so."""
        about = [waiver for waiver in self.waivers if waiver.covers(result.id, result.slice)]
        if not about or not self._blocks(result):
            return result
        waiver = max(about, key=lambda waiver: waiver.until)
        if not self.today or self.today > waiver.until:
            message = f"{_sentence(result.message)} The waiver of {waiver.who} ended on {waiver.until}.".lstrip()
            return dataclasses.replace(result, reasons=(*result.reasons, "waiver-expired"), message=message)
        message = f"waived by {waiver.who} until {waiver.until}: {_sentence(waiver.reason)} {result.message}".rstrip()
        return dataclasses.replace(
            result,
            outcome=Outcome.WARN,
            reasons=("waived", *result.reasons),
            message=message,
            waived=Waived(reason=waiver.reason, who=waiver.who, until=waiver.until),
        )

    def _blocks(self, result: RuleResult) -> bool:
        if result.severity is not Severity.FAIL:
            return False
        stops = self.gate.on_inconclusive is OnInconclusive.FAIL
        return result.outcome is Outcome.FAIL or (stops and result.outcome is Outcome.INCONCLUSIVE)


def _sentence(text: str) -> str:
    return text if not text or text[-1] in ".!?" else f"{text}."
