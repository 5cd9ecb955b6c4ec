"""YAML 1.2 to values with places: one document, text keys, no tags, aliases only as far as they stay small.

Plain scalars follow the core schema of YAML 1.2 with one difference for safety: a number with a leading zero
(`012`) stays text, as do `on`, `no`, `12:30:45` and `1_000`, which YAML 1.1 would turn into something else.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from mlgate.core.config import node as nodes
from mlgate.core.config.node import START, Node, Place, refuse
from mlgate.core.config.strict import StrictLoader
from mlgate.core.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.errors import ConfigError

_WORDS: dict[str, Any] = {"": None, "~": None} | {
    spelling: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for spelling in (word, word.capitalize(), word.upper())
}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGEST_NUMBER = 400
_SYNTAX_REMEDY = (
    "Correct the YAML: indent with spaces, put a space after each `:` and before each `#`, close brackets and "
    "quotes, and quote texts that hold such characters."
)


def read(data: bytes, file: str) -> Node:
    """Return the value of a YAML file with the place of everything in it.

    Args:
        data: The file's bytes.
        file: Its name, for messages.

    Raises:
        ConfigError: With the first place that is not the YAML that is read here; nothing else is ever raised.
    """
    text = nodes.decode(data, file)
    if text.endswith(" ") and not text.rpartition("\n")[2].strip(" "):
        text += "\n"  # PyYAML forgets a last line of spaces in a literal text
    composer = _Composer(file=file)
    try:
        return composer.document(yaml.parse(text, Loader=StrictLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = START if mark is None else _place(mark)
        words = ", ".join(part for part in (error.context, error.problem) if part)
        raise refuse(file, where, f"not valid YAML: {words}", _SYNTAX_REMEDY) from None
    except yaml.reader.ReaderError as error:
        where = nodes.place_of(text, error.position)
        message = f"not valid YAML: the character U+{ord(text[error.position]):04X} is not allowed"
        raise refuse(file, where, message, "Remove it, or write it as an escape inside double quotes.") from None
    except (ValueError, OverflowError, IndexError, RecursionError):
        # The scanner's own conversions: an escape past U+10FFFF, a version number with thousands of digits.
        raise refuse(
            file, composer.last, "not valid YAML: an escape or a number that cannot be", _SYNTAX_REMEDY
        ) from None


def _place(mark: Any) -> Place:
    return Place(line=mark.line + 1, column=mark.column + 1)


@dataclass(kw_only=True)
class _Composer:
    """Builds nodes from events, one at a time, so that a hostile document stops at the first limit it breaks."""

    file: str
    anchors: dict[str, Node | None] = field(default_factory=dict)
    count: int = 0
    last: Place = START

    def document(self, events: Iterator[Any]) -> Node:
        result: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if result is not None:
                    raise self.refuse(event, "a second document", "Keep one document in the file: remove this `---`.")
                self.check_version(event)
                result = self.node(next(events), events, 0)
        return result or Node(place=START)

    def check_version(self, event: Any) -> None:
        if event.version not in (None, (1, 2)):
            raise self.refuse(event, "a YAML version other than 1.2", "Remove the %YAML line.")

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        self.last = _place(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event, depth)
        if getattr(event, "tag", None) is not None:
            raise self.refuse(event, f"the tag {shown(event.tag)}", "Remove it: values are text, numbers, lists, maps.")
        if depth > nodes.MAX_DEPTH:
            raise self.refuse(event, "nested too deeply", nodes.DEEP_REMEDY)
        self.add(event, 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        made = self.make(event, events, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = made
        return made

    def make(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return Node(place=self.last, content=self.scalar(event))
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, events, depth)
        return self.mapping(event, events, depth)

    def sequence(self, start: Any, events: Iterator[Any], depth: int) -> Node:
        items = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self.node(event, events, depth + 1))
        return _branch(_place(start.start_mark), items, items, {})

    def mapping(self, start: Any, events: Iterator[Any], depth: int) -> Node:
        entries: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self.key(event, events, depth)
            where = _place(event.start_mark)
            if key in entries:
                message = f"the key {shown(key)} appears twice, first on line {keys[key].line}"
                raise refuse(self.file, where, message, "Remove one of the two.")
            entries[key] = self.node(next(events), events, depth + 1)
            keys[key] = where
        return _branch(_place(start.start_mark), entries, list(entries.values()), keys)

    def key(self, event: Any, events: Iterator[Any], depth: int) -> str:
        content = self.node(event, events, depth + 1).content
        if not isinstance(content, str):
            raise self.refuse(event, f"the key {shown(content)} is not text", "Put the key in quotes.")
        return content

    def alias(self, event: Any, depth: int) -> Node:
        if event.anchor not in self.anchors:
            raise self.refuse(event, f"the alias *{event.anchor} has no anchor before it", "Quote the text, or add it.")
        target = self.anchors[event.anchor]
        if target is None:
            raise self.refuse(event, f"the alias *{event.anchor} holds itself", "Write the value out.")
        if depth + target.height > nodes.MAX_DEPTH:
            raise self.refuse(event, "nested too deeply by an alias", nodes.DEEP_REMEDY)
        self.add(event, target.size)
        return target

    def add(self, event: Any, size: int) -> None:
        self.count += size
        if self.count > nodes.MAX_NODES:
            raise self.refuse(event, f"more than {nodes.MAX_NODES} values", nodes.MANY_REMEDY)

    def scalar(self, event: Any) -> Any:
        text: str = event.value
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise self.refuse(
                event, "an escape of half a character", "Write the character itself, or \\U with 8 digits."
            )
        if not event.implicit[0]:
            return text
        if _NOT_FINITE.fullmatch(text):
            raise self.refuse(event, f"{text} is not a number that is read here", "Write a finite number, or quote it.")
        return self.number(event, text) if text not in _WORDS else _WORDS[text]

    def number(self, event: Any, text: str) -> str | int | float:
        is_integer = _INTEGER.fullmatch(text) or _OTHER_BASE.fullmatch(text)
        if not is_integer and not _FLOAT.fullmatch(text):
            return text
        if len(text) > _LONGEST_NUMBER:
            raise self.refuse(event, "a number that is too long", "Quote it if it is text.")
        if is_integer:
            return int(text, 0 if _OTHER_BASE.fullmatch(text) else 10)
        value = float(text)
        if math.isinf(value):
            raise self.refuse(event, f"the number {shown(text)} is too large", "Write a smaller one, or quote it.")
        return value

    def refuse(self, event: Any, message: str, remedy: str) -> ConfigError:
        return refuse(self.file, _place(event.start_mark), message, remedy)


def _branch(place: Place, content: Any, below: list[Node], keys: dict[str, Place]) -> Node:
    return Node(
        place=place,
        content=content,
        keys=keys,
        size=1 + sum(item.size for item in below),
        height=1 + max((item.height for item in below), default=0),
    )
