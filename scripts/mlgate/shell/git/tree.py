"""The tree of one commit as a whole, read by one question to git: for what has to follow symbolic links."""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.shell.git.repository import Entry

if TYPE_CHECKING:
    from mlgate.shell.git.repository import Git

LINK = "120000"
MOST_LINKS = 40  # on one way; more are taken for a circle, as Linux does


@dataclass(frozen=True, kw_only=True)
class Way:
    """Where a path leads.

    Attributes:
        links: The symbolic links on the way.
        path: Where it ends, whether or not there is something; None if it leaves the tree or runs in a circle.
    """

    links: tuple[Entry, ...] = ()
    path: str | None = None


class Tree:
    """All entries of a commit's tree, by path; `.` is the tree itself."""

    def __init__(self, git: Git, commit: str) -> None:
        self._git = git
        self.entries = {entry.path: entry for entry in git.all_entries(commit)}
        self.entries["."] = Entry(mode="040000", kind="tree", oid=git.tree(commit), path=".")

    def links(self, folder: str) -> list[str]:
        """Return the paths of the links below a folder."""
        start = "" if folder == "." else folder + "/"
        return [path for path, entry in self.entries.items() if entry.mode == LINK and path.startswith(start)]

    def follow(self, path: str) -> Way:
        """Return where a path leads, by the links that the commit has."""
        links: list[Entry] = []
        at: list[str] = []
        rest = path.split("/")[::-1]
        if path.startswith("/"):
            return Way()
        while rest:
            part = rest.pop()
            if part == ".." and not at:
                return Way(links=tuple(links))
            if part == "..":
                at.pop()
            elif part not in ("", "."):
                at.append(part)
                link = self.entries.get("/".join(at))
                if link is not None and link.mode == LINK:
                    links.append(link)
                    target = os.fsdecode(self._git.content(link.oid))
                    if target.startswith("/") or len(links) > MOST_LINKS:
                        return Way(links=tuple(links))
                    at.pop()
                    rest += target.split("/")[::-1]
        return Way(links=tuple(links), path=posixpath.join(*at) if at else ".")
