"""Read holdout and predictions, and have the core compare them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mlgate.core.comparison import labels
from mlgate.core.comparison.arena import Opponent
from mlgate.core.comparison.compare import Comparison, compare
from mlgate.core.comparison.dummy import dummies
from mlgate.core.comparison.intervals.spread import Sampling
from mlgate.core.comparison.labels import canonical
from mlgate.core.comparison.sides import Predictions, Truth
from mlgate.core.comparison.slices.seeking import Sought
from mlgate.core.config.model import BaselineKind, Task
from mlgate.core.documents.comparison import BaselineResult, ComparisonDocument, Holdout
from mlgate.core.documents.shared import Reason
from mlgate.core.outcome import Outcome, worst
from mlgate.core.report.numbers import SHORT_DIGEST
from mlgate.shell.comparison import costs, repeats
from mlgate.shell.comparison import holdout as holdouts
from mlgate.shell.comparison import identity as holdout_identity
from mlgate.shell.comparison import prior as priors
from mlgate.shell.comparison.holdout import HoldoutError, HoldoutTable
from mlgate.shell.comparison.identity import STEP
from mlgate.shell.comparison.predictions import PredictionsError, Reader, own_columns
from mlgate.shell.digests import file_digest
from mlgate.shell.tables import engine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mlgate.core.comparison.columns import Column
    from mlgate.core.config.model import Config, Rule
    from mlgate.core.documents.comparison import Repeats
    from mlgate.core.documents.training import Artifact, TrainingDocument
    from mlgate.shell.base.waivers import Allowed
    from mlgate.shell.comparison.baselines import Found
    from mlgate.shell.comparison.evidence_files import Keeper
    from mlgate.shell.comparison.holdout import Columns
    from mlgate.shell.comparison.identity import BaseHoldout, Identity
    from mlgate.shell.comparison.promoted import Promoted
    from mlgate.shell.comparison.registry import Log
    from mlgate.shell.comparison.row_functions import RowFunctions

MOST_CLASSES = 1000


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be compared.

    Attributes:
        holdout: The table that judges.
        holdout_name: Its path as people write it.
        holdout_digest: Of its bytes, where `holdout` is a plain copy of them.
        columns: Of the holdout.
        base: The base's holdout; None where no base judges.
        candidate: Predictions.
        candidate_model: sha256 of the candidate's model, where there is one.
        train: The train table, which a dummy learns from; None if there is none, or none that the base has.
        found: The baselines.
        config: Whose task and positive class count.
        rules: Those that judge.
        proposed: Those of the pull request's own policy.
        show_keys: Whether keys may be shown.
        private: Whether those are keys that whoever reads the repository does not know.
        hide_classes: Whether the values of the label must not be shown.
        hidden: Further columns of the holdout whose values must not be shown; None for all.
        whole: Whether metrics that no rule names, and plots, are wanted.
        spill: Folder for what does not fit into memory.
        log: The registry's; None where it has no part in the run.
        promoted: Finds what was promoted; None where that is no baseline.
        keeper: Keeps evidence for promotion; None where nothing is promoted.
        functions: Of the user's metrics; None where no rule names one.
        training: How the candidate was made, for budgets; None where only files are compared.
        repeats: Predictions of repeated training.
    """

    holdout: Path
    holdout_name: str
    columns: Columns
    candidate: Path
    config: Config
    rules: tuple[Rule, ...]
    spill: Path
    holdout_digest: str | None = None
    base: BaseHoldout | None = None
    candidate_model: str | None = None
    train: Path | None = None
    found: tuple[Found, ...] = ()
    proposed: tuple[Rule, ...] = ()
    show_keys: bool = False
    private: bool = False
    hide_classes: bool = False
    hidden: frozenset[str] | None = frozenset()
    whole: bool = True
    log: Log | None = None
    promoted: Promoted | None = None
    keeper: Keeper | None = None
    functions: RowFunctions | None = None
    training: TrainingDocument | None = None
    repeats: tuple[Path, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """Return every file that is read."""
        optional = (self.train, self.base.copy if self.base else None, *(found.path for found in self.found))
        optional += self.promoted.files if self.promoted else ()
        return (self.holdout, self.candidate, *self.repeats, *(path for path in optional if path is not None))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of it; what is None was not reached because of `problem`.

    Attributes:
        task: What the label is.
        holdout: What judged.
        identity: The holdout beside the base's.
        candidate_digest: sha256 of the candidate's predictions.
        baselines: As far as they could be had.
        comparison: Rules, metrics and plots.
        evidence: Files for promotion.
        notes: What has to be said of baselines and evidence.
        uses: How often the holdout has judged.
        repeats: Of repeated training.
        problem: Why the candidate could not be compared.
    """

    task: Task | None = None
    holdout: Holdout | None = None
    identity: Identity | None = None
    candidate_digest: str | None = None
    baselines: tuple[BaselineResult, ...] = ()
    comparison: Comparison | None = None
    evidence: tuple[Artifact, ...] = ()
    notes: tuple[Reason, ...] = ()
    uses: int | None = None
    repeats: tuple[Repeats, ...] = ()
    problem: HoldoutError | PredictionsError | engine.Unreadable | None = None


def document(
    request: Request, *, on_holdout_change: Outcome = Outcome.FAIL, allowed: Allowed | None = None
) -> ComparisonDocument:
    """Compare, and return what `comparison.json` says.

    Args:
        request: What is to be compared.
        on_holdout_change: What another or an unpinned holdout comes to.
        allowed: What the policies take as a warning; None for nothing.
    """
    found = answer(request)
    if allowed is not None and found.comparison is not None:
        found = _after(found, found.comparison, allowed)
    changed = found.identity.reason if found.identity else None
    outcomes = [rule.outcome for rule in found.comparison.rules] if found.comparison else [Outcome.FAIL]
    if changed is not None and changed.id != "holdout-features-changed":
        outcomes.append(on_holdout_change)
    measured: dict[str, Any] = vars(found.comparison) if found.comparison else {}
    return ComparisonDocument(
        outcome=worst(outcomes),
        reasons=_reasons(found, changed),
        task=found.task,
        confidence=request.config.gate.confidence,
        holdout=found.holdout,
        candidate_digest=found.candidate_digest,
        baselines=found.baselines,
        evidence=found.evidence,
        holdout_uses=found.uses,
        holdout_reports=_reports(request, found.identity),
        private=request.private,
        repeats=found.repeats,
        **measured,
    )


def _after(found: Answer, compared: Comparison, allowed: Allowed) -> Answer:
    """Return the answer after what the policies allow, with what is to be said of waivers."""
    unknown = allowed.judging.unknown(compared.rules)
    rules = allowed.judging.over(compared.rules)
    proposed = compared.proposed_rules
    if allowed.proposed is not None:
        proposed = allowed.proposed.over(proposed)
    after = dataclasses.replace(compared, rules=rules, proposed_rules=proposed)
    return dataclasses.replace(found, comparison=after, notes=(*found.notes, *allowed.problems, *unknown))


def _reports(request: Request, identity: Identity | None) -> int | None:
    if request.log is None or request.log.reports is None or identity is None:
        return None
    return request.log.reports.get(identity.own[:SHORT_DIGEST], 0)


def _reasons(found: Answer, changed: Reason | None) -> tuple[Reason, ...]:
    reasons = [changed] if changed is not None else []
    if found.problem is not None:
        reasons.append(Reason(id=found.problem.reason, message=found.problem.message, step=STEP))
    empty = [baseline for baseline in found.baselines if baseline.reason == "registry-empty"]
    reasons += [Reason(id="registry-empty", message=baseline.message, step=STEP) for baseline in empty[:1]]
    return (*reasons, *found.notes)


def answer(request: Request) -> Answer:
    """Compare; what is wrong with the holdout or the candidate is in the answer, and never raised."""
    with engine.connect(request.files, spill=request.spill) as database:
        try:
            table = holdouts.load(database, request.holdout, request.columns)
            beside = table.beside(request.hidden)
            truth = _truth(request, table, _asked(request.columns, beside))
        except (HoldoutError, engine.Unreadable) as error:
            return Answer(problem=_as_holdout(error))
        identity = holdout_identity.compare(database, table, request.base)
        holdout = _holdout(request, truth, identity)
        own = own_columns((*request.proposed, *request.rules))  # of one name, what judges counts
        reader = Reader(holdout=table, truth=truth, show_keys=request.show_keys, own=own)
        all_found = tuple(_closed(request, found, identity) for found in request.found)
        opponents = tuple(_opponent(request, found, reader) for found in all_found)
        partial = Answer(
            task=truth.task,
            holdout=holdout,
            identity=identity,
            candidate_digest=file_digest(request.candidate) if request.candidate.is_file() else None,
            baselines=tuple(opponent.result for opponent in opponents),
            notes=tuple(note for found in all_found for note in found.notes),
            uses=_uses(request.log, request.config.model, table, identity) if request.log else None,
        )
        try:
            candidate = _with_own(request, truth, reader.read(request.candidate, "candidate"))
        except PredictionsError as error:
            return dataclasses.replace(partial, problem=error)
        evidence, notes = request.keeper.keep(table, truth, candidate) if request.keeper else ((), ())
        compared = compare(
            truth=truth,
            candidate=candidate,
            opponents=opponents,
            rules=request.rules,
            proposed=request.proposed,
            confidence=request.config.gate.confidence,
            at_least=request.config.gate.slices.at_least,
            sought=_sought(table, beside),
            keys=table.keys if request.show_keys else None,
            whole=request.whole,
        )
        if request.training is not None:
            rules, proposed = request.rules, request.proposed
            compared = costs.added(compared, request.training, all_found, rules=rules, proposed=proposed)
        recipe = _recipe(request, reader, opponents)
        said = (*partial.notes, *notes, *recipe.notes)
        return dataclasses.replace(partial, comparison=compared, evidence=evidence, notes=said, repeats=recipe.repeats)


def _uses(log: Log, model: str, table: HoldoutTable, identity: Identity) -> int | None:
    from mlgate.shell.comparison import wear  # noqa: PLC0415 - only where there is a registry

    return wear.uses(log, model, table, identity.own)


def _recipe(request: Request, reader: Reader, opponents: Sequence[Opponent]) -> repeats.Recipe:
    """Return what repeated training comes to."""

    def read(path: Path, name: str) -> Predictions:
        return _with_own(request, reader.truth, reader.read(path, name))

    return repeats.recipe(request.repeats, read, reader.truth, opponents, request.config)


def _with_own(request: Request, truth: Truth, predictions: Predictions) -> Predictions:
    """Return one side's predictions with the numbers of the user's functions."""
    return request.functions.added(truth, predictions) if request.functions else predictions


def _closed(request: Request, found: Found, identity: Identity) -> Found:
    """Return a baseline as it is once the holdout is known."""
    if not found.is_open or request.promoted is None:
        return found
    return request.promoted.find(found.baseline, identity.own)


def _as_holdout(error: HoldoutError | engine.Unreadable) -> HoldoutError | engine.Unreadable:
    if error.reason == "data-unreadable":
        return HoldoutError(error.message, remedy=error.remedy, reason="holdout-missing")
    return error


def _asked(columns: Columns, beside: Mapping[str, Column]) -> dict[str, Column]:
    """Return the columns that rules name; the others would only be carried along."""
    named = {*columns.slices, *columns.others}
    return {name: column for name, column in beside.items() if name in named}


def _sought(table: HoldoutTable, beside: Mapping[str, Column]) -> Sought:
    if not table.columns.seek:
        return Sought()
    texts = [slot.name for slot in table.slots if slot.name not in beside]
    return Sought(columns=beside, left_out=(*texts, *table.unread))


def _truth(request: Request, table: HoldoutTable, asked: Mapping[str, Column]) -> Truth:
    task = labels.task_of(request.config, request.rules, table.kind, table.values)
    sampling = Sampling(n=table.rows, weight=table.weights(), group=table.groups())
    if task is Task.REGRESSION:
        values = table.label_numbers()
        wrong = int((~(np.abs(values) <= holdouts.LARGEST)).sum())
        if wrong:
            raise HoldoutError(
                f"{wrong} rows of the holdout have a label in {request.columns.label!r} that is no number or too large",
                remedy="Correct the rows, or set `task`.",
            )
        return Truth(task=task, sampling=sampling, values=values, hidden=request.hide_classes, columns=asked)
    classes = labels.in_order((canonical(value, table.kind) for value in table.values), table.kind)
    if len(classes) > MOST_CLASSES:
        raise HoldoutError(
            f"the label {request.columns.label!r} has more than {MOST_CLASSES:,} different values",
            remedy="Set `task: regression` if it is a quantity.",
        )
    if task is Task.BINARY and len(classes) > 2:
        raise HoldoutError(
            f"the label {request.columns.label!r} has {len(classes)} classes, and `task` is binary",
            remedy="Set `task: multiclass`, or correct the label.",
        )
    chosen = labels.positive(request.config.positive, classes, table.kind)
    if chosen.problem is not None and task is Task.BINARY:
        listed = "" if request.hide_classes else f": {', '.join(classes)}"
        raise HoldoutError(f"{chosen.problem}{listed}", remedy="Correct `positive`.")
    return Truth(
        task=task,
        sampling=sampling,
        classes=classes,
        codes=table.label_codes(classes),
        positive=chosen.index,
        hidden=request.hide_classes,
        columns=asked,
    )


def _holdout(request: Request, truth: Truth, identity: Identity) -> Holdout:
    return Holdout(
        path=request.holdout_name,
        rows=truth.n,
        digest=request.holdout_digest or file_digest(request.holdout),
        identity=identity.own,
        base_identity=identity.base,
        classes=truth.names,
        class_counts=truth.class_counts if truth.classes else (),
    )


def _opponent(request: Request, found: Found, reader: Reader) -> Opponent:
    baseline = found.baseline
    if baseline.kind is BaselineKind.DUMMY:
        holdout = reader.holdout
        prior, message = priors.learn(
            holdout.database, request.train, request.columns.label, reader.truth, holdout.kind
        )
        result = BaselineResult(name=baseline.name, kind=baseline.kind, available=True, message=message)
        sides = (_with_own(request, reader.truth, side) for side in dummies(reader.truth, prior))
        return Opponent(result=result, predictions=tuple(sides))
    result = BaselineResult(
        name=baseline.name,
        kind=baseline.kind,
        available=False,
        reason=found.reason or "baseline-missing",
        message=found.message,
        version=found.version,
    )
    if found.path is None:
        return Opponent(result=result)
    try:
        read = reader.read_recorded if found.recorded else reader.read
        predictions = _with_own(request, reader.truth, read(found.path, baseline.name))
    except PredictionsError as error:
        reason = "baseline-missing" if baseline.kind is BaselineKind.PROMOTED else error.reason
        message = f"{found.version}: {error.message}" if found.version else error.message
        return Opponent(result=dataclasses.replace(result, reason=reason, message=message))
    result = dataclasses.replace(result, available=True, reason=None, digest=file_digest(found.path))
    same = request.candidate_model is not None and request.candidate_model == found.model_digest
    return Opponent(result=result, predictions=(predictions,), same_model=same)
