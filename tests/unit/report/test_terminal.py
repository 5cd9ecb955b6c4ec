"""The verdict as a terminal shows it."""

from __future__ import annotations

import dataclasses

from tests.builders import a_report

from mlgate.core.documents.shared import Reason
from mlgate.core.report.terminal import MAX_LINES, MAX_REASONS, WIDTH, render_terminal


def rendered(*messages: str) -> list[str]:
    reasons = tuple(Reason(id="config-invalid", message=message) for message in messages)
    return render_terminal(dataclasses.replace(a_report(), reasons=reasons)).splitlines()[2:]


def test_a_reason_of_several_lines_keeps_them() -> None:
    lines = rendered("mlgate.yml: 1 problem\nmlgate.yml:2:1: `tabels` is unknown\n    Write `tables`.")
    assert lines == [
        "  config-invalid: mlgate.yml: 1 problem",
        "    mlgate.yml:2:1: `tabels` is unknown",
        "        Write `tables`.",
    ]


def test_a_reason_without_particulars_says_what_it_means() -> None:
    assert rendered("")[0].startswith("  config-invalid: ")


def test_it_stays_short_and_shows_no_control_characters() -> None:
    lines = rendered(*["\x1b[2J" + "x" * 1000 + "\n" * 1000] * 100)
    assert len(lines) <= MAX_REASONS * (MAX_LINES + 2) + 1
    assert max(map(len, lines)) <= WIDTH
    assert "\x1b" not in "".join(lines)
