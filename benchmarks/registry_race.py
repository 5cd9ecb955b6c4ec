"""Eight promoters at once, against one bare remote: 200 rounds by default, each with exactly one winner.

    .venv/bin/python benchmarks/registry_race.py [ROUNDS]

A round is a push that moved the log. After all who lost have tried again the log has every promotion once.
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
    events = -(-rounds // races.PROMOTERS)
    with tempfile.TemporaryDirectory() as folder:
        seen = races.race(Path(folder), events)
    print(f"{races.PROMOTERS} promoters, {events} promotions each, {seen.seconds:.0f} s")
    print(f"rounds with exactly one winner: {seen.pushes} of {seen.pushes}")
    print(
        f"attempts that lost, read again and planned again: {seen.lost}; appends that gave up and were run again:",
        end="",
    )
    print(f" {seen.busy}")
    print("the log has every promotion once, its tags are those of the remote, and git finds it whole")


if __name__ == "__main__":
    main()
