"""Git as the outside: a few questions asked of the `git` program, in an environment that nothing leaks into.

Every path is relative to the repository's root, written with `/`, and taken literally. Commits are full object ids.
Shallow clones work: parents are read from the commit object itself, which names them even where history was cut.
"""

from __future__ import annotations

import os
import posixpath
import shutil
import subprocess
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from mlgate.errors import BaseUnreadableError, MlgateError, OutsideError
from mlgate.shell.git.environment import SETTINGS, environment
from mlgate.shell.runner import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlgate.shell.git.environment import Secret

LOCAL_SECONDS = 120
FETCH_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of a tree: what git knows of a path, without reading it."""

    mode: str
    kind: str
    oid: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """A path of the working copy that differs from the commit, or that git does not track."""

    path: str
    tracked: bool


class Git:
    """One repository with a working copy.

    Attributes:
        root: Its top folder, with symbolic links resolved.
        kept: Open files that every git process is to hold as well: a lock, which so outlives this process.
    """

    def __init__(self, root: Path, env: Mapping[str, str]) -> None:
        self.root = root
        self.kept: tuple[int, ...] = ()
        self._env = environment(env)
        self._remotes: tuple[str, ...] | None = None

    @classmethod
    def discover(cls, path: Path, env: Mapping[str, str] | None = None) -> Git | None:
        """Return the repository that `path` (which need not exist) lies in; None without a repository or without git.

        In a workflow that is the one that was checked out, never a submodule: a pull request chooses those.

        Raises:
            OutsideError: If there is a repository that git refuses to read.
        """
        folder = path.resolve()
        while not folder.is_dir() and folder != folder.parent:
            folder = folder.parent
        given = os.environ if env is None else env
        git = cls(folder, given)
        try:
            done = git._call(["rev-parse", "--show-toplevel"])
        except FileNotFoundError:
            return None
        if done.returncode == 0:
            git.root = _folder(done.stdout)
            return git._outermost() if given.get("GITHUB_ACTIONS") == "true" else git
        words = done.stderr.decode(errors="replace")
        if "not a git repository" in words or "must be run in a work tree" in words:
            return None
        raise _explained(done, "rev-parse", folder)

    def _outermost(self) -> Git:
        while above := self._run(["rev-parse", "--show-superproject-working-tree"]):
            self.root = _folder(above)
        return self

    def relative(self, path: Path) -> str | None:
        """Return the repository's name for `path`, `.` for the root; None if it lies outside."""
        # Only the folder is resolved: a file that is a symbolic link is still the entry that git tracks.
        whole = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
        return whole.relative_to(self.root).as_posix() if whole.is_relative_to(self.root) else None

    def lexical(self, path: Path) -> str | None:
        """Return the repository's name for `path` with the links on the way as they are; None if it lies outside."""
        parts = path.absolute().parts
        turns = [index for index, part in enumerate(parts) if part == ".."]
        cut = turns[-1] + 1 if turns else 0
        whole = Path(*parts[:cut]).resolve() / Path(*parts[cut:]) if cut else Path(*parts)
        above = (folder for folder in reversed(whole.parents) if folder.resolve() == self.root)
        root = next(above, None)
        return None if root is None else whole.relative_to(root).as_posix()

    def resolve(self, name: str) -> str | None:
        """Return the id of the commit that `name` means; None if there is none in this clone."""
        done = self._call(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"])
        return done.stdout.decode().strip() or None if done.returncode == 0 else None

    def has(self, commit: str) -> bool:
        """Return whether the commit and its tree are in this clone."""
        return self._call(["cat-file", "-e", f"{commit}^{{tree}}"]).returncode == 0

    def tree(self, commit: str) -> str:
        """Return the id of a commit's tree."""
        return self._text(["rev-parse", "--verify", "--end-of-options", f"{commit}^{{tree}}"])

    def parents(self, commit: str) -> tuple[str, ...]:
        """Return the ids of a commit's parents, also of those that a shallow clone has cut off."""
        header = self._run(["cat-file", "commit", commit]).partition(b"\n\n")[0].decode(errors="replace")
        words = (line.split(" ") for line in header.split("\n"))
        return tuple(word[1] for word in words if word[0] == "parent")

    def show(self, commit: str, path: str) -> bytes | None:
        """Return a file as the commit has it, following links inside the tree; None if it has no such file.

        Raises:
            BaseUnreadableError: If the commit itself is not in this clone: absent is not the same as empty.
        """
        found = self._look_up(commit, path, "--batch")
        return None if found is None else found[1]

    def blob(self, commit: str, path: str) -> str | None:
        """Return the object id of a file as the commit has it, following links inside the tree."""
        found = self._look_up(commit, path, "--batch-check")
        return None if found is None else found[0]

    def hashes(self, file: Path, name: str) -> frozenset[str]:
        """Return the object ids that a file on disk would have at `name`: as it is, and as git's filters store it."""
        kept = self._call(["hash-object", "--no-filters", "--", str(file)])
        stored = self._call(["hash-object", f"--path={name}", "--", str(file)])
        return frozenset(done.stdout.decode().strip() for done in (kept, stored) if done.returncode == 0)

    def _look_up(self, commit: str, path: str, how: str) -> tuple[str, bytes] | None:
        name = inside(path)
        if name is not None:
            # `-z` came with git 2.38; only names with a line end need it.
            end, options = ("\0", ["-z"]) if "\n" in name else ("\n", [])
            asked = os.fsencode(f"{commit}:{name}{end}")
            answer = self._run(["cat-file", how, "--follow-symlinks", *options], given=asked)
            header, _, rest = answer.partition(b"\n")
            words = header.split(b" ")
            if len(words) == 3 and words[1] == b"blob" and words[2].isdigit():
                return words[0].decode(), rest[: int(words[2])]
        if not self.has(commit):
            raise BaseUnreadableError(
                f"the commit {commit} is not in this clone, usually because it was cloned with depth 1",
                remedy="Add `fetch-depth: 2` under `with:` of the checkout step.",
            )
        return None

    def entries(self, commit: str, paths: Iterable[str]) -> tuple[Entry, ...]:
        """Return what the commit's tree has at `paths`: a folder is one entry, whose id stands for all below it."""
        names = [inside(path) for path in paths]
        found = []
        if "" in names:
            found.append(Entry(mode="040000", kind="tree", oid=self.tree(commit), path="."))
        named = sorted({name for name in names if name})
        for part in (named[i : i + 200] for i in range(0, len(named), 200)):
            listed = self._run(["ls-tree", "-z", "--full-tree", commit, "--", *part])
            found += [_entry(line) for line in listed.split(b"\0") if line]
        return tuple(found)

    def all_entries(self, commit: str) -> tuple[Entry, ...]:
        """Return every entry of the commit's tree, at any depth, folders too."""
        listed = self._run(["ls-tree", "-r", "-t", "-z", "--full-tree", commit])
        return tuple(_entry(line) for line in listed.split(b"\0") if line)

    def content(self, oid: str) -> bytes:
        """Return the bytes of a blob."""
        return self._run(["cat-file", "blob", oid])

    def called(self, commit: str, name: str) -> frozenset[str]:
        """Return the paths of the commit's files whose last part is `name`."""
        listed = self._run(["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit])
        paths = (os.fsdecode(line) for line in listed.split(b"\0"))
        return frozenset(path for path in paths if posixpath.basename(path) == name)

    def status(self) -> tuple[Change, ...]:
        """Return the paths that differ from HEAD, and the untracked ones that git does not ignore.

        Files that git was told not to look at are looked at. One that a sparse checkout left out is called untracked.
        """
        options = ["--untracked-files=all", "--no-renames", "--ignore-submodules=none"]
        listed = self._run(["status", "--porcelain=v1", "-z", *options])
        lines = (os.fsdecode(line) for line in listed.split(b"\0") if line)
        seen = tuple(Change(path=line[3:], tracked=line[:2] != "??") for line in lines)
        return (*seen, *self._unwatched())

    def _unwatched(self) -> list[Change]:
        """Return what differs of the files with the flags `assume-unchanged` or `skip-worktree`."""
        listed = (os.fsdecode(line) for line in self._run(["ls-files", "-v", "-s", "-z"]).split(b"\0") if line)
        found = []
        for line in listed:
            facts, _, path = line.partition("\t")
            tag, mode, oid, _ = facts.split(" ")
            file = self.root / path
            if tag == "S" and not os.path.lexists(file):
                found.append(Change(path=path, tracked=False))
            elif (tag == "S" or tag.islower()) and not self._holds(file, path, mode, oid):
                found.append(Change(path=path, tracked=True))
        return found

    def _holds(self, file: Path, path: str, mode: str, oid: str) -> bool:
        if file.is_symlink() or not file.is_file():
            return False
        runs = bool(file.stat().st_mode & 0o100)
        return runs == (mode == "100755") and oid in self.hashes(file, path)

    def ignored(self, folders: Iterable[str]) -> tuple[str, ...]:
        """Return the files in these folders that are there, are not tracked, and that git is told to ignore."""
        named = [name for name in map(inside, folders) if name]
        if not named:
            return ()
        listed = self._run(["ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--", *named])
        return tuple(os.fsdecode(line) for line in listed.split(b"\0") if line)

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the best common ancestor; None if the clone does not show one."""
        done = self._call(["merge-base", one, other])
        return done.stdout.decode().split("\n")[0] or None if done.returncode == 0 else None

    def is_shallow(self) -> bool:
        """Return whether this clone's history is cut off."""
        return self._text(["rev-parse", "--is-shallow-repository"]) == "true"

    def remote(self) -> str | None:
        """Return the name of the remote to fetch from: `origin`, else the only one."""
        names = self.remotes()
        return "origin" if "origin" in names else names[0] if len(names) == 1 else None

    def remotes(self) -> tuple[str, ...]:
        """Return the names of all remotes; git is asked once."""
        if self._remotes is None:
            self._remotes = tuple(self._text(["remote"]).split())
        return self._remotes

    def fetch(self, source: str, refspecs: Sequence[str], options: Sequence[str], secret: Secret | None = None) -> None:
        """Fetch from a remote or an address; no tags, no submodules, and `FETCH_HEAD` stays as it was.

        Raises:
            OutsideError: With git's own words.
        """
        quiet = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--force"]
        command = ["fetch", *quiet, *options, "--", source, *refspecs]
        extra = {} if secret is None else secret.environment(self._env)
        done = self._call(command, extra=extra, seconds=FETCH_SECONDS)
        if done.returncode != 0:
            raise _explained(done, "fetch", self.root)

    def add_worktree(self, folder: Path, commit: str) -> None:
        """Check a commit out into a new folder of its own; pointers of Git LFS stay pointers.

        Raises:
            OutsideError: With git's own words.
        """
        command = ["worktree", "add", "--quiet", "--detach", "--force", str(folder), commit]
        done = self._call(command, extra={"GIT_LFS_SKIP_SMUDGE": "1"}, seconds=FETCH_SECONDS)
        if done.returncode != 0:
            raise _explained(done, "worktree", self.root)

    def remove_worktree(self, folder: Path) -> None:
        """Remove a folder made by `add_worktree`, and what git remembers of it; nothing to remove is no mistake."""
        if folder.exists():
            shutil.rmtree(folder)
        self._run(["worktree", "prune"])

    def ask(
        self,
        command: Sequence[str],
        *,
        given: bytes | None = None,
        settings: Sequence[str] = (),
        secret: Secret | None = None,
        extra: Mapping[str, str] | None = None,
        seconds: float = LOCAL_SECONDS,
        large: bool = False,
        into: IO[bytes] | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run one command for a module that knows what its answer means; `settings` are `key=value`.

        A `large` answer goes by a file in memory: thousands of small reads from a pipe take longer than git does. With
        `into` it goes to that file, and nowhere else.
        """
        hidden = {} if secret is None else secret.environment(self._env)
        with _memory() if large else nullcontext(into) as file:
            done = self._call(
                command, given=given, extra={**(extra or {}), **hidden}, settings=settings, seconds=seconds, into=file
            )
            if large and file is not None:
                file.seek(0)
                done.stdout = file.read()
        return done

    def _text(self, command: Sequence[str]) -> str:
        return self._run(command).decode(errors="replace").strip()

    def _run(self, command: Sequence[str], given: bytes | None = None) -> bytes:
        done = self._call(command, given=given)
        if done.returncode != 0:
            raise _explained(done, command[0], self.root)
        return done.stdout

    def _call(
        self,
        command: Sequence[str],
        *,
        given: bytes | None = None,
        extra: Mapping[str, str] | None = None,
        settings: Sequence[str] = (),
        seconds: float = LOCAL_SECONDS,
        into: IO[bytes] | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        words = [word for setting in (*SETTINGS, *settings) for word in ("-c", setting)]
        try:
            return subprocess.run(
                ["git", *words, *command],
                cwd=self.root,
                env={**self._env, **(extra or {})},
                input=b"" if given is None else given,
                stdout=subprocess.PIPE if into is None else into,
                stderr=subprocess.PIPE,
                timeout=seconds,
                check=False,
                pass_fds=self.kept,
            )
        except subprocess.TimeoutExpired:
            raise OutsideError(
                f"`git {command[0]}` gave no answer within {seconds:g} seconds",
                remedy="Run it by hand in the checkout: the network, a lock or a slow disk may be in its way.",
            ) from None


def _memory() -> IO[bytes]:
    """Return a file that is nowhere; where a system has none in memory, one without a name on the disk."""
    return os.fdopen(os.memfd_create("git"), "w+b") if hasattr(os, "memfd_create") else tempfile.TemporaryFile()


def _folder(line: bytes) -> Path:
    return Path(os.fsdecode(line.removesuffix(b"\n")))


def inside(path: str) -> str | None:
    """Return `path` in its shortest form, empty for the root itself; None if it leads out of the repository."""
    shortest = posixpath.normpath(path)
    if shortest == "." or not path:
        return ""
    return None if shortest.startswith("/") or shortest.split("/")[0] == ".." else shortest


def _entry(line: bytes) -> Entry:
    facts, _, path = line.partition(b"\t")
    mode, kind, oid = facts.decode().split()
    return Entry(mode=mode, kind=kind, oid=oid, path=os.fsdecode(path))


def _explained(done: subprocess.CompletedProcess[bytes], command: str, folder: Path) -> MlgateError:
    words = harmless(done.stderr.decode(errors="replace")).strip()
    if "dubious ownership" in words:
        return OutsideError(
            f"git refuses to read {folder}, because the folder belongs to another user than the one that runs mlgate; "
            "in a container job that is usual",
            remedy=f'Add a step before: run: git config --global --add safe.directory "{folder}"',
        )
    if "cannot use bare repository" in words:
        return OutsideError(
            f"{folder} is a bare repository: it has no files to work with",
            remedy="Run it in a checkout: `git clone` that folder to another place.",
        )
    last = words.rsplit("\n", maxsplit=1)[-1] if words else "it said nothing"
    return OutsideError(
        f"`git {command}` failed: {last:.500}",
        remedy=f"Run `git {command}` in the checkout to see the whole message.",
    )
