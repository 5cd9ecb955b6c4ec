"""What has been found of a difference together with others: see `together`."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Known:
    """Answers of a difference that need not be looked for again.

    Attributes:
        limits: By the probability on each side.
        drops: p-values, by the difference that they are about.
    """

    limits: dict[float, tuple[float, float]] = field(default_factory=dict)
    drops: dict[float, float] = field(default_factory=dict)
