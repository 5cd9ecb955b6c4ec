"""A Gitea for one test session: on loopback, with SQLite, in a folder of its own, gone afterwards."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import requests
from tests.forge.client import Client
from tests.toolbox import tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADMIN = "root-admin"
START_SECONDS = 60
STOP_SECONDS = 20

# No mail, no SSH, no search index, no timed jobs, queues and sessions in memory.
SETTINGS = """\
APP_NAME = a forge for tests
RUN_MODE = prod
[server]
PROTOCOL = http
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
DOMAIN = 127.0.0.1
ROOT_URL = {url}/
LOCAL_ROOT_URL = {url}/
STATIC_ROOT_PATH = {static}
APP_DATA_PATH = {folder}/data
DISABLE_SSH = true
OFFLINE_MODE = true
LFS_START_SERVER = false
[database]
DB_TYPE = sqlite3
PATH = {folder}/gitea.db
SQLITE_JOURNAL_MODE = WAL
LOG_SQL = false
[repository]
ROOT = {folder}/repositories
DEFAULT_BRANCH = main
[security]
INSTALL_LOCK = true
SECRET_KEY = {secret}
INTERNAL_TOKEN = {internal}
PASSWORD_HASH_ALGO = pbkdf2_v2
[service]
DISABLE_REGISTRATION = true
[session]
PROVIDER = memory
[cache]
ADAPTER = memory
[queue]
TYPE = channel
[indexer]
ISSUE_INDEXER_TYPE = db
REPO_INDEXER_ENABLED = false
[mailer]
ENABLED = false
[log]
MODE = file
ROOT_PATH = {folder}/log
LEVEL = Warn
[cron]
ENABLED = false
[git]
HOME_PATH = {folder}/home
[actions]
ENABLED = true
DEFAULT_ACTIONS_URL = self
"""


@contextmanager
def serve(folder: Path) -> Iterator[Client]:
    """Start a Gitea in `folder`, give its administrator's client, and stop it."""
    program, port = tool("gitea"), free_port()
    url, password = f"http://127.0.0.1:{port}", secrets.token_urlsafe(16)
    configure(folder, port=port, url=url, static=program.with_name("gitea-static"))
    command = [str(program), "--work-path", str(folder), "--config", str(folder / "app.ini")]
    manage(folder, [*command, "migrate"])
    user = ["--username", ADMIN, "--password", password, "--email", "admin@example.org", "--admin"]
    manage(folder, [*command, "admin", "user", "create", *user, "--must-change-password=false"])
    with (folder / "web.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "web"], env=environment(folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        wait_until_healthy(url, server, folder)
        yield Client.log_in(url, ADMIN, password)
    finally:
        stop(server)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configure(folder: Path, *, port: int, url: str, static: Path) -> None:
    """Write `app.ini`, with secrets of this session."""
    (folder / "home").mkdir(parents=True)
    text = SETTINGS.format(
        folder=folder,
        port=port,
        url=url,
        static=static,
        secret=secrets.token_hex(16),
        internal=secrets.token_hex(32),
    )
    (folder / "app.ini").write_text(text, encoding="utf-8")


def environment(folder: Path) -> dict[str, str]:
    """Return what the server may see of this machine; it refuses to run as root unless told that this is meant."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "USER": os.environ.get("USER", "root"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT": "true",
    }


def manage(folder: Path, command: list[str]) -> None:
    """Run one of the server's own management commands."""
    done = subprocess.run(command, env=environment(folder), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command[5:7])} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"


def wait_until_healthy(url: str, server: subprocess.Popen[bytes], folder: Path) -> None:
    """Return once the server answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if requests.get(f"{url}/api/healthz", timeout=5, proxies={"http": ""}).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    log = (folder / "web.log").read_text(encoding="utf-8", errors="replace")
    raise AssertionError(f"Gitea did not start:\n{log[-3000:]}")


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server that this process started."""
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
