"""Promoters that race: each a process of its own in a clone of its own, all against one bare remote.

python tests/races.py CLONE URL COMMIT NAME EVENTS     one promoter: waits for a line, promotes EVENTS times
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [path for path in (str(ROOT), str(ROOT / "scripts")) if path not in sys.path]

from tests import registries  # noqa: E402 - the path first
from tests.registries import BRANCH, MODEL, Lab  # noqa: E402
from tests.repository import Repository  # noqa: E402

from mlgate.core.registry.log import plan, record  # noqa: E402
from mlgate.core.registry.log.record import Digests, Event, Record  # noqa: E402
from mlgate.errors import MlgateError  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.shell.registry.log.journal import Appended, Journal

PROMOTERS = 8


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a race showed.

    Attributes:
        pushes: Pushes that moved the log: the rounds, each with one winner.
        lost: Attempts that somebody else was faster than.
        busy: Appends that gave up and were run again.
        seconds: For all.
    """

    pushes: int
    lost: int
    busy: int
    seconds: float


def promotion(name: str, number: int, commit: str) -> registries.Planner:
    """Return a planner that registers a model of its own and lets the stage point to it."""
    digests = Digests(inputs=record.digest_of(name.encode()), model=record.digest_of(f"{name} {number}".encode()))
    draft = Record(
        sequence=0,
        event=Event.REGISTER,
        model=MODEL,
        actor=name,
        time="2026-03-03T10:15:00Z",
        commit=commit,
        digests=digests,
    )
    return lambda state: plan.promote(state, draft=draft, stages=["production"])


def race(folder: Path, events: int, promoters: int = PROMOTERS) -> Outcome:
    """Let promoters race, hold what is left against what must be, and return what was seen."""
    lab = Lab(folder)
    lab.bare("config", "core.logAllRefUpdates", "true")
    running = [_start(lab, f"promoter-{number}", events) for number in range(promoters)]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    start = time.perf_counter()
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [process.communicate(timeout=1800) for process in running]
    seconds = time.perf_counter() - start
    for process, (_, words) in zip(running, ended, strict=True):
        assert process.returncode == 0, words
    told = [json.loads(out) for out, _ in ended]
    pushes = check(lab, told)
    lost = sum(item["rounds"] - 1 for answers in told for item in answers)
    return Outcome(pushes=pushes, lost=lost, busy=sum(i["busy"] for a in told for i in a), seconds=seconds)


def _start(lab: Lab, name: str, events: int) -> subprocess.Popen[str]:
    clone = lab.clone(name, 1)
    command = [sys.executable, __file__, str(clone.root), lab.url, lab.code, name, str(events)]
    streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(command, env=registries.variables(), text=True, **streams)


def check(lab: Lab, told: Sequence[Sequence[dict[str, Any]]]) -> int:
    """Hold the remote against what the promoters were told; return how many pushes moved the log."""
    moves = [line.split()[:2] for line in (lab.remote / "logs" / BRANCH).read_text().splitlines()]
    wanted = sum(len(answers) for answers in told)
    assert len(moves) == wanted, "a push for each promotion, and no other"
    assert all(before[1] == after[0] for before, after in itertools.pairwise(moves)), "each follows the last"
    assert len({old for old, _ in moves}) == len(moves), "no state of the log has two successors"

    state = lab.journal(lab.clone("reader", 1)).read().state
    assert state.sequence == 2 * wanted
    assert len(state.versions(MODEL)) == wanted
    digests = [digest for answers in told for item in answers for digest in item["digests"]]
    assert sorted(digests) == sorted(entry.digest for entry in state.entries), (
        "who was told so has won, and nobody else"
    )
    for old, new in moves:
        span = new if set(old) == {"0"} else f"{old}..{new}"
        assert lab.bare("rev-list", "--count", span) == "2", "one push is one promotion, whole"
    tags = {ref.removeprefix("refs/tags/") for ref in lab.refs() if ref.startswith("refs/tags/")}
    assert tags == set(state.tags())
    assert lab.refs()[BRANCH] == moves[-1][1]
    lab.bare("fsck", "--strict")
    return len(moves)


def _promote(clone: Path, url: str, commit: str, name: str, *, events: int) -> None:
    journal = registries.journal(Repository(clone), url, sleep=time.sleep)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    answers = []
    for number in range(events):
        appended, busy = _until_done(journal, promotion(name, number, commit))
        digests = [record.digest_of(record.encode(item)) for item in appended.records]
        answers.append({"rounds": appended.rounds, "busy": busy, "digests": digests})
    sys.stdout.write(json.dumps(answers))


def _until_done(journal: Journal, planner: registries.Planner, busy: int = 0) -> tuple[Appended, int]:
    try:
        return journal.append(planner), busy
    except MlgateError as error:
        if error.reason != "registry-busy":
            raise
        return _until_done(journal, planner, busy + 1)


if __name__ == "__main__":
    _promote(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], events=int(sys.argv[5]))
