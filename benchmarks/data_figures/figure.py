"""A figure: what is measured, against which floor, beside which peers, and what it should be."""

from __future__ import annotations

import resource
import statistics
import subprocess
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

POLL = 0.005
MEGABYTE = 10**6


class Quantity(StrEnum):
    """What is measured of a whole process and its children."""

    WALL = "time"
    CPU = "processor time"
    MEMORY = "peak memory"


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command line, and the exit status that says it did its work."""

    name: str
    argv: tuple[str, ...]
    status: int = 0

    def measure(self, quantity: Quantity, folder: Path) -> float:
        """Return seconds, or bytes.

        Raises:
            RuntimeError: It ended in another way.
        """
        before, start = _cpu_seconds(), time.perf_counter()
        process = subprocess.Popen(self.argv, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        peak = _peak_memory(process) if quantity is Quantity.MEMORY else 0
        status = process.wait()
        wall, cpu = time.perf_counter() - start, _cpu_seconds() - before
        if status != self.status:
            raise RuntimeError(f"{self.name} ended with status {status}, not {self.status}: {' '.join(self.argv)}")
        return {Quantity.WALL: wall, Quantity.CPU: cpu, Quantity.MEMORY: float(peak)}[quantity]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One row of the table of figures.

    Attributes:
        id: Its name in the list of goals.
        what: In a few words.
        goal: The largest ratio; without a floor, the largest number of megabytes.
        ours: What is measured.
        floor: What it is divided by.
        peers: Others that do the same, on the same scale.
        quantity: Of all of them.
        times: How often at most; what takes long is measured less often.
    """

    id: str
    what: str
    goal: float
    ours: Command
    floor: Command | None = None
    peers: tuple[Command, ...] = ()
    quantity: Quantity = Quantity.WALL
    times: int = 99


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A figure's value: the median of the ratios of neighbours; `peers` by name, None for one that did not end well."""

    figure: Figure
    value: float
    peers: dict[str, float | None]

    @property
    def is_met(self) -> bool:
        """Return whether the figure reaches its goal."""
        return self.value <= self.figure.goal

    def line(self) -> str:
        """Return the row that people read."""
        figure = self.figure
        unit = "" if figure.floor else " MB"
        peers = ", ".join(f"{name} {'failed' if v is None else f'{v:.2f}'}" for name, v in self.peers.items())
        verdict = "ok" if self.is_met else "MISSED"
        text = f"{figure.id:3} {figure.what:52} {self.value:8.2f}{unit}  goal {figure.goal:g}{unit}  {verdict}"
        return text + (f"  ({peers})" if peers else "")


def measured(figure: Figure, folder: Path, times: int) -> Measured:
    """Measure a figure, every command in turn, so that a noisy moment touches all of them."""
    sides = [figure.ours, *([figure.floor] if figure.floor else [])]
    for command in sides:
        command.measure(figure.quantity, folder)  # warms the disk
    rounds = []
    peers: dict[str, list[float]] = {peer.name: [] for peer in figure.peers}
    for _ in range(min(times, figure.times)):
        values = [command.measure(figure.quantity, folder) for command in sides]
        least = values[1] if figure.floor else MEGABYTE
        rounds.append(values[0] / least)
        for peer in figure.peers:
            try:
                peers[peer.name].append(peer.measure(figure.quantity, folder) / least)
            except RuntimeError:
                continue
    medians = {name: statistics.median(found) if found else None for name, found in peers.items()}
    return Measured(figure=figure, value=statistics.median(rounds), peers=medians)


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _peak_memory(process: subprocess.Popen[bytes]) -> int:
    """Return the sum of the peaks of a process and its children, in bytes."""
    peaks: dict[int, int] = {}
    while process.poll() is None:
        for pid in (process.pid, *_children(process.pid)):
            peaks[pid] = max(peaks.get(pid, 0), _high_water(pid))
        time.sleep(POLL)
    return sum(peaks.values())


def _children(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []
    return [int(child) for task in tasks for child in _text(pid, f"task/{task.name}/children").split()]


def _high_water(pid: int) -> int:
    line = next((line for line in _text(pid, "status").splitlines() if line.startswith("VmHWM")), "VmHWM: 0 kB")
    return int(line.split()[1]) * 1024


def _text(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return ""
