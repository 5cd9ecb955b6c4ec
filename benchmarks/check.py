"""The whole `mlgate check` on the flights against its training command alone: at most 1.25 times that plus 5 seconds.

    make demo && python benchmarks/check.py

The two run in turn in the demo's repository; medians of five.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPOSITORY = ROOT / "demo" / "flight-delays"
RUNS = 5
FACTOR, SECONDS = 1.25, 5.0


def main() -> int:
    """Print both medians' ratio and what is left of the allowance."""
    if not REPOSITORY.exists():
        sys.exit(f"{REPOSITORY} is missing: run `make demo` first")
    subprocess.run(["git", "switch", "--quiet", "--force", "lost-feature"], cwd=REPOSITORY, check=True)
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    with tempfile.TemporaryDirectory() as scratch:
        check = [sys.executable, str(ROOT / "scripts" / "check.py"), "--base", "main", "--run-dir", f"{scratch}/run"]
        pairs = [(seconds(["python", "train.py"], env), seconds(check, env)) for _ in range(RUNS)]
    training, whole = (statistics.median(side) for side in zip(*pairs, strict=True))
    allowed = FACTOR * training + SECONDS
    print(f"check / training alone: {whole / training:.2f}; check / (1.25 x training + 5 s): {whole / allowed:.2f}")
    return 0 if whole <= allowed else 1


def seconds(command: list[str], env: dict[str, str]) -> float:
    """Return the wall time of one run."""
    start = time.perf_counter()
    subprocess.run(command, cwd=REPOSITORY, env=env, check=False, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
