"""Tables that Git LFS or DVC keep: pointers written by hand, and neither program is there."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.test_validate_data import CONTRACT, CSV, Done, validate
from tests.repository import Repository

from mlgate.core import pointers

if TYPE_CHECKING:
    from pathlib import Path

DATA = CSV.encode()
OTHER = DATA + b"004,AA,1,1\n"
BAD = CSV.replace("AA,10.5", "ZZ,10.5")


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def dvc(data: bytes, path: str, more: str = "  hash: md5\n") -> str:
    return f"outs:\n- md5: {md5(data)}\n  size: {len(data)}\n{more}  path: {path}\n"


def lfs(data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n"


def check(folder: Path, path: str, committed: dict[str, Any], beside: dict[str, Any], prefix: str = "") -> Done:
    """Validate the table at `path` in a repository with some files, and others that git ignores."""
    repository = Repository.new(folder / "project")
    config = f"version: 1\ntables:\n  train: {{path: {path}, contract: c.yml}}\n"
    ignored = "".join(f"/{name}\n" for name in beside)
    own = {f"{prefix}c.yml": CONTRACT, f"{prefix}mlgate.yml": config}
    repository.commit({**own, ".gitignore": f"mlgate-run/\n{ignored}", **committed})
    repository.write(beside)
    return validate(repository.root / prefix)


def told(done: Done) -> tuple[str, str]:
    (finding,) = done.findings()
    assert done.status == 3
    return finding["reason"], finding["message"]


def test_a_table_of_dvc_that_was_pulled_is_read(tmp_path: Path) -> None:
    done = check(tmp_path, "data/t.csv", {"data/t.csv.dvc": dvc(DATA, "t.csv")}, {"data/t.csv": DATA})
    assert (done.status, done.tables["train"]["rows"]) == (0, 3)


def test_a_table_of_dvc_that_was_not_pulled_names_the_command(tmp_path: Path) -> None:
    done = check(tmp_path, "data/t.csv", {"data/t.csv.dvc": dvc(DATA, "t.csv")}, {})
    reason, message = told(done)
    assert reason == "data-not-pulled"
    assert message == "data/t.csv has not been pulled: only data/t.csv.dvc is here. Run `dvc pull data/t.csv.dvc`."


def test_another_file_than_the_pointer_of_dvc_names_is_not_read(tmp_path: Path) -> None:
    done = check(tmp_path, "data/t.csv", {"data/t.csv.dvc": dvc(DATA, "t.csv")}, {"data/t.csv": OTHER})
    reason, message = told(done)
    assert reason == "data-changed"
    assert "`dvc pull data/t.csv.dvc`" in message
    assert "`dvc commit`" in message


def test_commands_are_said_from_the_folder_of_the_configuration(tmp_path: Path) -> None:
    done = check(tmp_path, "data/t.csv", {"models/data/t.csv.dvc": dvc(DATA, "t.csv")}, {}, "models/")
    assert "`dvc pull data/t.csv.dvc`" in told(done)[1]


def test_old_versions_of_dvc_took_line_ends_as_one(tmp_path: Path) -> None:
    data = DATA.replace(b"\n", b"\r\n")
    done = check(tmp_path, "t.csv", {"t.csv.dvc": dvc(DATA, "t.csv", more="")}, {"t.csv": data})
    assert done.status == 0


def test_a_new_version_of_dvc_does_not(tmp_path: Path) -> None:
    data = DATA.replace(b"\n", b"\r\n")
    done = check(tmp_path, "t.csv", {"t.csv.dvc": dvc(DATA, "t.csv")}, {"t.csv": data})
    assert told(done)[0] == "data-changed"


def lock(data: bytes) -> str:
    out = f"{{path: t.csv, hash: md5, md5: {md5(data)}, size: {len(data)}}}"
    return f"schema: '2.0'\nstages:\n  make:\n    cmd: make\n    outs:\n    - {out}\n"


@pytest.mark.parametrize(
    ("data", "expected"), [(DATA, None), (OTHER, "data-changed"), (None, "data-not-pulled")], ids=str
)
def test_an_output_of_a_pipeline(tmp_path: Path, data: bytes | None, expected: str | None) -> None:
    done = check(tmp_path, "t.csv", {"dvc.lock": lock(DATA)}, {} if data is None else {"t.csv": data})
    assert [finding["reason"] for finding in done.findings()] == ([expected] if expected else [])
    if expected:
        assert "`dvc pull t.csv`" in told(done)[1]


PARTS = {"parts/1.csv": DATA, "parts/2.csv": CSV.replace("00", "01").encode()}


def parts_pointer() -> str:
    listing = pointers.listing({name.removeprefix("parts/"): md5(data) for name, data in PARTS.items()})
    return f"outs:\n- md5: {md5(listing)}.dir\n  nfiles: 2\n  hash: md5\n  path: parts\n"


def test_a_folder_of_dvc_is_a_table(tmp_path: Path) -> None:
    done = check(tmp_path, "parts/*.csv", {"parts.dvc": parts_pointer()}, PARTS)
    assert (done.status, done.tables["train"]["rows"]) == (0, 6)


@pytest.mark.parametrize("change", [{"parts/2.csv": OTHER}, {"parts/3.csv": DATA}], ids=["changed", "added"])
def test_a_folder_of_dvc_with_another_file_is_not_read(tmp_path: Path, change: dict[str, bytes]) -> None:
    done = check(tmp_path, "parts/*.csv", {"parts.dvc": parts_pointer()}, {**PARTS, **change})
    assert told(done)[0] == "data-changed"


def test_a_folder_of_dvc_that_was_not_pulled(tmp_path: Path) -> None:
    done = check(tmp_path, "parts/*.csv", {"parts.dvc": parts_pointer()}, {})
    reason, message = told(done)
    assert (reason, "`dvc pull parts.dvc`" in message) == ("data-not-pulled", True)


def test_a_pointer_of_git_lfs_names_the_command_from_the_root(tmp_path: Path) -> None:
    done = check(tmp_path, "data/t.csv", {"models/data/t.csv": lfs(DATA)}, {}, "models/")
    reason, message = told(done)
    assert reason == "data-not-pulled"
    assert '`git lfs pull --include "models/data/t.csv"`' in message


def test_other_bytes_than_the_commits_pointer_of_git_lfs_are_not_read(tmp_path: Path) -> None:
    repository = Repository.new(tmp_path / "project")
    config = "version: 1\ntables:\n  train: {path: t.csv, contract: c.yml}\n"
    repository.commit({"mlgate.yml": config, "c.yml": CONTRACT, ".gitignore": "mlgate-run/\n", "t.csv": lfs(DATA)})
    repository.write({"t.csv": DATA})
    assert validate(repository.root).status == 0
    repository.write({"t.csv": OTHER})
    reason, message = told(validate(repository.root))
    assert reason == "data-changed"
    assert message.startswith("is not the file that the commit's pointer of Git LFS names")
    repository.write({"t.csv": lfs(OTHER)})
    repository.git("add", "t.csv")
    repository.write({"t.csv": OTHER})
    assert validate(repository.root).status == 0


def test_values_of_a_table_of_git_lfs_are_shown_where_the_commit_points_to_it(tmp_path: Path) -> None:
    repository = Repository.new(tmp_path / "project")
    config = "version: 1\ntables:\n  train: {path: t.csv, contract: c.yml}\n"
    repository.commit(
        {"mlgate.yml": config, "c.yml": CONTRACT, ".gitignore": "mlgate-run/\n", "t.csv": lfs(BAD.encode())}
    )
    repository.write({"t.csv": BAD})
    done = validate(repository.root)
    assert done.tables["train"]["values_shown"]
    repository.write({"t.csv": BAD + "004,AA,1,1\n"})
    done = validate(repository.root)
    assert not done.tables["train"]["values_shown"]
    assert "ZZ" not in done.out


def test_values_of_a_table_of_dvc_are_not_shown(tmp_path: Path) -> None:
    """Whoever reads the repository may not be able to read DVC's store."""
    done = check(tmp_path, "t.csv", {"t.csv.dvc": dvc(BAD.encode(), "t.csv")}, {"t.csv": BAD})
    assert not done.tables["train"]["values_shown"]
    assert "ZZ" not in done.out


def test_a_broken_pointer_names_its_place(tmp_path: Path) -> None:
    done = check(tmp_path, "t.csv", {"t.csv.dvc": "outs: ["}, {"t.csv": DATA})
    assert told(done)[1].startswith("t.csv.dvc:1:")


def test_a_pointer_that_fixes_nothing_names_its_place(tmp_path: Path) -> None:
    done = check(
        tmp_path, "t.csv", {"t.csv.dvc": dvc(DATA, "t.csv").replace(md5(DATA), md5(DATA).upper())}, {"t.csv": DATA}
    )
    assert told(done)[1].startswith("t.csv.dvc:2:3: this output has no `path`, or no `md5`")


def test_a_pointer_that_is_a_link_out_of_the_repository_shows_nothing(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("SECRET: 1\nSECRET: 2\n")
    repository = Repository.new(tmp_path / "project")
    config = "version: 1\ntables:\n  train: {path: t.csv, contract: c.yml}\n"
    repository.commit({"mlgate.yml": config, "c.yml": CONTRACT, "t.csv": DATA})
    (repository.root / "t.csv.dvc").symlink_to("../outside")
    done = validate(repository.root)
    assert "t.csv.dvc:1:1: a link that leads out of the repository" in told(done)[1]
    assert "SECRET" not in done.out + done.log


def test_a_file_of_a_glob_that_was_not_pulled_is_not_left_out(tmp_path: Path) -> None:
    pulled, other = "parts/1.csv", "parts/2.csv"
    committed = {f"{name}.dvc": dvc(PARTS[name], name.removeprefix("parts/")) for name in (pulled, other)}
    reason, message = told(check(tmp_path, "parts/*.csv", committed, {pulled: PARTS[pulled]}))
    assert reason == "data-not-pulled"
    assert "`dvc pull parts/2.csv.dvc`" in message


def test_an_output_of_a_pipeline_that_was_not_pulled_is_not_left_out(tmp_path: Path) -> None:
    text = lock(DATA).replace("path: t.csv", "path: parts/2.csv")
    done = check(tmp_path, "parts/*.csv", {"dvc.lock": text}, {"parts/1.csv": DATA})
    assert told(done)[0] == "data-not-pulled"


def test_a_file_that_is_gone_from_a_folder_of_dvc(tmp_path: Path) -> None:
    listing = pointers.listing({name.removeprefix("parts/"): md5(data) for name, data in PARTS.items()})
    digest = md5(listing)
    cached = {f".dvc/cache/files/md5/{digest[:2]}/{digest[2:]}.dir": listing}
    done = check(tmp_path, "parts/*.csv", {"parts.dvc": parts_pointer()}, {"parts/1.csv": DATA, **cached})
    assert told(done)[0] == "data-changed"
