"""The plots of a report as Vega-Lite specifications: plain data, in colours that the page's style sheet defines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlgate.core.documents.comparison import Curve
from mlgate.core.report import numbers, wording
from mlgate.core.report.untrusted import cut, visible

if TYPE_CHECKING:
    from mlgate.core.documents.comparison import Calibration, ComparisonDocument, Confusion, MetricDifference
    from mlgate.core.documents.report import ReportDocument

SERIES = tuple(f"var(--series-{i})" for i in range(1, 6))
CANDIDATE = "candidate"
MAX_SIDES = len(SERIES)
MAX_METRICS = 16
MAX_BASELINES = 4
MAX_CLASSES = 12
CONFIG: dict[str, Any] = {
    "background": None,
    "font": "system-ui, sans-serif",
    "aria": False,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--muted)",
        "titleColor": "var(--muted)",
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "domainColor": "var(--line)",
        "gridColor": "var(--line)",
        "gridOpacity": 0.6,
        "tickColor": "var(--line)",
        "tickSize": 4,
        "labelPadding": 4,
    },
    "legend": {
        "labelColor": "var(--text)",
        "labelFontSize": 12,
        "title": None,
        "orient": "top",
        "direction": "horizontal",
        "symbolStrokeWidth": 3,
        "symbolSize": 180,
        "columnPadding": 18,
    },
}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One plot.

    Attributes:
        id: Unique in the report; safe in HTML.
        group: The section it belongs to: `metrics`, `curves` or `confusion`.
        title: For people; not escaped.
        alt: What it shows, for those who do not see it; not escaped.
        spec: Vega-Lite.
    """

    id: str
    group: str
    title: str
    alt: str
    spec: dict[str, Any]


def figures(report: ReportDocument) -> tuple[Figure, ...]:
    """Return the plots that the report has data for."""
    comparison = report.comparison
    if comparison is None:
        return ()
    return (*_differences(report, comparison), *_curves(comparison), *_confusions(comparison))


def _differences(report: ReportDocument, comparison: ComparisonDocument) -> list[Figure]:
    names = list(dict.fromkeys(item.against for item in comparison.metrics if item.interval))[:MAX_BASELINES]
    made = []
    for i, name in enumerate(names):
        shown = [m for m in comparison.metrics if m.against == name and m.interval][:MAX_METRICS]
        words = "; ".join(f"{m.metric} {numbers.signed(m.difference)}" for m in shown)
        made.append(
            Figure(
                id=f"differences-{i}",
                group="metrics",
                title=f"Candidate against {_label(name)}",
                alt=f"Differences of the metrics with their intervals, candidate against {_label(name)}: {words}",
                spec=_forest([_difference(report, m) for m in shown]),
            )
        )
    return made


def _difference(report: ReportDocument, item: MetricDifference) -> dict[str, Any]:
    low, high = item.interval or (0.0, 0.0)
    margin = wording.margin_of(report, item)
    verdict = "better" if low > 0 else "worse" if high < 0 else "open"
    row: dict[str, Any] = {"metric": _label(item.metric), "low": low, "high": high, "verdict": verdict, "zero": 0}
    if item.difference is not None:
        row["difference"] = item.difference
    return row if margin is None else row | {"limit": -margin}


def _forest(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return intervals under each other, each on a scale of its own: the metrics have different units."""
    colour = {
        "field": "verdict",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": ["better", "open", "worse"], "range": ["var(--pass)", "var(--open)", "var(--fail)"]},
    }
    label = "datum.value === 0 ? '0' : datum.label"
    axis = {"tickCount": 5, "title": None, "format": "+,.4~r", "labelExpr": label, "grid": True, "domain": False}
    x = {"type": "quantitative", "axis": axis, "scale": {"zero": False, "nice": True}}
    layers = [
        {"mark": {"type": "rule", "color": "var(--text)", "opacity": 0.55}, "encoding": {"x": {"field": "zero"} | x}},
        {
            "transform": [{"filter": "isValid(datum.limit)"}],
            "mark": {"type": "rule", "color": "var(--fail)", "strokeDash": [3, 3]},
            "encoding": {"x": {"field": "limit"} | x},
        },
        {
            "mark": {"type": "rule", "strokeWidth": 6, "strokeCap": "round", "opacity": 0.45},
            "encoding": {"x": {"field": "low"} | x, "x2": {"field": "high"}, "color": colour},
        },
        {
            "transform": [{"filter": "isValid(datum.difference)"}],
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {"x": {"field": "difference"} | x, "color": colour},
        },
    ]
    header = {"title": None, "labelAngle": 0, "labelAlign": "left", "labelOrient": "left", "labelColor": "var(--text)"}
    row = {"field": "metric", "type": "nominal", "sort": [item["metric"] for item in rows]}
    return _spec(
        rows,
        {
            "facet": {"row": row | {"header": header | {"labelFontSize": 12, "labelPadding": 20}}},
            "spacing": 6,
            "resolve": {"scale": {"x": "independent"}},
            "spec": {"width": 420, "height": 26, "layer": layers},
        },
    )


CURVES = {
    "roc": ("ROC", "False positive rate", "True positive rate"),
    "precision-recall": ("Precision and recall", "Recall", "Precision"),
    "reliability": ("Reliability", "Mean probability", "Share of hits"),
    "residuals": ("Residuals", "Predicted", "Residual"),
}


DIAGONAL = ("roc", "reliability")  # what says nothing, and what is calibrated


def _reliability(item: Calibration) -> Curve:
    return Curve(side=item.side, kind="reliability", x=item.probability, y=item.hit)


def _curves(comparison: ComparisonDocument) -> list[Figure]:
    made = []
    drawn = (*comparison.curves, *map(_reliability, comparison.calibrations))
    for kind, (title, x, y) in CURVES.items():
        shown = [curve for curve in drawn if curve.kind == kind and curve.x][:MAX_SIDES]
        shown.sort(key=lambda curve: curve.side != CANDIDATE)
        if shown:
            sides = ", ".join(_label(curve.side) for curve in shown)
            spec = _residuals(shown, x, y) if kind == "residuals" else _lines(shown, x, y, diagonal=kind in DIAGONAL)
            made.append(Figure(id=kind, group="curves", title=title, alt=f"{title} of {sides}", spec=spec))
    return made


def _colour(curves: list[Curve]) -> dict[str, Any]:
    sides = [_label(curve.side) for curve in curves]
    return {"field": "side", "type": "nominal", "scale": {"domain": sides, "range": list(SERIES[: len(sides)])}}


def _points(curves: list[Curve]) -> list[dict[str, Any]]:
    # The candidate comes last, so that it is drawn over the others.
    return [
        {"side": _label(curve.side), "x": x, "y": y, "i": i}
        for curve in reversed(curves)
        for i, (x, y) in enumerate(zip(curve.x, curve.y, strict=False))
    ]


def _lines(curves: list[Curve], x: str, y: str, *, diagonal: bool) -> dict[str, Any]:
    unit = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"tickCount": 5, "domain": False}}
    encoding = {
        "x": {"field": "x", "title": x} | unit,
        "y": {"field": "y", "title": y} | unit,
        "color": _colour(curves),
        "order": {"field": "i", "type": "quantitative"},
    }
    line = {"mark": {"type": "line", "strokeWidth": 2, "clip": True, "strokeJoin": "round"}, "encoding": encoding}
    chance = {
        "data": {"values": [{"x": 0, "y": 0, "i": 0}, {"x": 1, "y": 1, "i": 1}]},
        "mark": {"type": "line", "strokeDash": [4, 4], "strokeWidth": 1, "color": "var(--muted)"},
        "encoding": {"x": {"field": "x"} | unit, "y": {"field": "y"} | unit},
    }
    return _spec(_points(curves), {"width": 300, "height": 300, "layer": [*([chance] if diagonal else []), line]})


def _residuals(curves: list[Curve], x: str, y: str) -> dict[str, Any]:
    scale = {"zero": False, "nice": True}
    points = {
        "mark": {"type": "point", "filled": True, "size": 18, "opacity": 0.55, "clip": True},
        "encoding": {
            "x": {"field": "x", "type": "quantitative", "title": x, "scale": scale},
            "y": {"field": "y", "type": "quantitative", "title": y},
            "color": _colour(curves),
        },
    }
    zero = {
        "data": {"values": [{"y": 0}]},
        "mark": {"type": "rule", "color": "var(--text)", "opacity": 0.6},
        "encoding": {"y": {"field": "y", "type": "quantitative"}},
    }
    return _spec(_points(curves), {"width": 640, "height": 260, "layer": [points, zero]})


def _confusions(comparison: ComparisonDocument) -> list[Figure]:
    shown = [item for item in comparison.confusions if 1 < len(item.classes) <= MAX_CLASSES][: 1 + MAX_BASELINES]
    return [
        Figure(
            id=f"confusion-{i}",
            group="confusion",
            title=_label(item.side).capitalize(),
            alt=f"Confusion matrix of {_label(item.side)}: {_in_words(item)}",
            spec=_matrix(item),
        )
        for i, item in enumerate(shown)
    ]


def _in_words(item: Confusion) -> str:
    return "; ".join(
        f"true {_label(name)}: " + ", ".join(numbers.count(n) for n in row)
        for name, row in zip(item.classes, item.counts, strict=False)
    )


def _matrix(item: Confusion) -> dict[str, Any]:
    names = [_label(name) for name in item.classes]
    cells = [
        {"true": name, "predicted": other, "share": n / (sum(row) or 1), "text": _cell(n, sum(row))}
        for name, row in zip(names, item.counts, strict=False)
        for other, n in zip(names, row, strict=False)
    ]
    side = 110 if len(names) == 2 else 60 if len(names) <= 5 else 40
    axis = {"domain": False, "ticks": False, "labelAngle": 0, "labelLimit": 90}
    place = {
        "x": {"field": "predicted", "type": "nominal", "sort": names, "title": "Predicted", "axis": axis},
        "y": {"field": "true", "type": "nominal", "sort": names, "title": "True", "axis": axis},
    }
    shade = {"field": "share", "type": "quantitative", "legend": None}
    rect = {
        "mark": {"type": "rect", "color": "var(--series-1)", "stroke": "var(--card)", "strokeWidth": 2},
        "encoding": place | {"fillOpacity": shade | {"scale": {"domain": [0, 1], "range": [0.05, 0.6]}}},
    }
    text = {
        "mark": {"type": "text", "fontSize": 13 if len(names) == 2 else 11, "lineBreak": "\n", "lineHeight": 16},
        "encoding": place | {"text": {"field": "text"}, "color": {"value": "var(--text)"}},
    }
    return _spec(cells, {"width": {"step": side}, "height": {"step": side * 0.75}, "layer": [rect, text]})


def _cell(count: int, total: int) -> str:
    return f"{numbers.count(count)}\n{numbers.share(count / (total or 1))}"


def _label(text: str) -> str:
    return cut(visible(text), 40)


def _spec(rows: list[dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
    return {"config": CONFIG, "padding": 4, "data": {"values": rows}, **body}
