"""What compare-models compares: the candidate of training.json, the judging policy's baselines, the holdout on disk."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlgate.core.comparison.slices.seeking import dividing
from mlgate.core.config.model import BaselineKind
from mlgate.core.documents.comparison import ComparisonDocument
from mlgate.core.documents.shared import Reason
from mlgate.core.documents.training import TrainingDocument
from mlgate.core.outcome import Outcome
from mlgate.core.registry.promotion.promoted import compares_with_promoted
from mlgate.errors import InputError, MlgateError
from mlgate.shell import configuration
from mlgate.shell.base import waivers
from mlgate.shell.base.tables import base_table
from mlgate.shell.comparison import comparing, costs, repeats, row_functions
from mlgate.shell.comparison import identity as holdout_identity
from mlgate.shell.comparison.baselines import Finder, proposed_rules
from mlgate.shell.comparison.comparing import Request
from mlgate.shell.comparison.holdout import Columns
from mlgate.shell.comparison.identity import BaseHoldout
from mlgate.shell.comparison.pinned import at_base
from mlgate.shell.comparison.registry import read_log
from mlgate.shell.digests import file_digest
from mlgate.shell.tables import sources
from mlgate.shell.tables.files import Unreadable, inspect, suffix_of
from mlgate.shell.training.plain import Plain

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.config.model import Config, Table
    from mlgate.core.gate.policy import Policy
    from mlgate.shell.base.policy import Judge
    from mlgate.shell.comparison.evidence_files import Keeper
    from mlgate.shell.comparison.promoted import Promoted
    from mlgate.shell.comparison.registry import Log
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
            ConfigError: The working copy's waivers have mistakes.
        """
        training = self.folder.read(TrainingDocument)
        reads = dict(self.folder.reads)
        allowed = waivers.read(self.policy, self.judge, self.world.now().date().isoformat())
        if training.error is None and training.outcome is not Outcome.FAIL and costs.are_all(self.policy):
            return dataclasses.replace(costs.alone(self.policy, training, allowed), reads=reads)
        try:
            request = self._request(training)
        except NothingToCompare as error:
            reason = Reason(id=error.reason, message=error.message, step=holdout_identity.STEP)
            return ComparisonDocument(outcome=Outcome.FAIL, reasons=(reason,), reads=reads)
        on_change = Outcome(self.policy.judging.gate.on_holdout_change.value)
        compared = comparing.document(request, on_holdout_change=on_change, allowed=allowed)
        return dataclasses.replace(compared, reads=reads)

    def _request(self, training: TrainingDocument) -> Request:
        """Return what is to be compared; trains the base where it is a baseline."""
        root, config = self.judge.config_folder, self.policy.judging
        candidate = _candidate(training, root)
        table, columns = _holdout(self.policy, root)
        functions = row_functions.read(self.policy, self.judge, self.scratch, self.world)
        if functions is not None:
            columns = dataclasses.replace(columns, others=(*columns.others, *functions.columns))
        base_table = config.table("holdout") or table
        model = training.artifact("model")
        known = self.judge.as_committed(table.path)
        shown = self.show_values or known
        here, spill = self._here(table), self.scratch / "spill"
        base = self._base_holdout(table, base_table)
        redacted = _redacted(self.policy, self.judge, "holdout")
        log = read_log(self.policy, self.judge, self.world)
        predicted = holdout_identity.predicted(here, base, columns, spill)
        return Request(
            holdout=here,
            holdout_name=table.path,
            holdout_digest=None if sources.is_ordinary(table) else self._digest(table),
            columns=columns,
            base=base,
            candidate=candidate,
            candidate_model=model.digest if model else None,
            train=self._train_table(),
            found=self._finder(predicted).all(),
            config=config,
            rules=config.gate.rules,
            proposed=proposed_rules(self.policy),
            show_keys=shown and redacted is not None and columns.key not in redacted,
            private=self.show_values and not known,
            hide_classes=redacted is None or columns.label in redacted,
            hidden=redacted if shown else None,
            spill=spill,
            log=log,
            promoted=self._promoted(log, predicted),
            keeper=self._keeper(log, spill),
            functions=functions,
            training=training,
            repeats=repeats.files(training, self.folder.path),
        )

    @cached_property
    def _plain(self) -> Plain:
        return Plain.of(self.judge, self.scratch, self.world)

    def _here(self, table: Table) -> Path:
        try:
            return self._plain.file(table)
        except Unreadable as error:
            raise _no_holdout(error) from None

    def _digest(self, table: Table) -> str | None:
        return sources.digest_of(sources.resolve(table, self._plain.place))

    def _base_holdout(self, table: Table, base: Table) -> BaseHoldout | None:
        """Return the base's holdout; of one that is no single plain file, as such a file."""
        if sources.is_ordinary(table) and sources.is_ordinary(base):
            return holdout_identity.fetch(self.judge, table.path, base.path, self.scratch)
        if not self.judge.from_base:
            return None
        found = base_table(self.judge, base, self.scratch / "base-holdout-files")
        source = found.source
        fixed = holdout_identity.by_lock(self.judge, base, self._digest) if source is None else None
        is_same = found.is_unchanged or (fixed is not None and fixed.same_bytes)
        if is_same and table.path == base.path and table.dialect == base.dialect:
            return BaseHoldout(same_bytes=True)
        if fixed is not None and fixed.problem is not None:
            return fixed
        if is_same:  # the same bytes, which the base reads in another way
            source = sources.resolve(base, self._plain.place)
        if source is None:
            return BaseHoldout(problem=Reason(id="holdout-unpinned", message=found.missing, step=holdout_identity.STEP))
        return BaseHoldout(copy=self._plain.file_of(source, base, "base-holdout"))

    def _promoted(self, log: Log | None, holdout: Path) -> Promoted | None:
        """Return what finds the promoted model, where that is a baseline."""
        if log is None or not compares_with_promoted(self.policy.judging, self.policy.proposed):
            return None
        from mlgate.shell.comparison.model_bytes import Bytes  # noqa: PLC0415 - only where there is such a baseline
        from mlgate.shell.comparison.promoted import Promoted  # noqa: PLC0415 - as above
        from mlgate.shell.comparison.rescoring import Rescorer  # noqa: PLC0415 - as above

        train = self.policy.judging.train
        suffix = suffix_of(PurePosixPath(train.predictions)) if train and train.predictions else ".csv"
        folder, run_folder = self.judge.config_folder, self.folder.path
        held = Bytes(log=log, config=self.policy.judging, folder=folder, run_folder=run_folder)
        rescorer = Rescorer(
            policy=self.policy,
            judge=self.judge,
            world=self.world,
            holdout=holdout,
            output=self.scratch / f"promoted-scored{suffix}",
            fetch=held.write,
        )
        unpacked = self.scratch / "promoted-recorded.csv"
        return Promoted(log=log, config=self.policy.judging, unpacked=unpacked, rescorer=rescorer)

    def _keeper(self, log: Log | None, spill: Path) -> Keeper | None:
        """Return what keeps evidence, where something may be promoted."""
        config = self.policy.working
        table = config.table("train") or config.table("holdout")
        if log is None or table is None:
            return None
        from mlgate.shell.comparison.evidence_files import Keeper  # noqa: PLC0415 - only where something is promoted
        from mlgate.shell.tables.reference import Subject  # noqa: PLC0415 - as above

        hidden = _redacted(self.policy, self.judge, table.name)
        subject = Subject(
            name=table.name,
            path=self._plain.file(table),
            key=self.policy.judging.key,
            shown=hidden is not None and self.judge.as_committed(table.path),
            hidden=hidden or (),
        )
        return Keeper(folder=self.folder, subject=subject, spill=spill, world=self.world)

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
        configs = (self.policy.judging, self.policy.proposed)
        dummy = any(b.kind is BaselineKind.DUMMY for config in configs if config for b in config.baselines)
        table = self.policy.judging.table("train")
        if table is None or not dummy:
            return None
        if not self.judge.from_base:
            return self._own_train(table)
        if sources.is_ordinary(table):  # a pull request could make the dummy worse by what its train table says
            return at_base(self.judge, table.path, self.scratch, "base-train")
        found = base_table(self.judge, table, self.scratch / "base-train-files")
        source = sources.resolve(table, self._plain.place) if found.is_unchanged else found.source
        return None if source is None else self._plain.file_of(source, table, "base-train")

    def _own_train(self, table: Table) -> Path | None:
        try:
            path = self._plain.file(table)
        except Unreadable:
            return None
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
        if sources.is_ordinary(table):
            inspect(root / table.path)
    except Unreadable as error:
        raise _no_holdout(error) from None
    config: Config = policy.judging
    if config.key is None or config.label is None:
        raise NothingToCompare(
            f"{config.path} names no `key` or no `label`", remedy="Name both.", reason="label-missing"
        )
    return table, Columns(
        key=config.key,
        label=config.label,
        group=config.group,
        weight=config.weight,
        slices=dividing(config.gate.rules),
        others=dividing(proposed_rules(policy)),
        seek=True,
    )


def _no_holdout(error: Unreadable) -> NothingToCompare:
    reason = error.reason if error.reason == "data-not-pulled" else "holdout-missing"
    return NothingToCompare(error.message, remedy=error.remedy, reason=reason)


def _redacted(policy: Policy, judge: Judge, name: str) -> frozenset[str] | None:
    """Return the columns that a table's contract hides, or the base's does; None, for all, if one cannot be read.

    A pull request that removes `redact` does not show what was hidden.
    """
    working, judging = policy.working.table(name), policy.judging.table(name)
    found: list[str] = []
    try:
        if working is not None and working.contract is not None:
            found += configuration.load_contract(judge.config_folder / working.contract, working.contract).redacted
        if judge.from_base and judging is not None and judging.contract is not None:
            data = judge.base_bytes(judging.contract)
            if data is None:
                return None
            found += configuration.parse_contract(data, judging.contract).redacted
    except MlgateError:
        return None
    return frozenset(found)
