"""The verdict for a terminal: a few lines, each without line breaks or control characters from data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.report import wording
from mlgate.core.report.untrusted import cut, visible

if TYPE_CHECKING:
    from mlgate.core.documents import Reason, ReportDocument

MAX_REASONS = 10
WIDTH = 500


def render_terminal(report: ReportDocument) -> str:
    """Return outcome, consequence and the first reasons."""
    lines = [
        _line(f"{report.model}: {report.outcome.value}"),
        _line(f"  {wording.consequence(report)}"),
        *(_line(f"  {_reason(reason)}") for reason in report.reasons[:MAX_REASONS]),
    ]
    more = len(report.reasons) - MAX_REASONS
    return "\n".join([*lines, f"  and {more} more in the report"] if more > 0 else lines)


def _reason(reason: Reason) -> str:
    text = wording.reason_text(reason)
    return f"{reason.id}: {text}" if text else reason.id


def _line(text: str) -> str:
    return cut(visible(text), WIDTH)
