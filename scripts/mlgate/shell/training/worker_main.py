"""Run by path, in a process of its own: do the one job that a file describes, and write the answer beside it.

A damaged file or a library that takes the process down ends the job, not the step; and what it holds in memory is not
counted as the training command's.
"""

import json
import sys
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[3])  # the source root, not this folder: its names are short

from mlgate.errors import ExitStatus, MlgateError
from mlgate.shell.run_folder import failure_of, write_atomically


def main(job_file: Path) -> int:
    """Do the job in `job_file`, and return the exit status."""
    job = json.loads(job_file.read_bytes())
    try:
        TASKS[job["task"]](job)
    except MlgateError as error:
        answer = {"failure": vars(failure_of(error))}
        write_atomically(job_file.with_suffix(".answer"), json.dumps(answer).encode())
        return ExitStatus.USAGE
    return ExitStatus.DONE


def _copy_holdout(job: dict[str, Any]) -> None:
    from mlgate.shell.training import holdout_copy  # noqa: PLC0415 - each job imports what it needs

    spill = Path(job["spill"])
    holdout_copy.copy_without(Path(job["holdout"]), job["labels"], Path(job["target"]), spill=spill)


def _one_file(job: dict[str, Any]) -> None:
    from mlgate.core import codec  # noqa: PLC0415 - each job imports what it needs
    from mlgate.core.data.dialect import Declared  # noqa: PLC0415 - as above
    from mlgate.core.data.source import TableSource  # noqa: PLC0415 - as above
    from mlgate.shell.tables import single  # noqa: PLC0415 - as above

    source = codec.from_plain(TableSource, job["source"])
    declared = Declared(**{name: frozenset(found) for name, found in job["declared"].items()})
    single.write_one_file(source, Path(job["target"]), declared, spill=Path(job["spill"]))


def _fit(job: dict[str, Any]) -> None:
    from mlgate.shell.training import fitting  # noqa: PLC0415 - each job imports what it needs

    fitting.fit(fitting.Job(**job))


def _score(job: dict[str, Any]) -> None:
    from mlgate.shell.training import scoring  # noqa: PLC0415 - each job imports what it needs

    scoring.score(scoring.Job(**job))


TASKS = {"copy-holdout": _copy_holdout, "one-file": _one_file, "fit": _fit, "score": _score}

if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
