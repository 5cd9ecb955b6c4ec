"""`mlgate.lock`: the digests that fix tables, and the judging files that git does not track."""

from mlgate.core.lock.model import NAME, Lock, PinnedTable, digest_of_files
from mlgate.core.lock.moved import RELOCK, differences, moved
from mlgate.core.lock.text import parse, write

__all__ = ["NAME", "RELOCK", "Lock", "PinnedTable", "differences", "digest_of_files", "moved", "parse", "write"]
