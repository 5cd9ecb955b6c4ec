"""Files of predictions, written in each way that a table may be: the candidate's, and a baseline's."""

from __future__ import annotations

import csv
import gzip
import io
import json
from typing import TYPE_CHECKING

import duckdb
import pytest
from tests.e2e.test_compare_models import CONFIG, change, holdout, judged, predictions
from tests.e2e.test_table_files import compressed
from tests.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

RULES = """\
baselines: [{name: old, predictions: old.SUFFIX}]
gate: {rules: [{metric: roc_auc, against: old, margin: 0.05}]}
"""
WAYS = ("csv.gz", "csv.zst", "tsv", "jsonl", "jsonl.gz", "jsonl.zst", "parquet")


def written(text: str, suffix: str, folder: Path) -> bytes:
    """Return the rows of CSV in another way."""
    rows = list(csv.DictReader(io.StringIO(text)))
    if suffix == "parquet":
        source, target = folder / "rows.csv", folder / "rows.parquet"
        source.write_text(text)
        duckdb.execute(f"COPY (FROM read_csv('{source}')) TO '{target}' (FORMAT parquet)")
        return target.read_bytes()
    form, _, packed = suffix.partition(".")
    if form == "jsonl":
        values = ({"id": r["id"], "prediction": int(r["prediction"]), "score": float(r["score"])} for r in rows)
        text = "".join(f"{json.dumps(row)}\n" for row in values)
    data = (text.replace(",", "\t") if form == "tsv" else text).encode()
    return compressed(data, f".{packed}") if packed else data


def project(folder: Path, suffix: str) -> Repository:
    made = Repository.new(folder / "project")
    config = CONFIG.replace("predictions.csv", f"predictions.{suffix}") + RULES.replace("SUFFIX", suffix)
    ignored = f"model.txt\npredictions.{suffix}\nmlgate-run/\n"
    old = written(predictions(1, 1.2), suffix, folder)
    made.commit({"mlgate.yml": config, "holdout.csv": holdout(), f"old.{suffix}": old, ".gitignore": ignored})
    made.write({"model.txt": "a", f"predictions.{suffix}": written(predictions(2, 1.0), suffix, folder)})
    return made


@pytest.mark.parametrize("suffix", WAYS)
def test_predictions_are_read_as_tables_are(suffix: str, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    plain = judged(project(tmp_path / "plain", "csv").root)
    (tmp_path / "other").mkdir()
    done = judged(project(tmp_path / "other", suffix).root)
    assert (done.status, done.rule()) == (0, ("pass", [])), done.stderr
    assert done.document["rules"][0]["interval"] == plain.document["rules"][0]["interval"]


def test_a_compressed_baseline_is_the_base_s(tmp_path: Path) -> None:
    made = project(tmp_path, "csv.gz")
    forged = written(predictions(3, 9.0), "csv.gz", tmp_path)
    before = judged(made.root).document["rules"][0]["baseline"]
    assert change(made, {"old.csv.gz": forged}).document["rules"][0]["baseline"] == before


@pytest.mark.parametrize(
    "data",
    [gzip.compress(b"id,prediction\n1,1\n" * 500, mtime=0)[:-12], b"id,prediction\n1,1\n"],
    ids=["cut off", "not compressed"],
)
def test_what_is_not_well_compressed_is_named(data: bytes, tmp_path: Path) -> None:
    made = project(tmp_path, "csv.gz")
    made.write({"predictions.csv.gz": data})
    done = judged(made.root)
    assert (done.status, done.reasons[0]) == (3, "predictions-unreadable")
