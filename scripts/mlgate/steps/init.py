"""`mlgate init`: write a configuration, contracts inferred from the data, and a workflow into a repository."""

from __future__ import annotations

import os
import re
import shlex
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.config import grammar
from mlgate.core.setup import files, workflows
from mlgate.core.setup.contract import Known, contract_text
from mlgate.core.setup.profile import Profile, task_of, unique_columns
from mlgate.core.words import did_you_mean, shown
from mlgate.errors import ConfigError, InputError, UsageError
from mlgate.options import Common, kebab, option
from mlgate.shell import configuration
from mlgate.shell.git.repository import Git
from mlgate.shell.run_folder import write_atomically
from mlgate.steps import Result, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Ask = Callable[[str], str]

WORKFLOW = Path(".github/workflows/mlgate.yml")
PROMOTION = Path(".github/workflows/promote.yml")
USUAL = ("main", "master")
QUESTIONS = {
    "holdout": "The holdout: a table that no training sees (CSV, Parquet or JSON Lines)",
    "train_table": "The table to train on (empty: none)",
    "key": "The column that names a row",
    "label": "The column that is predicted",
    "run": "The command that trains (empty: the model is brought)",
    "model": "The file that it leaves as the model (empty: none)",
    "predictions": "The file with the predictions for the holdout",
}
REQUIRED = ("holdout", "key", "label", "predictions")
WRITERS = {WORKFLOW.name: workflows.workflow_text, PROMOTION.name: workflows.promote_text}
JOBS = {WORKFLOW.name: workflows.check_jobs, PROMOTION.name: workflows.promote_jobs}
INSTALL = {
    "requirements.txt": "pip install -r requirements.txt",
    "pyproject.toml": "pip install .",
    "setup.py": "pip install .",
}


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Write a configuration, contracts inferred from the data, and a workflow; a terminal is asked what is missing."""

    holdout: str | None = option("The table that judges; no training sees it.", default=None)
    train_table: str | None = option("The table to train on.", default=None)
    key: str | None = option(
        "The column that names a row; by default the one column that tells all apart.", default=None
    )
    label: str | None = option("The column that is predicted.", default=None)
    run: str | None = option("The command that trains.", default=None)
    model: str | None = option(
        "The file that training leaves as the model, relative to the configuration's folder.", default=None
    )
    predictions: str | None = option(
        "The file with the predictions for the holdout, relative to the configuration's folder.", default=None
    )
    name: str | None = option("The model's name; by default that of the folder.", default=None)
    force: bool = option("Write over files that are there.", default=False, flag=True)


def run(inputs: Inputs, world: World, *, ask: Ask | None = None) -> Result:
    """Write the files, all or none.

    Args:
        inputs: The command's options.
        world: Where to write.
        ask: Puts a question to a person; by default on standard input and error if both are a terminal.
    """
    ask = ask or _terminal()
    folder = (world.cwd / inputs.config).parent
    answers = _told(inputs)
    if ask is not None:
        _ask_for(answers, ("holdout", "train_table"), ask)
    profiles = _profiles(answers, world, complete=ask is None)
    _propose_key(answers, profiles, ask)
    if ask is not None:
        _ask_for(answers, ("label", "run", "model", "predictions"), ask)
    _check(answers, profiles)
    written = _texts(answers, profiles, inputs, world)
    jobs = _workflows(answers, inputs, world)
    kept = [path for path, job in jobs.items() if _is_others(path, job.model, force=inputs.force)]
    written |= {path: WRITERS[path.name](job) for path, job in jobs.items() if path not in kept}
    _check_texts(written, folder, world)
    _write(written, force=inputs.force)
    notes = [_to_add(path, jobs[path], world) for path in kept]
    return Result(
        text="\n".join([*_summary(written, world, answers), *notes]),
        outputs={"outcome": "pass", "config-path": str(inputs.config)},
    )


def _terminal() -> Ask | None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None

    def ask(question: str) -> str:
        sys.stderr.write(f"{question}: ")
        sys.stderr.flush()
        return sys.stdin.readline().strip()

    return ask


def _told(inputs: Inputs) -> dict[str, str]:
    own = {item.name for item in fields(Inputs)} & {*QUESTIONS, "name"}
    return {name: str(getattr(inputs, name)) for name in sorted(own) if getattr(inputs, name)}


def _ask_for(answers: dict[str, str], names: tuple[str, ...], ask: Ask) -> None:
    for name in names:
        if name not in answers and (answer := ask(QUESTIONS[name]).strip()):
            answers[name] = answer


def _profiles(answers: dict[str, str], world: World, *, complete: bool) -> dict[str, Profile]:
    """Read the tables; without a person to ask, say first what cannot be concluded from them."""
    needed = [name for name in REQUIRED if name not in answers and name != "key"] if complete else []
    if "holdout" not in answers or needed:
        _refuse_missing([name for name in REQUIRED if name not in answers and name != "key"])
    from mlgate.shell.tables.files import one_file  # noqa: PLC0415 - as below
    from mlgate.shell.tables.profile import profile  # noqa: PLC0415 - duckdb takes 180 ms to import

    paths = {"holdout": answers["holdout"], "train": answers.get("train_table")}
    return {name: profile(one_file(world.cwd / path, path)) for name, path in paths.items() if path}


def _refuse_missing(names: list[str]) -> None:
    flags = [f"--{kebab(name)}" for name in names]
    what = "; ".join(f"{flag}: {QUESTIONS[name]}" for flag, name in zip(flags, names, strict=True))
    raise UsageError(f"missing: {what}", remedy=f"Add {', '.join(flags)}, or run `mlgate init` on a terminal.")


def _propose_key(answers: dict[str, str], profiles: dict[str, Profile], ask: Ask | None) -> None:
    if "key" in answers:
        return
    unique = [name for name in unique_columns(profiles["holdout"]) if name != answers.get("label")]
    for other in profiles.values():
        unique = [name for name in unique if name in unique_columns(other)]
    if ask is not None:
        hint = f" (empty: {unique[0]})" if unique else ""
        answer = ask(QUESTIONS["key"] + hint).strip()
        answers.update({"key": answer or unique[0]} if answer or unique else {})
    elif len(unique) == 1:
        answers["key"] = unique[0]
    else:
        found = f"these tell all rows apart: {', '.join(unique)}" if unique else "no one column tells all rows apart"
        raise UsageError(
            f"--key is missing, and {found}",
            remedy="Add `--key COLUMN`; where several columns name a row, join them into one while preparing the data.",
        )


def _check(answers: dict[str, str], profiles: dict[str, Profile]) -> None:
    missing = [name for name in REQUIRED if name not in answers]
    if missing:
        _refuse_missing(missing)
    mistakes = []
    for table, profile in profiles.items():
        for flag in ("key", "label"):
            if answers[flag] not in profile.by_name:
                close = did_you_mean(answers[flag], profile.by_name)
                mistakes.append(f"--{flag}: the {table} table has no column {shown(answers[flag])}{close}")
        key = profile.by_name.get(answers["key"])
        if key is not None and (key.nulls or key.distinct != profile.rows):
            mistakes.append(f"--key: in the {table} table {shown(key.name)} has null or doubled values")
    if answers["key"] == answers["label"]:
        mistakes.append("--label: it is the key")
    if mistakes:
        known = ", ".join(profiles["holdout"].by_name)
        raise UsageError("; ".join(mistakes), remedy=f"The holdout's columns: {known:.500}.")


def _texts(answers: dict[str, str], profiles: dict[str, Profile], inputs: Inputs, world: World) -> dict[Path, str]:
    """Return the configuration and the contracts, by absolute path."""
    folder = (world.cwd / inputs.config).parent
    tables = {"train": answers.get("train_table"), "holdout": answers["holdout"]}
    setup = files.Setup(
        model=_model(answers, folder),
        tables={name: _relative(path, folder, world) for name, path in tables.items() if path},
        contracts={name: f"contracts/{name}.yml" for name in profiles},
        key=answers["key"],
        label=answers["label"],
        task=task_of(profiles["holdout"].by_name[answers["label"]]),
        run=answers.get("run"),
        model_file=answers.get("model"),
        predictions=answers["predictions"],
    )
    texts = {world.cwd / inputs.config: files.config_text(setup)}
    for name, profile in profiles.items():
        known = Known(
            key=answers["key"],
            label=answers["label"],
            without_overlap="train" if name == "holdout" and "train" in profiles else None,
            command="mlgate init",
        )
        other = profiles.get("train" if name == "holdout" else "holdout")
        texts[folder / setup.contracts[name]] = contract_text(profile, other, known)
    return texts


def _workflows(answers: dict[str, str], inputs: Inputs, world: World) -> dict[Path, workflows.Job]:
    """Return what each workflow has to do for this model, by absolute path."""
    root = _repository(world.cwd)
    job = workflows.Job(
        config=os.path.relpath(world.cwd / inputs.config, root).replace(os.sep, "/"),
        model=_model(answers, (world.cwd / inputs.config).parent),
        files=tuple(answers[name] for name in ("model", "predictions") if name in answers),
        install=_install(root),
        branch=_branch(world, root),
    )
    return {root / path: job for path in (WORKFLOW, *([PROMOTION] if "model" in answers else []))}


def _is_others(path: Path, model: str, *, force: bool) -> bool:
    """Tell whether a workflow stays as it is: it serves another model, or `--force` was not given."""
    if not path.is_file():
        return False
    text = path.read_text(encoding="utf-8", errors="replace")
    return not force or bool(set(re.findall(r"\bname: mlgate-(\S+)", text)) - {model})


def _to_add(path: Path, job: workflows.Job, world: World) -> str:
    """Return what a person has to add to a workflow that stays as it is."""
    name = os.path.relpath(path, world.cwd)
    lines = "\n".join(JOBS[path.name](job.beside_others()))
    return f"\n{name} is there already and stays as it is. Add below its `jobs:`:\n\n{lines}"


def _model(answers: dict[str, str], folder: Path) -> str:
    return answers.get("name") or _slug(folder.resolve().name)


def _repository(cwd: Path) -> Path:
    """Return the root of the git repository around `cwd`, or `cwd` itself outside one."""
    return next((folder for folder in (cwd, *cwd.parents) if (folder / ".git").exists()), cwd)


def _branch(world: World, root: Path) -> str:
    """Return the default branch, as far as the clone knows it."""
    git = Git.discover(root, world.env)
    if git is None:
        return USUAL[0]
    for name in ("refs/remotes/origin/HEAD", "HEAD"):
        said = git.ask(["symbolic-ref", "--short", name]).stdout.decode(errors="replace").strip()
        branch = said.removeprefix("origin/")
        if branch and (name != "HEAD" or branch in USUAL):
            return branch
    return USUAL[0]


def _install(root: Path) -> str | None:
    return next((command for name, command in INSTALL.items() if (root / name).is_file()), None)


def _slug(name: str) -> str:
    """Return a folder's name as a model's name."""
    slug = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:64].strip("-")
    return slug if grammar.NAME.fullmatch(slug) else "model"


def _relative(path: str, folder: Path, world: World) -> str:
    return os.path.relpath(world.cwd / path, folder).replace(os.sep, "/")


def _check_texts(texts: dict[Path, str], folder: Path, world: World) -> None:
    """Read everything back before anything is written: a name can be one that no configuration holds."""
    for path, text in texts.items():
        name = os.path.relpath(path, world.cwd)
        try:
            if path.parent == folder:
                configuration.parse(text.encode(), name)
            elif path.parent.name == "contracts":
                configuration.parse_contract(text.encode(), name)
        except ConfigError as error:
            problem = error.problems[0]
            raise UsageError(f"{name} cannot be written: {problem.message}", remedy=problem.remedy) from None


def _write(texts: dict[Path, str], *, force: bool) -> None:
    """Write all files, or none: what was there comes back if one of them fails."""
    there = [str(path) for path in texts if path.exists() or path.is_symlink()]
    if there and not force:
        raise UsageError(
            f"already there: {', '.join(there)}", remedy="Nothing was written. `--force` writes over them."
        )
    before: dict[Path, bytes | None] = {}
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            before[path] = path.read_bytes() if path.is_file() else None
            write_atomically(path, text.encode())
    except OSError as error:
        _restore(before)
        raise InputError(
            f"{error.filename} cannot be written: {error.strerror}", remedy="Nothing was written. Correct the folder."
        ) from None


def _restore(before: dict[Path, bytes | None]) -> None:
    for path, data in before.items():
        if data is None:
            path.unlink(missing_ok=True)
        else:
            write_atomically(path, data)


def _summary(texts: dict[Path, str], world: World, answers: dict[str, str]) -> list[str]:
    names = [os.path.relpath(path, world.cwd) for path in texts]
    option = "" if names[0] == "mlgate.yml" else f" --config {shlex.quote(names[0])}"
    check = f"mlgate check{option}{'' if 'model' in answers else ' --base HEAD'}"
    return [
        "Wrote:",
        *(f"  {name}" for name in names),
        "",
        "Next:",
        "  Read the contracts: they say what is true of the data today, and you decide what must stay true.",
        *_advice(answers, apart="/" in names[0]),
        f"  `{check}` runs the whole check here, as a pull request that adds these files.",
        "  Commit these files, and the holdout unless git already tracks it, and open a pull request.",
    ]


def _advice(answers: dict[str, str], *, apart: bool) -> Iterator[str]:
    if apart and "run" in answers:
        yield "  Name `train.inputs` in the configuration: without it, any change in the repository trains this model."
    left = [answers[name] for name in ("model", "predictions") if name in answers and "run" in answers]
    if files.is_pickle(answers.get("model", "")):
        yield f"  {answers['model']} is a pickle by its name: judged, but not promoted, as loading one runs code."
        yield "    Save the model as skops, ONNX or safetensors, or see `allow-pickle` in the configuration."
    if left:
        yield f"  Let git ignore what training leaves, by lines in .gitignore: {', '.join(left)}"
