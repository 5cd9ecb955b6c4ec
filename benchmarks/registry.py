"""G1 and G2: the registry at 10,000 records against floors, side by side, and the real GTO beside it.

    .venv/bin/python benchmarks/registry.py [RECORDS] [--gto PYTHON]

G1: `mlgate registry show` and `history` as whole processes against a script that only lists, reads and folds, plus what
a command of ours takes to start: its time on one record beyond the script's. The goal is at most 1.3; the ratio to the
script alone stands beside, by the clock and in CPU time. G2: promoting (two records, their tags,
the pages, one push) against one record's commit by plumbing and its push; the goal is at most 2, and that the remote
grows by at most 4 KB a record. GTO shows 1,000 tags beside it: the one of `make tools`, or of the Python of `--gto`.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from tests import registries  # noqa: E402 - the path first
from tests.registries import BRANCH, MODEL  # noqa: E402
from tests.repository import Repository  # noqa: E402
from tests.toolbox import TOOLS  # noqa: E402

from mlgate.core.outcome import Outcome  # noqa: E402
from mlgate.core.registry.log import names, plan  # noqa: E402
from mlgate.core.registry.log.record import (  # noqa: E402
    Digests,
    Event,
    Measured,
    Record,
    Run,
    StoredArtifact,
    Verdict,
    digest_of,
    encode,
    path_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FLOORS = ROOT / "benchmarks" / "floors"
TIMES, ROUNDS = 9, 15
G1, G2, GROWTH, AT_GTO = 1.3, 2.0, 4.0, 1_000
PARTS = ("model", "holdout-predictions", "profile", "report", "card", "environment", "provenance", "manifest")


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def registration(number: int, commit: str) -> Record:
    """Return a register record as large as those of a real promotion."""
    rules = tuple(
        Measured(
            metric=metric,
            value=round(0.8 + number * 37 % 97 / 1000, 4),
            against="promoted",
            baseline=0.79,
            interval=(-0.001, 0.004),
            outcome=Outcome.PASS,
        )
        for metric in ("accuracy", "roc_auc", "f1", "neg_log_loss")
    )
    return Record(
        sequence=0,
        event=Event.REGISTER,
        model=MODEL,
        version=f"v1.{number}.0",
        actor=f"user{number % 9}",
        time=_time(number),
        commit=commit,
        pull_request=number,
        run=Run(id=10**9 + number, url=f"https://github.com/octo/flights/actions/runs/{10**9 + number}", event="push"),
        report_digest=sha(f"report {number}"),
        verdict=Verdict(outcome=Outcome.PASS, rules=rules, rows=100_000),
        digests=_digests(number),
        artifacts=tuple(_artifact(name, number) for name in PARTS),
        format="skops",
        approved_by=("lead",),
    )


def _digests(number: int) -> Digests:
    holdout = sha(str(number // 50))
    return Digests(
        inputs=sha(f"i{number}"),
        config=sha("c"),
        contracts={"flights.yml": sha("k")},
        data={"train": sha(f"t{number}"), "holdout": holdout},
        holdout=holdout,
        model=sha(f"m{number}"),
    )


def _artifact(name: str, number: int) -> StoredArtifact:
    digest = sha(f"{name} {number}")
    return StoredArtifact(name=name, file=f"{name}.bin", digest=digest, size=1234567 + number, store="branch")


def _time(number: int) -> str:
    seconds = 1_700_000_000 + number * 60
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def log(records: int, commits: Sequence[str]) -> Iterator[tuple[Record, bytes]]:
    """Give a log: versions, each made from a commit of its own, each of which comes to production at once."""
    previous = None
    for sequence in range(1, records + 1):
        number = (sequence + 1) // 2
        record = registration(number, commits[number])
        place: dict[str, Any] = {"sequence": sequence, "previous": previous}
        if sequence % 2 == 0:
            kept = ("model", "version", "actor", "time", "commit", "approved_by")
            tag = names.stage_tag(MODEL, "production", number)
            fields = {name: getattr(record, name) for name in kept}
            found = Record(event=Event.ASSIGN, stage="production", tag=tag, **fields, **place)
        else:
            tag = names.version_tag(MODEL, str(record.version))
            found = dataclasses.replace(record, tag=tag, **place)
        data = encode(found)
        previous = digest_of(data)
        yield found, data


def build(folder: Path, records: int) -> Repository:
    """Make a repository whose registry has so many records, by fast-import."""
    made = Repository.new(folder)
    commits = [made.commit({"train.py": "print(1)\n"})]
    tree = made.git("rev-parse", "HEAD^{tree}")
    process = subprocess.Popen(
        ["git", "fast-import", "--quiet"], cwd=folder, env=registries.variables(), stdin=subprocess.PIPE
    )
    assert process.stdin is not None
    for _ in range((records + 1) // 2):
        process.stdin.write(_code(commits, tree))
    for record, data in log(records, commits):
        for part in _imported(record, data):
            process.stdin.write(part)
    process.stdin.close()
    assert process.wait() == 0
    made.git("pack-refs", "--all")
    return made


def _code(commits: list[str], tree: str) -> bytes:
    """Return what imports one more commit of main, whose id is added: GTO knows a version by its commit."""
    who, message = f"a <a@example.org> {1_700_000_000 + len(commits)} +0000", "x\n"
    text = f"tree {tree}\nparent {commits[-1]}\nauthor {who}\ncommitter {who}\n\n{message}".encode()
    start = f"commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata {len(message)}\n{message}"
    start += f"from {commits[-1]}\n\n" if len(commits) == 1 else "\n"
    commits.append(hashlib.sha1(b"commit %d\0" % len(text) + text, usedforsecurity=False).hexdigest())
    return start.encode()


def _imported(record: Record, data: bytes) -> Iterator[bytes]:
    message = f"{record.event.value}\n\nMlgate-Record: {digest_of(data)}\nMlgate-Sequence: {record.sequence}\n".encode()
    who = b"a <a@example.org> %d +0000\n" % (1_700_000_000 + record.sequence * 30)
    yield b"commit %s\ncommitter %sdata %d\n%s\n" % (BRANCH.encode(), who, len(message), message)
    yield b"M 644 inline %s\ndata %d\n%s\n" % (path_of(record.sequence).encode(), len(data), data)
    tag = str(record.tag).encode()
    yield b"tag %s\nfrom %s\ntagger %sdata %d\n%s\n" % (tag, str(record.commit).encode(), who, len(message), message)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Taken:
    """What a command took, in seconds: on the clock, and of all processors by it and the processes that it started."""

    wall: float
    cpu: float


def taken(command: Sequence[str], at: Path) -> Taken:
    """Run a command that has to end well, and return what it took."""
    before, start = _cpu(), time.perf_counter()
    done = subprocess.run(command, cwd=at, env=registries.variables(), capture_output=True, text=True, check=False)
    wall = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return Taken(wall=wall, cpu=_cpu() - before)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def reading(made: Repository, one: Repository) -> list[bool]:
    """Print G1; return whether each goal is met."""
    return [_read(made, one, name) for name in ("show", "history")]


def _read(made: Repository, one: Repository, name: str) -> bool:
    floor = [sys.executable, str(FLOORS / "registry_fold.py")]
    cases = [(command, where.root) for where in (made, one) for command in (_ours(name), floor)]
    for case in cases:
        taken(*case)
    rounds = [[taken(*case) for case in cases] for _ in range(TIMES)]
    mine, least, started, floored = (
        statistics.median(one.wall for one in side) * 1e3 for side in zip(*rounds, strict=True)
    )
    met = _goal(f"G1 registry {name}", mine, least + started - floored, G1)
    print(f"{'   to the script alone':22} {mine:7.0f} ms  floor {least:7.0f} ms  ratio {mine / least:5.2f}", flush=True)
    mine, least, *_ = (statistics.median(one.cpu for one in side) * 1e3 for side in zip(*rounds, strict=True))
    print(f"{'   its CPU time':22} {mine:7.0f} ms  floor {least:7.0f} ms  ratio {mine / least:5.2f}", flush=True)
    return met


def _ours(name: str) -> list[str]:
    return [sys.executable, str(ROOT / "scripts" / "registry.py"), name]


def _goal(name: str, ours: float, floor: float, goal: float) -> bool:
    ratio = ours / floor
    met = ratio <= goal
    print(
        f"{name:22} {ours:7.0f} ms  floor {floor:7.0f} ms  ratio {ratio:5.2f}  goal {goal:4.2f}  {_word(met)}",
        flush=True,
    )
    return met


def _word(met: bool) -> str:
    return "ok" if met else "MISSED"


def writing(made: Repository, folder: Path, records: int) -> list[bool]:
    """Print G2; return whether each goal is met."""
    commit = made.git("rev-parse", "main")
    remotes = [folder / "ours.git", folder / "floor.git"]
    for remote in remotes:
        shutil.copytree(made.root / ".git", remote)
        Repository(remote).git("config", "core.bare", "true")
        Repository(remote).git("config", "receive.autogc", "false")
    floor = folder / "floor-clone"
    options = ["--bare", "--depth=1", "--no-tags", "--single-branch", "-b", names.BRANCH]
    made.git("clone", "-q", *options, f"file://{remotes[1]}", str(floor))
    before = _size(remotes[0])
    mine = list(_promotions(remotes[0], folder / "clone", commit, records))
    grown = (_size(remotes[0]) - before) / (2 * ROUNDS) / 1000
    packed = _packed(remotes[0], made.root / ".git")
    command = [sys.executable, str(FLOORS / "registry_push.py"), str(floor), str(ROUNDS), str(records + 1)]
    told = subprocess.run(command, env=registries.variables(), capture_output=True, text=True, check=True).stdout
    least = statistics.median(json.loads(told))
    met = [_goal("G2 promote", statistics.median(mine), least, G2), grown <= GROWTH]
    print(f"G2 growth              {grown:.1f} KB a record, two a push  goal {GROWTH:.1f}  {_word(met[1])}", end="")
    print(f"  ({packed:.1f} KB after the remote's `git gc`)")
    return met


def _packed(after: Path, before: Path) -> float:
    """Return by how many KB a record the remote has grown once it has packed what it got."""
    sizes = []
    for repository in (before, after):
        copy = after.with_suffix(".packed")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(repository, copy)
        Repository(copy).git("-c", "core.bare=true", "gc", "-q", "--prune=now")
        sizes.append(_size(copy))
    return (sizes[1] - sizes[0]) / (2 * ROUNDS) / 1000


def _promotions(remote: Path, to: Path, commit: str, records: int) -> Iterator[float]:
    """Promote in a clone of depth 1, and give the milliseconds of each commit and push."""
    Repository(remote).git("clone", "-q", "--depth=1", "--no-tags", "-b", "main", f"file://{remote}", str(to))
    journal = registries.journal(Repository(to), f"file://{remote}")
    journal.read()
    for number in range(records, records + ROUNDS):
        draft = registration(number, commit)
        start = time.perf_counter()
        journal.append(lambda state, draft=draft: plan.promote(state, draft=draft, stages=["production"]))  # type: ignore[misc]
        yield (time.perf_counter() - start) * 1e3


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _gto() -> str:
    """Return the Python of the environment that `make tools` made, else this one."""
    found = shutil.which("gto", path=str(TOOLS))
    return str(Path(found).resolve().parent / "python") if found else sys.executable


def beside_gto(folder: Path, python: str) -> None:
    """Print what GTO takes for 1,000 tags, and ours for 1,000 records."""
    if subprocess.run([python, "-c", "import gto"], capture_output=True, check=False).returncode != 0:
        print(f"GTO: skipped, {python} has no module gto: `make tools` makes an environment that has it")
        return
    made = build(folder / "gto", AT_GTO)
    made.git("checkout", "-q", "-f", "main")
    ours, theirs = (taken(command, made.root).wall for command in (_ours("show"), [python, "-m", "gto.cli", "show"]))
    print(f"at {AT_GTO:,} records: mlgate registry show {ours * 1e3:.0f} ms, gto show {theirs * 1e3:.0f} ms", end="")
    print(f", {theirs / ours:.0f} times as long")


def main() -> None:
    """Print every figure; exit with 1 if one misses its goal."""
    options = argparse.ArgumentParser()
    options.add_argument("records", nargs="?", type=int, default=10_000)
    options.add_argument("--gto", default=_gto())
    asked = options.parse_args()
    os.environ["GIT_CONFIG_GLOBAL"] = "/dev/null"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = build(folder / "registry", asked.records)
        met = [*reading(made, build(folder / "one", 1)), *writing(made, folder, asked.records)]
        beside_gto(folder, asked.gto)
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
