"""What `verify` says of a wrong thing. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mlgate.core.reasons import REASONS


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One wrong thing.

    Attributes:
        reason: Stable id: `registry-damaged`, `registry-rewritten`, `tag-moved`, `blob-missing`, `signature-wrong`, ...
        subject: The record, commit, tag, blob or page.
        message: What is wrong with it.
        remedy: What to do.
    """

    reason: str
    subject: str
    message: str
    remedy: str


def finding(reason: str, subject: str, message: str, remedy: str | None = None) -> Finding:
    """Return a finding; without a remedy of its own it has its reason's."""
    return Finding(reason=reason, subject=subject, message=message, remedy=remedy or REASONS[reason].remedy)


def damaged(subject: str, message: str) -> Finding:
    """Return the finding that the log is not what mlgate writes."""
    return finding("registry-damaged", subject, message)
