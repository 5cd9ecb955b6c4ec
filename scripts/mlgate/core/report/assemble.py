"""From the documents of a run and its verdict to one report."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from mlgate.core.documents.base import PolicySource
from mlgate.core.documents.report import PolicyReport, Provenance, ReportDocument
from mlgate.core.report.outlook import not_promoted
from mlgate.core.report.untrusted import cut, visible_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.config.model import Promote
    from mlgate.core.documents.base import BaseDocument
    from mlgate.core.documents.comparison import ComparisonDocument
    from mlgate.core.documents.data import DataDocument
    from mlgate.core.documents.shared import Reason
    from mlgate.core.documents.training import TrainingDocument
    from mlgate.core.gate.decide import Verdict

DIFFERENCE_LINES = 200
LINE_WIDTH = 400
COMPARABLE_LINES = 20_000


def assemble(
    *,
    verdict: Verdict,
    base: BaseDocument | None,
    data: DataDocument | None,
    training: TrainingDocument | None,
    comparison: ComparisonDocument | None,
    model: str,
    difference: tuple[str, ...],
    reads: Mapping[str, str],
    promote: Promote | None = None,
) -> ReportDocument:
    """Return the report.

    Args:
        verdict: As `decide` gives it.
        base: Which commits; None where it cannot be known.
        data: From `data.json`.
        training: From `training.json`.
        comparison: From `comparison.json`.
        model: The model's name in the working copy's configuration.
        difference: Of the configuration, as `policy_difference` gives it.
        reads: sha256 of every document that was read.
        promote: What that configuration promotes by; None if it does not.
    """
    bound = provenance(base, data, training, comparison)
    return ReportDocument(
        reads=dict(reads),
        outcome=verdict.outcome,
        blocks=verdict.blocks,
        status=verdict.status,
        reasons=_without_echoes(verdict.reasons),
        model=model,
        event=base.event if base else "local",
        pull_request=base.pull_request if base else None,
        steps=verdict.steps,
        policy=_policy(base, verdict, difference),
        data=data,
        training=training,
        comparison=comparison,
        rules=comparison.rules if comparison else (),
        provenance=bound,
        not_promoted=not_promoted(promote, verdict, training, dirty=bound.dirty),
    )


def _without_echoes(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Leave out that a document is missing where another reason says that it is there and cannot be read."""
    damaged = {reason.step for reason in reasons if reason.id == "document-invalid"}
    return tuple(r for r in reasons if not (r.id == "document-missing" and r.step in damaged))


def _policy(base: BaseDocument | None, verdict: Verdict, difference: tuple[str, ...]) -> PolicyReport:
    if base is None:
        return PolicyReport()
    return PolicyReport(
        source=base.policy,
        changed=base.policy_changed,
        difference=difference,
        proposed_outcome=verdict.proposed_outcome,
    )


def provenance(
    base: BaseDocument | None,
    data: DataDocument | None,
    training: TrainingDocument | None,
    comparison: ComparisonDocument | None,
) -> Provenance:
    """Return what the verdict is bound to, as far as the documents say it."""
    tables = data.tables if data else ()
    model = training.artifact("model") if training else None
    predictions = training.artifact("predictions") if training else None
    holdout = comparison.holdout if comparison else None
    return Provenance(
        commit=base.commit if base else None,
        head=base.head if base else None,
        tree=base.tree if base else None,
        base=base.base if base else None,
        inputs_digest=base.inputs_digest if base else None,
        config_digest=_judging_digest(base),
        contract_digests={f"{t.contract}:{side}": d for t in tables for side, d in t.contract_digests.items()},
        data_digests={table.name: table.digest for table in tables if table.digest},
        holdout_digest=holdout.identity if holdout else None,
        model_digest=model.digest if model else None,
        predictions_digest=predictions.digest if predictions else None,
        dirty=bool(base.dirty) if base else (training is not None and training.dirty),
    )


def _judging_digest(base: BaseDocument | None) -> str | None:
    if base is None:
        return None
    from_base = base.policy in (PolicySource.BASE, PolicySource.REMOVED)
    return base.base_config_digest if from_base else base.config_digest


def policy_difference(old: bytes | None, new: bytes | None, name: str) -> tuple[str, ...]:
    """Return the unified difference of a configuration between two commits, cut to 200 lines.

    Args:
        old: Its bytes at the merge base; None if it had none.
        new: Its bytes in the working copy; None if it has none.
        name: Its path.
    """
    if old == new:
        return ()
    before, after = _lines(old), _lines(new)
    if max(len(before), len(after)) > COMPARABLE_LINES:
        return (f"{name} is too long to show its difference",)
    start = "/dev/null" if old is None else f"base:{name}"
    end = "/dev/null" if new is None else name
    lines = [
        cut(visible_line(line), LINE_WIDTH) for line in difflib.unified_diff(before, after, start, end, lineterm="")
    ]
    if len(lines) <= DIFFERENCE_LINES:
        return tuple(lines)
    rest = len(lines) - DIFFERENCE_LINES + 1
    return (*lines[: DIFFERENCE_LINES - 1], f"{rest} more lines")


def _lines(data: bytes | None) -> list[str]:
    return (data or b"").decode(errors="replace").splitlines()
