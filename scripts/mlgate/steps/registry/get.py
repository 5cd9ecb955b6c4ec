"""`mlgate registry get VERSION --to FOLDER`: fetch a version's files, and verify them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - options are read from the annotations
from typing import TYPE_CHECKING

from mlgate.core.documents.registry import RegistryDocument
from mlgate.core.registry.people import wording
from mlgate.core.registry.people.choice import choose, registered
from mlgate.core.registry.people.remarks import deprecated
from mlgate.options import option
from mlgate.shell.registry.bundle.bundles import Bundles
from mlgate.steps import Result
from mlgate.steps.registry.inputs import Reading, read, warnings

if TYPE_CHECKING:
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Reading):
    """Fetch a version's files into a folder; every byte is verified against the record."""

    version: str = option("The version, or a stage that points to one.", positional=True)
    to: Path = option("The folder, new or empty.")


def run(inputs: Inputs, world: World) -> Result:
    """Write the files."""
    place, journal, seen = read(inputs, world)
    model, version = choose(seen.state, inputs.model, place.model, inputs.version)
    bundles = Bundles(place=place, journal=journal, world=world, token=inputs.github_token)
    files = bundles.fetch(registered(seen.state, model, version).record(), (world.cwd / inputs.to).resolve())
    document = RegistryDocument(
        command="get",
        tip=seen.tip,
        sequence=seen.state.sequence,
        files=files,
        remarks=deprecated(seen.state, model, version),
    )
    text = wording.files(document, f"{model} {version}")
    return Result(text=text, document=document, annotations=warnings(document))
