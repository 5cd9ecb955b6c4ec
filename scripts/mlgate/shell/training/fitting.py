"""Fit a scikit-learn estimator on the `train` table and predict the holdout. Runs in the worker's process."""

from __future__ import annotations

import importlib
import inspect
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from mlgate.core.data.source import Format
from mlgate.core.words import did_you_mean
from mlgate.errors import InputError
from mlgate.shell.tables import engine
from mlgate.shell.tables.files import format_of

if TYPE_CHECKING:
    import pandas as pd

PACKAGE = "sklearn"
MOST_CATEGORIES = 50  # of one column; rarer values share a column
UNSCALED = ("sklearn.ensemble", "sklearn.tree", "sklearn.dummy")  # a monotone change of a feature is nothing to a tree
REASON = "config-invalid"


@dataclass(frozen=True, kw_only=True)
class Job:
    """What to fit and where everything lies; paths are absolute.

    Attributes:
        task: `fit`.
        name: E.g. `sklearn.linear_model.LogisticRegression`.
        params: Its parameters.
        features: Columns to use; empty for all but key, label, group and weight.
        train: The table to learn from.
        holdout: The table to predict, without label.
        key: Its key column.
        label: What to predict.
        others: Columns that are no features: group.
        weight: Column of sample weights.
        positive: The class whose probability is the score, where there are two.
        declared: `number` or `text` by column, where a contract says so.
        seed: For estimators with a `random_state`.
        model: Where the fitted pipeline goes.
        predictions: Where the predictions go.
        spill: Folder for what does not fit into memory.
    """

    task: str
    name: str
    train: str
    holdout: str
    key: str
    label: str
    seed: int
    model: str
    predictions: str
    spill: str
    params: dict[str, Any] = field(default_factory=dict)
    features: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    weight: str | None = None
    positive: str | None = None
    declared: dict[str, str] = field(default_factory=dict)


class Target(Protocol):
    """Where predictions go, and how they are to be named."""

    @property
    def key(self) -> str: ...  # noqa: D102 - as of `Job`

    @property
    def positive(self) -> str | None: ...  # noqa: D102 - as of `Job`

    @property
    def predictions(self) -> str: ...  # noqa: D102 - as of `Job`


def fit(job: Job) -> None:
    """Fit, predict, and write model and predictions.

    Raises:
        InputError: The class, a parameter, a feature or a table is not what it should be.
    """
    estimator = make(job.name, job.params, job.seed)
    train, holdout = read(Path(job.train), job.spill), read(Path(job.holdout), job.spill)
    require(train, (job.label, *job.features), job.train)
    features = list(job.features) or _features(train, job)
    require(holdout, (job.key, *features), job.holdout)
    train = train[train[job.label].notna()]
    numbers = [name for name in features if _is_number(train[name], job.declared.get(name))]
    pipeline = _pipeline(estimator, numbers, [name for name in features if name not in numbers], job)
    target = _target(train[job.label], estimator)
    try:
        pipeline.fit(frame(train, features, numbers), target, **_weights(train, estimator, job))
    except (ValueError, TypeError) as error:
        raise InputError(
            f"{job.name} cannot be fitted: {error!s:.500}", remedy="Correct `train.estimator`.", reason=REASON
        ) from None
    print(f"fitted {job.name} on {len(train):,} rows: {len(features)} features")  # noqa: T201 - the training's log
    write_predictions(pipeline, frame(holdout, features, numbers), holdout[job.key], job)
    _write_model(pipeline, Path(job.model))


def make(name: str, params: dict[str, Any], seed: int) -> Any:
    """Return the estimator `name` with its parameters; only classes of scikit-learn that fit and predict.

    Raises:
        InputError: With the closest name.
    """
    cls = _class(name)
    known = set(inspect.signature(cls).parameters)
    unknown = [f"{param!r}{did_you_mean(param, known)}" for param in params if param not in known]
    if unknown:
        raise InputError(
            f"{name} has no parameter {', '.join(unknown)}", remedy="Correct `train.estimator.params`.", reason=REASON
        )
    given = {"random_state": seed, **params} if "random_state" in known else params
    try:
        return cls(**given)
    except (ValueError, TypeError) as error:
        raise InputError(
            f"{name} cannot be made: {error!s:.300}", remedy="Correct `train.estimator.params`.", reason=REASON
        ) from None


def _class(name: str) -> type:
    from sklearn.base import BaseEstimator  # noqa: PLC0415 - lazily, as in every function here

    module, _, last = name.rpartition(".")
    found = None
    if module.split(".")[0] == PACKAGE and all(part.isidentifier() for part in name.split(".")):
        try:
            found = getattr(importlib.import_module(module), last, None)
        except ImportError:
            found = None
    if inspect.isclass(found) and issubclass(found, BaseEstimator) and hasattr(found, "fit"):
        if hasattr(found, "predict") and not inspect.isabstract(found):
            return found
        raise InputError(
            f"{name} cannot predict", remedy="Name a classifier or a regressor of scikit-learn.", reason=REASON
        )
    raise InputError(
        f"scikit-learn has no estimator {name!r}{did_you_mean(name, _all_names())}",
        remedy="Write its full name, e.g. `sklearn.linear_model.LogisticRegression`.",
        reason=REASON,
    )


def _all_names() -> list[str]:
    from sklearn.utils import all_estimators  # noqa: PLC0415 - only to help with a mistake

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = all_estimators(type_filter=["classifier", "regressor"])
    return [f"{cls.__module__.rsplit('._', 1)[0]}.{name}" for name, cls in found]


def read(path: Path, spill: str) -> pd.DataFrame:
    """Return a table."""
    source = engine.source(path)
    with engine.reading(path), engine.connect((path,), spill=Path(spill)) as database:
        return database.execute(f"SELECT * FROM {source.sql}").df()  # noqa: S608 - quoted by engine


def require(frame: pd.DataFrame, names: tuple[str, ...], path: str) -> None:
    """Refuse a table that lacks one of the columns."""
    for name in names:
        if name not in frame.columns:
            raise InputError(
                f"{Path(path).name} has no column {name!r}{did_you_mean(name, frame.columns)}",
                remedy="Correct `key`, `label` or `train.estimator.features`.",
                reason=REASON,
            )


def _features(train: pd.DataFrame, job: Job) -> list[str]:
    no_features = {job.key, job.label, job.weight, *job.others}
    return [name for name in train.columns if name not in no_features]


def _is_number(column: pd.Series[Any], declared: str | None) -> bool:
    """Return whether a feature is a number: by its contract, by its type, or because all its text reads as one."""
    import pandas as pd  # noqa: PLC0415 - lazily, as in every function here

    if pd.api.types.is_bool_dtype(column):
        return False
    if declared is not None or pd.api.types.is_numeric_dtype(column):
        return declared != "text"
    filled = column.dropna()
    return bool(pd.to_numeric(filled, errors="coerce").notna().all()) if len(filled) else False


def frame(table: pd.DataFrame, features: list[str], numbers: list[str]) -> pd.DataFrame:
    """Return the features: numbers as floats, everything else as text, a missing text as the empty one."""
    import pandas as pd  # noqa: PLC0415 - lazily, as in every function here

    columns = {
        name: pd.to_numeric(table[name], errors="coerce").astype(float) if name in numbers else _text(table[name])
        for name in features
    }
    return pd.DataFrame(columns, index=table.index)


def _text(column: pd.Series[Any]) -> pd.Series[Any]:
    filled = column.astype(object).where(column.notna(), "")
    return filled.map(lambda value: str(value).lower() if isinstance(value, bool) else str(value)).astype(object)


def _pipeline(estimator: Any, numbers: list[str], words: list[str], job: Job) -> Any:
    from sklearn.compose import ColumnTransformer  # noqa: PLC0415 - lazily, as in every function here
    from sklearn.impute import SimpleImputer  # noqa: PLC0415 - only where it is used
    from sklearn.pipeline import Pipeline, make_pipeline  # noqa: PLC0415 - only where it is used
    from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: PLC0415 - only where it is used

    imputer = SimpleImputer(strategy="median", keep_empty_features=True)
    scaled = [] if job.name.startswith(UNSCALED) else [StandardScaler()]
    encoder = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=MOST_CATEGORIES, sparse_output=False)
    columns = ColumnTransformer([("numbers", make_pipeline(imputer, *scaled), numbers), ("words", encoder, words)])
    return Pipeline([("columns", columns), ("estimator", estimator)])


def _target(label: pd.Series[Any], estimator: Any) -> Any:
    """Return the label: numbers for a regressor, the table's own values (text from CSV) for a classifier."""
    import pandas as pd  # noqa: PLC0415 - lazily, as in every function here
    from sklearn.base import is_classifier  # noqa: PLC0415 - only where it is used

    if is_classifier(estimator):
        return label.to_numpy()
    numbers = pd.to_numeric(label, errors="coerce")
    if numbers.isna().any():
        raise InputError(
            f"the label {label.name!r} holds text, and a regressor needs numbers",
            remedy="Name a classifier under `train.estimator`.",
            reason=REASON,
        )
    return numbers.astype(float).to_numpy()


def _weights(train: pd.DataFrame, estimator: Any, job: Job) -> dict[str, Any]:
    import pandas as pd  # noqa: PLC0415 - lazily, as in every function here
    from sklearn.utils.validation import has_fit_parameter  # noqa: PLC0415 - only where it is used

    if job.weight is None or job.weight not in train.columns or not has_fit_parameter(estimator, "sample_weight"):
        return {}
    return {"estimator__sample_weight": pd.to_numeric(train[job.weight]).to_numpy()}


def write_predictions(pipeline: Any, features: pd.DataFrame, key: pd.Series[Any], job: Target) -> None:
    """Write key, `prediction`, and the probabilities: `score` of the greater of two classes, else one a class."""
    import duckdb  # noqa: PLC0415 - lazily, as in every function here
    import pandas as pd  # noqa: PLC0415 - only where it is used

    table = {job.key: key.to_numpy(), "prediction": pipeline.predict(features)}
    if hasattr(pipeline, "predict_proba"):
        scores, named = pipeline.predict_proba(features), score_columns(_words(pipeline.classes_), job.positive)
        table |= {name: scores[:, index] for name, index in named.items()}
    target = Path(job.predictions)
    target.parent.mkdir(parents=True, exist_ok=True)
    form = {Format.PARQUET: "parquet", Format.JSON_LINES: "json"}.get(format_of(target), "csv")
    with duckdb.connect(":memory:") as database:
        database.register("predictions", pd.DataFrame(table))
        database.execute(f"COPY predictions TO {engine.literal(str(target))} (FORMAT {form})")
    print(f"predicted {len(features):,} rows")  # noqa: T201 - the training's log


def score_columns(classes: list[str], positive: str | None) -> dict[str, int]:
    """Return the index of the class whose probability each column holds: `score` for two classes, else one a class.

    The positive one of two classes is `positive`, else 1 or true, else the greater one.
    """
    if len(classes) != 2:
        return {f"score_{name}": index for index, name in enumerate(classes)}
    wanted = (positive,) if positive is not None else ("1", "true")
    return {"score": next((classes.index(name) for name in wanted if name in classes), 1)}


def _words(classes: Any) -> list[str]:
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in classes.tolist()]


def _write_model(pipeline: Any, target: Path) -> None:
    import skops.io  # noqa: PLC0415 - lazily, as in every function here

    target.parent.mkdir(parents=True, exist_ok=True)
    skops.io.dump(pipeline, target)
