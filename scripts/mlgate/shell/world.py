"""What a step may ask of the outside; steps hand it on to the shell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path


def _now() -> datetime:
    from datetime import UTC, datetime  # noqa: PLC0415 - most steps never ask, and enforce-gate is to start at once

    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class World:
    """What a step may ask of the outside.

    Attributes:
        env: The environment's variables.
        cwd: The folder that relative paths mean.
        clock: Monotonic seconds.
        log: Writes a line of progress to standard error.
        now: The date and time, in UTC.
    """

    env: Mapping[str, str]
    cwd: Path
    clock: Callable[[], float]
    log: Callable[[str], None]
    now: Callable[[], datetime] = _now
