"""Who has a hand in a version, and which configuration it belongs to. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mlgate.core.registry.log.state import State

VARIABLES = ("GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR")
LOGINS = ("login", "username", "name")  # a pusher's `name` is GitHub's word for the login


def involved_in(env: Mapping[str, str], payload: Any, *, actor: str) -> tuple[str, ...]:
    """Return whoever else than `actor` has a hand in a workflow's run: who started it, and who pushed.

    Args:
        env: The runner's variables.
        payload: The event.
        actor: Who writes the record.
    """
    people = payload if isinstance(payload, dict) else {}
    found = [env.get(name, "") for name in VARIABLES]
    found += [_login(people.get(key)) for key in ("pusher", "sender")]
    others = {name.casefold(): name for name in reversed(found) if name and name.casefold() != actor.casefold()}
    return tuple(sorted(others.values()))


def _login(person: Any) -> str:
    names = [person.get(key) for key in LOGINS] if isinstance(person, dict) else []
    return next((name for name in names if isinstance(name, str) and name), "")


def taken(state: State, model: str, configuration: str | None, has_it: Callable[[str], bool]) -> str:
    """Return why a configuration may not write about a model: another one, which is still there, has its versions.

    Args:
        state: The registry.
        model: The model's name.
        configuration: The configuration's path in the repository; None where that is not known.
        has_it: Tells whether the configuration at a path is still the model's.
    """
    for entry in reversed(state.versions(model)):
        made_by = entry.record().configuration
        if made_by is None:
            continue
        if configuration is None or made_by == configuration or not has_it(made_by):
            return ""
        return f"{made_by} has the versions of {model}, and {configuration} names the same model"
    return ""
