"""`mlgate registry at DATE`: the registry as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.documents.registry import RegistryDocument
from mlgate.core.registry.log.moments import parse_moment
from mlgate.core.registry.people import view, wording
from mlgate.core.words import shown
from mlgate.errors import UsageError
from mlgate.options import option
from mlgate.steps import Result
from mlgate.steps.registry.inputs import Reading, read

if TYPE_CHECKING:
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Reading):
    """Show the registry as it was at a moment."""

    date: str = option(
        "A date, `2026-03-03`, which means its end in UTC, or a time, `2026-03-03T10:15:00+01:00`.", positional=True
    )
    limit: int = option("How many versions of each model, the newest first; 0 for all.", default=20, least=0)


def run(inputs: Inputs, world: World) -> Result:
    """Show the registry as it was.

    Raises:
        UsageError: If the date is none.
    """
    moment = parse_moment(inputs.date)
    if moment is None:
        raise UsageError(
            f"date: expected a date or a time, got {shown(inputs.date)}",
            remedy="Write it as 2026-03-03, or as 2026-03-03T10:15:00Z.",
        )
    _, _, seen = read(inputs, world)
    state = seen.state.at(moment.time)
    document = RegistryDocument(
        command="at",
        tip=seen.tip,
        sequence=state.sequence,
        time=moment.time,
        models=view.models(state, inputs.model, inputs.limit),
    )
    return Result(text=wording.models(document, moment.meaning), document=document)
