"""What a person may do to a stage without the workflow. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlgate.core.config import grammar
from mlgate.core.config.model import Promote
from mlgate.core.documents.promotion import Origin
from mlgate.core.outcome import Outcome
from mlgate.core.reasons import REASONS
from mlgate.core.registry.log.plan import chain
from mlgate.core.registry.promotion.assignment import Agreement, Wish, plan_assignment
from mlgate.core.words import shown
from mlgate.errors import UsageError

if TYPE_CHECKING:
    from mlgate.core.registry.log.record import Record
    from mlgate.core.registry.log.state import State

NOBODY = Agreement(message="`mlgate registry assign` asks nobody; promote-model does, with `--stage` and `--version`")


def signed(state: State, records: tuple[Record, ...], signer: str | None) -> tuple[Record, ...]:
    """Return the records that follow a state as ones that say who signs them."""
    return chain(state, [replace(each, signer=signer) for each in records]) if signer else records


def assignable(
    state: State, model: str, version: str, stage: str | None, promote: Promote | None, *, origin: Origin = Origin.CI
) -> str | None:
    """Return the stage that may point to a version from now on; None if it does already.

    Raises:
        UsageError: `origin-refused`, `stage-order` or `approval-missing`, as the configuration says; or if there is no
            such stage.
    """
    if promote is None:
        name = stage or Promote().stage
        if not grammar.NAME.fullmatch(name):
            raise UsageError(f"stage: {shown(name)} cannot be the name of a stage", remedy=grammar.NAME_REMEDY)
        return None if state.current(model, name) == version else name
    wish = Wish(model=model, stage=stage or promote.stage, version=version, origin=origin)
    decision = plan_assignment(wish, promote, NOBODY, state)
    if decision.outcome is Outcome.FAIL:
        raise UsageError(decision.message, remedy=REASONS[decision.reason].remedy, reason=decision.reason)
    return decision.stages[0] if decision.stages else None
