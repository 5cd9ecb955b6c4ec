"""`promotion.json`: what promote-model found, decided and wrote."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mlgate.core.documents.shared import Document, Reason
from mlgate.core.outcome import Outcome


class Origin(StrEnum):
    """Where the verdict came from."""

    CI = "ci"  # a run of the workflow that the configuration names, found through the forge
    LOCAL = "local"  # a run folder that was named by hand


@dataclass(frozen=True, kw_only=True)
class PromotionDocument(Document):
    """`promotion.json`: what promote-model found, decided and wrote. Written by promote-model.

    Attributes:
        outcome: `pass` when the model is promoted, was before, or there is nothing to promote; else `fail`.
        reasons: Why: `promoted`, `already-promoted`, `inputs-unchanged`, `verdict-missing`, ...
        find_only: The verdict was only looked for: nothing was to be written.
        needs_gate: No verdict can be used: the commit must be judged before it can be promoted.
        origin: Where the verdict came from.
        commit: The commit whose model was to be promoted.
        model: The model's name.
        version: The version that the model has in the registry, with `v`; null if it has none.
        previous_version: What the stage pointed to before.
        stages: The stages that point to the version now.
        pending_stages: The stages that it may reach, with what each waits for.
        record_digest: sha256 of the register record.
        report_digest: sha256 of the report that judged.
        policy_commit: The commit whose configuration's `promote` decided; null where it is the checked out one's own.
        policy_edited: The push edits `promote`: its own takes effect with the next push.
    """

    schema: str = "mlgate/promotion/1"
    outcome: Outcome = Outcome.FAIL
    reasons: tuple[Reason, ...] = ()
    find_only: bool = False
    needs_gate: bool = False
    origin: Origin | None = None
    commit: str | None = None
    model: str = "model"
    version: str | None = None
    previous_version: str | None = None
    stages: tuple[str, ...] = ()
    pending_stages: dict[str, str] | None = None
    record_digest: str | None = None
    report_digest: str | None = None
    policy_commit: str | None = None
    policy_edited: bool = False
