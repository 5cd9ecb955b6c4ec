"""Which format a model's file has, by its content and never by its name.

What is allowed cannot run code when it is loaded by its own library: it holds numbers, and names that the library looks
up itself. Everything else is either in the family of pickles, which needs an opt-in, or refused. A file must be one
thing only: one that another reader could take for something else is refused too, whatever else it is.
"""

from __future__ import annotations

import pickletools
import re
from collections.abc import Callable
from dataclasses import dataclass

Read = Callable[[int, int], bytes]  # the bytes of a file from an offset, as many as asked for or up to its end
HEAD = 4096
TAIL = 2**16 + 22  # a zip's end is looked for in so many bytes at most

ACCEPTED = (
    "Save the model as skops, ONNX without external data, safetensors, XGBoost's JSON or UBJSON, or LightGBM's text. "
    "A pickle needs `promote: {allow-pickle: true}`: loading one runs code that it brings."
)


class RefusedError(ValueError):
    """A file that must not be promoted.

    Args:
        message: What is wrong with it, without its name.
        remedy: What to change.
    """

    def __init__(self, message: str, remedy: str = ACCEPTED) -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True, kw_only=True)
class ModelFormat:
    """What a model's file is.

    Attributes:
        name: As the registry's records say it.
        runs_code: Whether loading it can run code that it brings.
    """

    name: str
    runs_code: bool = False


# Each runs code when it is loaded, or hides what does.
CODE = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x5d\x00\x00": "lzma",
    b"\x04\x22\x4d\x18": "lz4",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x89HDF\r\n\x1a\n": "hdf5",
    b"\x93NUMPY": "numpy",
}
ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
WORDS = {
    "gzip": "compressed by gzip, which hides what it is: joblib packs pickles so",
    "bzip2": "compressed by bzip2, which hides what it is: joblib packs pickles so",
    "xz": "compressed by xz, which hides what it is: joblib packs pickles so",
    "lzma": "compressed by lzma, which hides what it is: joblib packs pickles so",
    "lz4": "compressed by lz4, which hides what it is: joblib packs pickles so",
    "zstd": "compressed by zstd, which hides what it is",
    "zlib": "compressed by zlib, which hides what it is: joblib packs pickles so",
    "hdf5": "HDF5, where Keras keeps layers that are Python code",
    "numpy": "a NumPy file, which can hold a pickle",
    "tar": "a tar archive, which can hold anything",
    "pickle": "a pickle: loading it runs code that it brings",
    "torch": "a PyTorch archive, which holds a pickle",
    "keras": "a Keras archive, whose layers can be Python code",
    "npz": "a NumPy archive, which can hold pickles",
    "zip": "a zip archive that is no skops file",
    "saved-model": "a TensorFlow SavedModel, whose graph can read and write files",
    "folder": "a folder, of which mlgate does not know how it is loaded",
}


def sniff(head: bytes, size: int) -> str:
    """Return what a file claims to be: an accepted format to be checked, a kind of `WORDS`, or `unknown`.

    Args:
        head: Its first `HEAD` bytes.
        size: Of the whole file.
    """
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    length = int.from_bytes(head[:8], "little")
    if head[8:9] == b"{" and 2 <= length <= size - 8 and length < 2**32:  # four zero bytes are no pickle's opcodes
        return "safetensors"
    if head.startswith(b"{"):
        return "ubjson" if head[1:2] in b"LlIiU$#" and len(head) > 1 else "json"
    if re.match(rb"tree\r?\n", head):
        return "lightgbm-text"
    if head.startswith(b"\x08"):
        return "onnx"
    return code_kind(head)


def code_kind(head: bytes) -> str:
    """Return which kind of file that runs code, or hides what does, starts so; `unknown` if none."""
    for magic, name in CODE.items():
        if head.startswith(magic):
            return name
    if head.startswith(ZLIB) and int.from_bytes(head[:2], "big") % 31 == 0:
        return "zlib"
    if head[257:262] == b"ustar":
        return "tar"
    return "pickle" if _is_pickle(head) else "unknown"


def _is_pickle(head: bytes) -> bool:
    """Return whether the first opcodes are a pickle's; they are named one by one, and none is obeyed."""
    if head[:1] == b"\x80" and len(head) > 1 and head[1] <= 9:
        return True
    opcodes = 0
    try:
        for opcode, _, _ in pickletools.genops(head):
            opcodes += 1
            if opcode.name == "STOP":
                return opcodes > 1
    except ValueError:  # no opcode, or the head ends within one
        return opcodes >= 8
    except Exception:  # noqa: BLE001 - the disassembler promises no kinds of error
        return False
    return False


def refuse_two_faces(head: bytes, tail: bytes, at_512: bytes) -> None:
    """Refuse a file that is also an archive to readers who look at its end or middle.

    Args:
        head: Its first `HEAD` bytes.
        tail: Its last `TAIL` bytes.
        at_512: Its bytes at 512, 1024, 2048 and 4096, eight each, where HDF5 may start, too.

    Raises:
        RefusedError: Naming the second face.
    """
    if _ends_as_zip(tail):
        raise RefusedError("it is a zip archive, too, to readers who look for one at its end", _ONE_THING)
    if head[257:262] == b"ustar":
        raise RefusedError("it is a tar archive, too", _ONE_THING)
    if b"\x89HDF\r\n\x1a\n" in (at_512[i : i + 8] for i in range(0, len(at_512), 8)):
        raise RefusedError("it is an HDF5 file, too", _ONE_THING)


_ONE_THING = "Save the model again: a library writes a file that is one thing only. Find out who made this one."


def _ends_as_zip(tail: bytes) -> bool:
    found = tail.rfind(b"PK\x05\x06")
    while found >= 0:
        end = tail[found : found + 22]
        if len(end) == 22:
            entries, length = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
            start = found - length
            if entries == 0 or start < 0 or tail[start : start + 4] == b"PK\x01\x02":
                return True
        found = tail.rfind(b"PK\x05\x06", 0, found)
    return False


def require(kind: str, *, allow_pickle: bool) -> ModelFormat:
    """Return the format of a file that runs code, if that is allowed.

    Raises:
        RefusedError: If it is not, or if nobody knows what the file is.
    """
    if kind not in WORDS:
        raise RefusedError("its content is of no format that mlgate knows")
    if not allow_pickle:
        raise RefusedError(f"it is {WORDS[kind]}")
    return ModelFormat(name=kind, runs_code=True)
