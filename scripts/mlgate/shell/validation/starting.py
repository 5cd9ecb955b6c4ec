"""The start of a scan's child process. This module imports little: the child is on its way before its parent is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT")


def start(env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a child, which waits for one request.

    Isolated: neither the checkout nor PYTHONPATH can give it a module. And no token goes into its environment.
    """
    return subprocess.Popen(
        [sys.executable, "-I", str(Path(__file__).with_name("child.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: env[name] for name in _KEPT if name in env},
        start_new_session=True,
    )
