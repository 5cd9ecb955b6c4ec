"""`mlgate registry`: for people. One module a sub-command, each with `Inputs` and `run` as every step has them."""

from __future__ import annotations

COMMANDS: dict[str, str] = {
    "show": "the models, their versions, and what each stage points to",
    "history": "what happened, newest first",
    "at": "the registry as it was at a date",
    "diff": "in what two versions differ: data, code, measurements, files",
    "get": "fetch a version's files, and verify them",
    "rollback": "point a stage back to an older version",
    "assign": "point a stage to a version",
    "unassign": "let a stage point to no version",
    "deprecate": "mark a version as one that must not be used any more",
    "note": "write a remark into the log",
    "verify": "check every record, tag, file, page and signature",
}
