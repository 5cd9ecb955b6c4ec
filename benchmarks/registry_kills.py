"""Kill -9 at the file and network system calls of register, promote and rollback, on each kind of store.

    .venv/bin/python benchmarks/registry_kills.py [--every] [--of N] [OPERATION ...]

Operations are the journal with a store alone, and the real commands `promote-command` (`scripts/promote_model.py`) and
`rollback-command` (`scripts/registry.py rollback`). Killed is mlgate, or one of the git processes that it starts,
against a git daemon on loopback and in a repository without a remote. By default it is every call that changes or sends
something; `--every` takes those that only look, too, which is ten times as many; `--of N` takes each N-th. After each
kill the registry must be readable, be the old or the new one, and the same operation in the same clone must complete.
Needs strace and `git daemon`; takes its time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from tests import kills  # noqa: E402 - the path first
from tests.toolbox import tool  # noqa: E402


def run(case: kills.Case, folder: Path, url: str, *, every: bool, of: int) -> Counter[str]:
    """Kill one operation at its points, print what was seen, and return it."""
    name = f"{case.operation}, {case.place}, {case.store}"
    work = folder / name.replace(", ", "-")
    killer = kills.Killer(case, work, tool("strace"), folder / "served", url)
    points = killer.points(every=every)[::of]
    seen: Counter[str] = Counter()
    for point in points:
        try:
            seen[killer.kill(point)] += 1
        except Exception as error:  # noqa: BLE001 - each broken promise is named, and the others are looked at
            seen["BROKEN"] += 1
            print(f"  {point}: {error}")
    counts = ", ".join(f"{what} {count}" for what, count in sorted(seen.items()))
    print(f"{name:28} {len(points):5} points: {counts}", flush=True)
    return seen


def main() -> None:
    """Print counts for every case; exit with 1 if a promise was broken."""
    options = argparse.ArgumentParser()
    options.add_argument("--every", action="store_true")
    options.add_argument("--of", type=int, default=1)
    options.add_argument("operations", nargs="*", default=[*kills.OPERATIONS, *kills.COMMANDS])
    asked = options.parse_args()
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "served").mkdir()
        with kills.daemon(folder / "served") as url:
            for case in kills.cases():
                if case.operation in asked.operations:
                    total += run(case, folder, url, every=asked.every, of=asked.of)
    print(f"total: {total.total()} kills, {total['BROKEN']} broken promises, {total['missed']} calls that did not come")
    sys.exit(1 if total["BROKEN"] else 0)


if __name__ == "__main__":
    main()
