"""Hand a job to a process of its own, and take its answer."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlgate.core import codec
from mlgate.core.documents.shared import Failure
from mlgate.core.training.log import Log
from mlgate.errors import ExitStatus, InputError
from mlgate.shell.training import command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mlgate.core.training.ending import Ended

PROGRAM = Path(__file__).with_name("worker_main.py")


def run(
    job: Mapping[str, Any],
    *,
    folder: Path,
    cwd: Path,
    env: Mapping[str, str],
    timeout_seconds: float,
    show: Callable[[str], None],
    log: Log | None = None,
) -> Ended:
    """Do a job and return how its process ended.

    Args:
        job: What `worker_main` knows under the name in `task`.
        folder: Where job and answer are written down.
        cwd: The working folder.
        env: The whole environment.
        timeout_seconds: Wall time that it may take.
        show: Called with each line that it prints.
        log: Keeps the last of them.

    Raises:
        InputError: The job failed for a reason that it can name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{job['task']}.job"
    answer = file.with_suffix(".answer")
    answer.unlink(missing_ok=True)
    file.write_text(json.dumps(job), encoding="utf-8")
    argv = (sys.executable, "-E", "-s", str(PROGRAM), str(file))
    ended = command.run(argv, cwd=cwd, env=env, timeout_seconds=timeout_seconds, log=log or Log(), show=show)
    if ended.status == ExitStatus.USAGE and answer.is_file():
        failure = codec.from_plain(Failure, codec.loads(answer.read_bytes())["failure"])
        raise InputError(failure.message, remedy=failure.remedy, reason=failure.reason)
    return ended
