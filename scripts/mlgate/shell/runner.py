"""The Actions runner as the outside: log lines, annotations, outputs and the job summary."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.errors import OutsideError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.annotation import Annotation
    from mlgate.errors import MlgateError

SUMMARY_LIMIT = 1_000_000  # bytes; the runner drops a summary above 1 MiB without a word
ANNOTATIONS_PER_LEVEL = 10  # GitHub shows no more per step
ANNOTATION_LIMIT = 4_000
ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"


def log(line: str) -> None:
    """Write a line of progress to standard error; a line that starts with `::` would be a command to the runner."""
    sys.stderr.write(harmless(line) + "\n")
    sys.stderr.flush()


def harmless(text: str) -> str:
    """Return `text` so that no line of it is a workflow command and no control character reaches a terminal."""
    shown = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))
    # The runner takes `##[command]` anywhere in a line, and `::` only at its start.
    return re.sub(r"(?m)^(\s*)::|##(?=\[)", _broken, shown)


def _broken(found: re.Match[str]) -> str:
    return f"##{ZERO_WIDTH_SPACE}" if found[0] == "##" else f"{found[1]}{ZERO_WIDTH_SPACE}::"


def in_actions(env: Mapping[str, str]) -> bool:
    """Return whether this process runs in a workflow."""
    return env.get("GITHUB_ACTIONS") == "true"


def annotate_error(error: MlgateError, env: Mapping[str, str]) -> None:
    """Show an error: each problem at its line on the pull request, or as plain text on a terminal."""
    problems = getattr(error, "problems", ())
    log(f"error: {error}")
    if not in_actions(env):
        return
    for problem in problems[:ANNOTATIONS_PER_LEVEL]:
        command(
            "error", f"{problem.message} {problem.remedy}", file=problem.file, line=problem.line, col=problem.column
        )
    if not problems:
        command("error", f"{error.message} {error.remedy}")


def annotate(message: str, remedy: str, env: Mapping[str, str]) -> None:
    """Show one message with its remedy."""
    log(f"error: {message}\n    {remedy}")
    if in_actions(env):
        command("error", f"{message} {remedy}")


def command(level: str, message: str, *, title: str = "mlgate", **properties: str | int | None) -> None:
    """Write one annotation command to standard output, escaped as the runner asks."""
    given = {"title": title, **{k: v for k, v in properties.items() if v is not None}}
    joined = ",".join(f"{key}={_property(str(value))}" for key, value in given.items())
    sys.stdout.write(f"::{level} {joined}::{_data(message[:ANNOTATION_LIMIT])}\n")
    sys.stdout.flush()


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def publish(
    env: Mapping[str, str], *, outputs: Mapping[str, str], annotations: tuple[Annotation, ...], summary: str
) -> None:
    """Write a step's outputs, annotations and summary to where the runner reads them; elsewhere do nothing."""
    if env.get("GITHUB_OUTPUT") and outputs:
        _append(Path(env["GITHUB_OUTPUT"]), "".join(_output(k, v) for k, v in outputs.items()))
    if env.get("GITHUB_STEP_SUMMARY") and summary:
        _append(Path(env["GITHUB_STEP_SUMMARY"]), _within(summary, SUMMARY_LIMIT) + "\n")
    if in_actions(env):
        for annotation in _shown(annotations):
            command(
                annotation.level, annotation.message, title=annotation.title, file=annotation.file, line=annotation.line
            )


def _shown(annotations: tuple[Annotation, ...]) -> list[Annotation]:
    chosen: list[Annotation] = []
    for level in ("error", "warning", "notice"):
        chosen += [a for a in annotations if a.level == level][:ANNOTATIONS_PER_LEVEL]
    return chosen


def _output(name: str, value: str) -> str:
    delimiter = f"mlgate_{os.urandom(16).hex()}"  # `secrets` says the same, and costs every step 3 ms
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _within(text: str, limit: int) -> str:
    return text.encode()[:limit].decode(errors="ignore")


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise OutsideError(
            f"{path} cannot be written: {error.strerror}",
            remedy="The runner names this file for outputs or summaries: unset its variable outside of a workflow.",
        ) from None
