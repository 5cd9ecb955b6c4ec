"""`mlgate data`: for people who look at tables. One module a sub-command, each with `Inputs` and `run`."""

from __future__ import annotations

COMMANDS: dict[str, str] = {
    "drift": "how far a table has moved from a reference: another table, or a stored profile",
    "lock": "fix tables and untracked judging files to their digests in mlgate.lock",
    "profile": "write what a table looks like, as a reference for later ones",
}
