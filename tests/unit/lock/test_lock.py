"""`mlgate.lock`: written and read, merged by lines, held against what is there."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgate.core.lock import Lock, PinnedTable, differences, moved, parse, write
from mlgate.errors import ConfigError

A, B, C = ("a" * 64, "b" * 64, "c" * 64)
LOCK = Lock(
    tables={
        "train": PinnedTable(files={"data/b.csv": B, "data/a.csv": A}),
        "holdout": PinnedTable(files={"data/holdout.csv": C}, rows=12),
    },
    files={"current.csv": B},
)
TEXT = f"""\
# Written by `mlgate data lock`. Commit it with the data that it fixes.
version: 1
tables:
  holdout:
    rows: 12
    files:
      "data/holdout.csv": sha256:{C}
  train:
    files:
      "data/a.csv": sha256:{A}
      "data/b.csv": sha256:{B}
files:
  "current.csv": sha256:{B}
"""


def test_a_lock_is_written_sorted_with_a_line_for_each_file() -> None:
    assert write(LOCK) == TEXT


def test_what_was_written_is_read() -> None:
    assert parse(TEXT.encode(), "mlgate.lock") == LOCK


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)
digests = st.sampled_from([A, B, C])
tables = st.builds(
    PinnedTable, files=st.dictionaries(names, digests, max_size=3), rows=st.none() | st.integers(0, 10**9)
)
locks = st.builds(
    Lock,
    tables=st.dictionaries(st.from_regex(r"[A-Za-z]([_-]?[A-Za-z0-9]){0,5}", fullmatch=True), tables, max_size=3),
    files=st.dictionaries(names, digests, max_size=3),
)


@given(locks)
def test_any_lock_is_read_as_it_was_written(lock: Lock) -> None:
    filled = replace(lock, tables={name: table for name, table in lock.tables.items() if table.files})
    assert parse(write(filled).encode(), "mlgate.lock") == filled


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "1:1"),
        ("version: 2\n", "1:10"),
        ("version: 1\nother: 3\n", "2:1"),
        ("version: 1\ntables: 3\n", "2:9"),
        ("version: 1\ntables:\n  train: {}\n", "3:10"),
        ("version: 1\ntables:\n  train:\n    files:\n      a.csv: sha256:abc\n", "5:14"),
        (f"version: 1\ntables:\n  train:\n    files:\n      a.csv: {A}\n", "5:14"),
        ("version: 1\ntables:\n  train:\n    rows: -1\n    files: {}\n", "4:11"),
        (f"version: 1\nfiles:\n  a: sha256:{A}\n  a: sha256:{A}\n", "4:3"),
        ("<<<<<<< HEAD\nversion: 1\n", "1:1"),
        ("version: 1\nfiles: [", "2:9"),
    ],
)
def test_a_malformed_lock_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(text.encode(), "mlgate.lock")
    problem = refused.value.problems[0]
    assert (problem.file, f"{problem.line}:{problem.column}") == ("mlgate.lock", place)


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        parse(b"version: 3\nfiles:\n  a: x\n  b: y\n", "mlgate.lock")
    assert [problem.line for problem in refused.value.problems] == [1, 3, 4]


def test_the_digest_of_a_table_is_that_of_its_one_file_or_over_a_line_for_each() -> None:
    assert LOCK.tables["holdout"].digest == C
    whole = f"{A}  data/a.csv\n{B}  data/b.csv\n".encode()
    assert LOCK.tables["train"].digest == hashlib.sha256(whole).hexdigest()


@pytest.mark.parametrize(("name", "digest"), [("current.csv", B), ("data/a.csv", A), ("data/x.csv", None)])
def test_a_file_is_fixed_whatever_it_is_there_for(name: str, digest: str | None) -> None:
    assert LOCK.digest(name) == digest


FILES = ("data/a.csv", "data/b.csv")


def test_a_table_that_is_fixed_has_not_moved() -> None:
    assert moved(LOCK, "train", FILES, LOCK.tables["train"].digest) is None


def test_a_table_that_cannot_be_read_has_a_finding_of_its_own() -> None:
    assert moved(LOCK, "train", FILES, None) is None


@pytest.mark.parametrize(
    ("table", "names", "digest", "message"),
    [
        ("holdout", ("data/holdout.csv",), A, "data/holdout.csv changed, and mlgate.lock did not"),
        ("train", FILES, A, "one of the 2 files changed"),
        ("train", ("data/a.csv", "data/c.csv"), A, "data/c.csv is not in it, data/b.csv is gone"),
        ("holdout", ("other.csv",), C, "other.csv is not in it, data/holdout.csv is gone"),
        ("extra", ("data/a.csv",), A, "mlgate.lock does not fix the table extra"),
    ],
)
def test_a_table_that_moved_is_a_finding(table: str, names: tuple[str, ...], digest: str, message: str) -> None:
    found = moved(LOCK, table, names, digest)
    assert found is not None
    assert found.reason == "data-changed"
    assert message in found.message
    assert "`mlgate data lock`" in found.message


def test_rows_are_held_to_the_lock_where_they_are_known() -> None:
    names = ("data/holdout.csv",)
    found = moved(LOCK, "holdout", names, C, 1234)
    assert found is not None
    assert "the table has 1,234 rows, and mlgate.lock says 12" in found.message
    assert moved(LOCK, "holdout", names, C, 12) is None
    assert moved(LOCK, "holdout", names, C, None) is None
    assert moved(LOCK, "train", FILES, LOCK.tables["train"].digest, 3) is None


def test_differences_name_tables_and_files() -> None:
    there = Lock(
        tables={
            "train": PinnedTable(files={"data/b.csv": C, "data/c.csv": A}),
            "new": PinnedTable(files={"n.csv": A}),
        },
        files={"other.csv": B},
    )
    assert differences(LOCK, there) == (
        "holdout: the configuration has no such table",
        "new: this table is not in the lock",
        "train: data/a.csv is gone",
        "train: data/b.csv changed",
        "train: data/c.csv is not in the lock",
        "current.csv is gone",
        "other.csv is not in the lock",
    )
    assert differences(LOCK, LOCK) == ()
