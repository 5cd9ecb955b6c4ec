"""Predictions as the outside: one side's file, joined to the holdout by key, rows in any order."""

# ruff: noqa: S608 - SQL is put together here from own names, numbers, and what `engine` has quoted

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from mlgate.core.comparison.labels import Kind, canonical
from mlgate.core.comparison.metrics.names import Needs
from mlgate.core.comparison.sides import Predictions
from mlgate.core.config.model import Task
from mlgate.core.documents.shared import Reason
from mlgate.errors import InputError
from mlgate.shell.comparison import recorded as recorded_files
from mlgate.shell.comparison.beside import WHOLE_TYPES
from mlgate.shell.comparison.holdout import LARGEST, MOST_KEYS, WHOLE, coded, column_types, in_order
from mlgate.shell.tables import engine
from mlgate.shell.tables.engine import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from mlgate.core.comparison.sides import Truth
    from mlgate.core.config.model import Rule
    from mlgate.shell.comparison.holdout import HoldoutTable

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]

SUM_TOLERANCE = 0.01  # scores of many classes, written with few digits
UNKNOWN, NULL = -1, -2


class PredictionsError(InputError):
    """A predictions file whose rows are not the holdout's."""

    default_reason = "predictions-unreadable"


def own_columns(rules: Iterable[Rule]) -> dict[str, str]:
    """Return the column of each metric of the user's that rules name."""
    return {rule.metric: rule.own.column for rule in rules if rule.own is not None and rule.own.column is not None}


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads the files of both sides against one holdout.

    Attributes:
        holdout: In the database.
        truth: Its labels.
        show_keys: Whether messages may name keys.
        own: By name of a metric of the user's, the column that holds its number of each row.
    """

    holdout: HoldoutTable
    truth: Truth
    show_keys: bool = False
    own: Mapping[str, str] = field(default_factory=dict)

    def read(self, path: Path, name: str) -> Predictions:
        """Return one side's predictions in key order.

        Raises:
            PredictionsError: `predictions-unreadable`, `-incomplete`, `-extra`, `-duplicate`; `-column-missing` for the
                key. What is wrong with `prediction` or scores is in `Predictions.problems`: not all rules need them.
        """
        return self._read(path, name, recorded=False)

    def read_recorded(self, path: Path, name: str) -> Predictions:
        """Return the predictions that the registry keeps, joined by the hashes of keys.

        Raises:
            PredictionsError: As of `read`.
        """
        return self._read(path, name, recorded=True)

    def _read(self, path: Path, name: str, *, recorded: bool) -> Predictions:
        try:
            sql = engine.source(path).sql
            with engine.reading(path):
                sql = self._with_keys(sql) if recorded else sql
                types = column_types(self.holdout.database, sql)
                written = {name: recorded_files.OWN + name for name in self.own} if recorded else self.own
                plan = _Plan(
                    types=types,
                    truth=self.truth,
                    holdout=self.holdout,
                    file=path.name,
                    recorded=recorded,
                    own=written,
                )
                columns = self.holdout.database.execute(plan.query(sql)).fetchnumpy()
        except engine.Unreadable as error:
            reason = error.reason if error.reason == "data-not-pulled" else "predictions-unreadable"
            raise PredictionsError(error.message, remedy=error.remedy, reason=reason) from None
        positions = np.asarray(columns.pop("pos"))
        self._check(positions, path, sql, plan)
        aligned = {key: in_order(positions, np.asarray(values)) for key, values in columns.items()}
        return self._predictions(name, plan, aligned)

    def _with_keys(self, sql: str) -> str:
        """Return the rows of a recorded file with the key that each hash stands for; null for one of no holdout row."""
        key = identifier(self.holdout.columns.key)
        return (
            f"(SELECT h.key AS {key}, r.* EXCLUDE ({identifier(recorded_files.KEY)}) FROM {sql} r LEFT JOIN "
            f"{self.holdout.name} h ON {recorded_files.hash_of('h.key')} = r.{identifier(recorded_files.KEY)})"
        )

    def _check(self, positions: Indices, path: Path, sql: str, plan: _Plan) -> None:
        """Refuse other keys than the holdout's, each once."""
        known = positions >= 0
        counts = np.bincount(positions[known], minlength=self.holdout.rows)
        missing, doubled, extra = counts == 0, counts > 1, int((~known).sum())
        if missing.any() and extra and missing.sum() == self.holdout.rows:
            raise self._wrong(path, "predictions-extra", f"none of its {len(positions)} keys is in the holdout", "")
        if missing.any():
            where = np.flatnonzero(missing)
            raise self._wrong(
                path,
                "predictions-incomplete",
                f"{len(where)} of {self.holdout.rows} holdout rows have no prediction",
                self._keys(where),
            )
        if doubled.any():
            where = np.flatnonzero(doubled)
            raise self._wrong(
                path, "predictions-duplicate", f"{len(where)} keys are predicted more than once", self._keys(where)
            )
        if extra:
            raise self._wrong(
                path, "predictions-extra", f"{extra} rows have a key that the holdout has not", self._extra(sql, plan)
            )

    def _wrong(self, path: Path, reason: str, what: str, keys: str) -> PredictionsError:
        remedy = "Write one row for every key of the holdout and no other."
        return PredictionsError(f"{path.name}: {what}{keys}", remedy=remedy, reason=reason)

    def _keys(self, positions: Indices) -> str:
        if not self.show_keys:
            return ""
        return _first(self.holdout.keys(positions[:MOST_KEYS]), len(positions))

    def _extra(self, sql: str, plan: _Plan) -> str:
        if not self.show_keys:
            return ""
        found = self.holdout.database.execute(
            f"SELECT p.written FROM ({plan.keys(sql)}) p LEFT JOIN {self.holdout.name} h USING (key) "
            f"WHERE h.pos IS NULL ORDER BY p.written LIMIT {MOST_KEYS}"
        ).fetchall()
        return _first(tuple(str(row[0]) for row in found), MOST_KEYS)

    def _predictions(self, name: str, plan: _Plan, columns: dict[str, NDArray[Any]]) -> Predictions:
        problems = dict(plan.missing())
        regression = self.truth.task is Task.REGRESSION
        if "prediction" in columns:
            found = self._bad_numbers(columns["prediction"]) if regression else self._bad_classes(columns["prediction"])
            problems.update({Needs.PREDICTION: found} if found else {})
        scores = _stacked(columns, plan) if plan.scores else None
        if scores is not None and (found := self._bad_numbers(scores, "score")):
            problems[Needs.SCORE] = found
        usable = scores if Needs.SCORE not in problems else None
        prediction = columns.get("prediction") if Needs.PREDICTION not in problems else None
        return Predictions(
            name=name,
            codes=None if regression or prediction is None else prediction.astype(np.int64),
            values=prediction.astype(np.float64) if regression and prediction is not None else None,
            scores=usable,
            problems=problems,
            not_probabilities=None if usable is None else self._not_probabilities(usable),
            own={metric: self._own(metric, number, plan, columns) for number, metric in enumerate(plan.own)},
        )

    def _own(self, metric: str, number: int, plan: _Plan, columns: dict[str, NDArray[Any]]) -> Array | Reason:
        """Return the number of each row for a metric of the user's, or why there is none."""
        if f"o{number}" not in columns:
            message = f"{plan.file} has no column {plan.own[metric]!r}, which {metric} is the mean of"
            return Reason(id="predictions-column-missing", message=message)
        values = columns[f"o{number}"].astype(np.float64)
        return self._bad_numbers(values, metric) or values

    def _bad_classes(self, codes: NDArray[Any]) -> Reason | None:
        null, unknown = np.flatnonzero(codes == NULL), np.flatnonzero(codes == UNKNOWN)
        if len(null):
            return self._invalid(f"{len(null)} predictions are null", null)
        if len(unknown):
            return self._invalid(f"{len(unknown)} predictions are a class that the holdout has not", unknown)
        return None

    def _bad_numbers(self, values: NDArray[Any], what: str = "prediction") -> Reason | None:
        wrong = ~(np.abs(values) <= LARGEST)
        rows = np.flatnonzero(wrong if wrong.ndim == 1 else wrong.any(axis=1))
        if not len(rows):
            return None
        return self._invalid(
            f"{len(rows)} rows have a {what} that is null, NaN, infinite, too large or no number", rows
        )

    def _not_probabilities(self, scores: Array) -> Reason | None:
        outside = (scores < 0) | (scores > 1)
        rows = np.flatnonzero(outside if outside.ndim == 1 else outside.any(axis=1))
        if len(rows):
            return self._invalid(f"{len(rows)} rows have a score outside [0, 1], which is no probability", rows)
        if scores.ndim == 2:
            rows = np.flatnonzero(np.abs(scores.sum(axis=1) - 1) > SUM_TOLERANCE)
            if len(rows):
                return self._invalid(f"the scores of {len(rows)} rows do not add up to 1", rows)
        return None

    def _invalid(self, what: str, rows: Indices) -> Reason:
        return Reason(id="predictions-invalid", message=f"{what}{self._keys(rows)}")


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """Which columns of a file are read, and how; what is `recorded` names classes as mlgate itself wrote them."""

    types: dict[str, str]
    truth: Truth
    holdout: HoldoutTable
    file: str
    recorded: bool = False
    own: Mapping[str, str] = field(default_factory=dict)

    @property
    def scores(self) -> tuple[str, ...]:
        """Return the score columns: one for a binary label, else one a class; none if any is missing."""
        if self.truth.task is Task.REGRESSION:
            return ()
        by_class = self._by_class()
        if self.truth.task is Task.BINARY:
            if "score" in self.types:
                return ("score",)
            wanted = self.truth.classes[self.truth.positive :][:1]
        else:
            wanted = self.truth.classes
        return tuple(by_class[name] for name in wanted) if all(name in by_class for name in wanted) else ()

    def _by_class(self) -> dict[str, str]:
        prefix = "score_"
        named = [column for column in self.types if column.startswith(prefix)]
        if self.recorded:
            codes = self._recorded_codes()
            written = {column[len(prefix) :]: column for column in named}
            return {self.truth.classes[codes[name]]: column for name, column in written.items() if name in codes}
        return {canonical(column[len(prefix) :], self.holdout.kind): column for column in named}

    def _recorded_codes(self) -> dict[str, int]:
        """Return each class by the names that it may have in a recorded file: its own, or a number where hidden."""
        numbered = {f"class {code}": code for code in range(len(self.truth.classes))}
        return numbered | {name: code for code, name in enumerate(self.truth.classes)}

    def missing(self) -> dict[Needs, Reason]:
        """Return a reason for each kind of column that the file has not."""
        found = {}
        if "prediction" not in self.types:
            found[Needs.PREDICTION] = self._lacks("`prediction`")
        if self.truth.task is not Task.REGRESSION and not self.scores:
            many = self.truth.task is Task.MULTICLASS
            found[Needs.SCORE] = self._lacks("`score_<class>` for every class" if many else "`score`")
        return found

    def _lacks(self, what: str) -> Reason:
        return Reason(id="predictions-column-missing", message=f"{self.file} has no column {what}")

    def query(self, sql: str) -> str:
        """Return the query that gives position, class and scores of each row of the file."""
        key = self.holdout.columns.key
        if key not in self.types:
            raise PredictionsError(
                f"{self.file} has no column {key!r}, the key",
                remedy="Write the key of each holdout row beside its prediction.",
                reason="predictions-column-missing",
            )
        position, joins = self._position()
        chosen = [f"{position} AS pos"]
        inner = [f"{self._key()} AS key"]
        for number, column in enumerate(self.scores):
            inner.append(f"{self._number(column)} AS s{number}")
            chosen.append(f"p.s{number}")
        for number, column in enumerate(self.own.values()):
            if column in self.types:
                inner.append(f"{self._number(column)} AS o{number}")
                chosen.append(f"p.o{number}")
        if "prediction" in self.types:
            expression, codes = self._prediction()
            inner.append(f"{expression} AS prediction")
            if codes:
                code, join = coded("p.prediction", codes)
                joins += f" {join}"
                chosen.append(f"coalesce({code}, CASE WHEN p.prediction IS NULL THEN -2 ELSE -1 END) AS prediction")
            else:
                chosen.append("p.prediction")
        return f"SELECT {', '.join(chosen)} FROM (SELECT {', '.join(inner)} FROM {sql}) p {joins}"

    def _position(self) -> tuple[str, str]:
        """Return SQL for the position of a row's key in the holdout, -1 for one that is not there, and its join."""
        first, rows = self.holdout.first_key, self.holdout.rows
        if first is None:
            return "coalesce(h.pos, -1)", f"LEFT JOIN {self.holdout.name} h USING (key)"
        return f"CASE WHEN p.key BETWEEN {first} AND {first + rows - 1} THEN p.key - {first} ELSE -1 END", ""

    def keys(self, sql: str) -> str:
        """Return the query that gives each row's key as written, and as joined."""
        return f"SELECT {self._key()} AS key, {identifier(self.holdout.columns.key)}::VARCHAR AS written FROM {sql}"

    def _key(self) -> str:
        column = identifier(self.holdout.columns.key)
        if not self.holdout.whole_keys:
            return f"{column}::VARCHAR"
        if self.types[self.holdout.columns.key] in WHOLE_TYPES:
            return f"{column}::BIGINT"
        text = f"{column}::VARCHAR"
        return f"CASE WHEN regexp_full_match({text}, {literal(WHOLE)}) THEN TRY_CAST({text} AS BIGINT) END"

    def _number(self, column: str) -> str:
        return f"coalesce(TRY_CAST({identifier(column)} AS DOUBLE), 'nan'::DOUBLE)"

    def _prediction(self) -> tuple[str, dict[str, int]]:
        """Return the expression of a prediction, and the class codes of its values; none for numbers."""
        if self.truth.task is Task.REGRESSION:
            return self._number("prediction"), {}
        column = identifier("prediction")
        if self.recorded:
            # An empty text is written like none at all, and none is ever recorded.
            return f"coalesce({column}, '')", {literal(name): c for name, c in self._recorded_codes().items()}
        if self.holdout.kind is Kind.TEXT:
            expression, rows = f"{column}::VARCHAR", [literal(name) for name in self.truth.classes]
        else:
            words = f"CASE lower({column}::VARCHAR) WHEN 'true' THEN 1.0 WHEN 'false' THEN 0.0 END"
            textual = self.types["prediction"] == "VARCHAR"
            number = f"TRY_CAST({column} AS DOUBLE)"
            # What is no number and no truth value is a class that the holdout has not: NaN equals none.
            text = f"CASE WHEN {column} IS NOT NULL THEN coalesce({number}, {words}, 'nan'::DOUBLE) END"
            expression, rows = (text if textual else number), [_as_double(name) for name in self.truth.classes]
        return expression, {row: code for code, row in enumerate(rows)}


def _as_double(name: str) -> str:
    return f"{ {'true': '1.0', 'false': '0.0'}.get(name, name) }::DOUBLE"


def _stacked(columns: dict[str, NDArray[Any]], plan: _Plan) -> Array:
    parts = [columns[f"s{number}"].astype(np.float64) for number in range(len(plan.scores))]
    return parts[0] if plan.truth.task is Task.BINARY else np.stack(parts, axis=1)


def _first(keys: tuple[str, ...], count: int) -> str:
    more = ", …" if count > len(keys) else ""
    return f": {', '.join(keys)}{more}"
