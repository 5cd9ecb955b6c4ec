"""Which configuration judges: the base's and the working copy's, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.documents.base import PolicySource

if TYPE_CHECKING:
    from mlgate.core.config.model import Config
    from mlgate.core.documents.base import BaseDocument


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The two configurations of a run.

    Attributes:
        base: Which commits they come from.
        working: The working copy's: how to train, where the tables are. Also what a policy edit proposes.
        judging: The one that judges: the base's where there is one, else `working`.
        proposed: `working` where the pull request edits the policy, so that both can be decided; else None.
    """

    base: BaseDocument
    working: Config
    judging: Config
    proposed: Config | None = None

    @property
    def from_base(self) -> bool:
        """Return whether the base's configuration judges."""
        return self.base.policy is PolicySource.BASE
