"""What can go wrong for a user: each error says what happened, what to change, and with which exit status it ends.

The tree::

    MlgateError
    ├── UsageError            2   an option or its value
    ├── ConfigError           2   mlgate.yml or a contract; carries every problem at once
    ├── InputError            2   a file that a command was told to read
    ├── BaseUnreadableError    2   the base commit is not in the checkout
    └── OutsideError          5   the user's command, git, the forge, a store

Findings about data or a model are values, never exceptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ExitStatus(IntEnum):
    """The exit statuses that people script against; `docs/reference/exit-statuses.md` explains each."""

    DONE = 0
    USAGE = 2
    BLOCKED_FAIL = 3
    BLOCKED_INCONCLUSIVE = 4
    OUTSIDE = 5
    BUG = 70
    INTERRUPTED = 130


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake in a file that a person wrote: `file:line:column: message (remedy)`."""

    file: str
    line: int
    column: int
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}\n    {self.remedy}"


class MlgateError(Exception):
    """Why a step could not finish.

    Args:
        message: What happened and why it usually does, with the value that caused it.
        remedy: What to change; written first.
        reason: Stable id in `core.reasons`.
    """

    status: ExitStatus = ExitStatus.OUTSIDE
    default_reason = "step-failed"

    def __init__(self, message: str, *, remedy: str, reason: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.reason = reason or self.default_reason

    def __str__(self) -> str:
        return f"{self.message}\n    {self.remedy}"


class UsageError(MlgateError):
    """A wrong option or value on the command line or in a `MLGATE_*` variable."""

    status = ExitStatus.USAGE
    default_reason = "usage"


class ConfigError(MlgateError):
    """Every problem of the configuration or of a contract, at once."""

    status = ExitStatus.USAGE
    default_reason = "config-invalid"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        count = f"{len(problems)} problems" if len(problems) != 1 else "1 problem"
        super().__init__(
            f"{problems[0].file}: {count}\n" + "\n".join(str(p) for p in problems),
            remedy="Correct each line named above.",
        )

    def __str__(self) -> str:
        return self.message


class InputError(MlgateError):
    """A file that a command was told to read is absent or not what it should be."""

    status = ExitStatus.USAGE
    default_reason = "input-unreadable"


class BaseUnreadableError(MlgateError):
    """The commit that judges is not in this checkout."""

    status = ExitStatus.USAGE
    default_reason = "base-unreadable"


class OutsideError(MlgateError):
    """Something outside failed: the user's command, git, the forge, a store."""

    status = ExitStatus.OUTSIDE
