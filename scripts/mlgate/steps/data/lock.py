"""`mlgate data lock`: fix tables and untracked judging files to their digests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core import lock as locks
from mlgate.core.lock import NAME, Lock
from mlgate.core.words import counted
from mlgate.errors import ExitStatus, OutsideError
from mlgate.options import Common, option
from mlgate.shell import configuration
from mlgate.shell import lock as shell_lock
from mlgate.shell.base.policy import Judge
from mlgate.shell.git.repository import Git
from mlgate.shell.run_folder import write_atomically
from mlgate.steps import Result

if TYPE_CHECKING:
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Write `mlgate.lock`: the digests of all tables, and of predictions files that git does not track."""

    check: bool = option("Write nothing; say whether the file is up to date.", default=False, flag=True)


def run(inputs: Inputs, world: World) -> Result:
    """Write the lock, or tell what it would say otherwise.

    Raises:
        ConfigError: Of the configuration, or of the lock that is there.
        InputError: Something that is to be fixed is not there, or is no table.
    """
    path = world.cwd / inputs.config
    config = configuration.load(path, inputs.config.as_posix())
    judge = _judge(inputs, world)
    if inputs.check:
        found = shell_lock.made(config, judge, world.env, rows=False)
        return _checked(shell_lock.load(judge), found)
    found = shell_lock.made(config, judge, world.env, rows=True)
    target = judge.config_folder / NAME
    try:
        write_atomically(target, locks.write(found).encode())
    except OSError as error:
        raise OutsideError(f"{NAME} cannot be written: {error.strerror}", remedy="Correct the folder.") from None
    return Result(text=f"Wrote {NAME}: {_counts(found)}. Commit it with the data.")


def _judge(inputs: Inputs, world: World) -> Judge:
    path = world.cwd / inputs.config
    git = Git.discover(path.parent, world.env)
    name = git.relative(path.parent) if git else None
    return Judge(
        config_folder=path.parent.resolve(),
        git=git,
        commit=git.resolve("HEAD") if git else None,
        prefix="" if name in (None, ".") else str(name),
    )


def _checked(lock: Lock | None, found: Lock) -> Result:
    lines = [f"there is no {NAME}"] if lock is None else list(locks.differences(lock, found))
    if not lines:
        return Result(text=f"{NAME} is up to date: {_counts(found)}.")
    told = "\n".join(f"- {line}" for line in lines)
    return Result(text=f"{NAME} is not up to date:\n{told}\n\n{locks.RELOCK}", status=ExitStatus.BLOCKED_FAIL)


def _counts(lock: Lock) -> str:
    number = sum(len(table.files) for table in lock.tables.values()) + len(lock.files)
    return f"{counted(len(lock.tables), 'table')}, {counted(number, 'file')}"
