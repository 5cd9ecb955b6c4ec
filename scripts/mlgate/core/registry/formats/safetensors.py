"""safetensors: a JSON header that says where each tensor lies, and then the tensors, with no byte between or beside."""

from __future__ import annotations

import math
from typing import Any

from mlgate.core.registry.formats.strict_json import parse
from mlgate.core.registry.model_format import RefusedError

MAX_HEADER = 32 * 2**20
BITS = {
    **dict.fromkeys(("F64", "I64", "U64", "C64"), 64),
    **dict.fromkeys(("F32", "I32", "U32"), 32),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 16),
    **dict.fromkeys(("I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    "F4": 4,
}
REMEDY = "Save the model again with the safetensors library: the file is cut, damaged, or made by something else."


def header_length(head: bytes, size: int) -> int:
    """Return how long the header is.

    Raises:
        RefusedError: If it is too long to be read.
    """
    length = int.from_bytes(head[:8], "little")
    if length > MAX_HEADER or length > size - 8:
        raise _refused(f"its header has {length} bytes")
    return length


def check(header: bytes, data_size: int) -> None:
    """Refuse a header that does not describe exactly the bytes that follow it.

    Raises:
        RefusedError: With the reason.
    """
    try:
        plain = parse(header, depth=4)
    except ValueError as error:
        raise _refused(f"its header is no JSON that can be trusted: {error}") from None
    if not isinstance(plain, dict):
        raise _refused("its header is no object")
    _check_metadata(plain.pop("__metadata__", {}))
    ranges = sorted(_range(tensor) for tensor in plain.values())
    position = 0
    for begin, end in ranges:
        if begin != position:
            raise _refused("its tensors overlap, or leave bytes between them")
        position = end
    if position != data_size:
        raise _refused(f"its tensors take {position} bytes, and {data_size} follow the header")


def _check_metadata(metadata: Any) -> None:
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise _refused("its metadata is no table of texts")


def _range(tensor: Any) -> tuple[int, int]:
    if not isinstance(tensor, dict) or set(tensor) != {"dtype", "shape", "data_offsets"}:
        raise _refused("a tensor has other fields than dtype, shape and data_offsets")
    shape, offsets = tensor["shape"], tensor["data_offsets"]
    if not isinstance(tensor["dtype"], str) or tensor["dtype"] not in BITS:
        raise _refused(f"a tensor has the type {tensor['dtype']!r:.40}")
    if not _are_counts(shape) or not _are_counts(offsets) or len(offsets) != 2 or len(shape) > 64:
        raise _refused("a tensor's shape or place is no list of whole numbers")
    if math.prod(shape) * BITS[tensor["dtype"]] != (offsets[1] - offsets[0]) * 8:
        raise _refused("a tensor's shape does not fit its place")
    return offsets[0], offsets[1]


def _are_counts(value: Any) -> bool:
    return isinstance(value, list) and all(type(item) is int and 0 <= item < 2**63 for item in value)


def _refused(why: str) -> RefusedError:
    return RefusedError(f"it starts as safetensors does, and {why}", REMEDY)
