"""Where references inside a contract lead, and where in it a subschema stands. Nothing is ever loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = "/row"
# Keywords whose value is a schema, a list of schemas, or schemas by name.
ONE = (
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
)
MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
NAMED = ("$defs", "definitions", "dependentSchemas", "patternProperties", "properties")


class UnresolvedError(ValueError):
    """A reference leads nowhere in this contract."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A subschema and where it stands.

    Attributes:
        schema: The subschema.
        pointer: JSON pointer into the contract.
        base: URI that references in it are relative to.
    """

    schema: Any
    pointer: str
    base: str

    def below(self, *parts: str | int) -> Place:
        """Return the place some keys and indices further down.

        Raises:
            UnresolvedError: There is none.
        """
        place = self
        for part in parts:
            value = _child(place.schema, part)
            place = _place(value, f"{place.pointer}/{escape(str(part))}", place.base)
        return place

    def children(self) -> Iterator[Place]:
        """Yield the schemas that keywords of this one hold."""
        if not isinstance(self.schema, dict):
            return
        for keyword, value in self.schema.items():
            if keyword in ONE:
                yield self.below(keyword)
            elif keyword in MANY and isinstance(value, list):
                yield from (self.below(keyword, index) for index in range(len(value)))
            elif keyword in NAMED and isinstance(value, dict):
                yield from (self.below(keyword, name) for name in value)


def _place(value: Any, pointer: str, base: str) -> Place:
    own = value.get("$id") if isinstance(value, dict) else None
    return Place(schema=value, pointer=pointer, base=_joined(base, own).rstrip("#") if isinstance(own, str) else base)


def _joined(base: str, reference: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:  # such as a host in unclosed brackets: it is the address of nothing here
        return reference


def _child(value: Any, part: str | int) -> Any:
    try:
        return value[int(part) if isinstance(value, list) else part]
    except (KeyError, IndexError, TypeError, ValueError):
        raise UnresolvedError(str(part)) from None


def escape(name: str) -> str:
    """Return `name` as a part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


class References:
    """The resources and anchors of one contract."""

    def __init__(self, row: Mapping[str, Any] | bool) -> None:
        """Index a row schema."""
        self.root = _place(row, ROOT, "")
        self._resources: dict[str, Place] = {"": self.root}
        self._anchors: dict[tuple[str, str], Place] = {}
        self.size = 0  # how many schemas it has
        self._index()

    def _index(self) -> None:
        waiting = [self.root]
        while waiting:
            place = waiting.pop()
            self.size += 1
            if isinstance(place.schema, dict):
                self._add(place)
                waiting += place.children()

    def _add(self, place: Place) -> None:
        if isinstance(place.schema.get("$id"), str):
            self._resources.setdefault(place.base, place)
        for keyword in ("$anchor", "$dynamicAnchor"):
            if isinstance(place.schema.get(keyword), str):
                self._anchors.setdefault((place.base, place.schema[keyword]), place)

    def resolve(self, reference: str, base: str) -> Place:
        """Return the place that a reference leads to.

        Raises:
            UnresolvedError: It leads nowhere, or out of the contract.
        """
        uri, _, fragment = _joined(base, reference).partition("#")
        if uri not in self._resources:
            raise UnresolvedError(reference)
        if not fragment or fragment.startswith("/"):
            parts = fragment.split("/")[1:]
            names = (unquote(part).replace("~1", "/").replace("~0", "~") for part in parts)
            return self._resources[uri].below(*names)
        if (uri, unquote(fragment)) not in self._anchors:
            raise UnresolvedError(reference)
        return self._anchors[uri, unquote(fragment)]

    def target(self, place: Place) -> Place | None:
        """Return where the reference of a schema leads; None without one, or if it leads nowhere."""
        reference = place.schema.get("$ref") if isinstance(place.schema, dict) else None
        try:
            return self.resolve(reference, place.base) if isinstance(reference, str) else None
        except UnresolvedError:
            return None

    def trace(self, path: Sequence[str | int], schema: Any, start: Sequence[str | int] = ()) -> tuple[str, ...]:
        """Return the pointers that an error of `jsonschema` passes, the broken keyword's own place last.

        Args:
            path: The error's `absolute_schema_path`, which leaves out references.
            schema: The error's `schema`: the very object that holds the keyword.
            start: Where in the row schema the path starts.
        """
        place = self.root.below(*start)
        rest = "".join(f"/{escape(str(part))}" for part in path)
        return self._trace(place, tuple(path), schema, frozenset()) or (f"{place.pointer}{rest}",)

    def _trace(
        self, place: Place, path: tuple[str | int, ...], schema: Any, jumped: frozenset[str]
    ) -> tuple[str, ...] | None:
        """Look for the way to `schema`; `jumped` are the references followed since the path's last step."""
        if len(path) < 2 and place.schema is schema:
            return (place.pointer, *(f"{place.pointer}/{escape(str(part))}" for part in path))
        below = self._trace_step(place, path, schema) or self._trace_jump(place, path, schema, jumped)
        if below:
            return (place.pointer, *below)
        if not path and schema is False:
            return (place.pointer,)  # its errors leave out the last step
        unseen = self._unseen(place)
        return (place.pointer, f"{place.pointer}/{unseen}") if unseen else None

    def _unseen(self, place: Place) -> str | None:
        """Return the keyword of a schema that leads to where nobody can follow it here."""
        if not isinstance(place.schema, dict):
            return None
        if "$ref" in place.schema and self.target(place) is None:
            return "$ref"
        return "$dynamicRef" if "$dynamicRef" in place.schema else None

    def _trace_step(self, place: Place, path: tuple[str | int, ...], schema: Any) -> tuple[str, ...] | None:
        try:
            return self._trace(place.below(path[0]), path[1:], schema, frozenset()) if path else None
        except UnresolvedError:
            return None

    def _trace_jump(
        self, place: Place, path: tuple[str | int, ...], schema: Any, jumped: frozenset[str]
    ) -> tuple[str, ...] | None:
        target = None if place.pointer in jumped else self.target(place)
        below = target and self._trace(target, path, schema, jumped | {place.pointer})
        return (f"{place.pointer}/$ref", *below) if below else None
