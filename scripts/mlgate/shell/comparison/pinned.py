"""Files of the base commit's bytes, for the engine to read: the one on disk where it has them, else a copy."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlgate.shell.base.fixed import fixed_at_base
from mlgate.shell.comparison.baselines import pointed
from mlgate.shell.digests import file_digest
from mlgate.shell.tables.files import suffix_of

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.shell.base.policy import Judge


def at_base(judge: Judge, path: str, scratch: Path, name: str) -> Path | None:
    """Return a file that has the bytes which the base has at `path`; None where they cannot be had.

    Args:
        judge: The files that judge.
        path: Relative to the configuration.
        scratch: Where a copy may be written.
        name: The copy's, without extension.
    """
    here, blob = judge.config_folder / path, judge.base_blob(path)
    if blob is None:
        fixed = fixed_at_base(judge, path, here)
        return here if fixed is not None and fixed.is_here else None
    if here.is_file() and blob_id(here, blob) == blob:
        return here
    data = judge.base_bytes(path)
    if data is None:
        return None
    if (digest := pointed(data)) is not None:
        return here if here.is_file() and file_digest(here) == digest else None
    copy = scratch / f"{name}{suffix_of(PurePosixPath(path))}"
    copy.write_bytes(data)
    return copy


def blob_id(path: Path, like: str) -> str:
    """Return git's id of the file's bytes, in the kind of `like`."""
    data = path.read_bytes()
    algorithm = hashlib.sha256 if len(like) == 64 else hashlib.sha1
    return algorithm(b"blob %d\0" % len(data) + data).hexdigest()
