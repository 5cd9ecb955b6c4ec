"""`mlgate registry diff OLD NEW`: in what two versions differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.documents import RegistryDocument
from mlgate.core.registry.people import view, wording
from mlgate.core.registry.people.choice import choose_model, choose_version, registered
from mlgate.options import option
from mlgate.steps import Result
from mlgate.steps.registry.inputs import Reading, read

if TYPE_CHECKING:
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Reading):
    """Show in what two versions of a model differ: data, code, measurements, files."""

    old: str = option("A version, or a stage that points to one.", positional=True)
    new: str = option("The version that it is compared with.", positional=True)


def run(inputs: Inputs, world: World) -> Result:
    """Show the differences."""
    place, _, seen = read(inputs, world)
    model = choose_model(seen.state, inputs.model, place.model)
    old, new = (choose_version(seen.state, model, text) for text in (inputs.old, inputs.new))
    document = RegistryDocument(
        command="diff",
        tip=seen.tip,
        sequence=seen.state.sequence,
        differences=view.differences(registered(seen.state, model, old), registered(seen.state, model, new)),
    )
    return Result(text=wording.differences(document, old, new), document=document)
