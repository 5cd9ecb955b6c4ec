"""The registry's log as a comparison sees it: at the commit that fetch-base recorded, and never newer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.documents.base import RegistryState
from mlgate.core.registry.promotion.promoted import uses_registry
from mlgate.errors import MlgateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.documents.base import RegistrySeen
    from mlgate.core.gate.policy import Policy
    from mlgate.core.registry.log.state import State
    from mlgate.shell.base.policy import Judge
    from mlgate.shell.registry.log.journal import Journal
    from mlgate.shell.world import World


@dataclass(frozen=True, kw_only=True)
class Log:
    """The registry's log, as far as it can be read.

    Attributes:
        state: Its fold; None if it cannot be read.
        problem: Why not.
        journal: For the bytes that the branch keeps; None without a log.
        tip: Its commit.
        reports: How many pull requests' reports name a holdout, by the start of its identity; None if nobody knows.
    """

    state: State | None = None
    problem: str = ""
    journal: Journal | None = None
    tip: str | None = None
    reports: Mapping[str, int] | None = None

    def blob(self, digest: str) -> bytes | None:
        """Return bytes that the branch keeps; None if it has lost them.

        Raises:
            MlgateError: If they are not those.
        """
        return None if self.journal is None or self.tip is None else self.journal.blob(digest, self.tip)


def _unseen(seen: RegistrySeen) -> str:
    if seen.state is RegistryState.UNREADABLE:
        return f"The registry cannot be read: {' '.join(seen.message.split())}"
    return "The registry was never fetched into this clone: run fetch-base before, or `mlgate check`, which does."


def read_log(policy: Policy, judge: Judge, world: World) -> Log | None:
    """Return the log; None where no configuration of the run has to do with it."""
    if not uses_registry(policy.judging, policy.working):
        return None
    if judge.git is None:
        return Log(problem="There is no git repository, and so no registry that could be read.")
    from mlgate.core.registry.log.state import State  # noqa: PLC0415 - only where there may be a log
    from mlgate.shell.registry.log.journal import look, open_journal  # noqa: PLC0415 - as above

    seen = policy.base.registry
    if seen.state is RegistryState.UNKNOWN:  # without fetch-base: what this clone has
        seen = look(judge.git, world, None, {policy.judging.model, policy.working.model})
    if seen.state is RegistryState.EMPTY:
        return Log(state=State(), reports=seen.reports)
    if seen.tip is None:
        return Log(problem=_unseen(seen))
    journal = open_journal(judge.git, world)
    try:
        state = journal.state_at(seen.tip)
        return Log(state=state, journal=journal, tip=seen.tip, reports=seen.reports)
    except MlgateError as error:
        return Log(problem=f"The registry cannot be read: {error.message.rstrip('.')}. {error.remedy}")
