"""P1 to P3 and J1: what a pull request pays for one table, and JSON Lines, against the hand-written validation.

A table of a configuration is checked by its contract, fingerprinted, profiled, and compared with a stored profile.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import duckdb
from benchmarks.data_figures import drifting
from benchmarks.data_figures.figure import Command, Figure, Quantity
from benchmarks.data_figures.table import Variant
from benchmarks.data_figures.validation import CONTRACT, ROOT, floor, ours

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PEERS: tuple[str, ...] = ()
FORMS = {"P1": ("csv", 2.5), "P2": ("parquet", 2.5), "P3": ("jsonl", 3.0)}
CONFIG = "version: 1\ntables:\n  clean: {{path: clean.{form}, contract: contract.yml, reference: clean.json}}\n"


def prepare(folder: Path, *, large: bool) -> None:  # noqa: ARG001 - all parts are asked in the same words
    """Write the tables, and a repository for each, since only what a repository has is profiled with its values."""
    Variant(name="clean", rows=1_000_000).write(folder, "csv", "parquet")
    drifting.prepare(folder, large=False)
    (folder / "contract.yml").write_text(CONTRACT)
    if not (folder / "clean.jsonl").exists():
        rows = "SELECT * REPLACE (strftime(last_seen, '%Y-%m-%dT%H:%M:%S') AS last_seen) FROM"
        duckdb.execute(f"COPY ({rows} '{folder / 'clean.parquet'}') TO '{folder / 'clean.jsonl'}' (FORMAT json)")
    for form, _ in FORMS.values():
        if not (folder / f"whole-{form}").exists():
            _repository(folder, form)


def _repository(folder: Path, form: str) -> None:
    target = folder / f"whole-{form}"
    target.mkdir()
    for name in (f"clean.{form}", "contract.yml", "clean.json"):
        os.link(folder / name, target / name)
    (target / "mlgate.yml").write_text(CONFIG.format(form=form))
    author = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.org", "-c", "core.compression=0")
    for words in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "table")):
        subprocess.run(["git", *author, *words], cwd=target, check=True, capture_output=True)


def figures(peers: dict[str, str], *, large: bool) -> Iterator[Figure]:  # noqa: ARG001 - as above
    """Yield the figures."""
    for number, (form, goal) in FORMS.items():
        what = f"contract, fingerprint, profile and drift, {form}"
        yield Figure(id=number, what=what, goal=goal, ours=_whole(form), floor=floor(f"clean.{form}"))
        cpu = Quantity.CPU
        yield Figure(
            id=number, what="the same", goal=goal, ours=_whole(form), floor=floor(f"clean.{form}"), quantity=cpu
        )
    checked = ours("clean.jsonl")
    yield Figure(id="J1", what="validate JSON Lines, 1M x 20", goal=1.5, ours=checked, floor=floor("clean.jsonl"))


def _whole(form: str) -> Command:
    script, folder = str(ROOT / "scripts" / "validate_data.py"), f"whole-{form}"
    words = ("--config", f"{folder}/mlgate.yml", "--run-dir", f"{folder}/mlgate-run")
    return Command(name="mlgate", argv=(sys.executable, script, *words))
