"""What a schema comes to while it is compiled: tests with their places, and keywords that have no test."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from mlgate.core.data.ir import All, AnyOf, Contains, ExactlyOne, Item, Items, Member, Members, Names, Not, Test, Unique

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MAX_TESTS = 2_000  # in one check: `if` inside `if` doubles them at each level
MAX_LOOPS = 5  # each lambda inside another multiplies the time that the engine takes to plan a query
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


def bounded(found: Compiled) -> Compiled:
    """Return the same demands without tests that have grown too large for a query."""
    large = [part for part in found.parts if is_large(part.test)]
    if not large and not any(is_large(item.suspects) for item in found.uncompiled):
        return found
    rest = (item if not is_large(item.suspects) else Uncompiled(pointer=item.pointer) for item in found.uncompiled)
    return Compiled(
        parts=tuple(part for part in found.parts if part not in large),
        uncompiled=(*rest, *(Uncompiled(pointer=part.pointer) for part in large)),
    )


def is_large(test: Test) -> bool:
    """Return whether a test holds too many others, some of them many times, or too many loops in each other."""
    return next(islice(_tests_in(test), MAX_TESTS, None), None) is not None or _loops(test) > MAX_LOOPS


def _loops(test: Test) -> int:
    """Return how deep loops over items and properties lie in each other."""
    own = 3 if isinstance(test, Unique) else 1 if isinstance(test, Items | Members | Names | Contains) else 0
    return own + max(map(_loops, _inner(test)), default=0)


def _tests_in(test: Test) -> Iterator[Test]:
    waiting = [test]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += _inner(found)


def _inner(test: Test) -> tuple[Test, ...]:
    match test:
        case All() | AnyOf() | ExactlyOne():
            return test.tests
        case Not() | Member() | Names() | Item() | Contains():
            return (test.test,)
        case Members():
            return (test.test, *(known.condition for known in test.unless))
        case Items():
            matching = (known.matching for known in test.unless if known.matching)
            return (test.test, *(known.condition for known in test.unless), *matching)
    return ()


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
