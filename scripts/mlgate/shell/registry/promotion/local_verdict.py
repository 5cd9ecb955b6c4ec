"""The verdict of a run folder that was named by hand: a laptop's."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from mlgate.core import codec
from mlgate.core.documents.base import BaseDocument
from mlgate.core.documents.promotion import Origin
from mlgate.core.documents.report import ReportDocument
from mlgate.core.registry.promotion.judged import wanted_digests, wanted_files
from mlgate.errors import InputError
from mlgate.shell.digests import file_digest
from mlgate.shell.registry.promotion.found import Found
from mlgate.shell.report_file import read_report
from mlgate.shell.run_folder import RunFolder

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.documents.training import Artifact


def local_verdict(run_dir: Path, config_folder: Path, folder: Path) -> Found:
    """Return the verdict in a run folder, with copies of the files that it names.

    Args:
        run_dir: The run folder.
        config_folder: What paths of the model and the predictions are relative to.
        folder: An empty folder for the copies.

    Raises:
        InputError: If there is no report, or none that can be believed.
    """
    report, data = read_report(run_dir, lambda data: (codec.from_plain(ReportDocument, codec.loads(data)), data))
    files: dict[str, Path] = {}
    wanted = wanted_digests(report)
    for file in wanted_files(report):
        copy = _copy(file, (run_dir / file.path, config_folder / file.path), folder) if file.digest in wanted else None
        if copy is not None:
            files[file.digest] = copy
    return Found(
        origin=Origin.LOCAL,
        report=report,
        data=data,
        files=files,
        pull_request=report.pull_request,
        dirty=_dirty(run_dir) if report.provenance.dirty else (),
    )


def _dirty(run_dir: Path) -> tuple[str, ...]:
    """Return what differed from the commit, to be named; what the base's document does not tell is not named."""
    try:
        base = RunFolder(run_dir).find(BaseDocument)
    except InputError:
        return ()
    return base.dirty if base else ()


def _copy(file: Artifact, places: tuple[Path, ...], folder: Path) -> Path | None:
    """Return a copy whose bytes are those that the report names: what was looked at is what is taken."""
    target = folder / file.digest
    for place in places:
        try:
            with place.open("rb") as source, target.open("wb") as written:
                shutil.copyfileobj(source, written)
            if file_digest(target) == file.digest:
                return target
        except OSError:
            continue
    target.unlink(missing_ok=True)
    return None
