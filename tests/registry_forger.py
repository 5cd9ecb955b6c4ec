"""Whoever may write to the repository can forge a registry: its history, tags and files, rebuilt as they like.

Objects are written straight into the bare remote, so that two hundred forgeries take seconds.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tests.registries import BRANCH
from tests.repository import Repository

from mlgate.core.registry.log.message import message
from mlgate.core.registry.log.record import decode, path_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "100644"
Entry = tuple[str, bytes]  # mode and bytes


@dataclass(frozen=True, kw_only=True)
class Commit:
    """One commit of a log: the whole tree, and all else that it says; `oid` only while nothing was changed."""

    files: dict[str, Entry]
    text: str
    author: str
    committer: str
    parents: tuple[str, ...] | None = None  # None: the commit before it
    oid: str | None = None
    signature: str | None = None  # as it stands in the commit


@dataclass(kw_only=True)
class Forger:
    """Reads a registry out of a bare repository, and writes another one in its place."""

    remote: Path
    key: Path | None = None
    commits: list[Commit] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    original: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)  # what each tag says
    targets: dict[str, str] = field(default_factory=dict)  # the commit of each tag
    code: list[str] = field(default_factory=list)  # the commits of main
    tag_of: dict[int, str] = field(default_factory=dict)  # the tag of each record
    before: dict[str, Entry] = field(default_factory=dict)  # the files of the tip as it was
    there: set[str] = field(default_factory=set)  # the references that stand in the repository
    ids: list[str] = field(default_factory=list)  # of the commits as they were written

    def read(self) -> Forger:
        git = Repository(self.remote).git
        lines = git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        self.original = dict(line.split(" ") for line in lines)
        self.tags = {name: oid for name, oid in self.original.items() if name.startswith("refs/tags/")}
        self.commits = [self._commit(oid) for oid in git("rev-list", "--reverse", BRANCH).split()]
        self.code = git("rev-list", "main").split()
        for ref in self.tags:
            self.texts[ref] = git("for-each-ref", "--format=%(contents)", ref) + "\n"
            self.targets[ref] = git("rev-parse", f"{ref}^{{commit}}")
        self.there.update({*self.tags, BRANCH})
        self.before = self.commits[-1].files
        records = (decode(self.data(number)) for number in range(1, len(self.commits) + 1))
        self.tag_of = {record.sequence: record.tag for record in records if record.tag}
        return self

    def fresh(self) -> Forger:
        """Return a forger of the same registry that can be changed alone."""
        return replace(self, commits=list(self.commits), tags=dict(self.tags), ids=[])

    def _commit(self, oid: str) -> Commit:
        git = Repository(self.remote).git
        head, _, text = self._cat(oid).decode().partition("\n\n")
        said = dict(line.split(" ", 1) for line in head.split("\n") if re.match(r"(author|committer) ", line))
        signature = re.search(r"gpgsig (.*(?:\n .*)*)", head)
        files = {}
        for line in git("ls-tree", "-r", oid).splitlines():
            facts, path = line.split("\t")
            mode, _, blob = facts.split()
            files[path] = (mode, self._cat(blob))
        return Commit(
            files=files,
            text=text,
            oid=oid,
            author=said["author"],
            committer=said["committer"],
            signature=signature[1] if signature else None,
        )

    def _cat(self, oid: str) -> bytes:
        done = subprocess.run(
            ["git", "cat-file", "--batch"], cwd=self.remote, input=f"{oid}\n".encode(), capture_output=True, check=True
        )
        head, _, rest = done.stdout.partition(b"\n")
        return rest[: int(head.split()[2])]

    # Changing

    def data(self, sequence: int) -> bytes:
        """Return a record's bytes."""
        return self.commits[-1].files[path_of(sequence)][1]

    def rewrite(self, sequence: int, data: bytes) -> None:
        """Put other bytes in the place of a record, from the commit that added it to the tip."""
        self.put(path_of(sequence), (FILE, data), start=sequence - 1)

    def put(self, path: str, entry: Entry | None, start: int = 0) -> None:
        """Put a file into every tree from `start` on, or remove it."""
        for index in range(start, len(self.commits)):
            files = {name: kept for name, kept in self.commits[index].files.items() if name != path}
            if entry is not None:
                files[path] = entry
            self.change(index, files=files)

    def change(self, index: int, **what: Any) -> None:
        """Change a commit; it loses its signature with that."""
        self.commits[index] = replace(self.commits[index], **{"oid": None, "signature": None, **what})

    def chain(self, start: int = 1) -> None:
        """Let every record from `start` on name the one before it, and every commit the record that it adds."""
        for sequence in range(start, len(self.commits) + 1):
            plain = json.loads(self.data(sequence))
            if sequence > 1:
                plain["previous"] = digest(self.data(sequence - 1))
            self.rewrite(sequence, encode(plain))
            self.change(sequence - 1, text=message(decode(encode(plain)), digest(encode(plain))))

    def add(self, changes: Mapping[str, Entry | None], text: str = "tidy up\n") -> None:
        """Add a commit on top."""
        files = {name: entry for name, entry in self.commits[-1].files.items() if name not in changes}
        files |= {name: entry for name, entry in changes.items() if entry is not None}
        self.commits.append(replace(self.commits[-1], files=files, text=text, oid=None, signature=None))

    def tag(self, name: str, target: str, text: str | None) -> None:
        """Set a tag, annotated if there is a text."""
        ref, oid = f"refs/tags/{name}", target
        if text is not None:
            who = "mlgate <mlgate@users.noreply.github.com> 1772360000 +0000"
            oid = self.write("tag", f"object {target}\ntype commit\ntag {name}\ntagger {who}\n\n{text}".encode())
        self.tags[ref] = oid

    # Writing

    def forge(self, key: Path | None = None) -> None:
        """Write the registry as it was changed; changed commits are signed by the key, if there is one."""
        tip, moved = None, False
        for commit in self.commits:
            if commit.oid is not None and not moved:
                tip = commit.oid
            else:
                tip, moved = self.written(commit, tip, key), True
            self.ids.append(tip)
        wanted = {**self.tags, **({BRANCH: tip} if tip else {})}
        self._set(wanted)

    def restore(self) -> None:
        """Write the registry as it was."""
        self._set({name: oid for name, oid in self.original.items() if name.startswith(("refs/tags/", BRANCH))})

    def _set(self, wanted: Mapping[str, str]) -> None:
        steps = [f"delete {name}\n" for name in self.there if name not in wanted]
        steps += [f"update {name} {oid}\n" for name, oid in wanted.items()]
        self.there.clear()
        self.there.update(wanted)
        subprocess.run(["git", "update-ref", "--stdin"], cwd=self.remote, input="".join(steps).encode(), check=True)

    def written(self, commit: Commit, before: str | None, key: Path | None) -> str:
        """Write a commit, and return its id."""
        parents = commit.parents if commit.parents is not None else (() if before is None else (before,))
        head = [f"tree {self._tree(commit.files)}", *(f"parent {parent}" for parent in parents)]
        head += [f"author {commit.author}", f"committer {commit.committer}"]
        plain = "\n".join([*head, "", commit.text]).encode()
        signature = commit.signature or (sign(plain, key) if key else None)
        if signature is None:
            return self.write("commit", plain)
        return self.write("commit", "\n".join([*head, f"gpgsig {signature}", "", commit.text]).encode())

    def _tree(self, files: Mapping[str, Entry]) -> str:
        folders: dict[str, dict[str, Entry]] = {}
        here: dict[str, tuple[str, str]] = {}
        for path, (mode, data) in files.items():
            first, _, rest = path.partition("/")
            if rest:
                folders.setdefault(first, {})[rest] = (mode, data)
            else:
                here[first] = (mode, self.write("blob", data))
        here |= {name: ("40000", self._tree(inner)) for name, inner in folders.items()}
        order = sorted(here.items(), key=lambda item: item[0] + ("/" if item[1][0] == "40000" else ""))
        return self.write("tree", b"".join(f"{m} {n}\0".encode() + bytes.fromhex(o) for n, (m, o) in order))

    def write(self, kind: str, data: bytes) -> str:
        """Write an object."""
        whole = f"{kind} {len(data)}\0".encode() + data
        oid = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        path = self.remote / "objects" / oid[:2] / oid[2:]
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(whole, 1))
        return oid


def sign(data: bytes, key: Path) -> str:
    """Return a signature as it stands in a commit."""
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", str(key)]
    done = subprocess.run(command, input=data, capture_output=True, check=True)
    return done.stdout.decode().strip("\n").replace("\n", "\n ")


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def encode(plain: Mapping[str, Any]) -> bytes:
    """Return a record as mlgate would write it."""
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
