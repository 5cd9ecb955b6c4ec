"""Options that sub-commands share, and how they read the log."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - options are read from the annotations
from typing import TYPE_CHECKING

from mlgate.core.annotation import Annotation
from mlgate.core.documents.registry import RegistryDocument
from mlgate.core.outcome import Outcome
from mlgate.core.registry.people import choice, view, wording
from mlgate.core.registry.people.remarks import after
from mlgate.core.registry.promotion.by_hand import signed
from mlgate.options import Common, option
from mlgate.shell.registry.configured import governing
from mlgate.shell.registry.log.journal import open_journal
from mlgate.shell.registry.place import find_place, writing
from mlgate.steps import Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.registry.log.record import Record
    from mlgate.core.registry.log.state import State
    from mlgate.shell.registry.log.journal import Journal, Seen
    from mlgate.shell.registry.place import Place
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Reading(Common):
    """Read the log."""

    model: str | None = option("The model.", default=None)
    offline: bool = option("Read the log as this clone has it: fetch nothing.", default=False, flag=True)
    github_token: str | None = option("Token that may read the repository.", default=None, secret=True)


@dataclass(frozen=True, kw_only=True)
class Writing(Common):
    """Write to the log."""

    model: str | None = option(
        "The model; default: the configuration's, else the only one of the registry.", default=None
    )
    github_token: str | None = option(
        "Token that may write the repository's branch and tags of the registry.", default=None, secret=True
    )
    signing_key: str | None = option(
        "Private SSH key, its text, that signs the record; by default that of git's configuration where signatures "
        "are asked for.",
        default=None,
        secret=True,
    )
    sign: bool = option(
        "Sign the record, as `promote.sign: true` asks for always.",
        default=False,
        flag=True,
    )
    allowed_signers: Path | None = option(
        "git's list of allowed signers; default: the one that the configuration names, as the default branch has it.",
        default=None,
    )


def read(inputs: Reading, world: World) -> tuple[Place, Journal, Seen]:
    """Return the place, its journal, and the log as it is."""
    place = find_place(inputs.config, world)
    journal = open_journal(place.git, world, inputs.github_token)
    return place, journal, journal.read(fetch=not inputs.offline)


def write(
    inputs: Writing,
    world: World,
    command: str,
    plan: Callable[[Place, Journal, State], tuple[Record, ...]],
    *,
    text: str | None = None,
    remarks: Callable[[State], tuple[str, ...]] = lambda _: (),
) -> Result:
    """Append what `plan` makes of the log's state, and say so.

    Args:
        inputs: The options.
        world: The outside.
        command: What it is called.
        plan: Gives the records.
        text: The version as it was given; its tag names the model, too.
        remarks: Gives what to know of it, from the state after it.
    """
    place = governing(find_place(inputs.config, world), inputs.model or choice.model_in(text))
    with writing(
        place,
        world,
        token=inputs.github_token,
        key=inputs.signing_key,
        sign=inputs.sign,
        allowed=inputs.allowed_signers,
    ) as (journal, signer):
        done = journal.append(lambda state: signed(state, plan(place, journal, state), signer))
    document = RegistryDocument(
        command=command,
        tip=done.tip,
        sequence=done.state.sequence,
        events=view.written(done.state, done.records),
        remarks=(*after(done.state, done.records), *remarks(done.state)),
    )
    written = document.events[-1] if document.events else None
    outputs = {
        "outcome": Outcome.PASS.value,
        "version": (written and written.version) or "",
        "previous-version": (written and written.previous_version) or "",
        "stage": (written and written.stage) or "",
        "record-digest": written.record_digest if written else "",
    }
    return Result(
        text=wording.written(document),
        document=document,
        outputs=outputs,
        summary=wording.summary(document),
        annotations=warnings(document),
    )


def warnings(document: RegistryDocument) -> tuple[Annotation, ...]:
    """Return a document's remarks as a workflow's run shows them."""
    return tuple(Annotation(level="warning", message=remark) for remark in document.remarks)
