"""Names in the registry: models, versions, stages, and the git tags that GTO reads too.

The grammar of tags is GTO's: `model@v1.2.0` registers, `model#stage#3` assigns, `model#stage!#4` takes back, and
`model@v1.2.0!` says that a version must not be used any more (`model@deprecated` would hide the model as a whole, which
no record does). GTO knows no dots in names: it passes over such a model.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlgate.core.registry.log.record import Record

BRANCH = "mlgate-registry"
REF = "refs/mlgate/registry"  # where the log lies in a clone, never checked out
_VERSION = re.compile(r"v(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})")
_WORD = r"[a-zA-Z0-9](?:[a-zA-Z0-9/_-]*[a-zA-Z0-9])?"
_PART = r"[0-9A-Za-z-]+"
_ANY_VERSION = rf"v(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){{2}}(?:-{_PART}(?:\.{_PART})*)?(?:\+{_PART}(?:\.{_PART})*)?"
_TAG = re.compile(
    rf"(?P<folder>[a-zA-Z0-9-_./]+=)?(?P<name>{_WORD})"
    rf"(?:(?:\#(?P<stage>{_WORD})|@(?P<version>{_ANY_VERSION}))(?P<cancel>!?)|@(?P<whole>deprecated|created))"
    r"(?:\#(?P<number>[0-9]+))?",
    re.ASCII,
)


@dataclass(frozen=True, order=True)
class SemVer:
    """A semantic version without pre-release parts."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"v{self.major}.{self.minor}.{self.patch}"


@functools.lru_cache(maxsize=1 << 16)  # asked of every version, and again to find the latest
def parse_version(text: str) -> SemVer | None:
    """Return the version that `v1.2.0` or `1.2.0` means; None for other texts."""
    found = _VERSION.fullmatch(text if text.startswith("v") else f"v{text}")
    return SemVer(*map(int, found.groups())) if found else None


def version_tag(model: str, version: str) -> str:
    """Return the tag that registers a version."""
    return f"{model}@{version}"


def deprecate_tag(model: str, version: str) -> str:
    """Return the tag that says that a version must not be used any more."""
    return f"{model}@{version}!"


def stage_tag(model: str, stage: str, number: int, *, taken_back: bool = False) -> str:
    """Return the tag of the `number`-th event of a stage."""
    return f"{model}#{stage}{'!' if taken_back else ''}#{number}"


def tag_of(record: Record, number: int) -> str | None:
    """Return the tag that is set with a record, the `number`-th of its stage; it needs a commit to point to."""
    version = record.version or ""
    if record.commit is None:
        return None
    match record.event.value:
        case "register":
            return version_tag(record.model, version)
        case "deprecate":
            return deprecate_tag(record.model, version)
        case "assign" | "unassign" as event:
            return stage_tag(record.model, record.stage or "", number, taken_back=event == "unassign")
    return None


@dataclass(frozen=True, kw_only=True)
class TagName:
    """What a tag in this grammar means, whoever set it.

    Attributes:
        model: The model's name.
        event: `register`, `deprecate`, `assign` or `unassign`; `deprecate-model` and `create` are only GTO's.
        version: As it is written, with `v`.
        stage: For assign and unassign.
        number: The count at its end.
    """

    model: str
    event: str
    version: str | None = None
    stage: str | None = None
    number: int | None = None


def parse_tag(tag: str) -> TagName | None:
    """Return what GTO would take a tag for; None for a tag that is none of its own."""
    found = _TAG.fullmatch(tag)
    if found is None:
        return None
    number = int(found["number"]) if found["number"] else None
    model = found["folder"] or ""
    if found["whole"]:
        event = "create" if found["whole"] == "created" else "deprecate-model"
    elif found["stage"]:
        event = "unassign" if found["cancel"] else "assign"
    else:
        event = "deprecate" if found["cancel"] else "register"
    name = model.replace("=", ":") + found["name"]
    return TagName(model=name, event=event, version=found["version"], stage=found["stage"], number=number)
