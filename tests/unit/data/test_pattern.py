"""Patterns in RE2's syntax mean what ECMA-262 says."""

from __future__ import annotations

import duckdb
import pytest

from mlgate.core.data.pattern import NoTranslationError, to_re2


def matches(pattern: str, text: str) -> bool:
    row = duckdb.connect().execute("SELECT regexp_matches($1, $2)", [text, to_re2(pattern)]).fetchone()
    assert row is not None
    return bool(row[0])


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("^[0-9]{8}-[A-Z0-9]+$", "20130101-UA1545", True),
        ("^[0-9]{8}-[A-Z0-9]+$", "20130101-UA1545\n", False),
        ("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", "12345678-1234-1234-123456789abc", True),
        ("b", "abc", True),
        ("^b", "a\nb", False),
        ("a.c", "a\nc", False),
        ("a.c", "a\u2028c", False),
        (r"\d", "\u0663", False),
        (r"\w", "é", False),
        (r"^\s$", "\u00a0", True),
        (r"^\s$", "\v", True),
        (r"^[\s\d]+$", "1 2", True),
        (r"^\S$", "x", True),
        (r"^\u00e9$", "é", True),
        (r"^\x41\t$", "A\t", True),
        (r"^[^\]]-$", "a-", True),
        (r"^[a-]$", "-", True),
        (r"^[-a]$", "-", True),
        (r"^[+--]$", ",", True),
        (r"^[[:alph]$", "x", False),
        (r"^[[:alph]$", "[", True),
        (r"^\p{L}+$", "Żółć", True),
        ("^(a|b)*?c{2,}$", "abacc", True),
        ("^$", "", True),
        (r"^\.\/\-$", "./-", True),
        ("a&&b", "a&&b", True),
        ("[a&&b]", "&", True),
    ],
)
def test_a_pattern_keeps_its_meaning(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        "(?=a)b",
        "(?<!a)b",
        r"(a)\1",
        "(?<name>a)",
        "a{1001}",
        "(a{100}){100}",
        "a**",
        "a++",
        "{",
        "a{,2}",
        "]",
        "[]",
        "[^]",
        "(",
        ")",
        "[a",
        "\\",
        r"\c",
        r"\ud800",
        r"[\b]",
        r"[\S]",
        "[[:alpha:]]",
        "^*",
        "(" * 60 + ")" * 60,
    ],
)
def test_what_has_no_equal_is_refused(pattern: str) -> None:
    with pytest.raises(NoTranslationError):
        to_re2(pattern)
