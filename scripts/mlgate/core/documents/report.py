"""`report.json`: the verdict and everything that explains it."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlgate.core.documents.base import PolicySource
from mlgate.core.documents.comparison import ComparisonDocument, RuleResult  # noqa: TC001 - codec reads annotations
from mlgate.core.documents.data import DataDocument  # noqa: TC001 - codec reads annotations
from mlgate.core.documents.shared import Document, Reason
from mlgate.core.documents.training import TrainingDocument  # noqa: TC001 - codec reads annotations
from mlgate.core.outcome import Outcome


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What the verdict is bound to.

    Attributes:
        commit: The commit that was judged.
        head: The pull request's head.
        tree: The tree that was judged.
        base: The commit whose policy judged.
        inputs_digest: Over all that the model depends on.
        config_digest: sha256 of the judging configuration.
        contract_digests: sha256 of each contract that was applied, by path and side.
        data_digests: sha256 of each table.
        holdout_digest: The holdout's identity.
        model_digest: sha256 of the model.
        predictions_digest: sha256 of the candidate's predictions.
        dirty: Whether the tree differed from the commit: such a report is never promoted.
    """

    commit: str | None = None
    head: str | None = None
    tree: str | None = None
    base: str | None = None
    inputs_digest: str | None = None
    config_digest: str | None = None
    contract_digests: dict[str, str] = field(default_factory=dict)
    data_digests: dict[str, str] = field(default_factory=dict)
    holdout_digest: str | None = None
    model_digest: str | None = None
    predictions_digest: str | None = None
    dirty: bool = False


@dataclass(frozen=True, kw_only=True)
class StepStatus:
    """How one step of the run ended.

    Attributes:
        step: Its name, e.g. `validate-data`.
        outcome: Its own outcome; null when its document is missing.
        message: One sentence.
    """

    step: str
    outcome: Outcome | None
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class PolicyReport:
    """What the pull request did to the policy.

    Attributes:
        source: Whose configuration judged.
        changed: Judging files that the pull request edits.
        difference: Unified diff of the configuration, cut to 200 lines.
        proposed_outcome: What the pull request's own policy decides; null when it edits none.
    """

    source: PolicySource = PolicySource.WORKING_COPY
    changed: tuple[str, ...] = ()
    difference: tuple[str, ...] = ()
    proposed_outcome: Outcome | None = None


@dataclass(frozen=True, kw_only=True)
class ReportDocument(Document):
    """`report.json`: the verdict and everything that explains it. Written by build-report.

    Attributes:
        outcome: The verdict.
        blocks: Whether the merge is blocked.
        status: The exit status that enforce-gate gives.
        reasons: Worst first.
        model: The model's name.
        event: What started the run.
        pull_request: Its number.
        steps: How each step ended.
        policy: What the pull request did to the policy.
        data: From `data.json`.
        training: From `training.json`.
        comparison: From `comparison.json`.
        rules: The judging rules, as in `comparison.rules`.
        provenance: What the verdict is bound to.
        not_promoted: Why the model will not be promoted after the merge, a phrase each; empty where it may be, where
            the merge is blocked, and where the configuration promotes nothing.
    """

    schema: str = "mlgate/report/1"
    outcome: Outcome = Outcome.FAIL
    blocks: bool = True
    status: int = 3
    reasons: tuple[Reason, ...] = ()
    model: str = "model"
    event: str = "local"
    pull_request: int | None = None
    steps: tuple[StepStatus, ...] = ()
    policy: PolicyReport = PolicyReport()
    data: DataDocument | None = None
    training: TrainingDocument | None = None
    comparison: ComparisonDocument | None = None
    rules: tuple[RuleResult, ...] = ()
    provenance: Provenance = Provenance()
    not_promoted: tuple[str, ...] = ()
