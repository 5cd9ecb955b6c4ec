"""The waivers of a run: the base's judge where there is a base, else the working copy's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.documents.base import PolicySource
from mlgate.core.documents.shared import Reason
from mlgate.core.gate.allowances import STEP, Allowances
from mlgate.core.gate.inputs import WAIVERS
from mlgate.errors import ConfigError
from mlgate.shell import configuration

if TYPE_CHECKING:
    from mlgate.core.config.waivers import Waiver
    from mlgate.core.gate.policy import Policy
    from mlgate.shell.base.policy import Judge


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What is taken as a warning.

    Attributes:
        judging: By the judging policy.
        proposed: By the pull request's own; None where it edits none.
        problems: What is wrong with the base's waivers.
    """

    judging: Allowances
    proposed: Allowances | None = None
    problems: tuple[Reason, ...] = ()


def read(policy: Policy, judge: Judge, today: str) -> Allowed:
    """Return what the policies of a run allow.

    The working copy's file is read in any case, so that one with mistakes never comes to the base. If the base has
    one nevertheless, nothing is waived, and nobody is kept from mending it.

    Args:
        policy: Both configurations.
        judge: The files that judge.
        today: As `2026-12-31`.

    Raises:
        ConfigError: With every mistake in the working copy's waivers.
    """
    removed = policy.base.policy is PolicySource.REMOVED
    working = () if removed else configuration.load_waivers(judge.config_folder / WAIVERS, WAIVERS)
    judging, problems = _of_base(judge) if judge.from_base else (working, ())
    proposed = policy.proposed
    return Allowed(
        judging=Allowances(gate=policy.judging.gate, waivers=judging, today=today),
        proposed=None if proposed is None else Allowances(gate=proposed.gate, waivers=working, today=today),
        problems=problems,
    )


def _of_base(judge: Judge) -> tuple[tuple[Waiver, ...], tuple[Reason, ...]]:
    data = judge.base_bytes(WAIVERS)
    try:
        return () if data is None else configuration.parse_waivers(data, f"base:{WAIVERS}"), ()
    except ConfigError as error:
        first = error.problems[0]
        message = f"{first.file}:{first.line}:{first.column}: {first.message}; nothing is waived"
        return (), (Reason(id="waivers-unreadable", message=message, step=STEP),)
