"""What drift of a table is measured from, by the configuration that judges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core import codec
from mlgate.core.data.drift import stored
from mlgate.core.data.drift.request import DriftRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.config.model import Table
    from mlgate.core.data.source import TableSource
    from mlgate.core.gate.policy import Policy
    from mlgate.shell.base.policy import Judge


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A request for drift without the files, which are found later.

    Attributes:
        request: What is asked.
        table: The table that is the reference; None where it is a profile.
    """

    request: DriftRequest
    table: str | None = None

    def with_files(self, tables: Mapping[str, TableSource], hidden: tuple[str, ...]) -> DriftRequest:
        """Return the request with the reference's files, and the columns whose values it never shows."""
        if self.table is None:
            return self.request
        source = tables.get(self.table)
        if source is None:
            return replace(self.request, missing=f"the configuration has no table called {self.table} any more")
        return replace(self.request, source=source, hidden=hidden)


def reference_of(table: Table, policy: Policy, judge: Judge, *, show_values: bool) -> Reference | None:
    """Return what a table is compared with: as the base says, where it says something, else as the working copy does.

    Args:
        table: Of the working copy's configuration.
        policy: Both configurations.
        judge: The files that judge.
        show_values: Whether values are shown that git does not track.
    """
    judging = policy.judging.table(table.name) if policy.from_base else None
    if judging is not None and judging.reference is not None:
        return _reference(judging, policy, judge, show_values=show_values, by_base=True)
    return _reference(table, policy, judge, show_values=show_values, by_base=False)


def _reference(table: Table, policy: Policy, judge: Judge, *, show_values: bool, by_base: bool) -> Reference | None:
    if table.reference is None:
        return None
    request = DriftRequest(
        reference=table.reference,
        columns=table.drift.columns,
        skipped=(policy.working.key,) if policy.working.key else (),
        threshold=table.drift.threshold,
        null_threshold=table.drift.null_threshold,
        severity=table.drift.severity,
    )
    if table.is_reference_a_profile:
        return Reference(request=with_profile(request, _bytes(judge, table.reference, by_base=by_base)))
    other = policy.working.table(table.reference)
    is_known = other is not None and judge.as_committed(other.path)
    return Reference(request=replace(request, show_values=show_values or is_known), table=table.reference)


def _bytes(judge: Judge, path: str, *, by_base: bool) -> bytes | None:
    if by_base:
        return judge.judging_bytes(path)
    try:
        return (judge.config_folder / path).read_bytes()
    except OSError:
        return None


def with_profile(request: DriftRequest, data: bytes | None) -> DriftRequest:
    """Return a request whose reference is the profile in `data`, or says why that is none."""
    if data is None:
        return replace(request, missing=f"{request.reference} is not there, or cannot be read")
    try:
        profile = stored.read(data)
    except codec.DecodeError as error:
        return replace(request, missing=f"{request.reference} is no profile: {error!s:.200}")
    return replace(request, profile=profile, show_values=profile.values_shown)
