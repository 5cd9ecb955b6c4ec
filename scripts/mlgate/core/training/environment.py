"""The environment that a training command gets: what is taken away, what is given, and what its log must not show."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

REMOVED = frozenset(
    {
        "GITHUB_TOKEN",
        "GH_TOKEN",
        "GITHUB_ENV",
        "GITHUB_PATH",
        "GITHUB_OUTPUT",
        "GITHUB_STATE",
        "GITHUB_STEP_SUMMARY",
    }
)
REMOVED_PREFIXES = ("MLGATE_", "ACTIONS_RUNTIME_", "ACTIONS_ID_TOKEN_")

SECRET_WORDS = ("TOKEN", "SECRET", "PASSWORD", "KEY")
SHORTEST_SECRET = 6  # characters; masking shorter values would blank ordinary words
MASK = "***"


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a training command is told.

    Attributes:
        seed: For its random numbers.
        out: A folder for anything it wants to keep besides its declared outputs.
        holdout: A copy of the holdout without the label column; None where no table is called `holdout`.
        tables: Absolute path of each table, by name.
    """

    seed: int
    out: str
    holdout: str | None = None
    tables: tuple[tuple[str, str], ...] = ()


def for_command(env: Mapping[str, str], given: Given) -> dict[str, str]:
    """Return the command's environment: ours without what is ours alone, and with what it is told."""
    return cleaned(env) | variables(given)


def cleaned(env: Mapping[str, str]) -> dict[str, str]:
    """Return `env` without tokens and without the files by which a step steers later steps; all else passes."""
    return {k: v for k, v in env.items() if k not in REMOVED and not k.startswith(REMOVED_PREFIXES)}


def variables(given: Given) -> dict[str, str]:
    """Return the `MLGATE_TRAIN_*` variables.

    The labelled holdout is not among the tables: a command that iterates over them must not meet its test set.
    """
    told = {"MLGATE_TRAIN_SEED": str(given.seed), "MLGATE_TRAIN_OUT": given.out}
    if given.holdout is not None:
        told["MLGATE_TRAIN_HOLDOUT"] = given.holdout
    told |= {table_variable(name): path for name, path in given.tables if name != "holdout"}
    return told


def table_variable(name: str) -> str:
    """Return the variable of a table: `last-year` is `MLGATE_TRAIN_TABLE_LAST_YEAR`."""
    return "MLGATE_TRAIN_TABLE_" + re.sub(r"[^A-Za-z0-9]", "_", name).upper()


def ambiguous_tables(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of tables that would share one variable, sorted."""
    by_variable: dict[str, list[str]] = {}
    for name in names:
        by_variable.setdefault(table_variable(name), []).append(name)
    return tuple(sorted(name for group in by_variable.values() if len(group) > 1 for name in group))


def secrets(env: Mapping[str, str]) -> tuple[str, ...]:
    """Return the lines of values whose variable is named like a secret, longest first."""
    named = [value for key, value in env.items() if any(word in key.upper() for word in SECRET_WORDS)]
    lines = {line.strip() for value in named for line in value.splitlines()}
    return tuple(sorted((line for line in lines if len(line) >= SHORTEST_SECRET), key=lambda line: (-len(line), line)))


def masked(text: str, hidden: Iterable[str]) -> str:
    """Return `text` with every secret replaced."""
    for secret in hidden:
        text = text.replace(secret, MASK)
    return text
