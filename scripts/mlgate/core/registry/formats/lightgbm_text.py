"""LightGBM's text: a header, trees of `key=value` lines, and the parameters. Read line by line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlgate.core.registry.model_format import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_LINE = 64 * 2**20
MAX_TREES = 10_000_000
HEADER = {"version", "num_class", "max_feature_idx", "feature_names"}
# Of a tree: lists of numbers, where NaN would make a split or a prediction that nobody can tell.
NUMBERS = {
    *("num_leaves", "num_cat", "split_feature", "split_gain", "threshold", "decision_type", "left_child"),
    *("right_child", "leaf_value", "leaf_weight", "leaf_count", "internal_value", "internal_weight", "internal_count"),
    *("cat_boundaries", "cat_threshold", "is_linear", "leaf_const", "num_features", "leaf_features", "leaf_coeff"),
    "shrinkage",
}
_NUMBERS = re.compile(r"(?:[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d{1,3})?(?: +|$))*", re.ASCII)
REMEDY = "Save the model again with LightGBM: the file is cut, damaged, or made by something else."


def check(lines: Iterable[bytes]) -> None:
    """Refuse a file that is not what LightGBM writes.

    Args:
        lines: With their ends; one longer than `MAX_LINE` comes in pieces.

    Raises:
        RefusedError: With the reason.
    """
    reader = _Reader()
    for raw in lines:
        reader.take(_text(raw))
    reader.end()


class _Reader:
    def __init__(self) -> None:
        self._section = "start"
        self._keys: set[str] = set()
        self._trees = 0

    def take(self, line: str) -> None:
        if self._section == "start":
            self._section = "header"  # the first line is what told the format
        elif self._section in ("header", "tree"):
            self._entry(line)
        elif self._section == "parameters" and line == "end of parameters":
            self._section = "rest"
        elif self._section == "importances" and line == "parameters:":
            self._section = "parameters"

    def _entry(self, line: str) -> None:
        key, equals, value = line.partition("=")
        if line == "end of trees":
            self._leave()
            self._section = "importances"
        elif key == "Tree" and equals:
            self._leave()
            if value != str(self._trees):
                raise _refused(f"its tree {self._trees} is called {value!r:.40}")
            self._section, self._trees = "tree", self._trees + 1
        elif (
            line
            and not (equals and re.fullmatch(r"[a-z_]+", key))
            and (self._section, line)
            != (
                "header",
                "average_output",
            )
        ):
            raise _refused(f"it has a line that is no entry: {line!r:.60}")
        elif line:
            self._value(key, value)

    def _value(self, key: str, value: str) -> None:
        if key in self._keys:
            raise _refused(f"{key!r:.40} stands twice in one part")
        self._keys.add(key)
        if self._section == "tree" and (key not in NUMBERS or not _NUMBERS.fullmatch(value.strip(" "))):
            raise _refused(f"{key!r:.40} of tree {self._trees - 1} is none of a tree's lists of numbers")

    def _leave(self) -> None:
        needed = HEADER if self._section == "header" else {"num_leaves", "leaf_value"}
        if not needed <= self._keys:
            raise _refused(f"its {self._section} has no {min(needed - self._keys)!r}")
        self._keys = set()

    def end(self) -> None:
        if self._section not in ("importances", "rest"):
            raise _refused("it ends within a tree or its parameters")
        if not self._trees:
            raise _refused("it has no tree")


def _text(raw: bytes) -> str:
    if len(raw) >= MAX_LINE:
        raise _refused("a line of it is too long")
    try:
        line = raw.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise _refused("it is not UTF-8") from None
    if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line):
        raise _refused("it has control characters")
    return line


def _refused(why: str) -> RefusedError:
    return RefusedError(f"it starts as LightGBM's text does, and {why}", REMEDY)
