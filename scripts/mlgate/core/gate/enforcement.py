"""From a report to an exit status. The verdict was decided in build-report; nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.outcome import Outcome

if TYPE_CHECKING:
    from mlgate.core.documents import Reason, ReportDocument

MAX_REASONS = 5
_BLOCKING = {2: Outcome.FAIL, 3: Outcome.FAIL, 4: Outcome.INCONCLUSIVE}


def contradiction(report: ReportDocument) -> str | None:
    """Return how outcome, `blocks` and `status` of a report contradict each other; None if they agree.

    Such a report was edited or damaged. Believing one of the three fields would mean to choose the one that was edited.
    """
    expected = _BLOCKING.get(report.status)
    if report.status == 0 and not report.blocks and report.outcome is not Outcome.FAIL:
        return None
    if expected is report.outcome and report.blocks:
        return None
    return f"outcome {report.outcome.value!r}, blocks {report.blocks}, status {report.status}"


def verdict_line(report: ReportDocument) -> str:
    """Return the verdict in one line."""
    verb = "blocks the merge" if report.blocks else "does not block"
    return f"{report.model}: {report.outcome.value}, {verb}"


def verdict(report: ReportDocument) -> str:
    """Return the verdict and its first reasons, one a line, for a terminal."""
    lines = [_flat(verdict_line(report)), *(f"  {_line(reason)}" for reason in report.reasons[:MAX_REASONS])]
    more = len(report.reasons) - MAX_REASONS
    return "\n".join([*lines, f"  and {more} more in the report"] if more > 0 else lines)


def _line(reason: Reason) -> str:
    return _flat(f"{reason.id}: {reason.message}" if reason.message else reason.id)


def _flat(text: str) -> str:
    return " ".join(text.split())[:500]
