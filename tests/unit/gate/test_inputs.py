"""What a model depends on, and the digest over it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgate.core.config.model import Baseline, BaselineKind, Config, Estimator, Gate, OwnMetric, Rule, Table, Train
from mlgate.core.gate.inputs import (
    dependencies,
    digest,
    is_environment_file,
    join,
    judging_files,
    pointers,
    policy_files,
)

TABLES = (Table(name="train", path="data/t.csv", contract="c.yml"), Table(name="holdout", path="data/h.csv"))
BASELINES = (
    Baseline(name="old", kind=BaselineKind.PREDICTIONS, predictions="old.csv"),
    Baseline(name="dummy", kind=BaselineKind.DUMMY),
)


def config(train: Train | None) -> Config:
    return Config(path="mlgate.yml", version=1, tables=TABLES, baselines=BASELINES, train=train)


def test_a_training_command_depends_on_what_it_names() -> None:
    train = Train(run="x", inputs=("train.py", "src/", "../shared"), model="m", predictions="p.csv")
    found = dependencies(config(train), "models/a/mlgate.yml", "models/a")
    assert found.code == ("models/a/src", "models/a/train.py", "models/shared")
    assert found.files == (
        "models/a/c.yml",
        "models/a/data/h.csv",
        "models/a/data/t.csv",
        "models/a/mlgate.yml",
        "models/a/old.csv",
    )
    assert found.folders == (".", "models/a")
    assert found.outputs == ("models/a/m", "models/a/p.csv")


@pytest.mark.parametrize("train", [None, Train(run="x"), Train(estimator=Estimator(name="sklearn.x"))])
def test_without_named_inputs_it_depends_on_everything(train: Train | None) -> None:
    found = dependencies(config(train), "models/a/mlgate.yml", "models/a")
    assert found.code == (".",)
    assert found.covers("anything/at all")


def test_an_output_that_git_tracks_is_no_mere_output() -> None:
    found = dependencies(config(Train(run="x", predictions="src/p.csv", inputs=("src",))), "mlgate.yml", "")
    assert not found.covers("src/p.csv")
    assert found.covers("src/p.csv", tracked=True)


@pytest.mark.parametrize(
    ("path", "covered"),
    [
        (".gitattributes", True),
        ("models/.gitattributes", True),
        ("models/a/src/.gitattributes", True),
        ("docs/.gitattributes", False),
        ("constraints.txt", True),
        ("requirements/dev.txt", True),
        ("models/a/requirements/base.in", True),
        ("docs/requirements/base.in", False),
        ("requirements/notes.md", False),
    ],
)
def test_what_lies_beside_the_inputs(path: str, covered: bool) -> None:
    found = dependencies(config(Train(run="x", inputs=("src",))), "models/a/mlgate.yml", "models/a")
    assert found.covers(path) is covered


@pytest.mark.parametrize(
    ("path", "covered"),
    [
        ("src/weights.bin", True),
        ("src/__pycache__/a.pyc", False),
        ("src/.mypy_cache/x", False),
        ("src/p.csv", False),
        ("src/mlgate-run/base.json", False),
    ],
)
def test_what_git_ignores_counts_unless_it_is_a_cache_or_an_output(path: str, covered: bool) -> None:
    found = dependencies(config(Train(run="x", predictions="src/p.csv", inputs=("src",))), "mlgate.yml", "")
    assert found.covers_ignored(path) is covered


def test_what_is_brought_is_an_input() -> None:
    found = dependencies(config(Train(model="m", predictions="p.csv", inputs=("x",))), "mlgate.yml", "")
    assert {"m", "p.csv"} <= set(found.files)
    assert found.outputs == ()
    assert found.covers("m")


@pytest.mark.parametrize(
    ("path", "covered"),
    [
        ("src/a.py", True),
        ("src", True),
        ("src2/a.py", False),
        ("README.md", False),
        ("mlgate.yml", True),
        ("mlgate-waivers.yml", True),
        ("src2/mlgate-waivers.yml", False),
        ("data/h.csv", True),
        ("data/other.csv", False),
        ("requirements-dev.txt", True),
        ("docs/requirements.txt", False),
        ("p.csv", False),
        ("models/weights/1.bin", False),
    ],
)
def test_which_changes_count(path: str, covered: bool) -> None:
    train = Train(run="x", inputs=("src",), model="models", predictions="p.csv")
    assert dependencies(config(train), "mlgate.yml", "").covers(path) is covered


def test_waivers_lie_beside_the_configuration() -> None:
    found = dependencies(config(Train(run="x", inputs=("src",))), "a/b/mlgate.yml", "a/b")
    assert found.covers("a/b/mlgate-waivers.yml")
    assert not found.covers("mlgate-waivers.yml")
    assert "mlgate-waivers.yml" in policy_files(config(None))


def test_the_function_of_a_metric_is_the_base_s_to_give() -> None:
    own = OwnMetric(file="metric.py", function="cost")
    rules = (Rule(id="cost", metric="cost", own=own, at_most=1.0),)
    made = Config(path="mlgate.yml", version=1, gate=Gate(rules=rules))
    assert "metric.py" in judging_files(made)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("requirements.txt", True), ("uv.lock", True), ("Pipfile.lock", True), ("notes.txt", False), ("UV.lock", False)],
)
def test_environment_files(name: str, expected: bool) -> None:
    assert is_environment_file(name) is expected


def test_pointers_beside_the_file_and_beside_its_folders() -> None:
    assert pointers("a/b/c.csv") == ("a/b/c.csv.dvc", "a/b.dvc", "a.dvc")


def test_paths_are_joined_to_the_shortest_form() -> None:
    assert join("", "./a//b/") == "a/b"
    assert join("x/y", "../z") == "x/z"


entries = st.lists(st.text(st.characters(exclude_characters="\0"), min_size=1), max_size=6)


@given(one=entries, data=st.data())
def test_the_digest_is_of_a_set(one: list[str], data: st.DataObject) -> None:
    assert digest(one) == digest(data.draw(st.permutations(one + one)))


@given(one=entries, other=entries)
def test_different_entries_have_different_digests(one: list[str], other: list[str]) -> None:
    assert (digest(one) == digest(other)) is (set(one) == set(other))
