"""Makes `docs/reference/reasons.md` and `exit-statuses.md` from the tables in the code.

`pages()` is what `docs/generate.py` writes and what a test compares with the committed files.
"""

from __future__ import annotations

from mlgate.core.reasons import REASONS
from mlgate.errors import ExitStatus

REASONS_HEAD = """# Reasons

Every outcome that is not a plain pass names its reason. The ids are stable: scripts can rely on them. They stand in
`data.json`, `training.json`, `comparison.json` and `report.json` and in the report itself.

*Outcome* says what the reason does: `fail` blocks the merge, `note` changes nothing, `exit 2` ends the step with that
[exit status](exit-statuses.md).
"""

STATUSES_HEAD = """# Exit statuses

The same for every command, on a laptop and in a workflow.

`check` and `enforce-gate` give 0, 3 or 4 from the verdict; they give another only when no report could be made, or when
the report says that the configuration is wrong (2). `validate-data` and `compare-models` judge too when they are used
alone; with `enforce: false` they leave that to `enforce-gate`. `post-report` never ends with the verdict: a report that
could not be posted is a warning. `mlgate registry verify` gives 5 when it finds anything wrong.

| exit | meaning | what to do |
|---|---|---|
"""

STATUSES: dict[ExitStatus, tuple[str, str]] = {
    ExitStatus.DONE: ("Done. For a judging command: nothing blocks.", "Nothing."),
    ExitStatus.USAGE: (
        "Wrong usage, configuration or contract, or a file that a command was told to read is not there.",
        "Correct what the message names, by file, line and column.",
    ),
    ExitStatus.BLOCKED_FAIL: (
        "The outcome is `fail`.",
        "Read the report: its first lines name the [reason](reasons.md).",
    ),
    ExitStatus.BLOCKED_INCONCLUSIVE: (
        "The outcome is `inconclusive`, and `gate.on-inconclusive` is `fail`.",
        "The report says how many holdout rows would settle it.",
    ),
    ExitStatus.OUTSIDE: (
        "Something outside failed: the user's command (train-model alone), git, the forge, a store.",
        "Read the message; run again if it was a network.",
    ),
    ExitStatus.BUG: ("A bug of mlgate.", "Report it; the message says where. `MLGATE_DEBUG=true` prints more."),
    ExitStatus.INTERRUPTED: ("Interrupted, by Ctrl-C or a cancelled job.", "Nothing half-written is left behind."),
}


def pages() -> dict[str, str]:
    """Return each file's content by its path in the repository."""
    return {"docs/reference/reasons.md": _reasons(), "docs/reference/exit-statuses.md": _statuses()}


def _reasons() -> str:
    parts = [
        f"## {identity}\n\n{text.meaning}\n\n- *Outcome:* {text.outcome}\n- *What to do:* {text.remedy}\n"
        for identity, text in sorted(REASONS.items())
    ]
    return "\n".join([REASONS_HEAD, *parts])


def _statuses() -> str:
    rows = [f"| {status.value} | {STATUSES[status][0]} | {STATUSES[status][1]} |" for status in ExitStatus]
    return STATUSES_HEAD + "\n".join(rows) + "\n"
