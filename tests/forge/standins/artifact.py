"""The artifact protocol (version 4) as far as the stand-ins need it: upload files as one zip, and get it back."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import sys
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE = "/twirp/github.actions.results.api.v1.ArtifactService"
SCOPE = "Actions.Results:"
BLOCK = base64.b64encode(b"block-0").decode()
BLOCK_LIST = f'<?xml version="1.0" encoding="utf-8"?><BlockList><Latest>{BLOCK}</Latest></BlockList>'
TIMEOUT_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Store:
    """The forge's store, with the token of one job."""

    url: str
    token: str

    def upload(self, name: str, data: bytes) -> None:
        """Make an artifact."""
        run, job = self._ids()
        about = {"workflowRunBackendId": run, "workflowJobRunBackendId": job, "name": name}
        address = self._call("CreateArtifact", {**about, "version": 4})["signedUploadUrl"]
        send("PUT", f"{address}&comp=block&blockid={quote(BLOCK, safe='')}", data)
        send("PUT", f"{address}&comp=blocklist", BLOCK_LIST.encode())
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self._call("FinalizeArtifact", {**about, "size": str(len(data)), "hash": digest})

    def download(self, name: str) -> bytes:
        """Return an artifact of this run."""
        run, job = self._ids()
        listed = self._call("ListArtifacts", {"workflowRunBackendId": run, "workflowJobRunBackendId": job})
        found = [item for item in listed.get("artifacts", []) if item["name"] == name]
        if not found:
            raise SystemExit(f"::error::no artifact {name} in this run")
        ids = {key: found[0][key] for key in ("workflowRunBackendId", "workflowJobRunBackendId")}
        return send("GET", self._call("GetSignedArtifactURL", {**ids, "name": name})["signedUrl"])

    def _ids(self) -> tuple[str, str]:
        """Return the ids of run and job, which stand in the token's scope."""
        payload = self.token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        [scope] = [scope for scope in claims["scp"].split() if scope.startswith(SCOPE)]
        run, job = scope.removeprefix(SCOPE).split(":")
        return run, job

    def _call(self, method: str, body: Mapping[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return json.loads(send("POST", f"{self.url}{SERVICE}/{method}", json.dumps(body).encode(), headers))


def send(method: str, address: str, data: bytes | None = None, headers: Mapping[str, str] | None = None) -> bytes:
    """Send one request and return what is answered."""
    request = urllib.request.Request(address, data, {**(headers or {})}, method=method)  # noqa: S310 - the forge's own
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - the forge's own
        return bytes(answer.read())


def main(verb: str, env: Mapping[str, str]) -> int:
    """Upload or download."""
    store = Store(url=env["ACTIONS_RESULTS_URL"].rstrip("/"), token=env["ACTIONS_RUNTIME_TOKEN"])
    if verb == "download":
        with zipfile.ZipFile(io.BytesIO(store.download(env["STANDIN_NAME"]))) as archive:
            archive.extractall(env["STANDIN_PATH"])
        return 0
    paths = [Path(line.strip()).absolute() for line in env["STANDIN_PATHS"].splitlines() if line.strip()]
    files = sorted({file for path in paths for file in files_of(path)})
    if not files:
        sys.stdout.write("::warning::No files were found\n")
        return int(env["STANDIN_NOTHING"] == "error")
    store.upload(env["STANDIN_NAME"], packed(files, root_of(paths, files)))
    return 0


def files_of(path: Path) -> list[Path]:
    """Return the files that a line names, but no hidden ones."""
    found = [path] if path.is_file() else path.rglob("*")
    return [file for file in found if file.is_file() and not hidden(file)]


def hidden(file: Path) -> bool:
    """Return whether a file or a folder on the way to it below the workspace is hidden."""
    return any(part.startswith(".") for part in file.relative_to(Path.cwd()).parts)


def root_of(paths: list[Path], files: list[Path]) -> Path:
    """Return what names in the archive are relative to."""
    return paths[0] if len(paths) == 1 and paths[0].is_dir() else Path(os.path.commonpath([f.parent for f in files]))


def packed(files: list[Path], root: Path) -> bytes:
    """Return a zip of files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.relative_to(root))
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], os.environ))
