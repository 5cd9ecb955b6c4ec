"""What the registry is: the fold of its log. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlgate.core.registry.log import names
from mlgate.core.registry.log.entry import Entry, LogError, damaged, read_entry
from mlgate.core.registry.log.record import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Entry", "LogError", "State", "extend", "fold"]


@dataclass(slots=True)
class _Model:
    versions: dict[str, Entry] = field(default_factory=dict)
    deprecated: dict[str, Entry] = field(default_factory=dict)
    stages: dict[str, list[Entry]] = field(default_factory=dict)
    events: list[Entry] = field(default_factory=list)

    def copy(self) -> _Model:
        stages = {stage: list(history) for stage, history in self.stages.items()}
        return _Model(dict(self.versions), dict(self.deprecated), stages, list(self.events))


@dataclass(frozen=True, slots=True)
class State:
    """The registry after some records; never changed: `extend` makes another one."""

    entries: tuple[Entry, ...] = ()
    _models: Mapping[str, _Model] = field(default_factory=dict, repr=False, compare=False)

    @property
    def sequence(self) -> int:
        """Return how many records there are."""
        return len(self.entries)

    @property
    def digest(self) -> str | None:
        """Return the last record's digest, which the next one names."""
        return self.entries[-1].digest if self.entries else None

    @property
    def time(self) -> str | None:
        """Return the last record's time."""
        return self.entries[-1].time if self.entries else None

    def models(self) -> tuple[str, ...]:
        """Return the names of all models, sorted."""
        return tuple(sorted(self._models))

    def versions(self, model: str) -> tuple[Entry, ...]:
        """Return the records that registered the versions of a model, oldest first."""
        return tuple(self._of(model).versions.values())

    def version(self, model: str, version: str) -> Entry | None:
        """Return the record that registered a version."""
        return self._of(model).versions.get(version)

    def is_deprecated(self, model: str, version: str) -> bool:
        """Return whether a version must not be used any more."""
        return version in self._of(model).deprecated

    def latest(self, model: str) -> Entry | None:
        """Return the version with the highest number."""
        return max(self.versions(model), key=_number, default=None)

    def current(self, model: str, stage: str) -> str | None:
        """Return the version that a stage points to."""
        return _pointed_to(self._of(model).stages.get(stage))

    def stages(self, model: str) -> dict[str, str | None]:
        """Return what each stage that a model has ever had points to, in the order in which they came."""
        return {stage: self.current(model, stage) for stage in self._of(model).stages}

    def stage_history(self, model: str, stage: str) -> tuple[Entry, ...]:
        """Return what happened to a stage, oldest first."""
        return tuple(self._of(model).stages.get(stage, ()))

    def before_event(self, entry: Entry) -> str | None:
        """Return the version that the stage of a record pointed to before it."""
        history = self._of(entry.model).stages.get(entry.stage or "", ())
        last = next((other for other in reversed(history) if other.sequence < entry.sequence), None)
        return last.version if last is not None and last.event is Event.ASSIGN else None

    def stage_count(self, model: str, stage: str) -> int:
        """Return how often a stage was assigned or taken back."""
        return len(self._of(model).stages.get(stage, ()))

    def events(self, model: str) -> tuple[Entry, ...]:
        """Return all records of a model, oldest first."""
        return tuple(self._of(model).events)

    def at(self, time: str) -> State:
        """Return the registry as it was at a time, records of that second included."""
        return State().after([entry for entry in self.entries if entry.time <= time])

    def before(self, sequence: int) -> State:
        """Return the registry as it was before a record."""
        return State().after(self.entries[: max(sequence - 1, 0)])

    def after(self, added: Sequence[Entry]) -> State:
        """Return the state with further entries; only what is known of their models is made anew."""
        models = dict(self._models)
        mine = set[str]()
        for entry in added:
            if entry.model not in mine:
                mine.add(entry.model)
                models[entry.model] = models[entry.model].copy() if entry.model in models else _Model()
            _apply(models[entry.model], entry)
        return State((*self.entries, *added), models)

    def tags(self) -> dict[str, str]:
        """Return every tag that the log has set, with the commit that it points to."""
        return {entry.tag: entry.commit for entry in self.entries if entry.tag and entry.commit}

    def holdout_uses(self, holdout_digest: str) -> int:
        """Return how many registered versions a holdout has judged."""
        return sum(e.event is Event.REGISTER and e.holdout == holdout_digest for e in self.entries)

    def find(self, digest: str) -> Entry | None:
        """Return the record with a digest."""
        return next((entry for entry in reversed(self.entries) if entry.digest == digest), None)

    def is_signed(self) -> bool:
        """Return whether a record says who signs it; from the first one on all of them must."""
        return any(entry.signer() for entry in reversed(self.entries))

    def _of(self, model: str) -> _Model:
        return self._models.get(model) or _Model()


def fold(datas: Iterable[bytes]) -> State:
    """Return what a log's records make, in order.

    Raises:
        LogError: `registry-newer` if a newer mlgate wrote one; `registry-damaged` if they are no log.
    """
    return extend(State(), datas)


def extend(state: State, datas: Iterable[bytes]) -> State:
    """Return the state after further records; raises as `fold` does."""
    last = state.entries[-1] if state.entries else None
    added: list[Entry] = []
    for data in datas:
        last = read_entry(data, last)
        added.append(last)
    return state.after(added)


def _apply(model: _Model, entry: Entry) -> None:
    """Add a record to what is known of its model; what cannot have happened is damage."""
    event, version, stage = entry.event, entry.version, entry.stage
    model.events.append(entry)
    if event is Event.REGISTER and version is not None:
        if version in model.versions:
            raise damaged(entry.sequence, f"{entry.model} {version} is registered a second time")
        model.versions[version] = entry
        return
    if version is not None and version not in model.versions:
        raise damaged(entry.sequence, f"{entry.model} {version} is registered nowhere before it")
    if event is Event.DEPRECATE and version is not None:
        model.deprecated.setdefault(version, entry)
    elif event in (Event.ASSIGN, Event.UNASSIGN) and stage is not None:
        history = model.stages.setdefault(stage, [])
        if event is Event.UNASSIGN and _pointed_to(history) != version:
            raise damaged(entry.sequence, f"{stage} does not point to {version}, which is taken from it")
        history.append(entry)


def _pointed_to(history: Sequence[Entry] | None) -> str | None:
    return history[-1].version if history and history[-1].event is Event.ASSIGN else None


def _number(entry: Entry) -> names.SemVer:
    return names.parse_version(entry.version or "") or names.SemVer(0, 0, 0)
