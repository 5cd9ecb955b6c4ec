"""`mlgate data lock`, and what is held against the file that it writes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.test_validate_data import CONTRACT, CSV, validate
from tests.repository import Repository, environment, pull_request

from mlgate.main import main

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
version: 1
tables:
  train: {path: "parts/*.csv", contract: c.yml}
  holdout: {path: holdout.csv, contract: c.yml}
"""
OTHER = CSV.replace("00", "01")
FILES: dict[str, Any] = {"parts/1.csv": CSV, "parts/2.csv": OTHER, "holdout.csv": CSV}


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    """A repository that ignores its data."""
    repository = Repository.new(tmp_path / "project")
    ignored = "mlgate-run/\nparts/\nholdout.csv\ncurrent.csv\n"
    repository.commit({"mlgate.yml": CONFIG, "c.yml": CONTRACT, ".gitignore": ignored})
    repository.write(FILES)
    return repository


def lock(repository: Repository, *words: str) -> int:
    return main(["data", "lock", *words], env=environment(), cwd=repository.root)


def reasons(repository: Repository, table: str, **env: str) -> list[str]:
    return [finding["reason"] for finding in validate(repository.root, **env).findings(table)]


def test_it_writes_a_line_for_each_file(project: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert lock(project) == 0
    assert capsys.readouterr().out == "Wrote mlgate.lock: 2 tables, 3 files. Commit it with the data.\n"
    assert (project.root / "mlgate.lock").read_text().splitlines()[1:] == [
        "version: 1",
        "tables:",
        "  holdout:",
        "    rows: 3",
        "    files:",
        f'      "holdout.csv": sha256:{sha(CSV)}',
        "  train:",
        "    files:",
        f'      "parts/1.csv": sha256:{sha(CSV)}',
        f'      "parts/2.csv": sha256:{sha(OTHER)}',
    ]


def test_it_says_whether_the_file_is_up_to_date(project: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert lock(project, "--check") == 3
    assert "there is no mlgate.lock" in capsys.readouterr().out
    lock(project)
    assert lock(project, "--check") == 0
    project.write({"parts/1.csv": OTHER, "parts/3.csv": CSV})
    before = (project.root / "mlgate.lock").read_bytes()
    capsys.readouterr()
    assert lock(project, "--check") == 3
    told = capsys.readouterr().out
    assert "- train: parts/1.csv changed\n- train: parts/3.csv is not in the lock\n" in told
    assert (project.root / "mlgate.lock").read_bytes() == before


def test_predictions_that_git_does_not_track_are_fixed_too(project: Repository) -> None:
    gate = "key: id\nlabel: delay\nbaselines: [{name: current, predictions: current.csv}]\n"
    project.write({"mlgate.yml": CONFIG + gate, "current.csv": "id,prediction\n"})
    assert lock(project) == 0
    assert f'files:\n  "current.csv": sha256:{sha("id,prediction" + chr(10))}\n' in (
        project.root / "mlgate.lock"
    ).read_text().replace("    files", "")


def test_what_is_no_table_is_not_fixed(project: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    project.write({"holdout.csv": 'a,b\n1,"2\n'})
    assert lock(project) == 2
    assert "holdout.csv" in capsys.readouterr().err
    assert not (project.root / "mlgate.lock").exists()


def test_a_table_that_moved_without_its_lock_fails(project: Repository) -> None:
    lock(project)
    assert reasons(project, "train") == reasons(project, "holdout") == []
    project.write({"parts/2.csv": CSV})
    done = validate(project.root)
    (finding,) = [finding for finding in done.findings("train") if finding["reason"] == "data-changed"]
    assert done.status == 3
    assert "`mlgate data lock`" in finding["message"]
    assert done.findings("holdout") == []


def test_a_table_that_the_lock_does_not_know_fails(project: Repository) -> None:
    lock(project)
    project.write({"mlgate.yml": CONFIG + "  more: {path: parts/1.csv, contract: c.yml}\n"})
    assert reasons(project, "more") == ["data-changed"]


def test_a_malformed_lock_is_an_error_of_the_configuration(project: Repository) -> None:
    project.write({"mlgate.lock": "version: 1\ntables:\n  train: 3\n"})
    done = validate(project.root)
    assert done.status == 2
    assert "mlgate.lock:3:10" in done.log


def pull(project: Repository, folder: Path, change: dict[str, Any], beside: dict[str, Any]) -> list[str]:
    """Return the reasons of train after a pull request to a base with a lock."""
    lock(project)
    project.commit()
    project.branch("topic")
    head = project.commit(change)
    merge = project.merge_commit(head)
    project.write(beside)
    return reasons(project, "train", **pull_request(folder, head=head, merge=merge))


def test_a_lock_that_is_removed_is_that_of_the_base(project: Repository, tmp_path: Path) -> None:
    assert pull(project, tmp_path, {"mlgate.lock": None}, {"parts/1.csv": CSV + "004,AA,1,1\n"}) == ["data-changed"]


def test_a_lock_that_moves_with_its_table_passes(project: Repository, tmp_path: Path) -> None:
    lock(project)
    text = (project.root / "mlgate.lock").read_text()
    changed = CSV + "004,AA,1,1\n"
    moved = text.replace(f'"parts/1.csv": sha256:{sha(CSV)}', f'"parts/1.csv": sha256:{sha(changed)}')
    assert pull(project, tmp_path, {"mlgate.lock": moved}, {"parts/1.csv": changed}) == []


def test_pull_requests_that_add_different_files_are_merged_by_git(project: Repository) -> None:
    lock(project)
    project.commit()
    for number in (0, 9):
        project.switch("main")
        (project.root / f"parts/{9 - number}.csv").unlink(missing_ok=True)
        project.branch(f"add-{number}")
        project.write({f"parts/{number}.csv": CSV})
        lock(project)
        project.commit()
    project.git("merge", "-q", "-m", "both", "add-0")
    project.write({"parts/0.csv": CSV})
    assert lock(project, "--check") == 0


@pytest.mark.parametrize("name", ["mlgate.lock", "mlgate.yml", "c.yml"])
@pytest.mark.parametrize("target", ["../outside", ".git/config"])
def test_a_link_that_leads_out_of_the_repository_shows_nothing(project: Repository, name: str, target: str) -> None:
    (project.root.parent / "outside").write_text("[core]\n")
    (project.root / name).unlink(missing_ok=True)
    (project.root / name).symlink_to(target)
    done = validate(project.root)
    assert done.status == 2
    assert "a link that leads out of the repository" in done.log
    assert "core" not in done.log


def test_a_link_inside_of_the_repository_is_followed(project: Repository) -> None:
    (project.root / "c.yml").rename(project.root / "parts" / "c.yml")
    (project.root / "c.yml").symlink_to("parts/c.yml")
    assert validate(project.root).status == 0


def test_other_rows_than_the_lock_says_fail(project: Repository) -> None:
    lock(project)
    path = project.root / "mlgate.lock"
    path.write_text(path.read_text().replace("rows: 3", "rows: 4"))
    assert reasons(project, "holdout") == ["data-changed"]
    assert reasons(project, "train") == []
