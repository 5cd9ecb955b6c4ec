"""Make the example's two tables from the diabetes data that scikit-learn carries; they are small and committed.

    python prepare.py            # writes data/train.csv and data/holdout.csv

Every third patient goes to the holdout: the source has no order that a model could be tested against.
"""

from __future__ import annotations

import csv
from pathlib import Path

from sklearn.datasets import load_diabetes

HERE = Path(__file__).resolve().parent
# The source calls the blood serum measurements s1 to s6.
COLUMNS = ("age", "sex", "bmi", "pressure", "cholesterol", "ldl", "hdl", "ratio", "log_triglycerides", "glucose")
HEADER = ("patient", *COLUMNS, "progression")


def main() -> None:
    source = load_diabetes(scaled=False)
    rows = [
        [f"p{number:03d}", *(f"{value:.10g}" for value in (*features, target))]
        for number, (features, target) in enumerate(zip(source.data, source.target, strict=True), start=1)
    ]
    for name, part in (
        ("train", [row for i, row in enumerate(rows) if i % 3 != 2]),
        ("holdout", [row for i, row in enumerate(rows) if i % 3 == 2]),
    ):
        with (HERE / "data" / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([HEADER, *part])
        print(f"data/{name}.csv: {len(part)} patients")


if __name__ == "__main__":
    main()
