"""What the drift of one table is asked: a part of the scan's request."""

from __future__ import annotations

from dataclasses import dataclass

from mlgate.core.data.drift.measure import NULL_THRESHOLD, THRESHOLD
from mlgate.core.data.source import TableSource  # noqa: TC001 - codec reads the annotations at run time
from mlgate.core.documents.profile import Profile  # noqa: TC001 - the same
from mlgate.core.outcome import Severity


@dataclass(frozen=True, kw_only=True)
class DriftRequest:
    """A reference, and what is compared with it.

    Attributes:
        reference: What people call it.
        source: Its files, where it is a table.
        profile: Its profile, where it is one.
        missing: Why neither can be had; empty where one can.
        columns: Which are compared; none named means all.
        hidden: Columns of the reference whose values are never shown.
        skipped: Columns that name rows, such as the key.
        threshold: Of the effect.
        null_threshold: Of the change of the null rate.
        severity: What an alarm comes to.
        exact: Whether distances are those of the values, not of bins.
        show_values: Whether values of both sides may be shown.
    """

    reference: str
    source: TableSource | None = None
    profile: Profile | None = None
    missing: str = ""
    columns: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    threshold: float = THRESHOLD
    null_threshold: float = NULL_THRESHOLD
    severity: Severity = Severity.WARN
    exact: bool = True
    show_values: bool = False
