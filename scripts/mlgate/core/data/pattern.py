"""Regular expressions of JSON Schema (ECMA-262) in RE2's syntax, where both mean the same; RE2 never backtracks.

What RE2 cannot say (look-around, back references) or says otherwise raises `NoTranslationError`: those go through
`jsonschema`.
"""

from __future__ import annotations

import re

MAX_REPEAT = 1000  # RE2 refuses counted repetition beyond this, nested ones multiplied
_SPACE = r"\t\n\v\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}"
_SAME = {"d": "0-9", "w": "0-9A-Za-z_", "s": _SPACE}
_CONTROL = {"t": r"\t", "n": r"\n", "r": r"\r", "f": r"\f", "v": r"\v", "0": r"\x{0}"}
_QUANTIFIER = re.compile(r"(?:[*+?]|\{(\d{1,4})(,?)(\d{0,4})\})\??")
_HEX = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}")
_CATEGORY = re.compile(r"[pP]\{[A-Z][a-z]?\}")
_SPECIAL = frozenset("\\^$.|?*+()[]{}")


class NoTranslationError(ValueError):
    """The pattern has no equal in RE2's syntax."""


def to_re2(pattern: str) -> str:
    """Return `pattern` for RE2.

    Raises:
        NoTranslationError: With the construct that stands in the way.
    """
    parser = _Parser(pattern)
    text, _ = parser.alternatives(0)
    if parser.position != len(pattern):
        raise NoTranslationError("an unmatched )")
    return text


class _Parser:
    """Reads a pattern once, left to right. Methods return RE2 text and the largest product of nested repetition."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.position = 0

    def peek(self) -> str:
        return self.pattern[self.position : self.position + 1]

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise NoTranslationError("an unfinished construct")
        self.position += 1
        return char

    def alternatives(self, depth: int) -> tuple[str, int]:
        if depth > 50:
            raise NoTranslationError("groups nested too deep")
        parts = [self.sequence(depth)]
        while self.peek() == "|":
            self.position += 1
            parts.append(self.sequence(depth))
        return "|".join(text for text, _ in parts), max(weight for _, weight in parts)

    def sequence(self, depth: int) -> tuple[str, int]:
        texts, heaviest = [], 1
        while self.peek() not in ("", "|", ")"):
            text, weight, repeatable = self.atom(depth)
            quantifier, times = self.quantifier(repeatable=repeatable)
            heaviest = max(heaviest, weight * times)
            texts.append(text + quantifier)
        if heaviest > MAX_REPEAT:
            raise NoTranslationError("a large repetition")
        return "".join(texts), heaviest

    def quantifier(self, *, repeatable: bool) -> tuple[str, int]:
        match = _QUANTIFIER.match(self.pattern, self.position)
        if match is None:
            if self.peek() == "{":
                raise NoTranslationError("a { that is no repetition")
            return "", 1
        if not repeatable:
            raise NoTranslationError("a repetition of nothing")
        self.position = match.end()
        if self.peek() in ("*", "+", "?", "{") and self.peek():
            raise NoTranslationError("a repetition of a repetition")
        return match[0], max(1, int(match[3] or match[1] or 1))

    def atom(self, depth: int) -> tuple[str, int, bool]:
        char = self.take()
        if char == "(":
            return self.group(depth)
        if char == "[":
            return self.character_class(), 1, True
        if char == "\\":
            return self.escape()
        if char == ".":
            return r"[^\n\r\x{2028}\x{2029}]", 1, True
        if char in "^$":
            return (r"\A" if char == "^" else r"\z"), 1, False
        if char in "*+?{}]":
            raise NoTranslationError(f"a bare {char}")
        return _literal(char), 1, True

    def group(self, depth: int) -> tuple[str, int, bool]:
        if self.pattern.startswith("?:", self.position):
            self.position += 2
        elif self.peek() == "?":
            raise NoTranslationError("look-around or a named group")
        text, weight = self.alternatives(depth + 1)
        if self.take() != ")":
            raise NoTranslationError("an unfinished group")
        return f"(?:{text})", weight, True

    def escape(self) -> tuple[str, int, bool]:
        char = self.peek()
        if char in ("b", "B") and char:
            self.position += 1
            return f"\\{char}", 1, False
        if char in ("D", "W", "S") and char:
            self.position += 1
            return f"[^{_SAME[char.lower()]}]", 1, True
        text = self.class_escape()
        single = text.startswith("\\") or len(text) == 1
        return (text if single and text != _SPACE else f"[{text}]"), 1, True

    def class_escape(self) -> str:
        """Read what follows a backslash, as it stands inside brackets."""
        for expression in (_HEX, _CATEGORY):
            match = expression.match(self.pattern, self.position)
            if match:
                self.position = match.end()
                return f"\\{match[0]}" if expression is _CATEGORY else _code_point(match)
        char = self.take()
        if char in _SAME:
            return _SAME[char]
        if char in _CONTROL and not (char == "0" and self.peek().isdigit()):
            return _CONTROL[char]
        if char.isalnum():
            raise NoTranslationError(f"the escape \\{char}")
        return _literal(char)

    def character_class(self) -> str:
        negated = "^" if self.peek() == "^" else ""
        self.position += len(negated)
        items = []
        while self.peek() != "]":
            items.append(self.class_item())
        self.position += 1
        if not items:
            raise NoTranslationError("an empty character class")
        return f"[{negated}{''.join(items)}]"

    def class_item(self) -> str:
        char = self.take()
        if char == "\\":
            return self.class_escape()
        if char == "-":
            between = self.pattern[self.position - 2 : self.position - 1] not in ("[", "^") and self.peek() != "]"
            return "-" if between else r"\-"
        return _literal(char)


def _code_point(match: re.Match[str]) -> str:
    value = int(next(digits for digits in match.groups() if digits), 16)
    if value > 0x10FFFF or 0xD800 <= value <= 0xDFFF:
        raise NoTranslationError("half of a surrogate pair")
    return f"\\x{{{value:x}}}"


def _literal(char: str) -> str:
    if char in _SPECIAL or char in "-&~":
        return f"\\{char}" if char.isascii() else char
    return char
