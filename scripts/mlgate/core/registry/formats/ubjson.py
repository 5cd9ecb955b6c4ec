"""UBJSON as XGBoost writes it: JSON's values, with lengths before them and numbers as bytes. It is never read whole."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

from mlgate.core.registry.formats.onnx import Window
from mlgate.core.registry.formats.outline import Broken, Outline

if TYPE_CHECKING:
    from mlgate.core.registry.model_format import Read

INTEGERS = {b"i": "b", b"U": "B", b"I": "h", b"l": "i", b"L": "q"}
FLOATS = {b"d": "f", b"D": "d"}
SIZES = {mark: struct.calcsize(f">{code}") for mark, code in {**INTEGERS, **FLOATS}.items()}
CONSTANTS = {b"Z": "null", b"T": "true", b"F": "false"}
MAX_STRING = 64 * 2**20
PIECE = 2**18  # numbers looked at at once


class Reader:
    """Walks a document.

    Attributes:
        outline: What it holds.
    """

    def __init__(self, read: Read, size: int) -> None:
        self.outline = Outline()
        self._window = Window(read, size)
        self._size = size
        self._offset = 0
        self._left: list[int | None] = []  # values still to come in each open list or object; None: until its end mark

    def walk(self) -> None:
        """Read all of it.

        Raises:
            Broken: If it is no UBJSON.
        """
        self._value(self._take(1))
        while self._left:
            self._next()
        if self._offset != self._size:
            raise Broken("has something behind its end")

    def _next(self) -> None:
        left, is_object = self._left[-1], self.outline.inside == "{"
        if left is None:
            mark = self._take(1)
            if mark == (b"}" if is_object else b"]"):
                self._close()
                return
        elif left == 0:
            self._close()
            return
        else:
            self._left[-1] = left - 1
            mark = self._take(1)
        if is_object:
            self.outline.key(self._text(mark))
            mark = self._take(1)
        self._value(mark)

    def _value(self, mark: bytes) -> None:
        if mark in (b"{", b"["):
            self._open(mark.decode())
        elif mark == b"S":
            self.outline.value(self._text(self._take(1)))
        elif mark in INTEGERS:
            self.outline.value(str(self._integer(mark)))
        elif mark in FLOATS:
            self._floats(mark, 1)
            self.outline.value("0.0")
        elif mark in CONSTANTS:
            self.outline.value(CONSTANTS[mark])
        else:
            raise Broken(f"has the mark {mark!r} where a value belongs")

    def _open(self, kind: str) -> None:
        self.outline.enter(kind)
        start = self._window.at(self._offset, 1)
        if start == b"$" and kind == "[":
            self._offset += 1
            mark = self._take(1)
            self._expect(b"#")
            self._numbers(mark, self._count())
            self.outline.leave()
            return
        if start == b"#":
            self._offset += 1
            self._left.append(self._count())
            return
        self._left.append(None)

    def _close(self) -> None:
        self._left.pop()
        self.outline.leave()

    def _numbers(self, mark: bytes, count: int) -> None:
        if mark in FLOATS:
            self._floats(mark, count)
        elif mark in INTEGERS:
            self._skip(count * SIZES[mark])
        else:
            raise Broken(f"has a list of the type {mark!r}")

    def _floats(self, mark: bytes, count: int) -> None:
        size = SIZES[mark]
        if count * size > self._size - self._offset:
            raise Broken("ends within a list")
        while count:
            piece = min(count, PIECE)
            numbers = struct.unpack(f">{piece}{FLOATS[mark]}", self._take(piece * size))
            if not all(map(math.isfinite, numbers)):
                raise Broken("has a number that is NaN or infinite")
            count -= piece

    def _count(self) -> int:
        count = self._integer(self._take(1))
        if count < 0:
            raise Broken("has a negative length")
        return count

    def _integer(self, mark: bytes) -> int:
        if mark not in INTEGERS:
            raise Broken(f"has the mark {mark!r} where a length belongs")
        (value,) = struct.unpack(f">{INTEGERS[mark]}", self._take(SIZES[mark]))
        return int(value)

    def _text(self, mark: bytes) -> str:
        count = self._integer(mark)
        if not 0 <= count <= MAX_STRING:
            raise Broken("has a text that is too long")
        try:
            return self._take(count).decode()
        except UnicodeDecodeError:
            raise Broken("has a text that is not UTF-8") from None

    def _expect(self, mark: bytes) -> None:
        if self._take(1) != mark:
            raise Broken(f"has no {mark.decode()!r} behind the type of a list")

    def _skip(self, count: int) -> None:
        if count > self._size - self._offset:
            raise Broken("ends within a list")
        self._offset += count

    def _take(self, count: int) -> bytes:
        if count > self._size - self._offset:
            raise Broken("ends too early")
        data = self._window.at(self._offset, count)
        self._offset += count
        return data
