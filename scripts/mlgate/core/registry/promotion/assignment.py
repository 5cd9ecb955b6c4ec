"""Whether a version may enter a stage: the order of the stages, and whoever must agree. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.outcome import Outcome
from mlgate.core.registry.log.names import parse_version
from mlgate.core.registry.log.placing import chain, draft_of
from mlgate.core.registry.log.record import Event
from mlgate.core.registry.people.choice import registered, unknown
from mlgate.core.registry.promotion.decision import Absence, Decision, has_been_in, pending_stages
from mlgate.core.words import did_you_mean, shown

if TYPE_CHECKING:
    from mlgate.core.config.model import Approval, Promote, Stage
    from mlgate.core.registry.log.record import Record
    from mlgate.core.registry.log.state import State


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Who was seen to agree.

    Attributes:
        people: Logins of those who may say so and did.
        message: Why there are none.
    """

    people: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked for.

    Attributes:
        model: Its name.
        stage: One of `promote.stages`.
        version: As given; None means what the stage before has, or the newest version for the first stage.
    """

    model: str
    stage: str
    version: str | None = None


def plan_assignment(wish: Wish, promote: Promote, agreement: Agreement, state: State) -> Decision:
    """Return what becomes of a version that is to enter a stage.

    Raises:
        UsageError: `version-unknown`.
    """
    stage = stage_of(promote, wish.stage)
    version = version_of(wish, promote, state)
    if state.current(wish.model, stage.name) == version:
        message = f"{stage.name} points to {version} already"
        return Decision(reason="already-promoted", message=message, outcome=Outcome.PASS, version=version)
    problem = _too_early(wish, promote, version, state) or _nobody_agreed(stage, version, agreement)
    if problem is not None:
        return Decision(reason=problem.reason, message=problem.message, version=version)
    return Decision(
        reason="promoted",
        message=f"{version} is promoted to {stage.name}",
        outcome=Outcome.PASS,
        version=version,
        stages=(stage.name,),
        pending=pending_stages(promote, _up_to(stage, promote)),
        approved_by=agreement.people if stage.approve else (),
    )


def assignments(state: State, decision: Decision, *, model: str, actor: str, time: str) -> tuple[Record, ...]:
    """Return the records that let the decided stages point to a version which is there."""
    version = str(decision.version)
    entry = registered(state, model, version)
    fields = {"commit": entry.commit, "approved_by": decision.approved_by}
    drafts = [draft_of(Event.ASSIGN, model, version, actor, time, stage=stage, **fields) for stage in decision.stages]
    return chain(state, drafts)


def _up_to(stage: Stage, promote: Promote) -> tuple[str, ...]:
    return tuple(one.name for one in promote.stages[: promote.stages.index(stage) + 1])


def stage_of(promote: Promote, name: str) -> Stage:
    """Return the configured stage called `name`.

    Raises:
        UsageError: `version-unknown`.
    """
    names = [stage.name for stage in promote.stages]
    if name not in names:
        what = f"the configuration has no stage {shown(name)}{did_you_mean(name, names)}"
        raise unknown(what, f"`promote.stages` has: {', '.join(names)}.")
    return promote.stages[names.index(name)]


def version_of(wish: Wish, promote: Promote, state: State) -> str:
    """Return the version that is meant.

    Raises:
        UsageError: `version-unknown`.
    """
    if wish.version is not None:
        return _named(wish.model, wish.version, state)
    position = promote.stages.index(stage_of(promote, wish.stage))
    if position:
        before = promote.stages[position - 1].name
        found = state.current(wish.model, before)
        if found is None:
            raise unknown(f"the stage {before} points to no version of {wish.model}", f"Promote one to {before} first.")
        return found
    usable = [e for e in state.versions(wish.model) if not state.is_deprecated(wish.model, str(e.version))]
    if not usable:
        raise unknown(f"the registry has no version of {wish.model}", "Promote a model first.")
    return str(usable[-1].version)


def _named(model: str, text: str, state: State) -> str:
    parsed = parse_version(text)
    if parsed is None or state.version(model, str(parsed)) is None:
        raise unknown(f"{model} has no version {shown(text)}", "`mlgate registry show` lists what there is.")
    if state.is_deprecated(model, str(parsed)):
        raise unknown(f"{parsed} of {model} is deprecated", "Name another version, or promote the model anew.")
    return str(parsed)


def _too_early(wish: Wish, promote: Promote, version: str, state: State) -> Absence | None:
    position = promote.stages.index(stage_of(promote, wish.stage))
    if position == 0:
        return None
    before = promote.stages[position - 1].name
    if has_been_in(state, wish.model, before, version):
        return None
    return Absence(reason="stage-order", message=f"{version} has not been in {before}, which comes before {wish.stage}")


def _nobody_agreed(stage: Stage, version: str, agreement: Agreement) -> Absence | None:
    if stage.approve is None or agreement.people:
        return None
    message = f"{stage.name} needs an agreement to {version}: {agreement.message}"
    return Absence(reason="approval-missing", message=message)


def second_person(actor: str, involved: tuple[str, ...]) -> Agreement:
    """Return whether somebody acts who is not among those that made the version.

    Args:
        actor: Who acts: a login.
        involved: Who registered the version, and the author of its pull request.
    """
    if not actor or actor.endswith("[bot]"):
        return Agreement(message=f"{shown(actor or '?')} is no person")
    if actor.casefold() in {name.casefold() for name in involved}:
        return Agreement(message=f"{shown(actor)} made it, and somebody else must promote it")
    return Agreement(people=(actor,))


def reviewers(said: tuple[tuple[str, str, tuple[str, ...]], ...], environment: str) -> Agreement:
    """Return who approved the run for an environment.

    Args:
        said: Login, state and environments of each review of this run.
        environment: The environment's name.
    """
    about = [(login, state) for login, state, names in said if environment in names]
    if any(state == "rejected" for _, state in about):
        return Agreement(message=f"a reviewer of the environment {environment!r} rejected this run")
    people = tuple(dict.fromkeys(login for login, state in about if state == "approved" and login))
    message = f"no reviewer of the environment {environment!r} has approved this run"
    return Agreement(people=people, message="" if people else message)


def needs(promote: Promote, stage: str) -> Approval | None:
    """Return whose agreement a stage needs."""
    return stage_of(promote, stage).approve
