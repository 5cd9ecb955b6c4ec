"""`mlgate registry verify`: check every record, tag, file, page and signature."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path  # noqa: TC003 - options are read from the annotations
from typing import TYPE_CHECKING

from mlgate.core.documents.registry import RegistryDocument, RegistryFinding
from mlgate.core.registry.audit.judge import audit
from mlgate.core.registry.people import wording
from mlgate.core.words import shown
from mlgate.errors import ExitStatus, UsageError
from mlgate.options import option
from mlgate.shell.registry.place import allowed_signers, find_place, under_default_branch
from mlgate.shell.registry.verification.collect import collect
from mlgate.steps import Result
from mlgate.steps.registry.inputs import Reading

if TYPE_CHECKING:
    from mlgate.steps import World

_DIGEST = re.compile(r"[0-9a-f]{12,64}")


@dataclass(frozen=True, kw_only=True)
class Inputs(Reading):
    """Check every record, tag, file, page and signature of the registry."""

    allowed_signers: Path | None = option(
        "git's list of allowed signers; default: the one that the configuration names, as the default branch has it.",
        default=None,
    )
    all_signed: bool = option(
        "Every record must be signed, those before the first signature too.", default=False, flag=True
    )
    expect: str | None = option(
        "A record that must be there: its sha256 or the start of it, from a job's summary. Without one, nothing "
        "tells in a new clone that the newest records and their tags were taken away together.",
        default=None,
    )


def run(inputs: Inputs, world: World) -> Result:
    """Name each thing that is wrong; exit 5 if anything is.

    Raises:
        UsageError: If all are to be signed, and nobody says by whom; or if the record expected is no digest.
    """
    if inputs.expect is not None and not _DIGEST.fullmatch(inputs.expect):
        raise UsageError(
            f"expect: {shown(inputs.expect)} is not the sha256 of a record",
            remedy="Give it, or its first 12 digits or more, as the summary of the job shows it.",
        )
    here = find_place(inputs.config, world)
    place = under_default_branch(here, world, inputs.github_token, fetch=not inputs.offline)
    allowed = allowed_signers(place, world, inputs.allowed_signers)
    if inputs.all_signed and allowed is None:
        raise UsageError(
            "all-signed: no list of allowed signers is known, and without one any key would do",
            remedy="Name one by `--allowed-signers`, or by `promote.allowed-signers` in the configuration.",
        )
    seen = collect(
        place,
        world,
        token=inputs.github_token,
        allowed=allowed,
        fetch=not inputs.offline,
        all_signed=inputs.all_signed,
    )
    found = audit(replace(seen.snapshot, expected=inputs.expect))
    document = RegistryDocument(
        command="verify",
        tip=seen.snapshot.tip,
        sequence=seen.checked.get("record", 0),
        findings=tuple(
            RegistryFinding(reason=f.reason, subject=f.subject, message=f.message, remedy=f.remedy) for f in found
        ),
        checked=seen.checked,
        unsigned=seen.unsigned[0],
        unsigned_after=seen.unsigned[1],
        unchecked=seen.unchecked,
    )
    status = ExitStatus.OUTSIDE if found else ExitStatus.DONE
    return Result(text=wording.audit(document), document=document, status=status)
