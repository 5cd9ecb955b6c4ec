"""A git host on loopback: git's own HTTP backend behind a server that can refuse, lack room, and lose its reply."""

from __future__ import annotations

import base64
import contextlib
import resource
import subprocess
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from tests.repository import QUIET, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class GitHost:
    """Serves the repositories in `folder`.

    Attributes:
        folder: The root of all paths.
        token: The only token that is taken; None lets everybody in.
        pushes: Whether it takes pushes at all.
        lose: How many replies to pushes are lost after the push was done.
        break_off: How many pushes are cut before anything is done.
        limit: The largest file, in bytes, that it can write; None is no limit.
        url: Where it listens.
    """

    folder: Path
    token: str | None = None
    pushes: bool = True
    lose: int = 0
    break_off: int = 0
    limit: int | None = None
    url: str = field(default="", init=False)

    @contextlib.contextmanager
    def serve(self) -> Iterator[GitHost]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"host": self}))
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()

    def allows(self, header: str | None) -> bool:
        if self.token is None:
            return True
        wanted = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        return header is not None and header.lower() == f"basic {wanted}".lower()


class _Handler(BaseHTTPRequestHandler):
    host: GitHost

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            self._answer(self._chunks())
        else:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _answer(self, body: bytes) -> None:
        if not self.host.allows(self.headers.get("Authorization")):
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.end_headers()
        else:
            self._serve(body)

    def _serve(self, body: bytes) -> None:
        pushes = self.command == "POST" and self.path.endswith("/git-receive-pack") and len(body) > 4
        if pushes and self.host.break_off:
            self.host.break_off -= 1
            self._hang_up()
            return
        head, _, rest = self._backend(body).partition(b"\r\n\r\n")
        if pushes and self.host.lose:
            self.host.lose -= 1
            self._hang_up()
        else:
            self._reply(head, rest)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _reply(self, head: bytes, rest: bytes) -> None:
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self.send_response(int(fields.pop("Status", "200").split()[0]))
        for key, value in fields.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest)

    def _backend(self, body: bytes) -> bytes:
        path, _, query = self.path.partition("?")
        # Git decides by the sender's name who may push.
        env = {
            **environment(),
            **QUIET,
            "GIT_PROJECT_ROOT": str(self.host.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            **({"REMOTE_USER": "ada"} if self.host.pushes else {}),
        }
        done = subprocess.run(
            ["git", "http-backend"], env=env, input=body, capture_output=True, check=False, preexec_fn=self._limits
        )
        return done.stdout

    def _limits(self) -> None:
        if self.host.limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.host.limit, self.host.limit))

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
