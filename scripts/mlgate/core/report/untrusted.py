"""The one escape for every value that came from data or a pull request: text stays text in every sink.

Markdown has two forms. `code` shows a value exactly, in a `<code>` element: forges look for mentions, issue numbers and
emoji everywhere but there. `prose` is for sentences that carry values: a zero-width space breaks whatever a forge would
turn into a link, because character references are decoded before it looks. Both write punctuation as character
references, which Markdown never reads as markup: a backslash would not stop a mention, nor a pipe in a code span.
"""

from __future__ import annotations

import html
import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
GAP = "&#8203;"  # a zero-width space
SEAM = "<!-- -->"  # a comment splits a text node, so that the address extension of GFM finds no address

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAK = re.compile(r"[\t\n\x0b\x0c\r\x85\u2028\u2029]+")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# What forges turn into links or pictures wherever it stands in text; each match is broken after it.
_ACTIVE = re.compile(
    r"""@(?=[\w-])                 # a mention, or an address
    |   \#(?=\d)                   # an issue
    |   !(?=\d)                    # a merge request, on some forges
    |   \bGH-(?=\d)
    |   [:](?=//|[\w+-]+:|[\w.+-]+@) # a URL, an emoji, an address with its scheme
    |   \bwww\.
    |   \$
    """,
    re.VERBOSE | re.IGNORECASE,
)
_COMMIT = re.compile(r"\b(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,64}\b", re.IGNORECASE)

# An underscore inside a word, and a colon before a space, a number or the end, mean nothing in Markdown and stay: who
# reads the source of a comment reads `roc_auc` and `train.csv:42`. All else in the class becomes a character reference.
_MARK = re.compile(r"(?<=[A-Za-z0-9])_(?=[A-Za-z0-9])|:(?=[ \d]|$)|([&<>|`*_\[\]#@!\\~:$])")


def visible(text: str) -> str:
    """Return `text` on one line, without control characters, and with changes of direction written out.

    A direction override could make a failing row read as a passing one.
    """
    shown = _CONTROL.sub(REPLACEMENT, _BREAK.sub(" ", text))
    return _DIRECTION.sub(lambda match: f"\\u{ord(match[0]):04x}", shown)


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters of `text`, the last one an ellipsis if any were cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def code(text: str, *, limit: int = 120) -> str:
    """Return Markdown that shows `text` exactly, as code."""
    shown = _without_www(_MARK.sub(_reference, cut(visible(text), limit)))
    return f"<code>{shown.replace('&#64;', f'&#64;{SEAM}')}</code>"


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[1])};" if match[1] else match[0]


def prose(text: str, *, limit: int = 600) -> str:
    """Return Markdown that shows `text` as plain words."""
    shown = cut(visible(text).strip(), limit)
    marked = _ACTIVE.sub(lambda match: f"{match[0]}\N{ZERO WIDTH SPACE}", _COMMIT.sub(_broken, shown))
    return _without_block(_without_www(_MARK.sub(_reference, marked).replace("\N{ZERO WIDTH SPACE}", GAP)))


def _broken(match: re.Match[str]) -> str:
    """Break what a forge would take for a commit into pieces too short for one."""
    return "\N{ZERO WIDTH SPACE}".join(re.findall(".{1,6}", match[0]))


def _without_block(text: str) -> str:
    """Write the mark that would start a list, a line or a heading as a character reference."""
    return re.sub(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+=]))(.)", lambda match: f"{match[1]}&#{ord(match[2])};", text)


def _without_www(text: str) -> str:
    return re.sub(r"(?i)(www)\.", r"\1&#46;", text)


def fenced(lines: tuple[str, ...] | list[str], *, language: str = "", width: int = 400) -> str:
    """Return Markdown that shows lines in a code block, whose fence is longer than any in them."""
    shown = [cut(visible_line(line), width) for line in lines]
    longest = max((len(run) for line in shown for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *shown, fence])


def visible_line(line: str) -> str:
    """Return one line of a log or file: as `visible`, but with its indentation."""
    indent = re.match(r"[ \t]*", line)
    start = indent[0].replace("\t", "    ") if indent else ""
    return start + visible(line.lstrip(" \t").rstrip())


def html_text(text: str, *, limit: int = 2_000) -> str:
    """Return HTML, for element content and quoted attributes alike, that shows `text`."""
    return html.escape(cut(visible(text), limit), quote=True)


def mermaid_label(text: str, *, limit: int = 40) -> str:
    """Return a label for a Mermaid diagram: letters, digits and a few marks; anything else becomes a dot."""
    return re.sub(r"[^\w .=+-]", "·", cut(visible(text), limit)) or "·"
