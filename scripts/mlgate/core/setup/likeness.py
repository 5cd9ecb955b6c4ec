"""How texts look alike: a mask with a letter for each class of characters, and the pattern that the mask comes to."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CLASSES = {"0": "[0-9]", "A": "[A-Z]", "a": "[a-z]"}  # what a mask has in the place of each character
MOST_CHARACTERS = 64  # a longer mask tells of prose, or of a file in a cell
_SPECIAL = frozenset("\\^$.*+?()[]{}|/")


def pattern_of(mask: str) -> str | None:
    """Return the pattern of texts that all have the same mask: `AA-000` gives `^[A-Z]{2}-[0-9]{3}$`.

    Args:
        mask: A text with `0`, `A` and `a` for digits and ASCII letters, and every other character as it is.

    Returns:
        None where the mask says too little: it has no digit and nothing between letters, or is no printable ASCII.
    """
    return _anchored(mask, lambda run: f"{{{run}}}" if run > 1 else "")


def loose_pattern_of(mask: str) -> str | None:
    """Return the pattern of texts whose masks are alike once each run of a class is one: `A-0` gives `^[A-Z]+-[0-9]+$`.

    Returns:
        None where the mask says too little, as above.
    """
    return _anchored(mask, lambda _: "+")


def _anchored(mask: str, times: Callable[[int], str]) -> str | None:
    if not _says_enough(mask):
        return None
    parts = []
    for character, group in itertools.groupby(mask):
        run = len(list(group))
        if character in CLASSES:
            parts.append(CLASSES[character] + times(run))
        else:
            parts.append((f"\\{character}" if character in _SPECIAL else character) * run)
    return f"^{''.join(parts)}$"


def _says_enough(mask: str) -> bool:
    if not mask or len(mask) > MOST_CHARACTERS or not (mask.isascii() and mask.isprintable()):
        return False
    others = set(mask) - set(CLASSES)
    return "0" in mask or (bool(others) and others != {" "})
