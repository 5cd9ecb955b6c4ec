"""The registry's log in git: read it whole, and append to it by one atomic push."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.documents.base import RegistrySeen  # noqa: TC001 - part of the interface

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mlgate.core.registry.record import Record
    from mlgate.core.registry.state import State
    from mlgate.shell.base.commit import Remote
    from mlgate.shell.git.repository import Git
    from mlgate.shell.registry.signing import Signer
    from mlgate.shell.world import World


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The log as it was read.

    Attributes:
        tip: Its commit, which is in this clone; None if there is no log.
        state: The fold of its records.
    """

    tip: str | None
    state: State


@dataclass(frozen=True, kw_only=True)
class Appended:
    """What an append wrote.

    Attributes:
        records: The new records, in order; none if there was nothing to write.
        state: The state after them.
        tip: The log's commit after them; None if there is still no log.
        rounds: How often it was tried: more than 1 if others wrote meanwhile.
    """

    records: tuple[Record, ...]
    state: State
    tip: str | None
    rounds: int


class Journal:
    """The log of one repository: on its remote, else in its own branch.

    Attributes:
        actor: Who acts: the forge's login, else git's name.
    """

    def __init__(
        self,
        git: Git,
        world: World,
        source: Remote | None,
        actor: str,
        signer: Signer | None = None,
        *,
        email: str = "",
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.actor = actor

    def read(self, *, fetch: bool = True) -> Seen:
        """Return the log as the remote has it; without `fetch`, as this clone has it.

        Raises:
            OutsideError: `registry-unreadable`, `-damaged`, `-newer` or `-rewritten`.
        """
        raise NotImplementedError

    def append(
        self, plan: Callable[[State], tuple[Record, ...]], blobs: Mapping[str, bytes | Path] | None = None
    ) -> Appended:
        """Append what `plan` answers to the state as it is; it is asked anew whenever somebody else was faster.

        Args:
            plan: Gives the records that are to follow a state; none if there is nothing to do. What it raises ends it.
            blobs: Bytes by their sha256, kept on the branch; they are written with the first of the records.

        Raises:
            OutsideError: `registry-refused`, `-busy`, `tag-taken`, `store-failed`, `clock-behind`, or as of `read`.
        """
        raise NotImplementedError

    def blob(self, digest: str, tip: str | None = None) -> bytes | None:
        """Return the bytes that the branch keeps under a sha256, at the last tip read if none is given; None without.

        Raises:
            OutsideError: `blob-altered`, if they are not those.
        """
        raise NotImplementedError

    def records_at(self, tip: str) -> tuple[bytes, ...]:
        """Return every record's bytes at a commit of the log, in order."""
        raise NotImplementedError

    def state_at(self, tip: str) -> State:
        """Return the fold of the log at a commit of it, which is in this clone."""
        raise NotImplementedError


def open_journal(git: Git, world: World, token: str | None = None, signer: Signer | None = None) -> Journal:
    """Return the journal of a clone: on its remote, with the token if one is given, else in its own branch."""
    raise NotImplementedError


def look(git: Git, world: World, remote: Remote | None) -> RegistrySeen:
    """Return what can be seen of the log, without reading its records; it never raises: absent is not unreadable."""
    raise NotImplementedError
