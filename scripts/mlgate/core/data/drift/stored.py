"""Stored profiles as they were written: version 2, or version 1, which is brought to the shape of version 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlgate.core import codec
from mlgate.core.documents.profile import ColumnKind, ColumnProfile, Profile, ValueCount
from mlgate.core.registry.bundle import profile as first

if TYPE_CHECKING:
    from collections.abc import Mapping


def read(data: bytes) -> Profile:
    """Return the profile that a file holds.

    Raises:
        codec.DecodeError: It holds none.
    """
    plain: Any = codec.loads(data)
    if isinstance(plain, dict) and plain.get("schema") == first.SCHEMA:
        return _second(codec.from_plain(first.Profile, plain))
    return codec.from_plain(Profile, plain)


def _second(profile: first.Profile) -> Profile:
    return Profile(
        table=profile.table,
        digest=profile.digest,
        rows=profile.rows,
        values_shown=profile.values_shown,
        columns=tuple(_column(vars(column)) for column in profile.columns),
        columns_left_out=profile.columns_left_out,
    )


def _column(known: Mapping[str, Any]) -> ColumnProfile:
    top = tuple(ValueCount(value=item.value, count=item.count) for item in known["top"])
    return ColumnProfile(**{**known, "kind": ColumnKind(known["kind"].value), "top": top})
