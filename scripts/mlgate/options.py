"""Options of a command, said once: a frozen dataclass of fields made by `option()`.

From one field come the command-line option, the `MLGATE_*` variable, the help text and, by a test, the action's input.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import math
import types
import typing
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from mlgate.core.words import did_you_mean, shown
from mlgate.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")
PREFIX = "MLGATE_"


def option(
    help_text: str,
    *,
    default: Any = dataclasses.MISSING,
    positional: bool = False,
    secret: bool = False,
    flag: bool = False,
    least: float | None = None,
) -> Any:
    """Declare one option. A `secret` comes from its variable only; a `flag` needs no value on the command line."""
    metadata = {"help": help_text, "positional": positional, "secret": secret, "flag": flag, "least": least}
    if default is dataclasses.MISSING:
        return field(metadata=metadata, repr=not secret)
    return field(default=default, metadata=metadata, repr=not secret)


@dataclass(frozen=True, kw_only=True)
class Common:
    """The options that every command has."""

    config: Path = option("Configuration file.", default=Path("mlgate.yml"))
    run_dir: Path = option("Folder for the documents of this run.", default=Path("mlgate-run"))
    json: bool = option("Print the command's document on standard output.", default=False, flag=True)


def kebab(name: str) -> str:
    """Return a field's name as option and action input: `run_dir` is `run-dir`."""
    return name.replace("_", "-")


def variable(name: str) -> str:
    """Return a field's environment variable: `run_dir` is `MLGATE_RUN_DIR`."""
    return PREFIX + name.upper()


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(message, remedy=f"See `{self.prog} --help`.")


def parse(cls: type[T], argv: Sequence[str], env: Mapping[str, str], *, prog: str) -> T:
    """Build `cls` from the command line, else from `MLGATE_*` variables, else from its defaults.

    An empty variable counts as absent: that is how a composite action passes an input that was not given.

    Raises:
        UsageError: Naming every bad option at once.
    """
    parser = _parser(cls, prog)
    known, unknown = parser.parse_known_args(list(argv))
    problems = [_unknown(word, cls, prog) for word in unknown]
    values: dict[str, Any] = {}
    hints = typing.get_type_hints(cls)
    for item in dataclasses.fields(typing.cast("Any", cls)):
        raw, source = _raw(item, vars(known), env)
        if raw is None:
            if item.default is dataclasses.MISSING:
                problems.append(f"{_spelled(item, hints[item.name])} is required")
            continue
        try:
            values[item.name] = _at_least(item, _convert(hints[item.name], raw))
        except ValueError as error:
            problems.append(f"{source}: {error}")
    if problems:
        raise UsageError("; ".join(problems), remedy=f"See `{prog} --help`.")
    return cls(**values)


def _spelled(item: dataclasses.Field[Any], hint: Any) -> str:
    """Return how an option that is missing is given: `--reason TEXT`, `VERSION`, `MLGATE_TOKEN`."""
    if item.metadata["secret"]:
        return f"`{variable(item.name)}`"
    if item.metadata["positional"]:
        return f"`{kebab(item.name).upper()}`"
    return f"`--{kebab(item.name)} {_METAVARS.get(hint, 'TEXT')}`"


_METAVARS: dict[Any, str] = {Path: "PATH", int: "NUMBER", float: "NUMBER"}


def _parser(cls: type, prog: str) -> argparse.ArgumentParser:
    parser = _Parser(prog=prog, description=(cls.__doc__ or "").split("\n")[0], allow_abbrev=False)
    for item in dataclasses.fields(cls):
        if item.metadata["secret"]:
            continue
        needed = "Required. " if item.default is dataclasses.MISSING else ""
        text = needed + item.metadata["help"].replace("%", "%%")
        if item.metadata["positional"]:
            parser.add_argument(item.name, nargs="*" if _is_tuple(item) else "?", default=None, help=text)
            continue
        text += f" {_default(item)}Variable: {variable(item.name)}."
        flag: dict[str, Any] = {"nargs": "?", "const": "true"} if item.metadata["flag"] else {}
        parser.add_argument(f"--{kebab(item.name)}", dest=item.name, default=None, help=text, **flag)
    return parser


def _default(item: dataclasses.Field[Any]) -> str:
    """Return `Default: X. ` for the help, or nothing where the default says nothing."""
    value = item.default
    if value is dataclasses.MISSING or value in (None, "", ()):
        return ""
    shown = str(value).lower() if isinstance(value, bool) else str(getattr(value, "value", value))
    return f"Default: {shown}. ".replace("%", "%%")


def _is_tuple(item: dataclasses.Field[Any]) -> bool:
    return str(item.type).startswith("tuple")


def _raw(item: dataclasses.Field[Any], given: Mapping[str, Any], env: Mapping[str, str]) -> tuple[Any, str]:
    from_line = given.get(item.name)
    if from_line not in (None, []):
        return from_line, kebab(item.name)
    from_env = env.get(variable(item.name), "")
    return (from_env or None), variable(item.name)


def _convert(hint: Any, raw: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _convert(next(a for a in typing.get_args(hint) if a is not types.NoneType), raw)
    if origin is tuple:
        item = typing.get_args(hint)[0]
        words = raw if isinstance(raw, list) else [line.strip() for line in raw.splitlines() if line.strip()]
        return tuple(_convert(item, word) for word in words)
    if hint is bool:
        if raw not in ("true", "false"):
            raise ValueError(f"expected 'true' or 'false', got {raw!r}")
        return raw == "true"
    if isinstance(hint, type) and issubclass(hint, Enum):
        known = [str(member.value) for member in hint]
        if raw not in known:
            raise ValueError(f"expected one of {', '.join(known)}, got {raw!r}")
        return hint(raw)
    return _number(hint, raw) if hint in (int, float) else hint(raw)


def _number(hint: Any, raw: str) -> Any:
    number = math.nan
    with contextlib.suppress(ValueError, OverflowError):  # a whole number may be too large to be asked
        if math.isfinite(found := hint(raw)):
            number = found
    if math.isnan(number):
        raise ValueError(f"expected a number, got {shown(raw)}")
    return number


def _at_least(item: dataclasses.Field[Any], value: Any) -> Any:
    least = item.metadata["least"]
    if least is not None and value < least:
        raise ValueError(f"expected {least} or more, got {value}")
    return value


def _unknown(word: str, cls: type, prog: str) -> str:
    fields = [item for item in dataclasses.fields(cls) if not item.metadata["secret"]]
    name = word.split("=", maxsplit=1)[0]
    if any(item.metadata["positional"] and name == f"--{kebab(item.name)}" for item in fields):
        return f"{name} is given without its name: `{prog} {name[2:].upper()}`"
    names = [f"--{kebab(item.name)}" for item in fields if not item.metadata["positional"]]
    return f"unknown option {shown(word)}{did_you_mean(name, names)}"
