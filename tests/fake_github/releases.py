"""Releases and assets as GitHub keeps them, uploads that break half-way and downloads from another host among it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.fake_github import shapes

ROOT = re.compile(r"/repos/([^/]+/[^/]+)/releases(/.*)?")
ELSEWHERE = "/another-host/"  # stands for objects.githubusercontent.com; the token must not get there


@dataclass(kw_only=True)
class FakeReleases:
    """The releases of one repository.

    Attributes:
        releases: By id, without their assets.
        assets: By id: what the API says of each, and its bytes.
        broken_uploads: So many uploads answer 502 and leave an empty `starter`.
        lying: The asset with this name has other bytes when it is read.
        with_digests: Whether the forge computes digests, as GitHub does and Gitea does not.
        upload_host: Named by `upload_url` in the place of this server.
    """

    releases: dict[int, dict[str, Any]] = field(default_factory=dict)
    assets: dict[int, dict[str, Any]] = field(default_factory=dict)
    data: dict[int, bytes] = field(default_factory=dict)
    broken_uploads: int = 0
    lying: str = ""
    with_digests: bool = True
    upload_host: str = ""
    page: int = 100
    next_id: int = 500

    def route(self, url: str, request: dict[str, Any]) -> tuple[int, Any, dict[str, str]] | None:
        """Answer a request below `/releases`, or None if it is none."""
        path = request["path"]
        if path.startswith(ELSEWHERE):
            return 200, self._bytes(int(path.removeprefix(ELSEWHERE))), {}
        found = ROOT.fullmatch(path)
        if found is None:
            return None
        method, rest = request["method"], found[2] or ""
        match [method, *rest.strip("/").split("/")]:
            case ["GET", ""]:
                return self._list(url, path, request["query"], request["writes"])
            case ["POST", ""]:
                return 201, self._shown(self._create(url, found[1], request["body"])), {}
            case ["GET", "tags", tag]:
                named = [r for r in self.releases.values() if r["tag_name"] == unquote(tag) and not r["draft"]]
                return (200, self._shown(named[0]["id"]), {}) if named else _missing()
            case ["PATCH", number] if int(number) in self.releases:
                self.releases[int(number)].update(request["body"])
                return 200, self._shown(int(number)), {}
            case ["GET", number, "assets"] if int(number) in self.releases:
                return 200, self._assets(int(number)), {}
            case ["POST", number, "assets"] if int(number) in self.releases:
                return self._upload(url, found[1], int(number), request)
            case [_, "assets", number] if int(number) in self.assets:
                return self._asset(url, method, int(number), request["headers"])
        return _missing()

    def _list(self, url: str, path: str, query: dict[str, str], writes: bool) -> tuple[int, Any, dict[str, str]]:
        newest = sorted((n for n, r in self.releases.items() if writes or not r["draft"]), reverse=True)
        size, page = min(int(query.get("per_page", "30")), self.page), int(query.get("page", "1"))
        more = len(newest) > page * size
        link = {"Link": f'<{url}{path}?per_page={size}&page={page + 1}>; rel="next"'} if more else {}
        return 200, [self._shown(n) for n in newest[(page - 1) * size : page * size]], link

    def _create(self, url: str, repository: str, body: dict[str, Any]) -> int:
        self.next_id += 1
        host = self.upload_host or url
        own = shapes.release(url, repository, self.next_id, host)
        self.releases[self.next_id] = {**own, **body}
        return self.next_id

    def _shown(self, number: int) -> dict[str, Any]:
        return {**self.releases[number], "assets": self._assets(number)}

    def _assets(self, number: int) -> list[dict[str, Any]]:
        return [{k: v for k, v in a.items() if k != "release"} for a in self.assets.values() if a["release"] == number]

    def _upload(
        self, url: str, repository: str, release: int, request: dict[str, Any]
    ) -> tuple[int, Any, dict[str, str]]:
        name, data = request["query"]["name"], request["body"]
        if any(a["release"] == release and a["name"] == name for a in self.assets.values()):
            return 422, shapes.validation("already_exists"), {}
        self.next_id += 1
        number, broken = self.next_id, self.broken_uploads > 0
        kept = b"" if broken else data
        digest = f"sha256:{hashlib.sha256(kept).hexdigest()}" if self.with_digests and not broken else None
        shown = shapes.asset(f"{url}/repos/{repository}", number, name, len(kept), digest)
        self.assets[number] = {**shown, "state": "starter" if broken else "uploaded", "release": release}
        self.data[number] = kept
        if broken:
            self.broken_uploads -= 1
            return 502, shapes.error("Bad Gateway", 502), {}
        return 201, shown, {}

    def _asset(self, url: str, method: str, number: int, headers: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        if method == "DELETE":
            del self.assets[number], self.data[number]
            return 204, None, {}
        if headers.get("accept") == "application/octet-stream":
            return 302, None, {"Location": f"{url.replace('127.0.0.1', 'localhost')}{ELSEWHERE}{number}"}
        return 200, {k: v for k, v in self.assets[number].items() if k != "release"}, {}

    def _bytes(self, number: int) -> bytes:
        data = self.data[number]
        return data[:-1] + b"\0" if self.lying and self.lying in self.assets[number]["name"] else data


def _missing() -> tuple[int, Any, dict[str, str]]:
    return 404, shapes.error("Not Found", 404), {}
