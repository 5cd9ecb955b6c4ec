"""What `mlgate init` concludes from columns, and the texts that it writes."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from mlgate.core.config import yaml
from mlgate.core.config.model import Task
from mlgate.core.setup import files, workflows
from mlgate.core.setup.contract import Known, contract_text
from mlgate.core.setup.likeness import loose_pattern_of, pattern_of
from mlgate.core.setup.profile import Column, Kind, Profile, is_listed, task_of, unique_columns, widened
from mlgate.core.setup.scalars import command, flow, scalar
from mlgate.shell import configuration

ID = Column(name="id", kind=Kind.INTEGER, distinct=100, minimum=1)
CARRIER = Column(name="carrier", kind=Kind.STRING, distinct=2, values=("AA", "no"))
DELAY = Column(name="delay", kind=Kind.NUMBER, nulls=10, distinct=80, minimum=-5)
DISTANCE = Column(name="distance", kind=Kind.NUMBER, distinct=80, minimum=0.5)
LATE = Column(name="late", kind=Kind.INTEGER, distinct=2, minimum=0, values=(0, 1))
BLOB = Column(name="blob", kind=Kind.OTHER, distinct=3)
TABLE = Profile(rows=100, columns=(ID, CARRIER, DELAY, DISTANCE, LATE, BLOB))


def contract(profile: Profile, other: Profile | None = None, **options: Any) -> dict[str, Any]:
    text = contract_text(profile, other, Known(**{"key": "id", "label": "late", **options}))
    parsed = configuration.parse_contract(text.encode(), "c.yml")
    assert pyyaml.safe_load(text) == yaml.read(text.encode(), "c.yml").plain()  # readers of YAML 1.1 agree
    return {"row": parsed.row, "rules": parsed.rules}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_reads_back_equal_in_both_versions_of_yaml(text: str) -> None:
    assert yaml.read(scalar(text).encode(), "f").plain() == text
    assert pyyaml.safe_load(scalar(text)) == text
    assert yaml.read(f"a: {flow([text, text])}".encode(), "f").plain() == {"a": [text, text]}


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_every_command_reads_back_equal(text: str) -> None:
    assert yaml.read(f"run: {command(text)}".encode(), "f").plain() == {"run": text}


@pytest.mark.parametrize("text", ["python train.py", "make -C models train", "Rscript train.R --seed=1"])
def test_a_plain_command_is_written_without_quotes(text: str) -> None:
    assert command(text) == text


def test_a_contract_says_what_is_true_of_the_table() -> None:
    found = contract(TABLE, without_overlap="train")
    assert found["row"]["properties"] == {
        "id": {"type": "integer", "minimum": 0},
        "carrier": {"type": "string", "enum": ["AA", "no"]},
        "delay": {"type": ["number", "null"]},
        "distance": {"type": "number", "minimum": 0},
        "late": {"type": "integer", "enum": [0, 1]},
        "blob": {},
    }
    assert found["row"]["required"] == [column.name for column in TABLE.columns]
    rules = {rule.kind.value: rule for rule in found["rules"]}
    assert rules["primary-key"].columns == ("id",)
    assert rules["row-count"].at_least == 50
    assert rules["null-fraction"].at_most == 0.16
    assert rules["no-overlap"].other == "train"


@pytest.mark.parametrize(
    ("mask", "pattern", "loose"),
    [
        ("AA-000000", "^[A-Z]{2}-[0-9]{6}$", "^[A-Z]+-[0-9]+$"),
        ("00000000-AA0", "^[0-9]{8}-[A-Z]{2}[0-9]$", "^[0-9]+-[A-Z]+[0-9]+$"),
        ("a.b|c".replace("b", "a").replace("c", "a"), r"^[a-z]\.[a-z]\|[a-z]$", r"^[a-z]+\.[a-z]+\|[a-z]+$"),
        ("aaa aa", None, None),
        ("AAA", None, None),
        ("", None, None),
        ("é0", None, None),
        ("0" * 65, None, None),
    ],
)
def test_texts_that_look_alike_have_a_pattern(mask: str, pattern: str | None, loose: str | None) -> None:
    assert (pattern_of(mask), loose_pattern_of(mask)) == (pattern, loose)


def number(name: str, low: float, high: float, distinct: int, kind: Kind = Kind.INTEGER) -> Column:
    return Column(name=name, kind=kind, distinct=distinct, minimum=low, maximum=high)


@pytest.mark.parametrize(
    ("column", "rows", "limits"),
    [
        (number("month", 1, 12, 12), 240, {"minimum": 1, "maximum": 12}),
        (number("month", 1, 12, 12), 239, {"minimum": 0}),
        (number("month", 1, 12, 11), 1000, {"minimum": 0}),
        (number("share", 0.01, 0.9, 50, Kind.NUMBER), 60, {"minimum": 0, "maximum": 1}),
        (number("share", 0.01, 0.9, 40, Kind.NUMBER), 49, {"minimum": 0}),
        (number("pickup_latitude", -33.1, 51, 70, Kind.NUMBER), 100, {"minimum": -90, "maximum": 90}),
        (number("flat", -33.1, 51, 70, Kind.NUMBER), 100, {}),
        (number("lat", -133.1, 51, 70, Kind.NUMBER), 100, {}),
    ],
)
def test_limits_are_promised_where_they_are_clear(column: Column, rows: int, limits: dict[str, float]) -> None:
    found = contract(Profile(rows=rows, columns=(column,)), key=None, label=None)["row"]["properties"][column.name]
    assert {key: value for key, value in found.items() if key != "type"} == limits


def test_texts_are_held_to_what_they_have_in_common() -> None:
    code = Column(name="code", kind=Kind.STRING, distinct=99, lengths=(9, 9), pattern="^[A-Z]{2}-[0-9]{6}$")
    day = Column(name="day", kind=Kind.STRING, distinct=30, lengths=(10, 10), format="date", pattern="^x$")
    found = contract(Profile(rows=100, columns=(code, day)), key=None, label=None)["row"]["properties"]
    assert found == {
        "code": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{6}$"},
        "day": {"type": "string", "format": "date"},
    }
    few = contract(Profile(rows=10, columns=(code,)), key=None, label=None)["row"]["properties"]
    assert few == {"code": {"type": "string"}}


def test_without_a_clear_key_the_contract_asks() -> None:
    text = contract_text(Profile(rows=100, columns=(CARRIER, DELAY)), None, Known())
    assert "# TODO: which columns name a row?" in text
    assert "# - primary-key: [column, column]" in text
    named = Column(name="customer_id", kind=Kind.STRING, distinct=10)
    rules = contract(Profile(rows=10, columns=(ID, named)), key=None, label=None)["rules"]
    assert [rule.columns for rule in rules if rule.kind.value == "primary-key"] == [("customer_id",)]


def test_remarks_say_what_is_constant_and_group_digits() -> None:
    year = Column(name="year", kind=Kind.INTEGER, distinct=1, minimum=2013, maximum=2013, values=(2013,))
    text = contract_text(Profile(rows=336_776, columns=(year,)), None, Known())
    assert "year: {type: integer, minimum: 0} # always 2013" in text
    assert "row-count: {at-least: 168388} # 336,776 when this was written" in text


def test_a_row_of_json_lines_may_lack_what_is_null_somewhere() -> None:
    found = contract(Profile(rows=100, columns=TABLE.columns, may_lack=True))
    assert "delay" not in found["row"]["required"]
    assert "distance" in found["row"]["required"]


def test_the_other_table_widens_what_is_promised() -> None:
    other = Profile(
        rows=10,
        columns=(
            Column(name="carrier", kind=Kind.STRING, distinct=1, values=("B6",)),
            Column(name="distance", kind=Kind.INTEGER, distinct=2, minimum=-1, values=(-1, 2)),
        ),
    )
    properties = contract(TABLE, other)["row"]["properties"]
    assert properties["carrier"]["enum"] == ["AA", "B6", "no"]
    both = contract_text(TABLE, other, Known(holds_for_other=True))
    assert "row-count: {at-least: 5}" in both
    assert "required: [carrier, distance]" in both
    assert properties["distance"] == {"type": "number"}


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        (Kind.INTEGER, Kind.INTEGER, Kind.INTEGER),
        (Kind.INTEGER, Kind.NUMBER, Kind.NUMBER),
        (Kind.NUMBER, Kind.INTEGER, Kind.NUMBER),
        (Kind.STRING, Kind.INTEGER, Kind.OTHER),
        (Kind.BOOLEAN, Kind.STRING, Kind.OTHER),
    ],
)
def test_kinds_widen(first: Kind, second: Kind, kind: Kind) -> None:
    column, other = Column(name="a", kind=first, distinct=3), Column(name="a", kind=second, distinct=3)
    assert widened(column, other).kind is kind
    assert widened(column, Column(name="a", kind=second)).kind is first
    assert widened(column, None) is column


def test_only_few_and_frequent_values_are_listed() -> None:
    assert is_listed(CARRIER, 100)
    assert not is_listed(CARRIER, 9)
    assert is_listed(LATE, 100)
    assert not is_listed(Column(name="a", kind=Kind.INTEGER, distinct=2, values=(2, 3)), 100)
    assert not is_listed(Column(name="a", kind=Kind.STRING, distinct=21), 1000)


@pytest.mark.parametrize(
    ("kind", "distinct", "task"),
    [
        (Kind.INTEGER, 2, Task.BINARY),
        (Kind.NUMBER, 2, Task.BINARY),
        (Kind.STRING, 2, Task.BINARY),
        (Kind.BOOLEAN, 1, Task.MULTICLASS),
        (Kind.STRING, 500, Task.MULTICLASS),
        (Kind.INTEGER, 20, Task.MULTICLASS),
        (Kind.INTEGER, 21, Task.REGRESSION),
        (Kind.NUMBER, 3, Task.REGRESSION),
    ],
)
def test_the_label_tells_the_task(kind: Kind, distinct: int, task: Task) -> None:
    assert task_of(Column(name="y", kind=kind, distinct=distinct)) is task


def test_a_key_is_unique_whole_and_no_measurement() -> None:
    columns = (
        Column(name="id", kind=Kind.STRING, distinct=100),
        Column(name="measured", kind=Kind.NUMBER, distinct=100),
        Column(name="holes", kind=Kind.STRING, distinct=99, nulls=1),
        CARRIER,
    )
    assert unique_columns(Profile(rows=100, columns=columns)) == ("id",)
    assert unique_columns(Profile(rows=0, columns=(Column(name="id", kind=Kind.STRING),))) == ()


@pytest.mark.parametrize("task", list(Task))
@pytest.mark.parametrize("run", [None, "python train.py --name 'a b'"])
@pytest.mark.parametrize(
    ("model_file", "baseline"), [("model.bin", "promoted"), ("model.pkl", "promoted"), (None, "base")]
)
def test_a_configuration_loads(task: Task, run: str | None, model_file: str | None, baseline: str) -> None:
    setup = files.Setup(
        model="m",
        tables={"train": "data/a b.csv", "holdout": "../h.csv"},
        contracts={"train": "contracts/train.yml", "holdout": "contracts/holdout.yml"},
        key="on",
        label="déjà: vu",
        task=task,
        run=run,
        model_file=model_file,
        predictions="p.csv",
    )
    config = configuration.parse(files.config_text(setup).encode(), "mlgate.yml")
    assert (config.key, config.label, config.task) == ("on", "déjà: vu", task)
    assert config.train is not None
    assert config.train.run == run
    assert (
        {rule.against for rule in config.gate.rules} == {item.name for item in config.baselines} == {baseline, "dummy"}
    )
    assert (config.promote is None) == (model_file is None)
    commented = files.config_text(setup).replace("    # - {", "    - {").replace("  # predict", "  predict")
    assert len(configuration.parse(commented.encode(), "mlgate.yml").gate.rules) == len(files.RULES[task])


def test_the_workflow_names_the_configuration_where_it_is_elsewhere() -> None:
    job = workflows.Job(config="models/a b.yml", model="a", files=("x.skops", "y.csv"), install=None)
    text = workflows.workflow_text(job)
    steps = yaml.read(text.encode(), "w.yml").plain()["jobs"]["gate"]["steps"]
    assert steps[-2] == {"uses": workflows.MLGATE, "with": {"config": "models/a b.yml"}}
    assert steps[-1]["with"]["path"].split("\n")[:3] == ["mlgate-run/", "models/x.skops", "models/y.csv"]
    assert len(steps) == 4
    assert json.dumps(steps).count("with") == 4
    promote = yaml.read(workflows.promote_text(job).encode(), "p.yml").plain()["jobs"]
    ours = [step for one in promote.values() for step in one["steps"] if step["uses"].startswith("mlgate/")]
    assert [step["with"]["config"] for step in ours] == ["models/a b.yml"] * 3
