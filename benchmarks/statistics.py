"""Error rates, coverage and power of every interval over simulated holdouts whose true differences are known.

    .venv/bin/python benchmarks/statistics.py [--rounds N] [--sizes N ...] [--tables NAME ...] [--keep FILE] [--write]
                                              [METRIC ...]

Prints each cell as it is found, with what is beyond the figures of `docs/explanation/error-rates.md`; `--write` writes
that page. The whole grid of 2,000 holdouts a cell takes about an hour on one core: `--keep` names a file in which cells
are kept, so that a run goes on where another stopped.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
others = [entry for entry in sys.path if entry != str(HERE)]

if __name__ == "__main__":
    sys.path[:] = [str(HERE.parent), str(HERE.parent / "scripts"), *others]
    from benchmarks.statistics_figures.run import main

    sys.exit(main(__doc__))

# A script in this folder, which comes first on its path, has imported Python's own module of this name: give it that.
whole, sys.path[:] = list(sys.path), others
del sys.modules[__name__]
import statistics  # noqa: E402, F401 - it takes this module's place in sys.modules

sys.path[:] = whole
