"""Metrics of the user's that a function computes: its file from where the policy comes from, run like the training."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mlgate.core.comparison import row_functions
from mlgate.core.comparison.row_functions import INVALID, RowFunction
from mlgate.core.config.model import DEFAULT_SHELL
from mlgate.core.documents.shared import Reason
from mlgate.core.training import ending, interpreter
from mlgate.core.training.environment import cleaned, secrets
from mlgate.core.training.log import Log
from mlgate.errors import MlgateError
from mlgate.shell.comparison.baselines import proposed_rules
from mlgate.shell.comparison.holdout import LARGEST
from mlgate.shell.training import command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from mlgate.core.comparison.sides import Predictions, Truth
    from mlgate.core.config.model import Rule
    from mlgate.core.gate.policy import Policy
    from mlgate.shell.base.policy import Judge
    from mlgate.shell.world import World

    Numbers = NDArray[np.float64]

WORKER = Path(__file__).with_name("row_metric_main.py")
SECONDS = 600.0  # where the configuration trains nothing, and so has no time-out


@dataclass(frozen=True, kw_only=True)
class RowFunctions:
    """The functions of a policy, found in its files.

    Attributes:
        found: By metric, a function with the bytes of its file; or why there is none that can serve.
        scratch: Where files are written for the process that runs them.
        shell: Of the training.
        run: The training's command, which names the Python.
        timeout_seconds: Wall time for one side.
        world: The outside.
    """

    found: Mapping[str, tuple[RowFunction, bytes] | Reason]
    scratch: Path
    shell: Sequence[str]
    run: str
    timeout_seconds: float
    world: World

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns of the holdout that the functions ask for."""
        functions = [each[0] for each in self.found.values() if not isinstance(each, Reason)]
        return tuple(dict.fromkeys(name for function in functions for name in function.columns))

    def added(self, truth: Truth, predictions: Predictions) -> Predictions:
        """Return one side's predictions with the numbers of every function."""
        own = {
            metric: each if isinstance(each, Reason) else self._numbers(*each, truth, predictions)
            for metric, each in self.found.items()
        }
        return replace(predictions, own={**predictions.own, **own})

    def _numbers(
        self, function: RowFunction, source: bytes, truth: Truth, predictions: Predictions
    ) -> Numbers | Reason:
        given = row_functions.rows(function, truth, predictions)
        if isinstance(given, Reason):
            return given
        folder = Path(tempfile.mkdtemp(prefix="row-metric-", dir=self.scratch))
        (folder / Path(function.file).name).write_bytes(source)
        return self._run(function, given, folder, truth.n)

    def _run(
        self, function: RowFunction, given: Iterator[dict[str, Any]], folder: Path, count: int
    ) -> Numbers | Reason:
        file, answer, problem = folder / Path(function.file).name, folder / "answer", folder / "problem.json"
        with (folder / "rows.jsonl").open("w", encoding="utf-8") as rows:
            rows.writelines(json.dumps(row) + "\n" for row in given)
        job = {"file": file, "function": function.name, "rows": rows.name, "answer": answer, "problem": problem}
        (folder / "job.json").write_text(json.dumps({key: str(value) for key, value in job.items()}))
        env = cleaned(self.world.env)
        argv = [*self.shell, interpreter.lookup(self.run), "row-metric", str(WORKER), str(folder / "job.json")]
        try:
            ended = command.run(
                argv,
                cwd=folder,
                env=env,
                timeout_seconds=self.timeout_seconds,
                log=Log(secrets(env)),
                show=self.world.log,
                clock=self.world.clock,
            )
        except MlgateError as error:
            return Reason(id=INVALID, message=error.message)
        missing = () if answer.is_file() else (function.name,)
        failed = ending.reason(ended, timeout_seconds=self.timeout_seconds, missing=missing, what=function.name)
        return _failure(function, problem, failed) if failed else _checked(function, answer, count)


def _failure(function: RowFunction, problem: Path, failed: Reason) -> Reason:
    """Return why a function did not end well; the text of its error may hold values, and stays in the log."""
    try:
        said = json.loads(problem.read_bytes())
        row = int(said["row"])
        where = f"on row {row + 1:,} of the holdout, in the order of its keys" if row >= 0 else "before its first row"
        where = f"raised {said['error']:.60} {where}"
    except (OSError, ValueError, TypeError, KeyError):
        where = f"did not run: {failed.message}"
    return Reason(id=INVALID, message=f"{function.file}: {function.name} {where}")


def _checked(function: RowFunction, answer: Path, count: int) -> Numbers | Reason:
    data = answer.read_bytes()
    if len(data) != 8 * count:
        return Reason(id=INVALID, message=f"{function.file}: {function.name} gave another number of rows than it got")
    numbers = np.frombuffer(data, dtype=np.float64)
    wrong = np.flatnonzero(~(np.abs(numbers) <= LARGEST))
    if len(wrong):
        message = f"{function.name} is NaN, infinite or too large on {len(wrong):,} rows, first on row {wrong[0] + 1:,}"
        return Reason(id=INVALID, message=f"{function.file}: {message} in the order of the keys")
    return numbers


def read(policy: Policy, judge: Judge, scratch: Path, world: World) -> RowFunctions | None:
    """Return the functions that the rules of a policy name; None where there are none.

    The judging policy's files are the base's where a base judges. A metric that only the pull request's own policy
    has is computed by the working copy's file.
    """
    judging = _named(policy.judging.gate.rules)
    taken = {rule.metric for rule in policy.judging.gate.rules}
    own = {metric: each for metric, each in _named(proposed_rules(policy)).items() if metric not in taken}
    if not judging and not own:
        return None
    found: dict[str, tuple[RowFunction, bytes] | Reason] = {}
    for metric, (file, name) in {**judging, **own}.items():
        data = judge.judging_bytes(file) if metric in judging else _here(judge.config_folder / file)
        if data is None:
            place = "the base commit" if judge.from_base and metric in judging else "the working copy"
            found[metric] = Reason(id=INVALID, message=f"{file}, which {metric} is computed by, is not in {place}")
            continue
        function = row_functions.find(metric, name, file, data)
        found[metric] = function if isinstance(function, Reason) else (function, data)
    train = policy.judging.train
    return RowFunctions(
        found=found,
        scratch=scratch,
        shell=train.shell if train else DEFAULT_SHELL,
        run=(train.run if train else None) or "",
        timeout_seconds=train.timeout_seconds if train else SECONDS,
        world=world,
    )


def _named(rules: Sequence[Rule]) -> dict[str, tuple[str, str]]:
    """Return file and function of each metric that a function computes."""
    own = {rule.metric: rule.own for rule in rules if rule.own is not None}
    return {metric: (each.file, each.function) for metric, each in own.items() if each.file and each.function}


def _here(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
