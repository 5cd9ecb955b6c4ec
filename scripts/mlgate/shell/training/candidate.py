"""Make a candidate: run the user's command, or fit the named estimator, and see what it left."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.documents.shared import Reason
from mlgate.core.documents.training import Artifact, Environment, TrainingSource
from mlgate.core.gate import inputs
from mlgate.core.training import ending
from mlgate.core.training.budget_files import budgets_of, number
from mlgate.core.training.environment import cleaned, secrets
from mlgate.core.training.log import Log
from mlgate.errors import InputError
from mlgate.shell.training import command, estimator, interpreter, repeats, worker
from mlgate.shell.training import place as training_place
from mlgate.shell.training.outputs import Outputs
from mlgate.shell.training.place import Place
from mlgate.shell.training.plain import Plain
from mlgate.shell.training.trained import Trained

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlgate.core.config.model import Budget, Config, Train
    from mlgate.core.documents.training import Number
    from mlgate.core.gate.policy import Policy
    from mlgate.core.training.ending import Ended
    from mlgate.shell.base.policy import Judge
    from mlgate.shell.run_folder import RunFolder
    from mlgate.shell.world import World

MOST_BYTES = 10_000_000  # of a JSON file that holds a few numbers


def candidate(policy: Policy, judge: Judge, folder: RunFolder, world: World) -> Trained:
    """Train the working copy's candidate.

    Raises:
        InputError: A declared output is tracked by git or is an input; the holdout cannot be read.
        OutsideError: The shell cannot be started.
    """
    config = policy.working
    scratch = folder.path.resolve() / "training"
    tables = training_place.tables(config, judge.config_folder)
    budgets = budgets_of((config, policy.judging, policy.proposed))
    declared = declared_outputs(config, budgets)
    _refuse_inputs(config, declared, judge)
    with tempfile.TemporaryDirectory(prefix="mlgate-holdout-") as gone_before_training:
        plain = Plain.of(judge, Path(gone_before_training), world)
        table = config.table("holdout")
        file = plain.file(table) if table else None
        holdout = training_place.copy_holdout(file, training_place.labels(policy), scratch, world)
    with tempfile.TemporaryDirectory(prefix="mlgate-train-") as kept:
        learns_from = learned(config, Plain.of(judge, Path(kept), world))
        place = Place(config=config, folder=judge.config_folder, scratch=scratch, tables=tables, holdout=holdout)
        place = replace(place, learned=learns_from)
        trained = make(place, declared, world, budgets)
        return repeats.added(trained, place, declared, lambda where: make(where, declared, world))


def learned(config: Config, plain: Plain) -> Path | None:
    """Return the plain file that an estimator learns from."""
    table = config.table("train")
    return plain.file(table) if table and config.train and config.train.estimator else None


def declared_outputs(config: Config, budgets: Iterable[Budget] = ()) -> dict[str, str]:
    """Return the declared outputs by name, relative to the configuration's folder, and the files that budgets read."""
    named = {"model": config.train.model, "predictions": config.train.predictions} if config.train else {}
    declared = {name: path for name, path in named.items() if path is not None}
    files = dict.fromkeys(str(budget.file) for budget in budgets)
    return declared | {f"budget-{index}": file for index, file in enumerate(files)}


def budget_numbers(budgets: Iterable[Budget], folder: Path) -> tuple[Number, ...]:
    """Return what budgets ask of the files that training left in `folder`."""
    return tuple(number(budget, _small(folder / str(budget.file))) for budget in budgets)


def _small(path: Path) -> bytes | None:
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return None
        return path.read_bytes()
    except OSError:
        return None


def _refuse_inputs(config: Config, declared: Mapping[str, str], judge: Judge) -> None:
    """Refuse outputs that git tracks or that training reads: they are moved aside before it starts."""
    for name, path in declared.items():
        if _tracked(path, judge):
            raise InputError(
                f"{_where(name)} names {path}, which git tracks: what training leaves would change the commit that it "
                "is made from",
                remedy=f"Run `git rm --cached -r {path}` and add it to .gitignore, or name another file.",
                reason="config-invalid",
            )
        for read in (*(table.path for table in config.tables), Path(config.path).name):
            if Path(os.path.normpath(read)).is_relative_to(os.path.normpath(path)):
                raise InputError(
                    f"{_where(name)} names {path}, which is or holds the input {read}",
                    remedy="Name another file.",
                    reason="config-invalid",
                )


def _where(name: str) -> str:
    return "a budget" if name.startswith("budget-") else f"`train.{name}`"


def _tracked(path: str, judge: Judge) -> bool:
    """Return whether the commit that is checked out has a file or a folder at `path`."""
    if judge.git is None or judge.commit is None:
        return False
    return bool(judge.git.entries(judge.commit, [inputs.join(judge.prefix, path)]))


def make(place: Place, declared: Mapping[str, str], world: World, budgets: Sequence[Budget] = ()) -> Trained:
    """Train in `place`: outputs moved aside, the command run, its outputs measured.

    Raises:
        InputError: An output cannot be moved aside; the estimator cannot be made.
        OutsideError: The shell cannot be started.
    """
    train = _train(place)
    env = place.environment(world)
    log = Log(secrets(env))
    place.out.mkdir(parents=True, exist_ok=True)
    found = _environment(place, train, env)
    outputs = Outputs(place.folder, declared, place.scratch / "aside")
    outputs.move_aside()
    try:
        ended = _run(place, declared, env, log, world)
    except BaseException:  # Ctrl-C, too: nothing was trained, so the files from before stay what they were
        outputs.restore()
        raise
    trained = _judged(train, ended, outputs, log, found)
    return trained if trained.reason else replace(trained, numbers=budget_numbers(budgets, place.folder))


def _train(place: Place) -> Train:
    if place.config.train is None:
        raise InputError("there is no `train`", remedy="Add it to the configuration.", reason="config-invalid")
    return place.config.train


def _environment(place: Place, train: Train, env: Mapping[str, str]) -> Environment:
    if train.run is None:
        return interpreter.own()
    return interpreter.describe(train.run, train.shell, cwd=place.folder, env=env)


def _run(place: Place, declared: Mapping[str, str], env: Mapping[str, str], log: Log, world: World) -> Ended:
    train = _train(place)
    if train.run is not None:
        argv, limit = (*train.shell, train.run), train.timeout_seconds
        return command.run(
            argv, cwd=place.folder, env=env, timeout_seconds=limit, log=log, show=world.log, clock=world.clock
        )
    estimator.require_group()
    job = estimator.job(place, {name: place.folder / path for name, path in declared.items()})
    return worker.run(
        job,
        folder=place.scratch,
        cwd=place.folder,
        env=cleaned(env),
        timeout_seconds=train.timeout_seconds,
        show=world.log,
        log=log,
    )


def judged_outputs(outputs: Outputs) -> tuple[Artifact, ...]:
    """Return the outputs that are judged and promoted: model and predictions."""
    return tuple(artifact for artifact in outputs.artifacts() if artifact.name in ("model", "predictions"))


def _judged(train: Train, ended: Ended, outputs: Outputs, log: Log, found: Environment) -> Trained:
    missing = outputs.missing() if ended.status == 0 else ()
    reason = ending.reason(ended, timeout_seconds=train.timeout_seconds, missing=missing)
    if reason is None:
        outputs.discard()
    elif outputs.kept:
        where = ", ".join(path.name for path in outputs.kept)
        message = f"{reason.message} What lay there before ({where}) is in {outputs.kept_in}."
        reason = Reason(id=reason.id, message=message, step=reason.step)
    return Trained(
        source=TrainingSource.RUN if train.run is not None else TrainingSource.ESTIMATOR,
        ended=ended,
        reason=reason,
        artifacts=() if reason else judged_outputs(outputs),
        log_tail=log.tail if reason else (),
        environment=found,
    )
