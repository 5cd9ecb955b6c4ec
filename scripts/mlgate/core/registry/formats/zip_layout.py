"""Zip archives, read so that nothing in them can be hidden: every byte belongs to an entry or to the directory.

Readers of zip files disagree about what lies before, between and behind the entries, and about entries whose two
headers differ. Libraries that write models leave none of that, so all of it is refused.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.registry.model_format import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.registry.model_format import Read

END, CENTRAL, LOCAL = struct.Struct("<4s4H2IH"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s5H3I2H")
STORED, DEFLATED = 0, 8
MAX_ENTRIES = 200_000
MAX_DIRECTORY = 64 * 2**20
MAX_RATIO, FREE_BYTES = 200, 64 * 2**20  # zeros pack 1,000:1 and arrays have many; more than this is a bomb
ENCRYPTED, LENGTHS_LATER = 1, 8
LINK = 0o120000
_LONG = b"\x01\x00\x10\x00"  # the mark of lengths in 64 bits
CHUNK = 2**20
MAX_INNER = 256 * 2**20
REMEDY = "Save the model again with its library: the file is cut, damaged, or made by something else."


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One file in an archive.

    Attributes:
        name: As it is written, safe to show and no path that leads out.
        method: `STORED` or `DEFLATED`.
        crc: Of the bytes as they are.
        packed: How many bytes it takes.
        size: How many it has.
        start: Where they start in the archive.
    """

    name: str
    method: int
    crc: int
    packed: int
    size: int
    start: int


@dataclass(frozen=True, kw_only=True)
class _Listed:
    raw: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int
    extra: int


def entries(read: Read, size: int) -> tuple[Entry, ...]:
    """Return what an archive holds, in the order of its bytes.

    Raises:
        RefusedError: With the reason.
    """
    listed, start = _directory(read, size)
    _refuse_bomb(listed)
    found, offset, names = list[Entry](), 0, set[str]()
    for item in sorted(listed, key=lambda each: each.offset):
        if item.offset != offset:
            raise _refused("has bytes that belong to no entry, or entries that overlap")
        entry = _entry(read, item)
        if entry.name.lower() in names:
            raise _refused(f"has the entry {entry.name!r:.80} twice")
        names.add(entry.name.lower())
        found.append(entry)
        offset = entry.start + entry.packed
    if offset != start:
        raise _refused("has bytes that belong to no entry")
    return tuple(found)


def names(read: Read, size: int) -> frozenset[str]:
    """Return the names in an archive of any kind, only to say what it is."""
    listed, _ = _directory(read, size)
    return frozenset(item.raw.decode(errors="replace") for item in listed)


def unpack(read: Read, entry: Entry) -> Iterator[bytes]:
    """Yield an entry's bytes, piece by piece and never more than it says.

    Raises:
        RefusedError: If they are not those that the archive says.
    """
    seen, crc = 0, 0
    for piece in _stored(read, entry) if entry.method == STORED else _inflated(read, entry):
        seen, crc = seen + len(piece), zlib.crc32(piece, crc)
        if seen > entry.size:
            break
        yield piece
    if (seen, crc) != (entry.size, entry.crc):
        raise _refused(f"has other bytes in {entry.name!r:.80} than it says")


def contents(read: Read, entry: Entry) -> tuple[Read, int]:
    """Return an entry to be read by offset, and its size: an archive within an archive."""
    if entry.method == STORED:
        return lambda offset, count: read(entry.start + offset, max(0, min(count, entry.size - offset))), entry.size
    if entry.size > MAX_INNER:
        raise _refused(f"has the packed archive {entry.name!r:.80} of {entry.size} bytes")
    whole = b"".join(unpack(read, entry))
    return lambda offset, count: whole[offset : offset + count], len(whole)


def _stored(read: Read, entry: Entry) -> Iterator[bytes]:
    for offset in range(0, entry.size, CHUNK):
        yield read(entry.start + offset, min(CHUNK, entry.size - offset))


def _inflated(read: Read, entry: Entry) -> Iterator[bytes]:
    inflater, offset = zlib.decompressobj(-zlib.MAX_WBITS), 0
    try:
        while offset < entry.packed and not inflater.eof:
            packed = read(entry.start + offset, min(CHUNK, entry.packed - offset))
            offset += len(packed)
            while packed:
                yield inflater.decompress(packed, CHUNK)
                packed = inflater.unconsumed_tail
    except zlib.error:
        raise _refused(f"has the entry {entry.name!r:.80}, which cannot be unpacked") from None
    if not inflater.eof or inflater.unused_data or offset != entry.packed:
        raise _refused(f"has other bytes in {entry.name!r:.80} than it says")


def _directory(read: Read, size: int) -> tuple[list[_Listed], int]:
    end = read(size - END.size, END.size) if size >= END.size else b""
    if len(end) != END.size or not end.startswith(b"PK\x05\x06"):
        raise _refused("does not end as one: it is cut, or something stands behind it")
    _, disk, first, here, count, length, start, comment = END.unpack(end)
    if 0xFFFF in (here, count) or 0xFFFFFFFF in (length, start):
        raise _refused("is in the form for more than 4 GB or 65,534 entries, which is not read")
    if (disk, first, comment) != (0, 0, 0) or here != count or start + length != size - END.size:
        raise _refused("has a directory that does not fit: something stands before or within it")
    if count > MAX_ENTRIES or length > MAX_DIRECTORY:
        raise _refused(f"has {count} entries")
    listed = _listed(read(start, length))
    if len(listed) != count:
        raise _refused("has another number of entries than it says")
    return listed, start


def _listed(data: bytes) -> list[_Listed]:
    found, offset = list[_Listed](), 0
    while offset < len(data):
        fixed = data[offset : offset + CENTRAL.size]
        if len(fixed) != CENTRAL.size or not fixed.startswith(b"PK\x01\x02"):
            raise _refused("has a directory that cannot be read")
        _, _, _, flags, method, _, _, crc, packed, size, name, extra, comment, _, _, mode, local = CENTRAL.unpack(fixed)
        offset += CENTRAL.size
        raw = data[offset : offset + name]
        offset += name + extra + comment
        if offset > len(data):
            raise _refused("has a directory that is cut")
        found.append(
            _Listed(
                raw=raw,
                flags=flags,
                method=method,
                crc=crc,
                packed=packed,
                size=size,
                offset=local,
                mode=mode >> 16,
                extra=extra + comment,
            )
        )
    return found


def _entry(read: Read, item: _Listed) -> Entry:
    name = _name(item.raw)
    fixed = read(item.offset, LOCAL.size)
    if len(fixed) != LOCAL.size or not fixed.startswith(b"PK\x03\x04"):
        raise _refused(f"has no entry where {name!r:.80} should be")
    _, _, flags, method, _, _, crc, packed, size, length, extra = LOCAL.unpack(fixed)
    raw = read(item.offset + LOCAL.size, length)
    if extra == len(_LONG) + 16 and (packed, size) == (0xFFFFFFFF, 0xFFFFFFFF):  # NumPy writes each so, large or not
        long = read(item.offset + LOCAL.size + length, extra)
        size, packed = int.from_bytes(long[4:12], "little"), int.from_bytes(long[12:], "little")
        length, extra = length + extra, 0 if long.startswith(_LONG) else extra
    if (raw, flags, method, crc, packed, size) != (
        item.raw,
        item.flags,
        item.method,
        item.crc,
        item.packed,
        item.size,
    ):
        raise _refused(f"says two things of the entry {name!r:.80}")
    if flags & (ENCRYPTED | LENGTHS_LATER) or extra or item.extra or method not in (STORED, DEFLATED):
        raise _refused(f"has the entry {name!r:.80} encrypted, streamed, or packed in an unusual way")
    if item.mode & 0o170000 == LINK:
        raise _refused(f"has the link {name!r:.80}")
    if method == STORED and packed != size:
        raise _refused(f"says two things of the entry {name!r:.80}")
    start = item.offset + LOCAL.size + length
    return Entry(name=name, method=method, crc=crc, packed=packed, size=size, start=start)


def _name(raw: bytes) -> str:
    try:
        name = raw.decode("ascii")
    except UnicodeDecodeError:
        raise _refused("has an entry whose name is not ASCII") from None
    bad = not name or not name.isprintable() or set(name) & set("\\:") or name.startswith("/")
    if bad or any(part in ("", ".", "..") for part in name.split("/")):
        raise _refused(f"has an entry whose name leads elsewhere: {name!r:.80}")
    return name


def _refuse_bomb(listed: list[_Listed]) -> None:
    unpacked, packed = sum(item.size for item in listed), sum(item.packed for item in listed)
    if unpacked > FREE_BYTES + MAX_RATIO * packed:
        raise _refused(f"unpacks {packed} bytes to {unpacked}")


def _refused(why: str) -> RefusedError:
    return RefusedError(f"it is a zip archive that {why}", REMEDY)
