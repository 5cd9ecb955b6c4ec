"""What is wrong with a registry: one finding for every wrong thing, each with its name and what to do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlgate.core.registry.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One wrong thing.

    Attributes:
        reason: Stable id: `registry-damaged`, `registry-rewritten`, `tag-taken`, `blob-missing`, `signature-wrong`, ...
        subject: The record, commit, tag, blob or page.
        message: What is wrong with it.
        remedy: What to do.
    """

    reason: str
    subject: str
    message: str
    remedy: str


def audit(snapshot: Snapshot) -> tuple[Finding, ...]:
    """Return everything that is wrong, in the log's order; nothing if the registry is as mlgate writes it."""
    raise NotImplementedError
