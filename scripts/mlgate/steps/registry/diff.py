"""`mlgate registry diff OLD NEW`: in what two versions differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.documents.registry import RegistryDocument
from mlgate.core.registry.people import wording
from mlgate.core.registry.people.choice import choose, registered
from mlgate.core.registry.people.differing import differences, in_report
from mlgate.options import option
from mlgate.steps import Result
from mlgate.steps.registry.inputs import Reading, read

if TYPE_CHECKING:
    from mlgate.core.registry.log.state import Entry
    from mlgate.shell.registry.log.journal import Journal
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Reading):
    """Show in what two versions of a model differ: data, code, measurements, files."""

    old: str = option("A version, or a stage that points to one.", positional=True)
    new: str = option("The version that it is compared with.", positional=True)


def run(inputs: Inputs, world: World) -> Result:
    """Show the differences."""
    place, journal, seen = read(inputs, world)
    model, old, new = choose(seen.state, inputs.model, place.model, inputs.old, inputs.new)
    before, after = (registered(seen.state, model, version) for version in (old, new))
    document = RegistryDocument(
        command="diff",
        tip=seen.tip,
        sequence=seen.state.sequence,
        differences=differences(before, after, (_measured(before, journal), _measured(after, journal))),
    )
    return Result(text=wording.differences(document, old, new), document=document)


def _measured(entry: Entry, journal: Journal) -> dict[str, float]:
    """Return what the report of a version says of every metric, where the branch keeps it."""
    kept = (a.digest for a in entry.record().artifacts if a.name == "report" and a.store == "branch")
    digest = next(kept, None)
    return in_report(journal.blob(digest)) if digest else {}
