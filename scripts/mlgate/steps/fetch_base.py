"""fetch-base: find the commit whose policy judges, fetch it if need be, and write `base.json`."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.documents.base import BaseDocument, PolicySource, RegistryState
from mlgate.core.outcome import Outcome
from mlgate.errors import ExitStatus
from mlgate.options import Common, option
from mlgate.shell.base import registry as registries
from mlgate.shell.base.commit import Remote
from mlgate.shell.base.document import describe
from mlgate.shell.base.unpromoted import is_unpromoted
from mlgate.shell.git.repository import Git
from mlgate.shell.run_folder import RunFolder
from mlgate.steps import Result

if TYPE_CHECKING:
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Find the commit whose policy judges, and fetch it if this clone lacks it."""

    base: str | None = option(
        "Judge by this branch, tag or commit; by default the event decides, and without one the working copy judges.",
        default=None,
    )
    github_token: str | None = option(
        "Token that may read the repository, its releases, and the comments that tell how often a holdout has judged.",
        default=None,
        secret=True,
    )


def run(inputs: Inputs, world: World, *, network: bool = True) -> Result:
    """Write `base.json`; exit 2 if there is a base and it cannot be had, without `network` in this clone."""
    folder = RunFolder(world.cwd / inputs.run_dir)
    document, error = folder.guarded(
        lambda: _describe(inputs, folder, world, network=network),
        lambda failure, reads: BaseDocument(error=failure, reads=reads, config=inputs.config.as_posix()),
    )
    outcome = Outcome.PASS if error is None else Outcome.FAIL
    return Result(
        text="" if error else _text(document),
        status=ExitStatus.DONE if error is None else error.status,
        document=document,
        outputs={
            "outcome": outcome.value,
            "base-path": str(folder.file(BaseDocument)),
            "base-commit": document.base or "",
            "inputs-unchanged": str(document.inputs_unchanged).lower(),
        },
        error=error,
    )


def _describe(inputs: Inputs, folder: RunFolder, world: World, *, network: bool) -> BaseDocument:
    path = world.cwd / inputs.config
    git = Git.discover(path.parent, world.env)
    remote = Remote.of(git, world.env, inputs.github_token, world.log) if git and network else None
    document = describe(path, git, world.env, name=inputs.config.as_posix(), option=inputs.base, remote=remote)
    if git is not None and network and is_unpromoted(git, document, world, inputs.github_token):
        world.log("nothing that the model depends on differs, but it was never promoted: it is judged as if it did")
        document = dataclasses.replace(document, inputs_unchanged=False)
    registry = registries.seen(path, git, document, folder, world, token=inputs.github_token, network=network)
    return dataclasses.replace(document, registry=registry)


_FOUND = {
    "merge-commit": "the merge commit's first parent",
    "merge-group": "the merge queue's base",
    "branch-tip": "the tip of the base branch",
    "option": "as `--base` says",
    "none": "no base",
}


def _text(document: BaseDocument) -> str:
    lines = [f"{_judge(document)} ({_FOUND[document.base_source]})" if document.base else _judge(document)]
    if document.inputs_unchanged:
        lines.append("Nothing that the model depends on differs from it: nothing needs training.")
    if document.registry.state is RegistryState.SEEN:
        lines.append(f"The registry's log is read at {str(document.registry.tip)[:12]}.")
    if document.registry.state is RegistryState.UNREADABLE:
        lines.append(f"The registry cannot be read: {document.registry.message}")
    if document.policy_changed:
        lines.append(f"The policy is edited here: {', '.join(document.policy_changed)}")
    return "\n".join(lines)


def _judge(document: BaseDocument) -> str:
    commit = (document.base or "")[:12]
    return {
        PolicySource.BASE: f"The base {commit} judges.",
        PolicySource.WORKING_COPY: "The working copy judges: there is no base.",
        PolicySource.INTRODUCED: f"The base {commit} has no {document.config}: the working copy judges.",
        PolicySource.REMOVED: f"The configuration that the base {commit} has is moved or removed here.",
    }[document.policy]
