"""One file's inspection: what it claims to be, whether it is, and that it is nothing else besides."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from mlgate.core.registry.formats import lightgbm_text, onnx, safetensors, skops
from mlgate.core.registry.formats.json_scan import Scanner
from mlgate.core.registry.formats.outline import Broken, whose
from mlgate.core.registry.formats.ubjson import Reader
from mlgate.core.registry.formats.zip_layout import entries, names
from mlgate.core.registry.model_format import (
    HEAD,
    TAIL,
    ModelFormat,
    RefusedError,
    refuse_two_faces,
    require,
    sniff,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mlgate.core.registry.model_format import Read

CHUNK = 2**20
BROKEN = "Save the model again with its library: the file is cut, damaged, or made by something else."


def inspect(read: Read, size: int, *, allow_pickle: bool, trusted_types: Collection[str]) -> ModelFormat:
    """Return what a file is.

    Args:
        read: Its bytes by offset.
        size: How many there are.
        allow_pickle: Whether formats that run code may pass, marked as such.
        trusted_types: Types that a skops file may hold beside the reviewed ones.

    Raises:
        RefusedError: If it may not be promoted.
    """
    head = read(0, HEAD)
    kind = sniff(head, size)
    match kind:
        case "zip":
            return _zip(read, size, allow_pickle=allow_pickle, trusted_types=trusted_types)
        case "safetensors":
            length = safetensors.header_length(head, size)
            safetensors.check(read(8, length), size - 8 - length)
        case "onnx":
            onnx.check(read, size)
        case "lightgbm-text":
            lightgbm_text.check(_lines(read, size))
        case "json" | "ubjson":
            return _document(read, size, kind)
        case _:
            return require(kind, allow_pickle=allow_pickle)
    if kind != "lightgbm-text":  # which has no room for control characters
        refuse_two_faces(head, read(max(0, size - TAIL), TAIL), b"".join(read(512 << i, 8) for i in range(4)))
    return ModelFormat(name=kind)


def _zip(read: Read, size: int, *, allow_pickle: bool, trusted_types: Collection[str]) -> ModelFormat:
    listed = names(read, size)
    if skops.SCHEMA in listed:
        skops.check(read, entries(read, size), trusted_types)
        return ModelFormat(name="skops")
    if any(name.endswith(("/data.pkl", "/constants.pkl")) or name == "data.pkl" for name in listed):
        kind = "torch"
    elif {"config.json", "metadata.json"} <= listed:
        kind = "keras"
    elif listed and all(name.endswith(".npy") for name in listed):
        kind = "npz"
    else:
        kind = "zip"
    return require(kind, allow_pickle=allow_pickle and kind != "zip")


def _document(read: Read, size: int, kind: str) -> ModelFormat:
    try:
        if kind == "ubjson":
            reader = Reader(read, size)
            reader.walk()
            outline = reader.outline
        else:
            scanner, decoder = Scanner(), codecs.getincrementaldecoder("utf-8")()
            for piece in _pieces(read, size):
                scanner.feed(decoder.decode(piece))
            scanner.feed(decoder.decode(b"", final=True), last=True)
            outline = scanner.outline
    except Broken as error:
        raise RefusedError(f"it starts as {kind.upper()} does, and {error}", BROKEN) from None
    except UnicodeDecodeError:
        raise RefusedError("it starts as JSON does, and is not UTF-8", BROKEN) from None
    if kind == "ubjson":
        refuse_two_faces(read(0, HEAD), read(max(0, size - TAIL), TAIL), b"".join(read(512 << i, 8) for i in range(4)))
    return whose(outline, kind)


def _pieces(read: Read, size: int) -> Iterator[bytes]:
    for offset in range(0, size, CHUNK):
        yield read(offset, min(CHUNK, size - offset))


def _lines(read: Read, size: int) -> Iterator[bytes]:
    rest = b""
    for piece in _pieces(read, size):
        *lines, rest = (rest + piece).split(b"\n")
        yield from (line + b"\n" for line in lines)
        if len(rest) > lightgbm_text.MAX_LINE:
            yield rest
    if rest:
        yield rest
