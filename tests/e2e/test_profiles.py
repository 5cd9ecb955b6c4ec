"""Profiles and fingerprints by the engine: merging, order of rows, threads, formats, and what may not be shown."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from mlgate.core import codec
from mlgate.core.data.profile import buckets_of, cdf, merge, sql
from mlgate.core.data.profile.request import ProfileRequest
from mlgate.core.documents.profile import ColumnProfile, Fingerprint, Profile
from mlgate.main import main
from mlgate.shell.tables import engine, layout
from mlgate.shell.tables.files import one_file
from mlgate.shell.tables.profiling import profile_of
from mlgate.shell.tables.reference import Subject, describe
from mlgate.shell.tables.sides import side_of

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = ProfileRequest(name="t", shown=True)


def frame(rows: int, seed: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    odd = np.where(draw.random(rows) < 0.05, draw.choice([np.nan, np.inf, -np.inf], rows), draw.normal(0, 3, rows))
    return pd.DataFrame(
        {
            "id": [f"k{seed}-{i}" for i in range(rows)],
            "normal": draw.normal(1000, 1, rows),
            "near": draw.normal(10, 1, rows),
            "odd": odd,
            "whole": draw.integers(-40, 3000, rows),
            "few": draw.choice([0.5, -0.0, 0.0, 7.25], rows),
            "word": draw.choice(["a", "b", "ü"], rows),
            "many": [f"v{number}" for number in draw.integers(0, 400, rows)],
            "flag": draw.random(rows) < 0.3,
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 700, rows), unit="D"),
            "empty": pd.array([None] * rows, dtype="Int64"),
        }
    ).mask(draw.random((rows, 11)) < 0.03)


def write(table: pd.DataFrame, path: Path) -> Path:
    database = duckdb.connect()
    database.register("given", table)
    types = "whole::BIGINT AS whole, flag::BOOLEAN AS flag, word::VARCHAR AS word, empty::BIGINT AS empty"
    cast = f"SELECT * REPLACE ({types}) FROM given"  # noqa: S608 - own names
    form = {".parquet": "PARQUET", ".csv": "CSV, HEADER", ".jsonl": "JSON"}[path.suffix]
    database.execute(f"COPY ({cast}) TO '{path}' (FORMAT {form})")
    return path


def write_plain(table: pd.DataFrame, path: Path) -> Path:
    database = duckdb.connect()
    database.register("given", table)
    database.execute(f"COPY given TO '{path}' (FORMAT PARQUET)")
    return path


def profiled(path: Path, spill: Path, asked: ProfileRequest = SHOWN, threads: int = 2) -> tuple[Profile, Fingerprint]:
    with engine.connect([path], spill=spill, threads=threads) as database:
        table = layout.parquet_table(database, one_file(path))
        return profile_of(database, side_of(database, table, "t"), asked)


def columns(profile: Profile) -> dict[str, ColumnProfile]:
    return {column.name: column for column in profile.columns}


@pytest.mark.parametrize("sizes", [(3000, 5000), (1, 4000), (700, 2)])
def test_merged_profiles_are_the_profile_of_all_rows(tmp_path: Path, sizes: tuple[int, int]) -> None:
    parts = [frame(size, seed) for seed, size in enumerate(sizes)]
    one, other = (profiled(write(part, tmp_path / f"{i}.parquet"), tmp_path)[0] for i, part in enumerate(parts))
    whole = profiled(write(pd.concat(parts), tmp_path / "whole.parquet"), tmp_path)[0]
    merged = merge(one, other)
    assert merge(other, one).rows == whole.rows == sum(sizes)
    for name, expected in columns(whole).items():
        found = columns(merged)[name]
        assert found.mean == pytest.approx(expected.mean), name
        assert found.std == pytest.approx(expected.std), name
        bare: dict[str, Any] = {"mean": None, "std": None}
        if name == "many":  # 400 values, of which each side names 50: counts may be too low
            bare |= {"top": (), "rest": 0}
        assert replace(found, **bare) == replace(expected, **bare), name


def test_named_values_are_too_few_by_no_more_than_a_side_leaves_out(tmp_path: Path) -> None:
    parts = [frame(3000, seed) for seed in (1, 2)]
    sides = [profiled(write(part, tmp_path / f"{i}.parquet"), tmp_path)[0] for i, part in enumerate(parts)]
    true = pd.concat(parts)["many"].value_counts()
    least = [columns(side)["many"].top[-1].count for side in sides]
    for item in columns(merge(*sides))["many"].top:
        assert true[item.value] - sum(least) <= item.count <= true[item.value]


def test_neither_the_order_of_rows_nor_threads_change_a_byte(tmp_path: Path) -> None:
    table = frame(6000, 4)
    first, mark = profiled(write(table, tmp_path / "a.parquet"), tmp_path, threads=1)
    mixed = write(table.sample(frac=1, random_state=1), tmp_path / "b.parquet")
    for threads in (1, 2, 4):
        other, same = profiled(mixed, tmp_path, threads=threads)
        assert codec.dumps(other) == codec.dumps(first)
        assert same == mark


def test_columns_that_only_seem_to_have_few_values_are_described_alike(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    same = np.zeros(12_000)
    table = pd.DataFrame(
        {
            "number": np.concatenate([same, draw.normal(5, 2, 12_000)]),
            "few": np.concatenate([same, draw.integers(-9, 9, 12_000)]),
            "text": [f"v{int(10_000 * number)}" for number in np.concatenate([same, draw.random(12_000)])],
        }
    )
    seeming = profiled(write_plain(table, tmp_path / "a.parquet"), tmp_path)
    assert seeming == profiled(write_plain(table.iloc[::-1], tmp_path / "b.parquet"), tmp_path)


def test_the_width_of_whole_numbers_changes_no_hash(tmp_path: Path) -> None:
    numbers = pd.Series(range(-3000, 3000), name="n")
    narrow, mark = profiled(write_plain(numbers.astype("int16").to_frame(), tmp_path / "a.parquet"), tmp_path)
    wide, same = profiled(write_plain(numbers.astype("int64").to_frame(), tmp_path / "b.parquet"), tmp_path)
    assert mark == same
    assert narrow == wide
    assert columns(merge(narrow, wide))["n"].distinct == columns(wide)["n"].distinct


def test_the_hashing_names_what_hashed(tmp_path: Path) -> None:
    profile, mark = profiled(write(frame(50, 1), tmp_path / "a.parquet"), tmp_path)
    with engine.connect([], spill=tmp_path) as database:
        answers = list(database.execute(sql.HASHES).fetchone() or ())
    assert profile.hashing == mark.hashing == sql.hashing(answers)
    assert sql.hashing([*answers[:-1], answers[-1] + 1]) != mark.hashing


def test_nulls_are_no_values(tmp_path: Path) -> None:
    table = pd.DataFrame({"x": [1.5, None, 2.5, None], "word": ["a", None, "b", None]})
    found = columns(profiled(write_plain(table, tmp_path / "a.parquet"), tmp_path)[0])
    without = columns(profiled(write_plain(table.dropna(), tmp_path / "b.parquet"), tmp_path)[0])
    for name, column in found.items():
        assert (column.n, column.nulls, column.distinct) == (2, 2, 2)
        assert replace(column, nulls=0) == without[name]


def test_a_fingerprint_tells_rows_and_columns_apart(tmp_path: Path) -> None:
    table = frame(500, 5)
    mark = profiled(write(table, tmp_path / "a.parquet"), tmp_path)[1]
    doubled = profiled(write(pd.concat([table, table.head(1)]), tmp_path / "b.parquet"), tmp_path)[1]
    renamed = profiled(write(table.rename(columns={"odd": "even"}), tmp_path / "c.parquet"), tmp_path)[1]
    changed = table.copy()
    changed.loc[7, "word"] = "other"
    assert profiled(write(changed, tmp_path / "d.parquet"), tmp_path)[1].rows_digest != mark.rows_digest
    assert (doubled.rows, doubled.columns_digest) == (501, mark.columns_digest)
    assert doubled.rows_digest != mark.rows_digest
    assert (renamed.rows_digest, renamed.columns_digest == mark.columns_digest) == (mark.rows_digest, False)


def test_a_profile_says_what_numpy_says(tmp_path: Path) -> None:
    table = frame(20_000, 6)
    found = columns(profiled(write(table, tmp_path / "a.parquet"), tmp_path)[0])
    normal, odd = table["normal"].dropna(), table["odd"].dropna()
    assert found["normal"].mean == pytest.approx(normal.mean())
    assert found["normal"].std == pytest.approx(normal.std())
    assert len(buckets_of(found["normal"])) > 160  # values far from zero are told apart, too
    assert len(buckets_of(found["near"])) > 160  # the finest kind that is few enough: one finer has more than 320
    assert cdf(found["normal"], 1000.5) == pytest.approx((normal <= 1000.5).mean(), abs=0.01)
    assert found["odd"].not_finite == (~np.isfinite(odd)).sum()
    assert found["few"].distinct == 3
    assert found["whole"].distinct == pytest.approx(table["whole"].nunique(), rel=0.1)
    assert (found["flag"].kind, found["flag"].top[0].value) == ("boolean", "false")
    assert found["day"].kind.value == "time"
    assert found["day"].minimum == pytest.approx(1.7040672e15, rel=1e-5)
    assert (found["empty"].n, found["empty"].buckets) == (0, "")


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
def test_every_format_is_described(tmp_path: Path, suffix: str) -> None:
    table = frame(1500, 7).drop(columns=["odd"])
    path = write(table, tmp_path / f"t{suffix}")
    profile = describe(Subject(name="t", path=path, key="id", shown=True, hidden=["word"]), spill=tmp_path / "s")
    found = columns(profile)
    assert profile.rows == 1500
    assert [column.name for column in profile.columns] == (
        sorted(table.columns) if suffix == ".jsonl" else list(table.columns)
    )
    assert (
        found["normal"].buckets
        == columns(profiled(write(table, tmp_path / "p.parquet"), tmp_path)[0])["normal"].buckets
    )
    assert found["normal"].nulls == table["normal"].isna().sum()
    assert (found["id"].kind, found["id"].top, found["id"].registers) == ("key", (), "")
    assert (found["word"].n, found["word"].top, found["word"].distinct) == (table["word"].count(), (), None)
    assert found["many"].top


def test_values_that_may_not_be_shown_leave_counts_alone(tmp_path: Path) -> None:
    path = write(frame(300, 8), tmp_path / "t.parquet")
    profile, mark = profiled(path, tmp_path, ProfileRequest(name="t"))
    assert mark.rows_digest == profiled(path, tmp_path)[1].rows_digest
    for column in profile.columns:
        bare = ColumnProfile(name=column.name, kind=column.kind, type=column.type, n=column.n, nulls=column.nulls)
        assert column == bare
    shown = profiled(path, tmp_path)[0]
    assert merge(shown, profile).columns[1].buckets == ""


def test_a_table_without_rows_or_columns_of_values_has_a_profile(tmp_path: Path) -> None:
    profile, mark = profiled(write(frame(3, 9).head(0), tmp_path / "t.parquet"), tmp_path)
    assert (profile.rows, mark.rows, {column.n for column in profile.columns}) == (0, 0, {0})


def run(folder: Path, *options: str) -> dict[str, Any]:
    assert main(["validate-data", "t.csv", "--contract", "c.yml", *options], env={}, cwd=folder) == 0
    table: dict[str, Any] = json.loads((folder / "mlgate-run" / "data.json").read_text())["tables"][0]
    return table


def test_files_that_are_named_are_profiled_where_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,x,name,tax\n1,1.5,a,007\n2,,b,008\n")
    (tmp_path / "c.yml").write_text(
        "row:\n  type: object\n  properties: {name: {redact: true}}\ntable:\n  - primary-key: [id]\n"
    )
    assert run(tmp_path)["profile"] is None
    table = run(tmp_path, "--profile")
    described = codec.from_plain(Profile, table["profile"])
    found = columns(described)
    assert described.digest == table["digest"] == table["fingerprint"]["content"]
    assert [column.kind.value for column in described.columns] == ["key", "number", "text", "text"]
    assert (found["x"].minimum, found["x"].nulls) == (1.5, 1)
    assert (found["name"].n, found["name"].top) == (2, ())
    assert table["fingerprint"]["hashing"].startswith("duckdb-")


def test_tables_of_a_configuration_are_profiled_and_private_values_are_not_in_it(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,x\n1,1.5\n2,2.5\n")
    (tmp_path / "mlgate.yml").write_text(
        "version: 1\ntask: regression\nkey: id\nlabel: x\ntables:\n  train: {path: t.csv}\n"
    )
    for options in ((), ("--show-values",)):  # no repository: nobody is known to read the table
        assert main(["validate-data", *options], env={}, cwd=tmp_path) == 0
        table = json.loads((tmp_path / "mlgate-run" / "data.json").read_text())["tables"][0]
        profile = codec.from_plain(Profile, table["profile"])
        assert (profile.table, profile.rows, profile.values_shown) == ("train", 2, False)
        assert [(column.kind.value, column.n, column.buckets) for column in profile.columns] == [
            ("key", 2, ""),
            ("number", 2, ""),
        ]
        assert len(table["fingerprint"]["rows_digest"]) == 32
