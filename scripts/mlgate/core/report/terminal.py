"""The verdict for a terminal: a few lines, each without control characters from data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.report import wording
from mlgate.core.report.untrusted import cut, visible

if TYPE_CHECKING:
    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.documents.shared import Reason

MAX_REASONS = 10
MAX_LINES = 10  # of one reason: a configuration can have many mistakes
WIDTH = 500


def render_terminal(report: ReportDocument) -> str:
    """Return outcome, consequence and the first reasons."""
    lines = [
        _line(f"{report.model}: {report.outcome.value}"),
        _line(f"  {wording.consequence(report)}"),
        *(line for reason in report.reasons[:MAX_REASONS] for line in _reason(reason)),
    ]
    more = len(report.reasons) - MAX_REASONS
    return "\n".join([*lines, f"  and {more} more in the report"] if more > 0 else lines)


def _reason(reason: Reason) -> list[str]:
    first, *more = wording.reason_text(reason).splitlines() or [""]
    kept = [*more[:MAX_LINES], *(["…"] if len(more) > MAX_LINES else [])]
    return [_line(f"  {reason.id}: {first}" if first else f"  {reason.id}"), *(_line(f"    {line}") for line in kept)]


def _line(text: str) -> str:
    return cut(visible(text), WIDTH)
