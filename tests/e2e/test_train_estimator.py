"""train-model fits a named scikit-learn estimator for people who have no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest
from tests.training_project import configured, new, train

from mlgate.errors import MlgateError
from mlgate.shell.training import estimator

if TYPE_CHECKING:
    from pathlib import Path

    from tests.repository import Repository


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    return new(tmp_path / "project")


def test_an_estimator_is_fitted_and_predicts(project: Repository) -> None:
    text = "train:\n  estimator: {name: sklearn.linear_model.LogisticRegression, params: {C: 0.5}}\n"

    done = train(configured(project, text + "  model: model.skops\n  predictions: predictions.csv\n"))

    assert (done.status, done.document["source"]) == (0, "estimator")
    assert done.document["environment"]["packages"]["scikit-learn"]
    rows = duckdb.execute("FROM read_csv($1, all_varchar=true)", [str(project.root / "predictions.csv")])
    assert [name for name, *_ in rows.description] == ["id", "prediction", "score"]
    found = rows.fetchall()
    assert [row[0] for row in found] == ["01", "02", "03"]
    assert {row[1] for row in found} <= {"0", "1"}
    assert all(0 <= float(row[2]) <= 1 for row in found)


@pytest.mark.parametrize(
    ("name", "params", "said"),
    [
        ("sklearn.linear_model.LogisticRegresion", "", "did you mean 'sklearn.linear_model.LogisticRegression'?"),
        ("sklearn.linear_model.LogisticRegression", "CC: 1", "no parameter 'CC', did you mean 'C'?"),
        ("sklearn.linear_model.LogisticRegression", "C: -1", "cannot be fitted"),
        ("sklearn.preprocessing.StandardScaler", "", "cannot predict"),
        ("sklearn.os.system", "", "no estimator"),
        ("sklearn.linear_model.LinearRegression.__init__", "", "no estimator"),
    ],
)
def test_an_estimator_that_cannot_be_is_a_mistake_of_the_configuration(
    project: Repository, name: str, params: str, said: str
) -> None:
    done = train(configured(project, f"train:\n  estimator: {{name: {name}, params: {{{params}}}}}\n"))

    assert (done.status, done.reason) == (2, "config-invalid")
    assert said in done.stderr


def test_an_estimator_without_its_packages_names_them() -> None:
    with pytest.raises(MlgateError, match=r"pip install 'mlgate\[estimator\]'") as caught:
        estimator.require_group(lambda name: None if name == "skops" else name)

    assert caught.value.status == 2
