"""Eight promoters at once: every round has one winner, and in the end all is there. `benchmarks/` runs 200 rounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import races

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = 20


def test_every_round_of_a_race_has_one_winner(tmp_path: Path) -> None:
    seen = races.race(tmp_path, ROUNDS)
    assert len(seen.rounds) == ROUNDS
    assert seen.pushes == ROUNDS * races.PROMOTERS  # all who lost were through later
    assert all(contest.lost >= races.PROMOTERS - 1 for contest in seen.rounds)  # all were in it
