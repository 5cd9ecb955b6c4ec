"""M1 and M2: drift of 15 columns, from a table and from a stored profile, against deciles and counts by hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.data_figures.figure import Command, Figure, Quantity
from benchmarks.data_figures.table import Variant

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PEERS: tuple[str, ...] = ()
START = f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r}); from mlgate.main import console; console()"
COLUMNS = (
    "age,num_orders,visits,score,income,balance,lat,lon,feature_x,label,signup_date,last_seen,country,status,segment"
)
BEFORE, AFTER, PROFILE = "clean.parquet", "drifted.parquet", "clean.json"


def prepare(folder: Path, *, large: bool) -> None:  # noqa: ARG001 - all parts are asked in the same words
    """Write both tables, and the profile of the first."""
    Variant(name="clean", rows=1_000_000).write(folder, "parquet")
    Variant(name="drifted", rows=1_000_000, seed=1, shift=1.0).write(folder, "parquet")
    if not (folder / PROFILE).exists():
        subprocess.run(_data("profile", BEFORE, "--output", PROFILE).argv, cwd=folder, check=True, capture_output=True)


def _data(*words: str) -> Command:
    return Command(name="mlgate", argv=(sys.executable, "-c", START, "data", *words))


def figures(peers: dict[str, str], *, large: bool) -> Iterator[Figure]:  # noqa: ARG001 - as above
    """Yield the figures."""
    floor = Command(
        name="floor", argv=(sys.executable, str(ROOT / "benchmarks" / "floors" / "drift.py"), BEFORE, AFTER)
    )
    binned = _data("drift", BEFORE, AFTER, "--columns", COLUMNS, "--binned")
    exact = _data("drift", BEFORE, AFTER, "--columns", COLUMNS)
    stored = _data("drift", PROFILE, AFTER, "--columns", COLUMNS)
    memory = Quantity.MEMORY
    yield Figure(id="M1", what="drift, 1M x 15: bins", goal=1.20, ours=binned, floor=floor)
    yield Figure(id="M1", what="the same with exact distances", goal=2.5, ours=exact, floor=floor)
    yield Figure(id="M1", what="peak memory of that", goal=1.2, ours=exact, floor=floor, quantity=memory, times=3)
    yield Figure(id="M2", what="drift from a stored profile", goal=0.50, ours=stored, floor=floor)
    yield Figure(id="M2", what="peak memory of that", goal=1.2, ours=stored, floor=floor, quantity=memory, times=3)
