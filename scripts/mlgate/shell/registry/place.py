"""Where the registry command stands: the repository, its configuration if there is one, and who may sign."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.config.model import Promote
from mlgate.errors import InputError, OutsideError
from mlgate.shell.base.commit import Remote
from mlgate.shell.configuration import load, parse
from mlgate.shell.git.repository import Git
from mlgate.shell.registry.log.journal import open_journal
from mlgate.shell.registry.verification.signing import open_signer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.config.model import Config
    from mlgate.shell.registry.log.journal import Journal
    from mlgate.shell.world import World

DEFAULT = Path("mlgate.yml")
POLICY = "refs/mlgate/policy"  # the tip of the remote's default branch, as it was fetched last


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the registry command stands.

    Attributes:
        git: The repository.
        config: Its configuration; None where there is none, which is enough for most of the command.
        folder: The folder that the configuration's paths are relative to.
        policy: The commit that has the configuration, where that is the default branch's; None for the one at hand.
    """

    git: Git
    config: Config | None
    folder: Path
    policy: str | None = None

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
    listed = None
    if wanted or key:
        listed = allowed_signers(under_default_branch(place, world, token), world, allowed)
    with open_signer(place.git, world.env, key=key, wanted=wanted, allowed=listed) as signer:
        yield open_journal(place.git, world, token, signer), signer.principal if signer else None


def under_default_branch(place: Place, world: World, token: str | None, *, fetch: bool = True) -> Place:
    """Return the place with the configuration that the remote's default branch has now, where it has it.

    Who changes the one at hand or deletes it, as a pull request does in its checkout, could let anybody sign.
    """
    if place.policy is not None:
        return place
    commit = _tip(place.git, Remote.of(place.git, world.env, token, world.log) if fetch else None)
    name = place.git.relative(place.folder / (Path(place.config.path).name if place.config else DEFAULT))
    data = place.git.show(commit, name) if commit and name else None
    return place if data is None else replace(place, config=parse(data, str(name)), policy=commit)


def _tip(git: Git, remote: Remote | None) -> str | None:
    """Return the tip of the remote's default branch: fetched, else as this clone knows it."""
    if remote is not None:
        depth = ["--depth=1"] if git.is_shallow() else []
        try:
            git.fetch(remote.source, [f"+HEAD:{POLICY}"], depth, remote.secret)
            return git.resolve(POLICY)
        except OutsideError as error:
            remote.log(f"the default branch cannot be fetched, and is taken as this clone has it: {error.message}")
    return git.resolve(f"refs/remotes/{git.remote() or 'origin'}/HEAD")


def allowed_signers(place: Place, world: World, given: Path | None = None) -> str | None:
    """Return the list of allowed signers: the file given, else the configured one; None where none is configured.

    It is read from the commit that has the configuration, and never from the working copy: whoever has changed it there
    could name themselves.

    Raises:
        InputError: If there is no such file.
    """
    if given is not None:
        return _text(world.cwd / given)
    if place.promote.allowed_signers is None:
        return None
    name = place.git.relative(place.folder / place.promote.allowed_signers)
    commit = place.policy or place.git.resolve("HEAD")
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
