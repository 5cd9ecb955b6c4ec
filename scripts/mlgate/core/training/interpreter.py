"""Which Python a training command means."""

from __future__ import annotations

import re

_NAMED = re.compile(r"(?:^|[\s;&|(])((?:[\w.~$/{}-]*/)?python[0-9.]*)(?=\s)")


def words(command: str) -> tuple[str, ...]:
    """Return the interpreters to look for, best first: the one that the command names, then the usual two.

    A command that finds its Python in another way (`uv run`, `conda run`, an activated environment) is described by the
    Python on the PATH.
    """
    named = _NAMED.findall(command + " ")
    return tuple(dict.fromkeys([*named[:1], "python", "python3"]))


def lookup(command: str) -> str:
    """Return shell code that runs the first interpreter found on the script `$1` names, for the answer file `$2`."""
    tests = [f'if command -v {word} >/dev/null 2>&1; then {word} "$1" "$2"; exit; fi' for word in words(command)]
    return "\n".join([*tests, "exit 127"])
