"""Drift as people meet it: `mlgate data`, and a table's `reference` in the configuration, which the base decides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.repository import Repository, environment

from mlgate.main import main

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
version: 1
key: id
tables:
  train: {path: train.csv}
  current: {path: current.csv, reference: REFERENCE, drift: {severity: SEVERITY}}
"""


def table(shift: int, rows: int = 400, words: tuple[str, ...] = ("a", "b", "c'")) -> str:
    lines = [f"{i},{(i * 37) % 101 + shift},{words[i % len(words)]}" for i in range(rows)]
    return "\n".join(["id,amount,word", *lines]) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {"train.csv": table(0), "same.csv": table(0, 300), "moved.csv": table(60, 300, ("a", "d"))}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def run(folder: Path, *words: str) -> int:
    return main(words, environment(), folder)


def printed(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert run(folder, "data", "drift", *words, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    found: dict[str, Any] = document["tables"][0]["drift"]
    return found


def test_the_command_prints_the_worst_first(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "data", "drift", "train.csv", "moved.csv", "--columns", "amount,word") == 0
    out = capsys.readouterr().out
    assert out.startswith("drift from train.csv (400 rows): 2 columns, 2 alarms")
    assert out.index("ALARM word: PSI") < out.index("ALARM amount: PSI")
    found = printed(folder, capsys, "train.csv", "moved.csv")
    word = next(column for column in found["columns"] if column["column"] == "word")
    assert [item["value"] for item in word["new"]] == ["d"]
    assert {item["value"] for item in word["vanished"]} == {"b", "c'"}


def test_a_profile_is_a_reference(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "data", "profile", "train.csv", "--output", "train.json", "--redact", "word", "--key", "id") == 0
    capsys.readouterr()
    for name, alarms in (("same.csv", []), ("moved.csv", ["amount"])):
        found = printed(folder, capsys, "train.json", name)
        assert found["is_profile"]
        assert [column["column"] for column in found["columns"] if column["alarms"]] == alarms
        reasons = {column["column"]: column["effect"]["reason"] for column in found["columns"]}
        assert reasons == {"amount": "", "id": "not-compared", "word": "values-not-shown"}


@pytest.mark.parametrize("reference", ["train.csv", "train.json"])
def test_a_column_that_neither_side_has_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], reference: str
) -> None:
    assert run(folder, "data", "profile", "train.csv", "--output", "train.json") == 0
    assert run(folder, "data", "drift", reference, "same.csv", "--columns", "word,amonut") == 2
    assert "neither side has a column 'amonut', did you mean 'amount'?" in capsys.readouterr().err


def test_a_remedy_is_given_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "data", "drift", "train.csv", "absent.csv") == 2
    assert capsys.readouterr().err.count("orrect the") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("absent.csv", "same.csv"), "absent.csv"),
        (("absent.json", "same.csv"), "absent.json cannot be read"),
        (("train.csv", "absent.csv"), "absent.csv"),
        (("odd.json", "same.csv"), "odd.json is no profile"),
    ],
)
def test_what_cannot_be_read_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    (folder / "odd.json").write_text("{}")
    assert run(folder, "data", "drift", *words) == 2
    assert said in capsys.readouterr().err


def repository(tmp_path: Path, **files: str) -> Repository:
    made = Repository.new(tmp_path / "repository")
    made.commit({name.replace("_", "."): text for name, text in files.items()})
    made.branch("work")
    return made


def config(reference: str = "train", severity: str = "warn") -> str:
    return CONFIG.replace("REFERENCE", reference).replace("SEVERITY", severity)


def validated(made: Repository, base: str | None = None) -> tuple[int, dict[str, Any]]:
    if base:
        assert run(made.root, "fetch-base", "--base", base) == 0
    status = run(made.root, "validate-data")
    return status, json.loads((made.root / "mlgate-run" / "data.json").read_bytes())


@pytest.mark.parametrize(("severity", "status"), [("warn", 0), ("fail", 3)])
def test_an_alarm_is_a_finding_of_the_table(tmp_path: Path, severity: str, status: int) -> None:
    made = repository(tmp_path, mlgate_yml=config("train", severity), train_csv=table(0), current_csv=table(60))
    found, document = validated(made)
    assert (found, document["outcome"]) == (status, severity)
    (finding,) = document["tables"][1]["findings"]
    assert (finding["reason"], finding["column"], finding["severity"]) == ("drift", "amount", severity)
    assert "above 0.1" in finding["message"]
    drift = document["tables"][1]["drift"]
    assert [column["column"] for column in drift["columns"]] == ["amount", "word"]
    assert drift["columns"][0]["bins"][0]["label"] is not None
    assert document["tables"][0]["drift"] is None


def test_an_alarm_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = repository(tmp_path, mlgate_yml=config(), train_csv=table(0), current_csv=table(60))
    validated(made)
    out = capsys.readouterr().out
    assert "drift from train (400 rows): 2 columns, 1 alarm\n" in out
    assert out.count("amount") == 1
    assert "1 column did not move past a threshold: word: PSI" in out


def test_a_configured_column_that_neither_side_has_is_named_beside_the_others(tmp_path: Path) -> None:
    text = config().replace("severity: warn", "severity: warn, columns: [amount, tempo]")
    made = repository(tmp_path, mlgate_yml=text, train_csv=table(0), current_csv=table(60))
    _, document = validated(made)
    found = {finding["column"]: finding["message"] for finding in document["tables"][1]["findings"]}
    assert set(found) == {"amount", "tempo"}
    assert found["tempo"].endswith("neither side has the column")


def test_a_reference_that_cannot_be_read_is_never_silence(tmp_path: Path) -> None:
    made = repository(tmp_path, mlgate_yml=config("train.json", "fail"), train_csv=table(0), current_csv=table(0))
    status, document = validated(made)
    assert (status, document["tables"][1]["findings"][0]["reason"]) == (3, "drift-unmeasured")


def test_the_reference_and_the_limits_are_those_of_the_base(tmp_path: Path) -> None:
    made = repository(tmp_path, mlgate_yml=config("train", "fail"), train_csv=table(0), current_csv=table(0))
    plain = config().replace(", reference: train, drift: {severity: warn}", "")
    made.commit({"mlgate.yml": plain, "current.csv": table(60)})
    status, document = validated(made, base="main")
    assert (status, document["tables"][1]["findings"][0]["reason"]) == (3, "drift")


def test_the_reference_is_the_version_of_the_base(tmp_path: Path) -> None:
    made = repository(tmp_path, mlgate_yml=config("train", "fail"), train_csv=table(0), current_csv=table(0))
    made.commit({"train.csv": table(60), "current.csv": table(60)})
    status, document = validated(made, base="main")
    assert (status, [finding["reason"] for finding in document["tables"][1]["findings"]]) == (3, ["drift"])
    assert document["tables"][1]["drift"]["columns"][0]["bins"][0]["label"] is not None


@pytest.mark.parametrize(("path", "reason"), [("train.csv", "drift"), ("other.csv", "drift-unmeasured")])
def test_a_reference_that_git_never_had_is_the_one_that_the_base_names(path: str, reason: str, tmp_path: Path) -> None:
    made = repository(tmp_path, mlgate_yml=config("train", "fail"), current_csv=table(0), _gitignore="train.csv\n")
    made.write({"train.csv": table(0), "other.csv": table(60)})
    made.commit({"mlgate.yml": config("train", "fail").replace("train.csv", path), "current.csv": table(60)})
    status, document = validated(made, base="main")
    assert (status, document["tables"][1]["findings"][0]["reason"]) == (3, reason)


def test_a_reference_that_the_base_lacks_here_is_never_silence(tmp_path: Path) -> None:
    pointer = f"outs:\n- md5: {'0' * 32}\n  path: train.csv\n"
    made = repository(tmp_path, mlgate_yml=config("train", "fail"), current_csv=table(0), train_csv_dvc=pointer)
    made.commit({"train.csv.dvc": None, "train.csv": table(60), "current.csv": table(60)})
    status, document = validated(made, base="main")
    (finding,) = document["tables"][1]["findings"]
    assert (status, finding["reason"]) == (3, "drift-unmeasured")
    assert "the base's version of train cannot be had" in finding["message"]


def test_a_column_that_is_gone_is_named(tmp_path: Path) -> None:
    gone = "\n".join(line.rpartition(",")[0] for line in table(0).splitlines()) + "\n"
    made = repository(tmp_path, mlgate_yml=config("train"), train_csv=table(0), current_csv=gone)
    _, document = validated(made)
    (finding,) = document["tables"][1]["findings"]
    assert (finding["reason"], finding["column"]) == ("drift-unmeasured", "word")


NAMED = """\
version: 1
tables:
  train: {path: data/train.csv, dialect: {delimiter: ";"}, contract: contract.yml}
  now: {path: data/now.csv, dialect: {delimiter: ";"}, contract: contract.yml}
"""


@pytest.fixture
def named(folder: Path) -> Path:
    (folder / "data").mkdir()
    for name, moved in (("train", 0), ("now", 60)):
        (folder / "data" / f"{name}.csv").write_text(table(moved, words=("a", "d")).replace(",", ";"))
    (folder / "contract.yml").write_text("row: {type: object, properties: {word: {type: string, redact: true}}}\n")
    (folder / "mlgate.yml").write_text(NAMED)
    return folder


@pytest.mark.parametrize("words", [("train", "now"), ("data/train.csv", "now"), ("train", "data/now.csv")])
def test_tables_of_the_configuration_are_read_as_it_says(
    named: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, str]
) -> None:
    found = printed(named, capsys, *words)
    assert found["reference"] == words[0]
    columns = {column["column"]: column for column in found["columns"]}
    assert columns["amount"]["alarms"] == ["values"]
    assert [part["label"] for part in columns["word"]["bins"] if part["label"]] == []  # its contract redacts it


def test_a_contract_with_mistakes_does_not_say_what_may_be_shown(
    named: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (named / "contract.yml").write_text("rows: {}\n")
    for words in (("drift", "train", "now"), ("profile", "train")):
        assert run(named, "data", *words) == 2
        assert "contract.yml:1:1" in capsys.readouterr().err


def test_a_named_table_is_profiled_without_what_its_contract_redacts(
    named: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(named, "data", "profile", "train") == 0
    found = json.loads(capsys.readouterr().out)
    columns = {column["name"]: column for column in found["columns"]}
    assert (found["table"], found["rows"], set(columns)) == ("train", 400, {"id", "amount", "word"})
    assert (columns["amount"]["maximum"], columns["word"]["n"], columns["word"].get("top", [])) == (100.0, 400, [])


def test_a_file_that_is_not_there_is_said_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "data", "profile", "gone.csv") != 0
    said = capsys.readouterr().err
    assert said.count("Correct the path") == said.count("gone.csv") == 1


def test_texts_that_a_profile_does_not_name_are_not_called_hidden(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "many.csv").write_text("\n".join(["name", *(f"n{number}" for number in range(12_000))]) + "\n")
    assert run(folder, "data", "profile", "many.csv", "--output", "many.json") == 0
    capsys.readouterr()
    assert run(folder, "data", "drift", "many.json", "many.csv") == 0
    assert "a profile does not keep what it takes: name" in capsys.readouterr().out
