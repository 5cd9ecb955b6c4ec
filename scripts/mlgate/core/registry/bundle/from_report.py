"""What a record takes from the report that judged: the verdict, and the digests that it was bound to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.documents.data import ContractSide
from mlgate.core.registry.log.record import Digests, Event, Measured, Record, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.documents.comparison import RuleResult
    from mlgate.core.documents.promotion import Origin
    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.registry.log.record import Run, StoredArtifact


def draft(
    report: ReportDocument,
    *,
    report_digest: str,
    actor: str,
    origin: Origin,
    commit: str | None = None,
    merge: str | None = None,
    pull_request: int | None = None,
    run: Run | None = None,
    artifacts: tuple[StoredArtifact, ...] = (),
    format: str | None = None,  # noqa: A002 - the record's own word
    runs_code: bool = False,
    approved_by: tuple[str, ...] = (),
    signer: str | None = None,
) -> Record:
    """Return a register record without sequence, predecessor, time, version and tag: the planner fills these in.

    Args:
        report: The report that judged.
        report_digest: sha256 of its bytes.
        actor: Who promotes.
        origin: Where the verdict came from.
        commit: What the version's tags point to; default: the commit that was judged.
        merge: The pushed commit; left out where it is the same.
        pull_request: Where the report does not know it.
        run: The workflow run that judged.
        artifacts: The bundle.
        format: The model file's.
        runs_code: Whether loading the model can run code.
        approved_by: Who agreed.
        signer: The principal that signs the record's commit.
    """
    commit = commit or report.provenance.commit
    return Record(
        sequence=0,
        event=Event.REGISTER,
        model=report.model,
        actor=actor,
        time="",
        commit=commit,
        merge=merge if merge != commit else None,
        pull_request=report.pull_request if report.pull_request is not None else pull_request,
        origin=origin,
        run=run,
        report_digest=report_digest,
        verdict=verdict_of(report),
        digests=digests_of(report),
        artifacts=artifacts,
        format=format,
        runs_code=runs_code,
        approved_by=approved_by,
        signer=signer,
    )


def verdict_of(report: ReportDocument) -> Verdict:
    """Return what the report said, as a record keeps it."""
    comparison = report.comparison
    # A rule against nothing (the first model) measures nothing; the model has the metric all the same.
    known = {item.metric: item.candidate for item in comparison.metrics} if comparison else {}
    return Verdict(
        outcome=report.outcome,
        reasons=tuple(dict.fromkeys(reason.id for reason in report.reasons)),
        rules=tuple(_measured(rule, known) for rule in report.rules),
        confidence=comparison.confidence if comparison else Verdict.confidence,
        rows=comparison.holdout.rows if comparison and comparison.holdout else None,
    )


def _measured(rule: RuleResult, known: Mapping[str, float | None]) -> Measured:
    # Not so where the rule asked for an average that the list of metrics has not.
    unmeasured = rule.candidate is None and rule.slice is None and rule.average is None
    value = known.get(rule.metric) if unmeasured else rule.candidate
    return Measured(
        metric=rule.metric,
        value=value,
        against=rule.against,
        baseline=rule.baseline,
        interval=rule.interval,
        outcome=rule.outcome,
    )


def digests_of(report: ReportDocument) -> Digests:
    """Return what the verdict was bound to."""
    bound = report.provenance
    return Digests(
        inputs=bound.inputs_digest,
        config=bound.config_digest,
        contracts=contracts_of(bound.contract_digests),
        data=dict(bound.data_digests),
        holdout=bound.holdout_digest,
        model=bound.model_digest,
        predictions=bound.predictions_digest,
    )


def contracts_of(by_side: Mapping[str, str]) -> dict[str, str]:
    """Return each contract's digest as it was committed with the model; the report names both sides, `path:new`."""
    ending = f":{ContractSide.NEW}"
    return {name.removesuffix(ending): digest for name, digest in by_side.items() if name.endswith(ending)}
