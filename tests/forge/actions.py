"""What a `uses:` means on the forge: ours comes from there, others' are stand-ins, whatever commit is pinned."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.e2e.act import harness, project
from tests.toolbox import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.forge.client import Client

OWNER = harness.ACTION.split("/", maxsplit=1)[0]
TAG = "v0"
STANDINS = Path(__file__).with_name("standins")


@dataclass(kw_only=True)
class Actions:
    """Where actions come from.

    Attributes:
        url: The forge's root.
        folder: Where copies of the forge's repositories are kept.
        standins: Stand-ins for the forge, before those of the tests under act alone.
    """

    url: str
    folder: Path
    standins: Path = STANDINS
    _fetched: dict[str, Path] = field(default_factory=dict)

    def resolve(self, used: Iterable[str]) -> dict[str, Path]:
        """Return the folder of every `owner/name@ref` that is used."""
        return {reference: self._folder(reference) for reference in map(repository_of, used)}

    def _folder(self, reference: str) -> Path:
        repository, _, ref = reference.partition("@")
        owner, name = repository.split("/")
        if owner == "actions":
            places = (self.standins / name, harness.STANDINS / name)
            found = [place for place in places if place.is_dir()]
            assert found, f"no stand-in for {reference}"
            return found[0]
        if reference not in self._fetched:
            self._fetched[reference] = self._fetch(repository, ref)
        return self._fetched[reference]

    def _fetch(self, repository: str, ref: str) -> Path:
        folder = self.folder / f"{repository}@{ref}".replace("/", "__")
        folder.mkdir(parents=True)
        project.git(folder, "init", "--quiet")
        project.git(folder, "fetch", "--quiet", "--depth=1", f"{self.url}/{repository}.git", ref)
        project.git(folder, "-c", "advice.detachedHead=false", "checkout", "--quiet", "FETCH_HEAD")
        return folder


def repository_of(used: str) -> str:
    """Return `owner/name@ref` of a `uses:` that may name a folder in it."""
    path, _, ref = used.partition("@")
    return f"{'/'.join(path.split('/')[:2])}@{ref}"


def publish_ours(admin: Client, scratch: Path) -> None:
    """Publish this repository, as it lies here, as the forge's `mlgate/mlgate` with the tag that the examples use."""
    scratch.mkdir(parents=True)
    for name in tracked_and_new():
        target = scratch / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target, follow_symlinks=False)
    project.git(scratch, "init", "--quiet", "--initial-branch=main")
    project.git(scratch, "add", "--all")
    project.git(scratch, "commit", "--quiet", "--message", "The state that is tested")
    project.git(scratch, "tag", TAG)
    admin.add_organization(OWNER)
    admin.add_repository(harness.ACTION, private=False, workflows=False)
    project.git(scratch, "push", "--quiet", admin.remote(harness.ACTION), "main", TAG)


def tracked_and_new() -> list[str]:
    """Return the files of this repository that a commit of all changes would have."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
