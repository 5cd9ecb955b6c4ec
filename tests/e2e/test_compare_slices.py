"""Rules by slice, flips by slice and weak slices, from files to `comparison.json`."""

# ruff: noqa: S608 - the SQL here is made of the tests' own names

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pytest
from tests.e2e.test_compare_models import Done, change, compare, judged
from tests.repository import Repository

from mlgate.shell.comparison import holdout as holdouts
from mlgate.shell.comparison.holdout import Columns
from mlgate.shell.tables import engine

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 1_200
CARRIERS = ("AA", "B6", "DL", "secret")
CONFIG = """\
version: 1
tables:
  holdout: {path: holdout.csv}
key: id
label: y
train: {model: model.txt, predictions: predictions.csv}
baselines: [{name: old, predictions: old.csv}]
"""
SLICED = (
    CONFIG
    + """\
gate:
  rules:
    - {id: all, metric: accuracy, against: old, margin: 0.1}
    - {id: sliced, metric: accuracy, against: old, margin: 0.1, slices: [carrier, {column: distance, bins: 4}]}
"""
)

IDENTITY = "f9eb1b6979b0e1c75718979ccaad9a2614f2860c8c49c7a758020af4ceaa6ad1"


def table(worse: str = "DL") -> tuple[str, str, str]:
    """Return holdout, candidate and baseline: alike, but for one carrier on which the candidate guesses."""
    draw = np.random.default_rng(1)
    labels, hour = draw.integers(0, 2, ROWS), draw.integers(0, 24, ROWS)
    carrier, distance = draw.choice(CARRIERS, ROWS, p=[0.5, 0.3, 0.18, 0.02]), draw.integers(100, 3_000, ROWS)
    rows = [f"{i},{labels[i]},{carrier[i]},{distance[i] if i % 40 else ''},{hour[i]}" for i in range(ROWS)]
    sides = []
    for chance in (0.5 * (carrier == worse), np.zeros(ROWS)):
        wrong = draw.random(ROWS) < 0.1 + chance
        sides.append("\n".join(["id,prediction", *(f"{i},{labels[i] ^ wrong[i]}" for i in reversed(range(ROWS)))]))
    return "\n".join(["id,y,carrier,distance,hour", *rows]), sides[0], sides[1]


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    made = Repository.new(tmp_path / "project")
    holdout, candidate, baseline = table()
    ignored = "model.txt\npredictions.csv\nmlgate-run/\n"
    made.commit({"mlgate.yml": SLICED, "holdout.csv": holdout, "old.csv": baseline, ".gitignore": ignored})
    made.write({"model.txt": "a", "predictions.csv": candidate})
    return made


def options(**files: str) -> list[str]:
    named = {"key": "id", "label": "y", **files}
    return [word for name, value in named.items() for word in (f"--{name}", value)]


def slices(done: Done) -> dict[str, Any]:
    return {rule["slice"]: rule for rule in done.document["rules"] if rule["slice"] is not None}


def test_a_rule_is_judged_on_every_slice(project: Repository) -> None:
    done = judged(project.root)
    assert done.status == 3, done.stdout + done.stderr
    found = slices(done)
    carriers = [name for name in found if name.startswith("carrier")]
    assert carriers == ["carrier = AA", "carrier = B6", "carrier = DL", "carrier = secret"]
    assert len(found) == 9, "four carriers, four groups of distance, and rows without a distance"
    assert sum(rule["n"] for name, rule in found.items() if name in carriers) == ROWS
    assert all(abs(rule["n"] - 292.5) < 3 for name, rule in found.items() if " to " in name)
    assert found["carrier = DL"]["outcome"] == "fail"
    assert found["carrier = AA"]["outcome"] == "pass"
    assert found["distance = (no value)"]["n"] == 30
    assert re.search(r"sliced, by slice: \d fail", done.stdout)


def test_flips_are_counted_by_slice(project: Repository) -> None:
    (flips,) = judged(project.root).document["flips"]
    worst = flips["slices"][0]
    assert worst["slice"] == "carrier = DL"
    assert worst["newly_wrong"] > 60
    assert len(worst["newly_wrong_keys"]) == 5
    assert sum(s["newly_wrong"] for s in flips["slices"] if s["slice"].startswith("carrier")) == flips["newly_wrong"]


def test_a_weak_slice_that_no_rule_asks_for_is_a_finding_and_blocks_nothing(project: Repository) -> None:
    rule = "gate: {rules: [{metric: accuracy, against: old, margin: 0.5}]}\n"
    project.write({"mlgate.yml": CONFIG + rule})
    done = judged(project.root)
    assert done.status == 0
    assert [(weak["slice"], weak["metric"]) for weak in done.document["slices"]] == [("carrier = DL", "accuracy")]
    assert done.document["search"]["columns"] == ["carrier", "distance", "hour"]
    assert "carrier = DL" in done.stdout


class TestTheIdentity:
    """Slices are part of what the holdout is; without them it is what it was."""

    def test_a_holdout_without_slices_keeps_the_one_it_had(self, project: Repository) -> None:
        rule = "gate: {rules: [{metric: accuracy, against: old, margin: 0.5}]}\n"
        project.write({"mlgate.yml": CONFIG + rule, "holdout.csv": "id,y,x\n1,0,a\n2,1,b\n"})
        project.write({"predictions.csv": "id,prediction\n1,0\n2,1\n", "old.csv": "id,prediction\n1,0\n2,1\n"})
        # As it was before there were slices: promotions on record name it.
        assert judged(project.root).document["holdout"]["identity"] == IDENTITY

    def test_another_value_in_a_column_of_slices_is_another_holdout(self, project: Repository) -> None:
        done = change(project, {"holdout.csv": table()[0].replace(",AA,", ",B6,", 1)})
        assert done.reasons == ["holdout-changed"]

    def test_another_value_elsewhere_is_a_note(self, project: Repository) -> None:
        rows = table()[0].splitlines()
        done = change(project, {"holdout.csv": "\n".join([rows[0], rows[1] + "9", *rows[2:]])})
        assert done.reasons == ["holdout-features-changed"]

    @pytest.mark.parametrize("form", ["parquet", "jsonl"])
    def test_it_and_the_results_are_the_same_in_any_format(self, project: Repository, form: str) -> None:
        expected = judged(project.root).document
        with duckdb.connect() as database:
            how = "(FORMAT json)" if form == "jsonl" else ""
            database.execute(
                f"COPY (SELECT id, y, carrier, distance::DOUBLE AS distance, hour FROM "
                f"read_csv('{project.root}/holdout.csv')) TO '{project.root}/holdout.{form}' {how}"
            )
        project.write({"mlgate.yml": SLICED.replace("holdout.csv", f"holdout.{form}")})
        done = judged(project.root, "--show-values=true")
        assert done.document["holdout"]["identity"] == expected["holdout"]["identity"]
        assert done.document["rules"] == expected["rules"]
        assert done.document["flips"] == expected["flips"]


def test_values_of_a_holdout_that_git_does_not_track_are_numbered(project: Repository) -> None:
    project.git("rm", "-q", "--cached", "holdout.csv")
    project.commit({".gitignore": "*.csv\nmodel.txt\nmlgate-run/\n"})
    hidden = judged(project.root)
    assert "secret" not in json.dumps(hidden.document) + hidden.stdout
    assert set(slices(hidden)) == {
        *(f"carrier = value {i}" for i in range(1, 5)),
        *(f"distance = bin {i} of 4" for i in range(1, 5)),
        "distance = (no value)",
    }
    shown = slices(judged(project.root, "--show-values=true"))
    assert "carrier = secret" in shown


def test_redacted_columns_are_numbered_even_where_values_are_shown(project: Repository) -> None:
    contract = "row:\n  type: object\n  properties:\n    carrier: {type: string, redact: true}\n"
    config = SLICED.replace("{path: holdout.csv}", "{path: holdout.csv, contract: contract.yml}")
    project.commit({"mlgate.yml": config, "contract.yml": contract})
    done = judged(project.root, "--show-values=true")
    assert "secret" not in json.dumps(done.document) + done.stdout
    assert "carrier = value 4" in slices(done)
    assert any(" to " in name for name in slices(done)), "the other column is not redacted"


def test_a_column_that_is_not_there_fails_by_name(project: Repository) -> None:
    project.write({"mlgate.yml": SLICED.replace("[carrier, ", "[carier, ")})
    done = judged(project.root)
    assert done.status == 3
    assert slices(done)["carier"]["reasons"] == ["slice-column-missing"]
    assert slices(done)["carier"]["outcome"] == "fail"


def test_small_slices_are_merged(project: Repository) -> None:
    project.write({"mlgate.yml": SLICED.replace("gate:\n", "gate:\n  slices: {at-least: 250}\n")})
    found = slices(judged(project.root))
    merged = found["carrier = (2 others)"]
    assert merged["merged"] == ["DL", "secret"]


def test_two_files_are_compared_by_slice_without_a_configuration(project: Repository) -> None:
    words = options(holdout="holdout.csv", candidate="predictions.csv", baseline="old.csv")
    done = compare(project.root, *words, "--metric", "accuracy", "--margin", "0.1", "--slice", "carrier")
    assert done.status == 3
    assert [rule["id"] for rule in done.document["rules"][:2]] == [
        "accuracy vs baseline",
        "accuracy vs baseline by carrier",
    ]
    assert slices(done)["carrier = DL"]["outcome"] == "fail"


def test_a_slice_alone_asks_for_the_other_options(project: Repository) -> None:
    done = compare(project.root, "--slice", "carrier")
    assert done.status == 2
    assert "--holdout" in done.stderr


def test_errors_of_a_regression_that_grew_are_named(tmp_path: Path) -> None:
    rows = [f"{i},{i / 10:.1f}" for i in range(60)]
    files = {
        "h.csv": ["id,y", *rows],
        "b.csv": ["id,prediction", *rows],
        "c.csv": ["id,prediction", *(f"{i},{i / 10 + (4 if i == 17 else 0.01 * (i == 3)):.2f}" for i in range(60))],
    }
    for name, lines in files.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n")
    words = options(holdout="h.csv", candidate="c.csv", baseline="b.csv")
    (flips,) = compare(tmp_path, *words, "--metric", "mean_absolute_error", "--margin", "1").document["flips"]
    assert [(row["key"], row["candidate"]) for row in flips["grown"]] == [("17", 4.0), ("3", 0.01)]


@pytest.mark.parametrize("keys", ["i + 1", "3 * i - 40", "'0' || i"])
@pytest.mark.parametrize("label", ["i % 2", "i % 2 = 0", "['a', 'é,:', '', '-'][1 + i % 4]", "(i % 7) / 2"])
def test_both_ways_to_write_the_rows_of_the_identity_are_one(tmp_path: Path, keys: str, label: str) -> None:
    path = tmp_path / "h.parquet"
    with duckdb.connect() as database:
        carrier = "CASE WHEN i % 5 > 0 THEN 'ü' || i % 3 END"
        rows = f"SELECT {keys} AS id, {label} AS y, {carrier} AS c FROM range(70_000) r(i) ORDER BY hash(i)"
        database.execute(f"COPY ({rows}) TO '{path}'")
    with engine.connect((path,), spill=tmp_path / "spill") as database:
        table = holdouts.load(database, path, Columns(key="id", label="y", slices=("c",)))
        slow = b"".join(table._any_values(table.slots))
        quick = table._few_values(table.slots)
        assert (quick is None) == ("'" in keys), "text keys are the engine's"
        assert quick is None or b"".join(quick) == slow
