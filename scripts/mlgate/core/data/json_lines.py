"""Is a file JSON Lines, strictly, and on which line does each row lie?

DuckDB reads NaN, Infinity and trailing commas, which are not JSON: lines that could hold one are read again, strictly.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlgate.core import codec
from mlgate.core.data.records import is_utf8
from mlgate.core.data.structure import MAX_FAULTS, Fault, Structure, whole_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_LINE_BYTES = 16_000_000  # DuckDB's own limit is a little more
_SUSPECT = re.compile(rb"[:\[,]\s*[-+]?(?:nan|inf)|,\s*[\]}]", re.IGNORECASE)
_TRAILING = re.compile(rb",\s*[\]}]")
# To look for the same quickly: what may stand before a number is a comma, what may stand between is left out.
_BEFORE = bytes.maketrans(b":[ABCDEFGHIJKLMNOPQRSTUVWXYZ", b",,abcdefghijklmnopqrstuvwxyz")
_BETWEEN = b" \t\n\r\v\f+-"
_NO_NUMBERS = (b",nan", b",inf")
_KEY = re.compile(rb'"((?:[^"\\]|\\.)*+)"\s*:')


def examine(blocks: Iterable[bytes], *, every_line: bool = False) -> Structure:
    """Count the lines that are not blank, and read strictly those that look unusual, or all of them.

    Returns:
        A structure without columns; `one_line_each` says that no line is blank: row `i` is then line `i + 1`.
    """
    records, line, problems = 0, 0, []
    for block in whole_lines(blocks, b"", MAX_LINE_BYTES):
        if len(block) > MAX_LINE_BYTES and not block.endswith(b"\n"):
            problems.append(Fault(line=line + 1, message=f"a line of more than {MAX_LINE_BYTES:,} bytes"))
            break
        strictly = every_line or not is_utf8(block) or _is_suspect(block)
        if not strictly and _is_plain(block):
            records, line = records + block.count(b"\n"), line + block.count(b"\n")
            continue
        for text in _lines(block):
            line += 1
            records += text != b""
            problem = problem_of(text) if text and (strictly or _may_repeat_keys(text)) else None
            problems += [Fault(line=line, message=problem)] if problem else []
    faults = tuple(problems[:MAX_FAULTS])
    return Structure(records=records, faults=faults, count=len(problems), one_line_each=records == line)


def _is_suspect(block: bytes) -> bool:
    """Return whether a block may hold what the engine takes for JSON and is none; the pattern alone is slow."""
    short = block.translate(_BEFORE, _BETWEEN)
    if not any(word in short for word in _NO_NUMBERS):
        return _TRAILING.search(block) is not None
    return _SUSPECT.search(block) is not None


def _is_plain(block: bytes) -> bool:
    """Return whether each line begins an object and has none inside of it: there is nothing to count but lines."""
    lines = block.count(b"\n")
    begun = block.startswith(b"{") + block.count(b"\n{")
    return block.endswith(b"\n") and lines == begun == block.count(b"{")


def _may_repeat_keys(text: bytes) -> bool:
    """Return whether an object inside of a line may have a key twice: engines take one of the values, or the other."""
    if text.count(b"{") < 2:
        return False
    keys = _KEY.findall(text)
    return len(set(keys)) < len(keys) or any(b"\\" in key for key in keys)


def problem_of(text: bytes) -> str | None:
    """Return why a line is not one JSON object, or None."""
    try:
        value = codec.loads(text)
    except codec.DecodeError as error:
        words = re.sub(r": line 1 column (\d+) \(char \d+\)", r" at column \1", str(error))[:200]
        # The keys inside of a value are data: no message names them.
        return "a key appears twice" if words.startswith("the key ") else words
    return None if isinstance(value, dict) else "not a JSON object"


def locate(blocks: Iterable[bytes], rows: Iterable[int]) -> dict[int, int]:
    """Return the 1-based line of each of `rows` (0-based)."""
    wanted, found, row, line = set(rows), {}, -1, 0
    for block in whole_lines(blocks, b"", MAX_LINE_BYTES):
        for text in _lines(block):
            line += 1
            row += text != b""
            if text and row in wanted:
                found[row] = line
        if len(found) == len(wanted):
            break
    return found


def _lines(block: bytes) -> list[bytes]:
    """Return the lines of a block; one of nothing but white space is empty."""
    lines = block.removesuffix(b"\n").split(b"\n")
    return [line if line[:1] == b"{" else line.strip() for line in lines]
