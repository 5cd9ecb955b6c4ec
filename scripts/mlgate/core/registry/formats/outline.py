"""What a large document holds near its top, which tells whose model it is, and what a nested value may look like."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mlgate.core.registry.model_format import ModelFormat, RefusedError

MAX_LEVELS = 3
MAX_PATHS = 5_000
MAX_DEPTH = 1_000  # LightGBM's JSON nests a level for each split
MAX_KEYS = 1_000_000
BOOSTERS = {"gbtree", "gblinear", "dart"}


class Broken(ValueError):  # noqa: N818 - becomes a `RefusedError` with the format's name
    """The document is not what its grammar allows."""


@dataclass(kw_only=True)
class Outline:
    """The objects that are open, and what was seen in those near the top.

    Attributes:
        seen: What stands at a path of keys: `{}`, `[]`, or a scalar as text; at most `MAX_LEVELS` deep.
    """

    seen: dict[tuple[str, ...], str] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)
    _keys: list[set[str] | None] = field(default_factory=list)
    _path: list[str] = field(default_factory=list)

    @property
    def depth(self) -> int:
        """Return how many objects and lists are open."""
        return len(self._open)

    @property
    def inside(self) -> str:
        """Return what is open: `{`, `[`, or nothing."""
        return self._open[-1] if self._open else ""

    def enter(self, kind: str) -> None:
        """Open an object `{` or a list `[`."""
        self.value("{}" if kind == "{" else "[]")
        if len(self._open) >= MAX_DEPTH:
            raise Broken(f"is nested deeper than {MAX_DEPTH} levels")
        self._open.append(kind)
        self._keys.append(set() if kind == "{" else None)
        self._path.append("")

    def leave(self) -> None:
        """Close what is open."""
        self._open.pop()
        self._keys.pop()
        self._path.pop()

    def key(self, name: str) -> None:
        """Take a key of the open object."""
        keys = self._keys[-1]
        if keys is None or name in keys:
            raise Broken("has a key twice")
        if len(keys) >= MAX_KEYS:
            raise Broken("has an object with too many keys")
        keys.add(name)
        self._path[-1] = name

    def value(self, shown: str) -> None:
        """Take a value."""
        if len(self._open) <= MAX_LEVELS and "[" not in self._open and len(self.seen) < MAX_PATHS:
            self.seen[tuple(self._path)] = shown[:100]


def whose(outline: Outline, form: str) -> ModelFormat:
    """Return whose model the document is.

    Args:
        outline: What it holds near its top.
        form: `json` or `ubjson`.

    Raises:
        RefusedError: If it is nobody's that mlgate knows.
    """
    seen = outline.seen
    top = {path[0] for path in seen if len(path) == 1}
    booster = seen.get(("learner", "gradient_booster", "name"))
    if top == {"learner", "version"} and booster in BOOSTERS and seen.get(("version",)) == "[]":
        needed = ("learner_model_param", "objective", "gradient_booster")
        if all(seen.get(("learner", name)) == "{}" for name in needed):
            return ModelFormat(name=f"xgboost-{form}")
    is_tree = seen.get(("name",)) == "tree" and re.fullmatch(r"v\d{1,3}", seen.get(("version",), "")) is not None
    if form == "json" and is_tree and seen.get(("tree_info",)) == "[]" and ("num_class",) in seen:
        return ModelFormat(name="lightgbm-json")
    raise RefusedError(f"it is {form.upper()}, and no model that XGBoost or LightGBM wrote")
