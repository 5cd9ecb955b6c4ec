"""compare-models, 20 rules on 100,000 rows of Parquet, against a floor that only reads, joins and ranks them.

    .venv/bin/python benchmarks/compare.py [ROWS] [N]

Whole process, interleaved, median of N (5 by default) ratios of neighbours. The floor imports DuckDB and numpy, joins
by key in the engine, and ranks both sides: what no comparison can do without.
"""

# ruff: noqa: S608 - the SQL here is made of this file's own names

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[1]
LABELS = ("accuracy", "balanced_accuracy", "precision", "recall", "f1")
METRICS = (*LABELS, "roc_auc", "average_precision", "log_loss", "brier_score")
FLOOR = """\
import duckdb, numpy as np
rows = duckdb.sql(\"\"\"SELECT h.y, c.score AS a, b.score AS b FROM 'holdout.parquet' h
  JOIN 'predictions.parquet' c USING (id) JOIN 'old.parquet' b USING (id) ORDER BY id\"\"\").fetchnumpy()
for side in "ab":
    np.cumsum(rows["y"][np.argsort(rows[side])])
"""


def prepare(folder: Path, rows: int) -> None:
    """Write a holdout, two models' predictions in other orders, and a configuration with 20 rules."""
    with duckdb.connect() as database:
        database.execute("SELECT setseed(0.5)")
        database.execute(
            "CREATE TABLE t AS SELECT i AS id, (random() < 0.2)::INT AS y, random() + random() AS z "
            f"FROM range({rows}) r(i)"
        )
        database.execute(f"COPY (SELECT id, y FROM t) TO '{folder}/holdout.parquet'")
        for name in ("predictions", "old"):
            database.execute(
                f"COPY (SELECT id, (score > 0.5)::INT AS prediction, score FROM (SELECT id, "
                f"1 / (1 + exp(3 - 2 * y - 1.5 * z - random())) AS score FROM t) ORDER BY hash(id)) "
                f"TO '{folder}/{name}.parquet'"
            )
    named = [(metric, i) for metric in METRICS for i in (1, 2)]
    rules = [f"    - {{id: {m}-{i}, metric: {m}, against: old, margin: 0.0{i}}}\n" for m, i in named]
    rules += ["    - {metric: recall, at-least: 0.1}\n", "    - {metric: roc_auc, at-least: 0.6}\n"]
    (folder / "mlgate.yml").write_text(
        "version: 1\ntables: {holdout: {path: holdout.parquet}}\nkey: id\nlabel: y\n"
        "train: {predictions: predictions.parquet}\nbaselines: [{name: old, predictions: old.parquet}]\n"
        "gate:\n  rules:\n" + "".join(rules)
    )


def seconds(command: list[str], folder: Path) -> float:
    start = time.perf_counter()
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    return time.perf_counter() - start


def main() -> None:
    rows, rounds = (int(word) for word in (*sys.argv[1:], *("100000", "5")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, rows)
        seconds([str(ROOT / "scripts" / "train_model.py")], folder)
        ours, floor = [str(ROOT / "scripts" / "compare_models.py")], ["-c", FLOOR]
        pairs = [(seconds(ours, folder), seconds(floor, folder)) for _ in range(rounds)]
    ratio = statistics.median(own / other for own, other in pairs)
    print(f"compare-models, 20 rules, {rows:,} rows: {ratio:.2f} times reading and ranking alone")


if __name__ == "__main__":
    main()
