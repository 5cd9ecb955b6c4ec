"""The registry's log in git: read it whole, and append to it by one atomic push.

The push is the commit point: the branch of the log and every tag move from the values that were read, or nothing does.
Who loses a race reads again and plans again. Where the effect of a push is unknown, because the reply was lost, the log
is read again: it has the record, or it has not.
"""

from __future__ import annotations

import functools
import random
import time
from typing import TYPE_CHECKING

from mlgate.core.documents.base import RegistrySeen, RegistryState
from mlgate.core.registry.log.names import REF
from mlgate.errors import OutsideError
from mlgate.shell.base.commit import Remote
from mlgate.shell.registry.log import reading
from mlgate.shell.registry.log.appending import Append, Appended
from mlgate.shell.registry.log.location import Log, Seen
from mlgate.shell.registry.log.lock import alone, place_of
from mlgate.shell.registry.log.reading import HEAD, fail
from mlgate.shell.registry.log.traces import check_never_was
from mlgate.shell.registry.log.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from mlgate.core.registry.log.record import Record
    from mlgate.core.registry.log.state import State
    from mlgate.shell.git.repository import Git
    from mlgate.shell.registry.verification.signing import Signer
    from mlgate.shell.world import World

__all__ = ["Appended", "Journal", "Seen", "look", "open_journal"]


class Journal:
    """The log of one repository: on its remote, else in its own branch.

    Who acts, and by which address, may be a question: it is asked where something is written.
    """

    def __init__(
        self,
        git: Git,
        world: World,
        source: Remote | None,
        actor: str | Callable[[], tuple[str, str]],
        signer: Signer | None = None,
        *,
        email: str = "",
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._who: Callable[[], tuple[str, str]] = functools.cache(
            functools.partial(_named, actor, email) if isinstance(actor, str) else actor
        )
        self._signer = signer
        self._git = git
        self._say = world.log
        self._sleep = sleep
        self._jitter = jitter
        self._place = place_of(git)
        self._log = Log(git, self._place, source)

    @property
    def actor(self) -> str:
        """Return who acts: the forge's login, else git's name."""
        return self._who()[0]

    def read(self, *, fetch: bool = True) -> Seen:
        """Return the log as the remote has it; without `fetch`, as this clone has it.

        Raises:
            OutsideError: `registry-unreadable`, `-damaged`, `-newer` or `-rewritten`.
        """
        if not fetch:
            return self._log.cached()
        if self._log.is_here:
            return self._log.refresh()
        with alone(self._git, self._place, self._sleep):
            return self._log.refresh()

    def append(
        self, plan: Callable[[State], tuple[Record, ...]], blobs: Mapping[str, bytes | Path] | None = None
    ) -> Appended:
        """Append what `plan` answers to the state as it is; it is asked anew whenever somebody else was faster.

        Args:
            plan: Gives the records that are to follow a state; none if there is nothing to do. What it raises ends it.
            blobs: Bytes by their sha256, kept on the branch; they are written with the first of the records.

        Raises:
            OutsideError: `registry-refused`, `-busy`, `tag-taken`, `store-failed`, or as of `read`.
        """
        actor, email = self._who()
        writer = Writer(self._git, self._place.algorithm, self._signer, {actor: email})
        with alone(self._git, self._place, self._sleep):
            return Append(self._log, writer, plan, blobs or {}, wait=self._wait, say=self._say).run()

    def _wait(self, seconds: float) -> None:
        self._sleep(seconds * (0.5 + self._jitter()))

    def blob(self, digest: str, tip: str | None = None) -> bytes | None:
        """Return the bytes that the branch keeps under a sha256, at the last tip read if none is given; None without.

        Raises:
            OutsideError: `blob-altered`, if they are others.
        """
        at = tip or (self._log.seen or self._log.cached()).tip
        return reading.blob_at(self._git, at, digest) if at else None

    def records_at(self, tip: str) -> tuple[bytes, ...]:
        """Return every record's bytes at a commit of the log, in order."""
        return reading.records_at(self._git, tip)

    def state_at(self, tip: str) -> State:
        """Return the fold of the log at a commit of it, which is in this clone."""
        return reading.state_at(self._git, tip)


def open_journal(git: Git, world: World, token: str | None = None, signer: Signer | None = None) -> Journal:
    """Return the journal of a clone: on its remote, with the token if one is given, else in its own branch.

    Raises:
        OutsideError: `registry-unreadable`, if the clone has several remotes and none of them is `origin`.
    """
    remote = Remote.of(git, world.env, token, world.log)
    names = git.remotes()
    if remote is None and names:
        raise fail(
            "registry-unreadable",
            f"this clone has the remotes {', '.join(names)}, and which of them has the registry is not known",
            "Call the one that has it `origin`: `git remote rename NAME origin`.",
        )
    return Journal(git, world, remote, functools.partial(_who, git, world), signer)


def _named(actor: str, email: str) -> tuple[str, str]:
    return actor, email


def _who(git: Git, world: World) -> tuple[str, str]:
    name = world.env.get("GITHUB_TRIGGERING_ACTOR") or world.env.get("GITHUB_ACTOR")  # who started this try of the run
    if name:
        return name, ""
    return _setting(git, "user.name") or world.env.get("USER") or "unknown", _setting(git, "user.email")


def _setting(git: Git, name: str) -> str:
    return git.ask(["config", "--get", name]).stdout.decode(errors="replace").strip()


def look(git: Git, world: World, remote: Remote | None, models: Collection[str] = ()) -> RegistrySeen:
    """Return what can be seen of the log, without reading its records; it never raises: absent is not unreadable.

    Without a `remote`, in a clone that has one, what was fetched before counts, and nothing is known without that.

    Args:
        git: The clone.
        world: The outside.
        remote: Where the log is.
        models: Those that there must be no tags of, where there is no log.
    """
    try:
        if remote is None and git.ask(["remote"]).stdout.strip():
            tip = git.resolve(REF)
            return RegistrySeen(state=RegistryState.SEEN if tip else RegistryState.UNKNOWN, tip=tip)
        place = place_of(git)
        if remote is None:
            tip = git.resolve(HEAD)
        else:
            with alone(git, place, time.sleep):
                tip = reading.fetch_tip(git, place, remote)
                reading.check_continues(git, place, tip, git.resolve(reading.SEEN))
        if tip is None:
            check_never_was(git, place, remote, models)
        return RegistrySeen(state=RegistryState.SEEN if tip else RegistryState.EMPTY, tip=tip)
    except OutsideError as error:
        world.log(f"the registry cannot be read: {error.message}")
        return RegistrySeen(state=RegistryState.UNREADABLE, message=str(error))
