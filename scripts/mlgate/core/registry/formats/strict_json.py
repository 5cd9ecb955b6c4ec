"""Small JSON, read strictly and whole: no key twice, no NaN, no lone surrogates, no nesting past a limit."""

from __future__ import annotations

import json
import math
from typing import Any


def parse(data: bytes, *, depth: int) -> Any:
    """Return the value.

    Raises:
        ValueError: With what is wrong.
    """
    try:
        value = json.loads(data.decode(), parse_constant=_constant, object_pairs_hook=_unique)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    _check(value, depth)
    return value


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key appears twice")
    return result


def _check(value: Any, depth: int) -> None:
    level, below = [value], list[Any]()
    for _ in range(depth + 1):
        for item in level:
            match item:
                case dict():
                    "".join(item).encode()
                    below += item.values()
                case list():
                    below += item
                case str():
                    item.encode()
                case float() if not math.isfinite(item):
                    raise ValueError("a number is too large")
        level, below = below, []
        if not level:
            return
    raise ValueError(f"it is nested deeper than {depth} levels")
