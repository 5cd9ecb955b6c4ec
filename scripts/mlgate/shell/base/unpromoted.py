"""Whether a push brings a model that was never promoted: it is judged then, although nothing differs from the base."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.registry.log.presence import present
from mlgate.errors import MlgateError
from mlgate.shell.base.inputs import config_at

if TYPE_CHECKING:
    from mlgate.core.documents.base import BaseDocument
    from mlgate.shell.git.repository import Git
    from mlgate.shell.world import World


def is_unpromoted(git: Git, document: BaseDocument, world: World, token: str | None) -> bool:
    """Return whether a push's configuration promotes, and the registry has no model made from the pushed inputs.

    That is so where a promotion failed, or where promotion came after the model. A registry that cannot be read says
    nothing: the promotion that follows names the trouble.
    """
    if document.event != "push" or not document.inputs_unchanged or document.commit is None:
        return False
    config = config_at(git, document.commit, document.config)
    if config is None or config.promote is None:
        return False
    from mlgate.shell.registry.log.journal import open_journal  # noqa: PLC0415 - only where there may be a log

    try:
        state = open_journal(git, world, token).read().state
    except MlgateError as error:
        world.log(f"whether this model was promoted is not known: {error.message}")
        return False
    return present(state, config.model, inputs=document.inputs_digest, commit=document.commit) is None
