"""What a command prints, as lines that may be shown: without terminal codes and secrets, and the last ones kept."""

from __future__ import annotations

import codecs
import re
from collections import deque
from typing import TYPE_CHECKING

from mlgate.core.training.environment import SHORTEST_SECRET, masked

if TYPE_CHECKING:
    from collections.abc import Iterable

TAIL_LINES = 40
LONGEST_LINE = 8_192  # characters; a longer one is shown in pieces, so that memory stays bounded
LONGEST_TAIL_LINE = 500  # characters; the tail goes into a document

_TERMINAL_CODES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_ADD_MASK = re.compile(r"\s*(?:::add-mask[^:]*::|##\[add-mask[^\]]*\])(.*)", re.IGNORECASE)


class Log:
    r"""Turns bytes into lines and keeps the last of them.

    A line ends at `\n`, at `\r\n`, and at a lone `\r`, with which progress bars redraw themselves. A command that asks
    the runner to mask a value is obeyed here, as its workflow commands do not reach the runner.
    """

    def __init__(self, hidden: Iterable[str] = (), *, tail: int = TAIL_LINES) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""
        self._hidden = list(hidden)
        self._tail: deque[str] = deque(maxlen=tail)

    @property
    def tail(self) -> tuple[str, ...]:
        """The last lines, oldest first."""
        return tuple(self._tail)

    def feed(self, data: bytes, *, final: bool = False) -> list[str]:
        """Take the next bytes; return the lines that they complete."""
        text = self._pending + self._decoder.decode(data, final)
        *whole, self._pending = re.split(r"\r\n|\n|\r(?!\Z)", text)
        if final and self._pending:
            whole, self._pending = [*whole, self._pending.rstrip("\r")], ""
        while len(self._pending) > LONGEST_LINE:
            whole.append(self._pending[:LONGEST_LINE])
            self._pending = self._pending[LONGEST_LINE:]
        lines = [self._shown(line) for line in whole]
        self._tail.extend(line[:LONGEST_TAIL_LINE] for line in lines)
        return lines

    def _shown(self, line: str) -> str:
        asked = _ADD_MASK.fullmatch(line)
        if asked:
            self._hide(asked.group(1).strip())
            return "(a value is masked from here on)"
        return masked(_TERMINAL_CODES.sub("", line), self._hidden)

    def _hide(self, value: str) -> None:
        if len(value) >= SHORTEST_SECRET and value not in self._hidden:
            self._hidden = sorted([*self._hidden, value], key=len, reverse=True)
