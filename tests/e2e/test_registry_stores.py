"""The three stores: real folders, a real git remote, and the fake GitHub held against its published description."""

from __future__ import annotations

import hashlib
import os
import re
import resource
from typing import TYPE_CHECKING

import pytest
from tests.fake_github.openapi import violations
from tests.fake_github.releases import ELSEWHERE
from tests.fake_github.server import FakeGitHub, Trouble
from tests.registries import BRANCH, Lab, next_version

from mlgate.errors import OutsideError, UsageError
from mlgate.shell.forge.client import Forge
from mlgate.shell.forge.releases import Releases
from mlgate.shell.registry.stores import blob, open_store
from mlgate.shell.registry.stores.folder import FolderStore
from mlgate.shell.registry.stores.release import ReleaseStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "ghs_secret-token"
DATA = b"the bytes that passed " * 4000
DIGEST = hashlib.sha256(DATA).hexdigest()
TAG = "flight-delays@v1.0.0"
LABEL = "flight-delays v1.0.0, model.skops"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.skops"
    path.write_bytes(DATA)
    return path


def reason(raised: pytest.ExceptionInfo[OutsideError]) -> str:
    return raised.value.reason


# Folder


@pytest.fixture
def folder(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store" / "deep")


def place(folder: FolderStore) -> Path:
    return folder.root / "sha256" / DIGEST[:2] / DIGEST


def test_a_folder_gives_back_what_it_was_given(folder: FolderStore, model: Path, tmp_path: Path) -> None:
    folder.put(DIGEST, model)
    assert [p.name for p in place(folder).parent.iterdir()] == [DIGEST]
    assert folder.has(DIGEST, len(DATA))
    folder.get(DIGEST, len(DATA), tmp_path / "out" / "model.skops", label=LABEL)
    assert (tmp_path / "out" / "model.skops").read_bytes() == DATA


def test_a_blob_is_written_once(folder: FolderStore, model: Path) -> None:
    folder.put(DIGEST, model)
    before = place(folder).stat()
    folder.put(DIGEST, model)
    after = place(folder).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_folder_that_forgets_names_version_and_file(folder: FolderStore, model: Path, tmp_path: Path) -> None:
    for _ in range(2):  # the store is not there; its blob is not there
        with pytest.raises(OutsideError, match=re.escape(LABEL)) as raised:
            folder.get(DIGEST, len(DATA), tmp_path / "out", label=LABEL)
        assert reason(raised) == "blob-missing"
        assert not folder.has(DIGEST, len(DATA))
        folder.put(DIGEST, model)
        place(folder).unlink()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("wrong", [DATA[:-1], DATA + b"!", DATA[:-1] + b"!", b""])
def test_altered_bytes_are_found_and_replaced(folder: FolderStore, model: Path, tmp_path: Path, wrong: bytes) -> None:
    folder.put(DIGEST, model)
    place(folder).write_bytes(wrong)
    assert not folder.has(DIGEST, len(DATA))
    with pytest.raises(OutsideError, match="other bytes") as raised:
        folder.get(DIGEST, len(DATA), tmp_path / "out", label=LABEL)
    assert reason(raised) == "blob-altered"
    assert not (tmp_path / "out").exists()
    folder.put(DIGEST, model)
    assert place(folder).read_bytes() == DATA


def test_a_link_in_the_place_of_a_blob_is_not_followed(folder: FolderStore, model: Path, tmp_path: Path) -> None:
    folder.put(DIGEST, model)
    place(folder).unlink()
    place(folder).symlink_to(model)
    assert not folder.has(DIGEST, len(DATA))
    with pytest.raises(OutsideError) as raised:
        folder.get(DIGEST, len(DATA), tmp_path / "out")
    assert reason(raised) == "blob-altered"
    folder.put(DIGEST, model)
    assert not place(folder).is_symlink()
    assert place(folder).read_bytes() == DATA
    assert model.read_bytes() == DATA


@pytest.mark.parametrize("above", ["sha256", f"sha256/{DIGEST[:2]}"])
def test_a_link_above_a_blob_is_not_followed(folder: FolderStore, model: Path, tmp_path: Path, above: str) -> None:
    (tmp_path / "outside").mkdir()
    (folder.root / above).parent.mkdir(parents=True)
    (folder.root / above).symlink_to(tmp_path / "outside")
    with pytest.raises(OutsideError) as raised:
        folder.put(DIGEST, model)
    assert reason(raised) == "store-failed"
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize("kind", ["fifo", "folder"])
def test_what_is_no_file_is_altered(folder: FolderStore, tmp_path: Path, kind: str) -> None:
    place(folder).parent.mkdir(parents=True)
    if kind == "fifo":
        os.mkfifo(place(folder))
    else:
        place(folder).mkdir()
    with pytest.raises(OutsideError) as raised:
        folder.get(DIGEST, len(DATA), tmp_path / "out")
    assert reason(raised) == "blob-altered"


def test_a_full_disk_leaves_nothing_half_written(folder: FolderStore, model: Path, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(DATA) // 2, hard))
    try:
        with pytest.raises(OutsideError, match=r"model\.skops") as raised:
            folder.put(DIGEST, model)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert reason(raised) == "store-failed"
    assert list(place(folder).parent.iterdir()) == []
    folder.put(DIGEST, model)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(DATA) // 2, hard))
    try:
        with pytest.raises(OutsideError) as raised:
            folder.get(DIGEST, len(DATA), tmp_path / "new" / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert reason(raised) == "store-failed"
    assert list((tmp_path / "new").iterdir()) == []


def test_a_file_that_changed_since_it_was_hashed_is_refused(folder: FolderStore, model: Path) -> None:
    model.write_bytes(DATA[:-1] + b"?")
    with pytest.raises(OutsideError, match="another digest"):
        folder.put(DIGEST, model)
    assert list(place(folder).parent.iterdir()) == []


@pytest.mark.parametrize("digest", ["../../etc/passwd", "A" * 64, "a" * 63, ""])
def test_a_digest_is_no_path(digest: str) -> None:
    with pytest.raises(ValueError, match="no sha256"):
        blob.checked(digest)


# Branch


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def test_the_branch_carries_blobs_in_the_push_of_the_record(lab: Lab, model: Path, tmp_path: Path) -> None:
    journal = lab.journal(lab.clone("writer"))
    branch = open_store("branch", journal=journal)
    assert not branch.has(DIGEST, len(DATA))
    branch.put(DIGEST, model)
    assert not branch.has(DIGEST, len(DATA))
    journal.append(next_version(lab.code), branch.blobs())
    assert f"blobs/sha256/{DIGEST[:2]}/{DIGEST}" in lab.bare("ls-tree", "-r", "--name-only", BRANCH).split()
    reader = lab.journal(lab.clone("reader", 1))
    reader.read()
    read = open_store("branch", journal=reader)
    assert read.has(DIGEST, len(DATA))
    read.get(DIGEST, len(DATA), tmp_path / "out", label=LABEL)
    assert (tmp_path / "out").read_bytes() == DATA
    with pytest.raises(OutsideError, match=re.escape(LABEL)) as raised:
        read.get("0" * 64, 1, tmp_path / "other", label=LABEL)
    assert reason(raised) == "blob-missing"


def test_a_branch_whose_blob_was_altered_names_version_and_file(lab: Lab, model: Path, tmp_path: Path) -> None:
    journal = lab.journal(lab.clone("writer"))
    branch = open_store("branch", journal=journal)
    branch.put(DIGEST, model)
    journal.append(next_version(lab.code), branch.blobs())
    forged = lab.clone("forger")
    forged.git("fetch", "-q", "origin", BRANCH)
    forged.git("checkout", "-q", "FETCH_HEAD")
    forged.commit({f"blobs/sha256/{DIGEST[:2]}/{DIGEST}": b"others"}, "forge")
    forged.git("push", "-q", "origin", f"HEAD:{BRANCH}")
    reader = lab.journal(lab.clone("reader"))
    reader.read()
    with pytest.raises(OutsideError, match=re.escape(LABEL)) as raised:
        open_store("branch", journal=reader).get(DIGEST, len(DATA), tmp_path / "out", label=LABEL)
    assert reason(raised) == "blob-altered"
    assert not (tmp_path / "out").exists()


def test_a_file_too_large_for_a_branch_gets_the_remedy(lab: Lab, tmp_path: Path) -> None:
    with (tmp_path / "large.onnx").open("wb") as file:
        file.truncate(50_000_001)
    with pytest.raises(OutsideError, match=r"large\.onnx has 50\.0 MB") as raised:
        open_store("branch", journal=lab.journal(lab.clone("c"))).put(DIGEST, tmp_path / "large.onnx")
    assert reason(raised) == "store-failed"
    assert "promote.store: release" in raised.value.remedy


@pytest.mark.parametrize(("kind", "needed"), [("folder", "promote.store"), ("release", "github-token")])
def test_a_store_that_lacks_what_it_needs_says_what(lab: Lab, kind: str, needed: str) -> None:
    with pytest.raises(UsageError) as raised:
        open_store(kind, journal=lab.journal(lab.clone("c")))
    assert needed in raised.value.remedy


# Releases


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub().serve() as fake:
        yield fake
        found = violations(e for e in fake.exchanges if not e.path.startswith(ELSEWHERE))
        # GitHub's prose has the state `starter`, its schema has not.
        assert [line for line in found if "'starter' is not one of" not in line] == []


def store(github: FakeGitHub, *, tag: str | None = None, key: str = "k", part_bytes: int = 10**9) -> ReleaseStore:
    forge = Forge(url=github.url, token=TOKEN, sleep=lambda _: None, calls_left=100)
    return ReleaseStore(Releases(forge, github.repository), tag=tag, key=key, part_bytes=part_bytes)


def promote(github: FakeGitHub, model: Path, *, part_bytes: int = 10**9) -> None:
    release = store(github, part_bytes=part_bytes)
    release.put(DIGEST, model)
    release.publish(TAG, title="flight-delays v1.0.0", text="AUC 0.81")


def writes(github: FakeGitHub) -> list[str]:
    return [e.method for e in github.exchanges if e.method != "GET"]


@pytest.mark.parametrize("tag", [TAG, None, "flight-delays@v9.0.0"])
def test_a_release_gives_back_what_it_was_given(
    github: FakeGitHub, model: Path, tmp_path: Path, tag: str | None
) -> None:
    promote(github, model)
    (release,) = github.releases.releases.values()
    assert (release["tag_name"], release["draft"]) == (TAG, False)
    reader = store(github, tag=tag)
    assert reader.has(DIGEST, len(DATA))
    reader.get(DIGEST, len(DATA), tmp_path / "out", label=LABEL)
    assert (tmp_path / "out").read_bytes() == DATA


def test_people_see_the_files_names(github: FakeGitHub, model: Path) -> None:
    release = store(github)
    release.put(DIGEST, model.rename(model.with_name(DIGEST)), name="model v1 (final).skops")
    assert [a["name"] for a in github.releases.assets.values()] == [f"sha256-{DIGEST}-model-v1-final-.skops"]


def test_the_token_does_not_follow_to_another_host(github: FakeGitHub, model: Path, tmp_path: Path) -> None:
    promote(github, model)
    store(github, tag=TAG).get(DIGEST, len(DATA), tmp_path / "out")
    elsewhere = [e for e in github.exchanges if e.path.startswith(ELSEWHERE)]
    assert len(elsewhere) == 1
    assert "authorization" not in elsewhere[0].headers


def test_an_upload_to_a_strange_host_gets_no_token(github: FakeGitHub, model: Path) -> None:
    github.releases.upload_host = "https://uploads.example.org"
    with pytest.raises(OutsideError, match=r"uploads\.example\.org") as raised:
        store(github).put(DIGEST, model)
    assert reason(raised) == "store-failed"


def test_before_it_is_published_nobody_else_sees_it(github: FakeGitHub, model: Path) -> None:
    store(github).put(DIGEST, model)
    github.tokens["ghs_read-only"] = "mona"
    forge = Forge(url=github.url, token="ghs_read-only")
    assert not ReleaseStore(Releases(forge, github.repository)).has(DIGEST, len(DATA))
    assert store(github).has(DIGEST, len(DATA))


def test_a_draft_of_a_run_that_died_is_found_and_used(github: FakeGitHub, model: Path) -> None:
    store(github).put(DIGEST, model)
    store(github, key="another").put(DIGEST, model)
    before = len(github.exchanges)
    promote(github, model)
    assert [e.method for e in github.exchanges[before:] if e.method != "GET"] == ["PATCH"]
    assert [r["draft"] for r in github.releases.releases.values()] == [False, True]


def test_a_run_that_died_before_it_published_is_completed(github: FakeGitHub, model: Path) -> None:
    store(github).put(DIGEST, model)
    for _ in range(2):
        store(github).publish(TAG, title="t", text="x")
    assert writes(github) == ["POST", "POST", "PATCH"]


@pytest.mark.parametrize("broken", [1, 3])
def test_a_half_uploaded_asset_is_replaced(github: FakeGitHub, model: Path, tmp_path: Path, broken: int) -> None:
    github.releases.broken_uploads = broken
    promote(github, model)
    assert [a["state"] for a in github.releases.assets.values()] == ["uploaded"]
    assert writes(github).count("DELETE") == broken
    store(github, tag=TAG).get(DIGEST, len(DATA), tmp_path / "out")


def test_a_forge_that_keeps_failing_is_named(github: FakeGitHub, model: Path) -> None:
    github.releases.broken_uploads = 99
    with pytest.raises(OutsideError, match=r"model\.skops.*502") as raised:
        store(github).put(DIGEST, model)
    assert reason(raised) == "store-failed"


def test_an_upload_whose_answer_was_lost_is_recognised(github: FakeGitHub, model: Path) -> None:
    uploader = store(github)
    uploader.publish(TAG, title="t", text="x")
    github.trouble.append(Trouble(status=502, method="POST", after=True, times=0))
    lost = github.trouble[0]
    github.gate = lambda method, path: setattr(lost, "times", int(method == "POST" and path.endswith("/assets")))
    uploader.put(DIGEST, model)
    assert [a["state"] for a in github.releases.assets.values()] == ["uploaded"]
    assert writes(github).count("DELETE") == 0


def test_an_asset_with_other_bytes_is_replaced_on_put(github: FakeGitHub, model: Path) -> None:
    store(github).put(DIGEST, model)
    (asset,) = github.releases.assets.values()
    asset["digest"] = f"sha256:{'0' * 64}"
    store(github).put(DIGEST, model)
    assert [a["digest"] for a in github.releases.assets.values()] == [f"sha256:{DIGEST}"]


def test_an_asset_of_the_right_size_that_is_not_complete_is_replaced(github: FakeGitHub, model: Path) -> None:
    store(github).put(DIGEST, model)
    (asset,) = github.releases.assets.values()
    asset["state"] = "starter"
    assert not store(github).has(DIGEST, len(DATA))
    store(github).put(DIGEST, model)
    assert [a["state"] for a in github.releases.assets.values()] == ["uploaded"]


def test_a_forge_without_digests_is_read_back(github: FakeGitHub, model: Path) -> None:
    github.releases.with_digests = False
    promote(github, model)
    github.releases.lying = "model"
    with pytest.raises(OutsideError, match="other bytes") as raised:
        store(github, key="next").put(DIGEST, model)
    assert reason(raised) == "store-failed"


def test_a_release_that_forgets_or_lies_names_version_and_file(github: FakeGitHub, model: Path, tmp_path: Path) -> None:
    promote(github, model)
    github.releases.lying = "model"
    with pytest.raises(OutsideError, match=re.escape(LABEL)) as raised:
        store(github, tag=TAG).get(DIGEST, len(DATA), tmp_path / "out", label=LABEL)
    assert reason(raised) == "blob-altered"
    github.releases.assets.clear()
    with pytest.raises(OutsideError, match=re.escape(LABEL)) as raised:
        store(github, tag=TAG).get(DIGEST, len(DATA), tmp_path / "out", label=LABEL)
    assert reason(raised) == "blob-missing"
    assert not (tmp_path / "out").exists()


def test_a_large_file_is_divided_and_put_together(github: FakeGitHub, model: Path, tmp_path: Path) -> None:
    promote(github, model, part_bytes=30_000)
    assert [a["size"] for a in github.releases.assets.values()] == [30_000, 30_000, len(DATA) - 60_000]
    reader = store(github, tag=TAG)
    assert reader.has(DIGEST, len(DATA))
    reader.get(DIGEST, len(DATA), tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == DATA
    del github.releases.assets[max(github.releases.assets)]
    assert not reader.has(DIGEST, len(DATA))


def test_it_is_found_among_many_releases(github: FakeGitHub, model: Path, tmp_path: Path) -> None:
    promote(github, model)
    github.releases.page = 3
    for i in range(10):
        other = store(github, key=f"other {i}")
        (tmp_path / "x").write_bytes(b"%d" % i)
        other.put(hashlib.sha256(b"%d" % i).hexdigest(), tmp_path / "x")
    store(github).get(DIGEST, len(DATA), tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == DATA


def test_a_token_that_may_not_write_gets_the_remedy(github: FakeGitHub, model: Path) -> None:
    github.may_write.clear()
    with pytest.raises(OutsideError, match="contents: write") as raised:
        store(github).put(DIGEST, model)
    assert reason(raised) == "store-failed"


def test_an_unreachable_forge_is_named(model: Path, tmp_path: Path) -> None:
    forge = Forge(url="http://127.0.0.1:9", token=TOKEN, sleep=lambda _: None)
    gone = ReleaseStore(Releases(forge, "octo/flights"))
    with pytest.raises(OutsideError, match="cannot be reached") as raised:
        gone.put(DIGEST, model)
    assert reason(raised) == "store-failed"
    with pytest.raises(OutsideError, match="cannot be reached") as raised:
        gone.get(DIGEST, 1, tmp_path / "out")
    assert reason(raised) == "store-failed"


def test_a_promotion_makes_few_calls(github: FakeGitHub, model: Path) -> None:
    promote(github, model)
    assert len(github.exchanges) <= 5
