"""What drift of a table is measured from, by the configuration that judges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from mlgate.core import codec
from mlgate.core.data.drift import stored
from mlgate.core.data.drift.request import DriftRequest
from mlgate.shell.base.tables import BaseTable, base_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

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
        base: Copies the version of it that judges into a folder; None where the working copy's does.
        is_same_place: Whether the working copy's table is the one that the base names.
    """

    request: DriftRequest
    table: str | None = None
    base: Callable[[Path], BaseTable] | None = None
    is_same_place: bool = True

    def with_files(self, tables: Mapping[str, TableSource], hidden: tuple[str, ...], folder: Path) -> DriftRequest:
        """Return the request with the reference's files, and the columns whose values it never shows.

        Args:
            tables: Of the working copy.
            hidden: These columns.
            folder: For copies of the base's version.
        """
        if self.table is None:
            return self.request
        found = BaseTable(is_unchanged=True) if self.base is None else self.base(folder)
        if found.source is not None:
            shows = self.request.show_values and found.is_known
            return replace(self.request, source=found.source, hidden=hidden, show_values=shows)
        if not found.is_unchanged and not (found.is_outside and self.is_same_place):
            return replace(self.request, missing=f"the base's version of {self.table} cannot be had: {found.missing}")
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
    request = replace(request, show_values=show_values or is_known)
    there = policy.judging.table(table.reference) if by_base else None
    if there is None:
        return Reference(request=request, table=table.reference)
    base = partial(base_table, judge, there)
    return Reference(request=request, table=table.reference, base=base, is_same_place=_is_read_alike(other, there))


def _is_read_alike(one: Table | None, other: Table) -> bool:
    """Return whether two entries name the same files, and read them in the same way."""
    read = [(item.path, item.format, item.compression, item.dialect) for item in (one, other) if item is not None]
    return len(read) > 1 and read[0] == read[1]


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
