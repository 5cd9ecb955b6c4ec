"""ONNX, as far as safety asks: its protocol buffers are walked, and nothing in them may lead out of the file.

A tensor with external data names a path, which a reader opens: `../../etc/passwd` is one. The walk knows every field of
the format and refuses others, so that nothing is looked at by a reader and not by us. Large data is skipped, not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.registry.model_format import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.registry.model_format import Read

MAX_DEPTH = 64
MAX_VARINT = 10
WINDOW = 2**16
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
BROKEN = "Export the model again: the file is cut or damaged."
EXTERNAL = "Save it in one file: `onnx.save_model(model, path, save_as_external_data=False)`."
SCALARS = frozenset({VARINT, FIXED64, FIXED32, BYTES})

# Message -> field -> the message in it; None for scalars, text and packed numbers, and for messages that only describe.
FIELDS: dict[str, dict[int, str | None]] = {
    "Model": {
        **dict.fromkeys((1, 2, 3, 4, 5, 6, 8, 14, 26)),
        7: "Graph",
        20: "Training",
        25: "Function",
    },
    "Graph": {**dict.fromkeys((2, 10, 11, 12, 13, 14, 16)), 1: "Node", 5: "Tensor", 15: "SparseTensor"},
    "Node": {**dict.fromkeys((1, 2, 3, 4, 6, 7, 8, 9, 10)), 5: "Attribute"},
    "Attribute": {
        **dict.fromkeys((1, 2, 3, 4, 7, 8, 9, 13, 14, 15, 20, 21)),
        5: "Tensor",
        6: "Graph",
        10: "Tensor",
        11: "Graph",
        22: "SparseTensor",
        23: "SparseTensor",
    },
    "Tensor": dict.fromkeys((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16)),
    "SparseTensor": {1: "Tensor", 2: "Tensor", 3: None},
    "Function": {**dict.fromkeys((1, 4, 5, 6, 8, 9, 10, 12, 13, 14)), 7: "Node", 11: "Attribute"},
    "Training": {1: "Graph", 2: "Graph", 3: None, 4: None},
}
EXTERNAL_DATA, DATA_LOCATION = 13, 14  # of a Tensor


class Window:
    """Bytes of a file by offset, a piece of it at a time."""

    def __init__(self, read: Read, size: int) -> None:
        self._read = read
        self.size = size
        self._start, self._data = 0, b""

    def at(self, offset: int, count: int) -> bytes:
        """Return some bytes, fewer at the end."""
        begin = offset - self._start
        if begin < 0 or begin + count > len(self._data):
            self._start, self._data, begin = offset, self._read(offset, max(WINDOW, count)), 0
        return self._data[begin : begin + count]


def check(read: Read, size: int) -> None:
    """Refuse a file that is no ONNX model, or that needs other files.

    Raises:
        RefusedError: With the reason.
    """
    window, top = Window(read, size), dict[int, int]()
    work = [("Model", 0, size, 0)]
    while work:
        message, start, end, depth = work.pop()
        if depth > MAX_DEPTH:
            raise RefusedError(f"it looks like ONNX, and its graphs are nested deeper than {MAX_DEPTH}", BROKEN)
        for number, kind, begin, stop in _fields(window, message, start, end):
            if message == "Model":
                top[number] = top.get(number, 0) + 1
            if message == "Tensor":
                _refuse_external(window, number, kind, begin)
            inner = FIELDS[message][number]
            if inner is not None:
                work.append((inner, begin, stop, depth + 1))
    if top.get(1) != 1 or top.get(7) != 1 or not top.get(8):
        raise RefusedError("it starts as ONNX does, and has not one version, one graph and the operators it uses")


def _fields(window: Window, message: str, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield each field of a message: number, wire type, and from where to where its value reaches."""
    known, offset = FIELDS[message], start
    while offset < end:
        key, offset = _varint(window, offset, end)
        number, kind = key >> 3, key & 7
        if number not in known or kind not in SCALARS or (known[number] is not None and kind != BYTES):
            raise RefusedError(f"it starts as ONNX does, and its {message} has a field that ONNX does not know")
        if kind == BYTES:
            length, begin = _varint(window, offset, end)
            stop = begin + length
        elif kind == VARINT:
            begin, (_, stop) = offset, _varint(window, offset, end)
        else:
            begin, stop = offset, offset + (8 if kind == FIXED64 else 4)
        if stop > end:
            raise RefusedError("it starts as ONNX does, and ends within a field", BROKEN)
        yield number, kind, begin, stop
        offset = stop


def _varint(window: Window, offset: int, end: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(window.at(offset, min(MAX_VARINT, end - offset))):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, offset + index + 1
    raise RefusedError("it starts as ONNX does, and a number in it does not end", BROKEN)


def _refuse_external(window: Window, number: int, kind: int, begin: int) -> None:
    located = number == DATA_LOCATION and (kind != VARINT or _varint(window, begin, window.size)[0] != 0)
    if located or number == EXTERNAL_DATA:
        raise RefusedError(
            "it is ONNX with external data: a tensor names another file, and a reader opens it", EXTERNAL
        )
