"""The run folder: each step reads the documents written before it and writes exactly one new one, atomically."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mlgate.core import codec
from mlgate.core.documents.shared import Document, Failure
from mlgate.errors import InputError, MlgateError, UsageError
from mlgate.shell.git.tracked import tracks

if TYPE_CHECKING:
    from collections.abc import Callable

D = TypeVar("D", bound=Document)
# A folder with this file is ours: whoever names a folder of their own as `run-dir` is to lose nothing in it.
IGNORE = b"# Written by mlgate: nothing in this folder is to be committed.\n*\n"
MAX_DOCUMENT_BYTES = 256 * 2**20


class RunFolder:
    """One run's documents.

    Reading a document remembers its digest, so that the document written next can name all that it was made from.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.reads: dict[str, str] = {}

    def file(self, cls: type[Document]) -> Path:
        """Return where the document `cls` lies."""
        return self.path / cls.file_name()

    def read(self, cls: type[D]) -> D:
        """Read a document.

        Raises:
            InputError: `document-missing`, or `document-invalid` with the place.
        """
        document = self.find(cls)
        if document is None:
            step = STEP_OF[cls.file_name()]
            raise InputError(
                f"{self.file(cls)} is missing: {step} has not run in this folder, or was killed before it could write",
                remedy=f"Run {step} before, with the same `run-dir`; its log says why if it failed.",
                reason="document-missing",
            )
        return document

    def find(self, cls: type[D]) -> D | None:
        """Read a document, or return None if it was never written.

        Raises:
            InputError: `document-invalid`.
        """
        path = self.file(cls)
        try:
            if path.stat().st_size > MAX_DOCUMENT_BYTES:
                raise InputError(f"{path} is too large", remedy="Run the steps again.", reason="document-invalid")
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError(
                f"{path} cannot be read: {error.strerror}", remedy="Run the steps again.", reason="document-invalid"
            ) from None
        self.reads[path.name] = hashlib.sha256(data).hexdigest()
        return _parse(cls, data, path)

    def witness(self, cls: type[Document]) -> None:
        """Remember the digest of a document that may be there, without trust in what it says.

        Whoever runs code of others between two steps can so tell that nobody wrote the earlier document anew.
        """
        try:
            data = self.file(cls).read_bytes()
        except OSError:
            return
        self.reads[cls.file_name()] = hashlib.sha256(data).hexdigest()

    def write(self, document: Document) -> Path:
        """Write a document where readers see the old one or the new one, never a part."""
        self.prepare()
        path = self.file(type(document))
        write_atomically(path, codec.dumps(document).encode())
        return path

    def prepare(self) -> None:
        """Make the folder, and make git ignore it.

        Raises:
            UsageError: If it is a link, lies in `.git`, or holds what mlgate did not put there.
        """
        ignore = self.path / ".gitignore"
        try:
            if self.path.is_symlink() or ".git" in self.path.resolve().parts:
                raise _unusable(self.path, "is a link, or lies in `.git`")
            self.path.mkdir(parents=True, exist_ok=True)
            if ignore.is_symlink() or (not ignore.exists() and any(self.path.iterdir())):
                raise _unusable(self.path, "holds files that mlgate did not write")
            if tracks(self.path):
                raise _unusable(self.path, "is committed, so that a pull request could have written it")
            if not ignore.exists():
                write_atomically(ignore, IGNORE)
            elif ignore.read_bytes() != IGNORE:
                raise _unusable(self.path, "has a .gitignore that mlgate did not write")
        except (OSError, ValueError) as error:
            raise _unusable(self.path, f"cannot be used: {getattr(error, 'strerror', None) or error}") from None

    def fresh(self, name: str) -> Path:
        """Return the folder `name` in this one, made anew: a link there is removed, never followed."""
        path = self.path / name
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.exists():
            shutil.rmtree(path)
        path.mkdir()
        return path

    def guarded(
        self, make: Callable[[], D], failed: Callable[[Failure, dict[str, str]], D]
    ) -> tuple[D, MlgateError | None]:
        """Write what `make` returns; if it raises, write what `failed` makes of the error, and return that error too.

        So a step leaves its document even when it fails, saying how.
        """
        try:
            document, problem = make(), None
        except MlgateError as error:
            document, problem = failed(failure_of(error), dict(self.reads)), error
        self.write(document)
        return document, problem


STEP_OF = {
    "base.json": "fetch-base",
    "data.json": "validate-data",
    "training.json": "train-model",
    "comparison.json": "compare-models",
    "report.json": "build-report",
    "promotion.json": "promote-model",
}


def _unusable(path: Path, what: str) -> UsageError:
    return UsageError(
        f"the run folder {str(path)!r} {what}",
        remedy="Name a folder that is new or empty by `--run-dir`; if an older mlgate made this one, remove it.",
    )


def failure_of(error: MlgateError) -> Failure:
    """Return an error as documents record it."""
    return Failure(reason=error.reason, message=error.message, remedy=error.remedy, status=int(error.status))


def _parse(cls: type[D], data: bytes, path: Path) -> D:
    try:
        return codec.from_plain(cls, codec.loads(data))
    except codec.DecodeError as error:
        raise InputError(
            f"{path} is not a document that this mlgate can read: {error}",
            remedy="Run the steps again in their order; do not edit documents.",
            reason="document-invalid",
        ) from None


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to a temporary file beside `path`, flush it to the disk, and rename it in place."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
