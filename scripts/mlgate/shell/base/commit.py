"""Finding the commit that judges: in this clone, else on the remote."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from mlgate.core import codec
from mlgate.core.gate.base import BaseSource, Facts, Plan, lacks_base, plan_fetch, read_event
from mlgate.errors import BaseUnreadableError, InputError, MlgateError, OutsideError
from mlgate.shell.git.environment import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mlgate.shell.git.repository import Git

REF = "refs/mlgate/base"
DEEPEN = (50, 500, 5000)  # commits; each round asks for more, and the last is the end
FETCH_DEPTH = "Add `fetch-depth: 2` under `with:` of the checkout step"


@dataclass(frozen=True, kw_only=True)
class Remote:
    """Where to fetch from, if need be.

    Attributes:
        source: A remote's name, or an address.
        secret: The token for it, if one was given.
        log: Told what is fetched.
    """

    source: str
    secret: Secret | None
    log: Callable[[str], None]

    @classmethod
    def of(cls, git: Git, env: Mapping[str, str], token: str | None, log: Callable[[str], None]) -> Remote | None:
        """Return the clone's remote, else the repository that the runner names; None without either."""
        server, repository = env.get("GITHUB_SERVER_URL"), env.get("GITHUB_REPOSITORY")
        source = git.remote() or (f"{server}/{repository}" if server and repository else None)
        secret = Secret(url=server, token=token) if server and token else None
        return None if source is None else cls(source=source, secret=secret, log=log)


@dataclass(frozen=True, kw_only=True)
class Found:
    """The base, as far as there is one."""

    facts: Facts
    plan: Plan
    base: str | None = None
    merge_base: str | None = None


def gather(git: Git | None, env: Mapping[str, str], option: str | None) -> Facts:
    """Return what the event and HEAD say.

    Raises:
        InputError: If the runner names an event that cannot be read.
    """
    facts = read_event(env.get("GITHUB_EVENT_NAME") or "local", _payload(env))
    facts = replace(facts, option=option or None, runner_commit=env.get("GITHUB_SHA") or None)
    commit = git.resolve("HEAD") if git else None
    return facts if git is None or commit is None else replace(facts, commit=commit, parents=git.parents(commit))


def _payload(env: Mapping[str, str]) -> object:
    path = env.get("GITHUB_EVENT_PATH")
    if not path:
        return {}
    try:
        return codec.loads(Path(path).read_bytes())
    except (OSError, codec.DecodeError) as error:
        raise InputError(
            f"the event at GITHUB_EVENT_PATH, {path}, cannot be read: {error}",
            remedy="The runner writes it; outside a workflow, unset the `GITHUB_*` variables.",
        ) from None


def find(git: Git | None, facts: Facts, remote: Remote | None) -> Found:
    """Return the base, fetched from `remote` where this clone lacks it; with no remote, without any network.

    Raises:
        BaseUnreadableError: If there is a base and it cannot be had.
    """
    if lacks_base(facts):
        raise BaseUnreadableError(
            f"the event {facts.event} has a base, and the file at GITHUB_EVENT_PATH does not say which",
            remedy="Run it in a workflow, whose runner writes the event; elsewhere unset `GITHUB_EVENT_NAME`, "
            "or name the base by `--base`.",
        )
    plan = plan_fetch(facts)
    if plan.source is BaseSource.NONE:
        return Found(facts=facts, plan=plan)
    if git is None or facts.commit is None:
        # Without git, actions/checkout unpacks the files alone; their own policy must not judge them.
        raise BaseUnreadableError(
            "there is no git repository to read the base from, usually because the job's container has no git",
            remedy="Install git in a step before the checkout step.",
        )
    base = _base(git, plan, remote)
    merge_base = base if plan.is_ancestor else _merge_base(git, facts.commit, base, remote)
    return Found(facts=facts, plan=plan, base=base, merge_base=merge_base)


def _base(git: Git, plan: Plan, remote: Remote | None) -> str:
    if plan.commit is not None:
        return plan.commit if git.has(plan.commit) else _fetched(git, plan, plan.commit, remote)
    if plan.name is not None:
        return _named(git, plan, plan.name, remote)
    return _tip(git, plan, str(plan.branch), remote)


def _fetched(git: Git, plan: Plan, commit: str, remote: Remote | None) -> str:
    """Fetch a commit by its id; a host that refuses that may still give the branch that holds it."""
    if remote is None:
        _unreadable(plan, f"the base {commit} is not in this clone, usually because it was cloned with depth 1", None)
    problem = _try_fetch(git, remote, commit, _depth(git))
    if problem is not None and plan.branch is not None:
        depth = [f"--depth={DEEPEN[0]}"] if git.is_shallow() else []
        problem = _try_fetch(git, remote, f"refs/heads/{plan.branch}", depth) or problem
    if not git.has(commit):
        _unreadable(plan, f"the base {commit} is not in this clone and could not be fetched", problem)
    return commit


def _named(git: Git, plan: Plan, name: str, remote: Remote | None) -> str:
    found = git.resolve(name) or git.resolve(f"refs/remotes/origin/{name}")
    if found is not None and git.has(found):
        return found
    problem = None if remote is None or name.startswith("-") else _try_fetch(git, remote, name, _depth(git))
    found = git.resolve(REF) if remote is not None and problem is None else None
    return found or _unreadable(plan, f"`--base {name}` names no commit of this clone", problem)


def _tip(git: Git, plan: Plan, branch: str, remote: Remote | None) -> str:
    """Return the branch's tip as it is now; where nothing can be fetched, as it was when this clone was made."""
    problem = None
    if remote is not None:
        problem = _try_fetch(git, remote, f"refs/heads/{branch}", _depth(git))
        found = git.resolve(REF) if problem is None else None
        if found is not None:
            return found
        remote.log(f"the branch {branch} could not be fetched; its tip is taken as this clone has it")
    found = git.resolve(f"refs/remotes/origin/{branch}")
    return found or _unreadable(plan, f"the tip of the base branch {branch} is not in this clone", problem)


def _merge_base(git: Git, commit: str, base: str, remote: Remote | None) -> str | None:
    found = git.merge_base(commit, base)
    for more in DEEPEN:
        if found is not None or remote is None or not git.is_shallow():
            break
        if _try_fetch(git, remote, base, [f"--deepen={more}"], commit) is not None:
            break
        found = git.merge_base(commit, base)
    return found


def _depth(git: Git) -> list[str]:
    """One commit is enough for a clone that is shallow; on a whole one a depth would cut its history off."""
    return ["--depth=1"] if git.is_shallow() else []


def _try_fetch(git: Git, remote: Remote, what: str, options: Sequence[str], *also: str) -> MlgateError | None:
    remote.log(f"fetching {what} from {remote.source}")
    try:
        git.fetch(remote.source, [f"+{what}:{REF}", *also], options, remote.secret)
    except OutsideError as error:
        return error
    return None


def _unreadable(plan: Plan, what: str, problem: MlgateError | None) -> NoReturn:
    if plan.source is BaseSource.OPTION:
        remedy = "Name a branch, tag or commit that `git log` shows; `git fetch` gets what the remote has."
    elif plan.source is BaseSource.BRANCH_TIP:
        remedy = "Give fetch-base the token (`github-token: ${{ github.token }}`), or add `fetch-depth: 0` to checkout."
    else:
        remedy = f"{FETCH_DEPTH}, or give the fetch-base step the token: `github-token: ${{{{ github.token }}}}`."
    cause = f": {problem.message}" if problem else ""
    raise BaseUnreadableError(what + cause, remedy=remedy)
