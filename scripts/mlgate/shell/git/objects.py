"""Objects of git: many read by one process, many written by one, without an index or a working copy.

Ids are computed here, so that trees and commits can be built before anything is written. What is to be written is
collected, and handed to git as one pack, whose checksum git verifies; it lies in the clone as loose objects.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.errors import OutsideError
from mlgate.shell.git.words import complain, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlgate.shell.git.repository import Git

_KINDS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
MANY = 100
FILE = "100644"
FOLDER = "40000"


@dataclass(frozen=True, kw_only=True)
class Stored:
    """One object as git has it."""

    oid: str
    kind: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who did something, and when: seconds since 1970, in UTC."""

    name: str
    email: str
    seconds: int

    def __str__(self) -> str:
        return f"{_clean(self.name)} <{_clean(self.email)}> {self.seconds} +0000"


def _clean(text: str) -> str:
    """Return a name without what git's form of it gives a meaning to."""
    kept = "".join(sign for sign in text if sign.isprintable() and sign not in "<>")
    return kept.strip(" .,:;\"'") or "unknown"


def read_objects(git: Git, names: Sequence[str]) -> tuple[Stored | None, ...]:
    """Return the objects that the names mean, such as `COMMIT:path`; None for those that are not there."""
    if not names:
        return ()
    given = "".join(f"{name}\n" for name in names).encode()
    done = git.ask(["cat-file", "--batch", "--buffer"], given=given, large=len(names) > MANY)
    if done.returncode != 0:
        raise complain("cat-file", done)
    return tuple(_answers(done.stdout, len(names)))


def _answers(data: bytes, count: int) -> Iterable[Stored | None]:
    at = 0
    for _ in range(count):
        end = data.index(b"\n", at)
        head = data[at:end].rsplit(b" ", 2)
        at = end + 1
        if len(head) == 3 and head[2].isdigit():
            size = int(head[2])
            yield Stored(oid=head[0].decode(), kind=head[1].decode(), data=data[at : at + size])
            at += size + 1
        else:
            yield None


def list_files(git: Git, commit: str, folder: str) -> tuple[tuple[str, str], ...]:
    """Return path and id of every file below a folder of a commit's tree; none if there is no such folder."""
    done = git.ask(["ls-tree", "-r", "-z", "--full-tree", commit, "--", folder])
    if done.returncode != 0:
        raise complain("ls-tree", done)
    lines = (line.partition("\t") for line in os.fsdecode(done.stdout).split("\0")[:-1])
    return tuple((path, facts.rpartition(" ")[2]) for facts, _, path in lines)


class ObjectWriter:
    """Collects objects, and writes them at once."""

    def __init__(self, git: Git, algorithm: str) -> None:
        self._git = git
        self._algorithm = algorithm
        self._waiting: dict[str, tuple[str, bytes]] = {}

    def add(self, kind: str, data: bytes) -> str:
        """Return the id that an object has; it is in the clone after the next `flush`."""
        digest = hashlib.new(self._algorithm, f"{kind} {len(data)}\0".encode())
        digest.update(data)
        self._waiting[digest.hexdigest()] = (kind, data)
        return digest.hexdigest()

    def flush(self) -> None:
        """Write what was added.

        Raises:
            OutsideError: `store-failed`, if git cannot write it.
        """
        if not self._waiting:
            return
        done = self._git.ask(["unpack-objects", "-q"], given=self._pack(), settings=["core.fsync=committed"])
        if done.returncode != 0:
            raise OutsideError(
                f"the objects of the registry cannot be written into this clone: {words_of(done)}",
                remedy="Make room on the disk, and see that this user may write to the repository's `.git` folder.",
                reason="store-failed",
            )
        self._waiting = {}

    def _pack(self) -> bytes:
        parts = [b"PACK" + (2).to_bytes(4) + len(self._waiting).to_bytes(4)]
        for kind, data in self._waiting.values():
            parts += [_pack_header(_KINDS[kind], len(data)), zlib.compress(data, 1)]
        body = b"".join(parts)
        return body + hashlib.new(self._algorithm, body).digest()


def _pack_header(kind: int, size: int) -> bytes:
    """Return type and size of a packed object: 4 bits of the size, then 7 a byte, the lowest first."""
    octets = [kind << 4 | size & 15]
    size >>= 4
    while size:
        octets[-1] |= 128
        octets.append(size & 127)
        size >>= 7
    return bytes(octets)


class TreeEditor:
    """A tree to which files are added; only the folders on the way to them are read and written."""

    def __init__(self, git: Git, tip: str | None, paths: Iterable[str]) -> None:
        """Read the folders on the way to `paths` from a commit; None is the empty tree."""
        folders = sorted({folder for path in paths for folder in _above(path)})
        found = read_objects(git, [f"{tip}:{folder}" for folder in folders]) if tip else [None] * len(folders)
        self._folders = {
            folder: {} if tree is None else _entries(tree) for folder, tree in zip(folders, found, strict=True)
        }

    def put(self, path: str, oid: str) -> None:
        """Set a file."""
        folder, _, name = path.rpartition("/")
        self._folders[folder][name] = (FILE, oid)

    def write(self, writer: ObjectWriter) -> str:
        """Add the trees, as they are now, to what is written, and return the id of the root's."""
        for folder in sorted(self._folders, key=lambda name: name.count("/") + bool(name), reverse=True):
            oid = writer.add("tree", _tree(self._folders[folder]))
            if not folder:
                return oid
            above, _, name = folder.rpartition("/")
            if self._folders[folder]:
                self._folders[above][name] = (FOLDER, oid)
        raise AssertionError("the root is always on the way")


def _above(path: str) -> Iterable[str]:
    yield ""
    for end, sign in enumerate(path):
        if sign == "/":
            yield path[:end]


def _entries(tree: Stored) -> dict[str, tuple[str, str]]:
    if tree.kind != "tree":
        return {}
    size, data, at = len(tree.oid) // 2, tree.data, 0
    found = {}
    while at < len(data):
        end = data.index(b"\0", at)
        mode, _, name = data[at:end].partition(b" ")
        found[os.fsdecode(name)] = (mode.decode(), data[end + 1 : end + 1 + size].hex())
        at = end + 1 + size
    return found


def _tree(entries: Mapping[str, tuple[str, str]]) -> bytes:
    # git's order: a folder's name counts as if it ended with a slash.
    order = sorted(entries, key=lambda name: os.fsencode(name + "/" if entries[name][0] == FOLDER else name))
    return b"".join(
        entries[name][0].encode() + b" " + os.fsencode(name) + b"\0" + bytes.fromhex(entries[name][1]) for name in order
    )


def tag_text(*, commit: str, name: str, tagger: Person, message: str) -> bytes:
    """Return an annotated tag of a commit."""
    return f"object {commit}\ntype commit\ntag {name}\ntagger {tagger}\n\n{message}".encode()


@dataclass(frozen=True, kw_only=True)
class NewCommit:
    """A commit to write."""

    tree: str
    parent: str | None
    author: Person
    committer: Person
    message: str

    def text(self) -> bytes:
        """Return it in git's form."""
        parent = f"parent {self.parent}\n" if self.parent else ""
        people = f"author {self.author}\ncommitter {self.committer}\n"
        return f"tree {self.tree}\n{parent}{people}\n{self.message}".encode()


def signed_commit(git: Git, commit: NewCommit, arguments: Sequence[str], settings: Sequence[str]) -> str:
    """Let git sign and write a commit whose tree and parent are there, and return its id.

    Raises:
        OutsideError: `signature-wrong`, if it cannot be signed.
    """
    parent = ["-p", commit.parent] if commit.parent else []
    people = {**_variables("AUTHOR", commit.author), **_variables("COMMITTER", commit.committer)}
    command = ["commit-tree", *arguments, *parent, "-F", "-", commit.tree]
    settings = [*settings, "i18n.commitEncoding=UTF-8"]
    done = git.ask(command, given=commit.message.encode(), settings=settings, extra=people)
    if done.returncode != 0:
        raise OutsideError(
            f"git cannot sign the record: {words_of(done)}",
            remedy="Sign a commit by hand with the same key to see what it lacks: `git commit -S`.",
            reason="signature-wrong",
        )
    return done.stdout.decode().strip()


def _variables(who: str, person: Person) -> dict[str, str]:
    return {
        f"GIT_{who}_NAME": _clean(person.name),
        f"GIT_{who}_EMAIL": _clean(person.email),
        f"GIT_{who}_DATE": f"@{person.seconds} +0000",
    }
