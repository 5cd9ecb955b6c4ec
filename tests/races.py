"""Promoters that race: each a process of its own in a clone of its own, all against one bare remote.

    python tests/races.py CLONE URL COMMIT NAME ROUNDS     one promoter

In every round all of them have read the same tip, and planned what follows it, before any of them pushes: their plans
wait at a barrier. So each round is a contest of all, whose winner is the one that is through at the first try.
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
from mlgate.shell.registry.log.appending import ROUNDS  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.registry.log.state import State
    from mlgate.shell.registry.log.journal import Appended, Journal

PROMOTERS = 8
WAIT = 4  # times as long as usual: eight on two cores are slower than eight machines
Answer = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one contest showed.

    Attributes:
        tip: What all had read when it began; None for no log at all.
        winners: Who was through at the first try.
        lost: Attempts that somebody else was faster than.
        busy: Appends that gave up and were run again.
    """

    tip: str | None
    winners: tuple[str, ...]
    lost: int
    busy: int


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a race showed.

    Attributes:
        rounds: Its contests.
        pushes: Pushes that moved the log, of winners and of those who tried again.
        seconds: For all.
    """

    rounds: tuple[Round, ...]
    pushes: int
    seconds: float


def race(folder: Path, rounds: int, promoters: int = PROMOTERS) -> Outcome:
    """Let promoters race, hold what is left against what must be, and return what was seen."""
    lab = Lab(folder)
    lab.bare("config", "core.logAllRefUpdates", "true")
    lab.bare("config", "receive.autogc", "false")
    running = [_start(lab, f"promoter-{number}", rounds) for number in range(promoters)]
    start = time.perf_counter()
    seen, told = [], []
    for _ in range(rounds):
        contest, answers = _contest(running)
        seen.append(contest)
        told.append(answers)
    seconds = time.perf_counter() - start
    for process in running:
        _, words = process.communicate(timeout=60)
        assert process.returncode == 0, words
    pushes = check(lab, seen, told)
    return Outcome(rounds=tuple(seen), pushes=pushes, seconds=seconds)


def _start(lab: Lab, name: str, rounds: int) -> subprocess.Popen[str]:
    clone = lab.clone(name, 1)
    command = [sys.executable, __file__, str(clone.root), lab.url, lab.code, name, str(rounds)]
    streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(command, env=registries.variables(), text=True, **streams)


def _contest(running: Sequence[subprocess.Popen[str]]) -> tuple[Round, list[Answer]]:
    """Play one round: nobody is let through the barrier before all stand at it."""
    _tell(running, "read")
    tips = {str(_hear(process)["tip"]) for process in running}
    assert len(tips) == 1, "all have read the same tip"
    _tell(running, "push")
    answers = [_hear(process) for process in running]
    first = tuple(answer["name"] for answer in answers if answer["rounds"] == 1 and not answer["busy"])
    assert len(first) == 1, f"one winner, and no more: {first}"
    (tip,) = tips
    return Round(
        tip=None if tip == "None" else tip,
        winners=first,
        lost=sum(answer["lost"] for answer in answers),
        busy=sum(answer["busy"] for answer in answers),
    ), answers


def _tell(running: Sequence[subprocess.Popen[str]], word: str) -> None:
    for process in running:
        assert process.stdin is not None
        process.stdin.write(f"{word}\n")
        process.stdin.flush()


def _hear(process: subprocess.Popen[str]) -> Answer:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    heard: Answer = json.loads(line)
    return heard


def check(lab: Lab, rounds: Sequence[Round], told: Sequence[Sequence[Answer]]) -> int:
    """Hold the remote against what the promoters were told; return how many pushes moved the log."""
    moves = [line.split()[:2] for line in (lab.remote / "logs" / BRANCH).read_text().splitlines()]
    wanted = sum(len(answers) for answers in told)
    assert len(moves) == wanted, "a push for each promotion, and no other"
    assert all(before[1] == after[0] for before, after in itertools.pairwise(moves)), "each follows the last"
    assert len({old for old, _ in moves}) == len(moves), "no state of the log has two successors"
    begun = [old for old, _ in moves[:: len(told[0])]]
    assert begun == [contest.tip or "0" * 40 for contest in rounds], "the first push of a round follows what all read"

    state = lab.journal(lab.clone("reader", 1)).read().state
    assert len(state.versions(MODEL)) == wanted
    digests = {digest: answer["name"] for answers in told for answer in answers for digest in answer["digests"]}
    assert sorted(digests) == sorted(entry.digest for entry in state.entries), (
        "who was told so has won, and nobody else"
    )
    first = [digests[entry.digest] for entry in state.entries[:: 2 * len(told[0])]]
    assert first == [contest.winners[0] for contest in rounds], "the winner of a round is the first in the log"
    _check_whole(lab, moves, state)
    return len(moves)


def _check_whole(lab: Lab, moves: Sequence[Sequence[str]], state: State) -> None:
    """Hold that a push is one promotion, whole, and that the tags and git's objects are what they must be."""
    order = {commit: number for number, commit in enumerate(lab.bare("rev-list", "--reverse", BRANCH).split())}
    assert [order[new] for _, new in moves] == list(range(1, len(order), 2)), "one push is one promotion, whole"
    tags = {ref.removeprefix("refs/tags/") for ref in lab.refs() if ref.startswith("refs/tags/")}
    assert tags == set(state.tags())
    assert lab.refs()[BRANCH] == moves[-1][1]
    lab.bare("fsck", "--strict")


# One promoter


def promotion(name: str, number: int, commit: str) -> registries.Planner:
    """Return a planner that registers a model of its own and lets the stage point to it."""
    digests = Digests(inputs=record.digest_of(f"i {name} {number}".encode()), model=record.digest_of(name.encode()))
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


def _promote(clone: Path, url: str, commit: str, name: str, *, rounds: int) -> None:
    journal = registries.journal(Repository(clone), url, sleep=lambda seconds: time.sleep(WAIT * seconds))
    for number in range(rounds):
        assert sys.stdin.readline() == "read\n"
        tip = journal.read().tip
        barrier = _Barrier(promotion(name, number, commit), tip)
        appended, lost, busy = _until_done(journal, barrier)
        digests = [record.digest_of(record.encode(item)) for item in appended.records]
        _say({"name": name, "rounds": appended.rounds, "lost": lost, "busy": busy, "digests": digests})


class _Barrier:
    """A planner that, when it has planned for the first time, waits for all others to have done so."""

    def __init__(self, planner: registries.Planner, tip: str | None) -> None:
        self._planner = planner
        self._tip = tip
        self._waited = False

    def __call__(self, state: State) -> tuple[Record, ...]:
        planned = self._planner(state)
        if not self._waited:
            self._waited = True
            _say({"tip": self._tip, "after": planned[0].previous})
            assert sys.stdin.readline() == "push\n"
        return planned


def _until_done(journal: Journal, planner: registries.Planner) -> tuple[Appended, int, int]:
    """Append; return what was appended, how many attempts lost, and how often the journal gave up."""
    for busy in itertools.count():
        try:
            appended = journal.append(planner)
        except MlgateError as error:
            if error.reason != "registry-busy":
                raise
        else:
            return appended, appended.rounds - 1 + busy * ROUNDS, busy
    raise AssertionError


def _say(what: Answer) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _promote(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], rounds=int(sys.argv[5]))
