"""Auditing what points into the log from outside: tags, and what this clone remembers of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.registry.audit.findings import finding
from mlgate.core.registry.log.message import bound, message
from mlgate.core.registry.log.names import parse_tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlgate.core.registry.audit.files import Line
    from mlgate.core.registry.audit.findings import Finding
    from mlgate.core.registry.audit.snapshot import SeenTag, Snapshot

_CUT = (
    "This clone has it: `git push origin +refs/mlgate/registry-seen:refs/heads/mlgate-registry` restores the branch; "
    "look first at what is there now, if records were added since. Then protect the branch from force pushes."
)


def check_tags(tags: Iterable[SeenTag], lines: Sequence[Line]) -> Iterator[Finding]:
    """Find tags of the log that are missing or were moved, tags of others in its place, and tags beyond its end."""
    tags = tuple(tags)
    expected = {line.record.tag: line for line in lines if line.record and line.record.tag}
    models = {line.record.model for line in lines if line.record}
    seen = {tag.name for tag in tags}
    for name, line in expected.items():
        if name not in seen:
            yield finding("tag-missing", f"tag {name}", f"the tag {name} of record {line.sequence} is missing")
    digests = {line.file.digest for line in lines}
    for tag in tags:
        if tag.name in expected:
            yield from _check_tag(tag, expected[tag.name])
        else:
            yield from _check_other(tag, models, digests)


def _check_tag(tag: SeenTag, line: Line) -> Iterator[Finding]:
    name, record = f"tag {tag.name}", line.record
    if record is None:
        return
    if tag.target != record.commit:
        yield finding("tag-moved", name, f"the {name} leads to {tag.target or 'no commit'}, and not to {record.commit}")
    elif not tag.annotated or tag.message.strip() != message(record, line.file.digest).strip():
        yield finding("tag-moved", name, f"the {name} was set anew: it does not name record {line.sequence}")


def _check_other(tag: SeenTag, models: set[str], digests: set[str]) -> Iterator[Finding]:
    """Judge a tag that the log has not set; tags that have nothing to do with a registry are nobody's business."""
    named = bound(tag.message)
    parsed = parse_tag(tag.name)
    model = parsed.model if parsed else tag.name.partition("@")[0].partition("#")[0]
    if named and named.digest not in digests:
        what = f"the tag {tag.name} was set with record {named.sequence}, which the log does not have"
        yield finding("registry-rewritten", f"tag {tag.name}", what)
    elif (parsed or model != tag.name) and model in models:
        yield finding("tag-taken", f"tag {tag.name}", f"the log has not set the tag {tag.name}: a person or a tool did")
    elif named:
        yield finding("tag-taken", f"tag {tag.name}", f"the tag {tag.name} copies the one of record {named.sequence}")


def check_remembered(snapshot: Snapshot, lines: Sequence[Line]) -> Iterator[Finding]:
    """Find that the log does not continue the one that this clone has seen."""
    known = snapshot.remembered
    if known is None:
        return
    last = lines[-1].sequence if lines else 0
    digests = {line.sequence: line.file.digest for line in lines}
    subject = f"commit {known.tip[:12]}"
    if known.sequence is not None and known.sequence > last:
        what = f"this clone has seen {known.sequence} records, and there are {last}: the log was cut"
        yield finding("registry-rewritten", subject, what, _CUT)
    elif known.sequence and known.digest and digests.get(known.sequence) != known.digest:
        what = f"record {known.sequence} is not the one that this clone has seen"
        yield finding("registry-rewritten", subject, what, _CUT)
    elif known.is_ancestor is False:
        what = "the log does not descend from the commit that this clone has seen"
        yield finding("registry-rewritten", subject, what, _CUT)


def check_expected(expected: str | None, lines: Sequence[Line]) -> Iterator[Finding]:
    """Find that the log does not have a record that somebody knows of: a clean cut can be seen by nothing else."""
    if expected is not None and not any(line.file.digest.startswith(expected) for line in lines):
        what = "the log does not have the record that was named: it was cut, or written anew"
        yield finding("registry-rewritten", f"record {expected[:12]}", what, _CUT)
