"""Which version comes next: from the configuration, or from what changed. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mlgate.core.config.model import Bump
from mlgate.core.registry.log.names import SemVer, parse_version

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlgate.core.registry.log.record import Digests

FIRST = SemVer(1, 0, 0)


class Change(StrEnum):
    """The greatest thing that differs between two versions; each raises its part of the number."""

    CONTRACTS = "contracts"
    CODE = "code"
    DATA = "data"


_PART = {Change.CONTRACTS: Bump.MAJOR, Change.CODE: Bump.MINOR, Change.DATA: Bump.PATCH}


def change_between(old: Digests | None, new: Digests | None) -> Change:
    """Return what changed as far as digests tell; the code, where they do not tell.

    If tables differ, nothing else in the digests says whether the code differs too: a caller that knows it from git
    gives its own `change` to the planner.
    """
    if old is None or new is None or old.inputs is None or new.inputs is None:
        return Change.CODE
    if old.contracts != new.contracts:
        return Change.CONTRACTS
    if old.config != new.config:
        return Change.CODE
    only_data = old.data != new.data or old.inputs == new.inputs
    return Change.DATA if only_data else Change.CODE


def next_version(versions: Iterable[str], bump: Bump, change: Change = Change.CODE) -> str:
    """Return the number after the highest of `versions`; `v1.0.0` if there is none."""
    known = [number for number in map(parse_version, versions) if number is not None]
    if not known:
        return str(FIRST)
    last = max(known)
    part = _PART[change] if bump is Bump.AUTO else bump
    if part is Bump.MAJOR:
        return str(SemVer(last.major + 1, 0, 0))
    if part is Bump.MINOR:
        return str(SemVer(last.major, last.minor + 1, 0))
    return str(SemVer(last.major, last.minor, last.patch + 1))
