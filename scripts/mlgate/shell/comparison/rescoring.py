"""Score a promoted model again, on a holdout that it was not judged on.

The command that does it is the base's `train.predict`, else the one that the version's own commit has; the code is that
commit's. A pull request chooses neither. A skops file that `train.estimator` made needs no command.
"""

from __future__ import annotations

import dataclasses
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlgate.core.documents.base import PolicySource
from mlgate.core.training import ending, prediction
from mlgate.core.training.environment import cleaned, secrets
from mlgate.core.training.log import Log
from mlgate.errors import MlgateError, OutsideError
from mlgate.shell.base.inputs import config_at
from mlgate.shell.tables.files import suffix_of
from mlgate.shell.training import command, worker
from mlgate.shell.training import place as training_place
from mlgate.shell.training.base import link_untracked, outside, worktree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlgate.core.config.model import Config, Train
    from mlgate.core.gate.policy import Policy
    from mlgate.core.registry.log.record import Record, StoredArtifact
    from mlgate.shell.base.policy import Judge
    from mlgate.shell.world import World

REMEDY = "Add `train.predict: {run: ...}`, a command that scores a table with a given model, to the base."
WHAT = "The command of `train.predict`"
FOREIGN = "baseline-missing"


@dataclass(frozen=True, kw_only=True)
class Rescorer:
    """Scores a version's model again.

    Attributes:
        policy: Whose configuration judges.
        judge: The files that judge.
        world: The outside.
        holdout: The table to be scored.
        output: Where the predictions go.
        fetch: Writes an artifact's bytes, verified, to a path.
    """

    policy: Policy
    judge: Judge
    world: World
    holdout: Path
    output: Path
    fetch: Callable[[StoredArtifact, Path], None]

    def score(self, version: Record) -> Path:
        """Return the predictions of a version's model for the holdout.

        Raises:
            OutsideError: `baseline-missing`, with the cause.
        """
        try:
            with outside(self.world) as scratch:
                self._score(version, scratch)
        except MlgateError as error:
            raise OutsideError(
                f"The model of {version.version} could not be scored again: {error.message}",
                remedy=error.remedy,
                reason=FOREIGN,
            ) from None
        return self.output

    def _score(self, version: Record, scratch: Path) -> None:
        artifact = next((artifact for artifact in version.artifacts if artifact.name == "model"), None)
        if artifact is None:
            raise OutsideError("its record names no model", remedy="Promote a model, and not predictions alone.")
        way = self._way(version)
        model = scratch / "model" / Path(artifact.file).name
        model.parent.mkdir()
        self.fetch(artifact, model)
        labels = training_place.labels(self.policy)
        table = training_place.copy_holdout(self.holdout, labels, scratch, self.world)
        self.output.unlink(missing_ok=True)
        written = scratch / f"predictions{suffix_of(self.output)}"
        given = prediction.Given(model=str(model), table=str(table), output=str(written))
        self.world.log(f"scoring {version.model} {version.version} again: the holdout is another than it was judged on")
        if way is None:
            self._by_worker(given, scratch)
        else:
            self._by_command(way, given, scratch)
        shutil.copyfile(written, self.output)

    def _way(self, version: Record) -> tuple[Config, str | None] | None:
        """Return the configuration with the command, and the commit of its code; None for the worker of `estimator`.

        Raises:
            OutsideError: There is no way.
        """
        judging, git = self.policy.judging, self.judge.git
        if judging.train is not None and judging.train.predict is not None:
            at_base = self.policy.base.policy in (PolicySource.BASE, PolicySource.REMOVED)
            return judging, self.judge.base if at_base else None
        if git is not None and version.commit is not None and git.has(version.commit):
            own = config_at(git, version.commit, self.policy.base.config)
            if own is not None and own.train is not None and own.train.predict is not None:
                return own, version.commit
        if version.format == "skops" and judging.train is not None and judging.train.estimator is not None:
            return None
        raise OutsideError("nothing says how", remedy=REMEDY)

    def _by_command(self, way: tuple[Config, str | None], given: prediction.Given, scratch: Path) -> None:
        config, commit = way
        train: Train | None = config.train
        if train is None or train.predict is None:
            raise ValueError("a way without its command")
        env = prediction.for_command(self.world.env, given)
        log = Log(secrets(env))
        with self._code(config, commit, scratch) as folder:
            ended = command.run(
                (*train.shell, train.predict),
                cwd=folder,
                env=env,
                timeout_seconds=train.timeout_seconds,
                log=log,
                show=self.world.log,
                clock=self.world.clock,
            )
        self._judge(ended, given, log, timeout_seconds=train.timeout_seconds)

    def _by_worker(self, given: prediction.Given, scratch: Path) -> None:
        from mlgate.shell.training import estimator  # noqa: PLC0415 - only for models that it made

        estimator.require_group()
        config, log = self.policy.judging, Log()
        positive = None if config.positive is None else estimator.word(config.positive)
        job: dict[str, Any] = {
            "task": "score",
            "model": given.model,
            "table": given.table,
            "predictions": given.output,
            "key": config.key,
            "positive": positive,
            "trusted": list(config.promote.trusted_types) if config.promote else [],
            "spill": str(scratch / "spill"),
        }
        limit = config.train.timeout_seconds if config.train else training_place.COPY_SECONDS
        ended = worker.run(
            job,
            folder=scratch,
            cwd=scratch,
            env=cleaned(self.world.env),
            timeout_seconds=limit,
            show=self.world.log,
            log=log,
        )
        self._judge(ended, given, log, timeout_seconds=limit)

    @staticmethod
    def _judge(ended: ending.Ended, given: prediction.Given, log: Log, *, timeout_seconds: float) -> None:
        missing = () if Path(given.output).is_file() else ("MLGATE_PREDICT_OUTPUT",)
        reason = ending.reason(ended, timeout_seconds=timeout_seconds, missing=missing, what=WHAT)
        if reason is not None:
            last = f" Its last line: {log.tail[-1]}" if log.tail else ""
            raise OutsideError(f"{reason.message}{last}", remedy="Run it by hand to see why.")

    @contextmanager
    def _code(self, config: Config, commit: str | None, scratch: Path) -> Iterator[Path]:
        """Give the folder that the command runs in: a commit's, else the working copy's where that is the policy."""
        if commit is None or self.judge.git is None:
            yield self.judge.config_folder
            return
        with worktree(self.judge.git, commit, scratch / "tree") as tree:
            folder = tree / self.judge.prefix
            # Environments that git does not track are needed here too; tables are not.
            link_untracked(dataclasses.replace(config, tables=()), self.judge, folder)
            yield folder
