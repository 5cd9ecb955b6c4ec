"""C1 to C3: compare-models, 20 rules on all rows and on 10 slices, against a floor of closed forms.

    .venv/bin/python benchmarks/compare.py [ROWS] [N]

Whole process, interleaved, median of N (5 by default) ratios of neighbours; memory is the peak of the process. Up to
10,000 rows the other side is `import numpy, duckdb` alone. Goals: 1.10 at 1,000,000 (C1) and at 100,000 rows, 1.5 at
1,000 (C2); memory 0.75 at 1,000,000 (C3).
"""

# ruff: noqa: S608 - the SQL here is made of this file's own names

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[1]
FLOOR = [str(ROOT / "benchmarks" / "floors" / "compare.py"), "holdout.parquet", "predictions.parquet", "old.parquet"]
IMPORTS = ["-c", "import numpy, duckdb"]
FEW = 10_000
LABELS = ("accuracy", "balanced_accuracy", "specificity", "matthews_corrcoef", "cohen_kappa")
PLAIN = (*LABELS, "log_loss", "brier_score", "roc_auc", "average_precision")
AVERAGED = ("precision", "f1", "jaccard")
METRICS = [
    *(f"metric: {name}" for name in (*PLAIN, *AVERAGED, "recall")),
    "metric: fbeta, beta: 2",
    *(f"metric: {name}, average: {average}" for name in AVERAGED for average in ("macro", "weighted")),
]


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one process took.

    Attributes:
        seconds: From start to end.
        megabytes: Its peak of memory.
    """

    seconds: float
    megabytes: float


def prepare(folder: Path, rows: int) -> None:
    """Write a holdout with ten carriers, two models' predictions in other orders, and a configuration of 20 rules."""
    with duckdb.connect() as database:
        database.execute("SELECT setseed(0.5)")
        database.execute(
            "CREATE TABLE t AS SELECT i AS id, (random() < 0.2)::INT AS y, random() + random() AS z, "
            "'carrier-' || floor(10 * random() * random())::INT AS carrier "
            f"FROM range({rows}) r(i)"
        )
        database.execute(f"COPY (SELECT id, y, carrier FROM t ORDER BY hash(id + 1)) TO '{folder}/holdout.parquet'")
        for name, seed in (("predictions", 2), ("old", 3)):
            database.execute(
                f"COPY (SELECT id, (score > 0.5)::INT AS prediction, score FROM (SELECT id, "
                f"1 / (1 + exp(3 - 2 * y - 1.5 * z - random())) AS score FROM t) ORDER BY hash(id + {seed})) "
                f"TO '{folder}/{name}.parquet'"
            )
    whole = [f"    - {{id: r{i}, {metric}, against: old, margin: 0.02}}\n" for i, metric in enumerate(METRICS)]
    sliced = [
        f"    - {{id: s{i}, {metric}, against: old, margin: 0.1, slices: [carrier]}}\n"
        for i, metric in enumerate(METRICS)
    ]
    (folder / "mlgate.yml").write_text(
        "version: 1\ntables: {holdout: {path: holdout.parquet}}\nkey: id\nlabel: y\n"
        "train: {predictions: predictions.parquet}\nbaselines: [{name: old, predictions: old.parquet}]\n"
        "gate:\n  rules:\n" + "".join(whole + sliced)
    )


def cost(command: list[str], folder: Path) -> Cost:
    """Run a program; it may end with 3, as a failing comparison does."""
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    assert process.returncode in (0, 3), command
    return Cost(seconds=seconds, megabytes=usage.ru_maxrss / 1024)


def main() -> None:
    """Print both ratios."""
    rows, rounds = (int(word) for word in (*sys.argv[1:], *("1000000", "5")[len(sys.argv) - 1 :]))
    few = rows <= FEW
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, rows)
        cost([str(ROOT / "scripts" / "train_model.py")], folder)
        ours, floor = [str(ROOT / "scripts" / "compare_models.py")], IMPORTS if few else FLOOR
        pairs = [(cost(ours, folder), cost(floor, folder)) for _ in range(rounds)]
    slower = statistics.median(own.seconds / other.seconds for own, other in pairs)
    larger = statistics.median(own.megabytes / other.megabytes for own, other in pairs)
    what = "import numpy, duckdb" if few else "the floor"
    own, other = (min(pair[side].seconds for pair in pairs) for side in (0, 1))
    print(f"compare-models, 20 rules x (all + 10 slices), {rows:,} rows: {slower:.2f} times {what}")
    print(f"  peak memory {larger:.2f} times (best of each: {own:.2f} s and {other:.2f} s)")


if __name__ == "__main__":
    main()
