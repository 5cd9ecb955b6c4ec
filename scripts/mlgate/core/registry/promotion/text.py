"""What people read of a promotion: lines in the log, a page for the job summary, an annotation. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.annotation import Annotation
from mlgate.core.outcome import Outcome
from mlgate.core.reasons import REASONS
from mlgate.core.report.untrusted import code, prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.documents import PromotionDocument

DONE = {
    "promoted": "promoted",
    "already-promoted": "nothing to do: promoted before",
    "inputs-unchanged": "nothing to promote",
}


def text(document: PromotionDocument) -> str:
    """Return what a terminal shows."""
    reason = document.reasons[0]
    lines = [f"{_headline(document)} ({reason.id}): {reason.message}"]
    lines += [f"{name}: {value}" for name, value in _facts(document)]
    if document.outcome is Outcome.FAIL:
        lines.append(REASONS[reason.id].remedy)
    return "\n".join(lines)


def summary(document: PromotionDocument) -> str:
    """Return the page of the job summary, in Markdown."""
    reason = document.reasons[0]
    lines = [f"## {prose(_headline(document))}", "", f"{code(reason.id)} {prose(_sentence(reason.message))}", ""]
    if document.outcome is Outcome.FAIL:
        lines += [prose(REASONS[reason.id].remedy), ""]
    facts = [f"| {name} | {code(value)} |" for name, value in _facts(document)]
    return "\n".join([*lines, *(["| | |", "|---|---|", *facts] if facts else [])]).rstrip() + "\n"


def annotated(document: PromotionDocument) -> tuple[Annotation, ...]:
    """Return what is shown beside the run; a commit that will be judged first is no error."""
    if document.outcome is Outcome.PASS:
        return ()
    reason = document.reasons[0]
    level = "warning" if document.needs_gate else "error"
    message = f"{document.model}: {_sentence(reason.message)} {REASONS[reason.id].remedy}"
    return (Annotation(level=level, message=message, title=reason.id),)


def _headline(document: PromotionDocument) -> str:
    name = f"{document.model} {document.version}" if document.version else document.model
    if document.find_only and document.reasons[0].id == "promoted":
        return f"{name}: can be promoted"
    if document.outcome is Outcome.PASS:
        return f"{name}: {DONE.get(document.reasons[0].id, 'done')}"
    return f"{name}: not promoted, must be judged first" if document.needs_gate else f"{name}: not promoted"


def _sentence(message: str) -> str:
    ended = message.endswith((".", "!", "?"))
    return message[:1].upper() + message[1:] + ("" if ended or not message else ".")


def _facts(document: PromotionDocument) -> Iterator[tuple[str, str]]:
    if document.stages:
        yield "stages", ", ".join(document.stages)
    for stage, waits in (document.pending_stages or {}).items():
        yield f"{stage} waits for", waits
    if document.previous_version and document.previous_version != document.version:
        yield "before", document.previous_version
    if document.commit:
        yield "commit", document.commit
    if document.origin:
        yield "verdict from", document.origin.value
    if document.report_digest:
        yield "report", document.report_digest
    if document.record_digest:
        yield "record", document.record_digest
