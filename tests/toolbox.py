"""Programs that Python does not bring. Where one is absent its tests are skipped, and fail with `CI=true`."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
TOOLS = Path(os.environ.get("MLGATE_TOOLS") or CACHE / "mlgate-tools" / "bin")


def tool(*names: str) -> Path:
    """Return the first of `names` among the tools of `make tools`, beside the running Python, or on the PATH."""
    places = [str(TOOLS), str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    for name in names:
        if found := shutil.which(name, path=os.pathsep.join(places)):
            return Path(found)
    target = "test-forge" if "gitea" in names else "tools"
    return unavailable(f"no {' or '.join(names)}: `make {target}` installs what it can")


def unavailable(reason: str) -> NoReturn:
    """Skip this test, or fail it where everything has to run."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
