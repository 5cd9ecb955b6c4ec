"""A lock as text: YAML with one line a file, sorted, so that git merges pull requests that change different files."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from mlgate.core.config import yaml
from mlgate.core.config.cursor import Cursor, Problems
from mlgate.core.config.node import Place, refuse
from mlgate.core.lock.model import Lock, PinnedTable

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = 1
_HEAD = "# Written by `mlgate data lock`. Commit it with the data that it fixes.\n"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_CONFLICT = re.compile(rb"^<<<<<<< ", re.MULTILINE)
_MOST_ROWS = 10**15
_REMEDY = "Write the file anew: `mlgate data lock`."


def write(lock: Lock) -> str:
    """Return the text of a lock; equal locks have equal texts."""
    lines = [_HEAD + f"version: {VERSION}"]
    if lock.tables:
        lines.append("tables:")
    for name, table in sorted(lock.tables.items()):
        rows = [f"    rows: {table.rows}"] if table.rows is not None else []
        lines += [f"  {name}:", *rows, "    files:", *_files(table.files, "      ")]
    if lock.files:
        lines += ["files:", *_files(lock.files, "  ")]
    return "\n".join(lines) + "\n"


def _files(files: Mapping[str, str], indent: str) -> list[str]:
    return [f"{indent}{json.dumps(name, ensure_ascii=False)}: sha256:{files[name]}" for name in sorted(files)]


def parse(data: bytes, name: str) -> Lock:
    """Return the lock that the bytes of a file say.

    Args:
        data: The file's.
        name: What messages call it.

    Raises:
        ConfigError: With every mistake.
    """
    conflict = _CONFLICT.search(data)
    if conflict is not None:
        line = data.count(b"\n", 0, conflict.start()) + 1
        raise refuse(name, Place(line=line, column=1), "a merge left a conflict", _REMEDY)
    problems = Problems(file=name)
    entries = Cursor(node=yaml.read(data, name), name="", problems=problems).mapping(
        ("version", "tables", "files"), required=("version",)
    )
    if "version" in entries and entries["version"].value != VERSION:
        entries["version"].problem(f"expected {VERSION}", "Use the version of mlgate that wrote the file, or a newer.")
    tables = entries["tables"].entries(_REMEDY) if "tables" in entries else {}
    lock = Lock(
        tables={key: _table(cursor) for key, cursor in tables.items()},
        files=_digests(entries["files"]) if "files" in entries else {},
    )
    problems.stop_if_any()
    return lock


def _table(cursor: Cursor) -> PinnedTable:
    entries = cursor.mapping(("rows", "files"), required=("files",))
    rows = entries["rows"].integer(0, _MOST_ROWS) if "rows" in entries else None
    return PinnedTable(files=_digests(entries["files"]) if "files" in entries else {}, rows=rows)


def _digests(cursor: Cursor) -> dict[str, str]:
    found = {}
    for name, entry in cursor.entries(_REMEDY).items():
        text = entry.text("sha256: and 64 hexadecimal digits", _DIGEST, _REMEDY)
        if text is not None:
            found[name] = text.removeprefix("sha256:")
    return found
