"""The registry's log, fetched where a configuration of the run has to do with it: every later step reads it there."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from mlgate.core.documents.base import RegistrySeen, RegistryState
from mlgate.core.registry.promotion.promoted import compares_with_promoted, uses_registry
from mlgate.errors import MlgateError
from mlgate.shell import configuration
from mlgate.shell.base.commit import Remote
from mlgate.shell.base.inputs import config_at
from mlgate.shell.tables import sources

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.config.model import Config, Table
    from mlgate.core.documents.base import BaseDocument
    from mlgate.shell.git.repository import Git
    from mlgate.shell.run_folder import RunFolder
    from mlgate.shell.world import World


def seen(
    path: Path,
    git: Git | None,
    document: BaseDocument,
    folder: RunFolder,
    world: World,
    *,
    token: str | None,
    network: bool,
) -> RegistrySeen:
    """Return what is seen of the log; nothing, and no network, where no configuration asks for it.

    Args:
        path: The working copy's configuration.
        git: Its repository.
        document: Which commit judges.
        folder: The run's, for the model of a release.
        world: The outside.
        token: For the fetch alone.
        network: Whether everything may be fetched. Without it, as on a laptop, the log is still fetched where a
            configuration compares with `promoted`; what cannot be fetched is taken as this clone has it.
    """
    if git is None or document.inputs_unchanged:
        return RegistrySeen()
    working = base = _working(path, document)
    if document.base and document.base_config_digest != document.config_digest:  # else git need not be asked
        base = config_at(git, document.base, document.config)
    configs = (working, base)
    if not uses_registry(*configs):
        return RegistrySeen()
    from mlgate.shell.base import released_model  # noqa: PLC0415 - only where there may be a log
    from mlgate.shell.forge import named_holdouts  # noqa: PLC0415 - as above
    from mlgate.shell.registry.log.journal import look  # noqa: PLC0415 - as above
    from mlgate.shell.registry.log.reading import SEEN  # noqa: PLC0415 - as above

    remote = Remote.of(git, world.env, token, world.log) if network or compares_with_promoted(*configs) else None
    models = {config.model for config in configs if config is not None}
    found = look(git, world, remote, models)
    if network and token:
        reports = named_holdouts.list_them(world, token, without=document.pull_request)
        found = dataclasses.replace(found, reports=reports)
        table = working.table("holdout") if working else None
        judging = base or working
        if found.tip and table and judging:
            holdout = _digest(table, path.parent, git)
            if holdout is not None or sources.is_address(table.path):
                released_model.fetch(git, found.tip, judging, holdout=holdout, folder=folder, world=world, token=token)
    if network or remote is None or found.state is not RegistryState.UNREADABLE:
        return found
    own = look(git, world, None, models)
    if own.state is not RegistryState.SEEN or own.tip != git.resolve(SEEN):  # nothing here, or a log that was rewritten
        return found
    world.log(f"the registry could not be fetched, and is taken as this clone has it: {found.message}")
    return own


def _digest(table: Table, folder: Path, git: Git) -> str | None:
    """Return the digest of a table's files; None for those that are not here."""
    if sources.is_address(table.path):
        return None
    return sources.digest_of(sources.resolve(table, sources.Place(folder=folder, within=git.root, downloads=folder)))


def _working(path: Path, document: BaseDocument) -> Config | None:
    try:
        return configuration.load(path, document.config)
    except MlgateError:
        return None  # whoever needs it reports what is wrong with it
