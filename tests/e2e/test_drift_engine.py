"""Drift as the engine counts it, against numpy and scipy on the same files: two tables, and a table and a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mlgate.core import codec
from mlgate.core.data.drift import stored
from mlgate.core.data.drift.request import DriftRequest
from mlgate.core.data.source import Format
from mlgate.shell.tables import engine, layout
from mlgate.shell.tables.files import one_file
from mlgate.shell.tables.reference import Subject, describe
from mlgate.shell.tables.sides import side_of
from mlgate.shell.validation.drifting import Drifting

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.documents.drift import ColumnDrift, TableDrift
    from mlgate.core.documents.profile import Profile

N, M = 4000, 3000


def frame(n: int, seed: int, shift: float) -> pd.DataFrame:
    draws = np.random.default_rng(seed)
    normal = draws.normal(shift, 1, n)
    return pd.DataFrame(
        {
            "normal": normal,
            "far": 1e9 + normal,
            "tail": np.exp(3 * normal),
            "zeros": np.where(draws.random(n) < 0.4 + shift / 5, 0, draws.integers(-3, 40, n)),
            "constant": np.full(n, 7),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(draws.integers(0, 400, n), unit="D"),
            "moment": pd.Timestamp("2024-01-01") + pd.to_timedelta(draws.integers(0, 86_400_000, n), unit="ms"),
            "flag": draws.random(n) < 0.3,
            "word": draws.choice(["a", "b", "c'", "d"], n, p=[0.4, 0.3, 0.2, 0.1]),
            "name": [f"{seed}-{i}" for i in range(n)],
            "holes": np.where(draws.random(n) < 0.2, np.nan, normal),
        }
    )


def write(table: pd.DataFrame, path: Path) -> None:
    with duckdb.connect() as connection:
        connection.register("written", table)
        connection.execute(f"COPY written TO '{path}'")


@pytest.fixture(params=["parquet", "csv"])
def tables(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Path]:
    paths = tmp_path / f"a.{request.param}", tmp_path / f"b.{request.param}"
    for path, table in zip(paths, (frame(N, 1, 0.0), frame(M, 2, 0.5)), strict=True):
        if request.param == "csv":
            table.to_csv(path, index=False)
        else:
            write(table, path)
    return paths


def drift(tmp_path: Path, reference: Path, current: Path, **more: Any) -> TableDrift:
    files = [path for path in (reference, current) if path.exists()]
    with engine.connect(files, spill=tmp_path / "spill", memory_limit="500MB") as connection:
        asked = DriftRequest(**{"reference": "a", "show_values": True, **more})

        def opened(path: Path) -> Any:
            source = one_file(path)
            names = tuple(pd.read_csv(path, nrows=0).columns) if source.format is Format.CSV else ()
            return side_of(connection, layout.table(connection, source, names), path.stem)

        return Drifting(connection=connection, request=asked).of(lambda: opened(current), lambda: opened(reference))


def second(profile: Any) -> Profile:
    return stored.read(codec.dumps(profile).encode())


def columns(found: TableDrift) -> dict[str, ColumnDrift]:
    return {column.column: column for column in found.columns}


def test_distances_are_those_of_scipy(tables: tuple[Path, Path], tmp_path: Path) -> None:
    found = columns(drift(tmp_path, *tables))
    before, after = frame(N, 1, 0.0), frame(M, 2, 0.5)
    for name in ("normal", "far", "tail", "zeros", "holes"):
        a, b = before[name].dropna(), after[name].dropna()
        expected = stats.ks_2samp(a, b, method="asymp").statistic
        test = found[name].test
        assert test is not None
        assert test.is_exact
        assert test.statistic == pytest.approx(expected, rel=1e-9), name
        distance = found[name].measures[1].value
        assert distance == pytest.approx(stats.wasserstein_distance(a, b) / a.std(), rel=1e-6), name
    test = found["word"].test
    assert test is not None
    counts = [table["word"].value_counts().sort_index() for table in (before, after)]
    assert (test.statistic, test.p) == pytest.approx(stats.chi2_contingency(counts, correction=False)[:2], rel=1e-8)


def test_bins_are_tenths_of_the_reference_also_far_from_zero(tables: tuple[Path, Path], tmp_path: Path) -> None:
    found = columns(drift(tmp_path, *tables, exact=False))
    for name in ("normal", "far", "tail", "holes"):
        assert found[name].effect.bins == 10, name
        assert max(abs(item.reference - 0.1) for item in found[name].bins) < 0.03, name
        assert found[name].alarms == ("values",), name
    assert found["far"].effect.value == pytest.approx(found["normal"].effect.value, abs=0.03)
    zeros = next(item for item in found["zeros"].bins if item.label == "0")
    assert zeros.reference == pytest.approx((frame(N, 1, 0.0)["zeros"] == 0).mean(), abs=1e-9)
    assert found["constant"].effect.reason == "constant"
    assert (found["name"].effect.reason, found["name"].alarms) == ("too-many-categories", ())
    assert found["holes"].n == frame(N, 1, 0.0)["holes"].notna().sum()


def test_dates_and_times_are_numbers_in_parquet(tmp_path: Path) -> None:
    write(frame(N, 1, 0.0), tmp_path / "a.parquet")
    write(frame(M, 2, 0.5), tmp_path / "b.parquet")
    found = columns(drift(tmp_path, tmp_path / "a.parquet", tmp_path / "b.parquet"))
    for name in ("day", "moment"):
        assert (found[name].kind, found[name].effect.bins, found[name].alarms) == ("number", 10, ())
    assert found["day"].bins[0].label is not None
    assert found["day"].bins[0].label.startswith("2024-0")


def test_a_profile_gives_what_the_table_gives(tmp_path: Path) -> None:
    reference, current = tmp_path / "a.parquet", tmp_path / "b.parquet"
    write(frame(N, 1, 0.0), reference)
    write(frame(M, 2, 0.5), current)
    profile = second(describe(Subject(name="a", path=reference, shown=True), spill=tmp_path / "p"))
    by_table = columns(drift(tmp_path, reference, current, exact=False))
    found = columns(drift(tmp_path, tmp_path / "none", current, profile=profile))
    for name in ("normal", "far", "tail", "zeros", "holes", "word", "flag"):
        mine, other = found[name].effect.value, by_table[name].effect.value
        assert mine == pytest.approx(other, abs=0.03), name
        assert found[name].alarms == by_table[name].alarms, name
    assert found["normal"].measures[1].reason == "not-in-profile"
    hidden = second(describe(Subject(name="a", path=reference), spill=tmp_path / "q"))
    found = columns(drift(tmp_path, tmp_path / "none", current, profile=hidden))
    assert (found["normal"].reason, found["normal"].effect.value) == ("values-not-shown", None)


@pytest.mark.parametrize(
    ("before", "after"),
    [([7] * 1000, [1] * 1000), ([7] * 1000, [8] * 900), ([0] * 900 + [9] * 100, [0] * 900 + [99] * 100)],
)
def test_a_frequent_value_that_moved_alarms_by_both_paths(tmp_path: Path, before: list[int], after: list[int]) -> None:
    reference, current = tmp_path / "a.parquet", tmp_path / "b.parquet"
    write(pd.DataFrame({"x": before}), reference)
    write(pd.DataFrame({"x": after}), current)
    profile = second(describe(Subject(name="a", path=reference, shown=True), spill=tmp_path / "p"))
    (by_table,) = drift(tmp_path, reference, current).columns
    (by_profile,) = drift(tmp_path, tmp_path / "none", current, profile=profile).columns
    assert by_profile.alarms == by_table.alarms == ("values",)
    assert by_profile.effect == by_table.effect


def test_columns_that_came_went_or_changed_their_kind_are_named(tmp_path: Path) -> None:
    write(pd.DataFrame({"a": range(100), "b": range(100), "gone": 1}), tmp_path / "a.parquet")
    write(pd.DataFrame({"a": range(100), "b": [str(i % 3) for i in range(100)], "came": 1}), tmp_path / "b.parquet")
    found = columns(drift(tmp_path, tmp_path / "a.parquet", tmp_path / "b.parquet"))
    reasons = {name: column.reason for name, column in found.items()}
    assert reasons == {"a": "", "b": "other-kind", "gone": "column-missing", "came": "column-new"}


def test_values_beyond_doubles_and_without_order_are_left_out(tmp_path: Path) -> None:
    values = "['NaN', 'inf', '-inf', '-0.0', '0.0', '5e-324', '-5e-324', '1.7e308', '-1.7e308', '1.0']"
    for name in ("a", "b"):
        query = f"SELECT unnest({values})::DOUBLE AS x FROM range(20)"  # noqa: S608 - our own
        duckdb.execute(f"COPY ({query}) TO '{tmp_path / name}.parquet'")
    (column,) = drift(tmp_path, tmp_path / "a.parquet", tmp_path / "b.parquet").columns
    assert (column.n, column.m) == (140, 140)
    assert column.test is not None
    assert column.test.statistic == 0.0


def test_distances_are_exact_where_the_functions_cross_inside_a_bucket(tmp_path: Path) -> None:
    samples = []
    for name, seed, n in (("a", 5, 900), ("b", 6, 700)):
        draws = np.random.default_rng(seed)
        samples.append(np.concatenate([draws.normal(size=n), 1000 + draws.random(n) / 10]))
        write(pd.DataFrame({"x": samples[-1]}), tmp_path / f"{name}.parquet")
    (column,) = drift(tmp_path, tmp_path / "a.parquet", tmp_path / "b.parquet").columns
    a, b = samples
    area = column.measures[1].value
    assert area == pytest.approx(stats.wasserstein_distance(a, b) / a.std(ddof=1), rel=1e-8)
    assert column.test is not None
    assert column.test.statistic == pytest.approx(stats.ks_2samp(a, b, method="asymp").statistic, rel=1e-9)
