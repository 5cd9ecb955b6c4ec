"""Outside of a workflow: whether a commit is on the branch that models are promoted from, as the remote has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.registry.promotion.judged import read_push
from mlgate.errors import MlgateError, UsageError
from mlgate.shell.base.commit import Remote
from mlgate.shell.git.pushing import NETWORK_SECONDS
from mlgate.shell.git.words import words_of
from mlgate.shell.registry.log.reading import fail
from mlgate.shell.registry.promotion.order import event_payload
from mlgate.shell.runner import in_actions

if TYPE_CHECKING:
    from mlgate.core.registry.promotion.judged import Push
    from mlgate.shell.git.repository import Git
    from mlgate.shell.registry.promotion.order import Order
    from mlgate.shell.registry.promotion.pushed import Pushed
    from mlgate.shell.world import World

HEADS = "refs/heads/"
TIP = "refs/mlgate/promoted-from"


def pushed_here(pushed: Pushed, order: Order, world: World) -> Push | None:
    """Hold that the checkout is of the branch that models are promoted from; return what a workflow's run pushed.

    Raises:
        UsageError: If it is of another one.
        MlgateError: If that cannot be found out.
    """
    if in_actions(world.env):
        return read_push(world.env, event_payload(world), commit=pushed.commit, branch=order.branch)
    remote = Remote.of(pushed.git, world.env, order.token, world.log)
    check_branch(pushed.git, pushed.commit, remote, order.branch)
    return None


def check_branch(git: Git, commit: str, remote: Remote | None, branch: str) -> None:
    """Hold that a commit is the tip of a branch of the remote, or an ancestor of it: a tag would publish any other.

    Args:
        git: The clone.
        commit: The commit.
        remote: Where the registry is; without any, what is checked out is the branch, unless one is named.
        branch: Its name; empty for the remote's default branch.

    Raises:
        UsageError: If it is not, or if there is no such branch.
        OutsideError: `registry-unreadable`, if the remote cannot be asked.
    """
    if remote is None:
        name, tip = branch, git.resolve(HEADS + branch) if branch else commit
    else:
        name, tip = _asked(git, remote, branch)
    if tip is None:
        where = f"on {remote.source}" if remote else "in this clone"
        raise UsageError(
            f"there is no branch {name} {where}, and models are promoted from it" if name else _no_default(where),
            remedy="Name the branch that has the commit by `--branch`.",
        )
    if commit != tip and not _holds(git, commit, name, tip, remote):
        where = f"{name} of {remote.source}" if remote else name
        raise UsageError(
            f"{commit[:12]} is not on {where}, and models are promoted from {name}",
            remedy=f"Merge it and push {name}, then check and promote that; or name its own branch by `--branch`.",
        )


def _no_default(where: str) -> str:
    return f"which branch is the default one {where} is not known, and models are promoted from it"


def _asked(git: Git, remote: Remote, branch: str) -> tuple[str, str | None]:
    """Return the branch's name and its tip, as the remote has them now."""
    wanted = HEADS + branch if branch else "HEAD"
    command = ["ls-remote", "--quiet", "--symref", "--", remote.source, wanted]
    done = git.ask(command, secret=remote.secret, seconds=NETWORK_SECONDS)
    if done.returncode != 0:
        raise fail("registry-unreadable", f"the branches of {remote.source} cannot be read: {words_of(done)}")
    lines = [line.split("\t", 1) for line in done.stdout.decode(errors="replace").splitlines()]
    values = {parts[1]: parts[0] for parts in lines if len(parts) == 2 and not parts[0].startswith("ref: ")}
    names = [parts[0].removeprefix(f"ref: {HEADS}") for parts in lines if parts[0].startswith(f"ref: {HEADS}")]
    return branch or next(iter(names), ""), values.get(wanted)


def _holds(git: Git, commit: str, name: str, tip: str, remote: Remote | None) -> bool:
    if remote is not None and not git.has(tip):
        try:
            git.fetch(remote.source, [f"+{HEADS}{name}:{TIP}"], [], remote.secret)
        except MlgateError as error:
            raise fail("registry-unreadable", f"the branch {name} cannot be fetched: {error.message}") from None
    return git.ask(["merge-base", "--is-ancestor", commit, tip]).returncode == 0
