"""The numbers that training leaves in JSON files, for budgets."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from mlgate.core.documents.training import Number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlgate.core.config.model import Budget, Config


def budgets_of(configs: Iterable[Config | None]) -> tuple[Budget, ...]:
    """Return the budgets that read a file, each once, in the order of the rules."""
    rules = (rule for config in configs if config is not None for rule in config.gate.rules)
    found = (rule.budget for rule in rules if rule.budget is not None and rule.budget.file is not None)
    return tuple(dict.fromkeys(found))


def number(budget: Budget, data: bytes | None) -> Number:
    """Return the number that a budget asks of a file's bytes; None for a file that is not there or cannot be read."""
    file, pointer = str(budget.file), budget.pointer
    if data is None:
        return Number(file=file, pointer=pointer, problem=f"{file} cannot be read")
    try:
        value = _at(json.loads(data), pointer)
    except (ValueError, RecursionError):
        return Number(file=file, pointer=pointer, problem=f"{file} is no JSON")
    except (LookupError, TypeError):
        return Number(file=file, pointer=pointer, problem=f"{file} has nothing at {pointer!r}")
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        return Number(file=file, pointer=pointer, problem=f"what {file} has at {pointer!r} is no finite number")
    return Number(file=file, pointer=pointer, value=float(value))


def _at(value: Any, pointer: str) -> Any:
    """Return what a JSON pointer (RFC 6901) points to."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        value = value[_index(name) if isinstance(value, list) else name]
    return value


def _index(name: str) -> int:
    if not (name.isascii() and name.isdigit()) or (name != "0" and name.startswith("0")):
        raise LookupError(name)
    return int(name)


def _finite(value: float) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False
