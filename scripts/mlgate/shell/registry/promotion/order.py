"""What a promotion was asked for, and whom it may ask: the event, the forge, whoever acts."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlgate.core import codec
from mlgate.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.shell.forge.client import Forge
    from mlgate.shell.forge.runs import Host
    from mlgate.shell.world import World

MAX_CALLS = 200  # a promotion's share of 1,000 requests an hour
PERMISSION = (
    "Pass `github-token: ${{ github.token }}`, with `permissions: {contents: write, actions: read, "
    "pull-requests: read}`."
)


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a promotion was asked for.

    Attributes:
        find_only: Write nothing.
        local: Take the run folder's report, also in a workflow.
        branch: Whose pushes are promoted; empty for the default branch.
        report_key: What the artifact is called after `mlgate-`; empty for the model's name.
        token: For the forge and the registry.
        signing_key: Private SSH key, its text.
        sleep: Waits for so many seconds.
    """

    find_only: bool = False
    local: bool = False
    branch: str = ""
    report_key: str = ""
    token: str | None = field(default=None, repr=False)
    signing_key: str | None = field(default=None, repr=False)
    sleep: Callable[[float], None] = time.sleep


def event_payload(world: World) -> Any:
    """Return the event that started the run; nothing where there is none.

    Raises:
        InputError: If it cannot be read.
    """
    path = world.env.get("GITHUB_EVENT_PATH")
    if not path:
        return {}
    try:
        return codec.loads((world.cwd / path).read_bytes())
    except (OSError, codec.DecodeError) as error:
        raise InputError(
            f"the event at GITHUB_EVENT_PATH, {path}, cannot be read: {error}", remedy="The runner writes it."
        ) from None


def forge_of(world: World, token: str | None, sleep: Callable[[float], None]) -> Forge:
    """Return a client for the runner's forge.

    Raises:
        UsageError: If the token or the address is missing.
    """
    from mlgate.shell.forge.client import Forge  # noqa: PLC0415 - requests costs 180 ms, which a laptop does not pay

    url = world.env.get("GITHUB_API_URL", "")
    if not token or not url:
        missing = "the token" if not token else "GITHUB_API_URL"
        raise UsageError(f"{missing} is not set, and the verdict is found through the forge", remedy=PERMISSION)
    return Forge(url=url, token=token, sleep=sleep, calls_left=MAX_CALLS)


def host_of(world: World, token: str | None, sleep: Callable[[float], None]) -> Host:
    """Return the repository on the runner's forge."""
    from mlgate.shell.forge.runs import Host  # noqa: PLC0415 - as above

    return Host(forge=forge_of(world, token, sleep), repository=world.env.get("GITHUB_REPOSITORY", ""))
