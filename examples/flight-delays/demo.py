"""Play the story of one model in a scratch repository: real flights, real commits, real verdicts.

    make demo

Each chapter is a pull request: a branch from main with one commit, judged by `mlgate check --base main`. Every line
about an outcome is read from the `report.json` of that run.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FEW_ROWS = 300
COPIED = ("train.py", "mlgate.yml", "contracts", "requirements.txt", "README.md")
MARK = ".mlgate-demo"  # only a folder that bears this is ever deleted


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
    """

    slug: str
    title: str
    edit: Callable[[Path], None]
    outcome: str
    status: int
    base: str = "main"


def boosted_trees(repository: Path) -> None:
    """A good change: another estimator."""
    replace(
        repository / "train.py",
        (
            "from sklearn.linear_model import LogisticRegression",
            "from sklearn.ensemble import HistGradientBoostingClassifier",
        ),
        (
            "LogisticRegression(max_iter=200, random_state=seed)",
            "HistGradientBoostingClassifier(max_iter=40, random_state=seed)",
        ),
        (
            '(OneHotEncoder(handle_unknown="ignore"), WORDS)',
            '(OneHotEncoder(handle_unknown="ignore", sparse_output=False), WORDS)',
        ),
    )


def lost_feature(repository: Path) -> None:
    """A bad change: a clean-up that drops the best feature."""
    replace(repository / "train.py", ('"hour", "dep_delay", ', '"hour", '))


def broken_export(repository: Path) -> None:
    """Corrupt data: an export that writes a word where a number belongs, and a humidity of 104 %."""
    path = repository / "data" / "weather.csv"
    lines = path.read_text().split("\n")
    lines[1041] = re.sub(r"^([^,]*,[^,]*),[^,]*", r"\1,mild", lines[1041])
    lines[20003] = re.sub(r"^([^,]*,[^,]*,[^,]*),[^,]*", r"\1,104.2", lines[20003])
    path.write_text("\n".join(lines))


def better_words(repository: Path) -> None:
    """A documentation change."""
    with (repository / "README.md").open("a") as file:
        file.write("\nAsk the data team before changing a contract.\n")


CHAPTERS = (
    Chapter(slug="boosted-trees", title="A good change: boosted trees", edit=boosted_trees, outcome="pass", status=0),
    Chapter(
        slug="boosted-trees-few-rows",
        title=f"The same change, judged on {FEW_ROWS} flights",
        edit=boosted_trees,
        outcome="inconclusive",
        status=0,
        base="main-few-rows",
    ),
    Chapter(slug="lost-feature", title="A bad change: a feature got lost", edit=lost_feature, outcome="fail", status=3),
    Chapter(slug="broken-export", title="Corrupt data: a broken export", edit=broken_export, outcome="fail", status=3),
    Chapter(slug="better-words", title="A documentation change", edit=better_words, outcome="pass", status=0),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--to", type=Path, default=ROOT / "demo", help="scratch folder, made anew")
    parser.add_argument("--seed", type=int, default=0, help="of the training, and of the choice of the few rows")
    parser.add_argument("--json", action="store_true", help="print what happened as JSON")
    options = parser.parse_args()
    folder = fresh(options.to.resolve())
    say(f"Making a repository with every flight out of New York City in 2013 in {shown(folder)}", options.json)
    repository = make_repository(folder, options.seed)
    results = [play(chapter, repository, folder / "reports" / chapter.slug, options.json) for chapter in CHAPTERS]
    if options.json:
        print(json.dumps(results, indent=2))
    told = all(result["as_told"] for result in results)
    say(f"\nThe reports are in {shown(folder / 'reports')}: open a report.html in a browser.", options.json)
    return 0 if told else 1


def fresh(folder: Path) -> Path:
    """Make the scratch folder anew; refuse to delete one that is not ours."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        sys.exit(f"{folder} is not a folder that this demo made: choose another one with --to")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARK).touch()
    return folder


def make_repository(folder: Path, seed: int) -> Path:
    """Make the repository as it stands before the story: data, contracts, and the model that is in production."""
    repository = folder / "flight-delays"
    repository.mkdir()
    for name in COPIED:
        (shutil.copytree if (HERE / name).is_dir() else shutil.copy)(HERE / name, repository / name)
    if not (HERE / "data" / "weather.csv").exists():
        subprocess.run([sys.executable, str(HERE / "prepare.py")], check=True, stdout=sys.stderr)
    shutil.copytree(HERE / "data", repository / "data")
    replace(repository / "mlgate.yml", ("  run: python train.py\n", f"  run: python train.py\n  seed: {seed}\n"))
    (repository / ".gitignore").write_text("model.skops\npredictions.parquet\nmlgate-run/\n")
    subprocess.run(["python", "train.py"], cwd=repository, check=True, env=environment(seed), stdout=sys.stderr)
    (repository / "baselines").mkdir()
    (repository / "predictions.parquet").rename(repository / "baselines" / "current.parquet")
    git(repository, "init", "--quiet", "--initial-branch=main")
    commit(repository, "The model in production")
    git(repository, "switch", "--quiet", "-c", "main-few-rows")
    keep_few_rows(repository, seed)
    commit(repository, f"Judge on {FEW_ROWS} flights only")
    return repository


def keep_few_rows(repository: Path, seed: int) -> None:
    """Cut the holdout, and the predictions of the model in production, to a few flights drawn by seed."""
    holdout, current = repository / "data" / "holdout.parquet", repository / "baselines" / "current.parquet"
    engine = duckdb.connect(config={"threads": 1})
    engine.execute(
        f"CREATE TABLE few AS FROM '{holdout}' ORDER BY md5(flight_id || '{seed}') LIMIT {FEW_ROWS};"
        f"CREATE TABLE few_current AS FROM '{current}' SEMI JOIN few USING (flight_id);"
    )
    engine.execute(f"COPY few TO '{holdout}'; COPY few_current TO '{current}';")


def play(chapter: Chapter, repository: Path, run_folder: Path, quiet: bool) -> dict[str, Any]:
    """Open one pull request, have it judged, and tell how it ended from its report."""
    say(f"\n{chapter.title}", quiet)
    git(repository, "switch", "--quiet", "--force", "-c", chapter.slug, chapter.base)
    chapter.edit(repository)
    commit(repository, chapter.title)
    say(f"  {git(repository, 'diff', '--shortstat', chapter.base).strip()}", quiet)
    start = time.monotonic()
    check = [sys.executable, str(ROOT / "scripts" / "check.py"), "--base", chapter.base, "--run-dir", str(run_folder)]
    ended = subprocess.run(check, cwd=repository, env=environment(None), capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start
    report_path = run_folder / "report.json"
    if not report_path.exists():
        sys.exit(f"{ended.stdout}\n{ended.stderr}\nmlgate made no report, exit status {ended.returncode}")
    report = json.loads(report_path.read_text())
    say(f"  {report['outcome'].upper()}, exit status {ended.returncode}, {seconds:.0f} s", quiet)
    for line in lines_of(report):
        say(f"    {line}", quiet)
    as_told = (report["outcome"], ended.returncode) == (chapter.outcome, chapter.status)
    if not as_told:
        say(f"  The story has {chapter.outcome} with exit status {chapter.status} here.", quiet)
    return {
        "slug": chapter.slug,
        "outcome": report["outcome"],
        "status": ended.returncode,
        "seconds": round(seconds, 1),
        "reasons": [reason["id"] for reason in report["reasons"]],
        "as_told": as_told,
        "report": str(run_folder / "report.html"),
    }


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


def environment(seed: int | None) -> dict[str, str]:
    """Return an environment in which `python` is the one that runs this story."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    extra = {} if seed is None else {"MLGATE_TRAIN_SEED": str(seed)}
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MLGATE_", "GITHUB_"))}
    # Threads that spin while they wait starve on a busy machine.
    return {**kept, "PATH": path, "OMP_WAIT_POLICY": "passive", **extra}


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


if __name__ == "__main__":
    sys.exit(main())
