"""The environment that the command of `train.predict` gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.training.environment import cleaned

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the command is told: absolute paths.

    Attributes:
        model: The model's file.
        table: What it is to score: the holdout without its label.
        output: Where it is to write key, `prediction`, and scores.
    """

    model: str
    table: str
    output: str


def for_command(env: Mapping[str, str], given: Given) -> dict[str, str]:
    """Return the command's environment: what a training command gets, and the three paths."""
    told = {
        "MLGATE_PREDICT_MODEL": given.model,
        "MLGATE_PREDICT_INPUT": given.table,
        "MLGATE_PREDICT_OUTPUT": given.output,
    }
    return cleaned(env) | told
