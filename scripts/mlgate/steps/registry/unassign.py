"""`mlgate registry unassign`: let a stage point to no version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.registry.log import plan
from mlgate.core.registry.people.choice import choose_model, choose_stage
from mlgate.options import option
from mlgate.steps.registry.inputs import Writing, write

if TYPE_CHECKING:
    from mlgate.core.registry.log.record import Record
    from mlgate.core.registry.log.state import State
    from mlgate.shell.registry.log.journal import Journal
    from mlgate.shell.registry.place import Place
    from mlgate.steps import Result, World


@dataclass(frozen=True, kw_only=True)
class Inputs(Writing):
    """Let a stage point to no version."""

    stage: str = option("The stage.")
    reason: str = option("Why, for those who read the log.", default="")


def run(inputs: Inputs, world: World) -> Result:
    """Take a stage's version from it."""

    def planned(place: Place, journal: Journal, state: State) -> tuple[Record, ...]:
        model = choose_model(state, inputs.model, place.model)
        stage = choose_stage(state, model, inputs.stage, place.promote)
        return plan.unassign(
            state, model=model, stage=stage, actor=journal.actor, time=plan.utc(world.now()), reason=inputs.reason
        )

    return write(inputs, world, "unassign", planned)
