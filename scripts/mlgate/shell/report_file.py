"""`report.json` as the steps after the verdict read it: possibly written by an untrusted run.

It imports no class of `core.documents`, which would cost enforce-gate more than the rest of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mlgate.core.codec import DecodeError
from mlgate.core.gate.enforcement import REPORT_FILE
from mlgate.errors import InputError
from mlgate.shell.git.tracked import tracks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")
MAX_REPORT_BYTES = 32 * 2**20


def read_report(run_dir: Path, parse: Callable[[bytes], T]) -> T:
    """Return what `parse` makes of the report in `run_dir`.

    Args:
        run_dir: The run folder.
        parse: Reads the file's bytes; raises `DecodeError` where they are damaged.

    Raises:
        InputError: `report-missing`; `document-invalid` where it is damaged, too large or from a newer mlgate.
    """
    path = run_dir / REPORT_FILE
    try:
        data = _bytes(path)
        if tracks(run_dir):
            raise InputError(
                f"{path} is committed: it is no report of this run",
                remedy="Remove the run folder from git (`git rm -r --cached`), and run build-report before.",
                reason="report-missing",
            )
        return parse(data)
    except FileNotFoundError:
        raise InputError(
            f"{path} is missing: build-report has not run in this folder, or was killed before it could write",
            remedy="Run build-report before, with the same `run-dir`; its log says why if it failed.",
            reason="report-missing",
        ) from None
    except OSError as error:
        raise _invalid(path, f"cannot be read: {error.strerror}") from None
    except DecodeError as error:
        raise _invalid(path, f"is not a report that this mlgate can believe: {error}") from None


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > MAX_REPORT_BYTES:
        raise _invalid(path, f"is larger than {MAX_REPORT_BYTES // 2**20} MB: mlgate writes no such report")
    return path.read_bytes()


def _invalid(path: Path, what: str) -> InputError:
    return InputError(
        f"{path} {what}", remedy="Run build-report again; do not edit documents.", reason="document-invalid"
    )
