"""Where each baseline's predictions lie, or why they cannot be had."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core import pointers
from mlgate.core.config.model import BaselineKind
from mlgate.errors import MlgateError
from mlgate.shell.base.fixed import fixed_at_base
from mlgate.shell.digests import file_digest

if TYPE_CHECKING:
    from mlgate.core.config.model import Baseline, Rule
    from mlgate.core.documents.shared import Reason
    from mlgate.core.documents.training import TrainingDocument
    from mlgate.core.gate.policy import Policy
    from mlgate.shell.base.policy import Judge
    from mlgate.shell.run_folder import RunFolder
    from mlgate.shell.world import World


@dataclass(frozen=True, kw_only=True)
class Found:
    """One baseline of the configuration.

    Attributes:
        baseline: As configured.
        path: Its predictions; None for a dummy, for `promoted` before the holdout is read, and where there are none.
        reason: Why there are none.
        message: The particulars.
        model_digest: sha256 of its model, where that is known.
        version: Of the promoted model.
        recorded: Whether the file has hashes of keys, as the registry keeps them.
        notes: What has to be said of how they were had.
        training: How its model was made; None where nobody knows.
    """

    baseline: Baseline
    path: Path | None = None
    reason: str | None = None
    message: str = ""
    model_digest: str | None = None
    version: str | None = None
    recorded: bool = False
    notes: tuple[Reason, ...] = ()
    training: TrainingDocument | None = None

    @property
    def is_open(self) -> bool:
        """Return whether the predictions can be had only once the holdout has been read."""
        return self.baseline.kind is BaselineKind.PROMOTED and self.path is None and self.reason is None


@dataclass(frozen=True, kw_only=True)
class Finder:
    """Finds the predictions of baselines.

    Attributes:
        policy: Whose configuration judges.
        judge: The files that judge.
        folder: The run's.
        world: The outside.
        scratch: Where bytes from the base commit are written, so that the engine can read them.
        holdout: The table that the base predicts where it is trained.
    """

    policy: Policy
    judge: Judge
    folder: RunFolder
    world: World
    scratch: Path
    holdout: Path

    def all(self) -> tuple[Found, ...]:
        """Return the judging configuration's baselines, then those of the pull request's policy that differ."""
        judging = self.policy.judging.baselines
        proposed = self.policy.proposed.baselines if self.policy.proposed is not None else ()
        changed = _renamed(self.policy)
        added = [dataclasses.replace(b, name=changed.get(b.name, b.name)) for b in proposed if b not in judging]
        return tuple([self._find(b, proposed=False) for b in judging] + [self._find(b, proposed=True) for b in added])

    def _find(self, baseline: Baseline, *, proposed: bool) -> Found:
        match baseline.kind:
            case BaselineKind.DUMMY | BaselineKind.PROMOTED:
                return Found(baseline=baseline)
            case BaselineKind.BASE:
                return self._base(baseline)
            case BaselineKind.PREDICTIONS:
                return self._file(baseline, str(baseline.predictions), proposed=proposed)

    def _base(self, baseline: Baseline) -> Found:
        from mlgate.shell.training.base import train_base  # noqa: PLC0415 - only where a base is trained

        try:
            trained = train_base(self.policy, self.judge, self.folder, self.world, self.holdout)
        except MlgateError as error:
            return Found(baseline=baseline, reason=error.reason, message=f"{error.message.rstrip('.')}. {error.remedy}")
        return Found(
            baseline=baseline,
            path=trained.predictions,
            model_digest=trained.model_digest,
            training=trained.training,
        )

    def _file(self, baseline: Baseline, path: str, *, proposed: bool) -> Found:
        here = self.judge.config_folder / path
        if proposed or not self.judge.from_base:
            if here.is_file():
                return Found(baseline=baseline, path=here)
            return self._missing(baseline, f"{path} does not exist.")
        data = self.judge.judging_bytes(path)
        if data is None:
            fixed = fixed_at_base(self.judge, path, here)
            if fixed is not None and fixed.is_here:
                return Found(baseline=baseline, path=here)
            if fixed is not None:
                return self._missing(baseline, f"{path} is not the file that {fixed.by} fixes at the base.")
            if here.exists() and not self.judge.tracked(path):
                message = f"Git does not track {path}, so the pull request could have written it."
                return Found(baseline=baseline, reason="baseline-unpinned", message=message)
            return self._missing(baseline, f"{path} is not in the base commit.")
        if (digest := pointed(data)) is not None:
            return self._pulled(baseline, here, digest)
        copy = self.scratch / f"{len(list(self.scratch.iterdir()))}-{Path(path).name}"
        copy.write_bytes(data)
        return Found(baseline=baseline, path=copy)

    def _pulled(self, baseline: Baseline, here: Path, digest: str) -> Found:
        if here.is_file() and file_digest(here) == digest:
            return Found(baseline=baseline, path=here)
        message = f"{here.name} is in Git LFS, and the file on disk is not the one that the base names: `git lfs pull`."
        return Found(baseline=baseline, reason="data-not-pulled", message=message)

    @staticmethod
    def _missing(baseline: Baseline, message: str) -> Found:
        return Found(baseline=baseline, reason="baseline-missing", message=message)


def proposed_rules(policy: Policy) -> tuple[Rule, ...]:
    """Return the rules of the pull request's policy; a baseline that it defines otherwise has a name of its own."""
    if policy.proposed is None:
        return ()
    changed = _renamed(policy)
    rules = policy.proposed.gate.rules
    return tuple(dataclasses.replace(r, against=changed.get(r.against or "", r.against)) for r in rules)


def _renamed(policy: Policy) -> dict[str, str]:
    """Return names for the baselines that the pull request's policy defines otherwise than the judging one."""
    proposed = policy.proposed.baselines if policy.proposed is not None else ()
    judging = {baseline.name: baseline for baseline in policy.judging.baselines}
    return {b.name: f"{b.name} (proposed)" for b in proposed if judging.get(b.name, b) != b}


def pointed(data: bytes) -> str | None:
    """Return the sha256 that a pointer of Git LFS names; None for other bytes."""
    found = pointers.lfs(data)
    return found.digest if found else None
