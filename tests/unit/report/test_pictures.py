"""Pictures made of text."""

from __future__ import annotations

import re

import pytest
from tests.builders import curves

from mlgate.core.documents.comparison import Curve
from mlgate.core.report.pictures import WIDTH, charts, resampled, strip


def test_a_strip_shows_interval_estimate_limit_and_zero_in_their_order() -> None:
    drawn = strip((0.0011, 0.0115), 0.0063, 0.005)
    assert len(drawn) == WIDTH
    assert drawn[0] == "┊"
    assert drawn.index("┊") < drawn.index("│") < drawn.index("━") < drawn.index("●")


@pytest.mark.parametrize("interval", [(0.0, 0.0), (-1e300, 1e300), (5.0, 5.0)])
def test_a_strip_is_drawn_of_any_interval(interval: tuple[float, float]) -> None:
    assert len(strip(interval, interval[0])) == WIDTH


def test_a_chart_has_the_candidate_first_and_one_baseline() -> None:
    made = charts((*curves("b", 0.4), *curves("candidate", 0.3), *curves("c", 0.5)))
    assert [chart.count("\n  line [") for chart in made] == [2, 2]
    assert '"ROC of candidate and b"' in made[0]


def test_a_chart_needs_the_candidate() -> None:
    assert charts(curves("promoted", 0.4)) == []


def test_a_side_cannot_leave_its_label() -> None:
    made = charts((*curves("candidate", 0.3), *curves('x"]\n```\n<b>', 0.3)))
    assert all(chart.count("```") == 2 for chart in made)
    assert all(re.search(r'title "[\w ·.+=-]*"', chart) for chart in made)


def test_resampling_is_linear_between_points() -> None:
    values = resampled(Curve(side="candidate", kind="roc", x=(0.0, 0.5, 1.0), y=(0.0, 1.0, 1.0)))
    assert values[5] == pytest.approx(0.5)
    assert (values[0], values[10], values[-1]) == (0.0, 1.0, 1.0)
