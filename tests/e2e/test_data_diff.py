"""The data diff of a pull request: real commits, real files, the real command."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from tests.e2e.test_validate_data import Done, validate
from tests.repository import Repository, pull_request

if TYPE_CHECKING:
    from pathlib import Path

Rows = list[tuple[Any, ...]]
Files = dict[str, str | bytes | None]
CONTRACT = """\
row:
  type: object
  properties:
    id: {type: string}
    carrier: {type: string}
    delay: {type: [number, "null"]}
    who: {type: [string, "null"], redact: true}
table:
  - primary-key: [id]
"""
NAMES = "id, carrier, delay, who"
BASE: Rows = [("001", "AA", 1.5, "x"), ("002", "UA", None, "y"), ("003", "AA", -2.0, "z"), ("004", "AA", 7.0, "x")]
HEAD: Rows = [("001", "AA", 1.5, "x"), ("002", "UA", 3.25, "q"), ("004", "B6", 7.0, "x"), ("005", "AA", 8.0, "x")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def written(folder: Path, rows: Rows, form: str, names: str = NAMES) -> bytes:
    """Return the rows as a file of this format."""
    if form == "csv":
        cells = (",".join("" if cell is None else str(cell) for cell in row) for row in rows)
        return "\n".join([names.replace(" ", ""), *cells, ""]).encode()
    path = folder / f"made.{form}"
    connection = duckdb.connect()
    places = ", ".join("?" for _ in names.split(","))
    types = ", ".join(f"{name} {'DOUBLE' if name.strip() == 'delay' else 'VARCHAR'}" for name in names.split(","))
    connection.execute(f"CREATE TABLE t ({types})")
    connection.executemany(f"INSERT INTO t VALUES ({places})", rows)  # noqa: S608 - question marks
    connection.execute(f"COPY t TO '{path}' (FORMAT {'json' if form == 'jsonl' else form})")
    return path.read_bytes()


def config(path: str) -> str:
    return f"version: 1\ntables:\n  train: {{path: {path}, contract: c.yml}}\n"


def pull(
    folder: Path,
    base: Files,
    change: Files,
    *words: str,
    beside: Files | None = None,
) -> Done:
    """Validate a pull request's merge commit; files `beside` lie in the checkout and are tracked by nobody."""
    repository = Repository.new(folder / "project")
    repository.commit({"c.yml": CONTRACT, ".gitignore": "mlgate-run/\n", **base})
    repository.branch("topic")
    head = repository.commit(change)
    merge = repository.merge_commit(head)
    clone = repository.clone(folder / "clone", "refs/pull/1/merge", depth=2)
    clone.write(beside or {})
    return validate(clone.root, *words, **pull_request(folder, head=head, merge=merge))


def diff(done: Done) -> dict[str, Any]:
    found: dict[str, Any] = done.tables["train"]["diff"]
    return found


def counts(found: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(found[name] for name in ("rows_before", "rows_after", "added", "removed", "changed", "unchanged"))


def columns(found: dict[str, Any]) -> dict[str, Any]:
    return {column["name"]: column for column in found["columns"]}


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl"])
def test_rows_and_cells_are_compared_by_key(folder: Path, form: str) -> None:
    path = f"data/train.{form}"
    base: Files = {"mlgate.yml": config(path), path: written(folder, BASE, form)}
    done = pull(folder, base, {path: written(folder, HEAD, form)})
    found = diff(done)
    assert (found["state"], found["by"], found["key"], found["message"]) == ("compared", "key", ["id"], "")
    assert counts(found) == (4, 4, 1, 1, 2, 1)
    delay, carrier, who = (columns(found)[name] for name in ("delay", "carrier", "who"))
    assert (delay["changed"], delay["before"]["nulls"], delay["after"]["nulls"]) == (1, 1, 0)
    assert (delay["before"]["mean"], delay["after"]["mean"]) == (pytest.approx(6.5 / 3, rel=1e-5), 4.9375)
    assert delay["examples"] == [{"key": ["002"], "before": None, "after": "3.25"}]
    assert carrier["examples"] == [{"key": ["004"], "before": "AA", "after": "B6"}]
    assert (who["changed"], who["examples"]) == (1, [])
    assert '"q"' not in (folder / "clone" / "mlgate-run" / "data.json").read_text()


@pytest.mark.parametrize("position", [1, 2, 3])
def test_a_change_in_any_column_alone_is_found(folder: Path, position: int) -> None:
    rows: Rows = [tuple(9.5 if at == position else cell for at, cell in enumerate(row)) for row in BASE]
    base: Files = {"mlgate.yml": config("t.csv"), "t.csv": written(folder, BASE, "csv")}
    found = diff(pull(folder, base, {"t.csv": written(folder, rows, "csv")}))
    assert {name: column["changed"] for name, column in columns(found).items()} == {NAMES.split(", ")[position]: 4}


def test_numbers_of_csv_are_compared_by_value(folder: Path) -> None:
    contract = CONTRACT.replace("id: {type: string}", "id: {type: number}")
    base: Files = {"mlgate.yml": config("t.csv"), "c.yml": contract, "t.csv": "id,carrier,delay\n5,AA,1\n6,AA,2\n"}
    found = diff(pull(folder, base, {"t.csv": "id,carrier,delay\n5.0,AA,1.00\n6.0,AA,2.5\n"}))
    assert counts(found) == (2, 2, 0, 0, 1, 1)
    assert columns(found)["delay"]["examples"] == [{"key": ["6"], "before": "2", "after": "2.5"}]


def test_the_same_bytes_are_unchanged(folder: Path) -> None:
    table = written(folder, BASE, "csv")
    done = pull(folder, {"mlgate.yml": config("t.csv"), "t.csv": table}, {"README.md": "more"})
    assert diff(done)["state"] == "unchanged"


def test_a_new_table_has_nothing_to_be_compared_with(folder: Path) -> None:
    base: Files = {"mlgate.yml": "version: 1\n"}
    done = pull(folder, base, {"mlgate.yml": config("t.csv"), "t.csv": written(folder, BASE, "csv")})
    assert done.tables["train"]["diff"] is None


def test_a_change_of_format_compares_what_cells_mean(folder: Path) -> None:
    base: Files = {"mlgate.yml": config("t.csv"), "t.csv": written(folder, BASE, "csv")}
    change: Files = {"mlgate.yml": config("t.parquet"), "t.csv": None, "t.parquet": written(folder, HEAD, "parquet")}
    found = diff(pull(folder, base, change))
    assert counts(found) == (4, 4, 1, 1, 2, 1)
    assert "the format changed from csv to parquet" in found["message"]


@pytest.mark.parametrize("version", ["base", "head"])
def test_a_key_that_repeats_is_no_key(folder: Path, version: str) -> None:
    rows = {"base": BASE, "head": HEAD, version: [*(BASE if version == "base" else HEAD), ("001", "AA", 9.0, "x")]}
    base: Files = {"mlgate.yml": config("t.csv"), "t.csv": written(folder, rows["base"], "csv")}
    found = diff(pull(folder, base, {"t.csv": written(folder, rows["head"], "csv")}))
    assert (found["by"], found["changed"]) == ("row", None)
    assert "rows with the same id" in found["message"]
    assert found["added"] - found["removed"] == len(rows["head"]) - len(rows["base"])


def test_without_a_key_rows_are_compared_as_a_whole(folder: Path) -> None:
    contract = CONTRACT.replace("table:\n  - primary-key: [id]\n", "")
    doubled: Rows = [*BASE, BASE[0], BASE[0]]
    base: Files = {"mlgate.yml": config("t.csv"), "c.yml": contract, "t.csv": written(folder, doubled, "csv")}
    found = diff(pull(folder, base, {"t.csv": written(folder, [BASE[0], BASE[1], HEAD[3]], "csv")}))
    assert counts(found) == (6, 3, 1, 4, None, 2)
    assert "the contract has no primary-key" in found["message"]


def test_columns_come_go_and_change_their_type(folder: Path) -> None:
    base: Files = {"mlgate.yml": config("t.parquet"), "t.parquet": written(folder, BASE, "parquet")}
    rows: Rows = [(a, c, b, "new") for a, b, c, _ in BASE]
    change: Files = {"t.parquet": written(folder, rows, "parquet", "id, delay, carrier, fresh")}
    found = diff(pull(folder, base, change))
    schema = found["table_schema"]
    assert (schema["added"], schema["removed"], schema["reordered"]) == (["fresh"], ["who"], True)
    assert counts(found) == (4, 4, 0, 0, 0, 4)


def test_the_files_of_a_glob_are_one_table(folder: Path) -> None:
    parts = {f"data/{n}.csv": written(folder, rows, "csv") for n, rows in enumerate((BASE[:2], BASE[2:]))}
    base: Files = {"mlgate.yml": config("data/*.csv"), **parts}
    change: Files = {"data/1.csv": None, "data/2.csv": written(folder, HEAD[2:], "csv")}
    found = diff(pull(folder, base, change))
    assert counts(found) == (4, 4, 1, 1, 1, 2)


def lfs_pointer(data: bytes) -> bytes:
    digest = hashlib.sha256(data).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n".encode()


@pytest.mark.parametrize("is_cached", [True, False])
def test_an_object_of_git_lfs_is_taken_from_the_cache(folder: Path, *, is_cached: bool) -> None:
    old, new = written(folder, BASE, "csv"), written(folder, HEAD, "csv")
    digest = hashlib.sha256(old).hexdigest()
    cached: Files = {f".git/lfs/objects/{digest[:2]}/{digest[2:4]}/{digest}": old} if is_cached else {}
    base: Files = {"mlgate.yml": config("t.csv"), "t.csv": lfs_pointer(old)}
    done = pull(folder, base, {"t.csv": lfs_pointer(new)}, beside={"t.csv": new, **cached})
    if is_cached:
        assert counts(diff(done)) == (4, 4, 1, 1, 2, 1)
        assert columns(diff(done))["carrier"]["examples"]
    else:
        assert diff(done)["state"] == "missing"
        assert "run `git lfs fetch origin " in diff(done)["message"]


@pytest.mark.parametrize("is_cached", [True, False])
def test_a_file_of_dvc_is_taken_from_the_cache(folder: Path, *, is_cached: bool) -> None:
    old, new = written(folder, BASE, "csv"), written(folder, HEAD, "csv")
    one, other = (hashlib.md5(data, usedforsecurity=False).hexdigest() for data in (old, new))
    cached: Files = {f".dvc/cache/files/md5/{one[:2]}/{one[2:]}": old} if is_cached else {}
    base: Files = {"mlgate.yml": config("t.csv"), "t.csv.dvc": f"outs:\n- md5: {one}\n  path: t.csv\n"}
    change: Files = {"t.csv.dvc": f"outs:\n- md5: {other}\n  path: t.csv\n"}
    done = pull(folder, base, change, beside={"t.csv": new, **cached})
    if is_cached:
        assert counts(diff(done)) == (4, 4, 1, 1, 2, 1)
        assert columns(diff(done))["carrier"]["examples"] == []
        assert columns(diff(done))["delay"]["after"]["mean"] is None
    else:
        assert diff(done)["state"] == "missing"
        assert "run `dvc fetch" in diff(done)["message"]


def test_values_that_git_never_had_are_not_shown_once_the_table_is_tracked(folder: Path) -> None:
    old = written(folder, BASE, "csv")
    one = hashlib.md5(old, usedforsecurity=False).hexdigest()
    base: Files = {"mlgate.yml": config("t.csv"), "t.csv.dvc": f"outs:\n- md5: {one}\n  path: t.csv\n"}
    change: Files = {"t.csv.dvc": None, "t.csv": written(folder, HEAD, "csv")}
    done = pull(folder, base, change, beside={f".dvc/cache/files/md5/{one[:2]}/{one[2:]}": old})
    assert columns(diff(done))["carrier"]["changed"] == 1
    assert columns(diff(done))["carrier"]["examples"] == []


def test_the_files_of_a_folder_of_dvc_are_taken_from_the_cache(folder: Path) -> None:
    def pointer(files: dict[str, bytes]) -> tuple[str, dict[str, bytes]]:
        """Return the pointer of the folder `data`, and what the cache has of it."""
        digests = {name: hashlib.md5(data, usedforsecurity=False).hexdigest() for name, data in files.items()}
        listed = json.dumps([{"md5": digests[name], "relpath": name} for name in sorted(files)]).encode()
        whole = hashlib.md5(listed, usedforsecurity=False).hexdigest() + ".dir"
        held = {digests[name]: data for name, data in files.items()} | {whole: listed}
        cache = {f".dvc/cache/files/md5/{digest[:2]}/{digest[2:]}": data for digest, data in held.items()}
        return f"outs:\n- md5: {whole}\n  hash: md5\n  path: data\n", cache

    old, cached = pointer({"0.csv": written(folder, BASE[:2], "csv"), "1.csv": written(folder, BASE[2:], "csv")})
    files = {"0.csv": written(folder, HEAD[:2], "csv"), "1.csv": written(folder, HEAD[2:], "csv")}
    new, _ = pointer(files)
    base: Files = {"mlgate.yml": config("data/*.csv"), "data.dvc": old, ".gitignore": "/data\nmlgate-run/\n"}
    beside = {**cached, **{f"data/{name}": data for name, data in files.items()}}
    found = diff(pull(folder, base, {"data.dvc": new}, beside={**beside}))
    assert counts(found) == (4, 4, 1, 1, 2, 1)


def test_a_table_of_few_numbers_has_categories_and_quantiles(folder: Path) -> None:
    old: Rows = [(f"{n:03}", "AA", float(n % 2), "x") for n in range(60)]
    new: Rows = [(key, carrier, delay + 2 * (delay > 0), who) for key, carrier, delay, who in old]
    base: Files = {"mlgate.yml": config("t.parquet"), "t.parquet": written(folder, old, "parquet")}
    delay = columns(diff(pull(folder, base, {"t.parquet": written(folder, new, "parquet")})))["delay"]
    assert (delay["new_categories"], delay["vanished_categories"]) == (["3"], ["1"])
    assert (delay["before"]["quantiles"]["0.75"], delay["after"]["quantiles"]["0.75"]) == (1.0, 3.0)
    assert delay["changed"] == 30


def test_a_malformed_base_is_called_so(folder: Path) -> None:
    base: Files = {"mlgate.yml": config("t.csv"), "t.csv": "id,carrier\n1,AA\n2,AA,x,y\n"}
    found = diff(pull(folder, base, {"t.csv": written(folder, HEAD, "csv")}))
    assert found["state"] == "missing"
    assert found["message"] == "the base's version cannot be read as csv: it is malformed"


def test_a_base_that_cannot_be_read_stops_nothing(folder: Path) -> None:
    base: Files = {"mlgate.yml": config("t.parquet"), "t.parquet": b"PAR1 not at all PAR1"}
    done = pull(folder, base, {"t.parquet": written(folder, HEAD, "parquet")})
    assert (done.status, diff(done)["state"]) == (0, "missing")
