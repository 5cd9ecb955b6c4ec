"""Files of a table as any reader takes them: decompressed and in UTF-8, copied to the spill folder where they are not.

A copy is written once, in blocks, and with limits: a small file can be compressed from one that fills any disk.
"""

from __future__ import annotations

import codecs
import gzip
import importlib
import zlib
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from mlgate.core.data.source import Compression, Format
from mlgate.shell.tables.files import POINTER_BYTES, Unreadable, check_text, inspect_as

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlgate.core.data.source import TableSource

BLOCK_BYTES = 2**20
FREE_BYTES = 100_000_000  # whatever a file is compressed from, up to here it may be
MOST_TIMES = 200  # beyond that, more than this many times its own size is no table
MOST_BYTES = 50_000_000_000
_UTF8 = ("utf-8", "utf-8-sig")


def prepared(source: TableSource, spill: Path) -> TableSource:
    """Return a table whose files can be read as they lie.

    Args:
        source: The table.
        spill: Folder for the copies; made if absent.

    Raises:
        Unreadable: A file is not there, not what it is declared to be, or larger than the limits.
    """
    if source.problem is not None:
        raise Unreadable(source.problem.message, remedy=source.problem.remedy, reason=source.problem.reason)
    for file in source.files:
        inspect_as(Path(file), source.format, source.compression)
    encoding = _encoding(source)
    if source.compression is Compression.NONE and encoding is None:
        return source
    spill.mkdir(parents=True, exist_ok=True)
    copies = []
    for index, (file, name) in enumerate(zip(source.files, source.names, strict=True)):
        target = spill / f"{index:05d}{Path(_inner(file, source)).suffix}"
        _copy(Path(file), target, name, source, encoding)
        copies.append(str(target.absolute()))
    plain = replace(source.dialect, encoding="utf-8")
    return replace(source, files=tuple(copies), compression=Compression.NONE, dialect=plain)


def _inner(file: str, source: TableSource) -> str:
    return file if source.compression is Compression.NONE else str(Path(file).with_suffix(""))


def _encoding(source: TableSource) -> str | None:
    """Return the encoding to read with; None for UTF-8."""
    if source.format not in (Format.CSV, Format.TSV):
        return None
    name = codecs.lookup(source.dialect.encoding).name
    return None if name in _UTF8 else source.dialect.encoding


def _copy(file: Path, target: Path, name: str, source: TableSource, encoding: str | None) -> None:
    recode = _recoder(encoding, name) if encoding else lambda block, _is_last: block
    with target.open("wb") as copy:
        for block in plain_blocks(file, name, source):
            copy.write(recode(block, False))
        copy.write(recode(b"", True))


def plain_blocks(file: Path, name: str, source: TableSource) -> Iterator[bytes]:
    """Yield a file's bytes, decompressed, a block at a time.

    Args:
        file: One of the table's.
        name: What people call it.
        source: How it is written.

    Raises:
        Unreadable: It is cut off or damaged, no text of its kind, or larger than the limits.
    """
    size, limit = 0, max(FREE_BYTES, MOST_TIMES * file.stat().st_size)
    with _decompressing(file, name, source.compression) as opened:
        block = opened.read(BLOCK_BYTES)
        check_text(name, source.format, block[:POINTER_BYTES])
        while block:
            size += len(block)
            if size > min(limit, MOST_BYTES):
                raise _too_large(name, size, source.compression)
            yield block
            block = opened.read(BLOCK_BYTES)


def _too_large(name: str, size: int, compression: Compression) -> Unreadable:
    packed = f" when its {compression.value} is undone" if compression is not Compression.NONE else ""
    return Unreadable(
        f"{name} is larger than a table may be{packed}: more than {size:,} bytes",
        remedy="Compress it from what it is, or cut it into several files.",
    )


@contextmanager
def _decompressing(file: Path, name: str, compression: Compression) -> Iterator[BinaryIO | Any]:
    """Open a file for its decompressed bytes.

    Raises:
        Unreadable: It is cut off or damaged.
    """
    opener, errors = _opener(compression)
    try:
        with opener(file) as opened:
            yield opened
    except EOFError:
        raise Unreadable(f"{name} is cut off: its {compression.value} does not end") from None
    except errors as error:
        raise Unreadable(f"{name} cannot be decompressed: {error!s:.200}") from None
    except OSError as error:
        raise Unreadable(f"{name} cannot be read: {error.strerror or error}") from None


def _opener(compression: Compression) -> tuple[Callable[[Path], Any], tuple[type[Exception], ...]]:
    if compression is Compression.GZIP:
        return lambda file: gzip.open(file, "rb"), (gzip.BadGzipFile, zlib.error)
    if compression is Compression.ZSTD:
        try:
            zstd = importlib.import_module("compression.zstd")  # of Python 3.14
        except ImportError:
            zstd = importlib.import_module("backports.zstd")  # the same module for older ones
        return lambda file: zstd.open(file, "rb"), (zstd.ZstdError,)
    return lambda file: file.open("rb"), ()


def _recoder(encoding: str, name: str) -> Callable[[bytes, bool], bytes]:
    """Return what turns blocks of bytes into UTF-8; lines stay lines."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    lines = 1

    def recode(block: bytes, is_last: bool) -> bytes:
        nonlocal lines
        try:
            text = decoder.decode(block, is_last)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(encoding, errors="replace")
            line = lines + before.count("\n")
            raise Unreadable(f"{name} has bytes that are not {encoding}", line=line) from None
        lines += text.count("\n")
        return text.encode(errors="surrogatepass")

    return recode
