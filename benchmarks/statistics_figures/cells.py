"""One cell of a table: the rates that were simulated, and what they may be."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.unit.comparison.rates import at_least, at_most

from mlgate.core.comparison.against import SMALL_SENSITIVE
from mlgate.core.comparison.decision import SMALL_CLASS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROMISED = 0.025
TABLES = ("classes", "over-confident", "numbers", "relative", "clusters", "many rules", "power", "repeats", "unpaired")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What was found in one situation.

    Attributes:
        table: Which of `TABLES`.
        metric: Its name.
        n: Rows of each holdout.
        setting: The rest of the situation, in words.
        rounds: Holdouts on which the metric has a value.
        blocked: Share of equal candidates that are blocked.
        passed: Share of candidates, truly worse by exactly the margin, that pass.
        covered: The lower coverage of the 95 % interval, of equal and of worse candidates.
        often: The higher one.
        smaller: Expected rows of the smaller class; all rows of a regression.
        carriers: Rows that carry a difference.
        promised: Of power, what `plan` says of `passed`.
    """

    table: str
    metric: str
    n: int
    setting: str
    rounds: int
    blocked: float | None = None
    passed: float | None = None
    covered: float | None = None
    often: float | None = None
    smaller: float = float("inf")
    carriers: float = 0.0
    promised: float | None = None

    @property
    def target(self) -> float:
        """Return how often a candidate worse by exactly the margin may pass."""
        if self.table == "over-confident" and self.n <= 50:
            return 0.05
        if self.metric in SMALL_SENSITIVE and self.smaller < SMALL_CLASS:
            return 0.04
        return 0.035 if self.metric in ("average_precision", "root_mean_squared_error") else PROMISED

    @property
    def is_over(self) -> bool:
        """Return whether a figure is on the wrong side of its goal, by chance or not."""
        if self.promised is not None and self.passed is not None:
            return abs(self.passed - self.promised) > 0.03
        rates = ((self.blocked, PROMISED), (self.passed, self.target), (self._least, self.covered))
        return any(value is not None and goal is not None and value > goal for value, goal in rates)

    @property
    def _least(self) -> float:
        return 0.93 if self.n <= 50 else 0.94

    def failures(self) -> list[str]:
        """Return in words what is beyond its figure by more than chance once in a thousand cells explains."""
        if self.promised is not None and self.passed is not None:
            off = abs(self.passed - self.promised)
            allowed = 0.03 + at_most(self.promised, self.rounds) - self.promised
            return [f"power {self.passed:.1%}, promised {self.promised:.1%}"] if off > allowed else []
        found = []
        if self.blocked is not None and self.blocked > at_most(PROMISED, self.rounds):
            found.append(f"blocked {self.blocked:.1%}")
        if self.passed is not None and self.passed > at_most(self.target, self.rounds):
            found.append(f"passed {self.passed:.1%}, goal {self.target:.1%}")
        return found + self._coverage()

    def _coverage(self) -> list[str]:
        if self.covered is None or self.often is None:
            return []
        if self.covered < at_least(self._least, self.rounds):
            return [f"covered {self.covered:.1%}"]
        if self.n >= 1000 and self.carriers >= 30 and self.often > at_most(0.98, self.rounds):
            return [f"covered {self.often:.1%}, too wide"]
        return []


class Store:
    """Cells, kept in a file as they are found, so that a long run can go on where it stopped.

    Args:
        path: JSON lines; None keeps nothing.
        show: Called with each cell that is found or read.
    """

    def __init__(self, path: Path | None, show: Callable[[Cell], None]) -> None:
        self.path, self.show = path, show
        lines = path.read_text().splitlines() if path is not None and path.exists() else []
        self.cells = [Cell(**json.loads(line)) for line in lines]
        self._known = {self._key(cell) for cell in self.cells}

    @staticmethod
    def _key(cell: Cell) -> tuple[str, str, int, str]:
        return cell.table, cell.metric, cell.n, cell.setting

    def lacks(self, table: str, metrics: tuple[str, ...], n: int, setting: str) -> tuple[str, ...]:
        """Return the metrics whose cell is not there yet."""
        return tuple(m for m in metrics if (table, m, n, setting) not in self._known)

    def add(self, cell: Cell) -> None:
        """Keep a cell."""
        self.cells.append(cell)
        self._known.add(self._key(cell))
        self.show(cell)
        if self.path is not None:
            with self.path.open("a") as file:
                file.write(json.dumps(dataclasses.asdict(cell)) + "\n")
