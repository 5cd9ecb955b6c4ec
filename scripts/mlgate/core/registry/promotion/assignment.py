"""Whether a version may enter a stage: the order of the stages, and whoever must agree. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mlgate.core.config.model import AcceptedOrigin, Approval
from mlgate.core.documents.promotion import Origin
from mlgate.core.outcome import Outcome
from mlgate.core.registry.log.names import parse_version
from mlgate.core.registry.log.placing import chain, draft_of
from mlgate.core.registry.log.presence import has_been_in
from mlgate.core.registry.log.record import Event
from mlgate.core.registry.people.choice import registered, unknown
from mlgate.core.registry.promotion.decision import Absence, Decision, pending_stages
from mlgate.core.registry.promotion.involved import taken
from mlgate.core.words import did_you_mean, shown
from mlgate.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.config.model import Promote, Stage
    from mlgate.core.registry.log.record import Record
    from mlgate.core.registry.log.state import State

SIGN = (
    "Let another person start the workflow that promotes to the stage; or, with `sign: true` and `allowed-signers` in "
    "`promote`, promote with a key of that list which is not the one that signed the version."
)


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Who was seen to agree.

    Attributes:
        people: Logins of those who may say so and did.
        message: Why there are none.
        remedy: What to change, where that is more than the reason says.
    """

    people: tuple[str, ...] = ()
    message: str = ""
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked for.

    Attributes:
        model: Its name.
        stage: One of `promote.stages`.
        version: As given; None means what the stage before has, or the newest version for the first stage.
        before: The stage that must point to the version still, as it was not named but taken from there.
        origin: Where it is asked for.
        configuration: Path in the repository of the configuration that the stage is one of.
        has_model: Tells whether the configuration at a path is the model's, too.
    """

    model: str
    stage: str
    version: str | None = None
    before: str | None = None
    origin: Origin = Origin.CI
    configuration: str | None = None
    has_model: Callable[[str], bool] = field(default=lambda _path: False, compare=False)


def settled(wish: Wish, promote: Promote, state: State) -> Wish:
    """Return the wish with its version named: what is asked for is decided once, and others may write meanwhile.

    Raises:
        UsageError: `version-unknown`.
    """
    if wish.version is not None:
        return wish
    before = _before(wish, promote)
    return replace(wish, version=version_of(wish, promote, state), before=before)


def plan_assignment(wish: Wish, promote: Promote, agreement: Agreement, state: State) -> Decision:
    """Return what becomes of a version that is to enter a stage.

    Raises:
        UsageError: `version-unknown`.
    """
    stage = stage_of(promote, wish.stage)
    problem = _not_here(wish, promote) or _taken(wish, state)
    if problem is not None:
        return Decision(reason=problem.reason, message=problem.message)
    version = version_of(wish, promote, state)
    if state.current(wish.model, stage.name) == version:
        message = f"this is {version}, in {stage.name}"
        return Decision(reason="already-promoted", message=message, outcome=Outcome.PASS, version=version)
    problem = _moved(wish, version, state) or _too_early(wish, promote, version, state)
    problem = problem or _nobody_agreed(stage, version, agreement)
    if problem is not None:
        return Decision(reason=problem.reason, message=problem.message, remedy=problem.remedy, version=version)
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
    fields = {"commit": entry.commit, "approved_by": decision.approved_by, "merge": decision.merge}
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
    before = _before(wish, promote)
    if before is not None:
        found = state.current(wish.model, before)
        if found is None:
            raise unknown(f"the stage {before} points to no version of {wish.model}", f"Promote one to {before} first.")
        return _named(wish.model, found, state)
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


def _before(wish: Wish, promote: Promote) -> str | None:
    """Return the stage before the one that is asked for."""
    position = promote.stages.index(stage_of(promote, wish.stage))
    return promote.stages[position - 1].name if position else None


def _not_here(wish: Wish, promote: Promote) -> Absence | None:
    if wish.origin is Origin.CI or promote.origin is not AcceptedOrigin.CI:
        return None
    return Absence(reason="origin-refused", message="this is no workflow's run, and only those may promote to a stage")


def _taken(wish: Wish, state: State) -> Absence | None:
    message = taken(state, wish.model, wish.configuration, wish.has_model)
    return Absence(reason="model-taken", message=message) if message else None


def _moved(wish: Wish, version: str, state: State) -> Absence | None:
    current = state.current(wish.model, wish.before) if wish.before else version
    if current == version:
        return None
    what = f"points to {current}" if current else "is empty"
    message = f"{wish.before} pointed to {version} when this was asked for, and {what} now"
    return Absence(reason="stage-moved", message=message)


def _too_early(wish: Wish, promote: Promote, version: str, state: State) -> Absence | None:
    before = _before(wish, promote)
    if before is None:
        return None
    if has_been_in(state, wish.model, before, version):
        return None
    return Absence(reason="stage-order", message=f"{version} has not been in {before}, which comes before {wish.stage}")


def _nobody_agreed(stage: Stage, version: str, agreement: Agreement) -> Absence | None:
    if stage.approve is None or agreement.people:
        return None
    message = f"the stage {stage.name} needs an agreement to {version}: {agreement.message}"
    return Absence(reason="approval-missing", message=message, remedy=agreement.remedy)


def second_key(signer: str | None, registered_by: str | None, involved: tuple[str, ...]) -> Agreement:
    """Return whether somebody signs who is not among those that made the version.

    Outside of a workflow a name is whatever git was told; a key that is on the list of allowed signers is somebody's.

    Args:
        signer: Who signs the record to come, as the list calls the key; None if nobody does, or there is no list.
        registered_by: Who signed the record that registered the version.
        involved: Who registered it, and the author of its pull request.
    """
    if signer is None:
        return Agreement(message="outside of a workflow a name proves nothing, only a key on a list", remedy=SIGN)
    if registered_by is None:
        return Agreement(message="nobody signed what registered it, so a second key cannot be told", remedy=SIGN)
    found = second_person(signer, (registered_by, *involved))
    return found if found.people else Agreement(message=found.message, remedy=SIGN)


def second_person(actor: str, involved: tuple[str, ...]) -> Agreement:
    """Return whether somebody acts who is not among those that made the version.

    Args:
        actor: Who acts: a login.
        involved: Who had a hand in the version: who registered it, who pushed, the author of its pull request.
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


def check_named(wish: Wish, promote: Promote) -> None:
    """Hold that reviewers knew what they agree to: they agree to a job before it looks which version there is.

    Raises:
        UsageError: If the stage needs reviewers and no version is named.
    """
    if stage_of(promote, wish.stage).approve is Approval.ENVIRONMENT and wish.version is None:
        raise UsageError(
            f"reviewers agree to {wish.stage} before the job starts, and it names no version that they could have seen",
            remedy="Name it by `version`: in the example it is a required input that the run's name shows.",
        )
