"""Whether the holdout is still the one of the base: the same keys, labels, groups, weights and slices."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlgate.core.documents.shared import Reason
from mlgate.core.lock import NAME
from mlgate.errors import MlgateError
from mlgate.shell import lock as shell_lock
from mlgate.shell.base.fixed import fixed_at_base
from mlgate.shell.comparison import holdout as holdouts
from mlgate.shell.comparison.baselines import pointed
from mlgate.shell.comparison.pinned import blob_id
from mlgate.shell.digests import file_digest
from mlgate.shell.tables import engine
from mlgate.shell.tables.files import suffix_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import duckdb

    from mlgate.core.config.model import Table
    from mlgate.shell.base.policy import Judge
    from mlgate.shell.comparison.holdout import Columns, HoldoutTable

STEP = "compare-models"
COPY_NAME = "base-holdout"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The holdout beside the base's.

    Attributes:
        own: Digest over key, label, group, weight and slice columns.
        base: The same at the base; None where there is no base, or it cannot be known.
        reason: What differs, if anything does.
    """

    own: str
    base: str | None = None
    reason: Reason | None = None


@dataclass(frozen=True, kw_only=True)
class BaseHoldout:
    """The base's holdout, as far as it can be had.

    Attributes:
        same_bytes: Whether it is the file on disk.
        copy: Its bytes, where they differ.
        problem: Why there are none.
    """

    same_bytes: bool = False
    copy: Path | None = None
    problem: Reason | None = None


def fetch(judge: Judge, path: str, base_path: str, scratch: Path) -> BaseHoldout | None:
    """Return the base's holdout; None where no base judges.

    Args:
        judge: The files that judge.
        path: The working copy's holdout, relative to the configuration.
        base_path: The judging configuration's.
        scratch: Where a copy may be written.
    """
    if not judge.from_base:
        return None
    here = judge.config_folder / path
    blob = judge.base_blob(base_path)
    if blob is not None and blob == blob_id(here, blob):
        return BaseHoldout(same_bytes=True)
    fixed = fixed_at_base(judge, base_path, here) if blob is None else None
    if fixed is not None and not fixed.is_here:
        message = f"{path} is not the file that {fixed.by} fixes at the base."
        return BaseHoldout(problem=_reason("holdout-changed", message))
    if fixed is not None:
        return BaseHoldout(same_bytes=True)
    if not judge.tracked(path):
        return BaseHoldout(problem=_reason("holdout-unpinned", f"Git does not track {path}."))
    data = judge.base_bytes(base_path)
    if data is None:
        return BaseHoldout(problem=_reason("holdout-changed", f"{base_path} is not in the base commit."))
    if (digest := pointed(data)) is not None:
        if digest == file_digest(here):
            return BaseHoldout(same_bytes=True)
        return BaseHoldout(problem=_reason("holdout-changed", f"{base_path} in Git LFS is another file at the base."))
    copy = scratch / f"{COPY_NAME}{suffix_of(PurePosixPath(base_path))}"
    copy.write_bytes(data)
    return BaseHoldout(copy=copy)


def by_lock(judge: Judge, table: Table, digest_of: Callable[[Table], str | None]) -> BaseHoldout | None:
    """Return what the base's lock says of its holdout; None where it says nothing.

    Args:
        judge: The base.
        table: The holdout, as the base's configuration has it.
        digest_of: Returns the digest of a table's files on disk.
    """
    lock = shell_lock.at_base(judge)
    pinned = lock.tables.get(table.name) if lock is not None else None
    if pinned is None:
        return None
    if pinned.digest == digest_of(table):
        return BaseHoldout(same_bytes=True)
    message = f"The files of {table.path} are not those that {NAME} fixes at the base."
    return BaseHoldout(problem=_reason("holdout-changed", message))


def predicted(here: Path, base: BaseHoldout | None, columns: Columns, spill: Path) -> Path:
    """Return the holdout that the base's own training predicts, so that both sides are judged on the same rows.

    That is the base's file, lest a pull request that edits features makes the base's model look worse; and `here` where
    that has other keys: then `on-holdout-change` decides what the comparison is worth.
    """
    if base is None or base.copy is None:
        return here
    with engine.connect((here, base.copy), spill=spill) as database:
        try:
            own = holdouts.load(database, here, columns.keys_alone)
            before = holdouts.load(database, base.copy, columns.keys_alone, name="base_holdout")
        except MlgateError:
            return here
        return base.copy if _same_keys(own, before) else here


def _same_keys(one: HoldoutTable, other: HoldoutTable) -> bool:
    query = (
        f"SELECT count(*) FROM {one.name} a JOIN {other.name} b USING (pos) "  # noqa: S608 - own names
        "WHERE a.key::VARCHAR = b.key::VARCHAR"
    )
    return one.rows == other.rows == holdouts.scalar(one.database, query)


def compare(database: duckdb.DuckDBPyConnection, table: HoldoutTable, base: BaseHoldout | None) -> Identity:
    """Return both identities, and what differs."""
    own = table.identity()
    if base is None or base.problem is not None:
        return Identity(own=own, reason=base.problem if base else None)
    if base.same_bytes:
        return Identity(own=own, base=own)
    if base.copy is None:
        raise ValueError("a base holdout without bytes must say why")
    try:
        before = holdouts.load(database, base.copy, table.columns.judging, name="base_holdout").identity()
    except MlgateError as error:
        return Identity(own=own, reason=_reason("holdout-changed", f"The base's holdout cannot judge: {error.message}"))
    if before != own:
        message = "Keys, labels, groups, weights or slices of the holdout differ from the base's."
        return Identity(own=own, base=before, reason=_reason("holdout-changed", message))
    message = "Other columns of the holdout changed; keys and labels are the base's."
    return Identity(own=own, base=before, reason=_reason("holdout-features-changed", message))


def _reason(reason: str, message: str) -> Reason:
    return Reason(id=reason, message=message, step=STEP)
