"""From a report to an exit status. The verdict was decided in build-report; nothing is decided here.

Only the fields that make the verdict are read, into a class of their own: building every class of `core.documents`
would cost more than all else that enforce-gate does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlgate.core import codec
from mlgate.core.outcome import Outcome

REPORT_FILE = "report.json"
REPORT_SCHEMA = "mlgate/report/1"
MAX_REASONS = 5
MAX_LINE = 500  # characters
_BLOCKING = {2: Outcome.FAIL, 3: Outcome.FAIL, 4: Outcome.INCONCLUSIVE}


@dataclass(frozen=True, kw_only=True)
class VerdictReason:
    """Why the outcome is what it is, as `core.documents.Reason`."""

    id: str
    message: str
    step: str
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The fields of `core.documents.ReportDocument` that make the verdict; each of them has to be there."""

    schema: str = REPORT_SCHEMA
    outcome: Outcome
    blocks: bool
    status: int
    reasons: tuple[VerdictReason, ...]
    model: str


def parse(data: bytes) -> Verdict:
    """Read the verdict of a report.

    Raises:
        DecodeError: If the report is damaged, or contradicts itself: then it was edited, and to believe one of its
            fields would mean to choose the one that was edited.
    """
    plain = codec.loads(data)
    if not isinstance(plain, dict):
        raise codec.DecodeError("/: expected dict")
    verdict = codec.from_plain(Verdict, _known(plain))
    if not _is_sound(verdict):
        said = f"outcome {verdict.outcome.value!r}, blocks {verdict.blocks}, status {verdict.status}"
        raise codec.DecodeError(f"it contradicts itself: {said}")
    return verdict


def _known(plain: dict[str, Any]) -> dict[str, Any]:
    return {name: plain[name] for name in Verdict.__dataclass_fields__ if name in plain}


def _is_sound(verdict: Verdict) -> bool:
    if verdict.blocks:
        return _BLOCKING.get(verdict.status) is verdict.outcome
    return verdict.status == 0 and verdict.outcome is not Outcome.FAIL


def headline(verdict: Verdict) -> str:
    """Return the verdict in one line."""
    verb = "blocks the merge" if verdict.blocks else "does not block"
    return _flat(f"{verdict.model}: {verdict.outcome.value}, {verb}")


def explained(verdict: Verdict) -> str:
    """Return the verdict and its first reasons, one a line, for a terminal."""
    lines = [headline(verdict), *(f"  {_line(reason)}" for reason in verdict.reasons[:MAX_REASONS])]
    more = len(verdict.reasons) - MAX_REASONS
    return "\n".join([*lines, f"  and {more} more in the report"] if more > 0 else lines)


def _line(reason: VerdictReason) -> str:
    return _flat(f"{reason.id}: {reason.message}" if reason.message else reason.id)


def _flat(text: str) -> str:
    return " ".join(text.split())[:MAX_LINE]
