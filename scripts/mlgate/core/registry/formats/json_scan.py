"""JSON of any size, checked piece by piece: only the open objects' keys and what stands near the top are kept."""

from __future__ import annotations

import json
import math
import re

from mlgate.core.registry.formats.outline import Broken, Outline

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?"
_RUN = re.compile(rf"(?:{_NUMBER}[ \t\n\r]*,[ \t\n\r]*)++", re.ASCII)  # without a way back, which takes memory
_SCALAR = re.compile(rf"{_NUMBER}|true|false|null", re.ASCII)
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"')
_WORD = re.compile(r"[-+.\w]+")
_LARGE = re.compile(r"[eE]\+?\d\d\d")  # what could be infinite
MAX_STRING = 64 * 2**20
LONGEST_SCALAR = 4096  # what is longer is no number that anybody wrote


class Scanner:
    """Reads a document that comes in pieces.

    Attributes:
        outline: What it held so far.
    """

    def __init__(self) -> None:
        self.outline = Outline()
        self._rest = ""
        self._wants = "value"  # or `first`, `key`, `colon`, `comma`, `end`

    def feed(self, text: str, *, last: bool = False) -> None:
        """Take the next piece.

        Raises:
            Broken: If the document is no JSON.
        """
        text, offset = self._rest + text, 0
        while True:
            space = _SPACE.match(text, offset)
            offset = space.end() if space else offset
            if offset == len(text):
                break
            after = self._token(text, offset, last=last)
            if after is None:
                break
            offset = after
        self._rest = text[offset:]
        if len(self._rest) > MAX_STRING:
            raise Broken("has a text that does not end")
        if last and (self._rest or self._wants != "end"):
            raise Broken("ends too early")

    def _token(self, text: str, offset: int, *, last: bool) -> int | None:
        """Take one token, or a run of numbers; return where it ends, None if it may go on in the next piece."""
        match self._wants:
            case "end":
                raise Broken("has something behind its end")
            case "colon":
                return self._punctuation(text[offset], offset, ":", "value")
            case "comma":
                return self._close_or_comma(text[offset], offset)
            case "key" | "first" if self.outline.inside == "{":
                return self._key(text, offset)
        if self._wants == "first" and text[offset] == "]":
            return self._leave(offset)
        return self._value(text, offset, last=last)

    def _punctuation(self, character: str, offset: int, expected: str, then: str) -> int:
        if character != expected:
            raise Broken(f"has {character!r} where {expected!r} belongs")
        self._wants = then
        return offset + 1

    def _close_or_comma(self, character: str, offset: int) -> int:
        if character == {"{": "}", "[": "]"}[self.outline.inside]:
            return self._leave(offset)
        return self._punctuation(character, offset, ",", "key" if self.outline.inside == "{" else "value")

    def _leave(self, offset: int) -> int:
        self.outline.leave()
        self._wants = "comma" if self.outline.depth else "end"
        return offset + 1

    def _key(self, text: str, offset: int) -> int | None:
        if text[offset] == "}" and self._wants == "first":
            return self._leave(offset)
        found = _string(text, offset)
        if found is None:
            return None
        self.outline.key(found[0])
        self._wants = "colon"
        return found[1]

    def _value(self, text: str, offset: int, *, last: bool) -> int | None:
        if text[offset] in "{[":
            self.outline.enter(text[offset])
            self._wants = "first"
            return offset + 1
        if text[offset] == '"':
            found = _string(text, offset)
            return None if found is None else self._took(found[0], found[1])
        if self.outline.inside == "[":
            run = _RUN.match(text, offset)
            if run:
                _refuse_infinite(run[0])
                self._wants = "value"
                return run.end()
        return self._scalar(text, offset, last=last)

    def _scalar(self, text: str, offset: int, *, last: bool) -> int | None:
        word = _WORD.match(text, offset)
        if word and word.end() == len(text) and not last and len(word[0]) < LONGEST_SCALAR:
            return None
        if not word or not _SCALAR.fullmatch(word[0]):
            raise Broken(f"has {text[offset : offset + 12]!r} where a value belongs")
        _refuse_infinite(word[0])
        return self._took(word[0], word.end())

    def _took(self, shown: str, end: int) -> int:
        self.outline.value(shown)
        self._wants = "comma" if self.outline.depth else "end"
        return end


def _string(text: str, offset: int) -> tuple[str, int] | None:
    if text[offset] != '"':
        raise Broken(f"has {text[offset]!r} where a text belongs")
    found = _STRING.match(text, offset)
    if found is None:
        # Whole so far, or wrong already? A control character or an unknown escape cannot get better.
        if re.compile(r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrtu])*\\?').match(text, offset).end() < len(text):  # type: ignore[union-attr]
            raise Broken("has a text with a control character or an unknown escape")
        return None
    return json.loads(found[0]), found.end()


def _refuse_infinite(numbers: str) -> None:
    if _LARGE.search(numbers) and any(math.isinf(float(word[0])) for word in _WORD.finditer(numbers)):
        raise Broken("has a number that is too large")
