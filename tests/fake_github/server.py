"""A local GitHub that remembers: issue comments over HTTP, with paging, permissions, limits and scripted trouble.

It behaves as GitHub does where that matters to us (`flavour="gitea"`: as Gitea does), and keeps every exchange, so that
`openapi.py` can hold both sides against GitHub's published description.
"""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.fake_github import shapes
from tests.fake_github.releases import ELSEWHERE, ROOT, FakeReleases
from tests.fake_github.runs import DOWNLOADS, FakeRuns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_BODY = 65_536
THREAD = re.compile(r"/repos/([^/]+/[^/]+)/issues/(\d+)/comments")
ALL = re.compile(r"/repos/([^/]+/[^/]+)/issues/comments")
SINGLE = re.compile(r"/repos/([^/]+/[^/]+)/issues/comments/(\d+)")


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and its answer."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    status: int
    answer: Any
    answer_headers: dict[str, str]


@dataclass(kw_only=True)
class Trouble:
    """Answers the next `times` requests of `method` (any if empty) in the place of the real answer.

    `after=True` does the work first and then answers badly: a reply that was lost.
    """

    status: int
    times: int = 1
    method: str = ""
    message: str = "Server Error"
    headers: dict[str, str] = field(default_factory=dict)
    after: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a request gets."""

    status: int
    data: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class FakeGitHub:
    """The state of one forge.

    Attributes:
        tokens: Logins by token.
        may_write: Logins whose token has `pull-requests: write`.
        threads: Which (repository, number) exist.
        comments: By id, in the order of their ids.
        trouble: Taken from the front.
        gate: Called before each request is handled; a test can hold requests there.
        flavour: `github` or `gitea`.
    """

    repository: str = "octo/flights"
    number: int = 7
    tokens: dict[str, str] = field(default_factory=lambda: {"ghs_secret-token": "github-actions[bot]"})
    may_write: set[str] = field(default_factory=lambda: {"github-actions[bot]"})
    threads: set[tuple[str, int]] = field(default_factory=set)
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    trouble: list[Trouble] = field(default_factory=list)
    gate: Callable[[str, str], None] = lambda _method, _path: None
    flavour: str = "github"
    exchanges: list[Exchange] = field(default_factory=list)
    url: str = ""
    releases: FakeReleases = field(default_factory=FakeReleases)
    runs: FakeRuns = field(default_factory=FakeRuns)
    lock: threading.Lock = field(default_factory=threading.Lock)
    _next_id: int = 1000

    def __post_init__(self) -> None:
        self.threads.add((self.repository, self.number))

    def add(self, author: str, body: str, number: int | None = None, created: str = shapes.LONG_AGO) -> int:
        """Put a comment there, as if written before."""
        self._next_id += 7
        thread = (self.repository, number or self.number)
        comment = shapes.comment(self.url, thread, self._next_id, author, body, created=created)
        self.comments[self._next_id] = {"thread": thread, "comment": comment}
        return self._next_id

    def bodies(self) -> dict[int, str]:
        """Return all comments' bodies by id."""
        return {number: entry["comment"]["body"] for number, entry in self.comments.items()}

    def calls(self) -> list[str]:
        """Return what was asked, e.g. `GET /repos/…?page=2`."""
        return [f"{e.method} {e.path}" for e in self.exchanges]

    def handle(self, method: str, target: str, headers: dict[str, str], raw: bytes) -> Answer:
        """Answer one request and keep the exchange."""
        parts = urlsplit(target)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        self.gate(method, parts.path)
        is_json = "json" in headers.get("content-type", "json")
        body = (json.loads(raw) if is_json else raw) if raw else None
        with self.lock:
            answer = self._answer(method, parts.path, query, headers, body)
            self.exchanges.append(
                Exchange(
                    method=method,
                    path=parts.path,
                    query=query,
                    headers=headers,
                    body=body,
                    status=answer.status,
                    answer=answer.data,
                    answer_headers=answer.headers,
                )
            )
        return answer

    def _answer(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: Any) -> Answer:
        found = next((t for t in self.trouble if t.method in ("", method) and t.times > 0), None)
        if found is None:
            return self._route(method, path, query, headers, body)
        found.times -= 1
        if found.after:
            self._route(method, path, query, headers, body)
        return Answer(status=found.status, data=shapes.error(found.message, found.status), headers=found.headers)

    def _route(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: Any) -> Answer:
        elsewhere = path.startswith((ELSEWHERE, DOWNLOADS))
        if elsewhere and "authorization" in headers:
            return _error(400, "Only one auth mechanism allowed")
        login = self.tokens.get(headers.get("authorization", "").removeprefix("Bearer "), "")
        if not login and not elsewhere:
            return _error(401, "Bad credentials")
        path = path.removeprefix("/api/v1")
        asked = {"method": method, "path": path, "query": query, "headers": headers, "body": body}
        ran = self.runs.route(self.url, asked, gitea=self.flavour == "gitea")
        if ran is not None:
            return Answer(status=ran[0], data=ran[1], headers=ran[2])
        released = self._released(login or "", asked)
        if released is not None:
            return released
        thread, single = THREAD.fullmatch(path), SINGLE.fullmatch(path)
        if thread and (thread[1], int(thread[2])) in self.threads:
            place = (thread[1], int(thread[2]))
            return self._list(place, path, query) if method == "GET" else self._create(place, login, body)
        every = ALL.fullmatch(path)
        if every and every[1] == self.repository and method == "GET":
            return self._latest(query)
        if single and int(single[2]) in self.comments:
            return self._single(method, int(single[2]), login, body)
        return _error(404, "Not Found")

    def _released(self, login: str, asked: dict[str, Any]) -> Answer | None:
        if asked["method"] != "GET" and ROOT.fullmatch(asked["path"]) and login not in self.may_write:
            return _error(403, "Resource not accessible by integration")
        found = self.releases.route(self.url, {**asked, "writes": login in self.may_write})
        return None if found is None else Answer(status=found[0], data=found[1], headers=found[2])

    def _list(self, thread: tuple[str, int], path: str, query: dict[str, str]) -> Answer:
        since = query.get("since", "")
        found = [e["comment"] for e in self.comments.values() if e["thread"] == thread]
        found = [c for c in found if c["updated_at"] >= since]
        if self.flavour == "gitea":  # returns everything and ignores paging
            return Answer(status=200, data=found)
        size, page = min(int(query.get("per_page", "30")), 100), int(query.get("page", "1"))
        shown = found[(page - 1) * size : page * size]
        rest = f"&since={since}" if since else ""
        links = [f'<{self.url}{path}?per_page={size}&page=1{rest}>; rel="first"'] if page > 1 else []
        if len(found) > page * size:
            links.insert(0, f'<{self.url}{path}?per_page={size}&page={page + 1}{rest}>; rel="next"')
        return Answer(status=200, data=shown, headers={"Link": ", ".join(links)} if links else {})

    def _latest(self, query: dict[str, str]) -> Answer:
        """List the whole repository's comments: on GitHub the newest first if asked for, on Gitea as they came."""
        found = [entry["comment"] for entry in self.comments.values()]
        if self.flavour != "gitea" and query.get("sort") == "updated":
            found.sort(key=lambda comment: comment["updated_at"], reverse=query.get("direction") == "desc")
        return Answer(status=200, data=found[: int(query.get("per_page", "30"))])

    def _create(self, thread: tuple[str, int], login: str, body: Any) -> Answer:
        refused = self._refused(login, body)
        if refused:
            return refused
        number = self.add(login, body["body"], thread[1], shapes.now())
        return Answer(status=201, data=self.comments[number]["comment"])

    def _single(self, method: str, number: int, login: str, body: Any) -> Answer:
        comment = self.comments[number]["comment"]
        if method == "GET":
            return Answer(status=200, data=comment)
        refused = self._refused(login, body if method == "PATCH" else {"body": "-"})
        if refused:
            return refused
        if method == "DELETE":
            del self.comments[number]
            return Answer(status=204)
        comment.update(body=body["body"], updated_at=shapes.now())
        return Answer(status=200, data=comment)

    def _refused(self, login: str, body: Any) -> Answer | None:
        if login not in self.may_write:
            return _error(403, "Resource not accessible by integration")
        if not isinstance(body, dict) or not body.get("body"):
            return Answer(status=422, data=shapes.validation("Validation Failed"))
        if len(body["body"].encode("utf-16-le")) // 2 > MAX_BODY:
            return Answer(status=422, data=shapes.validation("body is too long (maximum is 65536 characters)"))
        return None

    @contextmanager
    def serve(self) -> Iterator[FakeGitHub]:
        """Listen on loopback while the block runs."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _error(status: int, message: str) -> Answer:
    return Answer(status=status, data=shapes.error(message, status))


def _handler(fake: FakeGitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {key.lower(): value for key, value in self.headers.items()}
            answer = fake.handle(self.command, self.path, headers, raw)
            plain = answer.data if isinstance(answer.data, bytes) else json.dumps(answer.data).encode()
            data = b"" if answer.data is None else plain
            self.send_response(answer.status)
            for key, value in answer.headers.items():
                self.send_header(key, value)
            kind = "application/octet-stream" if isinstance(answer.data, bytes) else "application/json; charset=utf-8"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = _handle  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
            """Say nothing."""

    return Handler
