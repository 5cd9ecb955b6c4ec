"""Play the story of one model in a scratch repository: real flights, real commits, real verdicts, a real registry.

    make demo

Each chapter is a pull request: a branch from main with one commit, judged by `mlgate check --base main`. What passes is
merged by squash, pushed to a bare repository beside it, and promoted: the very bytes that were judged. Every line about
an outcome is read from the documents of that run, or printed by the command itself.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from story import FEW_ROWS, Chapter, Story, commit, git, replace, say, shown

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPIED = ("train.py", "requirements.txt", "README.md")
ADOPTED = ("mlgate.yml", "contracts")
MARK = ".mlgate-demo"  # only a folder that bears this is ever deleted


def adopting(repository: Path) -> None:
    """The pull request that adds mlgate to a repository with data and a training script."""
    for name in ADOPTED:
        (shutil.copytree if (HERE / name).is_dir() else shutil.copy)(HERE / name, repository / name)


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
    Chapter(
        slug="adopting", title="Adopting mlgate: a first model", edit=adopting, outcome="pass", status=0, merged=True
    ),
    Chapter(
        slug="boosted-trees-few-rows",
        title=f"A good change, judged on {FEW_ROWS} flights: boosted trees",
        edit=boosted_trees,
        outcome="inconclusive",
        status=0,
        base="main-few-rows",
    ),
    Chapter(
        slug="boosted-trees",
        title="The same change, judged on all flights",
        edit=boosted_trees,
        outcome="pass",
        status=0,
        merged=True,
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
    repository = make_repository(folder)
    story = Story(repository=repository, reports=folder / "reports", seed=options.seed, quiet=options.json)
    results = [story.play(chapter) for chapter in CHAPTERS]
    results.append(story.roll_back())
    story.look_back()
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


def make_repository(folder: Path) -> Path:
    """Make the repository as it stands before the story, data and a training script, and a bare one to push to."""
    repository = folder / "flight-delays"
    repository.mkdir()
    for name in COPIED:
        shutil.copy(HERE / name, repository / name)
    if not (HERE / "data" / "weather.csv").exists():
        subprocess.run([sys.executable, str(HERE / "prepare.py")], check=True, stdout=sys.stderr)
    shutil.copytree(HERE / "data", repository / "data")
    (repository / ".gitignore").write_text("model.skops\npredictions.parquet\nmlgate-run/\n")
    git(repository, "init", "--quiet", "--initial-branch=main")
    git(repository, "init", "--quiet", "--bare", "--initial-branch=main", str(folder / "origin.git"))
    git(repository, "config", "user.name", "mlgate demo")  # whom the registry then names
    git(repository, "remote", "add", "origin", str(folder / "origin.git"))
    commit(repository, "Data and a training script")
    git(repository, "push", "--quiet", "origin", "main")
    return repository


if __name__ == "__main__":
    sys.exit(main())
