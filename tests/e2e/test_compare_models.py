"""compare-models as a program: files in, `comparison.json` and an exit status out."""

# ruff: noqa: S608 - the SQL here is made of the tests' own names

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from tests.repository import Repository, environment

from mlgate.shell.configuration import load_contract

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
ROWS = 600
CONFIG = """\
version: 1
tables:
  holdout: {path: holdout.csv}
key: id
label: y
train: {model: model.txt, predictions: predictions.csv}
"""
RULES = """\
baselines: [{name: old, predictions: old.csv}, dummy, promoted]
gate:
  rules:
    - {metric: roc_auc, against: old, margin: 0.05}
    - {metric: f1, against: dummy, margin: 0}
    - {metric: accuracy, against: promoted, margin: 0}
    - {metric: recall, at-least: 0.3}
"""


@dataclass
class Done:
    """What one run of the script came to."""

    status: int
    stdout: str
    stderr: str
    document: dict[str, Any]

    @property
    def reasons(self) -> list[str]:
        return [reason["id"] for reason in self.document["reasons"]]

    def rule(self, number: int = 0) -> tuple[str, list[str]]:
        rule = self.document["rules"][number]
        return rule["outcome"], rule["reasons"]


def run(folder: Path, script: str, *words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-E", "-s", SCRIPTS / f"{script}.py", *words],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def compare(folder: Path, *words: str) -> Done:
    status, stdout, stderr = run(folder, "compare_models", *words)
    path = folder / "mlgate-run" / "comparison.json"
    return Done(status, stdout, stderr, json.loads(path.read_text()) if path.is_file() else {})


def judged(folder: Path, *words: str) -> Done:
    """Take the files as they are, then compare."""
    assert run(folder, "train_model")[0] == 0
    return compare(folder, *words)


def model(seed: int = 0, blur: float = 1.0, rows: int = ROWS) -> tuple[Any, Any]:
    labels = np.arange(rows) % 3 == 0
    shared, own = np.random.default_rng(99).normal(size=rows), np.random.default_rng(seed).normal(size=rows)
    return labels.astype(int), 1 / (1 + np.exp(-(2.5 * labels - 1 + shared + blur * own)))


def holdout(rows: int = ROWS) -> str:
    labels, _ = model(rows=rows)
    return "id,y,x\n" + "".join(f"{i},{y},{i % 7}\n" for i, y in enumerate(labels))


def predictions(seed: int = 0, blur: float = 1.0, rows: int = ROWS) -> str:
    _, scores = model(seed, blur, rows)
    lines = [f"{i},{int(s > 0.5)},{s:.6f}\n" for i, s in enumerate(scores)]
    return "id,prediction,score\n" + "".join(reversed(lines))


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    made = Repository.new(tmp_path / "project")
    made.commit(
        {
            "mlgate.yml": CONFIG + RULES,
            "holdout.csv": holdout(),
            "old.csv": predictions(1, 1.2),
            ".gitignore": "model.txt\npredictions.csv\nmlgate-run/\n",
        }
    )
    made.write({"model.txt": "a", "predictions.csv": predictions(2, 1.0)})
    return made


def change(project: Repository, files: dict[str, str | bytes | None], *words: str) -> Done:
    """Open a pull request, and judge it by the base's policy."""
    project.branch("change")
    project.commit(files)
    assert run(project.root, "fetch_base", "--base", "main")[0] == 0
    return judged(project.root, *words)


def test_the_rules_of_a_working_copy(project: Repository) -> None:
    done = judged(project.root)
    assert done.status == 0, done.stderr
    assert [done.rule(i)[0] for i in range(4)] == ["pass"] * 4
    assert done.rule(2)[1] == ["registry-empty"]
    assert "registry-empty" in done.reasons
    assert done.document["holdout"]["class_counts"] == [400, 200]
    assert {m["metric"] for m in done.document["metrics"]} >= {"roc_auc", "log_loss", "balanced_accuracy"}
    assert {c["kind"] for c in done.document["curves"]} == {"roc", "precision-recall"}
    assert all(len(c["x"]) <= 200 for c in done.document["curves"])
    assert sum(map(sum, done.document["confusions"][0]["counts"])) == ROWS
    assert done.document["flips"][0]["newly_wrong_keys"], "the holdout is tracked: keys may be shown"
    assert set(done.document["reads"]) == {"training.json"}
    assert "roc_auc" in done.stdout


def test_the_dummy_rule_names_the_better_dummy(project: Repository) -> None:
    done = judged(project.root)
    assert "dummy (stratified)" in done.document["rules"][1]["message"]


def test_the_same_inputs_give_the_same_bytes_in_any_row_order(project: Repository) -> None:
    first = judged(project.root).document
    head, *rows = predictions(2, 1.0).splitlines(keepends=True)
    project.write({"predictions.csv": head + "".join(sorted(rows))})
    second = judged(project.root).document
    for document in (first, second):
        document["reads"] = document["candidate_digest"] = None
    assert first == second


def test_a_worse_model_fails_with_status_3_unless_enforcement_is_left_to_enforce_gate(project: Repository) -> None:
    project.write({"predictions.csv": predictions(2, 30.0)})
    done = judged(project.root)
    assert done.status == 3
    assert done.document["outcome"] == "fail"
    assert done.rule(0) == ("fail", ["worse-than-margin"])
    assert compare(project.root, "--enforce=false").status == 0


def test_a_small_holdout_is_inconclusive_and_says_how_many_rows_would_settle_it(project: Repository) -> None:
    rows = 60
    project.write(
        {
            "holdout.csv": holdout(rows),
            "old.csv": predictions(1, 1.2, rows),
            "predictions.csv": predictions(2, 1.2, rows),
            "mlgate.yml": CONFIG + RULES.replace("0.05", "0.005"),
        }
    )
    done = judged(project.root)
    outcome, reasons = done.rule(0)
    assert outcome == "inconclusive"
    assert reasons[0] == "holdout-too-small"
    assert "small-holdout" in reasons
    assert "rows would settle it" in done.stdout
    assert done.document["rules"][0]["rows_needed"] > rows


ONE = "id,prediction,score\n"
FULL = predictions(2, 1.0)


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        (ONE, "predictions-incomplete", "600 of 600 holdout rows have no prediction"),
        (FULL.replace("7,", "7007,", 1), "predictions-incomplete", "have no prediction: "),
        (FULL + "9999,1,0.5\n", "predictions-extra", "1 rows have a key that the holdout has not: 9999"),
        (FULL + FULL.splitlines()[1] + "\n", "predictions-duplicate", "1 keys are predicted more than once: 599"),
        (ONE + "".join(f"x{i},1,0.5\n" for i in range(600)), "predictions-extra", "none of its 600 keys"),
        (FULL.replace("id,", "key,", 1), "predictions-column-missing", "no column 'id'"),
        ("", "predictions-unreadable", "0 bytes"),
        ("id,prediction\n1,2,3\n", "predictions-unreadable", "cannot be read"),
        ('id,prediction\n"1,2\n', "predictions-unreadable", "cannot be read"),
    ],
)
def test_predictions_that_are_not_the_holdouts(project: Repository, content: str, reason: str, words: str) -> None:
    project.write({"predictions.csv": content})
    done = judged(project.root)
    assert done.status == 3
    assert done.reasons[0] == reason
    assert words in done.document["reasons"][0]["message"]
    assert done.document["rules"] == []


@pytest.mark.parametrize(
    ("row", "metric", "words"),
    [
        ("599,,0.5", "accuracy", "1 predictions are null: 599"),
        ("599,7,0.5", "f1", "1 predictions are a class that the holdout has not: 599"),
        ("599,nan,0.5", "f1", "1 predictions are a class that the holdout has not: 599"),
        ("599,1,nan", "roc_auc", "1 rows have a score that is null, NaN, infinite, too large or no number: 599"),
        (
            "599,1,inf",
            "average_precision",
            "1 rows have a score that is null, NaN, infinite, too large or no number: 599",
        ),
        ("599,1,", "brier_score", "1 rows have a score that is null, NaN, infinite, too large or no number: 599"),
        ("599,1,much", "log_loss", "1 rows have a score that is null, NaN, infinite, too large or no number: 599"),
        ("599,1,1.5", "log_loss", "1 rows have a score outside [0, 1], which is no probability: 599"),
    ],
)
def test_a_bad_cell_breaks_the_rules_that_need_it(project: Repository, row: str, metric: str, words: str) -> None:
    head, _, *rows = predictions(2, 1.0).splitlines()
    project.write(
        {"predictions.csv": "\n".join([head, row, *rows, ""]), "mlgate.yml": CONFIG + floors(metric, "recall")}
    )
    done = judged(project.root)
    assert done.status == 3
    assert done.rule(0) == ("fail", ["predictions-invalid"])
    assert done.document["rules"][0]["message"] == words
    if metric not in ("accuracy", "f1"):
        assert done.rule(1)[0] == "pass"


@pytest.mark.parametrize(("column", "metric", "other"), [("score", "roc_auc", "f1"), ("prediction", "f1", "roc_auc")])
def test_a_missing_column_breaks_the_rules_that_need_it(
    project: Repository, column: str, metric: str, other: str
) -> None:
    project.write(
        {"predictions.csv": predictions(2, 1.0).replace(column, "x", 1), "mlgate.yml": CONFIG + floors(metric, other)}
    )
    done = judged(project.root)
    assert done.rule(0) == ("fail", ["predictions-column-missing"])
    assert done.document["rules"][0]["message"] == f"predictions.csv has no column `{column}`"
    assert done.rule(1)[0] == "pass"


def floors(*metrics: str) -> str:
    losses = ("log_loss", "brier_score")
    rules = [f"{{metric: {m}, {'at-most: 9' if m in losses else 'at-least: 0'}}}" for m in metrics]
    return f"gate: {{rules: [{', '.join(rules)}]}}\n"


def test_a_decision_function_ranks_but_is_no_probability(project: Repository) -> None:
    _, scores = model(2)
    lines = "".join(f"{i},{int(s > 0.5)},{10 * s - 5:.5f}\n" for i, s in enumerate(scores))
    rules = "gate: {rules: [{metric: roc_auc, at-least: 0.5}, {metric: brier_score, at-most: 1}]}\n"
    project.write({"predictions.csv": ONE + lines, "mlgate.yml": CONFIG + rules})
    done = judged(project.root)
    assert [done.rule(0)[0], done.rule(1)] == ["pass", ("fail", ["predictions-invalid"])]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("id,x\n1,2\n", "label-missing"),
        ("id,y\n1,\n", "label-missing"),
        ("id,y\n1,1\n1,0\n", "key-duplicate"),
        ("id,y\n", "label-missing"),
        ("id,y\n" + "".join(f"{i},name {i}\n" for i in range(1001)), "label-missing"),
        ("", "holdout-missing"),
        (None, "holdout-missing"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 1\n", "data-not-pulled"),
    ],
)
def test_a_holdout_that_cannot_judge(project: Repository, content: str | None, reason: str) -> None:
    assert run(project.root, "train_model")[0] == 0
    project.write({"holdout.csv": content})
    done = compare(project.root)
    assert done.status == 3
    assert done.reasons[0] == reason


def test_one_class_is_undefined_by_name(project: Repository) -> None:
    project.write(
        {"holdout.csv": holdout().replace(",1,", ",0,"), "predictions.csv": predictions().replace(",1,", ",0,")}
    )
    done = judged(project.root)
    assert done.rule(0) == ("fail", ["metric-undefined"])
    assert done.rule(3) == ("fail", ["metric-undefined"])


def test_documents_that_are_missing_or_stale(project: Repository) -> None:
    done = compare(project.root)
    assert (done.status, done.reasons) == (2, ["document-missing"])
    judged(project.root)
    project.write({"predictions.csv": predictions(3)})
    done = compare(project.root)
    assert (done.status, done.reasons) == (2, ["document-stale"])
    assert compare(project.root, "--enforce=false").status == 0


def test_without_a_candidate_there_is_nothing_to_compare(project: Repository) -> None:
    project.write({"predictions.csv": None})
    run(project.root, "train_model")
    done = compare(project.root)
    assert (done.status, done.reasons) == (3, ["candidate-missing"])


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl"])
def test_every_format_gives_the_same_comparison(project: Repository, form: str) -> None:
    """Integers, booleans and floats of one format are the text of another; the holdout's identity is the same."""
    expected = judged(project.root).document
    root = project.root
    with duckdb.connect() as database:
        for name, cast in (
            ("holdout", "y::INT AS y, x::DOUBLE AS x"),
            ("predictions", "prediction::DOUBLE AS prediction, score"),
            ("old", "prediction = 1 AS prediction, score"),
        ):
            how = "(FORMAT json)" if form == "jsonl" else ""
            database.execute(
                f"COPY (SELECT id, {cast} FROM read_csv('{root}/{name}.csv')) TO '{root}/{name}.{form}' {how}"
            )
    config = (CONFIG + RULES).replace(".csv", f".{form}")
    project.write({"mlgate.yml": config, ".gitignore": ".gitignore\n"})
    done = judged(project.root)
    assert done.status == 0, done.stdout + done.stderr
    for key in ("rules", "metrics", "confusions"):
        assert done.document[key] == expected[key]
    counts = [
        [{k: v for k, v in f.items() if k.startswith("newly") and "keys" not in k} for f in d["flips"]]
        for d in (done.document, expected)
    ]
    assert counts[0] == counts[1]
    assert done.document["holdout"]["identity"] == expected["holdout"]["identity"]


def test_keys_of_a_holdout_that_git_does_not_track_stay_hidden(project: Repository) -> None:
    project.git("rm", "-q", "--cached", "holdout.csv")
    project.commit({".gitignore": "*.csv\nmodel.txt\nmlgate-run/\n"})
    project.write({"predictions.csv": FULL + "9999,1,0.5\n"})
    hidden = judged(project.root)
    assert "9999" not in json.dumps(hidden.document) + hidden.stdout
    shown = judged(project.root, "--show-values=true")
    assert "9999" in shown.document["reasons"][0]["message"]


def test_text_keys_with_leading_zeros_are_not_numbers(project: Repository) -> None:
    project.write(
        {
            "holdout.csv": "id,y\n01,1\n1,0\n02,1\n",
            "predictions.csv": "id,prediction\n1,0\n01,1\n02,0\n",
            "mlgate.yml": CONFIG + "gate: {rules: [{metric: accuracy, at-least: 0.6}]}\n",
        }
    )
    done = judged(project.root)
    assert done.document["rules"][0]["candidate"] == pytest.approx(2 / 3)


class TestThePolicyOfTheBase:
    """What a pull request cannot edit for itself."""

    def test_its_rules_judge_and_the_new_ones_are_decided_beside_them(self, project: Repository) -> None:
        done = change(project, {"mlgate.yml": CONFIG + "gate: {rules: [{metric: accuracy, at-least: 0.1}]}\n"})
        assert len(done.document["rules"]) == 4
        assert [r["metric"] for r in done.document["proposed_rules"]] == ["accuracy"]
        assert set(done.document["reads"]) == {"base.json", "training.json"}

    def test_its_baseline_predictions_judge(self, project: Repository) -> None:
        before = judged(project.root).document["baselines"][0]["digest"]
        done = change(project, {"old.csv": predictions(5, 50.0)})
        assert done.document["baselines"][0]["digest"] == before

    def test_a_baseline_that_the_new_policy_points_elsewhere_is_its_own(self, project: Repository) -> None:
        config = (CONFIG + RULES).replace("predictions: old.csv}", "predictions: better.csv}")
        done = change(project, {"mlgate.yml": config, "better.csv": predictions(1, 0.01)})
        assert done.rule()[0] == "pass"
        proposed = done.document["proposed_rules"][0]
        assert (proposed["against"], proposed["id"]) == ("old (proposed)", "roc_auc vs old")
        assert proposed["outcome"] != "pass"

    def test_its_train_table_is_what_a_dummy_learns_from(self, project: Repository) -> None:
        project.commit(
            {
                "mlgate.yml": (CONFIG + RULES).replace("tables:", "tables:\n  train: {path: train.csv}"),
                "train.csv": holdout(),
            }
        )
        before = judged(project.root).document
        assert before["baselines"][1]["message"] == "learned from the labels of the train table"
        done = change(project, {"train.csv": "id,y,x\n1,1,1\n"})
        assert done.document["rules"][1]["baseline"] == before["rules"][1]["baseline"]

    def test_what_its_contract_redacts_stays_hidden(self, project: Repository) -> None:
        contract = "row:\n  properties:\n    id: {type: integer}\n    y: {type: integer}\n"
        config = CONFIG.replace("holdout.csv}", "holdout.csv, contract: c.yml}") + RULES
        project.commit({"mlgate.yml": config, "c.yml": contract.replace("integer}", "integer, redact: true}")})
        done = change(project, {"c.yml": contract})
        load_contract(project.root / "c.yml", "c.yml")  # a contract with mistakes would hide all
        assert done.document["holdout"]["classes"] == ["class 0", "class 1"]
        assert done.document["confusions"][0]["classes"] == ["class 0", "class 1"]
        assert done.document["flips"][0]["newly_wrong_keys"] == []

    def test_a_baseline_that_git_does_not_track_is_unpinned(self, project: Repository) -> None:
        project.git("rm", "-q", "--cached", "old.csv")
        project.commit({".gitignore": "old.csv\nmodel.txt\npredictions.csv\nmlgate-run/\n"})
        done = change(project, {"x.txt": "1"})
        assert done.status == 3
        assert done.rule(0) == ("fail", ["baseline-unpinned"])

    def test_the_same_holdout_has_the_same_identity(self, project: Repository) -> None:
        done = change(project, {"x.txt": "1"})
        assert done.document["holdout"]["identity"] == done.document["holdout"]["base_identity"]
        assert done.reasons == ["registry-empty"]

    @pytest.mark.parametrize(
        ("old", "new", "reason", "outcome"),
        [
            ("\n5,0,5", "\n5,1,5", "holdout-changed", "fail"),
            ("\n5,0,5", "\n5,0,6", "holdout-features-changed", "pass"),
            ("\n5,0,5", "\n5,0.0,5", "holdout-features-changed", "pass"),
        ],
    )
    def test_an_edited_holdout(self, project: Repository, old: str, new: str, reason: str, outcome: str) -> None:
        assert old in holdout()
        done = change(project, {"holdout.csv": holdout().replace(old, new)})
        assert done.reasons[0] == reason
        assert done.document["outcome"] == outcome

    def test_a_changed_holdout_warns_where_the_base_says_so(self, project: Repository) -> None:
        project.commit({"mlgate.yml": CONFIG + RULES + "  on-holdout-change: warn\n"})
        done = change(project, {"holdout.csv": holdout().replace("\n5,0,5", "\n5,1,5")})
        assert (done.status, done.document["outcome"]) == (0, "warn")

    def test_a_holdout_in_another_format_is_still_its_own(self, project: Repository) -> None:
        moved = project.root / "holdout.parquet"
        duckdb.sql(f"COPY (FROM '{project.root / 'holdout.csv'}') TO '{moved}'")
        data = moved.read_bytes()
        config = (CONFIG + RULES).replace("holdout.csv", "holdout.parquet")
        done = change(project, {"mlgate.yml": config, "holdout.parquet": data})
        assert done.reasons[0] == "holdout-features-changed"

    def test_a_holdout_that_git_does_not_track_is_unpinned(self, project: Repository) -> None:
        project.git("rm", "-q", "--cached", "holdout.csv")
        project.commit({".gitignore": "holdout.csv\nmodel.txt\npredictions.csv\nmlgate-run/\n"})
        done = change(project, {"x.txt": "1"})
        assert done.reasons[0] == "holdout-unpinned"
        assert done.status == 3


class TestWithoutAConfiguration:
    """Two files and one metric."""

    def words(self, metric: str = "roc_auc") -> list[str]:
        return [
            "--holdout=holdout.csv",
            "--key=id",
            "--label=y",
            "--candidate=predictions.csv",
            "--baseline=old.csv",
            f"--metric={metric}",
        ]

    def test_it_compares(self, project: Repository) -> None:
        done = compare(project.root, *self.words(), "--margin=0.05")
        assert done.status == 0
        assert done.document["rules"][0]["id"] == "roc_auc vs baseline"
        assert (project.root / "mlgate-run" / ".gitignore").read_text().endswith("\n*\n")

    def test_a_missing_option_and_an_unknown_metric_are_wrong_usage(self, project: Repository) -> None:
        done = compare(project.root, *self.words()[:3])
        assert done.status == 2
        assert "--candidate, --baseline, --metric" in done.stderr
        done = compare(project.root, *self.words("rocauc"))
        assert done.status == 2
        assert "did you mean 'roc_auc'" in done.stderr

    def test_a_missing_file_fails_by_name(self, project: Repository) -> None:
        project.write({"old.csv": None})
        done = compare(project.root, *self.words())
        assert done.status == 3
        assert done.rule(0) == ("fail", ["baseline-missing"])


def test_regression(project: Repository) -> None:
    draw = np.random.default_rng(4)
    truth, noise = draw.normal(10, 3, ROWS), draw.normal(0, 1, (2, ROWS))
    project.write(
        {
            "holdout.csv": "id,y\n" + "".join(f"{i},{y!r}\n" for i, y in enumerate(truth.tolist())),
            "predictions.csv": "id,prediction\n"
            + "".join(f"{i},{p!r}\n" for i, p in enumerate((truth + noise[0]).tolist())),
            "old.csv": "id,prediction\n"
            + "".join(f"{i},{p!r}\n" for i, p in enumerate((truth + 1.2 * noise[1]).tolist())),
            "mlgate.yml": CONFIG + "baselines: [{name: old, predictions: old.csv}, dummy]\n"
            "gate:\n  rules:\n"
            "    - {metric: root_mean_squared_error, against: old, margin: 0.05}\n"
            "    - {metric: r2, against: dummy, margin: -0.5}\n",
        }
    )
    done = judged(project.root)
    assert done.status == 0, done.stdout
    assert done.document["task"] == "regression"
    assert [done.rule(i)[0] for i in range(2)] == ["pass", "pass"]
    assert {c["kind"] for c in done.document["curves"]} == {"residuals"}


@pytest.mark.parametrize("value", ["1e80", "-1e200"])
def test_numbers_too_large_to_square_are_no_predictions(project: Repository, value: str) -> None:
    rule = "gate: {rules: [{metric: root_mean_squared_error, at-most: 1}]}\n"
    rows = "".join(f"{i},{i}.5\n" for i in range(30))
    project.write(
        {
            "mlgate.yml": CONFIG + rule,
            "holdout.csv": f"id,y\n{rows}",
            "predictions.csv": f"id,prediction\n{rows}".replace(",5.5", f",{value}"),
        }
    )
    done = judged(project.root)
    assert done.status == 3
    assert done.rule() == ("fail", ["predictions-invalid"])


def test_multiclass_text_labels(project: Repository) -> None:
    names = ["ant", "bee", "cat"]
    draw = np.random.default_rng(6)
    labels = draw.integers(0, 3, ROWS)
    scores = draw.dirichlet(np.ones(3), ROWS) * 0.5 + 0.5 * np.eye(3)[labels]
    rows = "".join(f"{i},{names[int(s.argmax())]},{s[0]:.6f},{s[1]:.6f},{s[2]:.6f}\n" for i, s in enumerate(scores))
    project.write(
        {
            "holdout.csv": "id,y\n" + "".join(f"{i},{names[c]}\n" for i, c in enumerate(labels)),
            "predictions.csv": "id,prediction,score_ant,score_bee,score_cat\n" + rows,
            "mlgate.yml": CONFIG + "baselines: [dummy]\n"
            "gate:\n  rules:\n"
            "    - {metric: f1, average: macro, against: dummy, margin: -0.1}\n"
            "    - {metric: log_loss, against: dummy, margin: 0}\n"
            "    - {metric: roc_auc, at-least: 0.9}\n",
        }
    )
    done = judged(project.root)
    assert done.status == 0, done.stdout
    assert done.document["holdout"]["classes"] == names
    assert [done.rule(i)[0] for i in range(3)] == ["pass"] * 3


class TestTheBaseAsBaseline:
    """The base commit's training, run again."""

    CONFIG = (
        CONFIG.replace("model.txt, ", "model.txt, run: python3 train.py, ")
        + "baselines: [base]\ngate: {rules: [{metric: roc_auc, against: base, margin: 0.05}]}\n"
    )
    TRAIN = "import shutil\nshutil.copyfile('scores.csv', 'predictions.csv')\nopen('model.txt', 'w').write('1')\n"

    def project(self, project: Repository) -> Repository:
        files = {"mlgate.yml": self.CONFIG, "train.py": self.TRAIN, "scores.csv": predictions(2, 1.0)}
        project.commit({**files, "old.csv": None})
        return project

    def test_the_same_model_is_identical(self, project: Repository) -> None:
        done = change(self.project(project), {"train.py": "# a comment\n" + self.TRAIN})
        assert done.rule() == ("pass", ["identical"])
        assert done.document["rules"][0]["interval"] == [0, 0]

    def test_the_same_model_after_other_code_is_compared(self, project: Repository) -> None:
        done = change(self.project(project), {"scores.csv": predictions(7, 25.0)})
        assert done.rule() == ("fail", ["worse-than-margin"])

    def test_the_base_predicts_its_own_rows_where_features_are_edited(self, project: Repository) -> None:
        by_x = (
            "import csv, os\n"
            "rows = list(csv.DictReader(open(os.environ['MLGATE_TRAIN_HOLDOUT'])))\n"
            "lines = [f\"{r['id']},{int(r['x']) % 2},0.{r['x']}\\n\" for r in rows]\n"
            "open('predictions.csv', 'w').write('id,prediction,score\\n' + ''.join(lines))\n"
            "open('model.txt', 'w').write('1')\n"
        )
        self.project(project).commit({"train.py": by_x})
        honest = change(project, {"train.py": f"# a comment\n{by_x}"}).document["rules"][0]
        project.switch("main")
        project.git("branch", "-D", "change")
        rows = [line.split(",") for line in holdout().splitlines()]
        edited = "".join(f"{key},{y},{x if x == 'x' else int(y == '0')}\n" for key, y, x in rows)
        done = change(project, {"holdout.csv": edited, "train.py": f"# another\n{by_x}"}).document
        assert [reason["id"] for reason in done["reasons"]] == ["holdout-features-changed"]
        assert done["rules"][0]["baseline"] == honest["baseline"]
        assert done["rules"][0]["candidate"] == 0

    def test_another_model_is_compared(self, project: Repository) -> None:
        other: dict[str, str | bytes | None] = {
            "train.py": self.TRAIN.replace("'1'", "'2'"),
            "scores.csv": predictions(7, 25.0),
        }
        done = change(self.project(project), other)
        assert done.rule() == ("fail", ["worse-than-margin"])

    def test_a_base_that_cannot_be_trained_is_missing(self, project: Repository) -> None:
        self.project(project).commit({"train.py": "raise SystemExit(1)\n"})
        done = change(project, {"train.py": self.TRAIN})
        assert done.status == 3
        assert done.rule() == ("fail", ["baseline-missing"])
