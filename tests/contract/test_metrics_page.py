"""The page of metrics says of each what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlgate.core.comparison.metrics.names import METRICS, Parameter

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8")
ROWS = {match[1]: match[0] for match in re.finditer(r"^\| `(\w+)`.*$", PAGE, re.MULTILINE)}


def test_every_metric_that_a_rule_can_name_has_its_row_and_no_other() -> None:
    assert set(ROWS) == {name for name, about in METRICS.items() if about.instead is None}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_says_what_the_rule_needs(name: str) -> None:
    about, row = METRICS[name], ROWS[name]
    for average in about.averages:
        assert f"`{average}`" in row
    if not about.averages:
        assert "`macro`" not in row
    if about.parameter in (Parameter.ALPHA, Parameter.BETA):
        assert f"`{about.parameter.value}: " in row


def test_what_is_only_shown_names_what_to_name() -> None:
    for name, about in METRICS.items():
        if about.instead is not None:
            assert f"`{name}`" in PAGE
            assert f"name `{about.instead}`" in PAGE
