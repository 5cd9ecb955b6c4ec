"""What `mlgate registry` says to people: its document as text. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlgate.core.registry.log.names import BRANCH, parse_version
from mlgate.core.registry.log.told import number
from mlgate.core.registry.people.tables import cell, table
from mlgate.core.report.untrusted import code, prose
from mlgate.core.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlgate.core.documents.registry import RegistryDocument, RegistryEvent, RegistryModel

NOTHING = "There is no registry yet: nothing has been promoted."
NONE = f"There is no registry: no branch {BRANCH}, and no tag that one has set. Nothing was checked."
SAME = "Nothing was written: the registry says that already."
COMMIT = 12  # characters of an id
METRICS = 2  # of one version in a table
FINDINGS = 100  # in one answer for people
_ID = re.compile(r"\b[0-9a-f]{40,64}\b")


def models(document: RegistryDocument, meaning: str = "") -> str:
    """Return the models with their versions; `meaning` says which moment is shown."""
    if not document.models:
        return f"{_moment(document, meaning)}{'Nothing had been promoted yet.' if meaning else NOTHING}"
    return _moment(document, meaning) + "\n\n".join(_model(model) for model in document.models)


def _moment(document: RegistryDocument, meaning: str) -> str:
    return f"The registry as it was at {meaning}: {counted(document.sequence, 'record')}.\n\n" if meaning else ""


def _model(model: RegistryModel) -> str:
    left = {version.version for version in model.versions if version.deprecated}
    places = [
        f"{stage} is {version or 'empty'}{' (deprecated)' if version in left else ''}"
        for stage, version in model.stages.items()
    ]
    head = f"{cell(model.model)}: {', '.join(places) or 'no stage points to a version'}"
    if not model.versions:
        return f"{head}\nNo version is registered."
    rows = [
        (
            version.version,
            ", ".join([*version.stages, *(["deprecated"] if version.deprecated else [])]),
            version.time,
            version.actor,
            version.outcome,
            ", ".join(f"{metric} {number(value)}" for metric, value in list(version.measured.items())[:METRICS]),
            version.origin,
            version.format,
            (version.commit or "")[:COMMIT],
        )
        for version in model.versions
    ]
    shown = table(("VERSION", "STAGES", "REGISTERED", "BY", "VERDICT", "MEASURED", "JUDGED", "FORMAT", "COMMIT"), rows)
    more = model.count - len(model.versions)
    return f"{head}\n{shown}" + (f"\n{counted(more, 'older version')}: `--limit 0` shows all." if more > 0 else "")


def events(document: RegistryDocument, total: int) -> str:
    """Return records, newest first; `total` says how many there are."""
    if not document.events:
        return NOTHING if document.sequence == 0 else "The log has no such record."
    rows = [
        (
            str(e.sequence),
            e.time,
            e.model,
            what(e),
            e.actor,
            e.origin,
            names(e.approved_by),
            (e.commit or "")[:COMMIT],
            e.reason,
        )
        for e in document.events
    ]
    more = total - len(document.events)
    tail = f"\n{counted(more, 'older record')}: `--limit 0` shows all." if more > 0 else ""
    return table(("NO", "TIME", "MODEL", "EVENT", "BY", "JUDGED", "APPROVED BY", "COMMIT", "REASON"), rows) + tail


def _who(event: RegistryEvent) -> tuple[str | None, ...]:
    return event.actor, event.origin, names(event.approved_by)


def what(event: RegistryEvent) -> str:
    """Return what happened, in a few words."""
    version, stage, before = event.version or "", event.stage or "", event.previous_version
    if event.event == "assign" and event.rollback and not _goes_back(version, before):
        return f"point {stage} to {version} (was {before})"
    if event.event == "assign" and event.rollback:
        return f"roll {stage} back to {version}" + (f", from {before}" if before else "")
    if event.event == "assign":
        return f"assign {version} to {stage}" + (f", after {before}" if before else "")
    if event.event == "unassign":
        return f"take {version} from {stage}"
    return f"{event.event} {version}".rstrip()


def _goes_back(version: str, before: str | None) -> bool:
    new, old = parse_version(version), parse_version(before or "")
    return new is None or old is None or new < old


def differences(document: RegistryDocument, old: str, new: str) -> str:
    """Return in what two versions differ."""
    if not document.differences:
        return f"{old} and {new} do not differ in what their records say."
    rows = [(each.name or each.what, _short(each.old), _short(each.new)) for each in document.differences]
    return table(("", old, new), rows, widest=70)


def _short(text: str | None) -> str:
    return "-" if text is None else _ID.sub(lambda found: found[0][:COMMIT], text)


def written(document: RegistryDocument) -> str:
    """Return what was written, a sentence for each record."""
    lines = [f"{cell(e.model)}: {what(e)} (record {e.sequence}, {e.record_digest})" for e in document.events]
    return "\n".join([*(lines or [SAME]), *_remarks(document)])


def _remarks(document: RegistryDocument) -> list[str]:
    return [f"Note: {cell(remark, 400)}." for remark in document.remarks]


def summary(document: RegistryDocument) -> str:
    """Return what was written as a page of the job summary, in Markdown."""
    told = [prose(f"Note: {remark}.", limit=500) for remark in document.remarks]
    return "\n\n".join([*(list(map(_section, document.events)) or [SAME]), *told])


def _section(event: RegistryEvent) -> str:
    told = prose(f"By {event.actor}: {event.reason}" if event.reason else f"By {event.actor}")
    head = prose(f"{event.model}: {what(event)}", limit=300)
    return f"## {head}\n\n{told}\n\nRecord {event.sequence}, {code(event.record_digest)}"


def files(document: RegistryDocument, version: str) -> str:
    """Return the files that were written."""
    rows = [(file.name, file.path, str(file.size), file.digest) for file in document.files]
    shown = table(("WHAT", "FILE", "BYTES", "SHA256"), rows, widest=200)
    return "\n".join([f"{version}, every file verified:", shown, *_remarks(document)])


def audit(document: RegistryDocument) -> str:
    """Return what `verify` found, and what it looked at."""
    seen = ", ".join(counted(number, word) for word, number in document.checked.items() if number) + _unsigned(document)
    lines = [f"Not looked at: {cell(text, 300)}" for text in document.unchecked]
    if not document.findings and document.tip is None:
        return "\n".join([NONE, *lines])
    if not document.findings:
        return "\n".join([f"Nothing is wrong: {seen}.", *lines])
    rows = ((finding.reason, finding.subject, finding.message) for finding in document.findings[:FINDINGS])
    shown = table(("REASON", "WHERE", "WHAT IS WRONG"), rows, widest=160)
    more = len(document.findings) - FINDINGS
    lines = [f"And {counted(more, 'more thing')}: `--json` names all.", *lines] if more > 0 else lines
    told = {f"{finding.reason}: {cell(finding.remedy, 400)}": None for finding in document.findings}
    return "\n".join(
        [f"{counted(len(document.findings), 'thing')} wrong, in {seen}:", shown, "", "What to do:", *told, *lines]
    )


def _unsigned(document: RegistryDocument) -> str:
    parts = ((document.unsigned, "before the first"), (document.unsigned_after, "after the first"))
    told = [
        f"{counted(number, 'record')} {place} {'is' if number == 1 else 'are'} unsigned"
        for number, place in parts
        if number
    ]
    return f"; {', '.join(told)}" if told else ""


def names(words: Iterable[str]) -> str:
    """Return names for a message."""
    return ", ".join(cell(word) for word in words)
