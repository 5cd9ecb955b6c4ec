"""Eight promoters at once: every round has one winner, and in the end all is there. `benchmarks/` runs 200 rounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import races

if TYPE_CHECKING:
    from pathlib import Path


def test_every_round_of_a_race_has_one_winner(tmp_path: Path) -> None:
    seen = races.race(tmp_path, events=3)
    assert seen.pushes == 3 * races.PROMOTERS
    assert seen.lost > 0  # there was a race
