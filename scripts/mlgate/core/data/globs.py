"""Globs as patterns, for names that lie in no file system: those of git, and keys of a store."""

from __future__ import annotations

import posixpath
import re

WILD = frozenset("*?[")
_PART = re.compile(r"(\*\*/?|\*|\?|\[[^\]/]+\])")
_WORDS = {"**": ".*", "**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}


def is_glob(path: str) -> bool:
    """Return whether a path may stand for several files."""
    return bool(WILD & set(path))


def pattern_of(glob: str) -> re.Pattern[str]:
    """Return the pattern of the names that a glob means: `*` stays within a folder, `**` goes through several."""
    return re.compile("".join(_WORDS.get(part) or _literally(part) for part in _PART.split(glob)))


def _literally(part: str) -> str:
    if not part.startswith("[") or not part.endswith("]"):
        return re.escape(part)
    inside = re.sub(r"([\\^\[])", r"\\\1", part[1:-1])
    return f"[^/{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"


def fixed_folder(glob: str) -> str:
    """Return the folder below which all names of a glob lie; `.` for any."""
    fixed = re.split(r"[*?\[]", glob, maxsplit=1)[0]
    return posixpath.dirname(fixed) or "."
