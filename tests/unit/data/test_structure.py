"""The strict reading of CSV: what is a fault, on which line, and that plain and exact reading agree."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgate.core.data.records import Marks, walk
from mlgate.core.data.structure import MAX_FAULTS, Fault, examine, locate


def read(data: bytes, delimiter: str = ",", size: int = 1 << 20) -> list[tuple[int, str]]:
    found = examine(blocks(data, size), delimiter)
    return [(fault.line, fault.message) for fault in found.faults]


def blocks(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


ENCODING = "; if it has another encoding, declare it: `dialect: {encoding: cp1252}`"
DELIMITER = '2 fields where the header has 1; if `{0}` separates them, declare it: `dialect: {{delimiter: "{0}"}}`'
FAULTY = {
    "ragged, short": (b"a,b\n1,2\n3\n", 3, "1 fields where the header has 2"),
    "ragged, long": (b"a,b\n1,2\n1,2\n3,4,5\n", 4, "3 fields where the header has 2"),
    "quote inside": (b'a,b\n1,x"y\n', 2, "a quote inside an unquoted field"),
    "text after a quote": (b'a,b\n1,"x"y\n', 2, "text after a closing quote"),
    "never closed": (b'a,b\n1,2\n3,"x\ny\n', 3, "a quote that is never closed"),
    "bad UTF-8": (b"a,b\n1,2\n1,\xff\n", 3, f"bytes that are not UTF-8{ENCODING}"),
    "semicolons": (b"a;b\n1,2;3\n", 2, DELIMITER.format(";")),
    "tabs": (b"a\tb\n1,2\t3\n", 2, DELIMITER.format("\\t")),
    "bars": (b"a|b|c;d\n1,2|3\n", 2, DELIMITER.format("|")),
    "one column": (b"a\n1,2\n", 2, "2 fields where the header has 1"),
    "UTF-16": ("a,b\n1,2\n".encode("utf-16-le"), 1, "a NUL byte: binary data, or UTF-16"),
    "doubled name": (b"a,b,a\n1,2,3\n", 1, "the column name 'a' appears twice"),
    "no name": (b"a,,c\n1,2,3\n", 1, "column 2 has no name"),
    "empty line": (b"a,b\n1,2\n\n3,4\n", 3, "an empty line"),
    "empty line of one column": (b"a\n1\n\n", 3, "an empty line"),
    "CR alone": (b"a,b\r1,2\r", 1, "a line that ends with CR alone"),
    "mixed line ends": (b"a,b\r\n1,2\r\n3,4\n", 3, "another line end than the header's: LF and CR LF are mixed"),
    "empty": (b"", 1, "the file is empty"),
    "only a line end": (b"\n", 1, "the header is an empty line"),
}


@pytest.mark.parametrize("size", [1, 3, 1 << 20])
@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_is_found_on_its_line_whatever_the_blocks(name: str, size: int) -> None:
    data, line, message = FAULTY[name]
    assert (line, message) in read(data, size=size)


SOUND = {
    "plain": (b"a,b\n1,2\n3,4\n", 2),
    "no last line end": (b"a,b\n1,2", 1),
    "CR LF": (b"a,b\r\n1,2\r\n", 1),
    "byte order mark": (b"\xef\xbb\xbfa,b\n1,2\n", 1),
    "quotes": (b'a,b\n"1","a ""b"" c"\n"",""\n', 2),
    "a quoted line end": (b'a,b\n1,"x\n\ny"\n2,z\n', 2),
    "quoted CR LF in a file of LF": (b'a,b\n1,"x\r\ny"\n', 1),
    "a quoted delimiter": (b'a,b\n1,"x,y"\n', 1),
    "a quoted header": (b'"a\nb","c"\n1,2\n', 1),
    "header alone": (b"a,b\n", 0),
    "letters": ("ä,漢\nü,字\n".encode(), 1),
}


@pytest.mark.parametrize("size", [1, 4, 1 << 20])
@pytest.mark.parametrize("name", SOUND)
def test_sound_files_have_no_fault_and_all_records(name: str, size: int) -> None:
    data, records = SOUND[name]
    found = examine(blocks(data, size), ",")
    assert (found.faults, found.records) == ((), records)


def test_tabs_separate_where_they_are_asked_to() -> None:
    found = examine([b"a\tb\n1,5\t2\n"], "\t")
    assert (found.columns, found.records, found.faults) == (("a", "b"), 1, ())


def test_many_faults_are_counted_and_the_first_are_kept() -> None:
    found = examine([b"a,b\n" + b"1\n" * 100], ",")
    assert (found.count, len(found.faults)) == (100, MAX_FAULTS)
    assert found.faults[0] == Fault(line=2, message="1 fields where the header has 2")


def test_a_giant_line_is_refused_without_being_kept() -> None:
    found = examine((b"x" * 100_000 for _ in range(100)), ",")
    assert found.faults[0].message == "a record of more than 2,000,000 bytes"


def test_rows_are_located_past_quoted_line_ends() -> None:
    data = b'a,b\n1,"x\ny"\n2,z\n3,"\n\n"\n4,w\n'
    assert locate([data], ",", [0, 1, 2, 3]) == {0: 2, 1: 4, 2: 5, 3: 8}
    assert not examine([data], ",").one_line_each
    assert examine([b"a,b\n1,2\n"], ",").one_line_each


def test_walk_knows_an_escaped_quote_from_a_closing_one() -> None:
    assert walk(b'"a""b",c', Marks(), is_open=False) == (1, False, None)
    assert walk(b'b",c', Marks(), is_open=True) == (1, False, None)
    assert walk(b'"a', Marks(), is_open=False) == (0, True, None)


CELL = st.text(alphabet=st.sampled_from('ab,"\n\r ü'), max_size=6)


@given(st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=8), st.integers(1, 9))
def test_what_a_strict_writer_writes_is_sound_in_every_cut(rows: list[list[str]], size: int) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([["x", "y"], *rows])
    data = out.getvalue().encode()
    found = examine(blocks(data, size), ",")
    assert (found.faults, found.records, found.columns) == ((), len(rows), ("x", "y"))
    assert found == examine([data], ",")


@given(st.binary(max_size=60), st.integers(1, 20))
def test_any_bytes_are_read_without_an_exception_and_alike_in_every_cut(data: bytes, size: int) -> None:
    assert examine(blocks(data, size), ",") == examine([data] if data else [], ",")


@given(st.text(alphabet=st.sampled_from('ab,"\n'), max_size=40))
def test_plain_and_exact_reading_agree(text: str) -> None:
    header = b"p,q\n"
    whole = examine([header, text.encode()], ",")
    by_line = examine([header, *blocks(text.encode(), 1)], ",")
    assert whole == by_line
