"""How names, paths and durations are written; `schemas/*.schema.json` says the same to editors."""

from __future__ import annotations

import posixpath
import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlgate.core.config.cursor import Cursor

# A model's and a stage's name become parts of git tags and of paths.
NAME = re.compile(r"(?=.{1,64}$)[A-Za-z0-9](?:[._-]?[A-Za-z0-9])*")
NAME_REMEDY = "Use letters and digits, with single `-`, `_` or `.` between them, at most 64."
# A table's name becomes part of an environment variable.
TABLE = re.compile(r"[A-Za-z](?:[_-]?[A-Za-z0-9]){0,63}")
TABLE_REMEDY = "Use letters and digits, with single `-` or `_` between them, beginning with a letter."
ESTIMATOR = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+")
RULE_ID = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
TIMEOUT = re.compile(r"([1-9][0-9]{0,5})(s|m|h)")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DRIVE = re.compile(r"[A-Za-z]:")
MAX_PATH = 1024


def path(cursor: Cursor) -> str | None:
    """Return a path relative to the configuration's folder, in its shortest form with `/`."""
    value = cursor.text("a path")
    if value is None:
        return None
    if "://" in value:
        cursor.expected("a file of this checkout", "Fetch it in an earlier step of the workflow, and name the file.")
    elif value[0] in "/~" or _DRIVE.match(value):
        cursor.expected("a relative path", "Write the path relative to the configuration's folder.")
    elif "\\" in value or _CONTROL.search(value) or len(value) > MAX_PATH:
        cursor.expected("a path", "Write it with `/`, without control characters.")
    else:
        return posixpath.normpath(value)
    return None


def output_path(cursor: Cursor) -> str | None:
    """Return the path of a file that training writes: within the configuration's folder."""
    value = path(cursor)
    if value is not None and ".." in str(cursor.value).split("/"):
        cursor.expected("a path without `..`", "Let training write into the configuration's folder.")
        return None
    return value


def timeout(cursor: Cursor) -> float | None:
    """Return seconds from `90s`, `60m` or `2h`."""
    match = TIMEOUT.fullmatch(cursor.value) if isinstance(cursor.value, str) else None
    if match is None:
        cursor.expected("a duration", "Write a whole number with `s`, `m` or `h`, as in `90s`, `60m` or `2h`.")
        return None
    return float(int(match[1]) * _SECONDS[match[2]])


def shell(cursor: Cursor) -> tuple[str, ...] | None:
    """Return the words of a shell command: from a list as they are, from a text by the rules of a shell."""
    if not isinstance(cursor.value, str):
        items = cursor.items("words", at_least=1)
        words = [item.text("a word") for item in items]
        return tuple(word for word in words if word) or None
    try:
        words_of_text = tuple(shlex.split(cursor.value))
    except ValueError:
        words_of_text = ()
    if not words_of_text:
        cursor.expected("a command", "Write the shell and its options, as in `bash -eo pipefail -c`; close quotes.")
    return words_of_text or None
