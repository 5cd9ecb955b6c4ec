"""Kill -9 in the middle of register, promote and rollback; `benchmarks/registry_kills.py` does so at every call."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest
from tests import kills
from tests.toolbox import tool, unavailable

POINTS, LAST = 4, 2  # of each case: evenly, and where it is done nearly


@pytest.mark.parametrize(
    "case",
    [
        kills.Case(operation="promote", place="remote", store="branch"),
        kills.Case(operation="promote", place="alone", store="branch"),
        kills.Case(operation="register", place="remote", store="folder"),
        kills.Case(operation="rollback", place="remote", store="branch"),
        kills.Case(operation="promote-command", place="remote", store="branch"),
        kills.Case(operation="rollback-command", place="remote", store="branch"),
    ],
    ids=lambda case: f"{case.operation}-{case.place}-{case.store}",
)
def test_a_kill_leaves_the_old_registry_or_the_new_one(tmp_path: Path, case: kills.Case) -> None:
    strace = tool("strace")
    _check_programs(strace)
    (tmp_path / "served").mkdir()
    with kills.daemon(tmp_path / "served") as url:
        killer = kills.Killer(case, tmp_path / "work", strace, tmp_path / "served", url)
        seen = Counter(killer.kill(point) for point in kills.sampled(killer.points(every=False), POINTS, LAST))
    assert seen["old"] + seen["new"] >= POINTS + LAST - 2, seen
    assert seen["old"]
    assert seen["new"] or case.place == "alone", seen  # there the last call is what makes it so


def _check_programs(strace: Path) -> None:
    """Skip where the machine lets nobody trace, as some containers do, or has no server for git."""
    done = subprocess.run([str(strace), "-qq", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        unavailable(f"strace may not trace here: {done.stderr.strip()}")
    core = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
    if not Path(core, "git-daemon").exists():
        unavailable("this git has no `git daemon`; some systems have it in a package of its own")
