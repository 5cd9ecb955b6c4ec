"""Try every way to tamper with a registry that the tests know, and print how many `mlgate registry verify` finds.

Found is a way of which verify says the right reason and names the record, tag, path or commit that was tampered with:
in a repository without a remote, and by the whole command in a clone of one.

    .venv/bin/python benchmarks/registry_tampering.py
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = "tests/e2e/test_registry_verify.py"


def main() -> int:
    """Run the tests one after the other, and count."""
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-k", "found", TESTS]
    env = {**os.environ, "MLGATE_EVERY_MUTATION": "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    tried = sum(counts.values())
    sys.stdout.write(f"{tried} mutations of log, tags, blobs, stores and signatures, {counts.get('passed', 0)} found\n")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
