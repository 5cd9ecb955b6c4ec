"""How a chapter of the demo is played: a branch, a verdict, a merge, a promotion."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
FEW_ROWS = 300


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One pull request.

    Attributes:
        slug: Name of its branch and of its report's folder.
        title: What a person would say about it.
        base: The branch that it wants to merge into.
        edit: Makes the change in the working copy.
        outcome: What has to come out.
        status: The exit status that has to come out.
        merged: Whether it is then merged into main, and promoted.
    """

    slug: str
    title: str
    edit: Callable[[Path], None]
    outcome: str
    status: int
    base: str = "main"
    merged: bool = False


@dataclass(frozen=True, kw_only=True)
class Story:
    """What happens in one repository.

    Attributes:
        repository: The working copy.
        reports: Where each chapter's run folder lies.
        seed: Of the training, and of the choice of the few rows.
        quiet: Whether nothing is told.
    """

    repository: Path
    reports: Path
    seed: int
    quiet: bool

    def play(self, chapter: Chapter) -> dict[str, Any]:
        """Open one pull request, have it judged, tell how it ended, and promote it where it is merged."""
        self.say(f"\n{chapter.title}")
        if chapter.base == "main-few-rows":
            self._branch_with_few_rows()
        git(self.repository, "switch", "--quiet", "--force", "-c", chapter.slug, chapter.base)
        chapter.edit(self.repository)
        self._seed_the_training()
        commit(self.repository, chapter.title)
        self.say(f"  {git(self.repository, 'diff', '--shortstat', chapter.base).strip()}")
        run_folder = self.reports / chapter.slug
        start = time.monotonic()
        ended = self.mlgate("check", "--base", chapter.base, "--run-dir", str(run_folder))
        seconds = time.monotonic() - start
        report = document(run_folder / "report.json", ended)
        self.say(f"  {report['outcome'].upper()}, exit status {ended.returncode}, {seconds:.0f} s")
        for line in lines_of(report):
            self.say(f"    {line}")
        as_told = (report["outcome"], ended.returncode) == (chapter.outcome, chapter.status)
        if not as_told:
            self.say(f"  The story has {chapter.outcome} with exit status {chapter.status} here.")
        told = {
            "slug": chapter.slug,
            "outcome": report["outcome"],
            "status": ended.returncode,
            "seconds": round(seconds, 1),
            "reasons": [reason["id"] for reason in report["reasons"]],
            "as_told": as_told,
            "report": str(run_folder / "report.html"),
        }
        return told | (self.promote(chapter, run_folder) if chapter.merged else {})

    def promote(self, chapter: Chapter, run_folder: Path) -> dict[str, Any]:
        """Merge by squash, push, and promote what was judged."""
        git(self.repository, "switch", "--quiet", "main")
        git(self.repository, "merge", "--quiet", "--squash", chapter.slug)
        commit(self.repository, f"{chapter.title} (squashed)")
        git(self.repository, "push", "--quiet", "origin", "main")
        ended = self.mlgate("promote-model", "--run-dir", str(run_folder))
        promotion = document(run_folder / "promotion.json", ended)
        self.say("  merged and pushed")
        self.tell(ended.stdout)
        return {"version": promotion["version"], "promoted": ended.returncode == 0}

    def roll_back(self) -> dict[str, Any]:
        """Go back to the version before."""
        self.say("\nThe new model disappoints: back to the one before")
        start = time.monotonic()
        ended = self.mlgate("registry", "rollback", "--reason", "late flights were missed at Newark", "--json")
        seconds = time.monotonic() - start
        if ended.returncode != 0:
            sys.exit(f"{ended.stdout}\n{ended.stderr}\nmlgate did not roll back, exit status {ended.returncode}")
        told = json.loads(ended.stdout)
        self.say(f"  rolled back in {seconds:.1f} s, without a build")
        return {"slug": "rollback", "seconds": round(seconds, 1), "as_told": True, "document": told}

    def look_back(self) -> None:
        """Print what the registry knows, and have it checked."""
        for title, *words in (
            ("What is in production", "show"),
            ("How it came to that", "history"),
            ("Is all of it in order", "verify"),
        ):
            self.say(f"\n{title}: mlgate registry {words[0]}")
            ended = self.mlgate("registry", *words)
            if ended.returncode != 0:
                sys.exit(f"{ended.stdout}\n{ended.stderr}\nmlgate registry {words[0]} ended with {ended.returncode}")
            self.tell(ended.stdout)

    def mlgate(self, command: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of mlgate in the repository."""
        script = str(ROOT / "scripts" / f"{command.replace('-', '_')}.py")
        return subprocess.run(
            [sys.executable, script, *words],
            cwd=self.repository,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def tell(self, text: str) -> None:
        """Print what a command printed."""
        for line in text.rstrip().split("\n"):
            self.say(f"  {line}".rstrip())

    def say(self, line: str) -> None:
        """Print a line."""
        say(line, self.quiet)

    def _seed_the_training(self) -> None:
        config = self.repository / "mlgate.yml"
        if f"  seed: {self.seed}\n" not in config.read_text():
            replace(config, ("  run: python train.py\n", f"  run: python train.py\n  seed: {self.seed}\n"))

    def _branch_with_few_rows(self) -> None:
        git(self.repository, "switch", "--quiet", "--force", "-c", "main-few-rows", "main")
        keep_few_rows(self.repository, self.seed)
        commit(self.repository, f"Judge on {FEW_ROWS} flights only")


def keep_few_rows(repository: Path, seed: int) -> None:
    """Cut the holdout to a few flights drawn by seed."""
    holdout = repository / "data" / "holdout.parquet"
    engine = duckdb.connect(config={"threads": 1})
    engine.execute(f"CREATE TABLE few AS FROM '{holdout}' ORDER BY md5(flight_id || '{seed}') LIMIT {FEW_ROWS}")
    engine.execute(f"COPY few TO '{holdout}'")


def document(path: Path, ended: subprocess.CompletedProcess[str]) -> Any:
    """Return a document that a command wrote."""
    if not path.exists():
        sys.exit(f"{ended.stdout}\n{ended.stderr}\nmlgate wrote no {path.name}, exit status {ended.returncode}")
    return json.loads(path.read_text())


def lines_of(report: dict[str, Any]) -> list[str]:
    """Return what a person wants to know: broken rows with their lines, the rules, else the reasons."""
    tables = (report["data"] or {}).get("tables", [])
    lines = [
        f"{table['path']}:{row['line']}: {finding['message']}"
        for table in tables
        for finding in table["findings"]
        for row in finding["rows"][:1]
    ]
    lines += [f"{rule['outcome']:<12} {rule['message']}" for rule in report["rules"]]
    return lines or [f"{reason['id']}: {reason['message']}" for reason in report["reasons"]]


def environment() -> dict[str, str]:
    """Return an environment in which `python` is the one that runs this story."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MLGATE_", "GITHUB_"))}
    # Threads that spin while they wait starve on a busy machine.
    return {**kept, "PATH": path, "OMP_WAIT_POLICY": "passive"}


def replace(path: Path, *changes: tuple[str, str]) -> None:
    """Replace text that has to be there."""
    text = path.read_text()
    for old, new in changes:
        if old not in text:
            sys.exit(f"{path}: the story does not fit this file any more, {old!r} is not in it")
        text = text.replace(old, new)
    path.write_text(text)


def git(repository: Path, *arguments: str) -> str:
    """Run git as nobody in particular."""
    who = ["-c", "user.name=mlgate demo", "-c", "user.email=demo@example.com", "-c", "commit.gpgsign=false"]
    command = ["git", *who, *arguments]
    return subprocess.run(command, cwd=repository, check=True, capture_output=True, text=True).stdout


def commit(repository: Path, message: str) -> None:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", message)


def shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def say(line: str, quiet: bool) -> None:
    if not quiet:
        print(line, flush=True)
