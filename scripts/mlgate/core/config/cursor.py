"""Reading a tree of values as what they should be: every mistake is noted with its place, and reading goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from mlgate.core.numbers import LARGEST
from mlgate.core.words import did_you_mean, listed, shown
from mlgate.errors import ConfigError, Problem

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping
    from enum import StrEnum

    from mlgate.core.config.node import Node, Place

E = TypeVar("E", bound="StrEnum")
MAX_PROBLEMS = 100  # a report longer than that helps nobody


@dataclass(kw_only=True)
class Problems:
    """The mistakes found so far in one file."""

    file: str
    found: list[Problem] = field(default_factory=list)

    def add(self, place: Place, message: str, remedy: str) -> None:
        """Note one mistake."""
        problem = Problem(file=self.file, line=place.line, column=place.column, message=message, remedy=remedy)
        if problem not in self.found[-3:]:
            self.found.append(problem)

    def stop_if_any(self) -> None:
        """Raise a ConfigError with all mistakes in the order of the file, if there are any."""
        if self.found:
            ordered = sorted(self.found, key=lambda problem: (problem.line, problem.column))
            raise ConfigError(tuple(ordered[:MAX_PROBLEMS]))


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """One value, its name as people say it (`gate.rules[0].metric`), and where to note its mistakes.

    Readers return None after they noted a mistake, so a caller goes on with its default.
    """

    node: Node
    name: str
    problems: Problems

    @property
    def value(self) -> Any:
        """Return the scalar, or the node's list or dict of nodes."""
        return self.node.content

    def problem(self, message: str, remedy: str) -> None:
        """Note a mistake at this value."""
        self.problems.add(self.node.place, f"`{self.name}`: {message}" if self.name else message, remedy)

    def expected(self, what: str, remedy: str) -> None:
        """Note that this value is not what belongs here."""
        self.problem(f"expected {what}, got {shown(self.node.plain())}", remedy)

    def _child(self, node: Node, name: str) -> Cursor:
        return Cursor(node=node, name=name, problems=self.problems)

    def entries(self, remedy: str) -> dict[str, Cursor]:
        """Return the entries of a mapping with any keys; none if this is no mapping."""
        if not isinstance(self.value, dict):
            self.expected("a mapping", remedy)
            return {}
        prefix = f"{self.name}." if self.name else ""
        return {key: self._child(node, prefix + key) for key, node in self.value.items()}

    def mapping(
        self,
        known: Iterable[str],
        *,
        required: Iterable[str] = (),
        later: Mapping[str, str] | None = None,
        elsewhere: Mapping[str, str] | None = None,
    ) -> dict[str, Cursor]:
        """Return the entries of a mapping with known keys; note others, and those that are required and absent.

        Args:
            known: The keys that may be there.
            required: The keys that must be there.
            later: Keys that a later version reads, with what to do until then.
            elsewhere: Keys that are not written here, with where they are.
        """
        known = tuple(known)
        entries = self.entries(f"Write `key: value` pairs; the keys are {listed(known)}.")
        for key in [key for key in entries if key not in known]:
            self._unknown(key, known, later or {}, elsewhere or {})
            del entries[key]
        if isinstance(self.value, dict):
            for key in (key for key in required if key not in entries):
                self.problem(f"`{key}` is missing", f"Add `{key}: ...`.")
        return entries

    def _unknown(
        self, key: str, known: tuple[str, ...], later: Mapping[str, str], elsewhere: Mapping[str, str]
    ) -> None:
        where = f"`{self.name}`: " if self.name else ""
        place = self.node.keys[key]
        if key in later:
            self.problems.add(place, f"{where}`{key}` is not supported yet by this version of mlgate", later[key])
            return
        close = "" if key in elsewhere else did_you_mean(key, known)
        remedy = elsewhere.get(key, f"Known keys here: {', '.join(known)}.")
        self.problems.add(place, f"{where}unknown key {shown(key)}{close}", remedy)

    def items(self, what: str, *, at_least: int = 0) -> list[Cursor]:
        """Return the items of a list; none if this is no list."""
        if not isinstance(self.value, list) or len(self.value) < at_least:
            self.expected(f"a list of {what}" if at_least == 0 else f"a list of one or more {what}", "Write `[a, b]`.")
            return []
        return [self._child(node, f"{self.name}[{number}]") for number, node in enumerate(self.value)]

    def text(self, what: str = "text", pattern: re.Pattern[str] | None = None, remedy: str | None = None) -> str | None:
        """Return a text, which must match `pattern` where one is given."""
        if isinstance(self.value, str) and self.value and (pattern is None or pattern.fullmatch(self.value)):
            return self.value
        is_scalar = isinstance(self.value, bool | int | float)
        self.expected(what, remedy or ("Put it in quotes." if is_scalar else f"Write {what}."))
        return None

    def texts(self, what: str) -> tuple[str, ...]:
        """Return a list of one or more different texts."""
        items = self.items(what, at_least=1)
        found = [text for text in (item.text(f"one of the {what}") for item in items) if text is not None]
        for item in items:
            if isinstance(item.value, str) and found.count(item.value) > 1:
                item.problem(f"{shown(item.value)} is named twice", "Name it once.")
        return tuple(found)

    def choice(self, cls: type[E]) -> E | None:
        """Return a member of an enumeration."""
        known = [member.value for member in cls]
        if isinstance(self.value, str) and self.value in known:
            return cls(self.value)
        close = did_you_mean(self.value, known) if isinstance(self.value, str) else ""
        self.problem(f"expected {listed(known)}, got {shown(self.node.plain())}{close}", f"Write {listed(known)}.")
        return None

    def flag(self) -> bool | None:
        """Return true or false."""
        if isinstance(self.value, bool):
            return self.value
        self.expected("true or false", "Write `true` or `false`, without quotes.")
        return None

    def number(self, what: str = "a number", remedy: str | None = None) -> float | None:
        """Return a number that a double holds."""
        if isinstance(self.value, int | float) and not isinstance(self.value, bool):
            if abs(self.value) <= LARGEST:
                return float(self.value)
            self.problem(f"expected {what}, got one that is too large", "Write a number below 1.79e308.")
            return None
        self.expected(what, remedy or "Write a number without quotes, with a point for decimals.")
        return None

    def number_within(self, low: float, high: float, *, edges: bool) -> float | None:
        """Return a number between two bounds, with or without the bounds themselves."""
        value = self.number(what := f"a number between {low:g} and {high:g}")
        if value is None or low < value < high or (edges and low <= value <= high):
            return value
        self.expected(what, f"Write {what}.")
        return None

    def integer(self, low: int, high: int) -> int | None:
        """Return a whole number from `low` to `high`; `2.0` is one, as in JSON Schema."""
        value = self.value
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.expected(what := f"a whole number from {low} to {high}", f"Write {what}.")
        return None
