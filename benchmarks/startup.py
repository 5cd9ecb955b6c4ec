"""S1 and S2: start-up as ratios, whole process, interleaved, median of N (5 by default).

    .venv/bin/python benchmarks/startup.py [N]

S1: enforce-gate on a small report against `python -c pass`; the goal is at most 6.
S2: post-report, validate-data and compare-models against a process that only imports the packages of their group; at
most 1.25. Each command does its whole work, on inputs so small that start-up is nearly all of it: post-report posts to
a GitHub on loopback; validate-data reads its table in a child process with limits, so its floor starts one, too.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from tests.builders import a_report  # noqa: E402 - the path first
from tests.fake_github import shapes  # noqa: E402
from tests.fake_github.server import FakeGitHub  # noqa: E402

from mlgate.core.outcome import Outcome  # noqa: E402
from mlgate.shell.run_folder import RunFolder  # noqa: E402

CONTRACT = "row: {type: object, properties: {id: {type: integer}}, required: [id]}\ntable: [{primary-key: [id]}]\n"
CHECK = "import duckdb; duckdb.connect().execute('select 1').fetchall()"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One ratio: `ours` over `floor`."""

    name: str
    goal: float
    ours: Sequence[str]
    floor: Sequence[str]


def figures() -> list[Figure]:
    """Return what is measured."""
    return [
        Figure(name="S1 enforce-gate", goal=6.0, ours=_script("enforce_gate"), floor=_code("pass")),
        Figure(
            name="S2 post-report",
            goal=1.25,
            ours=_script("post_report"),
            floor=_code("import yaml, jsonschema, requests"),
        ),
        Figure(
            name="S2 validate-data",
            goal=1.25,
            ours=_script("validate_data", "t.csv", "--contract", "c.yml"),
            floor=_code(f"import yaml, jsonschema, subprocess, sys; subprocess.run([sys.executable, '-c', {CHECK!r}])"),
        ),
        Figure(
            name="S2 compare-models",
            goal=1.25,
            ours=_script(
                "compare_models",
                *("--holdout", "t.csv", "--key", "id", "--label", "y", "--metric", "accuracy"),
                *("--candidate", "p.csv", "--baseline", "p.csv"),
            ),
            floor=_code(f"import numpy, yaml, jsonschema; {CHECK}"),
        ),
    ]


def _script(name: str, *options: str) -> list[str]:
    return [sys.executable, str(ROOT / "scripts" / f"{name}.py"), *options]


def _code(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def prepare(place: Path) -> None:
    """Write the inputs."""
    RunFolder(place / "mlgate-run").write(a_report(outcome=Outcome.PASS, blocks=False, status=0))
    rows = range(40)
    (place / "t.csv").write_text("id,y\n" + "".join(f"{i},{i % 2}\n" for i in rows))
    (place / "p.csv").write_text("id,prediction\n" + "".join(f"{i},{i % 3 % 2}\n" for i in rows))
    (place / "c.yml").write_text(CONTRACT)
    (place / "event.json").write_text(json.dumps(shapes.pull_request_event("octo/flights", 7)))


def seconds(command: Sequence[str], place: Path, env: Mapping[str, str]) -> float:
    """Run a command that has to end well, and return its wall time."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=place, env=dict(env), capture_output=True, text=True, check=False)
    took = time.perf_counter() - start
    if done.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return took


def measure(figure: Figure, place: Path, env: Mapping[str, str], times: int) -> float:
    """Return the ratio of the medians; each side runs once before, so that byte code and files are warm."""
    sides = (figure.ours, figure.floor)
    for command in sides:
        seconds(command, place, env)
    taken = [[seconds(command, place, env) for command in sides] for _ in range(times)]
    ours, floor = (statistics.median(side) for side in zip(*taken, strict=True))
    ratio: float = round(ours / floor, 2)
    print(f"{figure.name:20} {ours * 1e3:6.0f} ms  floor {floor * 1e3:6.0f} ms  ratio {ratio:5.2f}", end="")
    print(f"  goal {figure.goal:5.2f}  {'ok' if ratio <= figure.goal else 'MISSED'}")
    return ratio


def variables(github: FakeGitHub, place: Path) -> dict[str, str]:
    """Return the environment of a pull request's job."""
    return {
        "PATH": os.environ["PATH"],
        "NO_PROXY": "127.0.0.1",
        "GITHUB_API_URL": github.url,
        "GITHUB_REPOSITORY": github.repository,
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(place / "event.json"),
        "GITHUB_RUN_ID": "9001",
        "MLGATE_GITHUB_TOKEN": next(iter(github.tokens)),
    }


def main() -> None:
    """Print every figure; exit with 1 if one misses its goal."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder, FakeGitHub().serve() as github:
        place = Path(folder)
        prepare(place)
        env = variables(github, place)
        missed = [figure.name for figure in figures() if measure(figure, place, env, times) > figure.goal]
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
