"""Physical lines to records, exactly: every quote and every line end is looked at, in any declared dialect."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mlgate.core.data.source import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_RECORD_BYTES = 2_000_000  # DuckDB's own limit
NOT_UTF8 = "bytes that are not UTF-8"
_DELIMITERS = ";\t|,"  # those that files are written with


@dataclass(frozen=True)
class Marks:
    """The bytes that have a meaning; an empty one is none."""

    delimiter: bytes = b","
    quote: bytes = b'"'
    escape: bytes = b'"'

    @classmethod
    def of(cls, delimiter: str, dialect: Dialect | None = None) -> Marks:
        """Return the marks of a dialect, whose cells are separated by `delimiter`."""
        dialect = dialect or Dialect()
        quote = (dialect.quote or "").encode()
        return cls(delimiter=delimiter.encode(), quote=quote, escape=(dialect.escape or "").encode() if quote else b"")

    @property
    def is_doubled(self) -> bool:
        """Return whether a quote inside quotes is written twice."""
        return self.quote != b"" and self.quote == self.escape

    @cached_property
    def all_but(self) -> bytes:
        """Return every byte that neither separates cells nor ends lines."""
        return bytes(b for b in range(256) if b not in self.delimiter + b"\n")

    @cached_property
    def quoted(self) -> re.Pattern[bytes]:
        """Return the pattern of a whole quoted field with no escape but a doubled quote in it."""
        quote, delimiter = re.escape(self.quote), re.escape(self.delimiter)
        doubled = rb"(?:%b%b[^%b]*+)*+" % (quote, quote, quote) if self.is_doubled else b""
        return re.compile(
            rb"(?<![^%b\n])%b[^%b]*+%b%b(?![^%b\n])" % (delimiter, quote, quote, doubled, quote, delimiter)
        )

    @cached_property
    def inside(self) -> re.Pattern[bytes]:
        """Return the pattern of what may stand inside quotes where a quote is escaped, not doubled."""
        quote, escape = re.escape(self.quote), re.escape(self.escape)
        escaped = rb"|%b[%b%b]" % (escape, quote, escape) if self.escape else b""
        return re.compile(rb"(?:[^%b%b]%b)*+" % (quote, escape, escaped))


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record as the exact reader sees it; with `fault`, the rest of the file has no meaning.

    Attributes:
        line: Where it starts.
        fields: How many.
        text: Without its line end.
        crlf: Whether it ends with CR LF; None at the end of a file without a last line end.
        fault: What is wrong.
    """

    line: int
    fields: int = 0
    text: bytes = b""
    crlf: bool | None = None
    fault: str | None = None


class Reader:
    """Reads physical lines into records, exactly. Mutable: it knows its line, and whether a quote is open."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.line = 1
        self.parts: list[bytes] = []
        self.start = 0
        self.delimiters = 0
        self.size = 0

    @property
    def is_open(self) -> bool:
        """Return whether the last record has not ended."""
        return bool(self.parts)

    def records(self, block: bytes) -> Iterator[Record]:
        """Yield the records that end in a block of whole lines."""
        lines = block.split(b"\n")
        unended = lines.pop()
        for text in lines:
            record = self._take(text, is_ended=True)
            self.line += 1
            if record:
                yield record
        record = self._take(unended, is_ended=False) if unended else None
        if record:
            yield record

    def _take(self, text: bytes, *, is_ended: bool) -> Record | None:
        is_open = self.is_open
        if not is_open:
            self.start, self.delimiters, self.size = self.line, 0, 0
        self.size += len(text)
        fault = not_text(text)
        if self.size > MAX_RECORD_BYTES:
            fault = f"a record of more than {MAX_RECORD_BYTES:,} bytes"
        if fault:
            return Record(line=self.line, fault=fault)
        delimiters, stays_open, fault = walk(text, self.marks, is_open=is_open)
        if fault:
            return Record(line=self.line, fault=fault)
        self.parts.append(text)
        self.delimiters += delimiters
        if stays_open:
            return None
        whole, self.parts = b"\n".join(self.parts), []
        crlf = whole.endswith(b"\r") if is_ended else None
        return Record(line=self.start, fields=self.delimiters + 1, text=whole.removesuffix(b"\r"), crlf=crlf)


def walk(text: bytes, marks: Marks, *, is_open: bool) -> tuple[int, bool, str | None]:
    """Go through one physical line, without its line feed.

    Args:
        text: The line.
        marks: What has a meaning in it.
        is_open: Whether the line starts inside a quoted field.

    Returns:
        How many delimiters are outside quotes, whether a quoted field is open at the end, and what is wrong.
    """
    if not marks.quote:
        return _walk_bare(text, marks)
    if marks.is_doubled:
        return _walk_doubled(text, marks, is_open=is_open)
    return _walk_escaped(text, marks, is_open=is_open)


def _walk_bare(text: bytes, marks: Marks) -> tuple[int, bool, str | None]:
    if b"\r" in text.removesuffix(b"\r"):
        return 0, False, "a line that ends with CR alone"
    return text.count(marks.delimiter), False, None


def _walk_doubled(text: bytes, marks: Marks, *, is_open: bool) -> tuple[int, bool, str | None]:
    parts = text.split(marks.quote)
    last = len(parts) - 1
    count = 0
    for index in range(int(is_open), len(parts), 2):
        part = parts[index]
        if index == last:
            part = part.removesuffix(b"\r")
        if index and part and not part.startswith(marks.delimiter):
            return 0, False, "text after a closing quote"
        if index != last and part and not part.endswith(marks.delimiter):
            return 0, False, "a quote inside an unquoted field"
        if b"\r" in part:
            return 0, False, "a line that ends with CR alone"
        count += part.count(marks.delimiter)
    return count, bool(last % 2) != is_open, None


def _walk_escaped(text: bytes, marks: Marks, *, is_open: bool) -> tuple[int, bool, str | None]:
    """Go field by field: where a quote is escaped by another character, quotes alone do not tell where one ends."""
    position, count = 0, 0
    while True:
        if is_open or text.startswith(marks.quote, position):
            position, fault = _after_quoted(text, position if is_open else position + 1, marks)
            is_open = position < 0
        else:
            position, fault = _after_bare(text, position, marks)
        if fault or is_open:
            return 0 if fault else count, is_open and not fault, fault
        if text[position:] in (b"", b"\r"):
            return count, False, None
        count += 1
        position += 1


def _after_quoted(text: bytes, position: int, marks: Marks) -> tuple[int, str | None]:
    """Return where a quoted field ends whose inside starts at `position`; -1 where it does not on this line."""
    match = marks.inside.match(text, position)
    end = match.end() if match else position
    if end == len(text):
        return -1, None
    if not text.startswith(marks.quote, end):
        return 0, "an escape before neither a quote nor itself"
    end += 1
    if text[end:] not in (b"", b"\r") and not text.startswith(marks.delimiter, end):
        return 0, "text after a closing quote"
    return end, None


def _after_bare(text: bytes, position: int, marks: Marks) -> tuple[int, str | None]:
    """Return where an unquoted field ends."""
    end = text.find(marks.delimiter, position)
    end = len(text) if end < 0 else end
    part = text[position:end]
    if end == len(text) and part.endswith(b"\r"):
        part, end = part[:-1], end - 1
    if marks.quote in part:
        return 0, "a quote inside an unquoted field"
    return end, "a line that ends with CR alone" if b"\r" in part else None


def fields_of(text: bytes, marks: Marks) -> tuple[str, ...]:
    """Return the cells of a record that has no fault."""
    csv.field_size_limit(MAX_RECORD_BYTES + 1)
    delimiter, quote = marks.delimiter.decode(), marks.quote.decode()
    if not quote:
        return tuple(text.decode().split(delimiter)) if text else ()
    if marks.is_doubled:
        return tuple(next(csv.reader([text.decode()], delimiter=delimiter, quotechar=quote, strict=True), []))
    found, position = [], 0
    while text and position <= len(text):
        is_quoted = text.startswith(marks.quote, position)
        end, _ = _after_quoted(text, position + 1, marks) if is_quoted else _after_bare(text, position, marks)
        cell = text[position + 1 : end - 1] if is_quoted else text[position:end]
        found.append((re.sub(rb"%b(.)" % re.escape(marks.escape), rb"\1", cell) if is_quoted else cell).decode())
        position = end + 1
    return tuple(found)


def not_text(text: bytes) -> str | None:
    """Return why bytes are no text, or None."""
    if b"\0" in text:
        return "a NUL byte: binary data, or UTF-16"
    return None if is_utf8(text) else NOT_UTF8


def dialect_hint(fault: str) -> str:
    """Return, for a fault of a file's encoding, what to declare if the file is right; else nothing."""
    return "; if it has another encoding, declare it: `dialect: {encoding: cp1252}`" if fault == NOT_UTF8 else ""


def other_delimiter(names: tuple[str, ...], marks: Marks) -> str:
    """Return, for a header of one name that another delimiter would cut, which one to declare; else nothing."""
    if len(names) != 1:
        return ""
    counts = {mark: names[0].count(mark) for mark in _DELIMITERS if mark.encode() != marks.delimiter}
    mark = max(counts, key=lambda one: counts[one])
    written = mark.replace("\t", "\\t")
    return f'; if `{written}` separates them, declare it: `dialect: {{delimiter: "{written}"}}`' if counts[mark] else ""


def is_utf8(data: bytes) -> bool:
    """Return whether the bytes are UTF-8."""
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
