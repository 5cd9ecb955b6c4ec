"""validate-data as a program: formats, places, values, both versions of a contract, broken files, and its end."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.repository import Repository, environment, pull_request
from tests.toolbox import ROOT

from mlgate.main import main

SCRIPT = ROOT / "scripts" / "validate_data.py"
CONTRACT = """\
row:
  type: object
  properties:
    id: {type: string, pattern: "^[0-9]{3}$"}
    carrier: {enum: [AA, UA]}
    distance: {type: number, exclusiveMinimum: 0}
    delay: {type: [number, "null"]}
  required: [id, carrier, distance]
table:
  - primary-key: [id]
"""
ROWS = [("001", "AA", 10.5, 1.0), ("002", "UA", 20.0, None), ("003", "AA", 5.0, -2.0)]
CSV = "id,carrier,distance,delay\n001,AA,10.5,1\n002,UA,20,\n003,AA,5.0,-2\n"
CONFIG = "version: 1\ntables:\n  train: {path: data/train.csv, contract: c.yml}\n"


@dataclass(frozen=True, kw_only=True)
class Done:
    status: int
    document: dict[str, Any]
    out: str
    log: str

    @property
    def tables(self) -> dict[str, Any]:
        return {table["name"]: table for table in self.document["tables"]}

    def findings(self, table: str | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.tables[table or next(iter(self.tables))]["findings"]
        return found

    def places(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return line and value of each row by the check that it breaks."""
        return {f["check"]: [(row["line"], row["value"]) for row in f["rows"]] for f in self.findings()}


def validate(folder: Path, *words: str, **env: str) -> Done:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *words],
        cwd=folder,
        env=environment(**env),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    path = folder / "mlgate-run" / "data.json"
    document = json.loads(path.read_text()) if path.exists() else {}
    return Done(status=done.returncode, document=document, out=done.stdout, log=done.stderr)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "c.yml").write_text(CONTRACT)
    return tmp_path


def one(folder: Path, name: str, data: bytes | str, **env: str) -> Done:
    """Validate one file without a configuration."""
    (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    return validate(folder, name, "--contract", "c.yml", **env)


def project(folder: Path, files: dict[str, str | bytes | None] | None = None) -> Repository:
    repository = Repository.new(folder / "project")
    repository.commit({"mlgate.yml": CONFIG, "c.yml": CONTRACT, "data/train.csv": CSV, **(files or {})})
    return repository


def parquet(path: Path, values: str, columns: str = "id, carrier, distance, delay") -> None:
    duckdb.execute(f"COPY (SELECT * FROM (VALUES {values}) AS t({columns})) TO '{path}' (FORMAT parquet)")  # noqa: S608


def test_names_in_a_file_start_no_workflow_command(folder: Path) -> None:
    done = one(folder, "::error::x.csv", 'id,"a\n::warning::b"\n1,2\n', GITHUB_ACTIONS="true")
    assert done.status == 3
    commands = [line for line in done.out.splitlines() if line.startswith("::")]
    assert all(line.startswith("::error title=mlgate") for line in commands)


def test_numbers_inside_columns_of_structures_are_numbers(folder: Path) -> None:
    (folder / "c.yml").write_text("row: {properties: {s: {properties: {a: {type: number}}}}}\n")
    parquet(folder / "t.parquet", "({'a': 1.5::DOUBLE}), ({'a': 'nan'::DOUBLE})", columns="s")
    done = validate(folder, "t.parquet", "--contract", "c.yml")
    assert [(f["check"], [row["row"] for row in f["rows"]]) for f in done.findings()] == [
        ("/row/properties/s/properties/a/type", [1])
    ]


def test_all_formats_of_sound_data_pass(folder: Path) -> None:
    (folder / "t.csv").write_text(CSV)
    (folder / "t.tsv").write_text(CSV.replace(",", "\t"))
    lines = [dict(zip(("id", "carrier", "distance", "delay"), row, strict=True)) for row in ROWS]
    (folder / "t.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    parquet(
        folder / "t.parquet", "('001', 'AA', 10.5::DOUBLE, 1.0::DOUBLE), ('002', 'UA', 20, NULL), ('003', 'AA', 5, -2)"
    )
    done = validate(folder, "t.csv", "t.tsv", "t.jsonl", "t.parquet", "--contract", "c.yml")
    assert (done.status, done.document["outcome"]) == (0, "pass"), done.out
    for table in done.document["tables"]:
        assert (table["rows"], table["findings"], table["fallback"]) == (3, [], [])
        assert {c["name"]: c["nulls"] for c in table["columns"]}["delay"] == 1
        assert len(table["digest"]) == 64


def test_findings_name_check_line_and_value(folder: Path) -> None:
    data = CSV + '0x4,ZZ,-1,x\n003,,0,""\n,AA,"a\nb",\n1,AA,nan,2\n'
    done = one(folder, "t.csv", data)
    assert done.status == 3
    assert (
        done.places()
        == {
            "/row/properties/id/pattern": [(5, "0x4"), (9, "1")],
            "/row/properties/carrier/enum": [(5, "ZZ")],
            "/row/properties/distance/type": [(7, "a\nb"), (9, "nan")],
            "/row/properties/distance/exclusiveMinimum": [(5, "-1"), (6, "0")],
            "/row/properties/delay/type": [(5, "x"), (6, "")],
            "/row/required/0": [(7, None)],
            "/row/required/1": [(6, None)],
            "/table/0/primary-key": [(6, "003")],
        }
        or done.places()
    )
    assert "t.csv:5: carrier is none of AA or UA in 1 of 7 rows: 'ZZ'" in done.out


def test_rows_of_parquet_have_numbers_and_no_lines(folder: Path) -> None:
    parquet(folder / "t.parquet", "('001', 'AA', 1.5::DOUBLE, NULL), ('001', 'ZZ', 'NaN'::DOUBLE, 3)")
    done = validate(folder, "t.parquet", "--contract", "c.yml")
    found = {f["check"]: f["rows"] for f in done.findings()}
    assert found["/row/properties/carrier/enum"] == [{"row": 1, "line": None, "value": "ZZ", "file": None}]
    assert found["/row/properties/distance/type"] == [{"row": 1, "line": None, "value": "nan", "file": None}]
    assert found["/table/0/primary-key"] == [{"row": 1, "line": None, "value": "001", "file": None}]


def test_json_lines_are_taken_as_written(folder: Path) -> None:
    data = (
        '{"id": "001", "carrier": "AA", "distance": 1}\n\n{"id": 2, "carrier": null, "distance": "3", "delay": null}\n'
    )
    done = one(folder, "t.jsonl", data)
    assert done.places() == {
        "/row/properties/id/type": [(3, "2")],
        "/row/properties/carrier/enum": [(3, "null")],
        "/row/properties/distance/type": [(3, '"3"')],
    }


def test_an_empty_field_is_null_and_quotes_make_the_empty_string(folder: Path) -> None:
    (folder / "c.yml").write_text("row: {properties: {a: {type: [string, 'null'], minLength: 1}}, required: [a]}\n")
    done = one(folder, "t.csv", 'a,b\n,1\n"",2\n')
    assert done.places() == {"/row/properties/a/minLength": [(3, "")]}


def test_constructs_without_compiled_form_go_row_by_row_and_say_so(folder: Path) -> None:
    (folder / "c.yml").write_text(
        "row:\n  properties:\n    a: {type: string, minLength: 1, pattern: '^(?!n)'}\n    b: {maxLength: 1}\n"
        "  if: {properties: {b: {pattern: '(?=x)'}}}\n  then: {required: [c]}\n"
    )
    done = one(folder, "t.csv", "a,b,c\nyes,x,1\nno,yy,\nyes,x,\n")
    assert done.tables["t.csv"]["fallback"] == ["/row/properties/a/pattern", "/row/then"]
    assert "row by row, with no compiled form: /row/properties/a/pattern, /row/then" in done.out
    # A null cell of a column that the contract does not declare is null, so `c` is there.
    assert done.places() == {"/row/properties/b/maxLength": [(3, "yy")], "/row/properties/a/pattern": [(3, "no")]}


BROKEN: dict[str, tuple[str, bytes, str, int | None]] = {
    "binary as CSV": ("t.csv", b"PAR1\x00\x01", "is a Parquet file, not CSV text", None),
    "random bytes as CSV": ("t.csv", b"a,b\n1,\x00\xff\n", "a NUL byte", 2),
    "empty": ("t.csv", b"", "is empty", None),
    "header alone": ("t.csv", b"id,carrier,distance,delay\n", "the table has no rows", None),
    "ragged": ("t.csv", CSV.encode() + b"1,2\n", "2 fields where the header has 4", 5),
    "not Parquet": ("t.parquet", b"id,carrier\n", "does not begin with PAR1", None),
    "no Parquet inside": ("t.parquet", b"PAR1" + b"x" * 50 + b"PAR1", "the engine cannot read the file", None),
    "no object": ("t.jsonl", b'{"id": "001"}\n[1]\n', "not a JSON object", 2),
    "cut JSON": ("t.jsonl", b'{"id": "001"}\n\n{"id": \n', "not JSON", 3),
    "another extension": ("t.dat", b"PK\x03\x04", "no extension that names a table's format", None),
    "a workbook": ("t.xlsx", b"PK\x03\x04", "an Excel workbook", None),
    "LFS": (
        "t.csv",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n",
        "a pointer of Git LFS",
        None,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_a_finding_and_the_next_table_is_scanned(folder: Path, name: str) -> None:
    file, data, message, line = BROKEN[name]
    (folder / file).write_bytes(data)
    (folder / "sound.csv").write_text(CSV)
    done = validate(folder, file, "sound.csv", "--contract", "c.yml")
    assert done.status == 3
    finding = next(f for f in done.findings(file) if message in f["message"])
    assert finding["reason"] in ("data-unreadable", "data-not-pulled", "table-empty")
    assert line is None or finding["rows"][0]["line"] == line
    assert done.tables["sound.csv"]["outcome"] == "pass"


def test_files_that_are_not_there(folder: Path) -> None:
    (folder / "pulled.csv.dvc").write_text("outs:\n- path: pulled.csv\n")
    (folder / "folder.csv").mkdir()
    parquet(folder / "half.parquet", "('001', 'AA', 1.5, 2)")
    data = (folder / "half.parquet").read_bytes()
    (folder / "half.parquet").write_bytes(data[: len(data) // 2])
    names = ("absent.csv", "folder.csv", "pulled.csv", "half.parquet")
    done = validate(folder, *names, "--contract", "c.yml")
    found = {name: done.findings(name) for name in names}
    assert {name: [(f["reason"], re.split("[:.]", f["message"])[0]) for f in found[name]] for name in names} == {
        "absent.csv": [("data-unreadable", "does not exist")],
        "folder.csv": [("data-unreadable", "is a folder, not a file")],
        "pulled.csv": [("data-not-pulled", "has not been pulled")],
        "half.parquet": [("data-unreadable", "is cut off")],
    }


def test_the_same_bytes_give_the_same_document_at_any_number_of_threads(folder: Path) -> None:
    rows = ", ".join(f"('{i % 997:03d}', 'AA', {i}.5::DOUBLE, {i % 7})" for i in range(3000))
    parquet(folder / "t.parquet", rows)
    documents = []
    for mask in ({0}, os.sched_getaffinity(0)):
        words = [sys.executable, str(SCRIPT), "t.parquet", "--contract", "c.yml"]
        code = f"import os; os.sched_setaffinity(0, {mask}); os.execv({sys.executable!r}, {words})"
        subprocess.run([sys.executable, "-c", code], cwd=folder, check=False, capture_output=True)
        documents.append((folder / "mlgate-run" / "data.json").read_bytes())
    assert documents[0] == documents[1]


def test_a_repository_is_validated_by_its_configuration(folder: Path) -> None:
    repository = project(folder)
    done = validate(repository.root)
    assert (done.status, done.document["outcome"]) == (0, "pass"), done.log
    assert done.tables["train"]["path"] == "data/train.csv"
    assert list(done.tables["train"]["contract_digests"]) == ["new"]


def test_annotations_lie_on_lines_of_the_repository(folder: Path) -> None:
    repository = Repository.new(folder / "project")
    repository.commit({f"sub dir/{n}": t for n, t in (("mlgate.yml", CONFIG), ("c.yml", CONTRACT))})
    repository.commit({"sub dir/data/train.csv": CSV + "004,%ZZ,1,\n"})
    output = folder / "output"
    done = validate(repository.root, "--config", "sub dir/mlgate.yml", GITHUB_ACTIONS="true", GITHUB_OUTPUT=str(output))
    assert done.status == 3
    assert "file=sub dir/data/train.csv,line=5::carrier is none of AA or UA in 1 of 4 rows: '%25ZZ'" in done.out
    assert "outcome<<" in output.read_text()
    assert "data-path<<" in output.read_text()


@pytest.mark.parametrize(
    ("is_tracked", "words", "shown"), [(True, (), True), (False, (), False), (False, ("--show-values",), True)]
)
def test_values_of_named_files_are_shown_in_ci_as_those_of_tables(
    folder: Path, is_tracked: bool, words: tuple[str, ...], shown: bool
) -> None:
    repository = Repository.new(folder / "project")
    repository.commit({"sub/c.yml": CONTRACT, ".gitignore": "mlgate-run/\n"})
    table: dict[str, str | bytes | None] = {"sub/t.csv": "id,carrier,distance,delay\n001,SECRET,1,\n"}
    repository.commit(table) if is_tracked else repository.write(table)
    named = ("t.csv", "--contract", "c.yml", *words)
    at_home, in_ci = validate(repository.root / "sub", *named), validate(repository.root / "sub", *named, CI="true")
    assert [row["value"] for row in at_home.findings()[0]["rows"]] == ["SECRET"]
    assert [row["value"] for row in in_ci.findings()[0]["rows"]] == (["SECRET"] if shown else [None])


def test_values_are_shown_for_tracked_tables_alone(folder: Path) -> None:
    repository = Repository.new(folder / "project")
    repository.commit({"mlgate.yml": CONFIG, "c.yml": CONTRACT, ".gitignore": "data/\n"})
    repository.write({"data/train.csv": CSV + "004,SECRET,1,\n"})
    hidden = validate(repository.root)
    assert hidden.findings()[0]["rows"] == [{"row": 3, "line": 5, "value": None, "file": None}]
    assert "SECRET" not in json.dumps(hidden.document) + hidden.out + hidden.log
    shown = validate(repository.root, "--show-values")
    assert shown.findings()[0]["rows"][0]["value"] == "SECRET"


def test_redacted_columns_are_never_shown(folder: Path) -> None:
    (folder / "c.yml").write_text(CONTRACT.replace("{enum: [AA, UA]}", "{enum: [AA, UA], redact: true}"))
    done = one(folder, "t.csv", CSV + "004,SECRET,-1,\n")
    assert done.places() == {
        "/row/properties/carrier/enum": [(5, None)],
        "/row/properties/distance/exclusiveMinimum": [(5, "-1")],
    }
    assert "SECRET" not in json.dumps(done.document) + done.out + done.log


def pull(folder: Path, base: dict[str, str | bytes | None], change: dict[str, str | bytes | None]) -> Done:
    """Validate a pull request's merge commit, with its base in the clone."""
    repository = project(folder, base)
    repository.branch("topic")
    head = repository.commit(change)
    merge = repository.merge_commit(head)
    clone = repository.clone(folder / "clone", "refs/pull/1/merge", depth=2)
    return validate(clone.root, **pull_request(folder, head=head, merge=merge))


LOOSE = CONTRACT.replace("[AA, UA]", "[AA, UA, ZZ]")


def test_a_pull_request_cannot_loosen_the_contract_that_judges_it(folder: Path) -> None:
    done = pull(folder, {}, {"c.yml": LOOSE, "data/train.csv": CSV + "004,ZZ,1,\n"})
    assert done.status == 3
    assert [(f["contract"], f["reason"], f["severity"]) for f in done.findings()] == [
        ("old", "contract-old-broken", "fail")
    ]
    assert set(done.tables["train"]["contract_digests"]) == {"new", "old"}


def test_the_base_may_say_that_a_looser_contract_warns(folder: Path) -> None:
    config = CONFIG + "gate: {on-contract-change: warn}\n"
    done = pull(folder, {"mlgate.yml": config}, {"c.yml": LOOSE, "data/train.csv": CSV + "004,ZZ,1,\n"})
    assert (done.status, done.document["outcome"]) == (0, "warn")


def test_a_pull_request_cannot_take_the_table_away(folder: Path) -> None:
    config = "version: 1\ntables:\n  other: {path: data/train.csv}\n"
    done = pull(folder, {}, {"mlgate.yml": config, "data/train.csv": CSV + "004,ZZ,1,\n"})
    assert done.status == 3
    assert [reason["id"] for reason in done.document["reasons"]] == ["table-removed"]


def test_a_pull_request_cannot_read_the_table_otherwise(folder: Path) -> None:
    config = CONFIG.replace("contract: c.yml", 'contract: c.yml, dialect: {nulls: ["", ZZ]}')
    assert config != CONFIG
    done = pull(folder, {}, {"mlgate.yml": config, "data/train.csv": CSV + "004,ZZ,1,\n"})
    assert done.status == 3
    assert "table-reading-changed" in [reason["id"] for reason in done.document["reasons"]]


def test_a_pull_request_cannot_take_the_contract_away(folder: Path) -> None:
    config = "version: 1\ntables:\n  train: {path: data/train.csv}\n"
    done = pull(folder, {}, {"mlgate.yml": config, "data/train.csv": CSV + "004,ZZ,1,\n"})
    assert [(f["contract"], f["reason"]) for f in done.findings()] == [("old", "contract-old-broken")]


def test_overlap_with_another_table_is_found_across_formats(folder: Path) -> None:
    (folder / "c.yml").write_text(CONTRACT + "  - no-overlap: {with: train, by: [id]}\n")
    config = "version: 1\ntables:\n  train: {path: t.parquet}\n  holdout: {path: h.csv, contract: c.yml}\n"
    (folder / "mlgate.yml").write_text(config)
    parquet(folder / "t.parquet", "('002', 'AA', 1.5, 2)")
    (folder / "h.csv").write_text(CSV)
    done = validate(folder, "--show-values")
    assert [(f["check"], f["rows"]) for f in done.findings("holdout")] == [
        ("/table/1/no-overlap", [{"row": 1, "line": 3, "value": "002", "file": None}])
    ]
    (folder / "t.parquet").unlink()
    done = validate(folder)
    assert "cannot be told: t.parquet does not exist" in done.findings("holdout")[0]["message"]
    assert done.findings("holdout")[0]["reason"] == "data-unreadable"


def test_a_table_is_not_compared_with_itself(folder: Path) -> None:
    config = CONFIG + "  holdout: {path: data/train.csv, contract: c.yml}\n"
    contract = CONTRACT + "  - no-overlap: {with: train, by: [id]}\n"
    done = validate(project(folder, {"mlgate.yml": config, "c.yml": contract}).root)
    assert done.findings("train") == []
    assert [finding["check"] for finding in done.findings("holdout")] == ["/table/1/no-overlap"]


@pytest.mark.parametrize("way", ["absent", "link", "submodule"])
def test_a_contract_that_the_base_cannot_show_is_not_skipped(folder: Path, way: str) -> None:
    config = CONFIG.replace("c.yml", "shared/c.yml")
    repository = project(folder, {"mlgate.yml": config})
    elsewhere = Repository.new(folder / "elsewhere")
    elsewhere.commit({"c.yml": CONTRACT})
    if way == "link":
        (repository.root / "shared").symlink_to("../elsewhere")
    elif way == "submodule":
        added = ["submodule", "add", "-q", str(elsewhere.root), "shared"]
        repository.git("-c", "protocol.file.allow=always", *added)
    repository.commit()
    repository.branch("work")
    if way == "link":
        (repository.root / "shared").unlink()
    if way != "submodule":
        repository.commit({"shared/c.yml": LOOSE})
    assert main(["fetch-base", "--base", "main"], environment(), repository.root) == 0
    done = validate(repository.root)
    assert (done.status, done.document["error"]["reason"]) == (2, "config-invalid")
    assert "base:shared/c.yml" in done.log


def test_configuration_and_contract_mistakes_are_exit_2_and_leave_a_document(folder: Path) -> None:
    (folder / "mlgate.yml").write_text(CONFIG)
    (folder / "c.yml").write_text("row: {properties: {a: {type: strng}}}\n")
    done = validate(folder)
    assert (done.status, done.document["error"]["reason"]) == (2, "config-invalid")
    assert "c.yml:1:" in done.log
    assert validate(folder, "--enforce=false").status == 0
    assert validate(folder, "t.csv").status == 2


def test_json_prints_the_document(folder: Path) -> None:
    done = one(folder, "t.csv", CSV, MLGATE_JSON="true")
    assert json.loads(done.out) == done.document


def test_an_interrupt_leaves_no_document_and_no_process(folder: Path) -> None:
    (folder / "c.yml").write_text("row: {properties: {a: {type: string, pattern: '^(?=a)(a+)+$'}}}\n")
    (folder / "t.csv").write_text("a\n" + "a" * 60 + "!\n")
    words = [sys.executable, str(SCRIPT), "t.csv", "--contract", "c.yml"]
    process = subprocess.Popen(words, cwd=folder, env=environment(), stderr=subprocess.DEVNULL)
    children = wait_for_child(process.pid)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    assert not list((folder / "mlgate-run").glob("*.json")) if (folder / "mlgate-run").exists() else True


def test_a_killed_parent_takes_its_child_along(folder: Path) -> None:
    (folder / "c.yml").write_text("row: {properties: {a: {type: string, pattern: '^(?=a)(a+)+$'}}}\n")
    (folder / "t.csv").write_text("a\n" + "a" * 60 + "!\n")
    words = [sys.executable, str(SCRIPT), "t.csv", "--contract", "c.yml"]
    process = subprocess.Popen(words, cwd=folder, env=environment(), stderr=subprocess.DEVNULL)
    children = wait_for_child(process.pid)
    time.sleep(1)
    process.kill()
    process.wait(10)
    deadline = time.monotonic() + 10
    while any(is_running(child) for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(is_running(child) for child in children)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_for_child(pid: int) -> list[int]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if found:
            return [int(word) for word in found]
        time.sleep(0.02)
    raise AssertionError("no child was started")


def test_nothing_is_scanned_when_nothing_that_the_model_depends_on_differs(folder: Path) -> None:
    config = CONFIG + "key: id\nlabel: delay\ntrain: {run: 'true', inputs: [train.py], predictions: p.csv}\n"
    done = pull(folder, {"mlgate.yml": config, "train.py": ""}, {"README.md": "words"})
    assert (done.status, done.document["outcome"], done.document["tables"]) == (0, "pass", [])
    assert [reason["id"] for reason in done.document["reasons"]] == ["inputs-unchanged"]
