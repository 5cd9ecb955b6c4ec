"""The run folder may come from the pull request, or be a folder that the user keeps: neither is written to."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.repository import Repository

from mlgate.errors import InputError, UsageError
from mlgate.shell.report_file import read_report
from mlgate.shell.run_folder import IGNORE, RunFolder

if TYPE_CHECKING:
    from pathlib import Path


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "mlgate-run").symlink_to(outside)
    with pytest.raises(UsageError, match="is a link"):
        RunFolder(tmp_path / "mlgate-run").prepare()
    assert not list(outside.iterdir())


def test_nothing_is_written_in_git_s_own_folder(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(UsageError, match=r"\.git"):
        RunFolder(tmp_path / ".git" / "run").prepare()


@pytest.mark.parametrize("name", ["base.json", ".gitignore"])
def test_a_folder_of_the_user_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("*\n")
    with pytest.raises(UsageError, match="did not write"):
        RunFolder(tmp_path).prepare()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_committed_folder_is_not_used(tmp_path: Path) -> None:
    """Its documents could have been written by the pull request."""
    repository = Repository.new(tmp_path / "repository")
    repository.write({"mlgate-run/.gitignore": IGNORE, "mlgate-run/data.json": "{}"})
    repository.git("add", "--force", "mlgate-run")
    repository.commit()
    with pytest.raises(UsageError, match="is committed"):
        RunFolder(repository.root / "mlgate-run").prepare()


def test_a_file_is_no_run_folder(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(UsageError, match="cannot be used"):
        RunFolder(tmp_path / "run").prepare()


def test_a_scratch_folder_is_made_anew_and_a_link_there_removed(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.prepare()
    folder.prepare()
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("")
    (folder.path / "compare").symlink_to(kept)
    assert not list(folder.fresh("compare").iterdir())
    assert not (folder.path / "compare").is_symlink()
    assert (kept / "file").exists()


def test_a_committed_report_is_no_report(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "report.json").write_text("{}")
    assert read_report(tmp_path / "run", len) == 2
    subprocess.run(["git", "-C", str(tmp_path), "add", "-f", "run"], check=True)
    with pytest.raises(InputError, match="is committed"):
        read_report(tmp_path / "run", len)
