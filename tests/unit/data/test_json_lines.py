"""The strict reading of JSON Lines."""

from __future__ import annotations

import pytest

from mlgate.core.data.json_lines import examine, locate


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": -Infinity}', "-Infinity is not JSON"),
        (b'{"a": 1,}', "not JSON: "),
        (b'{"a": [1, 2,]}', "not JSON: "),
        (b'{"a": "\xff"}', "not JSON: "),
    ],
)
def test_what_the_engine_would_read_and_is_no_json_is_found(line: bytes, message: str) -> None:
    found = examine([b'{"a": 1}\n\n', line + b"\n"])
    assert [fault.line for fault in found.faults] == [3]
    assert found.faults[0].message.startswith(message)


def test_every_line_is_read_strictly_on_demand() -> None:
    found = examine([b'{"a": 1, "a": 2}\n[1]\n{"a": 1}\n{"a"\n'], every_line=True)
    assert [(fault.line, fault.message.split(":")[0]) for fault in found.faults] == [
        (1, "a key appears twice"),
        (2, "not a JSON object"),
        (4, "not JSON"),
    ]


def test_blank_lines_are_no_rows() -> None:
    data = b'{"a": 1}\n\n  \r\n{"a": 2}\n{"a": 3}'
    found = examine([data])
    assert (found.records, found.one_line_each) == (3, False)
    assert locate([data], [1, 2]) == {1: 4, 2: 5}


@pytest.mark.parametrize(
    "odd", [b'{"a":\tNaN}', b'{"a":[ -inf]}', b'{"a":+nan}', b'{"a":[1 ,\r INF]}', b'{"a":1 ,\t}', b'{"a":[1,\v]}']
)
def test_however_it_is_spaced(odd: bytes) -> None:
    found = examine([b'{"b": ", nan"}\n' * 3, odd + b"\n", b'{"b": 2}\n'])
    assert [fault.line for fault in found.faults] == [4]


def test_lines_are_counted_alike_with_and_without_objects_inside() -> None:
    blocks = [b'{"a":1}\n' * 5, b'{"a":{"b":1}}\n{"a":2}\n', b'\n{"a":{}}\n', b'[{"a":1}]\n{"a":3}']
    found = examine(blocks)
    assert (found.records, found.one_line_each) == (10, False)
    assert examine(blocks[:2]).one_line_each


def test_text_that_looks_unusual_is_no_fault() -> None:
    assert examine([b'{"a": "NaN", "b": "x, ]", "inf": [1]}\n']).faults == ()


@pytest.mark.parametrize(
    ("line", "is_fault"),
    [
        (b'{"a":{"b":1,"b":2}}', True),
        (b'{"a":[{"b":1},{"b":2}]}', False),
        (b'{"a":[{"b":1},{"b":2,"b":3}]}', True),
        (b'{"a":{"b":1,"\\u0062":2}}', True),
        (b'{"a":{"b":"{\\"b\\":1}","c":"b"}}', False),
    ],
)
def test_a_key_of_an_inner_object_stands_once(line: bytes, is_fault: bool) -> None:
    assert bool(examine([b'{"a":{}}\n', line + b"\n"]).faults) is is_fault
