"""promote-model: put exactly the bytes that passed into the registry. It trains nothing, and runs no code of yours."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.documents import PromotionDocument, Reason
from mlgate.core.outcome import Outcome
from mlgate.core.registry.promotion import text as promotion_text
from mlgate.core.registry.promotion.assignment import Wish
from mlgate.errors import ExitStatus, UsageError
from mlgate.options import Common, option
from mlgate.shell.registry.promotion.assigning import promote_to_stage
from mlgate.shell.registry.promotion.order import Order
from mlgate.shell.registry.promotion.promoting import promote_push
from mlgate.shell.registry.promotion.pushed import find_pushed
from mlgate.shell.run_folder import RunFolder
from mlgate.steps import Result

if TYPE_CHECKING:
    from collections.abc import Callable

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
    environment: str | None = option(
        "The job's environment, whose reviewers agree to the stage; default: one that is called like the stage.",
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
    document, error = folder.guarded(
        lambda: _promote(inputs, folder, world, sleep),
        lambda failure, reads: PromotionDocument(
            error=failure, reads=reads, reasons=(Reason(id=failure.reason, message=failure.message),)
        ),
    )
    if error is not None:
        return Result(status=error.status, document=document, outputs=_outputs(document, folder), error=error)
    later = document.outcome is Outcome.PASS or (inputs.find_only and document.needs_gate)
    return Result(
        text=promotion_text.text(document),
        status=ExitStatus.DONE if later else ExitStatus.BLOCKED_FAIL,
        document=document,
        outputs=_outputs(document, folder),
        annotations=promotion_text.annotated(document),
        summary=promotion_text.summary(document),
    )


def _promote(inputs: Inputs, folder: RunFolder, world: World, sleep: Callable[[float], None]) -> PromotionDocument:
    if inputs.stage is None and (inputs.version or inputs.environment):
        raise UsageError("`version` and `environment` go with a stage", remedy="Add `stage`.")
    pushed = find_pushed(inputs.config, world)
    order = Order(
        find_only=inputs.find_only,
        local=inputs.local,
        environment=inputs.environment or "",
        branch=inputs.branch or "",
        report_key=inputs.report_key,
        token=inputs.github_token,
        signing_key=inputs.signing_key,
        sleep=sleep,
    )
    if inputs.stage is None:
        return promote_push(pushed, order, folder, world)
    wish = Wish(model=pushed.config.model, stage=inputs.stage, version=inputs.version)
    return promote_to_stage(pushed, wish, order, folder, world)


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
