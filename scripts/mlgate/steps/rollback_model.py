"""rollback-model: point a stage back to an older version. Nothing is built: the bytes are where they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.registry.log import plan
from mlgate.core.registry.people.choice import choose, choose_stage, registered
from mlgate.core.registry.people.remarks import passed_over
from mlgate.options import option
from mlgate.shell.registry.bundle.bundles import Bundles
from mlgate.steps.registry.inputs import Writing, write

if TYPE_CHECKING:
    from mlgate.core.registry.log.record import Record
    from mlgate.core.registry.log.state import State
    from mlgate.shell.registry.log.journal import Journal
    from mlgate.shell.registry.place import Place
    from mlgate.steps import Result, World


@dataclass(frozen=True, kw_only=True)
class Inputs(Writing):
    """Point a stage back to an older version, whose bytes are verified first."""

    to: str | None = option("The version; default: the one that the stage pointed to before.", default=None)
    stage: str | None = option("The stage; default: the last of `promote.stages`.", default=None)
    reason: str = option("Why, for those who read the log.")


def run(inputs: Inputs, world: World) -> Result:
    """Write an assignment to the older version, once its bytes were seen to be in their stores."""
    target = inputs.to
    passed: tuple[str, ...] = ()

    def planned(place: Place, journal: Journal, state: State) -> tuple[Record, ...]:
        nonlocal target, passed
        model, *versions = choose(state, inputs.model, place.model, *([target] if target else []))
        stage = choose_stage(state, model, inputs.stage, place.promote if place.config else None)
        records = plan.rollback(
            state,
            model=model,
            stage=stage,
            to=versions[0] if versions else None,
            actor=journal.actor,
            time=plan.utc(world.now()),
            reason=inputs.reason,
        )
        for record in records:
            # Chosen once: if somebody else rolls back in the same moment, this one is not to go a step further.
            passed = passed if target else passed_over(state, model, stage, str(record.version))
            target = str(record.version)
            bundles = Bundles(place=place, journal=journal, world=world, token=inputs.github_token)
            bundles.check(registered(state, model, target).record())
        return records

    return write(inputs, world, "rollback", planned, text=inputs.to, remarks=lambda _: passed)
