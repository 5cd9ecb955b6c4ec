"""promote-model: put exactly the bytes that passed into the registry. It trains nothing, and runs no code of yours."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.documents.promotion import Origin, PromotionDocument
from mlgate.core.documents.shared import Reason
from mlgate.core.outcome import Outcome
from mlgate.core.registry.promotion import text as promotion_text
from mlgate.core.registry.promotion.assignment import Wish
from mlgate.core.registry.promotion.document import STEP
from mlgate.errors import ExitStatus, UsageError
from mlgate.options import Common, option
from mlgate.shell.registry.promotion.assigning import promote_to_stage
from mlgate.shell.registry.promotion.order import Order
from mlgate.shell.registry.promotion.policy import before_the_push, of_the_default_branch
from mlgate.shell.registry.promotion.promoting import promote_push
from mlgate.shell.registry.promotion.pushed import commit_of, find_pushed
from mlgate.shell.run_folder import RunFolder
from mlgate.shell.runner import in_actions
from mlgate.steps import Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.documents.shared import Failure
    from mlgate.shell.registry.promotion.pushed import Pushed
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Find the verdict of the pushed commit, and promote the very bytes that it judged; or promote on to a stage."""

    find_only: bool = option(
        "Find the verdict and say whether the commit needs the gate; write nothing.", default=False, flag=True
    )
    stage: str | None = option(
        "Promote a version of the registry to this stage; by default the pushed commit's model is promoted to every "
        "stage that needs nobody's agreement.",
        default=None,
    )
    version: str | None = option(
        "The version for the stage; default: what the stage before points to, or the newest for the first stage.",
        default=None,
    )
    branch: str | None = option(
        "The branch whose pushes are promoted; default: the repository's default branch.", default=None
    )
    report_key: str = option(
        "Tells the artifacts of several models apart, `mlgate-KEY`; default: the configured model's name.", default=""
    )
    local: bool = option(
        "Take the report of the run folder also in a workflow, with the origin `local`; elsewhere that is so always.",
        default=False,
        flag=True,
    )
    github_token: str | None = option(
        "Token that may read runs and pull requests, and write the registry's branch and tags.",
        default=None,
        secret=True,
    )
    signing_key: str | None = option(
        "Private SSH key, its text, that signs the record; by default that of git's configuration where signatures "
        "are asked for.",
        default=None,
        secret=True,
    )


def run(inputs: Inputs, world: World, *, sleep: Callable[[float], None] = time.sleep) -> Result:
    """Write `promotion.json`; exit 3 if the model may not be promoted."""
    folder = RunFolder(world.cwd / inputs.run_dir)
    folder.prepare()
    known: list[Pushed] = []
    document, error = folder.guarded(
        lambda: _promote(inputs, folder, world, sleep, known),
        lambda failure, reads: _failed(failure, reads, inputs, known[0] if known else None, world),
    )
    if error is not None:
        return Result(
            status=error.status,
            document=document,
            outputs=_outputs(document, folder),
            error=error,
            summary=promotion_text.summary(document),
        )
    later = document.outcome is Outcome.PASS or (inputs.find_only and document.needs_gate)
    return Result(
        text=promotion_text.text(document),
        status=ExitStatus.DONE if later else ExitStatus.BLOCKED_FAIL,
        document=document,
        outputs=_outputs(document, folder),
        annotations=promotion_text.annotated(document),
        summary=promotion_text.summary(document),
    )


def _failed(
    failure: Failure, reads: dict[str, str], inputs: Inputs, pushed: Pushed | None, world: World
) -> PromotionDocument:
    """Return the document of a promotion that an error ended, with all that was known by then."""
    found = PromotionDocument(
        error=failure,
        reads=reads,
        reasons=(Reason(id=failure.reason, message=failure.message, step=STEP, remedy=failure.remedy),),
        find_only=inputs.find_only,
        commit=pushed.commit if pushed else commit_of(inputs.config, world),
    )
    return replace(found, model=pushed.config.model) if pushed else found


def _promote(
    inputs: Inputs, folder: RunFolder, world: World, sleep: Callable[[float], None], known: list[Pushed]
) -> PromotionDocument:
    if inputs.stage is None and inputs.version:
        raise UsageError("`version` goes with a stage", remedy="Add `stage`.")
    pushed = find_pushed(inputs.config, world)
    known.append(pushed)
    order = Order(
        find_only=inputs.find_only,
        local=inputs.local,
        branch=inputs.branch or "",
        report_key=inputs.report_key,
        token=inputs.github_token,
        signing_key=inputs.signing_key,
        sleep=sleep,
    )
    if inputs.stage is None:
        pushed = before_the_push(pushed, order, world)
        document = promote_push(pushed, order, folder, world)
    else:
        pushed = of_the_default_branch(pushed, order, world)
        document = promote_to_stage(pushed, _wish(inputs.stage, inputs, pushed, world), order, folder, world)
    return replace(document, policy_commit=pushed.policy, policy_edited=pushed.edits_policy)


def _wish(stage: str, inputs: Inputs, pushed: Pushed, world: World) -> Wish:
    return Wish(
        model=pushed.config.model,
        stage=stage,
        version=inputs.version,
        origin=Origin.CI if in_actions(world.env) else Origin.LOCAL,
        configuration=pushed.name,
        has_model=pushed.has_model,
    )


def _outputs(document: PromotionDocument, folder: RunFolder) -> dict[str, str]:
    return {
        "outcome": document.outcome.value,
        "promotion-path": str(folder.file(PromotionDocument)),
        "needs-gate": str(document.needs_gate).lower(),
        "version": document.version or "",
        "previous-version": document.previous_version or "",
        "stages": ",".join(document.stages),
        "reason": document.reasons[0].id if document.reasons else "",
    }
