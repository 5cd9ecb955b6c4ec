"""`mlgate registry history`: what happened, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.documents.registry import RegistryDocument
from mlgate.core.registry.people import view, wording
from mlgate.options import option
from mlgate.steps import Result
from mlgate.steps.registry.inputs import Reading, read

if TYPE_CHECKING:
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Reading):
    """Show what happened, newest first."""

    stage: str | None = option("Only what happened to this stage.", default=None)
    limit: int = option("How many records; 0 for all.", default=20, least=0)


def run(inputs: Inputs, world: World) -> Result:
    """Show the log's records."""
    _, _, seen = read(inputs, world)
    chosen = view.chosen(seen.state, inputs.model, inputs.stage)
    document = RegistryDocument(
        command="history",
        tip=seen.tip,
        sequence=seen.state.sequence,
        events=view.events(seen.state, chosen, inputs.limit),
    )
    return Result(text=wording.events(document, len(chosen)), document=document)
