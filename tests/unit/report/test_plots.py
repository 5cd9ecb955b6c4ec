"""Plots: specifications that are plain data, and pictures that are safe to stand in one page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests import builders

from mlgate.core.config.model import Task
from mlgate.core.documents.comparison import Calibration, Confusion
from mlgate.core.report.plots import MAX_CLASSES, figures
from mlgate.shell.plots import inline, render

if TYPE_CHECKING:
    from mlgate.core.documents.report import ReportDocument


def drawn(report: ReportDocument) -> dict[str, str]:
    said: list[str] = []
    pictures = render(figures(report), said.append)
    assert said == []
    return pictures


def test_a_binary_report_has_its_plots() -> None:
    names = [figure.id for figure in figures(builders.a_report())]
    assert names == ["differences-0", "roc", "precision-recall", "confusion-0", "confusion-1"]


def test_probabilities_have_a_reliability_curve_over_the_diagonal() -> None:
    told = Calibration(
        side="candidate",
        calibration_error=0.0,
        expected_calibration_error=0.1,
        reliability=0.0,
        resolution=0.1,
        uncertainty=0.2,
        within=0.0,
        probability=(0.1, 0.8),
        hit=(0.2, 0.7),
    )
    report = builders.a_report(comparison=builders.a_comparison(curves=(), calibrations=(told,)))
    figure = next(figure for figure in figures(report) if figure.id == "reliability")
    assert figure.alt == "Reliability of candidate"
    assert len(figure.spec["layer"]) == 2
    assert "reliability" in drawn(report)


def test_a_regression_has_residuals() -> None:
    curves = (builders.residuals("candidate", 3.0), builders.residuals("promoted", 4.0))
    comparison = builders.a_comparison(task=Task.REGRESSION, curves=curves, confusions=())
    pictures = drawn(builders.a_report(comparison=comparison))
    assert list(pictures) == ["differences-0", "residuals"]


def test_without_a_comparison_there_are_none() -> None:
    assert figures(builders.a_report(comparison=None)) == ()
    assert render((), lambda _line: pytest.fail("nothing to say")) == {}


def test_many_classes_have_no_matrix() -> None:
    classes = tuple(f"c{i}" for i in range(MAX_CLASSES + 1))
    big = Confusion(side="candidate", classes=classes, counts=tuple((1,) * len(classes) for _ in classes))
    report = builders.a_report(comparison=builders.a_comparison(confusions=(big,)))
    assert not [figure for figure in figures(report) if figure.group == "confusion"]


def test_specifications_are_plain_data_and_name_no_address() -> None:
    for figure in figures(builders.a_report()):
        assert "://" not in json.dumps(figure.spec, allow_nan=False)
        assert figure.alt


def test_pictures_take_their_colours_from_the_page_and_are_the_same_every_time() -> None:
    first, second = drawn(builders.a_report()), drawn(builders.a_report())
    assert first == second
    assert all("var(--" in svg and "xmlns" not in svg for svg in first.values())


def test_ids_do_not_meet() -> None:
    pictures = drawn(builders.a_report())
    assert 'id="roc-0' in pictures["roc"]
    assert 'id="precision-recall-0' in pictures["precision-recall"]


@pytest.mark.parametrize(
    "inside",
    [
        "<script>1</script>",
        "<foreignObject/>",
        '<a href="#x"/>',
        '<g onclick="1"/>',
        '<g fill="url(http://x.example)"/>',
        "<image/>",
        "<style>x</style>",
        '<path xlink:href="x"/>',
    ],
)
def test_a_picture_with_more_than_a_drawing_is_refused(inside: str) -> None:
    with pytest.raises(ValueError, match="unexpected"):
        inline(f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>', name="x")


def test_text_that_looks_like_a_handler_is_fine() -> None:
    assert "onload=1" in inline("<svg><text>onload=1 href=2</text></svg>", name="x")


@pytest.mark.parametrize(
    "label", ["", " ", "a.b", "a[0]", "a\\.b", "datum['x']", "$x", "\U0001f600", "x" * 500, "null", "{signal: 'width'}"]
)
def test_any_label_is_drawn(label: str) -> None:
    metric = builders.a_comparison().metrics[0]
    named = type(metric)(metric=label, against=label, baseline=0.1, candidate=0.2, difference=0.1, interval=(0.0, 0.2))
    comparison = builders.a_comparison(
        metrics=(named, metric),
        curves=(*builders.curves("candidate", 0.4), *builders.curves(label, 0.5)),
        confusions=(Confusion(side=label, classes=(label, "other"), counts=((1, 2), (3, 4))),),
    )
    report = builders.a_report(comparison=comparison)
    assert len(drawn(report)) == len(figures(report))
