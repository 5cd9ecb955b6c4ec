"""Make or find mlgate's own environment and print the path of its interpreter.

Run by `run.sh` as `python -I environment.py GROUP`; standard library only. The environment is private: keyed by the
lock and the interpreter, filled with hashes enforced and wheels only, built aside and renamed in place, so that runs at
the same time and runs that are killed leave either a whole environment or none.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUPS = ("core", "data", "compare", "plots", "s3", "estimator")  # each contains the ones before it
ROOT = Path(__file__).resolve().parents[2]
LEFTOVER_AFTER = 24 * 3600  # seconds; no build takes as long
# What an installer may be told from outside: where to fetch from and how, never what to install or where to put it.
INSTALLER_SETTINGS = re.compile(
    r"PIP_(INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|TRUSTED_HOST|PROXY|CERT|CLIENT_CERT|TIMEOUT|DEFAULT_TIMEOUT"
    r"|RETRIES|CACHE_DIR|CONFIG_FILE|KEYRING_PROVIDER)"
    r"|UV_(DEFAULT_INDEX|INDEX|INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|OFFLINE|HTTP_TIMEOUT|CACHE_DIR|NATIVE_TLS|SYSTEM_CERTS"
    r"|INSECURE_HOST|KEYRING_PROVIDER|INDEX_[A-Z0-9_]+_(USERNAME|PASSWORD))"
)
NOT_FOR_INSTALLERS = re.compile(
    r"(PIP|UV|PYTHON|VIRTUAL_ENV|CONDA|MLGATE|ACTIONS|INPUT)_.*|PYTHON[A-Z]+|VIRTUAL_ENV|GITHUB_TOKEN|GH_TOKEN"
)


class SetupError(Exception):
    """Why there is no environment, in one line with the remedy."""


def main(group: str, env: Mapping[str, str]) -> int:
    """Print the interpreter of an environment that has `group`, and return the exit status."""
    try:
        found = environment(group, env)
    except SetupError as error:
        say(f"::error title=mlgate::{' '.join(str(error).split())}")
        return 2
    sys.stdout.write(f"{found}\n")
    return 0


def environment(group: str, env: Mapping[str, str]) -> Path:
    """Return the interpreter of an environment with at least `group`, made if there is none."""
    group = wanted(group, env)
    folder = cache_folder(env)
    for candidate in GROUPS[GROUPS.index(group) :]:
        ready = interpreter(folder / name_of(candidate))
        if ready.exists():
            return ready
    return build(group, folder, env)


def wanted(asked: str, env: Mapping[str, str]) -> str:
    """Return the group that a step needs: `GROUP`, or of `GROUP+` `estimator` where the configuration names one.

    It is `s3` where a table may lie in a store; `plots` is `compare` where no plots are wanted.
    """
    group, plus, _ = asked.partition("+")
    if group not in GROUPS:
        raise SetupError(f"there is no dependency group {group!r}: this is a bug of mlgate")
    config = Path(env.get("MLGATE_CONFIG") or "mlgate.yml")
    if plus and may_hold(config, rb"\bestimator[\"']?\s*:"):
        return "estimator"
    if group != "core" and may_hold(config, rb"\bs3://"):
        return "s3"
    return "compare" if group == "plots" and env.get("MLGATE_PLOTS") == "none" else group


def may_hold(config: Path, pattern: bytes) -> bool:
    """Return whether the configuration may ask for something, e.g. a scikit-learn estimator.

    The step reads the configuration properly, later. Here a word is enough, and a false alarm only installs more.
    """
    try:
        text = config.read_bytes()[: 2**20]
    except OSError:
        return False
    return re.search(rb"(?m)^[^#\n]*" + pattern, text) is not None


def cache_folder(env: Mapping[str, str]) -> Path:
    """Return the folder of all environments: the one asked for, else the first that can be written.

    A folder inside the checkout is refused: a pull request could commit an interpreter there, under the name that we
    look for, and it would run with the token. The folder ignores itself in git.
    """
    asked = env.get("MLGATE_CACHE_DIRECTORY")
    tools = env.get("RUNNER_TOOL_CACHE")
    home = Path(env.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    choices = [Path(asked).expanduser()] if asked else [*([Path(tools) / "mlgate"] if tools else []), home / "mlgate"]
    problem = ""
    for choice in choices:
        if in_checkout(choice, env):
            problem = f"{choice}: lies in the checkout, where a pull request can put files"
            continue
        try:
            choice.mkdir(parents=True, exist_ok=True)
            if not (choice / ".gitignore").exists():
                (choice / ".gitignore").write_text("*\n", encoding="utf-8")
            if os.access(choice, os.W_OK | os.X_OK):
                return choice.resolve()
            problem = f"{choice}: not writable"
        except OSError as error:
            problem = f"{choice}: {error.strerror}"
    raise SetupError(f"no folder for mlgate's environment ({problem}). Name a writable one in `cache-directory`.")


def in_checkout(folder: Path, env: Mapping[str, str]) -> bool:
    """Return whether a folder lies in the job's workspace."""
    workspace = env.get("GITHUB_WORKSPACE")
    return bool(workspace) and folder.resolve().is_relative_to(Path(str(workspace)).resolve())


def lock_of(group: str) -> Path:
    """Return where a group's lock lies."""
    return ROOT / "requirements" / f"{group}.txt"


def name_of(group: str) -> str:
    """Return the folder name that stands for this lock and this interpreter."""
    parts = [
        lock_of(group).read_bytes(),
        sys.version.encode(),
        platform.platform().encode() if sys.platform == "darwin" else platform.libc_ver()[0].encode(),
        sys.platform.encode(),
        platform.machine().encode(),
        str(Path(sys.base_prefix).resolve()).encode(),
    ]
    digest = hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
    return f"{group}-py{sys.version_info.major}.{sys.version_info.minor}-{digest[:16]}"


def interpreter(folder: Path) -> Path:
    """Return where the interpreter of an environment lies."""
    return folder / "bin" / "python"


def build(group: str, folder: Path, env: Mapping[str, str]) -> Path:
    """Make an environment beside its place and rename it there; whoever comes second takes the first one's."""
    remove_leftovers(folder)
    target = folder / name_of(group)
    say(f"mlgate: installing its dependencies ({group}) for Python {platform.python_version()}; later runs reuse them")
    aside = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
    try:
        fill(aside / "env", group, env)
        if target.exists() and not interpreter(target).exists():
            shutil.rmtree(target, ignore_errors=True)  # whole once, and its Python has gone since
        try:
            (aside / "env").rename(target)
        except OSError as error:
            if not interpreter(target).exists():
                raise SetupError(
                    f"{target} cannot be written: {error.strerror}. Delete it, or name another `cache-directory`."
                ) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return interpreter(target)


def remove_leftovers(folder: Path) -> None:
    """Delete what killed builds left."""
    for aside in folder.glob(".building-*"):
        try:
            old = aside.stat().st_mtime < time.time() - LEFTOVER_AFTER
        except OSError:
            continue
        if old:
            shutil.rmtree(aside, ignore_errors=True)


def fill(place: Path, group: str, env: Mapping[str, str]) -> None:
    """Create the virtual environment and install exactly the lock: hashes enforced, wheels only, not byte-compiled."""
    strict = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "-r", str(lock_of(group))]
    uv = shutil.which("uv", path=env.get("PATH"))
    if uv:
        try:
            fill_with_uv(uv, place, strict, env)
        except SetupError as error:
            say(f"mlgate: {error} Trying pip.")
            shutil.rmtree(place, ignore_errors=True)
        else:
            return
    fill_with_pip(place, strict, env)


def fill_with_uv(uv: str, place: Path, strict: list[str], env: Mapping[str, str]) -> None:
    """Install with uv, which reads no configuration of the folder it runs in."""
    require_modules("venv")
    run([own_interpreter(), "-I", "-m", "venv", "--without-pip", str(place)], place.parent, env)
    run([uv, "pip", "install", "-q", "--no-config", "-p", str(interpreter(place)), *strict], place.parent, env)


def fill_with_pip(place: Path, strict: list[str], env: Mapping[str, str]) -> None:
    """Install with the pip that Python brings, and take that out again: the environment holds the lock alone."""
    require_modules("venv", "ensurepip")
    run([own_interpreter(), "-I", "-m", "venv", str(place)], place.parent, env)
    pip = [str(interpreter(place)), "-I", "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check"]
    run([*pip, "install", "--no-user", "--no-compile", *strict], place.parent, env)
    installers = [name for name in ("setuptools", "pip") if list(place.glob(f"lib/python*/site-packages/{name}-*"))]
    run([*pip, "uninstall", "--yes", *installers], place.parent, env)


def own_interpreter() -> str:
    """Return this interpreter behind all links, so that the environment outlives a link or a virtual environment."""
    return str(Path(sys.executable).resolve())


def require_modules(*names: str) -> None:
    """Refuse an interpreter that cannot make virtual environments, naming the package that lets it."""
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        raise SetupError(
            f"{sys.executable} lacks {' and '.join(missing)}, so mlgate cannot make its environment. Install the "
            f"package {package} (Debian, Ubuntu), or add `uses: actions/setup-python@v7` before this step."
        )


def run(command: list[str], folder: Path, env: Mapping[str, str]) -> None:
    """Run one command outside of the checkout, its output to standard error."""
    done = subprocess.run(
        command, cwd=folder, env=installer_environment(env), stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
    )
    if done.returncode:
        raise SetupError(
            f"installing mlgate's dependencies failed: `{Path(command[0]).name}` ended with {done.returncode}; its "
            "messages stand above. The runner must reach a package index (`PIP_INDEX_URL` names another one)."
        )


def installer_environment(env: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for installers: no token, and no setting that changes what is installed or where."""
    return {k: v for k, v in env.items() if INSTALLER_SETTINGS.fullmatch(k) or not NOT_FOR_INSTALLERS.fullmatch(k)}


def say(line: str) -> None:
    """Write to standard error; the runner reads commands from there as well."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _usage() -> NoReturn:
    say("usage: environment.py GROUP")
    raise SystemExit(2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], os.environ) if len(sys.argv) == 2 else _usage())
