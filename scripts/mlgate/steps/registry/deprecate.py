"""`mlgate registry deprecate VERSION`: mark a version as one that must not be used any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.registry.log import plan
from mlgate.core.registry.people.choice import choose
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
    """Mark a version as one that must not be used any more."""

    version: str = option("The version.", positional=True)
    reason: str = option("Why, for those who read the log.")


def run(inputs: Inputs, world: World) -> Result:
    """Write a deprecation."""

    def planned(place: Place, journal: Journal, state: State) -> tuple[Record, ...]:
        model, version = choose(state, inputs.model, place.model, inputs.version)
        return plan.deprecate(
            state, model=model, version=version, actor=journal.actor, time=plan.utc(world.now()), reason=inputs.reason
        )

    return write(inputs, world, "deprecate", planned, text=inputs.version)
