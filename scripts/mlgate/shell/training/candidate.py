"""Make a candidate: run the user's command, or fit the named estimator, and see what it left."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.documents.shared import Reason
from mlgate.core.documents.training import Artifact, Environment, TrainingSource
from mlgate.core.gate import inputs
from mlgate.core.training import ending
from mlgate.core.training.environment import cleaned, secrets
from mlgate.core.training.log import Log
from mlgate.errors import InputError
from mlgate.shell.training import command, estimator, interpreter, worker
from mlgate.shell.training import place as training_place
from mlgate.shell.training.outputs import Outputs
from mlgate.shell.training.place import Place
from mlgate.shell.training.plain import Plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.config.model import Config, Train
    from mlgate.core.gate.policy import Policy
    from mlgate.core.training.ending import Ended
    from mlgate.shell.base.policy import Judge
    from mlgate.shell.run_folder import RunFolder
    from mlgate.shell.world import World


@dataclass(frozen=True, kw_only=True)
class Trained:
    """What came of one training.

    Attributes:
        source: The command or the estimator.
        ended: How it ended.
        reason: Why there is no candidate; None if there is one.
        artifacts: Model and predictions; empty without a candidate.
        log_tail: The last lines; empty with a candidate.
        environment: What it ran in.
    """

    source: TrainingSource
    ended: Ended
    reason: Reason | None
    artifacts: tuple[Artifact, ...]
    log_tail: tuple[str, ...]
    environment: Environment


def candidate(policy: Policy, judge: Judge, folder: RunFolder, world: World) -> Trained:
    """Train the working copy's candidate.

    Raises:
        InputError: A declared output is tracked by git or is an input; the holdout cannot be read.
        OutsideError: The shell cannot be started.
    """
    config = policy.working
    scratch = folder.path.resolve() / "training"
    tables = training_place.tables(config, judge.config_folder)
    declared = declared_outputs(config)
    _refuse_inputs(config, declared, judge)
    with tempfile.TemporaryDirectory(prefix="mlgate-holdout-") as gone_before_training:
        plain = Plain.of(judge, Path(gone_before_training), world)
        table = config.table("holdout")
        file = plain.file(table) if table else None
        holdout = training_place.copy_holdout(file, training_place.labels(policy), scratch, world)
    with tempfile.TemporaryDirectory(prefix="mlgate-train-") as kept:
        learns_from = learned(config, Plain.of(judge, Path(kept), world))
        place = Place(config=config, folder=judge.config_folder, scratch=scratch, tables=tables, holdout=holdout)
        return make(replace(place, learned=learns_from), declared, world)


def learned(config: Config, plain: Plain) -> Path | None:
    """Return the plain file that an estimator learns from."""
    table = config.table("train")
    return plain.file(table) if table and config.train and config.train.estimator else None


def declared_outputs(config: Config) -> dict[str, str]:
    """Return the declared outputs by name, relative to the configuration's folder."""
    named = {"model": config.train.model, "predictions": config.train.predictions} if config.train else {}
    return {name: path for name, path in named.items() if path is not None}


def _refuse_inputs(config: Config, declared: Mapping[str, str], judge: Judge) -> None:
    """Refuse outputs that git tracks or that training reads: they are moved aside before it starts."""
    for name, path in declared.items():
        if _tracked(path, judge):
            raise InputError(
                f"`train.{name}` names {path}, which git tracks: what training leaves would change the commit that it "
                "is made from",
                remedy=f"Run `git rm --cached -r {path}` and add it to .gitignore, or name another file.",
                reason="config-invalid",
            )
        for read in (*(table.path for table in config.tables), Path(config.path).name):
            if Path(os.path.normpath(read)).is_relative_to(os.path.normpath(path)):
                raise InputError(
                    f"`train.{name}` names {path}, which is or holds the input {read}",
                    remedy="Name another file.",
                    reason="config-invalid",
                )


def _tracked(path: str, judge: Judge) -> bool:
    """Return whether the commit that is checked out has a file or a folder at `path`."""
    if judge.git is None or judge.commit is None:
        return False
    return bool(judge.git.entries(judge.commit, [inputs.join(judge.prefix, path)]))


def make(place: Place, declared: Mapping[str, str], world: World) -> Trained:
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
    return _judged(train, ended, outputs, log, found)


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
        artifacts=() if reason else outputs.artifacts(),
        log_tail=log.tail if reason else (),
        environment=found,
    )
