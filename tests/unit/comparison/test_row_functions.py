"""What a function of the user's is given: by the names of its parameters, each value in its own type."""

from __future__ import annotations

import numpy as np
import pytest

from mlgate.core.comparison.columns import Column
from mlgate.core.comparison.intervals.spread import Sampling
from mlgate.core.comparison.row_functions import RowFunction, find, rows
from mlgate.core.comparison.sides import Predictions, Truth
from mlgate.core.config.model import Task
from mlgate.core.documents.shared import Reason

COLUMNS = {
    "carrier": Column(names=("AA", "B6"), codes=np.array([0, 1, -1])),
    "distance": Column(values=np.array([1.5, np.nan, 3.0])),
}
SCORES = np.array([0.1, 0.9, 0.5])


def given(source: str, truth: Truth, predictions: Predictions) -> list[dict[str, object]] | Reason:
    function = find("cost", "f", "m.py", source.encode())
    assert isinstance(function, RowFunction)
    found = rows(function, truth, predictions)
    return found if isinstance(found, Reason) else list(found)


def truth(classes: tuple[str, ...], codes: list[int], **more: object) -> Truth:
    sampling = Sampling(n=3, weight=np.array([1.0, 2.0, 3.0]))
    task = Task.BINARY if len(classes) == 2 else Task.MULTICLASS
    return Truth(task=task, sampling=sampling, classes=classes, codes=np.array(codes), columns=COLUMNS, **more)  # type: ignore[arg-type] # the test's own


@pytest.mark.parametrize(
    ("classes", "label"), [(("0", "1"), [0, 1, 1]), (("false", "true"), [False, True, True]), (("a", "b"), list("abb"))]
)
def test_a_class_keeps_its_type(classes: tuple[str, ...], label: list[object]) -> None:
    found = given("def f(label): ...", truth(classes, [0, 1, 1]), Predictions(name="x"))

    assert found == [{"label": value} for value in label]


def test_every_parameter_has_its_source() -> None:
    predictions = Predictions(name="x", codes=np.array([1, 1, 0]), scores=SCORES)

    found = given(
        "def f(prediction, score, weight, *, carrier, distance): ...", truth(("0", "1"), [0, 1, 1]), predictions
    )

    assert found == [
        {"prediction": 1, "score": 0.1, "weight": 1.0, "carrier": "AA", "distance": 1.5},
        {"prediction": 1, "score": 0.9, "weight": 2.0, "carrier": "B6", "distance": None},
        {"prediction": 0, "score": 0.5, "weight": 3.0, "carrier": None, "distance": 3.0},
    ]


def test_many_classes_have_a_score_each() -> None:
    predictions = Predictions(name="x", scores=np.stack([SCORES, 1 - SCORES, 0 * SCORES], axis=1))

    found = given("def f(score_b): ...", truth(("a", "b", "c"), [0, 1, 2]), predictions)

    assert found == [{"score_b": value} for value in (0.9, 1 - 0.9, 0.5)]


@pytest.mark.parametrize("source", ["def f(colour): ...", "def f(score): ...", "def f(prediction): ..."])
def test_what_there_is_not_is_named(source: str) -> None:
    found = given(source, truth(("0", "1"), [0, 1, 1]), Predictions(name="x"))

    assert isinstance(found, Reason)
    assert found.id == "metric-function-invalid"


@pytest.mark.parametrize("source", ["", "f = len", "class C:\n  def f(self): ...", "def f(): ...", "def f(a, /): ..."])
def test_only_a_function_with_named_parameters_serves(source: str) -> None:
    assert isinstance(find("cost", "f", "m.py", source.encode()), Reason)
