"""`mlgate init` on real tables: what it writes loads, holds on the data, and is a sound workflow."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import yaml
from tests.repository import Repository, environment
from tests.toolbox import ROOT, tool

from mlgate.core.config.model import Task
from mlgate.core.setup import workflows
from mlgate.main import main
from mlgate.shell import configuration, runner
from mlgate.steps import World, init

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COLUMNS = """
    printf('%s-%03d', '{name}', i) AS id, 'naïve "' || i % 4 AS place, printf('%03d', i % 90) AS code,
    CASE WHEN i % 10 > 0 THEN i * 1.5 END AS age, i % 3 = 0 AS "on", i AS number, i % 2 AS late,
    DATE '2024-01-01' + i::INTEGER AS day, TIMESTAMP '2024-01-01 10:00:00' AS time, [i] AS list
"""
FORMATS = {"csv": "(FORMAT csv)", "parquet": "(FORMAT parquet)", "jsonl": "(FORMAT json)"}
WRITTEN = ["mlgate.yml", ".github/workflows/mlgate.yml", "contracts/train.yml", "contracts/holdout.yml"]


def write_tables(folder: Path, form: str) -> None:
    for name, rows in (("train", 300), ("holdout", 100)):
        columns = COLUMNS.format(name=name)
        path = folder / f"{name}.{form}"
        dropped = "EXCLUDE (list)" if form == "csv" else ""  # a list has no form in CSV that a contract could speak of
        made = f"SELECT * {dropped} FROM (SELECT {columns} FROM range({rows}) t(i))"  # noqa: S608 - from this file
        duckdb.execute(f"COPY ({made}) TO '{path}' {FORMATS[form]}")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "my répo"
    folder.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "main", "."], cwd=folder, check=True)
    return folder


def flags(form: str) -> list[str]:
    tables = ["--train-table", f"train.{form}", "--holdout", f"holdout.{form}"]
    return [*tables, "--key", "id", "--label", "late", "--run", "python train.py", "--predictions", "p.csv"]


def run(folder: Path, *argv: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(["init", *argv], env={}, cwd=folder)
    return status, out.getvalue(), err.getvalue()


@pytest.mark.parametrize("form", FORMATS)
def test_what_it_writes_holds_on_the_data(repository: Path, form: str) -> None:
    write_tables(repository, form)
    assert run(repository, *flags(form))[0] == 0
    config = configuration.load(repository / "mlgate.yml", "mlgate.yml")
    assert (config.key, config.label, config.task) == ("id", "late", Task.BINARY)
    status = main(["validate-data"], env={}, cwd=repository)
    document = json.loads((repository / "mlgate-run" / "data.json").read_text())
    assert [finding for table in document["tables"] for finding in table["findings"]] == []
    assert (status, document["outcome"]) == (0, "pass")
    assert all(table["checks"] > 8 and not table["fallback"] for table in document["tables"])


def test_the_workflow_is_sound(repository: Path) -> None:
    write_tables(repository, "csv")
    (repository / "requirements.txt").touch()
    names = ["--model", "model.skops", "--predictions", "predictions.parquet", "--name", "flight-delays"]
    assert run(repository, *flags("csv"), *names)[0] == 0
    written = repository / ".github" / "workflows"
    newer = 'unexpected key "queue" for "concurrency" section'  # actionlint 1.7.12 is older than it
    subprocess.run([tool("actionlint"), "-ignore", newer, *map(str, written.iterdir())], cwd=repository, check=True)
    for name, example in (("mlgate", "one-uses"), ("promote", "promote")):
        text = (ROOT / "examples" / "workflows" / f"{example}.yml").read_text(encoding="utf-8")
        assert (written / f"{name}.yml").read_text(encoding="utf-8") == text[text.index("name: ") :]
    config = configuration.load(repository / "mlgate.yml", "mlgate.yml")
    assert config.promote is not None
    assert config.promote.stage == "production"
    assert [rule.against for rule in config.gate.rules] == ["promoted", "dummy"]


def test_what_leaves_no_model_is_not_promoted_but_compared_with_the_base(repository: Path) -> None:
    write_tables(repository, "csv")
    status, out, _ = run(repository, *flags("csv"))
    assert status == 0
    assert "`mlgate check --base HEAD`" in out
    assert not (repository / ".github" / "workflows" / "promote.yml").exists()
    config = configuration.load(repository / "mlgate.yml", "mlgate.yml")
    assert config.promote is None
    assert [rule.against for rule in config.gate.rules] == ["base", "dummy"]


TRAINING = """
import csv, os
rows = list(csv.DictReader(open(os.environ["MLGATE_TRAIN_HOLDOUT"])))
with open("p.csv", "w") as file:
    file.write("id,prediction\\n" + "".join(f"{row['id']},{int(row['number']) % 2}\\n" for row in rows))
open("m.safetensors", "wb").write(bytes([8]) + bytes(7) + b"{}      ")
"""


def test_the_first_check_on_a_laptop_passes_and_needs_no_base(repository: Path) -> None:
    write_tables(repository, "csv")
    (repository / "train.py").write_text(TRAINING)
    status, out, _ = run(repository, *flags("csv"), "--run", f"{sys.executable} train.py", "--model", "m.safetensors")
    assert status == 0
    assert "`mlgate check`" in out
    (repository / ".gitignore").write_text("m.safetensors\np.csv\n")
    Repository(repository).commit(message="Adopt mlgate")
    out_, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out_), redirect_stderr(err):
        assert main(["check"], env=environment(), cwd=repository) == 0, err.getvalue()
    report = json.loads((repository / "mlgate-run" / "report.json").read_text())
    assert report["outcome"] == "pass"
    assert "registry-empty" in out_.getvalue()


@pytest.mark.parametrize("name", ["model.pkl", "out/Model.joblib"])
def test_a_pickle_is_warned_of_where_it_is_set_up(repository: Path, name: str) -> None:
    write_tables(repository, "csv")
    status, out, _ = run(repository, *flags("csv"), "--model", name)
    assert status == 0
    assert f"{name} is a pickle by its name: judged, but not promoted" in out
    text = (repository / "mlgate.yml").read_text()
    promote = configuration.parse(text.encode(), "mlgate.yml").promote
    assert promote is not None
    assert not promote.allow_pickle
    allowed = configuration.parse(text.replace("# allow-pickle", "allow-pickle").encode(), "mlgate.yml").promote
    assert allowed is not None
    assert allowed.allow_pickle


def test_it_is_a_command_that_ends_in_one_line_without_flags(repository: Path) -> None:
    command = [sys.executable, "-c", "import sys; from mlgate.main import main; sys.exit(main(['init']))"]
    done = subprocess.run(
        command, cwd=repository, env={"PYTHONPATH": str(ROOT / "scripts")}, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert all(flag in done.stderr for flag in ("--holdout", "--label", "--predictions"))
    assert list(repository.iterdir()) == [repository / ".git"]


@pytest.mark.parametrize("existing", [name for name in WRITTEN if not name.startswith(".github")])
def test_it_writes_over_nothing_without_force(repository: Path, existing: str) -> None:
    write_tables(repository, "csv")
    (repository / existing).parent.mkdir(parents=True, exist_ok=True)
    (repository / existing).write_text("mine")
    status, _, err = run(repository, *flags("csv"))
    assert status == 2
    assert existing in err
    assert "--force" in err
    assert (repository / existing).read_text() == "mine"
    assert [name for name in WRITTEN if (repository / name).exists()] == [existing]
    assert run(repository, *flags("csv"), "--force")[0] == 0
    assert (repository / existing).read_text() != "mine"


def test_it_writes_all_or_nothing(repository: Path) -> None:
    write_tables(repository, "csv")
    (repository / "mlgate.yml").write_text("mine")
    (repository / "contracts").write_text("a file where a folder is needed")
    status, _, err = run(repository, *flags("csv"), "--force")
    assert status == 2
    assert "Nothing was written" in err
    assert (repository / "mlgate.yml").read_text() == "mine"
    assert not (repository / ".github" / "workflows" / "mlgate.yml").exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (["--key", "idd"], "the train table has no column 'idd', did you mean 'id'?"),
        (["--label", "x"], "the holdout table has no column 'x'"),
        (["--key", "late"], "'late' has null or doubled values"),
        (["--label", "id"], "--label: it is the key"),
        (["--holdout", "nope.csv"], "nope.csv does not exist"),
        (["--predictions", "/p.csv"], "expected a relative path, got '/p.csv'"),
        (["--name", "a b"], "expected a name, got 'a b'"),
    ],
)
def test_a_wrong_answer_is_one_message_and_nothing_is_written(repository: Path, changed: list[str], words: str) -> None:
    write_tables(repository, "csv")
    status, _, err = run(repository, *flags("csv"), *changed)
    assert status == 2
    assert words in err
    assert not (repository / "mlgate.yml").exists()


def test_the_key_is_the_one_column_that_tells_all_apart(repository: Path) -> None:
    write_tables(repository, "csv")
    rest = ["--label", "late", "--predictions", "p.csv"]
    status, _, err = run(repository, "--holdout", "holdout.csv", *rest)
    assert status == 2
    assert "these tell all rows apart: id, number, day" in err
    (repository / "small.csv").write_text("id,late\n" + "".join(f"{number},{number % 2}\n" for number in range(9)))
    assert run(repository, "--holdout", "small.csv", *rest)[0] == 0
    assert configuration.load(repository / "mlgate.yml", "mlgate.yml").key == "id"


def test_a_terminal_is_asked_for_what_is_missing(repository: Path) -> None:
    write_tables(repository, "csv")
    answers = {
        "holdout": "holdout.csv",
        "train_table": "",
        "key": "",
        "label": "late",
        "run": "python train.py",
        "model": "",
        "predictions": "p.csv",
    }
    asked: list[str] = []
    replies: Iterator[str] = iter(answers.values())

    def ask(question: str) -> str:
        asked.append(question)
        return next(replies)

    world = World(env={}, cwd=repository, clock=lambda: 0.0, log=runner.log)
    result = init.run(init.Inputs(), world, ask=ask)
    assert "mlgate.yml" in result.text
    assert len(asked) == len(answers)
    assert asked[2].endswith("(empty: id)")
    config = configuration.load(repository / "mlgate.yml", "mlgate.yml")
    assert config.key == "id"
    assert config.train is not None
    assert config.train.run == "python train.py"


def test_a_configuration_in_a_folder_of_its_own(repository: Path) -> None:
    write_tables(repository, "csv")
    assert run(repository, "--config", "models/a/mlgate.yml", *flags("csv"))[0] == 0
    config = configuration.load(repository / "models" / "a" / "mlgate.yml", "mlgate.yml")
    assert [table.path for table in config.tables] == ["../../train.csv", "../../holdout.csv"]
    assert config.model == "a"
    assert (repository / "models" / "a" / "contracts" / "train.yml").exists()
    assert "config: models/a/mlgate.yml" in (repository / ".github/workflows/mlgate.yml").read_text()
    assert workflows.MLGATE in (repository / ".github/workflows/mlgate.yml").read_text()


def added(out: str, workflow: str) -> dict[str, Any]:
    """Return the jobs that the command says are to be added to a workflow."""
    part = out[out.index(f"{workflow} is there already") :].split("\n\n", 1)[1]
    found = yaml.safe_load("jobs:\n" + part.split("\n.github/")[0])["jobs"]
    assert isinstance(found, dict)
    return found


def test_a_second_model_leaves_the_workflows_and_says_what_to_add(repository: Path) -> None:
    write_tables(repository, "csv")
    assert run(repository, *flags("csv"), "--model", "model.skops", "--name", "first")[0] == 0
    workflows_ = repository / ".github" / "workflows"
    before = {path.name: path.read_text() for path in workflows_.iterdir()}
    second = ["--config", "spend/mlgate.yml", *flags("csv"), "--model", "model.skops"]
    check: dict[str, Any] = {}
    promote: dict[str, Any] = {}
    for force in ([], ["--force"]):  # which is for files of the same model
        status, out, err = run(repository, *second, *force)
        assert (status, err) == (0, "")
        assert {path.name: path.read_text() for path in workflows_.iterdir()} == before
        assert (repository / "spend" / "contracts" / "holdout.yml").exists()
        assert "train.inputs" in out
        check, promote = added(out, ".github/workflows/mlgate.yml"), added(out, ".github/workflows/promote.yml")
        assert set(check) == {"gate-spend"}
        assert check["gate-spend"]["steps"][-1]["with"]["name"] == "mlgate-spend"
        assert check["gate-spend"]["steps"][-2]["with"] == {"config": "spend/mlgate.yml"}
        assert {name: job.get("needs") for name, job in promote.items()} == {
            "find-spend": None,
            "gate-spend": "find-spend",
            "promote-spend": ["find-spend", "gate-spend"],
        }
    for name, jobs in (("mlgate.yml", check), ("promote.yml", promote)):  # what was printed fits below what is there
        part = yaml.safe_dump(jobs, sort_keys=False)
        (workflows_ / name).write_text(before[name] + "\n" + "".join(f"  {line}\n" for line in part.splitlines()))
    newer = 'unexpected key "queue" for "concurrency" section'  # actionlint 1.7.12 is older than it
    subprocess.run([tool("actionlint"), "-ignore", newer, *map(str, workflows_.iterdir())], cwd=repository, check=True)


def test_force_writes_over_the_workflow_of_the_same_model(repository: Path) -> None:
    write_tables(repository, "csv")
    workflow = repository / ".github" / "workflows" / "mlgate.yml"
    assert run(repository, *flags("csv"), "--name", "mine")[0] == 0
    whole = workflow.read_text()
    workflow.write_text(whole.replace("3.13", "3.11"))
    assert run(repository, *flags("csv"), "--name", "mine", "--force")[0] == 0
    assert workflow.read_text() == whole
