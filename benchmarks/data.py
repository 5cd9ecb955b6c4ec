"""The figures of data: validation against a hand-written query that does the same, and beside the peers that are here.

    .venv/bin/python benchmarks/data.py [FIGURE ...] [--times N] [--large] [--peers PYTHON ...] [--folder FOLDER]

Whole processes, in turn, medians of ratios of neighbours (5 by default). `--large` adds the figures on 10 million rows.
`--folder` keeps the made tables. Peers are no part of the product: name the Python of an environment that has some.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.data_figures import diffing, drifting, validation, whole
from benchmarks.data_figures.figure import measured

# Each has `prepare(folder, large=...)`, `figures(peers, large=...)` and `PEERS`, the modules that it can use.
PARTS = (validation, diffing, drifting, whole)


def main() -> None:
    """Print a line for each figure; exit with 1 if one misses its goal."""
    options = _options()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(exist_ok=True, parents=True)
        missed = 0
        for part in PARTS:
            peers = {name: python for python in options.peers for name in part.PEERS if _has(python, name)}
            figures = [f for f in part.figures(peers, large=options.large) if f.id in (options.figures or [f.id])]
            if figures:
                part.prepare(folder, large=options.large)
            for figure in figures:
                found = measured(figure, folder, options.times)
                missed += not found.is_met
                print(found.line(), flush=True)
    sys.exit(1 if missed else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", nargs="*")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--peers", nargs="*", default=[])
    parser.add_argument("--folder", type=Path)
    return parser.parse_args()


def _has(python: str, module: str) -> bool:
    return subprocess.run([python, "-c", f"import {module}"], check=False, capture_output=True).returncode == 0


if __name__ == "__main__":
    main()
