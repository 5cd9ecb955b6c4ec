"""What a schema comes to while it is compiled: tests with their places, and keywords that have no test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.data.ir import All, AnyOf, Not, Test

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ALWAYS = All()
NEVER = AnyOf()


class NoCompiledFormError(ValueError):
    """The keyword, with this value, has no compiled form."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A test of one keyword; `pointer` is the keyword's place."""

    pointer: str
    test: Test


@dataclass(frozen=True, kw_only=True)
class Uncompiled:
    """A keyword without a test. `suspects` holds for every value that can break it."""

    pointer: str
    suspects: Test = ALWAYS


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """A schema's keywords; all of them together are what the schema demands."""

    parts: tuple[Part, ...] = ()
    uncompiled: tuple[Uncompiled, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Return whether every keyword has a test."""
        return not self.uncompiled

    @property
    def test(self) -> Test:
        """Return what the compiled keywords demand together."""
        return every(part.test for part in self.parts)

    @property
    def suspects(self) -> Test:
        """Return what holds for every value that does not satisfy the schema; if it is exact, for no other."""
        return some((negated(self.test), *(item.suspects for item in self.uncompiled)))

    def inside(self, wrap: Callable[[Test], Test]) -> Compiled:
        """Return the same demands on values inside of a value; `wrap` says that all of those pass a test."""
        return Compiled(
            parts=tuple(Part(pointer=part.pointer, test=wrap(part.test)) for part in self.parts),
            uncompiled=tuple(
                Uncompiled(pointer=item.pointer, suspects=negated(wrap(negated(item.suspects))))
                for item in self.uncompiled
            ),
        )


def joined(items: Iterable[Compiled]) -> Compiled:
    """Return all demands together."""
    found = tuple(items)
    return Compiled(
        parts=tuple(part for item in found for part in item.parts),
        uncompiled=tuple(item for one in found for item in one.uncompiled),
    )


def one(pointer: str, test: Test) -> Compiled:
    """Return a single demand."""
    return Compiled(parts=(Part(pointer=pointer, test=test),))


def unknown(pointer: str, suspects: Test = ALWAYS) -> Compiled:
    """Return a single keyword without a test."""
    return Compiled(uncompiled=(Uncompiled(pointer=pointer, suspects=suspects),))


def every(tests: Iterable[Test]) -> Test:
    """Return that all tests hold, as simply as it can be said."""
    found = [test for test in tests if test != ALWAYS]
    if NEVER in found:
        return NEVER
    return found[0] if len(found) == 1 else All(tests=tuple(found))


def some(tests: Iterable[Test]) -> Test:
    """Return that one of the tests holds, as simply as it can be said."""
    found = [test for test in tests if test != NEVER]
    if ALWAYS in found:
        return ALWAYS
    return found[0] if len(found) == 1 else AnyOf(tests=tuple(found))


def negated(test: Test) -> Test:
    """Return that a test does not hold."""
    if isinstance(test, Not):
        return test.test
    return NEVER if test == ALWAYS else ALWAYS if test == NEVER else Not(test=test)
