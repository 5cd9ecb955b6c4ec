"""Whether what is promoted is older than what was promoted: a run of last week's push that is started again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mlgate.errors import MlgateError
from mlgate.shell.base.commit import DEEPEN
from mlgate.shell.git.pushing import NETWORK_SECONDS

if TYPE_CHECKING:
    from mlgate.shell.base.commit import Remote
    from mlgate.shell.git.repository import Git

REF = "refs/mlgate/later"


@dataclass(frozen=True)
class Behind:
    """Tells whether a commit is behind others.

    Attributes:
        git: The clone, which may be shallow.
        commit: The commit.
        branch: The branch that it is promoted from; empty for the remote's default branch.
        remote: Where that is; None for a repository without one.
    """

    git: Git
    commit: str
    branch: str
    remote: Remote | None

    def __call__(self, later: str) -> bool:
        """Return whether the commit is in the history of `later` and no longer the branch's tip."""
        if later == self.commit or self._is_tip:
            return False
        return self.git.merge_base(self.commit, later) == self.commit or self._is_found_behind(later)

    @cached_property
    def _is_tip(self) -> bool:
        """Return whether nothing was pushed since: then no history needs to be fetched."""
        if self.remote is None:
            return False
        wanted = f"refs/heads/{self.branch}" if self.branch else "HEAD"
        command = ["ls-remote", "--quiet", "--", self.remote.source, wanted]
        done = self.git.ask(command, secret=self.remote.secret, seconds=NETWORK_SECONDS)
        return done.returncode == 0 and done.stdout.decode(errors="replace").partition("\t")[0] == self.commit

    def _is_found_behind(self, later: str) -> bool:
        """Look for the commit in more and more of the other's history, as far as the clone is cut off."""
        if self.remote is None or not (self.git.is_shallow() or not self.git.has(later)):
            return False
        options = [["--depth=1"], *([f"--deepen={more}"] for more in DEEPEN)] if self.git.is_shallow() else [[]]
        for option in options:
            try:
                self.git.fetch(self.remote.source, [f"+{later}:{REF}"], option, self.remote.secret)
            except MlgateError as error:
                self.remote.log(f"the history of {later} cannot be fetched: {error.message}")
                return False
            base = self.git.merge_base(self.commit, later)
            if base is not None:
                return base == self.commit
        return False
