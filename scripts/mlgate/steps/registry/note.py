"""`mlgate registry note TEXT`: write a remark into the log."""

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
    """Write a remark about a model, or about one of its versions, into the log."""

    reason: str = option("The remark.", positional=True)
    version: str | None = option("The version that it is about.", default=None)


def run(inputs: Inputs, world: World) -> Result:
    """Write a note."""

    def planned(place: Place, journal: Journal, state: State) -> tuple[Record, ...]:
        texts = [inputs.version] if inputs.version else []
        model, *versions = choose(state, inputs.model, place.model, *texts)
        version = versions[0] if versions else None
        return plan.note(
            state, model=model, version=version, actor=journal.actor, time=plan.utc(world.now()), reason=inputs.reason
        )

    return write(inputs, world, "note", planned, text=inputs.version)
