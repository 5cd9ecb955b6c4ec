"""Kill -9 at file and network system calls of an operation on the registry, by strace's injection.

    python tests/kills.py OPERATION PLACE STORE FOLDER      the operation, as the process that is killed

The operation runs in a clone, against a git daemon on loopback: killed are mlgate and every git process that it starts,
never the server. Two cases are real commands, `scripts/promote_model.py` with a laptop's verdict and
`scripts/registry.py rollback`; the others are the journal and a store alone. A stand-in for `git` counts these
processes, and runs the one that is to die under strace; it takes its parents with it. After each kill the registry must
be readable and be the old or the new one, and the same operation in the same clone must complete.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [path for path in (str(ROOT), str(ROOT / "scripts")) if path not in sys.path]

from tests import registries  # noqa: E402 - the path first
from tests.registries import MODEL, Lab  # noqa: E402
from tests.repository import Repository  # noqa: E402

from mlgate.core.registry.log import plan  # noqa: E402
from mlgate.core.registry.log.record import Digests, Event, Record, StoredArtifact  # noqa: E402
from mlgate.shell.registry.stores.branch import BranchStore  # noqa: E402
from mlgate.shell.registry.stores.folder import FolderStore  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlgate.core.registry.log.state import State
    from mlgate.shell.registry.log.journal import Journal

OPERATIONS = ("register", "promote", "rollback")
ROLLBACK = ["rollback", "--stage", "production", "--to", "v1.0.0", "--reason", "worse"]
COMMANDS = {"promote-command": ["promote_model.py"], "rollback-command": ["registry.py", *ROLLBACK]}
PLACES = ("remote", "alone")  # with a remote, and without any
STORES = ("branch", "folder")
CALLS = "%file,%network,write,pwrite64,writev,ftruncate,fsync,fdatasync,dup2,close"
# Calls after which nothing is different for anybody else.
READS = re.compile(
    r"(?!.*(O_CREAT|O_WRONLY|O_RDWR|O_TRUNC))open(at)?\(|(new)?f?l?stat(at|x|fs)?\(|(f?access|faccessat2?|readlink(at)?|"
    r"execve|getcwd|chdir|close|dup2|get(sock|peer)name|getsockopt|setsockopt|socket|statfs|fstatfs|getxattr|lgetxattr)\("
)
STAGES = ("staging", "production")
EVERY = -2  # every git process
GO = "/mlgate-begins-here"  # a path that the process asks for where its work begins
TIME = "2026-03-03T10:15:00Z"


@dataclass(frozen=True, kw_only=True)
class Point:
    """Where to kill: at the `number`-th call of a kind in the `process`-th git process; mlgate itself is number 0."""

    process: int
    call: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is killed."""

    operation: str
    place: str
    store: str

    @property
    def is_command(self) -> bool:
        """Return whether it is one that people run, with the time of the day in its records."""
        return self.operation in COMMANDS

    def told(self, state: State) -> str:
        """Return what a registry is: its last record's digest; of a command's, all but times and commits."""
        if not self.is_command:
            return str(state.digest)
        said = [(e.event, e.model, e.version, e.stage, e.rollback, e.commit, e.actor) for e in state.entries]
        return repr(said)


def cases() -> list[Case]:
    parts = [Case(operation=o, place=p, store=s) for p in PLACES for s in STORES for o in OPERATIONS]
    return parts + [Case(operation=o, place=p, store="branch") for p in PLACES for o in COMMANDS]


# The operation


def perform(case: Case, journal: Journal, folder: Path, code: str) -> None:
    """Do what the case is about."""
    store = BranchStore(journal) if case.store == "branch" else FolderStore(folder / "store")
    if case.operation == "rollback":
        journal.append(_back)
        return
    artifact = _stored(store, folder, "new")
    stages = STAGES if case.operation == "promote" else ()
    journal.append(_planner(artifact, code, stages), store.blobs())


def _back(state: State) -> tuple[Record, ...]:
    asked = {"actor": "ada", "time": TIME, "reason": "worse"}
    return plan.rollback(state, model=MODEL, stage="production", to="v1.0.0", **asked)


def _stored(store: BranchStore | FolderStore, folder: Path, name: str) -> StoredArtifact:
    data = name.encode() * 20_000
    file = folder / f"{name}.model"
    file.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    store.put(digest, file)
    return StoredArtifact(name="model", file="model.skops", digest=digest, size=len(data), store=store.name)


def _planner(artifact: StoredArtifact, code: str, stages: Sequence[str]) -> registries.Planner:
    draft = Record(
        sequence=0,
        event=Event.REGISTER,
        model=MODEL,
        actor="ada",
        time=TIME,
        commit=code,
        digests=Digests(inputs=artifact.digest[::-1], model=artifact.digest),
        artifacts=(artifact,),
    )
    return lambda state: plan.promote(state, draft=draft, stages=stages)


# What it starts from


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A registry with two versions of which the second is in production, and what an operation makes of it.

    Attributes:
        folder: A template of everything.
        code: The commit that tags point to.
        old: The log's digest before.
        new: The log's digest after.
    """

    folder: Path
    code: str
    old: str
    new: str = ""


def scene(case: Case, folder: Path) -> Scene:
    """Make the template, and learn from a run in a copy what the operation does."""
    template = folder / "template"
    template.mkdir(parents=True)
    code = _laptop(template) if case.is_command else _code(template)
    if case.place == "alone":
        Repository(template / "clone").git("remote", "remove", "origin")
    made = Scene(folder=template, code=code, old="")
    journal = open_place(case, template, f"file://{template}/remote.git")
    store = BranchStore(journal) if case.store == "branch" else FolderStore(template / "store")
    for name in ("first", "second"):
        journal.append(_planner(_stored(store, template, name), code, STAGES), store.blobs())
    for repository in (template / "remote.git", template / "clone" / ".git"):
        shutil.rmtree(repository / "hooks", ignore_errors=True)
    made = dataclasses.replace(made, old=case.told(journal.read().state))
    copy = copied(made, folder / "learned", f"file://{folder}/learned/remote.git")
    done = open_place(case, copy, f"file://{copy}/remote.git")
    if case.is_command:
        command(case, copy, registries.variables()).check_returncode()
    else:
        perform(case, done, copy, code)
    return dataclasses.replace(made, new=case.told(done.read().state))


def _code(template: Path) -> str:
    lab = Lab(template)
    lab.clone("clone", 1)
    shutil.rmtree(template / "origin")
    return lab.code


def _laptop(template: Path) -> str:
    """Make a clone with a configuration and the run folder of a verdict that may be promoted."""
    # The process that is killed imports this module too, without any package.
    from tests.fake_github.server import FakeGitHub
    from tests.promotion_scene import Scene as Forge

    from mlgate.shell.run_folder import RunFolder

    made = Forge(folder=template, github=FakeGitHub(), promote="{stages: [staging, production]}")
    commit = made.push({"train.py": "print(2)\n"})
    judged = made.judged(commit, commit).but(pull_request=None)
    clone = made.clone("clone", depth=None).root
    RunFolder(clone / "mlgate-run").write(judged.report)
    for path, data in judged.files.items():
        (clone / path).parent.mkdir(exist_ok=True)
        (clone / path).write_bytes(data)
    shutil.rmtree(template / "work")
    return commit


def command(
    case: Case, folder: Path, env: Mapping[str, str], before: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run the command that a case is about, as people do."""
    name, *words = COMMANDS[case.operation]
    whole = [*before, sys.executable, "-E", str(ROOT / "scripts" / name), *words]
    return subprocess.run(
        whole, cwd=folder / "clone", env=env, capture_output=True, text=True, check=False, timeout=120
    )


def copied(made: Scene, to: Path, url: str) -> Path:
    """Copy the template, whose clone then has its remote at another address."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(made.folder, to, symlinks=True)
    config = to / "clone" / ".git" / "config"
    config.write_text(config.read_text().replace(f"file://{made.folder}/remote.git", url))
    return to


def open_place(case: Case, folder: Path, url: str) -> Journal:
    return registries.journal(Repository(folder / "clone"), url if case.place == "remote" else None)


@contextlib.contextmanager
def daemon(folder: Path) -> Iterator[str]:
    """Serve every repository below a folder, and give the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = ["--listen=127.0.0.1", f"--port={port}", "--reuseaddr", f"--base-path={folder}"]
    command = ["git", "daemon", *where, "--export-all", "--enable=receive-pack", str(folder)]
    process = subprocess.Popen(command, env=registries.variables(), stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.02)
        yield f"git://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


# Killing


class Killer:
    """Kills one operation at every point."""

    def __init__(self, case: Case, folder: Path, strace: Path, served: Path, url: str) -> None:
        self.case = case
        self.scene = scene(case, folder)
        self._folder = folder
        self._strace = strace
        self._place = served / f"{case.operation}-{case.place}-{case.store}"
        self._url = f"{url}/{self._place.name}/remote.git"

    def points(self, *, every: bool) -> list[Point]:
        """Return the points, learned from runs in which nothing is killed.

        What is on disk and on the wire differs only between calls that change or send something; `every` is all calls.
        """
        self._fresh()
        self._run([])  # Python's own cache is filled
        found = self._own_points()
        for trace in self._git_traces():
            found += _points(trace, int(trace.suffix[1:]))
        return [point for point, line in found if every or not READS.match(line)]

    def _own_points(self) -> list[tuple[Point, str]]:
        """Return the calls of mlgate's own process from where its work begins."""
        self._fresh()
        trace = self._folder / "trace"
        done = self._run([str(self._strace), "-qq", "-o", str(trace), "-e", f"trace={CALLS}"])
        assert done.returncode == 0, done.stderr
        found = _points(trace, 0)
        if self.case.is_command:
            return found
        begins = next(index for index, (_, line) in enumerate(found) if GO in line)
        return found[begins + 1 :]

    def _git_traces(self) -> list[Path]:
        """Return what each git process did, in a run in which nothing is killed."""
        self._fresh()
        done = self._run([], EVERY, f"{self._strace} -qq -o {self._folder}/git.$n -e trace={CALLS}")
        assert done.returncode == 0, done.stderr
        return sorted(self._folder.glob("git.*"), key=lambda trace: int(trace.suffix[1:]))

    def kill(self, point: Point) -> str:
        """Kill at a point; return `old` or `new`, what the registry is then, or raise where a promise is broken.

        Returns `missed` if the call did not happen this time: how often a socket is read is for the network to say.
        """
        self._fresh()
        killed = self._folder / "killed"
        killed.unlink(missing_ok=True)
        inject = f"-qq -o /dev/null -e trace={point.call} -e inject={point.call}:signal=SIGKILL:when={point.number}"
        if point.process:
            done = self._run([], point.process, f"{self._strace} {inject}")
        else:
            done = self._run([str(self._strace), *inject.split()])
        self._settle()
        found = self._look(point)
        self._again(point)
        return found if killed.exists() or (not point.process and done.returncode != 0) else "missed"

    def _fresh(self) -> None:
        copied(self.scene, self._place, self._url)

    def _run(self, before: Sequence[str], process: int = 0, strace: str = "") -> subprocess.CompletedProcess[str]:
        stand_in = self._stand_in(process, strace)
        env = {**registries.variables(), "PATH": f"{stand_in}:{os.environ['PATH']}", "PYTHONHASHSEED": "0"}
        case = self.case
        if case.is_command:
            return command(case, self._place, env, before)
        whole = [*before, sys.executable, "-S", "-E", __file__, case.operation, case.place, case.store]
        whole += [str(self._place), self._url, self.scene.code]
        return subprocess.run(whole, env=env, capture_output=True, text=True, check=False, timeout=120)

    def _stand_in(self, process: int, strace: str) -> Path:
        """Write a `git` that counts itself, and is the real one, under strace where it is the one that is to die."""
        wanted = "" if process == EVERY else f"$n != {process or -1}"
        folder = self._folder / "bin"
        folder.mkdir(exist_ok=True)
        core = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
        count = self._folder / "count"
        count.write_text("0\n")
        script = folder / "git"
        script.unlink(missing_ok=True)
        script.write_text(
            f"#!/bin/sh\nread n < {count}; n=$((n+1)); echo $n > {count}\nexport GIT_EXEC_PATH={folder}\n"
            f'if [ {wanted} ]; then exec {core}/git "$@"; fi\n'
            f'{strace or ":"} {core}/git "$@"; code=$?\n'
            f"if [ $code -ge 128 ]; then echo > {self._folder}/killed; kill -9 $PPID; fi\nexit $code\n"
        )
        script.chmod(0o755)
        for program in Path(core).iterdir():
            if program.name != "git" and not (folder / program.name).is_symlink():
                (folder / program.name).symlink_to(program)
        return folder

    def _settle(self) -> None:
        """Wait until nobody works in the place any more: processes that outlive a killed one, the server's."""
        for _ in range(500):
            if not any(_works_in(self._place, process) for process in Path("/proc").iterdir()):
                return
            time.sleep(0.01)

    def _reader(self) -> Journal:
        """Open the registry as somebody else would: a new clone of the remote, or the repository itself."""
        if self.case.place == "alone":
            return registries.journal(Repository(self._place / "clone"), None)
        clone = self._place / "reader"
        shutil.rmtree(clone, ignore_errors=True)
        registries.bare(self._place, "init", "-q", str(clone))
        return registries.journal(Repository(clone), f"file://{self._place}/remote.git")

    def _look(self, point: Point) -> str:
        journal = self._reader()
        state = journal.read().state
        known = {self.scene.old: "old", self.scene.new: "new"}
        told = self.case.told(state)
        assert told in known, f"{point}: the registry is neither the old nor the new one"
        self._check_blobs(journal, state)
        if self.case.place == "remote":
            self._check_tags(state)
        return known[told]

    def _again(self, point: Point) -> None:
        """Run the operation again in the clone where it was killed; it has to complete, once."""
        for file in (self._place / "clone").rglob("*.model"):
            file.unlink()
        if self.case.is_command:
            done = command(self.case, self._place, registries.variables())
            assert done.returncode == 0, f"{point}: the run after it failed: {done.stderr}"
        else:
            journal = open_place(self.case, self._place, f"file://{self._place}/remote.git")
            perform(self.case, journal, self._place, self.scene.code)
        reader = self._reader()
        state = reader.read().state
        assert self.case.told(state) == self.scene.new, f"{point}: the run after it did not complete"
        self._check_blobs(reader, state)
        self._check_tags(state)

    def _check_tags(self, state: State) -> None:
        at = self._place / ("remote.git" if self.case.place == "remote" else "clone")
        tags = {ref.removeprefix("refs/tags/") for ref in registries.refs(at) if ref.startswith("refs/tags/")}
        assert tags == set(state.tags()), "tags and log differ"

    def _check_blobs(self, journal: Journal, state: State) -> None:
        folder = FolderStore(self._place / "store")
        store = BranchStore(journal) if self.case.store == "branch" else folder
        for entry in state.versions(MODEL):
            for artifact in entry.record().artifacts:
                assert store.has(artifact.digest, artifact.size), f"{artifact.digest} is lost"


def _points(trace: Path, process: int) -> list[tuple[Point, str]]:
    """Return the calls that strace has seen; it counts each kind for itself."""
    counts: Counter[str] = Counter()
    found = []
    for line in trace.read_text(errors="replace").splitlines():
        if named := re.match(r"(\w+)\(", line):
            counts[named[1]] += 1
            found.append((Point(process=process, call=named[1], number=counts[named[1]]), line))
    return found


def _works_in(place: Path, process: Path) -> bool:
    if not process.name.isdigit():
        return False
    try:
        return str(place) in (process / "cmdline").read_text(errors="replace") + str((process / "cwd").readlink())
    except OSError:
        return False


def sampled(points: Sequence[Point], count: int, last: int) -> list[Point]:
    """Return `count` of the points, evenly, and the last ones: there the new registry must be seen."""
    step = max(len(points) / count, 1)
    evenly = [points[int(index * step)] for index in range(min(count, len(points)))]
    return list(dict.fromkeys([*evenly, *points[-last:]]))


def _main(case: Case, folder: Path, url: str, code: str) -> None:
    Path(GO).exists()
    perform(case, open_place(case, folder, url), folder, code)


if __name__ == "__main__":
    _main(Case(operation=sys.argv[1], place=sys.argv[2], store=sys.argv[3]), Path(sys.argv[4]), *sys.argv[5:])
