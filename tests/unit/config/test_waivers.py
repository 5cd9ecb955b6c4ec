"""The file of waivers becomes values, or every mistake with its place."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgate.core.config.waivers import Waiver
from mlgate.errors import ConfigError
from mlgate.shell import configuration

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
- rule: accuracy vs base per carrier
  slice: carrier = HA
  reason: Too few flights since May.
  who: jane@example.org
  until: 2026-09-30
- {rule: recall >= 0.6, reason: 'Known.', who: A. Body, until: '2026-02-28'}
"""


def parsed(text: str) -> tuple[Waiver, ...]:
    return configuration.parse_waivers(text.encode(), "w.yml")


def test_waivers_are_read() -> None:
    one, two = parsed(GOOD)
    assert one == Waiver(
        rule="accuracy vs base per carrier",
        slice="carrier = HA",
        reason="Too few flights since May.",
        who="jane@example.org",
        until="2026-09-30",
    )
    assert (two.rule, two.slice, two.until) == ("recall >= 0.6", None, "2026-02-28")


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]"])
def test_an_empty_file_waives_nothing(text: str) -> None:
    assert parsed(text) == ()


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: b", 1, 1, "expected a list of waivers, got a mapping"),
        ("- a", 1, 3, "expected a mapping, got 'a'"),
        ("- {rule: a, who: b, until: 2026-01-01}", 1, 3, "`reason` is missing"),
        ("- {rule: a, reason: c, until: 2026-01-01}", 1, 3, "`who` is missing"),
        ("- {rule: a, reason: c, who: b}", 1, 3, "`until` is missing"),
        ("- {reason: c, who: b, until: 2026-01-01}", 1, 3, "`rule` is missing"),
        ("- {rule: a, reason: ' ', who: b, until: 2026-01-01}", 1, 21, "expected a reason, on one line"),
        ('- {rule: a, reason: "c\\nd", who: b, until: 2026-01-01}', 1, 21, "expected a reason, on one line"),
        ("- {rule: a, reason: c, who: b, until: forever}", 1, 39, "expected a day, got 'forever'"),
        ("- {rule: a, reason: c, who: b, until: 20260101}", 1, 39, "expected a day, got 20260101"),
        ("- {rule: a, reason: c, who: b, until: 2026-02-30}", 1, 39, "expected a day that the calendar has"),
        ("- {rule: a, reason: c, who: b, until: 2026-01-01, untill: 1}", 1, 51, "did you mean 'until'?"),
        ("- {rule: a, reason: c, who: [b], until: 2026-01-01}", 1, 29, "expected a name or an address, got a list"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    found = [(p.line, p.column) for p in caught.value.problems if words in p.message]
    assert found == [(line, column)], [str(p) for p in caught.value.problems]
    assert all(problem.remedy for problem in caught.value.problems)


def test_every_mistake_is_reported_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        parsed("- {rule: a}\n- {who: [], until: x}\n")
    assert [problem.line for problem in caught.value.problems] == [1, 1, 1, 2, 2, 2, 2]


@pytest.mark.parametrize(
    ("rule", "part", "covered"),
    [("a", None, True), ("a", "c = 1", True), ("b", None, False)],
)
def test_a_waiver_of_a_rule_covers_every_slice(rule: str, part: str | None, covered: bool) -> None:
    waiver = Waiver(rule="a", reason="r", who="w", until="2026-01-01")
    assert waiver.covers(rule, part) is covered


def test_a_waiver_of_a_slice_covers_that_alone() -> None:
    waiver = Waiver(rule="a", slice="c = 1", reason="r", who="w", until="2026-01-01")
    assert [waiver.covers("a", part) for part in ("c = 1", "c = 2", None)] == [True, False, False]


@given(st.text(max_size=80))
def test_any_text_is_waivers_or_a_config_error(text: str) -> None:
    with contextlib.suppress(ConfigError):
        parsed(text)


def test_a_file_that_is_not_there_waives_nothing(tmp_path: Path) -> None:
    assert configuration.load_waivers(tmp_path / "mlgate-waivers.yml", "w") == ()
    (tmp_path / "mlgate-waivers.yml").symlink_to("nowhere")
    with pytest.raises(ConfigError, match="no such file"):
        configuration.load_waivers(tmp_path / "mlgate-waivers.yml", "w")
