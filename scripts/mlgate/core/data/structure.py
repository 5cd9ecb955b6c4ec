"""Is a CSV file what RFC 4180 says, and on which line does each row start? Strictly, and with no engine.

Blocks of bytes go in, so any source will do. A block with nothing unusual in it is judged by a few passes at the speed
of memory; only an unusual one is read line by line.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BOM = b"\xef\xbb\xbf"
MAX_RECORD_BYTES = 2_000_000  # DuckDB's own limit
MAX_FAULTS = 20
_CUT_TRIES = 64
_ALL_BUT = {d: bytes(b for b in range(256) if b not in d + b"\n") for d in (b",", b"\t")}
_QUOTED = {d: re.compile(rb'(?<![^%b\n])"[^"]*+(?:""[^"]*+)*+"(?![^%b\n])' % (d, d)) for d in (b",", b"\t")}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that strict CSV does not have, at a 1-based line."""

    line: int
    message: str


@dataclass(frozen=True, kw_only=True)
class Structure:
    """What a strict reading found.

    Attributes:
        columns: The header's names.
        records: Rows after the header.
        faults: The first of them, in order of lines.
        count: How many were seen; reading stops at one that leaves the rest without meaning.
        one_line_each: Whether every record, the header too, is one line: row `i` is then line `i + 2`.
    """

    columns: tuple[str, ...] = ()
    records: int = 0
    faults: tuple[Fault, ...] = ()
    count: int = 0
    one_line_each: bool = True


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


def examine(blocks: Iterable[bytes], delimiter: str) -> Structure:
    """Read a whole file strictly.

    That is UTF-8 without NUL, records of one width and with one line end, quotes around whole fields only. A line that
    is empty is a fault too: readers disagree on whether it is a row.
    """
    examiner = _Examiner(reader=Reader(delimiter))
    for block in whole_lines(blocks):
        if not (examiner.takes_plain(block) or examiner.takes(block)):
            break
    return examiner.result()


def locate(blocks: Iterable[bytes], delimiter: str, rows: Iterable[int]) -> dict[int, int]:
    """Return the 1-based line on which each of `rows` (0-based) starts, in a file that has no fault."""
    wanted, found, row = set(rows), {}, -1
    reader = Reader(delimiter)
    for block in whole_lines(blocks):
        for record in reader.records(block):
            if row in wanted:
                found[row] = record.line
            row += 1
        if len(found) == len(wanted):
            break
    return found


def whole_lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut a stream of bytes into blocks that end with a line and, where that is easy, not inside quotes.

    The byte order mark is left out. A line that is longer than a record may be comes out in parts.
    """
    rest = b""
    for data in _without_mark(blocks):
        rest += data
        cut = _cut(rest)
        if cut or len(rest) > MAX_RECORD_BYTES:
            cut = cut or len(rest)
            yield rest[:cut]
            rest = rest[cut:]
    if rest:
        yield rest


def _without_mark(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Leave the byte order mark out, however the stream is cut."""
    start: bytes | None = b""
    for data in blocks:
        if start is None:
            yield data
            continue
        start += data
        if len(start) >= len(BOM):
            yield start.removeprefix(BOM)
            start = None
    if start:
        yield start.removeprefix(BOM)


def _cut(data: bytes) -> int:
    end = last = data.rfind(b"\n") + 1
    quotes = data.count(b'"', 0, end) if b'"' in data else 0
    for _ in range(_CUT_TRIES):
        if quotes % 2 == 0:
            return end
        before = data.rfind(b"\n", 0, end - 1) + 1
        quotes -= data.count(b'"', before, end)
        end = before
    return last


class Reader:
    """Reads physical lines into records, exactly. Mutable: it knows its line, and whether a quote is open."""

    def __init__(self, delimiter: str) -> None:
        self.delimiter = delimiter.encode()
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
        fault = _not_text(text)
        if self.size > MAX_RECORD_BYTES:
            fault = f"a record of more than {MAX_RECORD_BYTES:,} bytes"
        if fault:
            return Record(line=self.line, fault=fault)
        delimiters, stays_open, fault = walk(text, self.delimiter, is_open=is_open)
        if fault:
            return Record(line=self.line, fault=fault)
        self.parts.append(text)
        self.delimiters += delimiters
        if stays_open:
            return None
        whole, self.parts = b"\n".join(self.parts), []
        crlf = whole.endswith(b"\r") if is_ended else None
        return Record(line=self.start, fields=self.delimiters + 1, text=whole.removesuffix(b"\r"), crlf=crlf)


def walk(text: bytes, delimiter: bytes, *, is_open: bool) -> tuple[int, bool, str | None]:
    """Go through one physical line, without its line feed.

    Args:
        text: The line.
        delimiter: One byte.
        is_open: Whether the line starts inside a quoted field.

    Returns:
        How many delimiters are outside quotes, whether a quoted field is open at the end, and what is wrong.
    """
    parts = text.split(b'"')
    last = len(parts) - 1
    count = 0
    for index in range(int(is_open), len(parts), 2):
        part = parts[index]
        if index == last:
            part = part.removesuffix(b"\r")
        if index and part and not part.startswith(delimiter):
            return 0, False, "text after a closing quote"
        if index != last and part and not part.endswith(delimiter):
            return 0, False, "a quote inside an unquoted field"
        if b"\r" in part:
            return 0, False, "a line that ends with CR alone"
        count += part.count(delimiter)
    return count, bool(last % 2) != is_open, None


def _not_text(text: bytes) -> str | None:
    if b"\0" in text:
        return "a NUL byte: binary data, or UTF-16"
    return None if is_utf8(text) else "bytes that are not UTF-8"


def is_utf8(data: bytes) -> bool:
    """Return whether the bytes are UTF-8."""
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@dataclass
class _Examiner:
    """The state of one examination. Mutable, and gone when it is done."""

    reader: Reader
    columns: tuple[str, ...] = ()
    records: int = 0
    one_line_each: bool = True
    crlf: bool | None = None
    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def takes_plain(self, block: bytes) -> bool:
        """Take a block with nothing unusual in it; return False, and change nothing, if there is."""
        if not self.columns or self.reader.is_open or b"\0" in block or not is_utf8(block):
            return False
        has_cr = b"\r" in block
        if has_cr != bool(self.crlf) or (has_cr and block.count(b"\r\n") != block.count(b"\n")):
            return False
        text = block.replace(b"\r\n", b"\n") if has_cr else block
        text = text if text.endswith(b"\n") else text + b"\n"
        # With several columns an empty line shows below as one that lacks its delimiters.
        if (has_cr and b"\r" in text) or (len(self.columns) == 1 and (b"\n\n" in text or text.startswith(b"\n"))):
            return False
        return self._takes_skeleton(text)

    def _takes_skeleton(self, text: bytes) -> bool:
        """Take text if it is nothing but delimiters and line feeds in the right order, with whole fields between."""
        delimiter = self.reader.delimiter
        has_quotes = b'"' in text
        lines = text.count(b"\n") if has_quotes else 0
        text = _QUOTED[delimiter].sub(b"", text) if has_quotes else text
        skeleton = text.translate(None, _ALL_BUT[delimiter])
        records = skeleton.count(b"\n")
        one = delimiter * (len(self.columns) - 1) + b"\n"
        if skeleton != one * records or (has_quotes and b'"' in text):
            return False
        self.one_line_each = self.one_line_each and (not has_quotes or records == lines)
        self.records += records
        self.reader.line += lines or records
        return True

    def takes(self, block: bytes) -> bool:
        """Take a block record by record; return whether it makes sense to read on."""
        return all(self._takes_record(record) for record in self.reader.records(block))

    def _takes_record(self, record: Record) -> bool:
        if record.fault:
            self._fault(record.line, record.fault)
            self.reader.parts = []
            return False
        self.one_line_each = self.one_line_each and b"\n" not in record.text
        if not self.columns:
            return self._takes_header(record)
        self.records += 1
        if record.crlf not in (self.crlf, None):
            self._fault(record.line, "another line end than the header's: LF and CR LF are mixed")
        elif not record.text:
            self._fault(record.line, "an empty line")
        elif record.fields != len(self.columns):
            self._fault(record.line, f"{record.fields} fields where the header has {len(self.columns)}")
        return True

    def _takes_header(self, record: Record) -> bool:
        names = header_names(record.text, self.reader.delimiter.decode())
        for problem in name_problems(names):
            self._fault(record.line, problem)
        self.columns = names
        self.crlf = record.crlf
        return bool(names)

    def _fault(self, line: int, message: str) -> None:
        self.count += 1
        if self.count <= MAX_FAULTS:
            self.faults.append(Fault(line=line, message=message))

    def result(self) -> Structure:
        """Return what was found."""
        if self.reader.is_open:
            self._fault(self.reader.start, "a quote that is never closed")
        elif not self.columns and not self.faults:
            self._fault(1, "the file is empty")
        return Structure(
            columns=self.columns,
            records=self.records,
            faults=tuple(self.faults),
            count=self.count,
            one_line_each=self.one_line_each,
        )


def header_names(text: bytes, delimiter: str) -> tuple[str, ...]:
    """Return the fields of a record that has no fault."""
    csv.field_size_limit(MAX_RECORD_BYTES + 1)
    return tuple(next(csv.reader([text.decode()], delimiter=delimiter, strict=True), []))


def name_problems(names: tuple[str, ...]) -> Iterator[str]:
    """Yield what is wrong with a header's names."""
    if not names:
        yield "the header is an empty line"
    seen: set[str] = set()
    for index, name in enumerate(names):
        if not name.strip():
            yield f"column {index + 1} has no name"
        elif name in seen:
            yield f"the column name {name[:100]!r} appears twice"
        seen.add(name)
