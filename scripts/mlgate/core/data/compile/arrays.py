"""Keywords that judge what is inside an array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlgate.core.data.compile.parts import Compiled, joined, negated, one, some, unknown
from mlgate.core.data.compile.values import ARRAYS
from mlgate.core.data.ir import LEVELS, Contains, Item, ItemCount, Items, Operator, Shallow, Test, Unique

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.data.compile.references import Place
    from mlgate.core.data.compile.schema import Compiler

COUNTS = {"minItems": Operator.AT_LEAST, "maxItems": Operator.AT_MOST}


def prefix_items(compiler: Compiler, place: Place) -> Compiled:
    """Compile `prefixItems`."""
    return joined(
        compiler.compile(place.below("prefixItems", index)).inside(_item(index))
        for index in range(len(place.schema["prefixItems"]))
    )


def _item(index: int) -> Callable[[Test], Test]:
    return lambda test: Item(index=index, test=test)


def items(compiler: Compiler, place: Place) -> Compiled:
    """Compile `items`."""
    return compiler.compile(place.below("items")).inside(_rest(place))


def _rest(place: Place) -> Callable[[Test], Test]:
    start = len(place.schema.get("prefixItems", ()))
    return lambda test: Items(test=test, start=start)


def contains(compiler: Compiler, place: Place) -> Compiled:
    """Compile `contains` with `minContains` and `maxContains`."""
    pointer, schema = f"{place.pointer}/contains", place.schema
    inner = compiler.compile(place.below("contains"))
    at_most = schema.get("maxContains")
    at_least = int(schema.get("minContains", 1))
    if at_least <= 0 and at_most is None:
        return Compiled()
    if not inner.is_exact:
        return unknown(pointer, ARRAYS)
    test = Contains(test=inner.test, at_least=at_least, at_most=None if at_most is None else int(at_most))
    return one(pointer, test)


def unique_items(_: Compiler, place: Place) -> Compiled:
    """Compile `uniqueItems`; arrays whose items nest deeper than can be compared go the second path."""
    if not place.schema["uniqueItems"]:
        return Compiled()
    pointer = f"{place.pointer}/uniqueItems"
    if _has_flat_items(place.schema):
        return one(pointer, Unique())
    deep = negated(Shallow(levels=LEVELS + 1))
    return joined((one(pointer, some((deep, Unique()))), unknown(pointer, deep)))


def _has_flat_items(schema: dict[str, Any]) -> bool:
    """Return whether items that are arrays or objects are wrong in any case."""
    return all(_is_flat(item) for item in (*schema.get("prefixItems", ()), schema.get("items", True)))


def _is_flat(schema: Any) -> bool:
    """Return whether a schema refuses every array and every object."""
    if not isinstance(schema, dict):
        return schema is False
    kinds = schema.get("type", "object")
    return not {"array", "object"} & set([kinds] if isinstance(kinds, str) else kinds)


def count(keyword: str, place: Place) -> Compiled:
    """Compile `minItems` or `maxItems`."""
    limit = int(place.schema[keyword])
    if keyword == "minItems" and limit <= 0:
        return Compiled()
    return one(f"{place.pointer}/{keyword}", ItemCount(operator=COUNTS[keyword], limit=limit))
