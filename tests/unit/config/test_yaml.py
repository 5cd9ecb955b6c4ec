"""The YAML and JSON readers: values by YAML 1.2, places, and every refusal at its line and column."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mlgate.core.config import json_text, yaml
from mlgate.core.config.node import MAX_BYTES
from mlgate.errors import ConfigError

CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
YAML_CASES = sorted(path.parent for path in (CORPORA / "yaml-test-suite").rglob("in.yaml"))
JSON_CASES = sorted((CORPORA / "json-parsing" / "test_parsing").glob("*.json"))
NO_CORPUS = "the corpora are not beside this checkout"


def value(text: str) -> Any:
    return yaml.read(text.encode(), "f.yml").plain()


def refusal(data: bytes, name: str = "f.yml") -> tuple[int, int, str]:
    read = json_text.read if name.endswith(".json") else yaml.read
    with pytest.raises(ConfigError) as caught:
        read(data, name)
    (problem,) = caught.value.problems
    assert problem.file == name
    assert problem.remedy
    return problem.line, problem.column, problem.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on", "on"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("012", "012"),
        ("-012", "-012"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("2024-01-31", "2024-01-31"),
        ("0b11", "0b11"),
        ("9E", "9E"),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("# only a comment", None),
        ("12", 12),
        ("-3", -3),
        ("+4", 4),
        ("0", 0),
        ("0o17", 15),
        ("0x1F", 31),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!", None),
        ("a: &x [1, 2]\nb: *x", {"a": [1, 2], "b": [1, 2]}),
        ("- |\n  x\n   ", ["x\n \n"]),
        ("\ufeffa: b", {"a": "b"}),
        ("'a\n\n  b'", "a\nb"),
    ],
)
def test_plain_scalars_follow_yaml_1_2(text: str, expected: Any) -> None:
    if text == "!":
        assert refusal(b"! x")[2] == "the tag '!'"
        return
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: 1\na: 2", 2, 1, "the key 'a' appears twice, first on line 1"),
        ("a:\n  {b: 1, b: 2}", 2, 10, "appears twice"),
        ("1: x", 1, 1, "the key 1 is not text"),
        ("a: {true: x}", 1, 5, "the key true is not text"),
        ("? [a]\n: b", 1, 3, "the key a list is not text"),
        ("a: !!str 1", 1, 4, "the tag"),
        ("a: !python/object:os.system x", 1, 4, "the tag"),
        ("a: 1\n---\nb: 2", 2, 1, "a second document"),
        ("%YAML 1.1\n---\na: on", 1, 1, "YAML version"),
        ("a: *b", 1, 4, "no anchor before it"),
        ("a: &x [*x]", 1, 8, "holds itself"),
        ("a: .inf", 1, 4, ".inf is not a number"),
        ("a: [-.INF]", 1, 5, "-.INF is not a number"),
        ("a: .nan", 1, 4, ".nan is not a number"),
        ("a: 1e999", 1, 4, "too large"),
        ("a: " + "9" * 5000, 1, 4, "too long"),
        ("a:\n\tb: 1", 2, 1, "'\\t'"),
        ("a: 'x", 1, 6, "not valid YAML"),
        ("a: [1, 2", 1, 9, "not valid YAML"),
        ("a: b: c", 1, 5, "not valid YAML: mapping values are not allowed here"),
        ('a: "\\ud800"', 1, 4, "half a character"),
        ('a: "\\U99999999"', 1, 1, "not valid YAML"),
        ("a: x\x07", 1, 5, "U+0007"),
        ("a: x\0", 1, 5, "a NUL character"),
        ("a: [1]#x", 1, 9, "a comment needs a space"),
        ("a: |#x\n  y", 1, 4, "a comment needs a space"),
        ("a: [1,\n2]", 2, 1, "inside brackets"),
        ("a: [b\nc]", 1, 5, "not indented"),
        ('a: "b\n\tc"', 1, 4, "not indented"),
        ("a: [-]", 1, 5, "a dash"),
        ("a: 1\n%YAML 1.2\n---\n", 2, 1, "directive"),
        ("a: &x:y z", 1, 4, "anchor"),
    ],
)
def test_every_refusal_names_line_and_column(text: str, line: int, column: int, words: str) -> None:
    found_line, found_column, message = refusal(text.encode())
    assert words in message
    assert (found_line, found_column) == (line, column)


@pytest.mark.parametrize(
    ("data", "line", "column", "words"),
    [
        ("a: 1".encode("utf-16"), 1, 1, "UTF-16"),
        (b"a: 1\nb: \xe9", 2, 4, "0xe9 is not UTF-8"),
        (bytes(range(1, 256)), 2, 118, "0x80"),
        (b"a: b\n" * 2_000_000, 1, 1, "10000000 bytes"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, line: int, column: int, words: str) -> None:
    found = refusal(data)
    assert found[:2] == (line, column)
    assert words in found[2]


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(12)
)
DEEP_ALIASES = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 80))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("f.yml", BOMB),
        ("f.yml", DEEP_ALIASES),
        ("f.yml", "[" * 100_000),
        ("f.yml", "{" * 100_000),
        ("f.yml", "- " * 100_000),
        ("f.yml", "? " * 100_000),
        ("f.json", "[" * 100_000),
        ("f.json", '{"a":' * 100_000),
        ("f.json", "[" + "1," * 20_000),
        ("f.yml", "x" * (MAX_BYTES + 1)),
    ],
)
def test_hostile_files_are_refused_within_a_second(name: str, text: str) -> None:
    data = text.encode()
    start = time.process_time()
    refusal(data, name)
    assert time.process_time() - start < 1


def test_a_list_of_a_million_numbers_is_refused_at_the_limit() -> None:
    assert "more than 100000 values" in refusal(b"a: [" + b"1," * 200_000 + b"]")[2]
    assert "more than 100000 values" in refusal(b"[" + b"1," * 200_000 + b"1]", "f.json")[2]


@given(st.text(max_size=200))
@example("%YAML 1." + "9" * 5000 + "\n---\na")
@example("? !<x\n")
@example("&")
@example("a: &a *a")
@example("- |999\n")
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (yaml.read, json_text.read):
        with contextlib.suppress(ConfigError):
            read(text.encode(errors="surrogatepass"), "f").plain()


@given(st.text(alphabet="ab:-?[]{}#&*!|>'\"%@ \t\n,0.~<=\\x", max_size=60))
def test_any_marks_are_read_or_refused(text: str) -> None:
    with contextlib.suppress(ConfigError):
        yaml.read(text.encode(), "f").plain()


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(ConfigError):
        yaml.read(data, "f").plain()


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**20), 10**20)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
        max_leaves=12,
    )
)
def test_json_reads_back_equal(tree: Any) -> None:
    text = json.dumps(tree)
    assert json_text.read(text.encode(), "f.json").plain() == tree


def test_values_know_their_place() -> None:
    text = "a:\n  - x\n  - {b~c/d: 1}\n"
    for node in (yaml.read(text.encode(), "f"), json_text.read(b'{"a":\n  ["x",\n    {"b~c/d": 1}]}', "f.json")):
        assert node.at("/a/1/b~0c~1d").line == 3
        assert node.find("/a/1").keys["b~c/d"].column == 6
        assert node.at("/a/7/x").line == 2
        assert node.at("/nowhere").line == 1


@pytest.mark.skipif(not YAML_CASES, reason=NO_CORPUS)
@pytest.mark.parametrize("case", YAML_CASES, ids=lambda case: str(case.relative_to(CORPORA / "yaml-test-suite")))
def test_yaml_test_suite(case: Path) -> None:
    data = (case / "in.yaml").read_bytes()
    try:
        found = yaml.read(data, "in.yaml").plain()
    except ConfigError as error:
        (problem,) = error.problems
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.line <= data.count(b"\n") + 2
        return
    assert not (case / "error").exists(), "a document that YAML 1.2 refuses was read"
    if (case / "in.json").exists():
        assert found == json.loads((case / "in.json").read_text(encoding="utf-8") or "null")


@pytest.mark.skipif(not YAML_CASES, reason=NO_CORPUS)
def test_most_of_the_yaml_test_suite_is_read() -> None:
    read = 0
    for case in YAML_CASES:
        try:
            yaml.read((case / "in.yaml").read_bytes(), "in.yaml")
            read += 1
        except ConfigError:
            continue
    assert read >= 138


@pytest.mark.skipif(not JSON_CASES, reason=NO_CORPUS)
@pytest.mark.parametrize("case", JSON_CASES, ids=lambda case: case.name)
def test_json_test_suite(case: Path) -> None:
    try:
        json_text.read(case.read_bytes(), case.name)
        outcome = "y"
    except ConfigError:
        outcome = "n"
    assert case.name[0] in (outcome, "i")
