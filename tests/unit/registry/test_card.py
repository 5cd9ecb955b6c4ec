"""The model card: its front matter is YAML whatever the values are, and what a person wrote stays as it is."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests import builders as a

from mlgate.core.config.model import BaselineKind, Task
from mlgate.core.documents.comparison import BaselineResult
from mlgate.core.documents.training import Environment
from mlgate.core.registry.bundle import card, front_matter
from mlgate.core.registry.bundle.card import BEGIN, END, Written
from mlgate.core.registry.bundle.measured import About
from mlgate.core.report.untrusted import visible
from mlgate.errors import ConfigError

ABOUT = About(format="skops", size=1_250_000)
PERSON = """\
---
# ours to say
license: apache-2.0   # by the lawyers
tags: [flights, 'late?']
library_name: something
model-index:
  - name: an old one
    results: []

# who
language:
- en
---
# Delays

Made by *us*.
"""


def rendered(text: str | None = None, previous: str | None = None, about: About = ABOUT, **fields: Any) -> str:
    return card.render(a.a_report(**fields), about, Written(text=text, file="docs/card.md", previous=previous))


def front(text: str) -> dict[str, Any]:
    loaded = yaml.safe_load(front_matter.split(text)[0])
    assert isinstance(loaded, dict)
    return loaded


def problem(text: str) -> tuple[int, str]:
    with pytest.raises(ConfigError) as caught:
        rendered(text)
    found = caught.value.problems[0]
    assert (found.file, bool(found.remedy)) == ("docs/card.md", True)
    return found.line, found.message


def test_the_model_index_is_what_was_measured() -> None:
    assert front(rendered()) == {
        "library_name": "sklearn",
        "model-index": [
            {
                "name": "flight-delays",
                "results": [
                    {
                        "task": {"type": "tabular-classification"},
                        "dataset": {
                            "type": "holdout",
                            "name": "data/holdout.csv",
                            "split": "test",
                            "revision": a.digest("a"),
                        },
                        "metrics": [
                            {"type": "roc_auc", "value": 0.7584, "name": "roc_auc"},
                            {"type": "recall", "value": 0.641, "name": "recall"},
                            {"type": "log_loss", "value": 0.4335, "name": "log_loss"},
                            {"type": "accuracy", "value": 0.8165, "name": "accuracy"},
                        ],
                    }
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    ("task", "name"),
    [
        (Task.BINARY, "tabular-classification"),
        (Task.MULTICLASS, "tabular-classification"),
        (Task.REGRESSION, "tabular-regression"),
    ],
)
def test_each_task_has_its_type(task: Task, name: str) -> None:
    text = rendered(comparison=a.a_comparison(task=task))
    assert front(text)["model-index"][0]["results"][0]["task"] == {"type": name}


def test_a_metric_without_a_value_is_left_out_and_one_of_a_slice_too() -> None:
    rules = (a.a_rule(candidate=None), a.a_rule(candidate=0.9, slice="carrier=AA"), a.a_floor(candidate=1e-05))
    text = rendered(comparison=a.a_comparison(rules=rules, metrics=()))
    metrics = front(text)["model-index"][0]["results"][0]["metrics"]
    assert metrics == [{"type": "recall", "value": 1e-05, "name": "recall"}]


def test_without_a_comparison_there_is_no_index() -> None:
    text = rendered(comparison=None, about=About())
    assert text.startswith("\n# flight-delays")
    assert "No rule was measured." in text


@pytest.mark.parametrize(
    ("format", "library"),
    [
        ("onnx", "onnx"),
        ("xgboost-json", "xgboost"),
        ("xgboost-ubjson", "xgboost"),
        ("lightgbm-text", "lightgbm"),
        ("safetensors", None),
    ],
)
def test_the_library_is_known_by_the_format(format: str, library: str | None) -> None:  # noqa: A002 - the record's word
    assert front(rendered(about=About(format=format))).get("library_name") == library


def test_what_a_person_wrote_stays_byte_for_byte() -> None:
    text = rendered(PERSON)
    assert front(text)["license"] == "apache-2.0"
    assert front(text)["library_name"] == "sklearn"
    assert front(text)["model-index"][0]["name"] == "flight-delays"
    theirs = (
        "# ours to say\nlicense: apache-2.0   # by the lawyers\ntags: [flights, 'late?']\n\n# who\nlanguage:\n- en\n"
    )
    assert f"{theirs}---\n# Delays\n\nMade by *us*.\n\n{BEGIN}" in text
    assert "an old one" not in text


def test_a_library_that_the_format_does_not_tell_stays_the_persons() -> None:
    assert front(rendered(PERSON, about=About(format="safetensors")))["library_name"] == "something"


def test_the_section_is_replaced_where_it_stands_and_nothing_else_is() -> None:
    before = f"---\nlicense: mit\n---\r\nAbove.\r\n{BEGIN}\nouter\n{END}\r\n\tBelow, no line end"
    text = rendered(before)
    assert text.endswith(f"{END}\r\n\tBelow, no line end")
    assert f"\nlicense: mit\n---\nAbove.\r\n{BEGIN}" in text
    assert "outer" not in text
    assert rendered(text) == text


def test_the_text_lives_on_from_version_to_version() -> None:
    first = rendered()
    edited = first.replace("## What it is for\n", "## What it is for\n\nTo warn of late flights.\n")
    second = rendered(previous=edited, provenance=a.a_provenance(commit="9" * 40))
    assert "To warn of late flights." in second
    assert "9" * 40 in second
    assert "c" * 40 not in second
    assert second.count(BEGIN) == second.count(END) == 1


def test_the_file_of_the_repository_wins_over_the_version_before() -> None:
    text = rendered("Mine.\n", previous="Theirs.\n")
    assert "Mine.\n" in text
    assert "Theirs." not in text


def test_with_nothing_written_there_are_headings_to_fill_in() -> None:
    assert [line for line in rendered().splitlines() if line.startswith(("# ", "## "))] == [
        "# flight-delays",
        "## What it is for",
        "## What it is not for",
        "## What it was trained on",
        "## Limits and risks",
        "## Whom to ask",
        "## Measured",
    ]


def test_the_section_names_what_the_version_was_made_from() -> None:
    provenance = a.a_provenance(contract_digests={"c.yml:new": a.digest("5"), "c.yml:old": a.digest("0")})
    about = About(format="pickle", runs_code=True, size=5_000, approved_by=("alice", "bob"), run_url="https://x/1")
    text = rendered(about=about, provenance=provenance)
    for digest in "1245689a":
        assert a.digest(digest) in text, digest
    assert a.digest("0") not in text, "the base's contract judged, and is not what the model was made from"
    for words in (
        "c" * 40,
        "pull request 17 was **pass**",
        "<code>alice</code>, <code>bob</code>",
        "sha256, pickle, 5 kB",
        "can run code",
        "<code>promoted</code>",
        "<code>3.12.4</code>",
        "`environment.txt` pins 2 packages",
        "mlgate registry get VERSION --model flight-delays --to FOLDER",
    ):
        assert words in text, words


def test_a_baseline_that_was_not_there_says_why() -> None:
    gone = BaselineResult(name="promoted", kind=BaselineKind.PROMOTED, available=False, reason="registry-empty")
    assert "<code>registry-empty</code>" in rendered(comparison=a.a_comparison(baselines=(gone,)))


def test_a_dummy_has_no_file_that_could_be_missing() -> None:
    dummy = BaselineResult(name="dummy", kind=BaselineKind.DUMMY, available=True)
    text = rendered(comparison=a.a_comparison(baselines=(dummy,)))
    assert "computed, not a file" in text
    assert "not there" not in text


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("---\nlicense: [\n---\n", 3, "not valid YAML"),
        ("---\nlicense: a\nlicense: b\n---\n", 3, "license"),
        ("---\n- a\n---\n", 2, "the front matter is no mapping"),
        ("---\n{license: a, tags: b}\n---\n", 2, "one key a line"),
        ("---\n  a: 1\n---\n", 2, "one key a line"),
        ("---\na: !!python/object:x {}\n---\n", 2, "tag"),
        ("---\nlibrary_name: &a x\nb: *a\n---\n", 0, ""),
        (f"Text\n{BEGIN}\n", 2, "do not stand there once"),
        (f"---\na: 1\n---\n\n{END}\n{BEGIN}\n", 6, "do not stand there once"),
        (f"{BEGIN}\n{END}\n{BEGIN}\n{END}\n", 2, "do not stand there once"),
        ("x" * (2**20 + 1), 1, "longer than 1 MiB"),
    ],
)
def test_a_mistake_in_the_persons_file_is_named(text: str, line: int, words: str) -> None:
    where, message = problem(text)
    assert words in message
    assert line in (0, where), (where, message)


HOSTILE = [
    "a\n---\nb",
    '"\\"\n: x',
    "{{x}}",
    "- a",
    "yes",
    "1e5",
    "\u2028\u0085\x00\x1b[31m",
    "a: b # c",
    "'''",
    "\ud800",
    "\ufeff",
    "🜨 é",
    "&a *a !b",
    "@team #1 <script>",
    f"{END} {BEGIN}",
    "|" * 30,
]


@given(st.text() | st.sampled_from(HOSTILE), st.text() | st.sampled_from(HOSTILE))
def test_the_front_matter_is_yaml_whatever_the_values_are(name: str, path: str) -> None:
    text = rendered(model=name, comparison=a.a_comparison(holdout=a.a_holdout(path=path)))
    [index] = front(text)["model-index"]
    assert index["name"] == visible(name)
    assert index["results"][0]["dataset"]["name"] == visible(path)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_as_itself(value: float) -> None:
    assert yaml.safe_load(front_matter.written({"value": value})) == {"value": value}


def test_what_nobody_sees_is_written_out() -> None:
    assert front_matter.quoted('a"\u200b\ufeff\\') == '"a\\"\\U0000200b\\U0000feff\\\\"'


@pytest.mark.parametrize("value", HOSTILE)
def test_the_section_shows_hostile_values_as_text(value: str) -> None:
    text = rendered(
        reasons=(),
        model=value,
        comparison=a.a_comparison(
            rules=(a.a_rule(id=value),),
            baselines=(BaselineResult(name=value, kind=BaselineKind.DUMMY, available=False, reason=value),),
        ),
        training=a.a_training(environment=Environment(python=value, platform=value)),
        provenance=a.a_provenance(data_digests={value: value}, contract_digests={f"{value}:new": value}),
        about=About(format=value, approved_by=(value,), run_url=value),
    )
    body = front_matter.split(text)[1]
    measured = body[body.index(BEGIN) : body.rindex(END)]
    assert body.count(BEGIN) == 1
    assert END not in measured
    assert "<script>" not in measured
    assert "\x1b" not in text
    tables = [line for line in measured.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in tables} <= {4, 5, 7}


LINES = st.sampled_from(["# a\n", "\n", "license: mit\n", "tags:\n- a\n- b\n", "x: |\n  library_name: no\n\n  y\n"])


@given(st.lists(LINES, unique=True), st.integers(0, 5), st.text(alphabet="ab#-: \r\n"))
def test_our_keys_are_taken_out_and_every_other_line_stays(lines: list[str], at: int, body: str) -> None:
    theirs = "".join(lines)
    mixed = [*lines[:at], "model-index:\n- name: old\n\n  results: []\n", *lines[at:]]
    assert front_matter.without("".join(mixed), ["model-index"], "f") == theirs
    text = rendered(f"---\n{''.join(mixed)}---\n{body}")
    ours = front_matter.split(text)[0]
    assert ours.endswith(theirs)
    assert body in text
    assert rendered(text) == text


@pytest.mark.parametrize("text", ["", "a", "---", "---\na: 1", "----\n---\n", " ---\na: 1\n---\n"])
def test_what_is_no_front_matter_is_body(text: str) -> None:
    assert front_matter.split(text) == ("", text)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_front_matter_ends_at_its_fence(ending: str) -> None:
    text = ending.join(["---", "a: '---'", "b: ---", "--- ", "---", "c"])
    assert front_matter.split(text) == (ending.join(["a: '---'", "b: ---", ""]), ending.join(["---", "c"]))
