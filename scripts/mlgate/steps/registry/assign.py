"""`mlgate registry assign VERSION`: point a stage to a version, by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.documents.promotion import Origin
from mlgate.core.registry.log import plan
from mlgate.core.registry.people.choice import choose, registered
from mlgate.core.registry.people.remarks import in_use
from mlgate.core.registry.promotion.by_hand import assignable
from mlgate.options import option
from mlgate.shell.registry.bundle.bundles import Bundles
from mlgate.shell.registry.place import under_default_branch
from mlgate.shell.runner import in_actions
from mlgate.steps.registry.inputs import Writing, write

if TYPE_CHECKING:
    from mlgate.core.registry.log.record import Record
    from mlgate.core.registry.log.state import State
    from mlgate.shell.registry.log.journal import Journal
    from mlgate.shell.registry.place import Place
    from mlgate.steps import Result, World


@dataclass(frozen=True, kw_only=True)
class Inputs(Writing):
    """Point a stage to a version, by hand."""

    version: str = option("The version.", positional=True)
    stage: str | None = option("The stage; default: the last of `promote.stages`.", default=None)
    reason: str = option("Why, for those who read the log.", default="")


def run(inputs: Inputs, world: World) -> Result:
    """Write an assignment."""
    met: tuple[str, ...] = ()

    def planned(place: Place, journal: Journal, state: State) -> tuple[Record, ...]:
        nonlocal met
        model, version = met = choose(state, inputs.model, place.model, inputs.version)
        place = under_default_branch(place, world, inputs.github_token)
        wanted = inputs.stage or (place.promote.stage if place.config else None)
        if wanted and state.current(model, wanted) == version:
            return ()
        promote = place.promote if place.config else None
        origin = Origin.CI if in_actions(world.env) else Origin.LOCAL
        stage = assignable(state, model, version, inputs.stage, promote, origin=origin)
        if stage is None:
            return ()
        bundles = Bundles(place=place, journal=journal, world=world, token=inputs.github_token)
        bundles.check(registered(state, model, version).record())  # no stage points to bytes that are gone
        return plan.assign(
            state,
            model=model,
            version=version,
            stage=stage,
            actor=journal.actor,
            time=plan.utc(world.now()),
            reason=inputs.reason,
        )

    return write(
        inputs, world, "assign", planned, text=inputs.version, remarks=lambda state: in_use(state, *met) if met else ()
    )
