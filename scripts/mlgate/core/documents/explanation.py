"""What `mlgate explain --json` prints: how each rule came to its outcome."""

from __future__ import annotations

from dataclasses import dataclass

from mlgate.core.documents.shared import Document
from mlgate.core.outcome import Outcome  # noqa: TC001 - codec reads annotations


@dataclass(frozen=True, kw_only=True)
class ExplanationPart:
    """One heading of an explanation.

    Attributes:
        title: The heading.
        lines: A sentence or two each.
    """

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RuleExplanation:
    """How one rule came to its outcome.

    Attributes:
        rule: Its id.
        slice: Null for the whole holdout.
        outcome: The rule's.
        summary: One sentence.
        parts: From what was asked to what the outcome does not say.
    """

    rule: str
    slice: str | None = None
    outcome: Outcome
    summary: str
    parts: tuple[ExplanationPart, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExplanationDocument(Document):
    """What explain prints: nothing is judged, and nothing is written to the run folder.

    Attributes:
        outcome: Of the report, else of the comparison; null where nothing was compared.
        rules: With parts where a rule was named, else one sentence each.
    """

    schema: str = "mlgate/explanation/1"
    outcome: Outcome | None = None
    rules: tuple[RuleExplanation, ...] = ()
