"""`registry verify` finds every one of more than 200 ways to tamper with a registry, each tried on a real one.

It names the thing that was tampered with, not only that something is wrong. Half of the ways are tried in each run of
the tests; `benchmarks/registry_tampering.py` tries all.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests import registry_mutations as mutations
from tests.registries import BRANCH, MODEL, bare, world
from tests.registry_forger import Forger
from tests.registry_mutations import BLOB_GONE, BLOB_OTHER, Case
from tests.registry_story import FILES, OTHER, Story, bundle, new_key, registry

from mlgate.core.registry.audit.judge import audit
from mlgate.shell.registry.log.reading import SEEN
from mlgate.shell.registry.place import find_place
from mlgate.shell.registry.verification.collect import collect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlgate.core.registry.audit.findings import Finding

EVERY = bool(os.environ.get("MLGATE_EVERY_MUTATION"))
STEP = 1 if EVERY else 2
WHOLE = 1 if EVERY else 12  # of how many one is also looked at by the whole command, in a clone of a remote


class Scene:
    """A registry that can be forged again and again: on a remote, and in a repository that has none.

    Attributes:
        story: What was written, and a clone that has seen it whole.
        fresh: A clone that has not.
        remote: Forges the remote.
        alone: Forges the repository without a remote, which costs a tenth to look at.
    """

    def __init__(self, folder: Path, *, sign: bool) -> None:
        self.story = Story(folder, sign=sign).tell()
        self.stranger = new_key(folder / "stranger")
        self.key = self.story.key
        self.allowed = self.story.allowed if sign else None
        self.words: list[str] = []
        self.fresh = self.story.lab.clone("never-seen")
        self._home = self._copied(folder / "alone")
        if sign:
            self._demand_signatures(folder / "allowed")
        assert registry(self.story.clone, "show") == 0
        self._place = find_place(Path("mlgate.yml"), world(self._home))
        self._seen = self._home / ".git" / SEEN
        self.remote = Forger(remote=self.story.lab.remote).read()
        self.alone = Forger(remote=self._home / ".git").read()

    def _copied(self, to: Path) -> Path:
        lab = self.story.lab
        lab.bare("clone", "-q", "-b", "main", lab.url, str(to), at=lab.folder)
        bare(to, "fetch", "-q", "origin", f"+{BRANCH}:{BRANCH}", "+refs/tags/*:refs/tags/*")
        bare(to, "remote", "remove", "origin")
        return to

    def _demand_signatures(self, allowed: Path) -> None:
        allowed.write_text(self.story.allowed)
        self.words = ["--allowed-signers", str(allowed)]
        config = f"version: 1\nmodel: {MODEL}\npromote: {{sign: true, allowed-signers: {allowed.name}}}\n"
        for folder in (self.story.clone.root, self._home):
            (folder / "mlgate.yml").write_text(config)

    def look(self, *, remembers: bool) -> tuple[Finding, ...]:
        """Return what is found in the repository without a remote, which has seen the log or has not."""
        self._seen.parent.mkdir(parents=True, exist_ok=True)
        self._seen.unlink(missing_ok=True)
        if remembers:
            self._seen.write_text(f"{self.alone.original[BRANCH]}\n")
        found = collect(self._place, world(self._home), token=None, allowed=self.allowed, fetch=True)
        return audit(found.snapshot)

    def verify(self, capsys: pytest.CaptureFixture[str], *, remembers: bool) -> tuple[int, list[dict[str, str]]]:
        """Return what the whole command ends with and says, in a clone of the remote."""
        capsys.readouterr()
        clone = self.story.clone if remembers else self.fresh
        status = registry(clone, "verify", "--json", *self.words)
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err
        assert shown.out, shown.err
        return status, json.loads(shown.out)["findings"]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("plain") / "s", sign=False)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("signed") / "s", sign=True)


def chosen(cases: Sequence[Case]) -> list[Any]:
    """Return the cases that are tried now, every few of them by the whole command too."""
    return [pytest.param(case, index % WHOLE == 0, id=case.name) for index, case in enumerate(cases[::STEP])]


def tried(
    scene: Scene, case: Case, capsys: pytest.CaptureFixture[str], key: Path | None = None, *, whole: bool
) -> None:
    """Tamper, and hold that it is found, by name and at the right thing."""
    forger = scene.alone.fresh()
    case.mutate(forger)
    forger.forge(key)
    found = scene.look(remembers=case.remembers)
    assert all(f.message and f.remedy for f in found)
    named = {(f.reason, f.subject) for f in found}
    wanted = case.subject(forger)
    assert {subject for reason, subject in named if reason in case.reasons} & wanted, (case.name, wanted, named)
    if whole:
        by_command(scene, case, capsys, key, named)


def by_command(
    scene: Scene, case: Case, capsys: pytest.CaptureFixture[str], key: Path | None, named: set[tuple[str, str]]
) -> None:
    """Hold that the command says the same of a remote."""
    forger = scene.remote.fresh()
    case.mutate(forger)
    forger.forge(key)
    try:
        status, found = scene.verify(capsys, remembers=case.remembers)
    finally:
        forger.restore()
    assert status == 5, case.name
    assert {(f["reason"], f["subject"]) for f in found if f["reason"] in case.reasons} & named


@pytest.mark.parametrize(("case", "whole"), chosen(mutations.PLAIN))
def test_tampering_is_found(plain: Scene, case: Case, whole: bool, capsys: pytest.CaptureFixture[str]) -> None:
    tried(plain, case, capsys, whole=whole)


@pytest.mark.parametrize(("case", "whole"), chosen(mutations.SIGNED))
def test_tampering_with_signatures_is_found(
    signed: Scene, case: Case, whole: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """All commits after the tampered one are signed anew by the right key: they are not what gives it away."""
    only_this_one = not case.name.startswith("record")

    def sealed(forger: Forger) -> None:
        case.mutate(forger)
        if only_this_one:
            seal(forger, next(i for i, commit in enumerate(forger.commits) if commit.oid is None), signed.key)

    tried(signed, replace(case, mutate=sealed), capsys, None if only_this_one else signed.key, whole=whole)


def seal(forger: Forger, index: int, key: Path | None) -> None:
    """Sign every commit after `index` with the right key, as somebody who has it would."""
    tip = forger.written(forger.commits[index], forger.commits[index - 1].oid if index else None, None)
    forger.commits[index] = replace(forger.commits[index], oid=tip)
    for later in range(index + 1, len(forger.commits)):
        forger.change(later)
        tip = forger.written(forger.commits[later], tip, key)
        forger.commits[later] = replace(forger.commits[later], oid=tip)


@pytest.mark.parametrize(("case", "whole"), chosen(mutations.STRANGERS))
def test_a_stranger_s_signature_is_found(
    signed: Scene, case: Case, whole: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    tried(signed, case, capsys, signed.stranger, whole=whole)


# A folder store


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Story, Path, Path]:
    """Return a registry whose files lie in a folder, the folder, and a copy of it."""
    folder = tmp_path_factory.mktemp("folder")
    story = Story(folder / "s", store="folder").tell()
    pristine = folder / "pristine"
    for model, version in ((MODEL, "v1.0.0"), (OTHER, "v1.0.0"), (MODEL, "v1.1.0")):
        for digest, data in bundle(model, version)[1].items():
            path = pristine / "sha256" / digest[:2] / digest
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    config = f"version: 1\nmodel: {MODEL}\npromote: {{store: {{folder: {folder / 'store'}}}}}\n"
    (story.clone.root / "mlgate.yml").write_text(config)
    return story, folder / "store", pristine


def _altered(path: Path) -> None:
    path.write_bytes(path.read_bytes()[::-1])


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _grown(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def _linked(path: Path) -> None:
    data = path.read_bytes()
    other = path.with_name("elsewhere")
    other.write_bytes(data)
    path.unlink()
    path.symlink_to(other)


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _moved(path: Path) -> None:
    path.rename(path.with_name("f" * 64))


FOLDER: list[tuple[str, str, Callable[[Path], Any], set[str]]] = [  # a file, what happens to it, what is found
    ("model", "deleted", Path.unlink, BLOB_GONE),
    ("report", "deleted", Path.unlink, BLOB_GONE),
    ("model", "altered", _altered, BLOB_OTHER),
    ("profile", "altered", _altered, BLOB_OTHER),
    ("model", "emptied", _emptied, BLOB_OTHER),
    ("model", "cut short", _cut, BLOB_OTHER),
    ("holdout-predictions", "grown", _grown, BLOB_OTHER),
    ("model", "replaced by a link", _linked, BLOB_OTHER | BLOB_GONE),
    ("model", "replaced by a folder", _a_folder, BLOB_OTHER | BLOB_GONE),
    ("model", "under another name", _moved, BLOB_GONE),
    ("profile", "whose folder is gone", lambda path: shutil.rmtree(path.parent), BLOB_GONE),
]


@pytest.mark.parametrize("case", FOLDER, ids=lambda case: f"{case[0]} {case[1]}")
def test_tampering_with_a_folder_is_found(
    stored: tuple[Story, Path, Path],
    case: tuple[str, str, Callable[[Path], Any], set[str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    name, what, tamper, reasons = case
    story, store, pristine = stored
    shutil.rmtree(store, ignore_errors=True)
    shutil.copytree(pristine, store)
    digest = bundle(MODEL, "v1.1.0")[0][list(FILES).index(name)].digest
    tamper(store / "sha256" / digest[:2] / digest)
    capsys.readouterr()
    assert registry(story.clone, "verify", "--json") == 5, what
    found = json.loads(capsys.readouterr().out)["findings"]
    gone = (
        {f"blob {path.name}" for path in (pristine / "sha256" / digest[:2]).iterdir()} if "folder is" in what else set()
    )
    assert {f["subject"] for f in found if f["reason"] in reasons} == {f"blob {digest}", *gone}


def test_nothing_is_wrong_with_a_folder_as_mlgate_writes_it(stored: tuple[Story, Path, Path]) -> None:
    story, store, pristine = stored
    shutil.rmtree(store, ignore_errors=True)
    shutil.copytree(pristine, store)
    assert registry(story.clone, "verify") == 0


# How many


def test_there_are_more_than_two_hundred_ways(capsys: pytest.CaptureFixture[str]) -> None:
    groups = (mutations.PLAIN, mutations.SIGNED, mutations.STRANGERS)
    names = [case.name for cases in groups for case in cases] + [f"folder: {f[0]} {f[1]}" for f in FOLDER]
    assert len(set(names)) == len(names)
    now = sum(len(cases[::STEP]) for cases in groups) + len(FOLDER)
    with capsys.disabled():
        sys.stdout.write(f"\nways to tamper that `verify` has to find: {len(names)}, of which now {now} were tried\n")
    assert now >= 200


@pytest.mark.parametrize("which", ["plain", "signed"])
def test_nothing_is_wrong_with_a_registry_as_mlgate_writes_it(
    which: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    scene = request.getfixturevalue(which)
    scene.alone.restore()
    assert scene.look(remembers=True) == scene.look(remembers=False) == ()
    assert scene.verify(capsys, remembers=True) == (0, [])
    assert registry(scene.story.clone, "verify", *scene.words) == 0
    text = capsys.readouterr().out
    assert text.startswith("Nothing is wrong: 8 records, 8 commits, 7 tags, 12 blobs, 3 pages")
    assert ("8 signatures" in text) == (which == "signed")
