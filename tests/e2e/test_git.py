"""Questions to the real git: odd paths, links, shallow clones, and nothing that leaks into its environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.repository import Repository, environment

from mlgate.errors import BaseUnreadableError, OutsideError
from mlgate.shell.git.environment import Secret
from mlgate.shell.git.repository import Change, Git, inside

if TYPE_CHECKING:
    from pathlib import Path

ODD = "a b/zażółć\nline.txt"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.new(tmp_path / "répo with space")


def git_of(repository: Repository) -> Git:
    git = Git.discover(repository.root, environment())
    assert git is not None
    return git


def test_discovers_from_a_folder_that_is_not_there(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": "1"})
    git = Git.discover(repository.root / "no" / "such", environment())
    assert git is not None
    assert git.root == repository.root.resolve()
    assert Git.discover(tmp_path, environment(GIT_CEILING_DIRECTORIES=str(tmp_path.parent))) is None


def test_without_git_there_is_no_repository(repository: Repository, tmp_path: Path) -> None:
    assert Git.discover(repository.root, environment(PATH=str(tmp_path))) is None


def test_reads_paths_with_spaces_letters_and_line_ends(repository: Repository) -> None:
    commit = repository.commit({ODD: "content\n", "plain": b"\x00\xff", "*.txt": "star", "-x": "dash"})
    git = git_of(repository)
    assert git.show(commit, ODD) == b"content\n"
    assert git.show(commit, "plain") == b"\x00\xff"
    assert git.show(commit, "./plain") == b"\x00\xff"
    assert git.show(commit, "a b") is None
    assert git.show(commit, "absent") is None
    assert git.show(commit, "../outside") is None
    assert git.show(commit, "/etc/passwd") is None
    assert [entry.path for entry in git.entries(commit, [ODD, "*.txt", "-x"])] == ["*.txt", "-x", ODD]
    assert git.blob(commit, ODD) == git.entries(commit, [ODD])[0].oid


def test_an_empty_file_is_not_an_absent_one(repository: Repository) -> None:
    commit = repository.commit({"empty": ""})
    assert git_of(repository).show(commit, "empty") == b""


def test_follows_links_inside_the_tree_only(repository: Repository) -> None:
    repository.write({"folder/real": "text"})
    (repository.root / "link").symlink_to("folder/real")
    (repository.root / "through").symlink_to("folder")
    (repository.root / "out").symlink_to("/etc/hostname")
    (repository.root / "dangling").symlink_to("nowhere")
    commit = repository.commit()
    git = git_of(repository)
    assert git.show(commit, "link") == b"text"
    assert git.show(commit, "through/real") == b"text"
    assert git.show(commit, "out") is None
    assert git.show(commit, "dangling") is None


def test_a_commit_that_is_absent_is_not_an_empty_one(repository: Repository) -> None:
    repository.commit({"a": "1"})
    git = git_of(repository)
    with pytest.raises(BaseUnreadableError, match="is not in this clone") as caught:
        git.show("1" * 40, "a")
    assert "fetch-depth: 2" in caught.value.remedy


def test_a_folder_is_one_entry_and_the_root_one_too(repository: Repository) -> None:
    commit = repository.commit({"src/a.py": "1", "src/b/c.py": "2", "top": "3"})
    git = git_of(repository)
    assert [(e.path, e.kind) for e in git.entries(commit, ["src/", "top"])] == [("src", "tree"), ("top", "blob")]
    assert git.entries(commit, ["."])[0].oid == git.tree(commit)
    assert {"src", "src/a.py", "src/b", "top"} < {e.path for e in git.all_entries(commit)}


def test_status_names_tracked_and_untracked_paths(repository: Repository) -> None:
    repository.commit({"a": "1", "gone": "2", ".gitignore": "ignored\n"})
    repository.write({"a": "changed", "gone": None, ODD: "new", "ignored": "x"})
    assert set(git_of(repository).status()) == {
        Change(path="a", tracked=True),
        Change(path="gone", tracked=True),
        Change(path=ODD, tracked=False),
    }


def test_parents_are_known_where_history_was_cut(repository: Repository, tmp_path: Path) -> None:
    base = repository.commit({"a": "1"})
    repository.branch("work")
    head = repository.commit({"b": "2"})
    repository.merge_commit("work")
    clone = repository.clone(tmp_path / "clone", "refs/pull/1/merge", depth=1)
    git = git_of(clone)
    assert git.is_shallow()
    assert git.parents(str(git.resolve("HEAD"))) == (base, head)
    assert not git.has(base)
    assert git.merge_base("HEAD", base) is None


def test_variables_of_a_hook_do_not_point_elsewhere(repository: Repository, tmp_path: Path) -> None:
    commit = repository.commit({"a": "1"})
    env = environment(GIT_DIR=str(tmp_path / "other"), GIT_INDEX_FILE="/dev/null", GIT_EXTERNAL_DIFF="false")
    git = Git.discover(repository.root, env)
    assert git is not None
    assert git.resolve("HEAD") == commit
    assert git.status() == ()


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="needs root, to give the folder to another user")
def test_a_folder_of_another_user_is_named_with_the_remedy(repository: Repository) -> None:
    repository.commit({"a": "1"})
    os.chown(repository.root, 12345, 12345)
    os.chown(repository.root / ".git", 12345, 12345)
    with pytest.raises(OutsideError, match="belongs to another user") as caught:
        Git.discover(repository.root, environment())
    assert f'git config --global --add safe.directory "{repository.root.resolve()}"' in caught.value.remedy


def test_a_bare_repository_is_no_checkout(tmp_path: Path) -> None:
    Repository(tmp_path).git("init", "-q", "--bare", "bare.git")
    with pytest.raises(OutsideError, match="is a bare repository") as caught:
        Git.discover(tmp_path / "bare.git", environment())
    assert "git clone" in caught.value.remedy


def test_a_secret_reaches_git_by_its_environment_beside_other_settings() -> None:
    secret = Secret(url="https://example.org/", token="sesame")
    given = secret.environment({"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "a.b", "GIT_CONFIG_VALUE_0": "c"})
    assert given["GIT_CONFIG_COUNT"] == "3"
    assert given["GIT_CONFIG_KEY_1"] == given["GIT_CONFIG_KEY_2"] == "http.https://example.org/.extraheader"
    assert given["GIT_CONFIG_VALUE_1"] == ""
    assert given["GIT_CONFIG_VALUE_2"].startswith("AUTHORIZATION: basic ")
    assert "GIT_CONFIG_KEY_0" not in given
    assert "sesame" not in repr(secret)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", ""),
        (".", ""),
        ("a/../b", "b"),
        ("a//b/", "a/b"),
        ("..", None),
        ("../a", None),
        ("/a", None),
        ("..a", "..a"),
    ],
)
def test_paths_stay_inside(path: str, expected: str | None) -> None:
    assert inside(path) == expected
