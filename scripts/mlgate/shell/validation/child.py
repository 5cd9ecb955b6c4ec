"""The child process of a scan, run by path: a request as line on standard input, a result on standard output.

It limits itself before it touches the file, and ends when its parent does. The interpreter runs isolated (`-I`): no
module of the user's checkout can be imported. This file adds the one folder that holds the package.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

ADDRESS_SPACE_BEYOND = 2**30  # what interpreter and engine need beside the engine's own limit
PR_SET_PDEATHSIG = 1
UNITS = {"MB": 10**6, "GB": 10**9}
_ANSWERING = threading.Lock()


def main() -> None:
    """Answer one request; what keeps this from being done is a bug, and no fault of the file."""
    try:
        _serve()
    except Exception as error:  # noqa: BLE001 - the parent says what it is
        answer_with(_bug(error))


def _serve() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    import duckdb  # noqa: F401, PLC0415 - imported while the parent still reads its configuration

    from mlgate.core import codec  # noqa: PLC0415 - the package can be found only now
    from mlgate.core.data.request import ScanRequest  # noqa: PLC0415 - the package can be found only now
    from mlgate.shell.validation.scan import scan  # noqa: PLC0415 - the package can be found only now

    line = sys.stdin.readline()
    if not line:
        return
    message = json.loads(line)
    request = codec.from_plain(ScanRequest, message["request"])
    end_with_parent()
    limit(request.memory_limit, message["cpu_seconds"])
    try:
        result = scan(request, give_up=lambda result: answer_with({"result": codec.to_plain(result)}))
        answer = {"result": codec.to_plain(result)}
    except MemoryError:
        answer = {"died": "it needs more memory than its limit"}
    except Exception as error:  # noqa: BLE001 - the parent says what it is: a bug, with its place
        answer = _bug(error)
    answer_with(answer)


def _bug(error: Exception) -> dict[str, str]:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return {"bug": f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"}


def answer_with(answer: dict[str, Any]) -> None:
    """Give the one answer, and end: the engine's threads and files need no farewell."""
    with _ANSWERING:
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        os._exit(0)


def limit(memory_limit: str, cpu_seconds: int) -> None:
    """Limit this process's address space and processor time."""
    size = int(memory_limit[:-2]) * UNITS[memory_limit[-2:]] + ADDRESS_SPACE_BEYOND
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def end_with_parent() -> None:
    """Let this process be killed when its parent is: by the system where that can, else by a thread that waits for it.

    The thread waits for the end of standard input, which the parent keeps open as long as it lives. Alone it would be
    too weak: it gets no turn while a pattern runs away.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
