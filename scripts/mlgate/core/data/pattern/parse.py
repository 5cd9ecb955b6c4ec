"""Reads a regular expression of ECMA-262 in Unicode mode, once, left to right.

Braces and brackets that can mean nothing else are taken as characters, as every engine outside that mode does.
"""

from __future__ import annotations

import re

from mlgate.core.data.pattern.categories import category
from mlgate.core.data.pattern.syntax import (
    Again,
    Around,
    Assertion,
    Category,
    Characters,
    Choice,
    Group,
    Look,
    Node,
    PatternError,
    Range,
    Repeat,
    Sequence,
    complement,
)

MAX_DEPTH = 50
_LINE_ENDS = ((0xA, 0xA), (0xD, 0xD), (0x2028, 0x2029))
_SPACES = ((0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x202F, 0x202F), (0x205F, 0x205F))
_SETS: dict[str, tuple[Range, ...]] = {
    "d": ((0x30, 0x39),),
    "w": ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)),
    "s": ((0x9, 0xD), *_SPACES, (0x2028, 0x2029), (0x3000, 0x3000), (0xFEFF, 0xFEFF)),
}
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_COUNT = re.compile(r"\{(\d{1,9})(,?)(\d{0,9})\}")
_PAIR = re.compile(r"u([Dd][89ABab][0-9A-Fa-f]{2})\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})")
_HEX = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}")
_LETTER = re.compile(r"c([A-Za-z])")
_PROPERTY = re.compile(r"([pP])\{([^{}]*)\}")
_NAME = re.compile(r"<([A-Za-z_$][\w$]*)>")
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")


def parse(pattern: str) -> Node:
    """Return the parts of `pattern`.

    Raises:
        PatternError: With what is wrong.
    """
    parser = _Parser(pattern)
    node = parser.choice(0)
    if parser.position != len(pattern):
        raise PatternError("an unmatched )")
    if parser.highest > parser.groups:
        raise PatternError(f"a reference to the group {parser.highest}")
    return node


class _Parser:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.position = 0
        self.groups = 0
        self.highest = 0
        self.names: dict[str, int] = {}

    def peek(self) -> str:
        return self.pattern[self.position : self.position + 1]

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise PatternError("an unfinished construct")
        self.position += 1
        return char

    def has(self, text: str) -> bool:
        """Take `text` if it comes next."""
        found = self.pattern.startswith(text, self.position)
        self.position += len(text) if found else 0
        return found

    def match(self, expression: re.Pattern[str]) -> re.Match[str] | None:
        """Take what the expression finds here."""
        found = expression.match(self.pattern, self.position)
        self.position = found.end() if found else self.position
        return found

    def choice(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise PatternError("groups nested too deep")
        items = [self.sequence(depth)]
        while self.has("|"):
            items.append(self.sequence(depth))
        return items[0] if len(items) == 1 else Choice(items=tuple(items))

    def sequence(self, depth: int) -> Node:
        items = []
        while self.peek() not in ("", "|", ")"):
            items.append(self.repeated(self.atom(depth)))
        return items[0] if len(items) == 1 else Sequence(items=tuple(items))

    def repeated(self, node: Node) -> Node:
        times = self.times()
        if times is None:
            return node
        if isinstance(node, Assertion | Around):
            raise PatternError("a repetition of nothing")
        lazy = self.has("?")
        if self.peek() in ("*", "+", "?") and self.peek():
            raise PatternError("a repetition of a repetition")
        least, most = times
        return Repeat(body=node, least=least, most=most, lazy=lazy)

    def times(self) -> tuple[int, int | None] | None:
        for char, found in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.has(char):
                return found
        match = self.match(_COUNT)
        if match is None:
            return None
        least = int(match[1])
        most = int(match[3]) if match[3] else None if match[2] else least
        if most is not None and most < least:
            raise PatternError("a repetition whose bounds are swapped")
        return least, most

    def atom(self, depth: int) -> Node:
        char = self.take()
        if char == "(":
            return self.group(depth)
        if char == "[":
            return self.characters()
        if char == "\\":
            return self.escape()
        if char == ".":
            return Characters(ranges=_LINE_ENDS, negated=True)
        if char in "^$":
            return Assertion(char)
        if char in "*+?" or (char == "{" and (self.peek().isdigit() or self.peek() == ",")):
            raise PatternError(f"a bare {char}")
        return one(char)

    def group(self, depth: int) -> Node:
        number = None
        look = next(
            (look for look in (Look.BEHIND, Look.NOT_BEHIND, Look.AHEAD, Look.NOT_AHEAD) if self.has(look)), None
        )
        if look is None and not self.has("?:"):
            number = self.numbered()
        body = self.choice(depth + 1)
        if not self.has(")"):
            raise PatternError("an unfinished group")
        return Around(look=look, body=body) if look else Group(body=body, number=number)

    def numbered(self) -> int:
        self.groups += 1
        if self.has("?"):
            name = self.match(_NAME)
            if name is None or name[1] in self.names:
                raise PatternError("a kind of group that ECMA-262 does not have, or a name twice")
            self.names[name[1]] = self.groups
        return self.groups

    def escape(self) -> Node:
        if self.peek() in ("b", "B") and self.peek():
            return Assertion(self.take())
        if self.has("k"):
            name = self.match(_NAME)
            if name is None or name[1] not in self.names:
                raise PatternError("a reference to a group of no known name")
            return Again(number=self.names[name[1]])
        number = self.match(_NUMBER)
        if number is not None:
            self.highest = max(self.highest, int(number[0]))
            return Again(number=int(number[0]))
        found = self.class_escape()
        return found if isinstance(found, Characters) else Characters(ranges=((found, found),))

    def class_escape(self) -> Characters | int:
        """Read what follows a backslash, inside brackets and outside: a set, or one code point."""
        if match := self.match(_PROPERTY):
            return Characters(categories=(category(match[2], negated=match[1] == "P"),))
        if match := self.match(_PAIR):
            return 0x10000 + ((int(match[1], 16) - 0xD800) << 10) + int(match[2], 16) - 0xDC00
        if match := self.match(_HEX):
            return _code_point(next(digits for digits in match.groups() if digits))
        if match := self.match(_LETTER):
            return ord(match[1]) % 32
        char = self.take()
        if char.lower() in _SETS:
            ranges = _SETS[char.lower()]
            return Characters(ranges=complement(ranges) if char.isupper() else ranges)
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char == "0" and not self.peek().isdigit():
            return 0
        if char.isalnum():
            raise PatternError(f"the escape \\{char}")
        return ord(char)

    def characters(self) -> Characters:
        negated = self.has("^")
        ranges: list[Range] = []
        categories: list[Category] = []
        while not self.has("]"):
            first = self.class_item()
            if isinstance(first, Characters):
                ranges += first.ranges
                categories += first.categories
                continue
            ranges.append((first, self.range_end(first)))
        return Characters(ranges=tuple(ranges), categories=tuple(categories), negated=negated)

    def range_end(self, first: int) -> int:
        if self.peek() != "-" or self.pattern[self.position + 1 : self.position + 2] in ("", "]"):
            return first
        self.take()
        last = self.class_item()
        if isinstance(last, Characters) or last < first:
            raise PatternError("a range whose ends are swapped or no characters")
        return last

    def class_item(self) -> Characters | int:
        char = self.take()
        if char != "\\":
            return ord(char)
        return 8 if self.has("b") else self.class_escape()


def one(char: str) -> Characters:
    """Return the set of one character."""
    return Characters(ranges=((ord(char), ord(char)),))


def _code_point(digits: str) -> int:
    value = int(digits, 16)
    if value > 0x10FFFF or 0xD800 <= value <= 0xDFFF:
        raise PatternError("half of a surrogate pair")
    return value
