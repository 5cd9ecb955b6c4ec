"""`mlgate contract`: for people who write contracts. One module a sub-command, each with `Inputs` and `run`."""

from __future__ import annotations

COMMANDS: dict[str, str] = {"infer": "write a first contract from what a table holds"}
