"""What a model depends on, as names in a repository, and one digest over git's entries of them."""

from __future__ import annotations

import fnmatch
import hashlib
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlgate.core.config.model import Config

ENVIRONMENT_FILES = (
    "requirements*.txt",
    "requirements*.in",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "pylock*.toml",
    "Pipfile",
    "Pipfile.lock",
    "environment*.yml",
    "environment*.yaml",
    "conda-lock.yml",
    "pixi.toml",
    "pixi.lock",
    ".python-version",
)


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """Names relative to the repository's root; every one must be known to git for the digest to mean anything.

    Attributes:
        code: `train.inputs`; `.` stands for the whole repository.
        files: Configuration, contracts, tables, and files that a baseline names.
        folders: Where environment files are looked for.
        outputs: What training writes: never an input.
    """

    code: tuple[str, ...]
    files: tuple[str, ...]
    folders: tuple[str, ...]
    outputs: tuple[str, ...]

    def covers(self, path: str) -> bool:
        """Return whether a change of `path` may change the model or its verdict."""
        if any(below(path, output) for output in self.outputs):
            return False
        if any(below(path, name) for name in (*self.code, *self.files)):
            return True
        folder, name = posixpath.split(path)
        return (folder or ".") in self.folders and is_environment_file(name)


def join(prefix: str, path: str) -> str:
    """Return a path of the configuration as a path of the repository."""
    return posixpath.normpath(posixpath.join(prefix, path))


def below(path: str, folder: str) -> bool:
    """Return whether `path` is `folder` or lies in it; `.` holds everything."""
    return folder in (".", path) or path.startswith(folder + "/")


def is_environment_file(name: str) -> bool:
    """Return whether a file of this name pins what the training command runs in."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in ENVIRONMENT_FILES)


def judging_files(config: Config) -> frozenset[str]:
    """Return the files that the policy names, relative to the configuration: contracts and baselines' predictions."""
    contracts = {table.contract for table in config.tables if table.contract}
    return frozenset(contracts | {baseline.predictions for baseline in config.baselines if baseline.predictions})


def dependencies(config: Config, name: str, prefix: str) -> Dependencies:
    """Return what the model of `config` depends on; `name` is the configuration's own path in the repository."""
    files = {join(prefix, path) for path in (*judging_files(config), *(table.path for table in config.tables))}
    train = config.train
    outputs = tuple(join(prefix, path) for path in (train.model, train.predictions) if path) if train else ()
    if train is None or (train.run is None and train.estimator is None):
        files |= set(outputs)  # brought from elsewhere: the files are the model
        outputs = ()
    code = tuple(join(prefix, path) for path in train.inputs) if train and train.inputs else (".",)
    return Dependencies(
        code=tuple(sorted(set(code))),
        files=tuple(sorted({name, *files})),
        folders=tuple(sorted({".", prefix or "."})),
        outputs=outputs,
    )


def pointers(path: str) -> tuple[str, ...]:
    """Return the DVC pointer files that may stand for `path`: beside it, or beside a folder that holds it."""
    parts = path.split("/")
    return tuple("/".join(parts[:count]) + ".dvc" for count in range(len(parts), 0, -1))


def digest(entries: Iterable[str]) -> str:
    """Return the sha256 over git's entries, each `mode kind id<tab>path`, in sorted order."""
    whole = "\0".join(["mlgate/inputs/1", *sorted(set(entries))])
    return hashlib.sha256(whole.encode(errors="surrogatepass")).hexdigest()
