"""Links that lead out of the repository: what lies there is not the repository's to show, not even in an error."""

from __future__ import annotations

import os
from pathlib import Path


def leads_out(path: Path, within: Path) -> bool:
    """Return whether a file lies, behind all links, outside of a folder, or in what git keeps there, as credentials."""
    real, root = (Path(os.path.realpath(folder)) for folder in (path, within))  # `Path.resolve` may raise at a loop
    return not real.is_relative_to(root) or ".git" in real.relative_to(root).parts


def is_led_out(folder: Path, name: str, within: Path) -> bool:
    """Return whether it is a link that leads a file's name, relative to a folder, out of `within`; `..` is no link."""
    written = Path(os.path.normpath(os.path.join(os.path.realpath(folder), name)))  # noqa: PTH118 - links stay as they are
    return written.is_relative_to(os.path.realpath(within)) and leads_out(written, within)


def is_link_out(path: Path) -> bool:
    """Return whether a file of a repository lies outside of it; whoever names one in no repository may."""
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - `Path.absolute` keeps `..`
    root = next((folder for folder in whole.parents if (folder / ".git").exists()), None)
    return root is not None and leads_out(path, root)
