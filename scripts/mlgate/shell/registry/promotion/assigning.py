"""Promotes a version that is in the registry to a stage: asks who agrees, decides, and writes one record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.config.model import Approval
from mlgate.core.registry.log.placing import chain, utc
from mlgate.core.registry.people.choice import registered
from mlgate.core.registry.promotion.assignment import (
    Agreement,
    Wish,
    assignments,
    check_named,
    plan_assignment,
    reviewers,
    second_key,
    second_person,
    settled,
    stage_of,
    version_of,
)
from mlgate.core.registry.promotion.document import Subject, document
from mlgate.errors import OutsideError
from mlgate.shell.registry.bundle.bundles import Bundles
from mlgate.shell.registry.place import writing
from mlgate.shell.registry.promotion.branch import pushed_here
from mlgate.shell.registry.promotion.order import host_of
from mlgate.shell.runner import in_actions

if TYPE_CHECKING:
    from mlgate.core.config.model import Stage
    from mlgate.core.documents.promotion import PromotionDocument
    from mlgate.core.registry.log.record import Record
    from mlgate.core.registry.log.state import State
    from mlgate.core.registry.promotion.decision import Decision
    from mlgate.shell.registry.promotion.order import Order
    from mlgate.shell.registry.promotion.pushed import Pushed
    from mlgate.shell.run_folder import RunFolder
    from mlgate.shell.world import World

NO_WORKFLOW = "only a workflow's run can show it, and this is none"


def promote_to_stage(pushed: Pushed, wish: Wish, order: Order, folder: RunFolder, world: World) -> PromotionDocument:
    """Promote a version to a stage, as far as it may be.

    Args:
        pushed: The checkout, under the configuration that says which stages there are and what each needs.
        wish: The version and the stage.
        order: The promotion's other options.
        folder: The run folder.
        world: The outside.

    Raises:
        MlgateError: If it could not be decided or written.
    """
    policy = pushed.promote
    check_named(wish, policy)
    pushed_here(pushed, order, world)
    key = None if order.find_only else order.signing_key
    with writing(pushed.place, world, token=order.token, key=key) as (journal, signer):
        before = journal.read().state
        actor, wish = journal.actor, settled(wish, policy, before)
        listed = signer if policy.allowed_signers else None  # a key that is on no list is nobody's
        asking = _Asking(wish=wish, actor=actor, signer=listed, order=order, world=world)
        agreement = asking.agreement(stage_of(policy, wish.stage), pushed, before)
        made: list[tuple[Decision, State]] = []

        def follow(state: State) -> tuple[Record, ...]:
            decided = plan_assignment(wish, policy, agreement, state)
            made.append((decided, state))
            records = assignments(state, decided, model=wish.model, actor=actor, time=utc(world.now()))
            if records:  # no stage points to a version whose bytes are gone
                bundles = Bundles(place=pushed.place, journal=journal, world=world, token=order.token)
                bundles.check(registered(state, wish.model, str(decided.version)).record())
            return chain(state, [replace(each, signer=signer) for each in records])

        decision, after = plan_assignment(wish, policy, agreement, before), before
        if decision.writes and not order.find_only:
            after = journal.append(follow).state
            decision, before = made[-1]
    subject = Subject(model=wish.model, commit=pushed.commit, find_only=order.find_only)
    return document(decision, subject, before, after, reads=dict(folder.reads))


@dataclass(frozen=True, kw_only=True)
class _Asking:
    """Finds out who agrees.

    Attributes:
        actor: Who acts.
        signer: Who signs, as the list of allowed signers says.
    """

    wish: Wish
    actor: str
    signer: str | None
    order: Order
    world: World

    def agreement(self, stage: Stage, pushed: Pushed, state: State) -> Agreement:
        if stage.approve is Approval.ENVIRONMENT:
            return self._reviewers(stage.reviewed_by)
        if stage.approve is Approval.SECOND_PERSON:
            return self._second_person(pushed, state)
        return Agreement()

    def _reviewers(self, environment: str) -> Agreement:
        from mlgate.shell.forge.runs import approvals  # noqa: PLC0415 - requests costs 180 ms

        run = self.world.env.get("GITHUB_RUN_ID", "")
        if not in_actions(self.world.env) or not run.isdecimal():
            return Agreement(message=NO_WORKFLOW)
        said = approvals(host_of(self.world, self.order.token, self.order.sleep), int(run))
        if said is None:
            what = "this host has no environments with reviewers; `approve: second-person` works on every host"
            return Agreement(message=what)
        return reviewers(tuple((one.login, one.state, one.environments) for one in said), environment)

    def _second_person(self, pushed: Pushed, state: State) -> Agreement:
        version = version_of(self.wish, pushed.promote, state)
        entry = state.version(self.wish.model, version)
        if entry is None:
            return Agreement(message=f"{version} is not in the registry")
        number = entry.record().pull_request
        author = self._author(number) if number is not None else ""
        if author is None:
            return Agreement(message=f"the author of pull request {number} cannot be asked for here")
        involved = tuple(name for name in (entry.actor, *entry.record().involved, author) if name)
        if in_actions(self.world.env):
            return second_person(self.actor, involved)
        return second_key(self.signer, entry.record().signer, involved)

    def _author(self, number: int) -> str | None:
        """Return a pull request's author; None where no forge can be asked, which must not count as an agreement."""
        from mlgate.shell.forge.runs import author_of  # noqa: PLC0415 - as above

        if not (self.order.token and self.world.env.get("GITHUB_API_URL")):
            return None
        try:
            return author_of(host_of(self.world, self.order.token, self.order.sleep), number) or None
        except OutsideError as error:
            self.world.log(f"the author of pull request {number} cannot be had: {error.message}")
            return None
