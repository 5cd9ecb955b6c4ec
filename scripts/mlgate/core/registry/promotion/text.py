"""What people read of a promotion: lines in the log, a page for the job summary, an annotation. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlgate.core.annotation import Annotation
from mlgate.core.config.model import Approval
from mlgate.core.outcome import Outcome
from mlgate.core.reasons import REASONS
from mlgate.core.registry.promotion.decision import WAITS_FOR
from mlgate.core.report.untrusted import code, prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.documents.promotion import PromotionDocument

NOTHING = {"already-promoted": "nothing to do", "inputs-unchanged": "nothing to promote"}
# A first word that is no name of a thing, as a version or a stage is: it may begin a sentence.
PLAIN = re.compile("(?:a|an|git|it|no|not|nobody|nothing|the|this|what|which)\\b")


def text(document: PromotionDocument) -> str:
    """Return what a terminal shows."""
    reason = document.reasons[0]
    refused = document.outcome is Outcome.FAIL
    headline = f"{_headline(document)} ({reason.id})" if refused else _headline(document)
    lines = [headline if _says_all(document) else f"{headline}: {reason.message}"]
    lines += [f"{name}: {value}" for name, value in _facts(document)]
    if refused:
        lines.append(_remedy(document))
    return "\n".join(lines)


def summary(document: PromotionDocument) -> str:
    """Return the page of the job summary, in Markdown."""
    reason = document.reasons[0]
    lines = [f"## {prose(_headline(document))}", ""]
    if not _says_all(document):
        lines += [f"{code(reason.id)} {prose(_sentence(reason.message))}", ""]
    if document.outcome is Outcome.FAIL:
        lines += [prose(_remedy(document)), ""]
    facts = [f"| {name} | {code(value)} |" for name, value in _facts(document)]
    return "\n".join([*lines, *(["| | |", "|---|---|", *facts] if facts else [])]).rstrip() + "\n"


def annotated(document: PromotionDocument) -> tuple[Annotation, ...]:
    """Return what is shown beside the run; a commit that will be judged first is no error."""
    if document.outcome is Outcome.PASS:
        return ()
    reason = document.reasons[0]
    level = "warning" if document.needs_gate else "error"
    message = f"{document.model}: {_sentence(reason.message)} {_remedy(document)}"
    return (Annotation(level=level, message=message, title=reason.id),)


def _headline(document: PromotionDocument) -> str:
    model, reason = document.model, document.reasons[0].id
    if document.outcome is Outcome.FAIL:
        return f"{model}: not promoted, must be judged first" if document.needs_gate else f"{model}: not promoted"
    if document.find_only and reason == "promoted":
        return f"{model}: can be promoted"
    if reason in NOTHING:
        return f"{model}: {NOTHING[reason]}"
    where = f"in {', '.join(document.stages)}" if document.stages else "in the registry"
    before = document.previous_version if document.previous_version != document.version else None
    return f"{model} {document.version} is {where}" + (f" (was {before})" if before and document.stages else "")


def _says_all(document: PromotionDocument) -> bool:
    """Return whether the headline says what happened, so that the message would say it twice."""
    return document.outcome is Outcome.PASS and document.reasons[0].id == "promoted" and not document.find_only


def _remedy(document: PromotionDocument) -> str:
    reason = document.reasons[0]
    return reason.remedy or REASONS[reason.id].remedy


def _sentence(message: str) -> str:
    ended = message.endswith((".", "!", "?"))
    first = message[:1].upper() if PLAIN.match(message) else message[:1]
    return first + message[1:] + ("" if ended or not message else ".")


def _facts(document: PromotionDocument) -> Iterator[tuple[str, str]]:
    if document.outcome is Outcome.PASS:
        yield "reason", document.reasons[0].id
    for stage, waits in (document.pending_stages or {}).items():
        yield f"{stage} waits for", _waits(document, stage, waits)
    if document.commit:
        yield "commit", document.commit
    if document.policy_edited:
        yield "promote", "the push edits it: the one before was applied, the new one takes effect with the next push"
    if document.origin:
        yield "verdict from", document.origin.value
    if document.report_digest:
        yield "report", document.report_digest
    if document.record_digest:
        yield "record", document.record_digest


def _waits(document: PromotionDocument, stage: str, waits: str) -> str:
    """Return what a stage waits for, with the command of whoever is the second person."""
    if waits != WAITS_FOR[Approval.SECOND_PERSON] or not document.version:
        return waits
    return f"{waits}: `mlgate promote-model --stage {stage} --version {document.version}`"
