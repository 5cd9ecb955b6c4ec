"""Is a CSV file what RFC 4180 says, and on which line does each row start? Strictly, and with no engine.

Blocks of bytes go in, so any source will do. A block with nothing unusual in it is judged by a few passes at the speed
of memory; only an unusual one is read line by line.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mlgate.core.data.records import MAX_RECORD_BYTES, Marks, Reader, dialect_hint, fields_of, is_utf8, other_delimiter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlgate.core.data.records import Record
    from mlgate.core.data.source import Dialect

BOM = b"\xef\xbb\xbf"
MAX_FAULTS = 20
_CUT_TRIES = 64


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that strict CSV does not have, at a 1-based line of the file with this index."""

    line: int
    message: str
    file: int = 0


@dataclass(frozen=True, kw_only=True)
class Structure:
    """What a strict reading found.

    Attributes:
        columns: The header's names.
        records: Rows after the header.
        faults: The first of them, in order of lines.
        count: How many were seen; reading stops at one that leaves the rest without meaning.
        one_line_each: Whether every record, the header too, is one line: row `i` is then line `i + 2`.
        has_header: Whether the first record has the names.
        files: Of a table with several files, each one's own structure, in order.
    """

    columns: tuple[str, ...] = ()
    records: int = 0
    faults: tuple[Fault, ...] = ()
    count: int = 0
    one_line_each: bool = True
    has_header: bool = True
    files: tuple[Structure, ...] = ()

    def place(self, row: int) -> tuple[int, int]:
        """Return the file in which a row of the table lies, and the row's number in it."""
        for index, file in enumerate(self.files):
            if row < file.records:
                return index, row
            row -= file.records
        return 0, row


def joined(files: Sequence[Structure]) -> Structure:
    """Return the structure of the table that several files are; other columns than the first file's are a fault."""
    if len(files) == 1:
        return files[0]
    faults = [replace(fault, file=index) for index, file in enumerate(files) for fault in file.faults]
    count = sum(file.count for file in files)
    for index, file in enumerate(files):
        if file.columns != files[0].columns and not file.faults:
            faults.append(Fault(line=1, message="other columns than the table's first file has", file=index))
            count += 1
    return replace(
        files[0],
        records=sum(file.records for file in files),
        faults=tuple(sorted(faults, key=lambda fault: (fault.file, fault.line))[:MAX_FAULTS]),
        count=count,
        one_line_each=False,
        files=tuple(files),
    )


def examine(blocks: Iterable[bytes], delimiter: str, dialect: Dialect | None = None) -> Structure:
    """Read a whole file strictly.

    That is UTF-8 without NUL, records of one width and with one line end, quotes around whole fields only. A line that
    is empty is a fault too: readers disagree on whether it is a row.
    """
    marks = Marks.of(delimiter, dialect)
    names = dialect.columns if dialect and not dialect.header else ()
    examiner = _Examiner(reader=Reader(marks), columns=names, has_header=not names)
    for block in _first_apart(whole_lines(blocks, marks.quote), marks.quote):
        if not (examiner.takes_plain(block) or examiner.takes(block)):
            break
    return examiner.result()


def _first_apart(blocks: Iterable[bytes], quote: bytes) -> Iterator[bytes]:
    """Cut the first record off the first block: only the lines before anything is known need the exact reader."""
    is_first = True
    for block in blocks:
        end = block.find(b"\n") + 1 if is_first else 0
        is_first = False
        if end and not (quote and quote in block[:end]):
            yield block[:end]
            block = block[end:]  # noqa: PLW2901 - the rest of it
        if block:
            yield block


def locate(
    blocks: Iterable[bytes], delimiter: str, rows: Iterable[int], dialect: Dialect | None = None
) -> dict[int, int]:
    """Return the 1-based line on which each of `rows` (0-based) starts, in a file that has no fault."""
    wanted, found, row = set(rows), {}, -1 if dialect is None or dialect.header else 0
    marks = Marks.of(delimiter, dialect)
    reader = Reader(marks)
    for block in whole_lines(blocks, marks.quote):
        for record in reader.records(block):
            if row in wanted:
                found[row] = record.line
            row += 1
        if len(found) == len(wanted):
            break
    return found


def whole_lines(blocks: Iterable[bytes], quote: bytes = b'"', most: int = MAX_RECORD_BYTES) -> Iterator[bytes]:
    """Cut a stream of bytes into blocks that end with a line and, where that is easy, not inside quotes.

    The byte order mark is left out. A line of more than `most` bytes comes out in parts.
    """
    rest = b""
    for data in _without_mark(blocks):
        rest += data
        cut = _cut(rest, quote)
        if cut or len(rest) > most:
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


def _cut(data: bytes, quote: bytes) -> int:
    end = last = data.rfind(b"\n") + 1
    quotes = data.count(quote, 0, end) if quote and quote in data else 0
    for _ in range(_CUT_TRIES):
        if quotes % 2 == 0:
            return end
        before = data.rfind(b"\n", 0, end - 1) + 1
        quotes -= data.count(quote, before, end)
        end = before
    return last


@dataclass
class _Examiner:
    """The state of one examination. Mutable, and gone when it is done."""

    reader: Reader
    columns: tuple[str, ...] = ()
    has_header: bool = True
    is_begun: bool = False
    records: int = 0
    one_line_each: bool = True
    crlf: bool | None = None
    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def takes_plain(self, block: bytes) -> bool:
        """Take a block with nothing unusual in it; return False, and change nothing, if there is."""
        if not self.is_begun or not self.columns or self.reader.is_open or b"\0" in block or not is_utf8(block):
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
        marks = self.reader.marks
        has_quotes = marks.quote != b"" and marks.quote in text
        if has_quotes and marks.escape and not marks.is_doubled and marks.escape in text:
            return False
        lines = text.count(b"\n") if has_quotes else 0
        text = marks.quoted.sub(b"", text) if has_quotes else text
        skeleton = text.translate(None, marks.all_but)
        records = skeleton.count(b"\n")
        one = marks.delimiter * (len(self.columns) - 1) + b"\n"
        if skeleton != one * records or (has_quotes and marks.quote in text):
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
            self._fault(record.line, record.fault + dialect_hint(record.fault))
            self.reader.parts = []
            return False
        self.one_line_each = self.one_line_each and b"\n" not in record.text
        if not self.is_begun:
            self.is_begun, self.crlf = True, record.crlf
            if self.has_header:
                return self._takes_header(record)
        self.records += 1
        if record.crlf not in (self.crlf, None):
            self._fault(record.line, "another line end than the header's: LF and CR LF are mixed")
        elif not record.text:
            self._fault(record.line, "an empty line")
        elif record.fields != len(self.columns):
            self._fault(record.line, f"{record.fields} fields where {self._wanted}")
        return True

    @property
    def _wanted(self) -> str:
        wanted = f"{'the header has' if self.has_header else 'the dialect names'} {len(self.columns)}"
        return wanted + (other_delimiter(self.columns, self.reader.marks) if self.has_header else "")

    def _takes_header(self, record: Record) -> bool:
        names = fields_of(record.text, self.reader.marks)
        for problem in name_problems(names):
            self._fault(record.line, problem)
        self.columns = names
        return bool(names)

    def _fault(self, line: int, message: str) -> None:
        self.count += 1
        if self.count <= MAX_FAULTS:
            self.faults.append(Fault(line=line, message=message))

    def result(self) -> Structure:
        """Return what was found."""
        if self.reader.is_open:
            self._fault(self.reader.start, "a quote that is never closed")
        elif not self.is_begun and not self.faults:
            self._fault(1, "the file is empty")
        return Structure(
            columns=self.columns,
            records=self.records,
            faults=tuple(self.faults),
            count=self.count,
            one_line_each=self.one_line_each,
            has_header=self.has_header,
        )


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
