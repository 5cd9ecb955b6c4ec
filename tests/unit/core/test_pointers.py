"""Pointers of Git LFS and DVC: what they name, and for which file."""

from __future__ import annotations

import hashlib

import pytest

from mlgate.core import pointers
from mlgate.core.pointers import Tool
from mlgate.errors import ConfigError

SHA = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
MD5 = "5eb73cb2ca23e46bcf400e2aa19928bb"
LFS = f"version https://git-lfs.github.com/spec/v1\noid sha256:{SHA}\nsize 12345\n".encode()


def dvc(path: str, digest: str = MD5, more: str = "  hash: md5\n", wdir: str = "") -> bytes:
    return f"{wdir}outs:\n- md5: {digest}\n  size: 11\n{more}  path: {path}\n".encode()


def test_a_pointer_of_git_lfs() -> None:
    found = pointers.lfs(LFS)
    assert found is not None
    assert (found.tool, found.digest, found.size) == (Tool.LFS, SHA, 12345)


@pytest.mark.parametrize(
    "line",
    ["version https://hawser.github.com/spec/v1", "version https://git-lfs.github.com/spec/v1\next-0-x sha256:00"],
)
def test_older_and_extended_pointers_of_git_lfs(line: str) -> None:
    assert pointers.lfs(f"{line}\noid sha256:{SHA}\nsize 1\n".encode()) is not None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"id,x\n1,2\n",
        LFS.replace(b"sha256:", b"sha1:"),
        LFS.replace(SHA.encode(), SHA[:-1].encode()),
        LFS.replace(b"size 12345\n", b""),
        LFS.replace(b"12345", b"-1"),
        LFS.replace(b"git-lfs.github.com", b"example.org"),
        LFS + b"x" * 1024,
        b"version \xff\n",
        b"version ",
    ],
)
def test_other_bytes_are_no_pointer_of_git_lfs(data: bytes) -> None:
    assert pointers.lfs(data) is None


def test_a_dvc_file_stands_for_what_lies_beside_it() -> None:
    (found,) = pointers.of_dvc_file(dvc("train.csv"), "data/train.csv.dvc")
    assert (found.tool, found.path, found.digest, found.size) == (Tool.DVC, "data/train.csv", MD5, 11)
    assert not found.is_folder
    assert not found.is_of_lines


def test_a_dvc_file_may_have_another_working_folder() -> None:
    (found,) = pointers.of_dvc_file(dvc("train.csv", wdir="wdir: ../raw\n"), "data/train.csv.dvc")
    assert found.path == "raw/train.csv"


def test_before_version_3_of_dvc_the_digest_is_over_lines() -> None:
    (found,) = pointers.of_dvc_file(dvc("train.csv", more=""), "train.csv.dvc")
    assert found.is_of_lines


def test_outputs_outside_of_the_repository_are_left_out() -> None:
    assert pointers.of_dvc_file(dvc("s3://bucket/train.csv"), "train.csv.dvc") == ()


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 1),
        (b"outs:\n", 1),
        (b"outs: []\n", 1),
        (b"outs: 3\n", 1),
        (b"outs: [1]\n", 1),
        (b"[]\n", 1),
        (b"- a\n", 1),
        (dvc("a").replace(b"outs", b"wdir: 3\nouts"), 1),
        (dvc("''"), 2),
        (dvc("a", "short"), 2),
        (dvc("a", MD5.upper()), 2),
        (b"outs:\n- path: a\n", 2),
        (b"outs:\n- path: a\n  etag: abc\n", 2),
        (b"outs:\n- {path: b, md5: " + MD5.encode() + b"}\n- path: a\n", 3),
        (b"outs:\n- {path: a, files: [{relpath: 1.csv, etag: abc}]}\n", 2),
    ],
)
def test_a_dvc_file_that_fixes_nothing_is_refused(data: bytes, line: int) -> None:
    with pytest.raises(ConfigError, match=rf"a\.dvc:{line}:\d"):
        pointers.of_dvc_file(data, "a.dvc")


def test_files_that_a_remote_versions_have_digests_of_their_own() -> None:
    files = f"  files:\n  - relpath: a/1.csv\n    md5: {MD5}\n    size: 11\n    cloud: {{}}\n"
    (found,) = pointers.of_dvc_file(f"outs:\n- hash: md5\n  path: parts\n{files}".encode(), "data/parts.dvc")
    assert (found.path, found.digest, found.size, found.is_folder) == ("data/parts/a/1.csv", MD5, 11, False)
    assert not found.is_of_lines


def test_a_broken_dvc_file_names_its_place() -> None:
    with pytest.raises(ConfigError, match=r"a\.dvc:1:\d"):
        pointers.of_dvc_file(b"outs: [", "a.dvc")


LOCK = f"""\
schema: '2.0'
stages:
  make:
    cmd: python make.py
    deps:
    - {{path: raw.csv, hash: md5, md5: {"0" * 32}}}
    outs:
    - {{path: out/features.csv, hash: md5, md5: {MD5}, size: 11}}
    - {{path: parts, hash: md5, md5: {MD5}.dir, size: 11, nfiles: 2}}
""".encode()


def test_a_dvc_lock_stands_for_the_outputs_of_its_stages_alone() -> None:
    found = pointers.of_dvc_lock(LOCK, "pipe/dvc.lock")
    assert [(item.path, item.is_folder) for item in found] == [("pipe/out/features.csv", False), ("pipe/parts", True)]


@pytest.mark.parametrize(
    ("path", "file", "target"),
    [
        ("data/train.csv", "data/train.csv.dvc", "data/train.csv.dvc"),
        ("data/parts/a/1.csv", "data/parts.dvc", "data/parts.dvc"),
        ("pipe/out/features.csv", "pipe/dvc.lock", "pipe/out/features.csv"),
        ("pipe/parts/1.csv", "pipe/dvc.lock", "pipe/parts"),
    ],
)
def test_the_pointer_of_a_file_is_found(path: str, file: str, target: str) -> None:
    files = {
        "data/train.csv.dvc": dvc("train.csv"),
        "data/parts.dvc": dvc("parts", f"{MD5}.dir"),
        "pipe/dvc.lock": LOCK,
    }
    found = pointers.find(path, files.get)
    assert found is not None
    assert (found.file, found.target()) == (file, target)


@pytest.mark.parametrize(
    ("path", "other", "digest", "line"),
    [
        ("pipe/out/features.csv", "pipe/parts/1.csv", f"md5: {MD5}, ", 8),
        ("pipe/parts/1.csv", "pipe/out/features.csv", f"md5: {MD5}.dir, ", 9),
    ],
)
def test_an_output_of_a_lock_without_a_digest_is_refused_where_it_is_asked_for(
    path: str, other: str, digest: str, line: int
) -> None:
    files = {"pipe/dvc.lock": LOCK.replace(digest.encode(), b"etag: abc, ")}
    assert pointers.find(other, files.get) is not None
    with pytest.raises(ConfigError, match="this output has no `md5`") as raised:
        pointers.find(path, files.get)
    assert raised.value.problems[0].line == line


def test_a_pointer_to_another_file_is_not_taken() -> None:
    assert pointers.find("data/test.csv", {"data/test.csv.dvc": dvc("train.csv")}.get) is None


def test_a_file_is_not_below_a_pointer_to_a_file() -> None:
    assert pointers.find("data/parts/1.csv", {"data/parts.dvc": dvc("parts")}.get) is None


def test_the_digest_of_a_folder_is_that_of_dvc() -> None:
    # Written by `dvc add` of DVC 3: the list and its md5.
    digests = {
        "é/z": "764efa883dda1e11db47671c4a3bbd9e",
        "p2.csv": "30507100e4d2a00a71d92a66404cf627",
        "p1.csv": "5d02e4d2354eae28589766cca211477d",
    }
    data = pointers.listing(digests)
    assert hashlib.md5(data, usedforsecurity=False).hexdigest() == "45468f66798ac1a1d1bcdc1545124609"
    assert pointers.listed(data) == digests


@pytest.mark.parametrize("data", [b"{", b"3", b'[{"md5": "x"}]', b"[1]", b"\xff"])
def test_what_is_no_list_of_a_folder(data: bytes) -> None:
    assert pointers.listed(data) is None
