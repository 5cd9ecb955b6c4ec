"""Our diff of two files by key, alone: what the scan of a pull request does after it has checked the table."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from mlgate.core.data.diff.columns import key_pairs
from mlgate.core.data.request import ScanRequest
from mlgate.core.documents.diff import DiffBy
from mlgate.shell.tables import engine, layout
from mlgate.shell.tables.files import one_file
from mlgate.shell.validation import diffing_rows
from mlgate.shell.validation.opened import Opened
from mlgate.shell.validation.reading import Reading


def main() -> None:
    """Print what differs."""
    before, after, *key = sys.argv[1:]
    request = ScanRequest(source=one_file(Path(after)), base=one_file(Path(before)), show_values=True, base_values=True)
    with tempfile.TemporaryDirectory() as spill:
        connection = engine.connect([Path(before), Path(after)], spill=Path(spill))
        tables = [layout.parquet_table(connection, one_file(Path(name))) for name in (before, after)]
        opened = Opened(request=request, connection=connection, table=tables[1], reading=Reading(lambda: None))
        versions = diffing_rows.open_versions(opened, tables[0])
        found = diffing_rows.rows_and_schema(versions, None)
        pairs = key_pairs(versions.columns, key)
        diff = diffing_rows.by_key(versions, found, pairs) if pairs else None
    if diff is None or diff.by is not DiffBy.KEY:
        sys.exit("the tables have no such key")
    print(diff, flush=True)
    os._exit(0)  # as the scan's child does


if __name__ == "__main__":
    main()
