"""What compare-models compares: the candidate of training.json, the judging policy's baselines, the holdout on disk."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.config.model import BaselineKind
from mlgate.core.documents import ComparisonDocument, Reason, TrainingDocument
from mlgate.core.outcome import Outcome
from mlgate.errors import InputError, MlgateError
from mlgate.shell import configuration
from mlgate.shell.comparison import comparing
from mlgate.shell.comparison import identity as holdout_identity
from mlgate.shell.comparison.baselines import Finder, file_digest
from mlgate.shell.comparison.comparing import Request
from mlgate.shell.comparison.holdout import Columns
from mlgate.shell.tables.files import Unreadable, inspect

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.config.model import Config, Table
    from mlgate.core.gate.policy import Policy
    from mlgate.shell.base.policy import Judge
    from mlgate.shell.run_folder import RunFolder
    from mlgate.shell.world import World


class NothingToCompare(InputError):  # noqa: N818 - a finding that ends the comparison, not a mistake of the user's
    """There is no candidate, or nothing that could judge it."""

    default_reason = "candidate-missing"


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Makes the comparison of one run.

    Attributes:
        policy: Whose configuration judges.
        judge: The files that judge.
        folder: The run's.
        scratch: Where copies of the base's files may be written.
        world: The outside.
        show_values: Whether keys may be shown although git does not track the holdout.
    """

    policy: Policy
    judge: Judge
    folder: RunFolder
    scratch: Path
    world: World
    show_values: bool = False

    def document(self) -> ComparisonDocument:
        """Return what `comparison.json` says.

        Raises:
            InputError: `document-missing` or `document-stale`.
        """
        training = self.folder.read(TrainingDocument)
        reads = dict(self.folder.reads)
        try:
            request = self._request(training)
        except NothingToCompare as error:
            reason = Reason(id=error.reason, message=error.message, step=holdout_identity.STEP)
            return ComparisonDocument(outcome=Outcome.FAIL, reasons=(reason,), reads=reads)
        on_change = Outcome(self.policy.judging.gate.on_holdout_change.value)
        return dataclasses.replace(comparing.document(request, on_holdout_change=on_change), reads=reads)

    def _request(self, training: TrainingDocument) -> Request:
        """Return what is to be compared; trains the base where it is a baseline."""
        root, config = self.judge.config_folder, self.policy.judging
        candidate = _candidate(training, root)
        table, columns = _holdout(self.policy, root)
        base_table = config.table("holdout") or table
        model, proposed = training.artifact("model"), self.policy.proposed
        shown = self.show_values or self.judge.tracked(table.path)
        here, spill = root / table.path, self.scratch / "spill"
        base = holdout_identity.fetch(self.judge, table.path, base_table.path, self.scratch)
        predicted = holdout_identity.predicted(here, base, columns, spill)
        return Request(
            holdout=here,
            holdout_name=table.path,
            columns=columns,
            base=base,
            candidate=candidate,
            candidate_model=model.digest if model else None,
            train=self._train_table(),
            found=self._finder(predicted).all(),
            config=config,
            rules=config.gate.rules,
            proposed=proposed.gate.rules if proposed is not None else (),
            show_keys=shown and not _redacted(table, columns.key, root),
            spill=spill,
        )

    def _finder(self, holdout: Path) -> Finder:
        return Finder(
            policy=self.policy,
            judge=self.judge,
            folder=self.folder,
            world=self.world,
            scratch=self.scratch,
            holdout=holdout,
        )

    def _train_table(self) -> Path | None:
        """Return the table that a dummy learns from, if there is a dummy and such a table."""
        table = self.policy.working.table("train")
        configs = (self.policy.judging, self.policy.proposed)
        dummy = any(b.kind is BaselineKind.DUMMY for config in configs if config for b in config.baselines)
        if table is None or not dummy:
            return None
        path = self.judge.config_folder / table.path
        return path if path.is_file() else None


def _candidate(training: TrainingDocument, root: Path) -> Path:
    if training.error is not None or training.outcome is Outcome.FAIL:
        why = training.error.message if training.error else "; ".join(r.message or r.id for r in training.reasons)
        raise NothingToCompare(f"There is no candidate: {why}", remedy="See train-model.")
    artifact = training.artifact("predictions")
    if artifact is None:
        raise NothingToCompare(
            "training.json names no predictions: `train.predictions` is not set", remedy="Set `train.predictions`."
        )
    path = root / artifact.path
    if not path.is_file():
        raise InputError(
            f"the candidate's predictions {artifact.path} are gone since train-model ran",
            remedy="Run train-model again.",
            reason="document-stale",
        )
    if file_digest(path) != artifact.digest:
        raise InputError(
            f"{artifact.path} is not the file that train-model recorded: something has written it since",
            remedy="Run train-model again, and let nothing write its outputs afterwards.",
            reason="document-stale",
        )
    return path


def _holdout(policy: Policy, root: Path) -> tuple[Table, Columns]:
    table = policy.working.table("holdout")
    if table is None:
        raise NothingToCompare(
            "no table is called `holdout`", remedy="Add it under `tables`.", reason="holdout-missing"
        )
    try:
        inspect(root / table.path)
    except Unreadable as error:
        reason = error.reason if error.reason == "data-not-pulled" else "holdout-missing"
        raise NothingToCompare(error.message, remedy=error.remedy, reason=reason) from None
    config: Config = policy.judging
    if config.key is None or config.label is None:
        raise NothingToCompare(
            f"{config.path} names no `key` or no `label`", remedy="Name both.", reason="label-missing"
        )
    return table, Columns(key=config.key, label=config.label, group=config.group, weight=config.weight)


def _has_dummy(policy: Policy) -> bool:
    configs = (policy.judging, policy.proposed)
    return any(b.kind is BaselineKind.DUMMY for config in configs if config for b in config.baselines)


def _redacted(table: Table, key: str, root: Path) -> bool:
    """Return whether the holdout's contract hides the key; one that cannot be read hides it too."""
    if table.contract is None:
        return False
    try:
        contract = configuration.load_contract(root / table.contract, table.contract)
    except MlgateError:
        return True
    return key in contract.redacted
