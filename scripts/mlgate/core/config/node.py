"""A file that a person wrote, as plain values that remember where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mlgate.errors import ConfigError, Problem

MAX_BYTES = 2**20
MAX_DEPTH = 64
MAX_NODES = 100_000
DEEP_REMEDY = f"Flatten it: at most {MAX_DEPTH} levels are read."
MANY_REMEDY = f"Make the file smaller: at most {MAX_NODES} values are read, counting what aliases repeat."


@dataclass(frozen=True, kw_only=True, order=True)
class Place:
    """A place in a text file; both count from 1, columns in characters."""

    line: int
    column: int


START = Place(line=1, column=1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Node:
    """One value with its place.

    Attributes:
        place: Where the value starts.
        content: A scalar, the items of a list, or the entries of a mapping.
        keys: For a mapping: where each key stands.
        size: How many nodes this one holds, itself included, with aliases written out.
        height: How many levels lie below it.
    """

    place: Place
    content: Any = None
    keys: dict[str, Place] = field(default_factory=dict)
    size: int = 1
    height: int = 0

    def plain(self) -> Any:
        """Return the plain value: dicts, lists, strings, numbers, booleans and None."""
        if isinstance(self.content, dict):
            return {key: node.plain() for key, node in self.content.items()}
        if isinstance(self.content, list):
            return [node.plain() for node in self.content]
        return self.content

    def at(self, pointer: str) -> Place:
        """Return where a JSON pointer leads; where it leads nowhere, the nearest place above."""
        return self.find(pointer).place

    def find(self, pointer: str) -> Node:
        """Return what a JSON pointer leads to; where it leads nowhere, the nearest value above."""
        node = self
        for part in pointer.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            below = node.below(key)
            if below is None:
                break
            node = below
        return node

    def below(self, key: str) -> Node | None:
        """Return the entry `key` of a mapping, or the item of that number of a list, or None."""
        if isinstance(self.content, dict):
            return self.content.get(key)
        if isinstance(self.content, list) and key.isdecimal() and len(key) < 10 and int(key) < len(self.content):
            return self.content[int(key)]  # type: ignore[no-any-return]
        return None


def refuse(file: str, place: Place, message: str, remedy: str) -> ConfigError:
    """Return the error for one mistake that makes the rest of a file unreadable."""
    return ConfigError((Problem(file=file, line=place.line, column=place.column, message=message, remedy=remedy),))


def place_of(text: str, index: int) -> Place:
    """Return the place of the character at `index`."""
    start = text.rfind("\n", 0, index) + 1
    return Place(line=text.count("\n", 0, index) + 1, column=index - start + 1)


def decode(data: bytes, file: str) -> str:
    """Return the text of a file: UTF-8, at most 1 MiB, no NUL.

    Raises:
        ConfigError: With the place of the first byte that is not text.
    """
    if len(data) > MAX_BYTES:
        size = f"the file has {len(data)} bytes, more than {MAX_BYTES}"
        raise refuse(file, START, size, "Keep data in tables; a configuration or contract is a small file.")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise refuse(file, START, "the file is UTF-16", "Save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", errors="replace")
        found = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        raise refuse(file, place_of(before, len(before)), found, "Save the file as UTF-8 text.") from None
    if "\0" in text:
        where = place_of(text, text.index("\0"))
        raise refuse(file, where, "a NUL character: this is a binary file", "Name a text file, written as YAML.")
    return text
