"""The YAML at the top of a model card: our keys are written anew, every other line stays as the person wrote it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlgate.core.config import yaml
from mlgate.core.config.node import Node, Place, refuse
from mlgate.core.report.untrusted import cut, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FENCE = "---"
_BLOCK = re.compile(r"\A---[ \t]*\r?\n(?:(.*?)(?<=\n))?---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
LONGEST_TEXT = 500


def split(text: str) -> tuple[str, str]:
    """Return the lines between the fences, and what follows; no front matter is an empty text."""
    found = _BLOCK.match(text)
    return (found[1] or "", text[found.end() :]) if found else ("", text)


def join(ours: str, theirs: str, body: str) -> str:
    """Return a card's text from the lines of both."""
    if not ours and not theirs:
        return body
    return f"{FENCE}\n{ours}{theirs}{FENCE}\n{body}"


def without(lines: str, keys: Iterable[str], file: str) -> str:
    """Return the person's front matter without `keys`; every line of the other keys stays as it is.

    Raises:
        ConfigError: If it is no mapping with one key a line.
    """
    root = _read(lines, file)
    starts = sorted(place.line for place in root.keys.values())
    if len(starts) != len(set(starts)) or any(place.column != 1 for place in root.keys.values()):
        raise refuse(
            file, root.place, "the front matter is not written one key a line", "Write each key on a line of its own."
        )
    kept = lines.splitlines(keepends=True)
    for key in keys:
        if key in root.keys:
            start = root.keys[key].line
            after = next((line for line in starts if line > start), len(kept) + 2)
            for number in range(start, _end(kept, start, after)):
                kept[number - 2] = ""
    return _ended("".join(kept))


def check(lines: str, file: str) -> None:
    """Raise a ConfigError unless the lines are a mapping that YAML reads."""
    _read(lines, file)


def _read(lines: str, file: str) -> Node:
    # An empty line stands for the fence, so that a message names the line of the file.
    root = yaml.read(f"\n{lines}".encode(), file)
    if root.content is None:
        return Node(place=Place(line=1, column=1), content={})
    if not isinstance(root.content, dict):
        raise refuse(file, root.place, "the front matter is no mapping", "Write `key: value` lines between the `---`.")
    return root


def _end(lines: list[str], start: int, after: int) -> int:
    """Return the line after a key's value: blank lines and comments before the next key are that key's."""
    end = after
    while end > start + 1 and (not lines[end - 3].strip() or lines[end - 3].startswith("#")):
        end -= 1
    return end


def _ended(lines: str) -> str:
    return lines if not lines or lines.endswith("\n") else lines + "\n"


def written(values: Mapping[str, Any]) -> str:
    """Return values as YAML: text in double quotes, so that no value is read as anything but itself."""
    return "".join(_entry(key, value, "") for key, value in values.items())


def _entry(key: str, value: Any, indent: str) -> str:
    if isinstance(value, dict):
        return f"{indent}{key}:\n" + "".join(_entry(name, item, indent + "  ") for name, item in value.items())
    if isinstance(value, list):
        return f"{indent}{key}:\n" + "".join(_item(item, indent) for item in value)
    return f"{indent}{key}: {_scalar(value)}\n"


def _item(item: dict[str, Any], indent: str) -> str:
    text = "".join(_entry(name, value, indent + "  ") for name, value in item.items())
    return f"{indent}- {text[len(indent) + 2 :]}"


def _scalar(value: Any) -> str:
    if isinstance(value, float):
        text = repr(value)
        # YAML 1.1 takes `1e-05` for a text: a number with an exponent needs a point.
        return text.replace("e", ".0e", 1) if "e" in text and "." not in text else text
    return str(value) if isinstance(value, int) else quoted(value)


def quoted(text: str) -> str:
    """Return a text in YAML's double quotes, whatever is in it."""
    return '"' + "".join(map(_character, cut(visible(text), LONGEST_TEXT))) + '"'


def _character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
