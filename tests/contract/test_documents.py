"""The documents of a run folder: classes, schemas, examples and the JSON reader agree."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

import pytest
from docs import generate_schemas
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from mlgate.core import codec, documents
from mlgate.core.documents.files import FILES
from mlgate.core.documents.printed import PRINTED
from mlgate.core.documents.shared import Document

ROOT = Path(__file__).parents[2]
EXAMPLES = Path(__file__).parent / "documents"
CORPUS = ROOT.parent / "shared" / "corpora" / "json-parsing" / "test_parsing"
CLASSES = {name.removesuffix(".json"): cls for cls, name in (FILES | PRINTED).items()}
INVALID = json.loads((EXAMPLES / "invalid.json").read_bytes())


def _documented() -> list[type]:
    """Return every dataclass of the modules that documents are made of."""
    modules = [
        importlib.import_module(m.name) for m in pkgutil.iter_modules(documents.__path__, f"{documents.__name__}.")
    ]
    found = {cls for module in modules for cls in vars(module).values() if dataclasses.is_dataclass(cls)}
    return sorted((cls for cls in found if isinstance(cls, type)), key=lambda cls: (cls.__module__, cls.__name__))


def example(stem: str) -> dict[str, Any]:
    value = json.loads((EXAMPLES / f"{stem}.json").read_bytes())
    assert isinstance(value, dict)
    return value


def committed(stem: str) -> dict[str, Any]:
    value = json.loads((ROOT / "schemas" / f"{stem}.schema.json").read_bytes())
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize("path", sorted(generate_schemas.pages()))
def test_the_committed_schema_is_the_generated_one(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == generate_schemas.pages()[path], "run `make schemas`"


@pytest.mark.parametrize("stem", sorted(CLASSES))
def test_the_schema_is_one(stem: str) -> None:
    Draft202012Validator.check_schema(committed(stem))


@pytest.mark.parametrize("cls", _documented())
def test_every_field_is_described(cls: type) -> None:
    fields = {field.name for field in dataclasses.fields(cls)}
    assert fields == set(generate_schemas.descriptions(cls))


@pytest.mark.parametrize(("stem", "name"), [*((stem, stem) for stem in sorted(CLASSES)), ("data", "data-with-changes")])
def test_an_example_is_accepted_by_schema_and_reader_and_keeps_all_it_says(stem: str, name: str) -> None:
    """The examples are old documents: fields may have come since, none may have gone or changed."""
    value = example(name)
    assert list(Draft202012Validator(committed(stem)).iter_errors(value)) == []
    written = codec.dumps(codec.from_plain(CLASSES[stem], value))
    assert holds(json.loads(written), value)
    assert codec.dumps(codec.from_plain(CLASSES[stem], codec.loads(written))) == written


def holds(new: Any, old: Any) -> bool:
    """Return whether `new` says all that `old` says."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(key in new and holds(new[key], old[key]) for key in old)
    if isinstance(old, list):
        return isinstance(new, list) and len(new) == len(old) and all(map(holds, new, old))
    return bool(new == old)


@pytest.mark.parametrize("stem", sorted(CLASSES))
def test_the_smallest_document_is_accepted_by_both(stem: str) -> None:
    value = {"schema": example(stem)["schema"]}
    assert list(Draft202012Validator(committed(stem)).iter_errors(value)) == []
    assert isinstance(codec.from_plain(CLASSES[stem], value), Document)


@pytest.mark.parametrize("case", INVALID, ids=lambda case: f"{case['document']}{case['at']}={case.get('value', '-')!s}")
def test_a_broken_example_is_refused_by_schema_and_reader_at_the_same_place(case: dict[str, Any]) -> None:
    value = changed(example(case["document"]), case)
    with pytest.raises(codec.DecodeError) as caught:
        codec.from_plain(CLASSES[case["document"]], value)
    assert str(caught.value).split(":")[0] == case["pointer"]
    error = best_match(Draft202012Validator(committed(case["document"])).iter_errors(value))
    assert error is not None
    assert case["pointer"].startswith(pointer(error.absolute_path))


def changed(value: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    """Return the example with the value at `at` replaced, or removed where the case has none."""
    result = copy.deepcopy(value)
    *path, last = case["at"].split("/")[1:]
    place: Any = result
    for key in path:
        place = place[int(key) if isinstance(place, list) else key]
    key = int(last) if isinstance(place, list) else last
    if "value" in case:
        place[key] = case["value"]
    else:
        del place[key]
    return result


def pointer(path: Any) -> str:
    return "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in path)


def test_a_pointer_escapes_what_a_key_holds() -> None:
    broken = {"schema": "mlgate/base/1", "reads": {"a/b~c": 1}}
    with pytest.raises(codec.DecodeError, match=r"^/reads/a~1b~0c: expected str"):
        codec.from_plain(CLASSES["base"], broken)


# The reader against a public corpus of JSON texts: `y_` is JSON, `n_` is none, of `i_` a reader may think either way.


def corpus(kind: str) -> list[Path]:
    return sorted(CORPUS.glob(f"{kind}_*.json"))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpora/json-parsing is not here")
def test_the_corpus_is_read_as_it_says() -> None:
    assert [path.name for path in corpus("y") if not reads(path.read_bytes())] == []
    assert [path.name for path in corpus("n") if reads(path.read_bytes())] == []
    assert len(corpus("y")) > 60
    assert len(corpus("n")) > 120


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpora/json-parsing is not here")
@pytest.mark.parametrize("path", corpus("i"), ids=lambda path: path.stem)
def test_what_is_left_to_the_reader_never_crashes_it(path: Path) -> None:
    reads(path.read_bytes())


def reads(data: bytes) -> bool:
    try:
        codec.loads(data)
    except codec.DecodeError:
        return False
    return True


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
@pytest.mark.parametrize("depth", [codec.MAX_DEPTH + 2, 1_000, 100_000])
def test_deep_nesting_is_refused(opening: bytes, depth: int) -> None:
    closing = opening.replace(b'"a":', b"").translate(bytes.maketrans(b"[{", b"]}"))[::-1]
    assert not reads(opening * depth + b"1" + closing * depth)
    assert not reads(opening * depth)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1, "a": 1}',
        b"NaN",
        b"-Infinity",
        b"1e999",
        b'"\\ud800"',
        b'{"\\ud800":1}',
        b'\xef\xbb\xbf{"a":1}',
        b"9" * 5_000,
    ],
)
def test_what_json_cannot_say_is_refused(data: bytes) -> None:
    assert not reads(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    reads(data)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(
    st.sampled_from(sorted(CLASSES)), st.dictionaries(st.sampled_from(["outcome", "reads", "error", "reasons"]), VALUES)
)
def test_the_reader_accepts_only_what_the_schema_accepts(stem: str, extra: dict[str, Any]) -> None:
    value = {"schema": example(stem)["schema"], **extra}
    try:
        codec.from_plain(CLASSES[stem], value)
    except codec.DecodeError:
        return
    assert Draft202012Validator(committed(stem)).is_valid(value)
