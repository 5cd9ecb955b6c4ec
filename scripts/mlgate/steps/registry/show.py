"""`mlgate registry show`: the models, their versions, and what each stage points to."""

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
    """Show the models, their versions, and what each stage points to."""

    limit: int = option("How many versions of each model, the newest first; 0 for all.", default=20, least=0)


def run(inputs: Inputs, world: World) -> Result:
    """Show the registry as it is."""
    _, _, seen = read(inputs, world)
    document = RegistryDocument(
        command="show",
        tip=seen.tip,
        sequence=seen.state.sequence,
        models=view.models(seen.state, inputs.model, inputs.limit),
    )
    return Result(text=wording.models(document), document=document)
