"""NumPy's arrays on disk, of any type but objects: those are pickles."""

from __future__ import annotations

import ast
import math
import re
from typing import TYPE_CHECKING, Any

from mlgate.core.registry.model_format import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

MAGIC = b"\x93NUMPY"
MAX_HEADER = 10_000  # NumPy's own limit
_TYPE = re.compile(r"[<>|=]?(?:([biufcSVa])(\d{1,9})|(U)(\d{1,9})|([mM])(8)(?:\[\w{1,8}\])?|(\?))", re.ASCII)


def check(pieces: Iterable[bytes], size: int, name: str) -> None:
    """Refuse what is no array of plain values.

    Args:
        pieces: All its bytes, which are read to the end.
        size: How many they are.
        name: For the message.

    Raises:
        RefusedError: With the reason.
    """
    head = b""
    for piece in pieces:
        head += piece[: max(0, MAX_HEADER + 12 - len(head))]
    wide = 2 if head[6:7] == b"\x01" else 4
    start = 8 + wide
    length = int.from_bytes(head[8:start], "little")
    if not head.startswith(MAGIC) or head[6:7] not in (b"\x01", b"\x02", b"\x03") or length > MAX_HEADER:
        raise _refused(name, "is none of NumPy's arrays")
    described = _described(head[start : start + length], name)
    if start + length + math.prod(described["shape"]) * _width(described["descr"], name) != size:
        raise _refused(name, "has another length than its header says")


def _described(header: bytes, name: str) -> dict[str, Any]:
    try:
        value = ast.literal_eval(header.decode("utf-8"))
        shape = value["shape"] if isinstance(value, dict) else None
    except (ValueError, SyntaxError, KeyError, RecursionError, MemoryError):
        raise _refused(name, "has a header that cannot be read") from None
    fields = {"descr", "fortran_order", "shape"}
    if not isinstance(shape, tuple) or len(shape) > 64 or set(value) != fields or not _are_counts(shape):
        raise _refused(name, "has a header with other fields, or no shape")
    return dict(value)


def _are_counts(shape: tuple[Any, ...]) -> bool:
    return all(type(each) is int and 0 <= each < 2**48 for each in shape)


def _width(described: Any, name: str) -> int:
    """Return how many bytes an item takes."""
    if isinstance(described, str):
        found = _TYPE.fullmatch(described)
        if found is None:
            raise _refused(name, f"holds values of the type {described!r:.40}: objects are pickles")
        kind, count = [part for part in found.groups() if part is not None][:2] if found[7] is None else ("?", "1")
        return int(count) * (4 if kind == "U" else 1)
    if not isinstance(described, list):
        raise _refused(name, "has a type that cannot be read")
    return sum(_field_width(each, name) for each in described)


def _field_width(described: Any, name: str) -> int:
    shape = described[2] if isinstance(described, tuple) and len(described) == 3 else ()
    if not isinstance(described, tuple) or len(described) not in (2, 3) or not isinstance(shape, tuple):
        raise _refused(name, "has a type that cannot be read")
    if not all(type(each) is int and 0 <= each < 2**32 for each in shape) or isinstance(described[1], list):
        raise _refused(name, "has a type that cannot be read")
    return _width(described[1], name) * math.prod(shape)


def _refused(name: str, why: str) -> RefusedError:
    return RefusedError(
        f"it is a skops file, and its file {name!r:.80} {why}",
        "Save the model again with skops: the file is damaged, or made by something else.",
    )
