"""I1 and I2: what a step installs, in MB on disk, from the hash-locked files into throwaway environments.

    .venv/bin/python benchmarks/install.py [GROUP ...]

I1: core (enforce-gate, post-report) at most 10 MB. I2: compare (with data and core) at most 0.35, and with plots at
most 0.55, of 410 MB: what the nearest peer's action installs for the same job. Nothing is byte-compiled, as in the
actions.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PEER_MB = 410
GOALS = {"core": 10.0, "compare": 0.35 * PEER_MB, "plots": 0.55 * PEER_MB}


def installed_mb(group: str) -> float:
    """Install a group's lock into a new environment and return what it added to it, in MB of 10^6 bytes."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        venv.EnvBuilder(with_pip=False).create(place)
        packages = next(place.glob("lib/python*/site-packages"))
        lock = ROOT / "requirements" / f"{group}.txt"
        options = ["--require-hashes", "--no-deps", "--no-compile", "--only-binary=:all:", "--quiet"]
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", *options]
        subprocess.run([*command, "--target", str(packages), "-r", str(lock)], check=True)
        return sum(path.lstat().st_size for path in packages.rglob("*") if path.is_file()) / 1e6


def main() -> None:
    """Print every figure; exit with 1 if one misses its goal."""
    missed = []
    for group in sys.argv[1:] or GOALS:
        size, goal = installed_mb(group), GOALS[group]
        print(f"{group:8} {size:6.1f} MB  goal {goal:6.1f} MB  {'ok' if size <= goal else 'MISSED'}", end="")
        print(f"  {size / PEER_MB:.2f} of the peer's {PEER_MB} MB")
        missed += [group] if size > goal else []
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
