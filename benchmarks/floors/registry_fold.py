"""The floor of `registry show`: one listing, one batch of objects, and JSON; prints what each stage points to.

It imports nothing that this needs not.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys


def git(*words: str, given: bytes | None = None) -> bytes:
    return subprocess.run(["git", *words], input=given, capture_output=True, check=True).stdout


listed = git("ls-tree", "-r", "-z", "--format=%(objectname) %(path)", "mlgate-registry", "--", "records").split(b"\0")
ids = b"\n".join(line[:40] for line in sorted(listed[:-1], key=lambda line: line[41:])) + b"\n"
data = git("cat-file", "--batch", "--buffer", given=ids)
stages: dict[str, str] = {}
versions: dict[str, str] = {}
previous, at = None, 0
while at < len(data):
    end = data.index(b"\n", at)
    size = int(data[at:end].rsplit(b" ", 1)[1])
    record = data[end + 1 : end + 1 + size]
    at = end + 2 + size
    plain = json.loads(record)
    if plain.get("previous") != previous:
        sys.exit("the chain is broken")
    previous = hashlib.sha256(record).hexdigest()
    if plain["event"] == "register":
        versions[plain["version"]] = previous
    elif plain["event"] == "assign":
        stages[plain["stage"]] = plain["version"]
print(len(versions), stages)
