"""Text from data or a pull request stays text, in Markdown as GitHub reads it and in HTML."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.unit.report.gfm import Page, page

from mlgate.core.report import untrusted
from mlgate.core.report.untrusted import code, cut, fenced, html_text, mermaid_label, prose, visible

if TYPE_CHECKING:
    from collections.abc import Callable

CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
OURS = [
    "@user",
    "a@b.co",
    "mailto:a@b.co xmpp:a@b.co/x",
    "mailto:1@b.co xmpp:1@b.co",
    "x: 1, y:2 :3: z:",
    "http://x.example",
    "http:1//x.example",
    "[^1]",
    "a^b^ {x} \"q\" 'r'",
    "www.x.example",
    "#12",
    "GH-12",
    "owner/repo#7",
    "deadbee1234",
    ":smile:",
    "\\|",
    "a`",
    "``",
    "a|b",
    "&amp;",
    "&#64;x",
    "---",
    "===",
    "- x",
    "+ x",
    "1. x",
    "1) x",
    "# x",
    "> x",
    "    x",
    "~~x~~",
    "[a](b)",
    "![a](b)",
    "[^1]: x",
    "[a]: http://b.example",
    "<b>",
    "-->",
    "$x$",
    "a\nb",
    "a\r\n\r\n# b",
    "\u202eabc",
    "\x1b[31mred",
    "</code></details>",
]


def everywhere(value: str) -> Page:
    """Return a page that has `value` in a table cell, a paragraph, a list and a folded section."""
    return page(
        f"| h | i |\n|---|---|\n| {value} | y |\n\n{value}\n\n- {value}\n\n"
        f"<details><summary>{value}</summary>\n\n{value}\n\n</details>\n"
    )


def corpus() -> list[str]:
    if not CORPORA.is_dir():
        return []
    naughty = json.loads((CORPORA / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    payloads = json.loads((CORPORA / "dompurify" / "payloads.json").read_text(encoding="utf-8"))
    return [*naughty, *(item["payload"] for item in payloads)]


def unlimited(form: Callable[..., str]) -> Callable[[str], str]:
    return lambda text: form(text, limit=10**7)


def hold_only_text(form: Callable[[str], str], strings: list[str]) -> None:
    plain = everywhere(form("x")).elements
    for text in strings:
        value = form(text) or "x"
        there = everywhere(value)
        assert there.elements == plain, text
        shown = re.sub(r"[\s\u200b]", "", there.text)
        assert re.sub(r"[\s\u200b]", "", visible(text)) in shown, text


@pytest.mark.parametrize("form", [code, prose])
def test_markdown_holds_our_hostile_strings_only_as_text(form: Callable[..., str]) -> None:
    hold_only_text(unlimited(form), OURS)


@pytest.mark.parametrize("form", [code, prose])
def test_markdown_holds_the_corpora_only_as_text(form: Callable[..., str]) -> None:
    strings = corpus()
    if not strings:
        pytest.skip("the corpora beside the repository are absent")
    hold_only_text(unlimited(form), strings)


@pytest.mark.parametrize(
    "text",
    ["@user", "x @org/team", "#12", "a/b#3", "GH-4", ":tada:", "http://a.example", "www.a.example", "12ab" * 10],
)
def test_prose_leaves_nothing_that_a_forge_turns_into_a_link(text: str) -> None:
    shown = everywhere(prose(text)).text
    active = r"@\w|#\d|GH-\d|:\w+:|://|www\.\w|\b(?=\d*[a-f])[0-9a-f]{7,}\b"
    assert not re.search(active, shown)


def test_prose_leaves_ordinary_sentences_as_they_are() -> None:
    sentence = "recall is 0.641 at data/train.csv:1042, 5 % below; 1000000 rows, defaced 12:30"
    assert html.unescape(prose(sentence)) == sentence


def test_a_code_block_cannot_be_left() -> None:
    shown = page(fenced(["a", "```", "````", "</code>", "    indented"]) + "\n\nafter")
    assert [element[0] for element in shown.elements] == ["pre", "code", "p"]
    assert shown.text == "a\n```\n````\n</code>\n    indented\n\nafter\n"


@pytest.mark.parametrize("text", [*OURS, *corpus()])
def test_html_holds_it_only_as_text(text: str) -> None:
    escaped = html_text(text, limit=10**7)
    there = Page(f'<p title="{escaped}">{escaped}</p>')
    assert there.elements == [("p", ("title", visible(text)))]
    assert there.text == visible(text)


@pytest.mark.parametrize("text", [*OURS, *corpus()])
def test_a_mermaid_label_has_no_mark_of_the_language(text: str) -> None:
    assert re.fullmatch(r"[\w .=+·…-]+", mermaid_label(text))


def test_lines_and_directions_are_shown() -> None:
    assert visible("a\nb\x00\u202ec\u2028d") == "a b\N{REPLACEMENT CHARACTER}\\u202ec d"


def test_cutting_says_so() -> None:
    assert cut("abcdef", 4) == "abc…"
    assert cut("abcd", 4) == "abcd"


def test_a_lone_surrogate_is_replaced() -> None:
    assert code("\ud800").encode()
    assert untrusted.prose("\udfff").encode()
