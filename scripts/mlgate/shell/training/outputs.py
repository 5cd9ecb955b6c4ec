"""The files that training leaves: yesterday's are moved aside before, today's are measured after."""

from __future__ import annotations

import hashlib
import os
import shutil
from typing import TYPE_CHECKING

from mlgate.core.documents.training import Artifact
from mlgate.errors import InputError
from mlgate.shell.digests import file_digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class Outputs:
    """The declared outputs of one training.

    Args:
        folder: What their paths are relative to: the configuration's folder.
        declared: Path of each, by name: `model`, `predictions`.
        aside: Folder for what lay there before.
    """

    def __init__(self, folder: Path, declared: Mapping[str, str], aside: Path) -> None:
        self._folder = folder
        self._declared = dict(declared)
        self._aside = aside
        self._moved: dict[Path, Path] = {}

    @property
    def kept(self) -> tuple[Path, ...]:
        """Where the files from before lie now."""
        return tuple(self._moved.values())

    @property
    def kept_in(self) -> str:
        """The folder of the files from before, relative to the configuration's."""
        return os.path.relpath(self._aside, self._folder)

    def move_aside(self) -> None:
        """Move what lies at the declared paths out of the way, so that it cannot be taken for new.

        Raises:
            InputError: It cannot be moved.
        """
        for name, path in self._declared.items():
            source = self._folder / path
            if not os.path.lexists(source):
                continue
            target = self._aside / name / source.name
            try:
                _remove(target.parent)
                target.parent.mkdir(parents=True)
                shutil.move(source, target)
            except OSError as error:
                cause = error.strerror or str(error)
                raise InputError(
                    f"{path}, an output of training, is there already and cannot be moved aside: {cause}",
                    remedy="Remove it, or make its folder writable.",
                ) from None
            self._moved[source] = target

    def restore(self) -> None:
        """Put back what was moved, except where something new lies: for a training that was interrupted."""
        for source, target in list(self._moved.items()):
            if not os.path.lexists(source):
                source.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(target, source)
                del self._moved[source]

    def bring_back(self) -> None:
        """Put back what was moved, in place of whatever lies at the declared paths since."""
        for path in self._declared.values():
            new = self._folder / path
            if new.is_dir() and not new.is_symlink():
                shutil.rmtree(new)
            else:
                new.unlink(missing_ok=True)
        self.restore()
        shutil.rmtree(self._aside, ignore_errors=True)

    def discard(self) -> None:
        """Remove what was moved aside: something new has taken its place."""
        for target in self._moved.values():
            _remove(target.parent)
        self._moved.clear()

    def missing(self) -> tuple[str, ...]:
        """Return the declared paths where there is no file and no folder with files."""
        return tuple(path for path in self._declared.values() if not any(_files(self._folder / path)))

    def artifacts(self) -> tuple[Artifact, ...]:
        """Return name, path, digest and size of each output that is there."""
        return tuple(
            _artifact(name, path, self._folder / path)
            for name, path in self._declared.items()
            if any(_files(self._folder / path))
        )


def _remove(folder: Path) -> None:
    if os.path.lexists(folder):
        shutil.rmtree(folder)


def _artifact(name: str, path: str, place: Path) -> Artifact:
    files = list(_files(place))
    size = sum(file.stat().st_size for file in files)
    return Artifact(name=name, path=path, digest=digest(place), size=size)


def digest(place: Path) -> str:
    """Return the sha256 of a file; of a folder, that of the lines `sha256  path` of its files, sorted by path."""
    if place.is_file():
        return file_digest(place)
    lines = sorted((file.relative_to(place).as_posix(), file_digest(file)) for file in _files(place))
    return hashlib.sha256("".join(f"{value}  {name}\n" for name, value in lines).encode()).hexdigest()


def _files(place: Path) -> Iterator[Path]:
    """Yield a file itself, or the regular files below a folder; pipes, sockets and devices are no outputs."""
    if place.is_file():
        yield place
    elif place.is_dir():
        yield from (file for file in sorted(place.rglob("*")) if file.is_file())
