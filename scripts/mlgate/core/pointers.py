"""Pointers of Git LFS and DVC: small files that git tracks and that fix the bytes of large ones that it does not."""

from __future__ import annotations

import itertools
import json
import posixpath
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from mlgate.core.config import yaml
from mlgate.core.config.node import START, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mlgate.core.config.node import Place
    from mlgate.errors import ConfigError

LONGEST_LFS = 1024  # bytes; what is longer is no pointer, says its specification
DVC_LOCK = "dvc.lock"
_LFS_VERSION = re.compile(r"https://(git-lfs|hawser)\.github\.com/spec/v[0-9.]+")
_LFS_OID = re.compile(r"sha256:([0-9a-f]{64})")
_MD5 = re.compile(r"([0-9a-f]{32})(\.dir)?")


class Tool(StrEnum):
    """What keeps the bytes."""

    LFS = "Git LFS"
    DVC = "DVC"


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """What a pointer says of a file or folder.

    Attributes:
        tool: What keeps the bytes.
        path: What it stands for, relative to the root that `find` was asked about; empty for Git LFS.
        digest: In hex: sha256 for Git LFS, md5 for DVC.
        size: In bytes; None where it does not say.
        is_folder: Whether the digest is over the list of a folder's files.
        is_of_lines: Whether line ends of a text count as LF in the digest, as before version 3 of DVC.
    """

    tool: Tool
    path: str = ""
    digest: str
    size: int | None = None
    is_folder: bool = False
    is_of_lines: bool = False


@dataclass(frozen=True, kw_only=True)
class Found:
    """A pointer that stands for a file, or for a folder that holds it.

    Attributes:
        file: Where the pointer is written: `data/train.csv.dvc`, or a `dvc.lock`.
        pointer: What it says.
    """

    file: str
    pointer: Pointer

    def target(self) -> str:
        """Return what `dvc pull` is to be given."""
        return self.pointer.path if posixpath.basename(self.file) == DVC_LOCK else self.file


def lfs(data: bytes) -> Pointer | None:
    """Return the pointer of Git LFS that the bytes of a file are; None for other bytes."""
    if len(data) >= LONGEST_LFS or not data.startswith(b"version "):
        return None
    try:
        lines = data.decode().splitlines()
    except UnicodeDecodeError:
        return None
    fields = dict(line.split(" ", maxsplit=1) for line in lines if " " in line)
    oid = _LFS_OID.fullmatch(fields.get("oid", ""))
    size = fields.get("size", "")
    if oid is None or not (size.isascii() and size.isdecimal()) or not _LFS_VERSION.fullmatch(fields["version"]):
        return None
    return Pointer(tool=Tool.LFS, digest=oid[1], size=int(size))


def of_dvc_file(data: bytes, name: str) -> tuple[Pointer, ...]:
    """Return the pointers of a `.dvc` file.

    Args:
        data: Its bytes.
        name: Its path; what it stands for is relative to its folder.

    Raises:
        ConfigError: It is not the YAML that is read here, or an output has no digest: what it stands for is fixed by
            nothing, and whoever put it there believes that it is.
    """
    root = yaml.read(data, name)
    content = _mapping(root.plain())
    outputs = content.get("outs")
    if not isinstance(outputs, list) or not outputs or not isinstance(content.get("wdir", ""), str):
        raise _not_understood(name, START, "this is no pointer of DVC: it has no list `outs`, or an odd `wdir`")
    for index, item in enumerate(outputs):
        if not _is_understood(_mapping(item)):
            place = root.at(f"/outs/{index}")
            raise _not_understood(name, place, "this output has no `path`, or no `md5` of 32 small hexadecimal digits")
    folder = posixpath.join(posixpath.dirname(name), _text(content.get("wdir")))
    return tuple(_outputs(outputs, folder))


def of_dvc_lock(data: bytes, name: str) -> tuple[Pointer, ...]:
    """Return the pointers of a `dvc.lock`: the outputs of all stages.

    Raises:
        ConfigError: It is not the YAML that is read here.
    """
    stages = _mapping(_mapping(yaml.read(data, name).plain()).get("stages"))
    folder = posixpath.dirname(name)
    return tuple(pointer for stage in stages.values() for pointer in _outputs(_mapping(stage).get("outs"), folder))


def find(path: str, read: Callable[[str], bytes | None]) -> Found | None:
    """Return the pointer of DVC that stands for a file: the nearest one.

    Args:
        path: Of the file, relative to some root.
        read: Returns the bytes of another file of that root; None where there is none.

    Raises:
        ConfigError: A file that should hold pointers cannot be read, or has one for the file that fixes nothing.
    """
    for name in places(path):
        data = read(name)
        for pointer in in_file(name, data):
            if path == pointer.path or (pointer.is_folder and path.startswith(f"{pointer.path}/")):
                return Found(file=name, pointer=pointer)
        if data is not None and posixpath.basename(name) == DVC_LOCK:
            _refuse_unfixed(path, data, name)
    return None


def _refuse_unfixed(path: str, data: bytes, name: str) -> None:
    """Refuse an output of a `dvc.lock` that is the file, or a folder that holds it, and has no digest."""
    root, folder = yaml.read(data, name), posixpath.dirname(name)
    for stage, content in _mapping(_mapping(root.plain()).get("stages")).items():
        outputs = _mapping(content).get("outs")
        for index, output in enumerate(outputs if isinstance(outputs, list) else []):
            where = posixpath.normpath(posixpath.join(folder, _text(_mapping(output).get("path"))))
            if not _is_understood(_mapping(output)) and (path == where or path.startswith(f"{where}/")):
                place = root.at(f"/stages/{stage.replace('~', '~0').replace('/', '~1')}/outs/{index}")
                remedy = "Run `dvc commit`, which writes it, or keep the file in git."
                raise refuse(name, place, "this output has no `md5` of 32 small hexadecimal digits", remedy)


def in_file(name: str, data: bytes | None) -> tuple[Pointer, ...]:
    """Return the pointers of a `.dvc` file or a `dvc.lock`; none of a file that is not there.

    Raises:
        ConfigError: It is not the YAML that is read here, or a `.dvc` file that fixes nothing.
    """
    if data is None:
        return ()
    return of_dvc_lock(data, name) if posixpath.basename(name) == DVC_LOCK else of_dvc_file(data, name)


def places(path: str) -> tuple[str, ...]:
    """Return where a pointer for a file may be: beside it or a folder that holds it, and in any `dvc.lock` above."""
    parts = path.split("/")
    beside = ["/".join(parts[:count]) + ".dvc" for count in range(len(parts), 0, -1)]
    above = ["/".join((*parts[:count], DVC_LOCK)) for count in range(len(parts) - 1, -1, -1)]
    return (*beside, *above)


def listing(digests: Mapping[str, str]) -> bytes:
    """Return the bytes whose md5 is the digest of a folder: the list of its files as DVC writes it.

    Args:
        digests: md5 of each file, by its path in the folder.
    """
    items = [{"md5": digests[path], "relpath": path} for path in sorted(digests)]
    return json.dumps(items, sort_keys=True).encode()


def listed(data: bytes) -> dict[str, str] | None:
    """Return the md5 of each file that a folder's list names; None where it is no such list."""
    try:
        return {item["relpath"]: item["md5"] for item in json.loads(data)}
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _not_understood(name: str, place: Place, message: str) -> ConfigError:
    return refuse(name, place, message, "Write it anew with `dvc add`, or remove it where DVC does not keep the data.")


def _is_understood(entry: dict[str, Any]) -> bool:
    path, files = _text(entry.get("path")), _files(entry)
    if files:
        return bool(path) and all(map(_is_understood, files))
    return "://" in path or (bool(path) and _MD5.fullmatch(_text(entry.get("md5"))) is not None)


def _files(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the outputs that the files of a folder are, which a remote versions one by one; their paths are whole."""
    found, folder = entry.get("files"), _text(entry.get("path"))
    files = map(_mapping, found if isinstance(found, list) else [])
    return [
        {"md5": file.get("md5"), "size": file.get("size"), "hash": "md5", "path": posixpath.join(folder, name)}
        for file in files
        for name in [_text(file.get("relpath"))]
    ]


def _outputs(found: Any, folder: str) -> Iterable[Pointer]:
    outputs = map(_mapping, found if isinstance(found, list) else [])
    for entry in itertools.chain.from_iterable(_files(output) or [output] for output in outputs):
        digest = _MD5.fullmatch(_text(entry.get("md5")))
        path = _text(entry.get("path"))
        if digest is None or not path or "://" in path:
            continue
        size = entry.get("size")
        yield Pointer(
            tool=Tool.DVC,
            path=posixpath.normpath(posixpath.join(folder, path)),
            digest=digest[1],
            size=size if isinstance(size, int) and not isinstance(size, bool) else None,
            is_folder=digest[2] is not None,
            is_of_lines=entry.get("hash") is None,
        )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
