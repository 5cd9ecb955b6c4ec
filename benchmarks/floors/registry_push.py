"""The floor of a promotion: one record's commit by plumbing, and one atomic push of the branch and two tags.

registry_push.py CLONE ROUNDS FIRST     in a bare clone of depth 1; prints the milliseconds of each round, as JSON
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

PEOPLE = {f"GIT_{who}_{what}": "a" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
BRANCH = "refs/heads/mlgate-registry"


def git(*words: str, given: bytes | None = None) -> str:
    done = subprocess.run(
        ["git", *words], input=given, cwd=sys.argv[1], env={**os.environ, **PEOPLE}, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def commit(number: int, old: str) -> str:
    record = json.dumps({"sequence": number, "filling": [str(n * number) for n in range(150)]}).encode()
    parts = ["records", f"{number // 1000:03d}", f"{number // 100:04d}", f"{number:06d}.json"]
    oid, kind = git("hash-object", "-w", "--stdin", given=record), "100644 blob"
    for depth in range(len(parts) - 1, -1, -1):
        folder = "/".join(parts[:depth])
        named = f"{old}:{folder}" if folder else f"{old}^{{tree}}"
        found = subprocess.run(["git", "ls-tree", named], cwd=sys.argv[1], capture_output=True, check=False)
        lines = [line for line in found.stdout.splitlines() if line.split(b"\t")[1] != parts[depth].encode()]
        oid = git("mktree", given=b"\n".join([*lines, f"{kind} {oid}\t{parts[depth]}".encode()]) + b"\n")
        kind = "040000 tree"
    return git("commit-tree", oid, "-p", old, "-m", "promote")


taken = []
for number in range(int(sys.argv[3]), int(sys.argv[3]) + int(sys.argv[2])):
    start = time.perf_counter()
    old = git("rev-parse", BRANCH)
    new = commit(number, old)
    moves = [f"{new}:{BRANCH}", f"{new}:refs/tags/m@v9.{number}.0", f"{new}:refs/tags/m#production#{number}"]
    git("push", "-q", "--atomic", f"--force-with-lease={BRANCH}:{old}", "origin", *moves)
    git("update-ref", BRANCH, new)
    taken.append((time.perf_counter() - start) * 1e3)
print(json.dumps(taken))
