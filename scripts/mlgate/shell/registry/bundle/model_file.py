"""A model on disk: looked at by its bytes, and never opened by a library that could run what it brings."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from mlgate.core.registry.formats.inspection import inspect
from mlgate.core.registry.model_format import ModelFormat, RefusedError, require
from mlgate.errors import OutsideError
from mlgate.shell.runner import harmless

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

MAX_FILES = 10_000


def inspect_model(path: Path, *, allow_pickle: bool, trusted_types: Collection[str], name: str = "") -> ModelFormat:
    """Return what format a model has, by its content.

    Args:
        path: A file, or with `allow_pickle` a folder.
        allow_pickle: `promote.allow-pickle`.
        trusted_types: `promote.trusted-types`.
        name: What people call the file, if not by its name.

    Raises:
        OutsideError: `model-refused`, with the reason.
    """
    name = name or path.name
    try:
        if path.is_dir() and not path.is_symlink():
            return _folder(path, allow_pickle=allow_pickle)
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise refused(name, _unopened(path, error), "Let the training write a plain file.") from None
    except RefusedError as error:
        raise refused(name, str(error), error.remedy) from None
    try:
        return _file(descriptor, allow_pickle=allow_pickle, trusted_types=trusted_types)
    except RefusedError as error:
        raise refused(name, str(error), error.remedy) from None
    except OSError as error:
        raise refused(name, f"it cannot be read: {error.strerror}", "Let the training write a plain file.") from None
    finally:
        os.close(descriptor)


def refused(name: str, why: str, remedy: str) -> OutsideError:
    """Return the error for a model that must not be promoted."""
    return OutsideError(
        f"the model {harmless(name)} is refused: {harmless(why)}", remedy=remedy, reason="model-refused"
    )


def _file(descriptor: int, *, allow_pickle: bool, trusted_types: Collection[str]) -> ModelFormat:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise RefusedError("it is no plain file", "Let the training write a plain file.")
    if status.st_size == 0:
        raise RefusedError("it is empty", "Let the training write the model there.")
    return inspect(
        lambda offset, count: _read(descriptor, offset, count),
        status.st_size,
        allow_pickle=allow_pickle,
        trusted_types=trusted_types,
    )


def _read(descriptor: int, offset: int, count: int) -> bytes:
    found = b""
    while len(found) < count and (piece := os.pread(descriptor, count - len(found), offset + len(found))):
        found += piece
    return found


def _folder(path: Path, *, allow_pickle: bool) -> ModelFormat:
    count = 0
    for folder, folders, files in os.walk(path):
        for name in (*folders, *files):
            count += 1
            mode = os.lstat(os.path.join(folder, name)).st_mode  # noqa: PTH118 - thousands, as walk gives them
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise RefusedError(
                    f"its file {name!r:.80} is a link, or no plain file", "Save it with plain files only."
                )
        if count > MAX_FILES:
            raise RefusedError(f"it is a folder of more than {MAX_FILES} files", "Save the model as one file.")
    saved = (path / "saved_model.pb").is_file()
    return require("saved-model" if saved else "folder", allow_pickle=allow_pickle)


def _unopened(path: Path, error: OSError) -> str:
    return "it is a symbolic link" if path.is_symlink() else f"it cannot be opened: {error.strerror}"
