"""Under which `promote` a promotion stands: one that the branch had before, never one that comes with what is promoted.

A push that edits `promote` is promoted under the one of the branch's tip before it, as a pull request is judged by the
base's policy; the new one takes effect with the next push. A version enters a stage under that of the default branch.
"""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from mlgate.core.config.node import Place as At
from mlgate.core.config.node import refuse
from mlgate.core.registry.promotion.judged import tip_before
from mlgate.errors import ConfigError
from mlgate.shell import configuration
from mlgate.shell.base.commit import Remote
from mlgate.shell.registry.promotion.order import event_payload
from mlgate.shell.runner import in_actions

if TYPE_CHECKING:
    from mlgate.core.config.model import Config
    from mlgate.shell.git.repository import Git
    from mlgate.shell.registry.promotion.order import Order
    from mlgate.shell.registry.promotion.pushed import Pushed
    from mlgate.shell.world import World

TIP = "refs/mlgate/policy"


def before_the_push(pushed: Pushed, order: Order, world: World) -> Pushed:
    """Return what was pushed, under the `promote` of the branch's tip before the push, where that has one.

    Outside a workflow, in a run that no push started, for a branch's first push and where the tip before cannot be had,
    it is the pushed one's own.
    """
    before = tip_before(world.env, event_payload(world)) if in_actions(world.env) else None
    remote = Remote.of(pushed.git, world.env, order.token, world.log)
    if before is None or not pushed.has(before, remote):
        return pushed
    try:
        older = _config_at(pushed.git, before, pushed)
    except ConfigError as error:
        world.log(f"the configuration before the push has mistakes, and the pushed one decides: {error.message}")
        return pushed
    if older is None or older.promote is None:
        return pushed
    config = replace(pushed.config, promote=older.promote)
    return replace(pushed, config=config, policy=before, edits_policy=older.promote != pushed.config.promote)


def of_the_default_branch(pushed: Pushed, order: Order, world: World) -> Pushed:
    """Return what is checked out, under the configuration that the remote's default branch has now.

    A repository without a remote has no other than the checked out one.

    Raises:
        OutsideError: If the branch cannot be fetched.
        ConfigError: If it has no such configuration, or one with mistakes.
    """
    remote = Remote.of(pushed.git, world.env, order.token, world.log)
    if remote is None:
        return pushed
    depth = ["--depth=1"] if pushed.git.is_shallow() else []
    pushed.git.fetch(remote.source, [f"+HEAD:{TIP}"], depth, remote.secret)
    tip = pushed.git.resolve(TIP)
    config = _config_at(pushed.git, tip, pushed) if tip else None
    if config is None:
        raise refuse(
            pushed.name,
            At(line=1, column=1),
            "the remote's default branch has no such configuration, and its `promote` says what a stage needs",
            "Merge it first, or name the one that is there by `--config`.",
        )
    return replace(pushed, config=config, policy=tip)


def _config_at(git: Git, commit: str, pushed: Pushed) -> Config | None:
    """Return a commit's configuration: at the same path, else the one of the same model, which was moved since."""
    data = git.show(commit, pushed.name)
    if data is not None:
        return configuration.parse(data, pushed.name)
    others = (_tried(git, commit, path) for path in sorted(git.called(commit, posixpath.basename(pushed.name))))
    return next((one for one in others if one is not None and one.model == pushed.config.model), None)


def _tried(git: Git, commit: str, path: str) -> Config | None:
    """Return what a file says if it is a configuration: workflows are called so, too."""
    try:
        return configuration.parse(git.show(commit, path) or b"", path)
    except ConfigError:
        return None
