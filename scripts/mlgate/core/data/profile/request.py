"""What the profile of one table may say: a part of the scan's request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ProfileRequest:
    """What a profile may say.

    Attributes:
        name: The table's.
        keys: Columns that name rows.
        hidden: Columns whose values may not stand in it.
        shown: Whether any values may.
    """

    name: str
    keys: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    shown: bool = False
