"""Names in the registry: models, versions, stages, and the git tags that GTO reads too.

The grammar of tags is GTO's: `model@v1.2.0` registers, `model#stage#3` assigns, `model#stage!#4` takes back, and
`model@deprecated#5` deprecates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

BRANCH = "mlgate-registry"
REF = "refs/mlgate/registry"  # where the log lies in a clone, never checked out
_VERSION = re.compile(r"v(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})")


@dataclass(frozen=True, order=True)
class SemVer:
    """A semantic version without pre-release parts."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"v{self.major}.{self.minor}.{self.patch}"


def parse_version(text: str) -> SemVer | None:
    """Return the version that `v1.2.0` or `1.2.0` means; None for other texts."""
    found = _VERSION.fullmatch(text if text.startswith("v") else f"v{text}")
    return SemVer(*map(int, found.groups())) if found else None


def version_tag(model: str, version: str) -> str:
    """Return the tag that registers a version."""
    return f"{model}@{version}"


def stage_tag(model: str, stage: str, number: int, *, taken_back: bool = False) -> str:
    """Return the tag of the `number`-th event of a stage."""
    return f"{model}#{stage}{'!' if taken_back else ''}#{number}"
