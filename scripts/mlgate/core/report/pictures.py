"""Pictures made of text: an interval as a strip of characters, a curve as a Mermaid chart."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from mlgate.core.report.untrusted import mermaid_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.documents.comparison import Curve

WIDTH = 25
POINTS = 21
# Colours that can be told apart on a light and on a dark page; the candidate is always the first line.
INIT = (
    '%%{init: {"xyChart": {"width": 520, "height": 360}, '
    '"themeVariables": {"xyChart": {"plotColorPalette": "#3b82f6, #d97706"}}}}%%'
)
AXES = {
    "roc": ("ROC", "false positive rate", "true positive rate"),
    "precision-recall": ("Precision and recall", "recall", "precision"),
}


def strip(interval: tuple[float, float], estimate: float | None, margin: float | None = None) -> str:
    """Return an interval of a difference as characters: `·┊··│━━●━━`."""
    low, high = interval
    limit = None if margin is None else -margin
    marks = [low, high, 0.0, *([limit] if limit is not None else [])]
    start, end = min(marks), max(marks)
    span = (end - start) or 1.0

    def place(value: float) -> int:
        return max(0, min(WIDTH - 1, round((value - start) / span * (WIDTH - 1))))

    cells = ["·"] * WIDTH
    for i in range(place(low), place(high) + 1):
        cells[i] = "━"
    if limit is not None:
        cells[place(limit)] = "┊"
    cells[place(0.0)] = "│"
    if estimate is not None:
        cells[place(estimate)] = "●"
    return "".join(cells)


def charts(curves: Sequence[Curve]) -> list[str]:
    """Return a Mermaid chart for each kind of curve that has one: the candidate and the first baseline."""
    made = []
    for kind in AXES:
        chosen = [curve for curve in curves if curve.kind == kind and len(curve.x) > 1]
        candidate = [curve for curve in chosen if curve.side == "candidate"][:1]
        others = [curve for curve in chosen if curve.side != "candidate"][:1]
        if candidate:
            made.append(_chart(kind, candidate + others))
    return made


def _chart(kind: str, curves: list[Curve]) -> str:
    title, x, y = AXES[kind]
    names = " and ".join(mermaid_label(curve.side) for curve in curves)
    lines = [f"  line [{', '.join(f'{v:.3f}' for v in resampled(curve))}]" for curve in curves]
    return "\n".join(
        [
            "```mermaid",
            INIT,
            "xychart-beta",
            f'  title "{title} of {names}"',
            f'  x-axis "{x}" 0 --> 1',
            f'  y-axis "{y}" 0 --> 1',
            *lines,
            "```",
        ]
    )


def resampled(curve: Curve) -> list[float]:
    """Return the curve at 21 evenly spaced abscissae from 0 to 1, between points on a straight line."""
    points = sorted(zip(curve.x, curve.y, strict=False))
    xs = [x for x, _ in points]
    return [_at(points, xs, i / (POINTS - 1)) for i in range(POINTS)]


def _at(points: list[tuple[float, float]], xs: list[float], x: float) -> float:
    i = bisect_left(xs, x)
    if i == 0:
        return points[0][1]
    if i == len(points):
        return points[-1][1]
    (left, below), (right, above) = points[i - 1], points[i]
    return above if right == left else below + (above - below) * (x - left) / (right - left)
