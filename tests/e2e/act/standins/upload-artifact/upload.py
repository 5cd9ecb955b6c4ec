"""Copy files into the artifact store as actions/upload-artifact does: no hidden ones, paths from their common root."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path


def main(env: dict[str, str]) -> int:
    """Copy what `STANDIN_PATHS` names; an artifact is never overwritten."""
    paths = [Path(line.strip()).absolute() for line in env["STANDIN_PATHS"].splitlines() if line.strip()]
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    files = [file for file in files if file.is_file() and not any(part.startswith(".") for part in hidden(file))]
    if not files:
        sys.stdout.write("::warning::No files were found\n")
        return int(env["STANDIN_NOTHING"] == "error")
    root = paths[0] if len(paths) == 1 and paths[0].is_dir() else Path(os.path.commonpath([f.parent for f in files]))
    store = Path(env["STANDIN_ARTIFACTS"]) / env["STANDIN_NAME"]
    store.mkdir(parents=True)
    for file in files:
        target = store / file.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return 0


def hidden(file: Path) -> tuple[str, ...]:
    """Return the parts of a path that are looked at: those below the workspace."""
    return file.relative_to(Path.cwd()).parts


if __name__ == "__main__":
    sys.exit(main(dict(os.environ)))
