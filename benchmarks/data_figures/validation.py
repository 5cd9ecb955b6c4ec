"""V1 to V6, L1 and L2: validate-data against a hand-written query with the same 33 checks.

Where the processor time goes that the floor does not spend, in seconds on the machine where V1's floor takes 1.06 and
V2's 0.70 (ours: V1 1.83, V2 0.79, L1 0.99, L2 2.50). Each part was measured by itself: they do not add up exactly.

    0.20  start-up of two processes, beside the floor's one and its import of the engine
    0.16  V1, L2: the strict reading of every byte, beside the engine
    0.10  sha256 of the file (Parquet: 0.05)
    0.21  V1, L2: two columns of text as times by pattern; the floor lets the engine cast
    0.11  V1, L2: numbers read from text, as only the contract knows their type
    0.11  V1, L2: the look for cells that the engine's cast takes and JSON Schema does not
    0.15  L1, L2: the exact search for the rows that repeat a key (L1: 0.07)
    0.22  L2: bits of each row and the table that keeps them, beside the aggregate of V1
    0.03  L1: rows and cells that are kept in the one scan
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.data_figures.figure import Command, Figure, Quantity
from benchmarks.data_figures.table import COUNTRIES, SEGMENTS, STATUSES, Variant

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PEERS = ("polars", "dataframely", "pandera", "pointblank")
BROKEN = 3  # the exit status of a failed validation
CONTRACT = f"""\
row:
  type: object
  additionalProperties: false
  properties:
    id: {{type: integer}}
    email: {{type: [string, "null"], pattern: "^[a-z0-9.]+@[a-z]+\\\\.[a-z]{{2,3}}$"}}
    code: {{type: string, pattern: "^[A-Z]{{2}}-[0-9]{{6}}$"}}
    country: {{enum: [{", ".join(COUNTRIES)}]}}
    status: {{enum: [{", ".join(STATUSES)}]}}
    segment: {{enum: [{", ".join(SEGMENTS)}, null]}}
    signup_date: {{type: string}}
    last_seen: {{type: [string, "null"]}}
    age: {{type: integer, minimum: 18, maximum: 99}}
    num_orders: {{type: integer, minimum: 0, maximum: 500}}
    visits: {{type: [integer, "null"], minimum: 0, maximum: 10000}}
    score: {{type: number, minimum: 0, maximum: 1}}
    income: {{type: [number, "null"], minimum: 0, maximum: 10000000}}
    balance: {{type: number, minimum: -100000, maximum: 100000}}
    lat: {{type: [number, "null"], minimum: -90, maximum: 90}}
    lon: {{type: [number, "null"], minimum: -180, maximum: 180}}
    name: {{type: string, minLength: 1, maxLength: 40}}
    city: {{type: [string, "null"], minLength: 1, maxLength: 60}}
    label: {{enum: [0, 1]}}
    feature_x: {{type: [number, "null"]}}
  required: [id, code, country, status, signup_date, age, label, name]
table:
  - primary-key: [id]
  - row-count: {{at-least: 1000, at-most: 100000000}}
  - null-fraction: {{column: visits, at-most: 0.05}}
  - null-fraction: {{column: email, at-most: 0.05}}
  - mean: {{column: income, at-least: 30000, at-most: 60000}}
  - mean: {{column: score, at-least: 0.3, at-most: 0.5}}
  - min: {{column: signup_date, at-least: 2015-01-01}}
  - max: {{column: signup_date, at-most: 2024-12-31}}
  - min: {{column: last_seen, at-least: 2015-01-01}}
  - max: {{column: last_seen, at-most: "2024-12-31T23:59:59"}}
"""
TEXT_KEY = CONTRACT.replace("primary-key: [id]", "primary-key: [id, code]")


def prepare(folder: Path, *, large: bool) -> None:
    """Write the tables and contracts."""
    Variant(name="clean", rows=1_000_000).write(folder, "csv", "parquet")
    Variant(name="bad", rows=1_000_000, bad=1).write(folder, "csv", "parquet")
    if large:
        Variant(name="clean10", rows=10_000_000).write(folder, "parquet")
    (folder / "contract.yml").write_text(CONTRACT)
    (folder / "text_key.yml").write_text(TEXT_KEY)


def figures(peers: dict[str, str], *, large: bool) -> Iterator[Figure]:
    """Yield the figures; `peers` says which Python has which peer."""
    beside = {form: tuple(_peer(name, python, f"clean.{form}") for name, python in peers.items()) for form in FORMS}
    for number, form, goal in (("V1", "csv", 1.15), ("V2", "parquet", 0.95)):
        what = f"validate {form}, 1M x 20, 33 checks"
        yield Figure(
            id=number,
            what=what,
            goal=goal,
            ours=ours(f"clean.{form}"),
            floor=floor(f"clean.{form}"),
            peers=beside[form],
        )
    for form in FORMS:
        what = f"peak memory of that, {form}"
        yield Figure(
            id="V3",
            what=what,
            goal=0.60,
            ours=ours(f"clean.{form}"),
            floor=floor(f"clean.{form}"),
            peers=beside[form],
            quantity=Quantity.MEMORY,
            times=3,
        )
    yield from _locating()
    if large:
        yield from _large()


def _locating() -> Iterator[Figure]:
    for number, form, goal in (("L1", "parquet", 1.00), ("L2", "csv", 1.25)):
        what = f"locate the rows that break a check, {form}"
        yield Figure(id=number, what=what, goal=goal, ours=ours(f"bad.{form}", BROKEN), floor=floor(f"clean.{form}"))


def _large() -> Iterator[Figure]:
    ten, one, memory = ours("clean10.parquet"), ours("clean.parquet"), Quantity.MEMORY
    against = floor("clean10.parquet", "1GB")
    yield Figure(id="V4", what="validate Parquet, 10M, 1 GB limit", goal=0.50, ours=ten, floor=against, times=3)
    yield Figure(id="V5", what="growth from 1M to 10M", goal=10.5, ours=ten, floor=one, quantity=Quantity.CPU, times=3)
    yield Figure(id="V6", what="peak memory at 10M, dense key", goal=400, ours=ten, quantity=memory, times=3)
    other = ours("clean10.parquet", contract="text_key.yml")
    yield Figure(id="V6", what="peak memory at 10M, any key", goal=1100, ours=other, quantity=memory, times=1)


FORMS = ("csv", "parquet")


def ours(name: str, status: int = 0, contract: str = "contract.yml") -> Command:
    """Return the command that users run."""
    script = str(ROOT / "scripts" / "validate_data.py")
    return Command(name="mlgate", argv=(sys.executable, script, name, "--contract", contract), status=status)


def floor(name: str, *limit: str) -> Command:
    """Return the hand-written query."""
    script = str(ROOT / "benchmarks" / "floors" / "validate_data.py")
    return Command(name="floor", argv=(sys.executable, script, name, *limit))


def _peer(name: str, python: str, file: str) -> Command:
    script = str(ROOT / "benchmarks" / "floors" / "validate_data_peers.py")
    return Command(name=name, argv=(python, script, name, file))
