"""Eight promoters at once, against one bare remote: 200 rounds by default, each with exactly one winner.

    .venv/bin/python benchmarks/registry_race.py [ROUNDS]

In a round all eight have read the same tip and planned before any of them pushes. One is through at the first try; the
others read and plan again until they are through, too. In the end the log has every promotion once.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from tests import races  # noqa: E402 - the path first


def main() -> None:
    """Race, and print the counts; an assertion fails where a promise does not hold."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        seen = races.race(Path(folder), rounds)
    won = sum(len(contest.winners) == 1 for contest in seen.rounds)
    lost = sum(contest.lost for contest in seen.rounds)
    busy = sum(contest.busy for contest in seen.rounds)
    print(f"rounds: {len(seen.rounds)}, with exactly one winner: {won}, in {seen.seconds:.0f} s")
    print(f"contenders: {races.PROMOTERS} a round, all with the same tip before any pushes; pushes: {seen.pushes}")
    print(f"attempts that lost, read again and planned again: {lost}; appends that gave up and were run again: {busy}")
    print("the log has every promotion once, its tags are those of the remote, and git finds it whole")


if __name__ == "__main__":
    main()
