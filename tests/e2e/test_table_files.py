"""Tables in other forms than one plain file: several files, compressed, in any dialect; the same cells every time."""

from __future__ import annotations

import gzip
import importlib
import json
import random
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from tests.repository import Repository, environment
from tests.toolbox import ROOT

from mlgate.main import main

if TYPE_CHECKING:
    from pathlib import Path

CONTRACT = """\
row:
  properties:
    id: {type: string, pattern: "^[0-9]{3}$"}
    price: {type: [number, "null"], maximum: 2000}
    day: {type: string, format: date}
    note: {type: [string, "null"]}
  required: [id, price, day]
table:
  - primary-key: [id]
"""


def command(folder: Path, name: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / f"{name}.py"), *words],
        cwd=folder,
        env=environment(**env),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def validated(folder: Path, table: str, **env: str) -> dict[str, Any]:
    """Validate one table, with values shown, and return what the document says of it."""
    (folder / "c.yml").write_text(CONTRACT, encoding="utf-8")
    (folder / "mlgate.yml").write_text(f"version: 1\ntables:\n  t: {table}\n", encoding="utf-8")
    done = command(folder, "validate_data", "--show-values", **env)
    assert "Traceback" not in done.stderr, done.stderr
    document = json.loads((folder / "mlgate-run" / "data.json").read_bytes())
    assert document["error"] is None, document["error"]
    found: dict[str, Any] = document["tables"][0]
    return found


def broken(table: dict[str, Any]) -> list[tuple[str, Any, Any, Any]]:
    """Return check, file, line and value of each row that breaks something."""
    return [
        (finding["check"], row["file"], row["line"], row["value"])
        for finding in table["findings"]
        for row in finding["rows"]
    ]


GERMAN = "001;1.234,5;31.12.2013;für\n002;-;01.02.2014;'a;\nb'\n003;9.999;01.03.2014;\n"
DIALECT = (
    "{encoding: cp1252, delimiter: ';', quote: \"'\", decimal: ',', thousands: '.', date-format: '%d.%m.%Y', "
    "nulls: ['', '-'], header: false, columns: [id, price, day, note]}"
)


@pytest.mark.parametrize("packed", ["", ".gz", ".zst"])
def test_cells_of_a_dialect_are_what_they_mean_and_are_shown_as_they_are_written(packed: str, tmp_path: Path) -> None:
    data = GERMAN.encode("cp1252")
    (tmp_path / f"t.csv{packed}").write_bytes(compressed(data, packed))
    table = validated(tmp_path, f"{{path: t.csv{packed}, contract: c.yml, dialect: {DIALECT}}}")
    assert (table["rows"], [column["nulls"] for column in table["columns"]]) == (3, [0, 1, 0, 1])
    # The third record starts on the fourth line, as the second has two.
    assert broken(table) == [("/row/properties/price/maximum", None, 4, "9.999")]


def compressed(data: bytes, suffix: str) -> bytes:
    if suffix == ".gz":
        return gzip.compress(data)
    if suffix == ".zst":
        try:
            zstd = importlib.import_module("compression.zstd")
        except ImportError:
            zstd = pytest.importorskip("backports.zstd")
        return bytes(zstd.compress(data))
    return data


def test_what_the_dialect_does_not_write_so_is_no_number_and_no_date(tmp_path: Path) -> None:
    rows = ["001;1.5;31.12.2013;", "002;1,5;2013-12-31;", "003;1.23,4;31.2.2013;", "004;12,5;1.1.2013;x"]
    (tmp_path / "t.csv").write_text("id;price;day;note\n" + "\n".join(rows) + "\n", encoding="utf-8")
    dialect = "{delimiter: ';', decimal: ',', thousands: '.', date-format: '%d.%m.%Y'}"
    found = broken(validated(tmp_path, f"{{path: t.csv, contract: c.yml, dialect: {dialect}}}"))
    assert [(line, value) for check, _, line, value in found if "price" in check] == [(2, "1.5"), (4, "1.23,4")]
    days = [(line, value) for check, _, line, value in found if "day" in check]
    assert days == [(3, "2013-12-31"), (4, "31.2.2013"), (5, "1.1.2013")]


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("{escape: '\\'}", 'id,price,day,note\n001,5000,2013-12-31,"a \\"b\\",\\\\ c"\n'),
        ("{quote: none}", 'id,price,day,note\n001,5000,2013-12-31,a "b"\n'),
        ("{encoding: utf-16}", "id,price,day,note\n001,5000,2013-12-31,漢\n"),
        ('{delimiter: "\\t"}', "id\tprice\tday\tnote\n001\t5000\t2013-12-31\tx\n"),
        ("{delimiter: '|'}", '\ufeffid|price|day|note\r\n001|5000|2013-12-31|"x\r\n|"\r\n'),
    ],
)
def test_each_dialect_finds_the_row_on_its_line(dialect: str, text: str, tmp_path: Path) -> None:
    encoding = "utf-16" if "utf-16" in dialect else "utf-8"
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    table = validated(tmp_path, f"{{path: t.csv, contract: c.yml, dialect: {dialect}}}")
    assert broken(table) == [("/row/properties/price/maximum", None, 2, "5000")]


def test_files_of_a_glob_are_one_table_in_the_order_of_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "b.csv").write_text("id,price,day\n003,1,2014-01-01\n001,9000,2014-01-01\n", encoding="utf-8")
    (folder / "a.csv").write_text('id,price,day\n001,1,2014-01-01\n"00\n",1,2014-01-01\n', encoding="utf-8")
    (folder / ".c.csv").write_text("hidden", encoding="utf-8")
    table = validated(tmp_path, "{path: 'd/*.csv', contract: c.yml}")
    assert table["rows"] == 4
    assert ("/table/0/primary-key", "d/b.csv", 3, "001") in broken(table)
    assert ("/row/properties/price/maximum", "d/b.csv", 3, "9000") in broken(table)
    assert ("/row/properties/id/pattern", "d/a.csv", 3, "00\n") in broken(table)


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_several_files_of_other_formats_say_which_file_has_the_row(suffix: str, tmp_path: Path) -> None:
    for name, start in (("x", 1), ("y", 3)):
        cells = f"lpad((i + {start})::VARCHAR, 3, '0') AS id, 1000.0 * (i + {start}) AS price, '2014-01-01' AS day"
        form = "parquet" if suffix == "parquet" else "json"
        duckdb.sql(f"COPY (SELECT {cells} FROM range(2) r(i)) TO '{tmp_path}/{name}.{suffix}' (FORMAT {form})")  # noqa: S608
    table = validated(tmp_path, f"{{path: '*.{suffix}', contract: c.yml}}")
    (finding,) = table["findings"]
    places = [(row["row"], row["file"], row["line"]) for row in finding["rows"]]
    has_lines = suffix == "jsonl"
    assert places == [(2, f"y.{suffix}", 1 if has_lines else None), (3, f"y.{suffix}", 2 if has_lines else None)]


SOUND = b"a,b\n1,2\n"
BROKEN = {
    "nothing matches": ({}, "no file matches d/*.csv"),
    "other columns": (
        {"d/a.csv": b"a,b\n1,2\n", "d/b.csv": b"a,c\n1,2\n"},
        "other columns than the table's first file",
    ),
    "a fault in the second": (
        {"d/a.csv": b"a,b\n1,2\n", "d/b.csv": b"a,b\n1,2\n3\n"},
        "1 fields where the header has 2",
    ),
    "an empty one": ({"d/a.csv": b"a,b\n1,2\n", "d/b.csv": b""}, "b.csv is empty: 0 bytes"),
    "only pointers of DVC": ({"d/a.csv.dvc": b"outs: []\n"}, "only pointers of DVC are here"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_with_one_of_several_files_is_a_finding(name: str, tmp_path: Path) -> None:
    files, message = BROKEN[name]
    for path, data in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    table = validated(tmp_path, "{path: 'd/*.csv'}")
    assert message in table["findings"][0]["message"]
    if name == "a fault in the second":
        assert broken(table)[0][1:3] == ("d/b.csv", 3)


@pytest.mark.parametrize("path", ["'*.csv'", "a.csv", "d/a.csv"])
def test_a_link_that_leads_out_of_the_repository_is_refused(path: str, tmp_path: Path) -> None:
    inside, outside = tmp_path / "repository", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "a.csv").write_text("id,price,day\n001,1,2014-01-01\n", encoding="utf-8")
    (inside / "a.csv").symlink_to(outside / "a.csv")
    (inside / "d").symlink_to(outside)
    table = validated(inside, f"{{path: {path}}}")
    assert "a link that leads out of the repository" in table["findings"][0]["message"]


def test_a_link_inside_and_a_folder_beside_may_be_read(tmp_path: Path) -> None:
    inside = tmp_path / "repository"
    inside.mkdir()
    for path in (inside / "a.csv", tmp_path / "beside.csv"):
        path.write_text("id,price,day\n001,1,2014-01-01\n", encoding="utf-8")
    (inside / "b.csv").symlink_to("a.csv")
    for name in ("b.csv", "../beside.csv"):
        assert validated(inside, f"{{path: {name}}}")["findings"] == []


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_bomb_is_stopped(suffix: str, tmp_path: Path) -> None:
    bomb = compressed(b"id,price,day\n" + b"001,1,2014-01-01\n" * 8_000_000, suffix)
    assert len(bomb) < 600_000
    (tmp_path / f"t.csv{suffix}").write_bytes(bomb)
    table = validated(tmp_path, f"{{path: t.csv{suffix}}}")
    assert "is larger than a table may be" in table["findings"][0]["message"]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_what_is_cut_off_or_damaged_is_a_finding(suffix: str, tmp_path: Path) -> None:
    noise = random.Random(1)  # noqa: S311 - no secret
    whole = compressed("".join(f"{noise.random()}\n" for _ in range(5000)).encode(), suffix)
    damaged = whole[:2000] + bytes(255 - byte for byte in whole[2000:2100]) + whole[2100:]
    # Only gzip always has a checksum: what zstd can unpack without one is what the file says.
    for data in (whole[:-20], whole[:100], *([damaged] if suffix == ".gz" else [])):
        (tmp_path / f"t.csv{suffix}").write_bytes(data)
        (finding,) = validated(tmp_path, f"{{path: t.csv{suffix}}}")["findings"]
        assert "is cut off" in finding["message"] or "cannot be decompressed" in finding["message"]


CHECK = """\
version: 1
tables:
  train: {path: 'train/*.csv', dialect: {delimiter: ';', decimal: ','}}
  holdout: {path: holdout.csv.gz, dialect: {delimiter: ';', decimal: ','}}
key: id
label: y
train: {estimator: sklearn.linear_model.LogisticRegression}
baselines: [base]
gate: {rules: [{metric: roc_auc, against: base, margin: 0.2}]}
"""


def examples(first: int, last: int) -> str:
    chance = random.Random(first)  # noqa: S311 - no secret
    points = [(number, chance.gauss(0, 1)) for number in range(first, last)]
    rows = [f"{number};{x:.3f};{int(x + chance.gauss(0, 1) > 0)}".replace(".", ",") for number, x in points]
    return "id;x;y\n" + "\n".join(rows) + "\n"


def test_models_are_trained_and_compared_on_such_tables_against_the_base(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    repository = Repository.new(tmp_path / "r")
    holdout = examples(1000, 1200).encode()
    files = {"train/a.csv": examples(0, 150), "train/b.csv": examples(150, 300)}
    base = repository.commit({"mlgate.yml": CHECK, "holdout.csv.gz": gzip.compress(holdout, mtime=0), **files})
    # More data, and the same holdout packed anew.
    repository.commit({"train/c.csv": examples(300, 400), "holdout.csv.gz": gzip.compress(holdout, 1, mtime=0)})
    done = command(repository.root, "check", "--base", base)
    assert done.returncode == 0, done.stdout + done.stderr
    run = repository.root / "mlgate-run"
    comparison = json.loads((run / "comparison.json").read_bytes())
    assert comparison["holdout"]["identity"] == comparison["holdout"]["base_identity"]
    assert comparison["rules"][0]["outcome"] == "pass"
    assert [reason["id"] for reason in comparison["reasons"]] == ["holdout-features-changed"]
    tables = {table["name"]: table for table in json.loads((run / "data.json").read_bytes())["tables"]}
    assert tables["train"]["rows"] == 400
    assert tables["holdout"]["digest"] == comparison["holdout"]["digest"]


@pytest.mark.parametrize("name", ["file_row_number", "File_Row_Number", "file_index"])
@pytest.mark.parametrize("number", [1, 2])
def test_columns_may_be_called_as_the_engine_calls_its_own(name: str, number: int, tmp_path: Path) -> None:
    columns = "'00' || range AS id, 1000 * range AS price, DATE '2014-01-01' AS day"
    (tmp_path / "d").mkdir()
    for index in range(number):
        rows = f"SELECT {columns}, 'x' AS \"{name}\" FROM range({4 * index}, {4 * index + 4})"  # noqa: S608 - ours
        duckdb.execute(f"COPY ({rows}) TO '{tmp_path / 'd' / f'{index}.parquet'}'")
    table = validated(tmp_path, "{path: 'd/*.parquet', contract: c.yml}")
    assert table["rows"] == 4 * number
    assert table["columns"][3]["name"] == name
    found = [(row["file"], row["row"]) for row in table["findings"][0]["rows"]]
    several = [("d/0.parquet", 3), *(("d/1.parquet", row) for row in range(4, 8))]
    assert found == ([(None, 3)] if number == 1 else several)
    assert main(["contract", "infer", "d/0.parquet", "--output", "i.yml"], env={}, cwd=tmp_path) == 0
    assert f"{name}:" in (tmp_path / "i.yml").read_text(encoding="utf-8")
