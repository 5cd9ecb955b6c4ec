"""Ridge regression in plain numpy: any framework will do, as long as the two files that mlgate.yml names are written.

mlgate runs this file and says where the tables are; without mlgate it reads those in data/.
"""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
FEATURES = ("age", "sex", "bmi", "pressure", "cholesterol", "ldl", "hdl", "ratio", "log_triglycerides", "glucose")
PENALTY = 10.0


def main() -> None:
    train = read(os.environ.get("MLGATE_TRAIN_TABLE_TRAIN", HERE / "data" / "train.csv"))
    holdout = read(os.environ.get("MLGATE_TRAIN_HOLDOUT", HERE / "data" / "holdout.csv"))

    model = fit(numbers(train, FEATURES), numbers(train, ["progression"])[:, 0])
    (HERE / "model.json").write_text(json.dumps({key: value.tolist() for key, value in model.items()}, indent=1) + "\n")
    print(f"trained on {len(train)} patients")

    with (HERE / "predictions.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient", "prediction"])
        predicted = predict(model, numbers(holdout, FEATURES))
        writer.writerows((row["patient"], f"{value:.6g}") for row, value in zip(holdout, predicted, strict=True))
    print(f"predicted {len(holdout)} patients")


def read(path: str | Path) -> list[dict[str, str]]:
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def numbers(rows: list[dict[str, str]], columns: tuple[str, ...] | list[str]) -> np.ndarray:
    return np.array([[float(row[column]) for column in columns] for row in rows])


def fit(x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """Return the ridge solution on standardised features, from the normal equations."""
    mean, scale = x.mean(axis=0), x.std(axis=0)
    z = (x - mean) / scale
    weights = np.linalg.solve(z.T @ z + PENALTY * np.eye(z.shape[1]), z.T @ (y - y.mean()))
    return {"mean": mean, "scale": scale, "weights": weights, "intercept": y.mean()}


def predict(model: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    return (x - model["mean"]) / model["scale"] @ model["weights"] + model["intercept"]


if __name__ == "__main__":
    main()
