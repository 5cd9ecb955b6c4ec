"""The pages that people read on the registry's branch, as Markdown; they hold nothing that the log does not. Pure.

Every push writes them anew, so they are small, and no page grows with the log. A model's page depends on nothing but
that model's records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.registry.log.record import Event, folder_of, path_of
from mlgate.core.registry.log.told import number, told
from mlgate.core.report.untrusted import prose
from mlgate.core.words import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlgate.core.registry.log.state import Entry, State

INDEX = "README.md"
MODELS = 100  # on the index page
EVENTS = 20  # on a model's page
VERSIONS = 10
METRICS = 2
STAGES = 10
AGREED = 5  # people named in one line
_WIDEST = 80  # characters of a person's words
_FOOTER = "\nWritten by mlgate from `records/`; edits are overwritten, and `mlgate registry verify` reports them.\n"


def path_of_page(model: str) -> str:
    """Return where a model's page lies on the branch."""
    return f"models/{model}.md"


def index(state: State) -> str:
    """Return the index page: one line a model, those with the newest records first."""
    latest = {model: state.events(model)[-1] for model in state.models()}
    names = sorted(latest, key=lambda model: -latest[model].sequence)
    lines = [_line(state, model, latest[model]) for model in names[:MODELS]]
    head = ["Model", "Stages", "Latest", "Versions", "Last change"]
    more = len(names) - MODELS
    tail = f"\n{counted(more, 'more model')}: see `models/`.\n" if more > 0 else ""
    return f"# Models\n\n{_table(head, lines)}\n{tail}{_FOOTER}"


def history(state: State, model: str) -> str:
    """Return a model's page: where its stages point, its last versions, and its last records, newest first."""
    events = state.events(model)
    shown = events[-EVENTS:]
    head = ["No", "Time", "What", "Who", "Commit", "Why"]
    lines = [_event(state, entry) for entry in reversed(shown)]
    older = ""
    if len(events) > len(shown):
        folder = folder_of(events[-EVENTS - 1].sequence)
        count = counted(len(events) - len(shown), "older record")
        older = f"\n{count}: up to [{folder}](../{folder}), or `mlgate registry history`.\n"
    stages = _stages(state, model) or "no stage points to a version"
    top = f"# {prose(model)}\n\n{stages}\n{_versions(state, model)}"
    return f"{top}\n## History\n\n{_table(head, lines)}\n{older}{_FOOTER}"


def _versions(state: State, model: str) -> str:
    """Return the last versions with what was measured of them; nothing if there is none."""
    versions = state.versions(model)
    if not versions:
        return ""
    stages = state.stages(model)
    head = ["Version", "Stages", "Verdict", "Measured", "Format", "Deprecated", "Commit"]
    lines = [_version(state, entry, stages) for entry in reversed(versions[-VERSIONS:])]
    more = len(versions) - len(lines)
    older = f"\n{counted(more, 'older version')}: `mlgate registry show --limit 0`.\n" if more else ""
    return f"\n## Versions\n\n{_table(head, lines)}\n{older}"


def _version(state: State, entry: Entry, stages: Mapping[str, str | None]) -> list[str]:
    known, version = told(entry), str(entry.version)
    places = [_text(stage) for stage, current in stages.items() if current == version]
    measured = [f"{_text(metric, 40)} {number(value)}" for metric, value in list(known.measured.items())[:METRICS]]
    return [
        _text(version),
        ", ".join(places[:STAGES]),
        _text(known.outcome, 20),
        ", ".join(measured),
        _text(known.format, 40),
        "yes" if state.is_deprecated(entry.model, version) else "",
        (entry.commit or "")[:7],
    ]


def _line(state: State, model: str, last: Entry) -> list[str]:
    versions = len(state.versions(model))
    latest = state.latest(model)
    name = f"[{prose(model)}]({path_of_page(model)})"
    number = _text(latest.version) if latest else ""
    return [name, _stages(state, model), number, str(versions), last.time[:10]]


def _stages(state: State, model: str) -> str:
    stages = state.stages(model)
    places = [f"{_text(stage)}: {_text(version or 'none')}" for stage, version in stages.items()]
    return ", ".join([*places[:STAGES], *(["..."] if len(places) > STAGES else [])])


def _event(state: State, entry: Entry) -> list[str]:
    link = f"[{entry.sequence}](../{path_of(entry.sequence)})"
    time = entry.time[:16].replace("T", " ")
    return [link, time, _what(state, entry), _who(entry), (entry.commit or "")[:7], _text(entry.reason)]


def _who(entry: Entry) -> str:
    agreed = ", ".join(_text(name, 40) for name in entry.approved_by()[:AGREED])
    return f"{_text(entry.actor, 40)}, approved by {agreed}" if agreed else _text(entry.actor, 40)


def _what(state: State, entry: Entry) -> str:
    version, stage = _text(entry.version), _text(entry.stage)
    if entry.event is Event.ASSIGN and entry.rollback:
        before = _text(state.before_event(entry))
        return f"roll {stage} back to {version}" + (f", from {before}" if before else "")
    if entry.event is Event.ASSIGN:
        return f"assign {version} to {stage}"
    if entry.event is Event.UNASSIGN:
        return f"take {version} from {stage}"
    return " ".join(part for part in (entry.event.value, version, stage) if part)


def _text(text: str | None, limit: int = _WIDEST) -> str:
    return prose(text or "", limit=limit)


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
