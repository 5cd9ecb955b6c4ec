"""Ask the Python that a training command uses what it is and what is installed."""

from __future__ import annotations

import platform
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core import codec
from mlgate.core.documents.training import Environment
from mlgate.core.training import interpreter
from mlgate.core.training.log import Log
from mlgate.errors import OutsideError
from mlgate.shell.training import command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROBE = Path(__file__).with_name("python_probe.py")
PROBE_SECONDS = 15
MAX_ANSWER_BYTES = 2**20


def describe(run: str, shell: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Environment:
    """Return what the command `run` runs in; where no Python answers, its version and packages are unknown."""
    with tempfile.TemporaryDirectory(prefix="mlgate-") as folder:
        answer = Path(folder) / "python.json"
        argv = [*shell, interpreter.lookup(run), "probe", str(PROBE), str(answer)]
        try:
            command.run(argv, cwd=cwd, env=env, timeout_seconds=PROBE_SECONDS, log=Log(), show=_ignore)
            return _read(answer)
        except (OSError, OutsideError, codec.DecodeError):
            return Environment(platform=platform.platform())


def own() -> Environment:
    """Return what mlgate itself runs in: where an estimator is fitted."""
    found = {(dist.metadata["Name"], dist.version) for dist in metadata.distributions()}
    packages = {name: version for name, version in sorted(found) if name}
    return Environment(python=platform.python_version(), platform=platform.platform(), packages=packages)


def _ignore(_line: str) -> None:
    pass


def _read(answer: Path) -> Environment:
    with answer.open("rb") as file:
        found = codec.loads(file.read(MAX_ANSWER_BYTES))
    return codec.from_plain(Environment, {**found, "platform": platform.platform()})
