"""Short random sequences through the real journal: a remote that refuses pushes, or takes them and loses the reply.

After every step the registry as a new reader folds it is what a person would write on a whiteboard.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from tests.registries import MODEL, Lab

from mlgate.core.registry.log import plan
from mlgate.core.registry.log.record import Digests, Event, Record, digest_of
from mlgate.errors import OutsideError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.registries import Planner

    from mlgate.core.registry.log.state import State
    from mlgate.shell.registry.log.journal import Journal

SEQUENCES, STEPS = 20, 3
STAGE = "production"
TIME = "2026-03-03T10:15:00Z"
REFUSED = "echo 'no, not today' >&2; exit 1\n"  # pre-receive: nothing was written
# reference-transaction: all was written, and the client hears no more of it.
LOST = 'if [ "$1" = committed ]; then kill -9 $PPID; fi\n'


@dataclass
class Naive:
    """What a person would write on a whiteboard."""

    versions: list[str] = field(default_factory=list)
    deprecated: set[str] = field(default_factory=set)
    stage: str | None = None

    def of(self, state: State) -> Naive:
        """Return what a fold says, in the same words."""
        versions = [str(entry.version) for entry in state.versions(MODEL)]
        gone = {version for version in versions if state.is_deprecated(MODEL, version)}
        return Naive(versions=versions, deprecated=gone, stage=state.current(MODEL, STAGE))


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_a_sequence_through_a_faulty_remote_is_what_a_person_would_write(lab: Lab, seed: int) -> None:
    chance, naive = random.Random(seed), Naive()  # noqa: S311 - no secret
    journal = lab.journal(lab.clone("writer", 1))
    reader = lab.journal(lab.clone("reader", 1))
    for _ in range(STEPS):
        planner = _step(chance, naive, lab)
        fault = chance.choice(("none", "refused", "lost"))
        _written(lab, journal, planner, fault)
        state = reader.read().state
        assert naive.of(state) == naive, fault
        tags = {ref.removeprefix("refs/tags/") for ref in lab.refs() if ref.startswith("refs/tags/")}
        assert tags == set(state.tags())


def _step(chance: random.Random, naive: Naive, lab: Lab) -> Planner:
    """Choose what is done, write it on the whiteboard, and return its planner."""
    usable = [version for version in naive.versions if version not in naive.deprecated]
    what = chance.choice(("register", "assign", "deprecate", "unassign")) if usable else "register"
    by: dict[str, Any] = {"model": MODEL, "actor": "ada", "time": TIME}
    if what == "register":
        naive.versions.append(f"v1.{len(naive.versions)}.0")
        name = digest_of(f"{len(naive.versions)}".encode())
        draft = Record(
            sequence=0, event=Event.REGISTER, commit=lab.code, digests=Digests(inputs=name, model=name), **by
        )
        return lambda state: plan.promote(state, draft=draft, stages=())
    version = chance.choice(usable)
    if what == "assign":
        naive.stage = version
        return lambda state: plan.assign(state, version=version, stage=STAGE, **by)
    if what == "deprecate":
        naive.deprecated.add(version)
        return lambda state: plan.deprecate(state, version=version, reason="bias", **by)
    naive.stage = None
    return lambda state: plan.unassign(state, stage=STAGE, **by) if STAGE in state.stages(MODEL) else ()


def _written(lab: Lab, journal: Journal, planner: Planner, fault: str) -> None:
    """Append by a remote with a fault; what was refused is appended again when the fault is gone."""
    before = journal.read().tip
    if fault == "refused":
        lab.hook("pre-receive", REFUSED)
        if planner(journal.read().state):
            with pytest.raises(OutsideError) as caught:
                journal.append(planner)
            assert caught.value.reason == "registry-refused"
        assert journal.read().tip == before
    elif fault == "lost":
        lab.hook("reference-transaction", LOST)
    if fault == "refused":
        (lab.remote / "hooks" / "pre-receive").unlink()
    planned = len(planner(journal.read().state))
    assert len(journal.append(planner).records) == planned
    (lab.remote / "hooks" / "reference-transaction").unlink(missing_ok=True)
    assert journal.append(planner).records == ()  # asked once more, there is nothing left to do


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)
