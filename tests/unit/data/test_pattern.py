"""Patterns in the syntax of RE2 and of Python mean what ECMA-262 says."""

from __future__ import annotations

import re
import warnings

import duckdb
import pytest
import regress
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgate.core.data.pattern import NoTranslationError, to_python, to_re2

CONNECTION = duckdb.connect()


def matches(pattern: str, text: str) -> bool:
    row = CONNECTION.execute("SELECT regexp_matches($1, $2)", [text, to_re2(pattern)]).fetchone()
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
        ("(?<name>a)", "a", True),
        ("^{a}$", "{a}", True),
        ("^]$", "]", True),
        ("[]", "a", False),
        ("a[^]b", "a\nb", True),
        (r"[\b]", "\b", True),
        (r"^[\S]$", " ", False),
        (r"^[^\S]$", " ", True),
        (r"^[\W\d]$", "1", True),
        ("[[:alpha:]]", ":]", True),
        (r"^\cc$", "\x03", True),
        (r"^\ud83d\udc32$", "\U0001f432", True),
        (r"^\u{1F432}$", "\U0001f432", True),
        (r"^\p{Letter}$", "é", True),
        (r"^\p{gc=Lu}$", "a", False),
        (r"^\p{digit}$", "\u09ea", True),
        (r"^\P{L}$", "1", True),
        (r"^\p{Script=Greek}$", "δ", True),
    ],
)
def test_a_pattern_keeps_its_meaning(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected
    if "Script" not in pattern:
        assert bool(re.search(to_python(pattern), text, re.ASCII)) is expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"^(?=.*\d)(?=.*[a-z]).{3,}$", "ab1", True),
        (r"^(?=.*\d)(?=.*[a-z]).{3,}$", "abc", False),
        (r"^(?!test)", "tested", False),
        (r"(?<=\$)\d+$", "$12", True),
        (r"(?<!\$)\b\d+$", "$12", False),
        (r"^(a)\1$", "aa", True),
        (r"^(?<c>[ab])\k<c>$", "ab", False),
        (r"^(?:(a)|b)\1$", "b", True),
        (r"^(a)\10?$", None, False),
        (r"^(?:(a)|b)*\1$", None, False),
        (r"(?!(a))\1", None, False),
        (r"\1(a)", None, False),
        (r"(?<=\p{Script=Greek})a", None, False),
    ],
)
def test_what_only_python_can_say(pattern: str, text: str | None, expected: bool) -> None:
    """Without a text, it has no equal in Python either."""
    if text is None:
        with pytest.raises(NoTranslationError):
            to_python(pattern)
        return
    assert bool(re.search(to_python(pattern), text, re.ASCII)) is expected


ATOMS = st.sampled_from(
    [
        r"a",
        "b",
        "é",
        "[ab]",
        "[^a]",
        r"\d",
        r"\w",
        r"\s",
        r"\S",
        r"\W",
        r"[\S\d]",
        r"[^\W]",
        "[]",
        "[^]",
        ".",
        r"\.",
        r"\cA",
        "^",
        "$",
        r"\b",
        r"\B",
        r"\u0061",
        r"\x62",
        r"\p{L}",
        r"\P{Lu}",
        r"[\p{Nd}a-]",
        r"\1",
        "(?=a)",
        "(?!b)",
        "(?<=a)",
        "(?<!b)",
    ]
)
QUANTIFIERS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,2}", "*?", "+?", "??"])
PATTERNS = st.recursive(
    st.builds(str.__add__, ATOMS, QUANTIFIERS),
    lambda inner: st.one_of(
        st.builds(str.__add__, inner, inner),
        st.builds("{}|{}".format, inner, inner),
        st.builds("{}{}){}".format, st.sampled_from(["(", "(?:", "(?<n>", "(?=", "(?!", "(?<="]), inner, QUANTIFIERS),
    ),
    max_leaves=6,
)
TEXTS = ["", "a", "b", "ab", "ba", "aa", "1", "a1", "é", "a\n", "\x01", "A", "aab ", " ", "é1", "\u2028", "."]


@settings(max_examples=200, deadline=None)
@given(PATTERNS)
def test_made_patterns_match_as_an_engine_of_ecma_262_does(pattern: str) -> None:
    try:
        expected = [regress.Regex(pattern, "u").find(text) is not None for text in TEXTS]
    except regress.RegressError:
        expected = []
    try:
        re2 = to_re2(pattern)
    except NoTranslationError:
        pass
    else:
        query = "SELECT list_transform($1::VARCHAR[], lambda x: regexp_matches(x, $2))"
        assert CONNECTION.execute(query, [TEXTS, re2]).fetchone() == (expected,)
    try:
        python = re.compile(to_python(pattern), re.ASCII)
    except (NoTranslationError, re.error):
        return  # a look-behind of no fixed width, too
    assert [bool(python.search(text)) for text in TEXTS] == expected


def test_no_warning_comes_of_what_python_reads_twice() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert re.search(to_python("^[[a&&~~||]{2}(?!x)$"), "&[", re.ASCII)


@pytest.mark.parametrize(
    "pattern",
    [
        "(?=a)b",
        "(?<!a)b",
        r"(a)\1",
        "a{1001}",
        "(a{100}){100}",
        "a**",
        "a++",
        "a{,2}",
        "(",
        ")",
        "[a",
        "\\",
        r"\c",
        r"\ud800",
        "^*",
        "(" * 60 + ")" * 60,
    ],
)
def test_what_has_no_equal_is_refused(pattern: str) -> None:
    with pytest.raises(NoTranslationError):
        to_re2(pattern)
