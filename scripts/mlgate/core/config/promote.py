"""The `promote:` part of a configuration: where a passing model goes on merge, and under which conditions."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, TypeVar

from mlgate.core.config import grammar
from mlgate.core.config.model import AcceptedOrigin, Approval, Bump, Promote, Stage, StoreKind
from mlgate.core.words import did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.config.cursor import Cursor

T = TypeVar("T")
PROMOTE = (
    "stage",
    "stages",
    "accept",
    "bump",
    "origin",
    "store",
    "workflow",
    "card",
    "allow-pickle",
    "trusted-types",
    "sign",
    "allowed-signers",
)
PROMOTABLE = ("pass", "warn", "inconclusive")
# A stage becomes part of a git tag that GTO reads: no dots.
STAGE = re.compile(r"(?=.{1,64}$)[A-Za-z0-9](?:[_-]?[A-Za-z0-9])*")
STAGE_REMEDY = "Use letters and digits, with single `-` or `_` between them, at most 64."
# What a host takes as an environment's name is wide; nothing that a log or a page could trip over.
ENVIRONMENT = re.compile("(?=.{1,255}$)[^\\x00-\\x20\\x7f](?:[^\\x00-\\x1f\\x7f]*[^\\x00-\\x20\\x7f])?")
WORKFLOW = re.compile(r"(?=.{1,100}$)[A-Za-z0-9_][A-Za-z0-9._-]*\.ya?ml")
STORES = (StoreKind.BRANCH.value, StoreKind.RELEASE.value)
STORE_REMEDY = "Write `branch`, `release`, or `{folder: path}`."
_NO_FOLDER = re.compile(r"~.*|.*(?:://|\\|[\x00-\x1f\x7f]).*", re.DOTALL)


def parse_promote(cursor: Cursor) -> Promote:
    """Return what `promote:` says."""
    entries = cursor.mapping(PROMOTE)

    def read(key: str, reader: Callable[[Cursor], T | None], default: T) -> T:
        value = reader(entries[key]) if key in entries else None
        return default if value is None else value

    branch: tuple[StoreKind, str | None] = (Promote.store, None)
    store, folder = read("store", _store, branch)
    promote = Promote(
        stages=read("stages", _stages, read("stage", _one_stage, Promote.stages)),
        accept=read("accept", _accept, Promote.accept),
        bump=read("bump", lambda entry: entry.choice(Bump), Promote.bump),
        origin=read("origin", lambda entry: entry.choice(AcceptedOrigin), Promote.origin),
        store=store,
        folder=folder,
        workflow=read("workflow", _workflow, Promote.workflow),
        card=read("card", grammar.path, None),
        allow_pickle=read("allow-pickle", lambda entry: entry.flag(), Promote.allow_pickle),
        trusted_types=read("trusted-types", _types, Promote.trusted_types),
        sign=read("sign", lambda entry: entry.flag(), Promote.sign),
        allowed_signers=read("allowed-signers", grammar.path, None),
    )
    _check(promote, entries)
    return promote


def _check(promote: Promote, entries: dict[str, Cursor]) -> None:
    if "stage" in entries and "stages" in entries:
        entries["stages"].problem("there are both `stage` and `stages`", "Keep one: `stage` is short for a single one.")
    if promote.sign and "allowed-signers" not in entries:
        entries["sign"].problem(
            "signing needs `allowed-signers`: without it nobody can tell a right signature from a wrong one",
            "Add `allowed-signers: path`, a file as `git config gpg.ssh.allowedSignersFile` takes it.",
        )


def _one_stage(cursor: Cursor) -> tuple[Stage, ...] | None:
    name = _stage_name(cursor)
    return (Stage(name=name),) if name else None


def _stage_name(cursor: Cursor) -> str | None:
    return cursor.text("a stage's name", STAGE, STAGE_REMEDY)


def _stages(cursor: Cursor) -> tuple[Stage, ...] | None:
    found: list[Stage] = []
    for item in cursor.items("stages", at_least=1):
        stage = _stage(item)
        if stage is None:
            continue
        if any(other.name == stage.name for other in found):
            item.problem(f"the stage {shown(stage.name)} is there twice", "Name each stage once, in their order.")
        found.append(stage)
    return tuple(found) or None


def _stage(cursor: Cursor) -> Stage | None:
    if not isinstance(cursor.value, dict):
        name = _stage_name(cursor)
        return Stage(name=name) if name else None
    entries = cursor.mapping(("name", "approve", "environment"), required=("name",))
    name = _stage_name(entries["name"]) if "name" in entries else None
    approve = entries["approve"].choice(Approval) if "approve" in entries else None
    environment = (
        entries["environment"].text("an environment's name", ENVIRONMENT) if "environment" in entries else None
    )
    if "environment" in entries and approve is not Approval.ENVIRONMENT:
        entries["environment"].problem(
            "only the reviewers of an environment are asked in one", "Add `approve: environment`, or leave it out."
        )
    return Stage(name=name, approve=approve, environment=environment) if name else None


def _accept(cursor: Cursor) -> tuple[str, ...]:
    accept = cursor.texts("outcomes")
    for outcome in accept:
        if outcome not in PROMOTABLE:
            close = did_you_mean(outcome, PROMOTABLE)
            cursor.problem(
                f"expected {', '.join(PROMOTABLE)}, got {shown(outcome)}{close}", "A failed model is never promoted."
            )
    return accept


def _store(cursor: Cursor) -> tuple[StoreKind, str | None] | None:
    if isinstance(cursor.value, dict):
        entries = cursor.mapping(("folder",), required=("folder",))
        folder = _folder(entries["folder"]) if "folder" in entries else None
        return (StoreKind.FOLDER, folder) if folder else None
    if isinstance(cursor.value, str) and cursor.value in STORES:
        return StoreKind(cursor.value), None
    close = did_you_mean(cursor.value, STORES) if isinstance(cursor.value, str) else ""
    cursor.problem(f"expected branch, release or a mapping, got {shown(cursor.node.plain())}{close}", STORE_REMEDY)
    return None


def _folder(cursor: Cursor) -> str | None:
    """Return the folder of a store: unlike other paths it may be absolute, as a mounted disk is."""
    value = cursor.text("a folder's path")
    if value is None:
        return None
    if _NO_FOLDER.fullmatch(value) or len(value) > grammar.MAX_PATH:
        cursor.expected("a folder's path", "Write it with `/`, relative to the configuration's folder or absolute.")
        return None
    return posixpath.normpath(value)


def _workflow(cursor: Cursor) -> str | None:
    remedy = "Write the file's name alone, as in `mlgate.yml`: workflows lie in `.github/workflows`."
    return cursor.text("a workflow's file name", WORKFLOW, remedy)


def _types(cursor: Cursor) -> tuple[str, ...]:
    found = cursor.texts("types")
    for name in found:
        if not grammar.ESTIMATOR.fullmatch(name):
            cursor.problem(
                f"{shown(name)} is no type's dotted name", "Write it as in `sklearn.ensemble.RandomForestClassifier`."
            )
    return found
