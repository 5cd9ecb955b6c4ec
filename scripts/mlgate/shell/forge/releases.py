"""Releases and their assets, as GitHub's API and Gitea's give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mlgate.shell.forge import transfer
from mlgate.shell.forge.answer import RefusedError, items

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlgate.core.registry.assets import Piece
    from mlgate.shell.forge.client import Forge

MAX_PAGES = 100  # of 100 releases on GitHub, of 50 on Gitea
NOT_FOUND = 404


@dataclass(frozen=True, kw_only=True)
class Asset:
    """One file of a release.

    Attributes:
        id: The forge's.
        name: Its file name.
        size: Bytes, as the forge counts them.
        complete: Whether the upload ended: GitHub leaves an empty `starter` behind where it did not.
        digest: sha256 as the forge computed it; None where it computes none.
        address: Where its bytes are.
    """

    id: int
    name: str
    size: int
    complete: bool
    digest: str | None
    address: str


@dataclass(frozen=True, kw_only=True)
class Release:
    """One release.

    Attributes:
        id: The forge's.
        tag: The tag's name; that of a draft need not exist.
        draft: Whether only those see it who may write.
        text: Its description.
        upload: Where assets are sent.
        assets: Its files, as listed with it.
    """

    id: int
    tag: str
    draft: bool
    text: str
    upload: str
    assets: tuple[Asset, ...]


class Releases:
    """The releases of one repository."""

    def __init__(self, forge: Forge, repository: str) -> None:
        self.forge = forge
        self._root = f"/repos/{repository}/releases"

    def all(self) -> Iterator[Release]:
        """Yield every release that the token may see, newest first; drafts only if it may write."""
        page = self.forge.call("GET", self._root, query={"per_page": "100", "limit": "50"} if self._gitea else _HUNDRED)
        for _ in range(MAX_PAGES):
            yield from (_release(item) for item in items(page))
            if page.next_page is None:
                return
            page = self.forge.call("GET", page.next_page)

    def by_tag(self, tag: str) -> Release | None:
        """Return the published release of a tag."""
        try:
            return _release(self.forge.call("GET", f"{self._root}/tags/{quote(tag, safe='')}").data)
        except RefusedError as error:
            if error.http_status == NOT_FOUND:
                return None
            raise

    def create(self, tag: str, title: str, text: str, *, draft: bool) -> Release:
        """Make a release; a draft is seen only by those who may write, and its tag is not made."""
        body = {"tag_name": tag, "name": title, "body": text, "draft": draft, "prerelease": False}
        return _release(self.forge.call("POST", self._root, body=body).data)

    def publish(self, release: Release, tag: str, title: str, text: str) -> Release:
        """Publish a draft under a tag that exists."""
        body = {"tag_name": tag, "name": title, "body": text, "draft": False, "prerelease": False}
        return _release(self.forge.call("PATCH", f"{self._root}/{release.id}", body=body).data)

    def assets(self, release: Release) -> tuple[Asset, ...]:
        """Return a release's files as they are now."""
        found: list[Asset] = []
        page = self.forge.call("GET", f"{self._root}/{release.id}/assets", query=_HUNDRED)
        while True:
            found += [_asset(item) for item in items(page)]
            if page.next_page is None or len(found) > 1000:
                return tuple(found)
            page = self.forge.call("GET", page.next_page)

    def upload(self, release: Release, file: Path, piece: Piece) -> Asset:
        """Send a range of a file as an asset, once."""
        part = transfer.Part(file, piece.offset, piece.size)
        return _asset(transfer.upload(self.forge, release.upload, piece.name, part).data)

    def download(self, asset: Asset) -> Iterator[bytes]:
        """Yield an asset's bytes."""
        return transfer.download(self.forge, asset.address)

    def remove(self, release: Release) -> None:
        """Delete a release and its assets; its tag stays."""
        self.forge.call("DELETE", f"{self._root}/{release.id}")

    def delete(self, release: Release, asset: Asset) -> None:
        """Delete an asset; one that is gone already is no mistake."""
        below = f"/{release.id}/assets/{asset.id}" if self._gitea else f"/assets/{asset.id}"
        try:
            self.forge.call("DELETE", self._root + below)
        except RefusedError as error:
            if error.http_status != NOT_FOUND:
                raise

    @property
    def drafts_take_tags(self) -> bool:
        """Return whether a draft can be published under a tag that exists: Gitea has a hidden release for each tag."""
        return not self._gitea

    @property
    def _gitea(self) -> bool:
        return self.forge.url.endswith("/api/v1")


_HUNDRED = {"per_page": "100"}


def _release(item: Any) -> Release:
    try:
        return Release(
            id=int(item["id"]),
            tag=str(item["tag_name"]),
            draft=bool(item["draft"]),
            text=str(item.get("body") or ""),
            upload=str(item["upload_url"]).partition("{")[0],
            assets=tuple(_asset(asset) for asset in item.get("assets") or ()),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _no_release() from None


def _asset(item: Any) -> Asset:
    try:
        kind, _, digest = str(item.get("digest") or "").partition(":")
        return Asset(
            id=int(item["id"]),
            name=str(item["name"]),
            size=int(item["size"]),
            complete=item.get("state", "uploaded") == "uploaded",
            digest=digest if kind == "sha256" else None,
            address=str(item.get("url") or item["browser_download_url"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _no_release() from None


def _no_release() -> RefusedError:
    return RefusedError("the forge answered with no release", remedy="Check GITHUB_API_URL.")
