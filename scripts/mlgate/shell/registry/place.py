"""Where the registry command stands: the repository, its configuration if there is one, and who may sign."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.config.model import Promote
from mlgate.errors import InputError
from mlgate.shell.configuration import load
from mlgate.shell.git.repository import Git
from mlgate.shell.registry.log.journal import open_journal
from mlgate.shell.registry.verification.signing import open_signer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.config.model import Config
    from mlgate.shell.registry.log.journal import Journal
    from mlgate.shell.world import World

DEFAULT = Path("mlgate.yml")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the registry command stands.

    Attributes:
        git: The repository.
        config: Its configuration; None where there is none, which is enough for most of the command.
        folder: The folder that the configuration's paths are relative to.
    """

    git: Git
    config: Config | None
    folder: Path

    @property
    def model(self) -> str | None:
        """Return the configured model."""
        return self.config.model if self.config else None

    @property
    def promote(self) -> Promote:
        """Return what the configuration says of promotion, or the defaults."""
        return (self.config.promote if self.config else None) or Promote()


def find_place(config: Path, world: World) -> Place:
    """Return the repository around a configuration, which may be missing unless it was named.

    Raises:
        InputError: If there is no repository.
        ConfigError: If the configuration is wrong.
    """
    path = world.cwd / config
    git = Git.discover(path.parent, world.env)
    if git is None:
        raise InputError(
            f"there is no git repository at {path.parent}, and the registry is a branch of one",
            remedy="Run it in a checkout of the repository.",
        )
    absent = config == DEFAULT and not path.exists()
    return Place(git=git, config=None if absent else load(path, config.as_posix()), folder=path.parent)


@contextmanager
def writing(
    place: Place, world: World, *, token: str | None, key: str | None, sign: bool = False, allowed: Path | None = None
) -> Iterator[tuple[Journal, str | None]]:
    """Give the journal to write to, and who signs: whoever's key is given, or whoever must where signatures are asked.

    Raises:
        UsageError: If the key cannot be used.
        OutsideError: `signature-wrong`, if it is on no list of allowed signers although there is one.
    """
    wanted = sign or place.promote.sign
    listed = allowed_signers(place, world, allowed) if wanted or key else None
    with open_signer(place.git, world.env, key=key, wanted=wanted, allowed=listed) as signer:
        yield open_journal(place.git, world, token, signer), signer.principal if signer else None


def allowed_signers(place: Place, world: World, given: Path | None = None) -> str | None:
    """Return the list of allowed signers: the file given, else the default branch's; None where none is configured.

    A list in the working copy is not believed: whoever has changed it there could name themselves.

    Raises:
        InputError: If there is no such file.
    """
    if given is not None:
        return _text(world.cwd / given)
    if place.promote.allowed_signers is None:
        return None
    name = place.git.relative(place.folder / place.promote.allowed_signers)
    for branch in (f"refs/remotes/{place.git.remote() or 'origin'}/HEAD", "HEAD"):
        commit = place.git.resolve(branch)
        data = place.git.show(commit, name) if commit and name else None
        if data is not None:
            return data.decode(errors="replace")
    raise InputError(
        f"the list of allowed signers, {place.promote.allowed_signers}, is not committed",
        remedy="Commit it on the default branch, or name a file by `--allowed-signers`.",
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise InputError(
            f"the list of allowed signers {path} cannot be read: {getattr(error, 'strerror', None) or 'not text'}",
            remedy="Name a file as `man ssh-keygen` describes it under ALLOWED SIGNERS.",
        ) from None
