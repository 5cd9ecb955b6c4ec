"""Profile and fingerprint of the table that is scanned."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlgate.shell.tables.profiling import profile_of
from mlgate.shell.validation.copies import side

if TYPE_CHECKING:
    from mlgate.core.data.request import ScanResult
    from mlgate.shell.validation.opened import Opened


def described(opened: Opened, result: ScanResult) -> ScanResult:
    """Return what a scan found, with profile and fingerprint where the request asks for them.

    Raises:
        duckdb.Error: The table cannot be read after all.
    """
    if opened.request.profile is None:
        return result
    profile, fingerprint = profile_of(opened.connection, side(opened), opened.request.profile)
    return replace(result, profile=profile, fingerprint=fingerprint)
