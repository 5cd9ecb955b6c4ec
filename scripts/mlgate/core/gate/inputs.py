"""What a model depends on, as names in a repository, and one digest over git's entries of them."""

from __future__ import annotations

import fnmatch
import hashlib
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.data.globs import fixed_folder, is_glob, pattern_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlgate.core.config.model import Config, Table
    from mlgate.core.lock import Lock

ENVIRONMENT_FILES = (
    "requirements*.txt",
    "requirements*.in",
    "constraints*.txt",
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
WAIVERS = "mlgate-waivers.yml"  # beside the configuration, where there is one
# What tools leave beside code and no model depends on; the run folder is one of them.
CACHES = ("__pycache__", "*.pyc", ".*_cache", ".ipynb_checkpoints", "*.egg-info", ".venv", ".DS_Store", "mlgate-run")


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """Names relative to the repository's root; every one must be known to git for the digest to mean anything.

    Attributes:
        code: `train.inputs`; `.` stands for the whole repository.
        files: Configuration, contracts, tables, and files that a baseline names.
        folders: Where environment files are looked for.
        outputs: What training writes: never an input.
        waivers: The file of waivers; there need not be one.
    """

    code: tuple[str, ...]
    files: tuple[str, ...]
    folders: tuple[str, ...]
    outputs: tuple[str, ...]
    waivers: str = WAIVERS

    def covers(self, path: str, *, tracked: bool = False) -> bool:
        """Return whether a change of `path` may change the model or its verdict; what git tracks is no mere output."""
        if not tracked and any(below(path, output) for output in self.outputs):
            return False
        return any(below(path, name) for name in (*self.code, *self.files)) or self.is_beside(path)

    def covers_ignored(self, path: str) -> bool:
        """Return whether a file that git ignores, in a folder that is named as an input, may change the model."""
        parts = path.split("/")
        if any(fnmatch.fnmatchcase(part, pattern) for part in parts for pattern in CACHES):
            return False
        return not any(below(path, output) for output in self.outputs)

    def is_beside(self, path: str) -> bool:
        """Return whether `path` pins the environment, waives rules, or says how git is to write the inputs to disk."""
        if path == self.waivers:
            return True
        folder, name = posixpath.split(path)
        above = folder or "."
        if name == ".gitattributes":
            return any(below(inner, above) for inner in (*self.code, *self.files))
        if above in self.folders:
            return is_environment_file(name)
        parent = posixpath.dirname(above) or "."
        return posixpath.basename(above) == "requirements" and parent in self.folders and name.endswith((".txt", ".in"))


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
    """Return the files that the policy names: contracts, baselines' predictions, profiles, own metrics' functions."""
    contracts = {table.contract for table in config.tables if table.contract}
    profiles = {table.reference for table in config.tables if table.reference and table.is_reference_a_profile}
    predictions = {baseline.predictions for baseline in config.baselines if baseline.predictions}
    functions = {rule.own.file for rule in config.gate.rules if rule.own and rule.own.file}
    return frozenset(contracts | profiles | predictions | functions)


def policy_files(config: Config) -> frozenset[str]:
    """Return the files whose edit is an edit of the policy: those that judge, waivers, and the list of who may sign."""
    signers = config.promote.allowed_signers if config.promote else None
    return judging_files(config) | {WAIVERS} | ({signers} if signers else frozenset())


def dependencies(config: Config, name: str, prefix: str) -> Dependencies:
    """Return what the model of `config` depends on; `name` is the configuration's own path in the repository."""
    files = {join(prefix, path) for path in (*judging_files(config), *map(_place, config.tables))}
    train = config.train
    outputs = tuple(join(prefix, path) for path in (train.model, train.predictions) if path) if train else ()
    budgets = {str(rule.budget.file) for rule in config.gate.rules if rule.budget and rule.budget.file}
    outputs += tuple(join(prefix, path) for path in sorted(budgets))
    if train is None or (train.run is None and train.estimator is None):
        files |= set(outputs)  # brought from elsewhere: the files are the model
        outputs = ()
    code = tuple(join(prefix, path) for path in train.inputs) if train and train.inputs else (".",)
    return Dependencies(
        code=tuple(sorted(set(code))),
        files=tuple(sorted({name, *files})),
        folders=tuple(sorted({".", prefix or "."})),
        outputs=outputs,
        waivers=join(prefix, WAIVERS),
    )


def _place(table: Table) -> str:
    """Return what git may know of a table: its file, or the folder below which all files of a glob lie."""
    return fixed_folder(table.path) if is_glob(table.path) else table.path


def fixed_places(config: Config, lock: Lock) -> frozenset[str]:
    """Return the files and folders, relative to the configuration, whose data a lock fixes in git's stead."""
    return frozenset({*lock.files, *(_place(table) for table in config.tables if table.name in lock.tables)})


def is_of_table(path: str, table: str) -> bool:
    """Return whether `path` is a table's file, one of its files, or one that stands for such a file in DVC."""
    if is_glob(table):
        return pattern_of(table).fullmatch(path.removesuffix(".dvc")) is not None
    return any(below(path, name) for name in (table, *pointers(table)))


def pointers(path: str) -> tuple[str, ...]:
    """Return the DVC pointer files that may stand for `path`: beside it, or beside a folder that holds it."""
    parts = path.split("/")
    return tuple("/".join(parts[:count]) + ".dvc" for count in range(len(parts), 0, -1))


def digest(entries: Iterable[str]) -> str:
    """Return the sha256 over git's entries, each `mode kind id<tab>path`, in sorted order."""
    whole = "\0".join(["mlgate/inputs/1", *sorted(set(entries))])
    return hashlib.sha256(whole.encode(errors="surrogatepass")).hexdigest()
