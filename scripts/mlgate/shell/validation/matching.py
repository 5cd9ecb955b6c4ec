"""Patterns against single texts, as ECMA-262 means them: in linear time where that can be, else for a limited time."""

from __future__ import annotations

import re
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb

from mlgate.core.data.pattern import NoTranslationError, to_python, to_re2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Search = Callable[[str], bool]

SECONDS = 2.0  # for one text, where a pattern may take exponential time
SHOWN = 100


class UnsupportedError(ValueError):
    """A construct of the contract cannot be evaluated."""


class Patterns:
    """The patterns of a contract, and the rows whose texts they are asked about.

    A question to the engine takes a hundred times longer than a text in it, so all texts of a batch are asked at once.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection | None = None, *, seconds: float = SECONDS) -> None:
        """Ask this engine; without one, Python."""
        self.seconds = seconds
        self._cursor = connection.cursor() if connection else None
        self._searches: dict[str, Search] = {}
        self._known: dict[str, dict[str, bool]] = {}
        self._rows: Sequence[Any] = ()
        self._texts: list[str] | None = None

    def begin(self, rows: Sequence[Any]) -> None:
        """Forget the last batch for this one."""
        self._rows, self._texts = rows, None
        self._known.clear()

    def found(self, pattern: str, text: str) -> bool:
        """Return whether `text` contains a match.

        Raises:
            UnsupportedError: The pattern cannot be evaluated, or takes too long.
        """
        if pattern not in self._searches:
            self._searches[pattern] = self._search(pattern)
        return self._searches[pattern](text)

    def _search(self, pattern: str) -> Search:
        if self._cursor is not None:
            try:
                re2 = to_re2(pattern)
            except NoTranslationError:
                pass  # Python may know it
            else:
                return lambda text: self._ask(re2, text)
        try:
            expression = re.compile(to_python(pattern), re.ASCII)
        except (NoTranslationError, re.error, RecursionError, OverflowError) as error:
            raise UnsupportedError(f"the pattern {pattern[:SHOWN]}: {error}") from None
        return lambda text: self._try(expression, pattern, text)

    def _ask(self, re2: str, text: str) -> bool:
        known = self._known.setdefault(re2, {})
        if text not in known:
            known.update(self._answers(re2, [text, *self._all_texts()]))
        return known[text]

    def _answers(self, re2: str, texts: list[str]) -> dict[str, bool]:
        assert self._cursor is not None  # noqa: S101 - only then this is a way to search
        query = "SELECT list_transform($1::VARCHAR[], lambda x: regexp_matches(x, $2))"
        try:
            row = self._cursor.execute(query, [texts, re2]).fetchone()
        except duckdb.Error as error:
            raise UnsupportedError(f"a pattern that is too large for the engine ({type(error).__name__})") from None
        assert row is not None  # noqa: S101 - a query without a table gives one
        return dict(zip(texts, row[0], strict=True))

    def _all_texts(self) -> list[str]:
        if self._texts is None:
            self._texts = list(dict.fromkeys(_texts(self._rows)))
        return self._texts

    def _try(self, expression: re.Pattern[str], pattern: str, text: str) -> bool:
        try:
            with _limited(self.seconds):
                return expression.search(text) is not None
        except (TimeoutError, RecursionError, MemoryError):
            cause = f"takes more than {self.seconds:g} seconds for one text; write it without nested repetitions"
            raise UnsupportedError(f"the pattern {pattern[:SHOWN]} {cause}") from None


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts of a value, names too; without recursion, as values may be deep."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield str(item)
        elif isinstance(item, dict):
            yield from item
            waiting += item.values()
        elif isinstance(item, list | tuple):
            waiting += item


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise `TimeoutError` when it takes longer; outside the main thread the process's own limit has to do."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _stop(_signal: int, _frame: Any) -> None:
    raise TimeoutError
