"""JSON to values with places, as strictly as `core.codec` reads documents, for contracts that are written in JSON."""

from __future__ import annotations

import bisect
import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlgate.core.config import node as nodes
from mlgate.core.config.node import Node, Place, refuse
from mlgate.core.words import shown

if TYPE_CHECKING:
    from mlgate.errors import ConfigError

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_STRING = re.compile(r'"([^"\\\x00-\x1f]|\\(["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"')
_WORDS: dict[str, Any] = {"null": None, "true": True, "false": False}
_WORD = re.compile(r"[A-Za-z]+")
_LONGEST_NUMBER = 400
_REMEDY = "Correct the JSON: double quotes, commas between entries, no comments, no comma before a closing bracket."


def read(data: bytes, file: str) -> Node:
    """Return the value of a JSON file with the place of everything in it.

    Raises:
        ConfigError: With the first place that is not JSON; nothing else is ever raised.
    """
    reader = _Reader(text=nodes.decode(data, file), file=file)
    result = reader.value(0)
    reader.skip()
    if reader.index < len(reader.text):
        raise reader.refuse("text after the end of the value")
    return result


@dataclass(kw_only=True)
class _Reader:
    """A cursor over the text; `count` is how many values were read."""

    text: str
    file: str
    index: int = 0
    count: int = 0

    def __post_init__(self) -> None:
        self.starts = [0, *(match.end() for match in re.finditer("\n", self.text))]

    def place(self) -> Place:
        line = bisect.bisect_right(self.starts, self.index)
        return Place(line=line, column=self.index - self.starts[line - 1] + 1)

    def refuse(self, message: str, remedy: str = _REMEDY) -> ConfigError:
        return refuse(self.file, self.place(), f"not valid JSON: {message}", remedy)

    def skip(self) -> None:
        match = _SPACE.match(self.text, self.index)
        self.index = match.end() if match else self.index

    def peek(self) -> str:
        self.skip()
        return self.text[self.index : self.index + 1]

    def take(self, wanted: str, where: str) -> None:
        if self.peek() != wanted:
            raise self.refuse(f"expected {wanted!r} {where}")
        self.index += 1

    def value(self, depth: int) -> Node:
        first = self.peek()
        self.count += 1
        if depth > nodes.MAX_DEPTH:
            raise self.refuse("nested too deeply", nodes.DEEP_REMEDY)
        if self.count > nodes.MAX_NODES:
            raise self.refuse(f"more than {nodes.MAX_NODES} values", nodes.MANY_REMEDY)
        if first == "{":
            return self.mapping(depth)
        if first == "[":
            return self.sequence(depth)
        place = self.place()
        return Node(place=place, content=self.string() if first == '"' else self.scalar())

    def mapping(self, depth: int) -> Node:
        place, entries, keys = self.place(), dict[str, Node](), dict[str, Place]()
        self.take("{", "")
        while self.peek() != "}":
            if entries:
                self.take(",", "between entries")
                self.skip()
            where, key = self.place(), self.string()
            if key in entries:
                message = f"the key {shown(key)} appears twice, first on line {keys[key].line}"
                raise refuse(self.file, where, message, "Remove one of the two.")
            self.take(":", "after a key")
            entries[key], keys[key] = self.value(depth + 1), where
        self.index += 1
        return Node(place=place, content=entries, keys=keys)

    def sequence(self, depth: int) -> Node:
        place, items = self.place(), list[Node]()
        self.take("[", "")
        while self.peek() != "]":
            if items:
                self.take(",", "between items")
            items.append(self.value(depth + 1))
        self.index += 1
        return Node(place=place, content=items)

    def string(self) -> str:
        match = _STRING.match(self.text, self.index)
        if match is None:
            raise self.refuse("expected a text in double quotes")
        value: str = json.loads(match[0])
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise self.refuse("an escape of half a character")
        self.index = match.end()
        return value

    def scalar(self) -> Any:
        word = _WORD.match(self.text, self.index)
        if word is not None and word[0] in _WORDS:
            self.index = word.end()
            return _WORDS[word[0]]
        number = _NUMBER.match(self.text, self.index)
        if number is None:
            raise self.refuse(f"expected a value, got {shown(self.text[self.index : self.index + 20])}")
        return self.number(number)

    def number(self, match: re.Match[str]) -> int | float:
        if len(match[0]) > _LONGEST_NUMBER:
            raise self.refuse("a number that is too long")
        value = float(match[0]) if match[2] or match[3] else int(match[0])
        if isinstance(value, float) and math.isinf(value):
            raise self.refuse("a number that is too large")
        self.index = match.end()
        return value
