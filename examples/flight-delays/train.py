"""Train the flight-delay model, and predict the holdout; with `--predict`, predict a table with a given model.

mlgate runs this file and says where the tables are; without mlgate it reads those in data/.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import duckdb
import pandas as pd
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

DATA = Path(__file__).resolve().parent / "data"
NUMBERS = ["distance", "hour", "dep_delay", "wind_speed", "precip", "visib", "pressure"]
WORDS = ["carrier", "origin"]
# What skops does not trust by itself; mlgate.yml names the same for promotion.
TRUSTED = ["numpy.dtype", "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]


def main() -> None:
    if "--predict" in sys.argv:
        model = skops.io.load(os.environ["MLGATE_PREDICT_MODEL"], trusted=TRUSTED)
        write(predict(model, read(os.environ["MLGATE_PREDICT_INPUT"])), os.environ["MLGATE_PREDICT_OUTPUT"])
    else:
        train()


def train() -> None:
    flights = read(os.environ.get("MLGATE_TRAIN_TABLE_TRAIN", DATA / "train.parquet"))
    holdout = read(os.environ.get("MLGATE_TRAIN_HOLDOUT", DATA / "holdout.parquet"))

    model = build(seed=int(os.environ.get("MLGATE_TRAIN_SEED", "0")))
    model.fit(flights[NUMBERS + WORDS], flights["delayed"])
    print(f"trained on {len(flights):,} flights")

    predictions = predict(model, holdout)
    write(predictions, "predictions.parquet")
    skops.io.dump(model, "model.skops")
    print(f"predicted {len(predictions):,} flights")


def predict(model: Pipeline, flights: pd.DataFrame) -> pd.DataFrame:
    """Return key, prediction and score of each flight."""
    score = model.predict_proba(flights[NUMBERS + WORDS])[:, 1]
    return pd.DataFrame({"flight_id": flights["flight_id"], "prediction": (score >= 0.5) * 1, "score": score})


def write(predictions: pd.DataFrame, path: str) -> None:
    """Write a table as Parquet."""
    duckdb.from_df(predictions).write_parquet(path)


def read(flights: str | Path) -> pd.DataFrame:
    """Return the flights with the weather at their scheduled hour: what is known when they leave the gate."""
    weather = os.environ.get("MLGATE_TRAIN_TABLE_WEATHER", DATA / "weather.csv")
    return duckdb.execute(
        """
        SELECT flights.*, weather.* EXCLUDE (origin, time_hour),
               sched_dep_time // 100 + sched_dep_time % 100 / 60 AS hour
        FROM read_parquet($flights) AS flights
        LEFT JOIN read_csv($weather, types = {'time_hour': 'VARCHAR'}) AS weather USING (origin, time_hour)
        ORDER BY flight_id
        """,
        {"flights": str(flights), "weather": str(weather)},
    ).df()


def build(*, seed: int) -> Pipeline:
    """Return the pipeline, not yet trained."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    columns = make_column_transformer((numbers, NUMBERS), (OneHotEncoder(handle_unknown="ignore"), WORDS))
    return make_pipeline(columns, LogisticRegression(max_iter=200, random_state=seed))


if __name__ == "__main__":
    main()
