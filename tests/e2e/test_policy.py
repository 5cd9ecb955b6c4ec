"""Whose policy judges, and which bytes the judging files have, on real repositories."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.repository import Repository, environment, pull_request

from mlgate.core.documents.base import BaseDocument, PolicySource
from mlgate.errors import BaseUnreadableError, ConfigError, InputError
from mlgate.main import main
from mlgate.shell.base.policy import Judge, load
from mlgate.shell.run_folder import RunFolder
from mlgate.steps import World

if TYPE_CHECKING:
    from mlgate.core.gate.policy import Policy

CONFIG = """\
version: 1
tables:
  holdout: {path: data/holdout.csv, contract: contract.yml}
key: id
label: y
train: {run: python train.py, inputs: [train.py], predictions: predictions.csv}
baselines: [{name: old, predictions: old.csv}]
gate:
  rules:
    - {metric: accuracy, against: old, margin: 0.01}
"""
FILES: dict[str, str | bytes | None] = {
    "mlgate.yml": CONFIG,
    "contract.yml": "row: {type: object}\n",
    "old.csv": "id,prediction\n1,0\n",
    "data/holdout.csv": "id,y\n1,0\n",
    "train.py": "print(1)\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository.new(tmp_path / "repository")
    made.commit(FILES)
    made.branch("work")
    return made


def load_at(repository: Repository, *, base: str | None = None, **variables: str) -> tuple[Policy, Judge]:
    if base is not None:
        assert main(["fetch-base", "--base", base], environment(), repository.root) == 0
    world = World(env=environment(**variables), cwd=repository.root, clock=lambda: 0.0, log=lambda _: None)
    return load(Path("mlgate.yml"), RunFolder(repository.root / "mlgate-run"), world)


def test_without_a_base_the_working_copy_judges_from_disk(repository: Repository) -> None:
    repository.write({"old.csv": "id,prediction\n1,1\n"})
    policy, judge = load_at(repository)
    assert policy.base.policy is PolicySource.WORKING_COPY
    assert policy.judging is policy.working
    assert policy.proposed is None
    assert judge.judging_bytes("old.csv") == b"id,prediction\n1,1\n"
    assert judge.judging_bytes("absent.csv") is None
    assert judge.judging_bytes("data") is None
    assert judge.base_bytes("old.csv") is None
    assert judge.base_blob("old.csv") is None
    assert judge.tracked("old.csv")
    assert not judge.tracked("predictions.csv")


def test_a_file_is_as_committed_only_with_the_bytes_of_the_commit(repository: Repository) -> None:
    digest = hashlib.sha256(b"x").hexdigest()
    repository.commit(
        {
            ".gitattributes": "crlf.csv text eol=crlf\n",
            "crlf.csv": "a\n1\n",
            "stored.bin": f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 1\n",
            "gone.csv": "a\n",
        }
    )
    repository.write({"crlf.csv": "a\r\n1\r\n", "stored.bin": b"x", "gone.csv": None, "old.csv": "private\n"})
    _, judge = load_at(repository)
    names = ("crlf.csv", "stored.bin", "data/holdout.csv", "gone.csv", "old.csv", "data")
    assert [judge.as_committed(name) for name in names] == [True, True, True, False, False, False]
    repository.write({"stored.bin": b"y"})
    assert not judge.as_committed("stored.bin")


def test_the_base_judges_with_its_own_files(repository: Repository) -> None:
    repository.commit({"mlgate.yml": CONFIG.replace("0.01", "0.9"), "old.csv": "id,prediction\n1,1\n"})
    policy, judge = load_at(repository, base="main")
    assert policy.from_base
    assert policy.judging.gate.rules[0].margin == 0.01
    assert policy.working.gate.rules[0].margin == 0.9
    assert policy.proposed is policy.working
    assert policy.base.policy_changed == ("mlgate.yml", "old.csv")
    assert judge.judging_bytes("old.csv") == judge.base_bytes("old.csv") == b"id,prediction\n1,0\n"
    assert judge.base_blob("old.csv") == repository.git("rev-parse", "main:old.csv")


@pytest.mark.parametrize(
    "config",
    [
        CONFIG.replace("python train.py", "python -u train.py"),
        CONFIG.replace("run: python train.py", "run: python train.py, timeout: 2m"),
        CONFIG + "# a comment\n",
        CONFIG.replace("data/holdout.csv", "data/elsewhere.csv"),
    ],
)
def test_what_is_no_policy_proposes_none(repository: Repository, config: str) -> None:
    repository.commit({"mlgate.yml": config})
    policy, _ = load_at(repository, base="main")
    assert policy.base.policy_changed == ()
    assert policy.proposed is None


@pytest.mark.parametrize(
    "config",
    [
        CONFIG.replace("0.01", "0.02"),
        CONFIG.replace("label: y", "label: z"),
        CONFIG.replace("key: id", "key: other"),
        CONFIG.replace(", contract: contract.yml", ""),
        CONFIG.replace("gate:\n", "gate:\n  on-inconclusive: pass\n"),
        CONFIG.replace("{name: old, predictions: old.csv}", "{name: old, predictions: other.csv}"),
        CONFIG + "promote: {allow-pickle: true}\n",
    ],
)
def test_an_edit_of_policy_is_proposed(repository: Repository, config: str) -> None:
    repository.commit({"mlgate.yml": config})
    policy, _ = load_at(repository, base="main")
    assert policy.base.policy_changed == ("mlgate.yml",)
    assert policy.proposed == policy.working
    assert policy.judging.gate.rules[0].margin == 0.01


def test_an_edit_of_who_may_sign_is_one_of_policy(repository: Repository) -> None:
    signed = CONFIG + "promote: {sign: true, allowed-signers: signers}\n"
    repository.commit({"mlgate.yml": signed, "signers": "a@example.org ssh-ed25519 AAAA\n"})
    repository.commit({"signers": "b@example.org ssh-ed25519 AAAA\n"})
    policy, _ = load_at(repository, base="HEAD~1")
    assert policy.base.policy_changed == ("signers",)


def test_an_edit_that_is_not_committed_is_an_edit(repository: Repository) -> None:
    repository.write({"contract.yml": "row: {}\n"})
    policy, _ = load_at(repository, base="main")
    assert policy.base.policy_changed == ("contract.yml",)
    assert policy.base.dirty == ("contract.yml",)


def test_a_branch_that_is_behind_is_judged_by_the_new_policy_and_proposes_none(repository: Repository) -> None:
    repository.switch("main")
    repository.commit({"mlgate.yml": CONFIG.replace("0.01", "0.001"), "contract.yml": "row: {}\n"})
    repository.switch("work")
    policy, judge = load_at(repository, base="main")
    assert policy.judging.gate.rules[0].margin == 0.001
    assert policy.proposed is None
    assert judge.judging_bytes("contract.yml") == b"row: {}\n"


def test_the_pull_request_that_adopts_mlgate_judges_itself(tmp_path: Path) -> None:
    repository = Repository.new(tmp_path / "repository")
    repository.commit({"train.py": "print(1)\n"})
    repository.branch("work")
    repository.commit(FILES)
    policy, judge = load_at(repository, base="main")
    assert policy.base.policy is PolicySource.INTRODUCED
    assert policy.judging is policy.working
    assert policy.proposed is None
    assert judge.judging_bytes("old.csv") == b"id,prediction\n1,0\n"
    assert judge.base_bytes("old.csv") is None


def test_a_configuration_that_is_removed_still_judges(repository: Repository) -> None:
    repository.commit({"mlgate.yml": None})
    policy, judge = load_at(repository, base="main")
    assert policy.base.policy is PolicySource.REMOVED
    assert policy.judging.gate.rules
    assert judge.judging_bytes("old.csv") == b"id,prediction\n1,0\n"


def test_a_branch_from_before_the_configuration_has_removed_nothing(tmp_path: Path) -> None:
    repository = Repository.new(tmp_path / "repository")
    repository.commit({"train.py": "print(1)\n"})
    repository.branch("work")
    repository.switch("main")
    repository.commit(FILES)
    repository.switch("work")
    with pytest.raises(ConfigError):
        load_at(repository, base="main")


def test_a_broken_configuration_of_the_base_is_named(repository: Repository) -> None:
    repository.switch("main")
    repository.commit({"mlgate.yml": CONFIG + "nonsense: 1\n"})
    repository.switch("work")
    with pytest.raises(ConfigError, match=r"base:mlgate\.yml:11"):
        load_at(repository, base="main")


def test_a_broken_configuration_of_the_working_copy_is_named(repository: Repository) -> None:
    repository.commit({"mlgate.yml": CONFIG + "nonsense: 1\n"})
    with pytest.raises(ConfigError, match=r"^mlgate\.yml"):
        load_at(repository, base="main")


def test_a_base_that_could_not_be_had_stops_every_step(repository: Repository) -> None:
    assert main(["fetch-base", "--base", "nowhere"], environment(), repository.root) == 2
    with pytest.raises(BaseUnreadableError, match="nowhere"):
        load_at(repository)


def test_without_fetch_base_the_event_is_followed_in_this_clone(repository: Repository, tmp_path: Path) -> None:
    head = repository.commit({"train.py": "print(2)\n"})
    merge = repository.merge_commit("work")
    whole = repository.clone(tmp_path / "two", "refs/pull/1/merge", depth=2)
    policy, _ = load_at(whole, **pull_request(tmp_path, head=head, merge=merge))
    assert policy.from_base
    cut = repository.clone(tmp_path / "one", "refs/pull/1/merge", depth=1)
    with pytest.raises(BaseUnreadableError) as caught:
        load_at(cut, **pull_request(tmp_path, head=head, merge=merge))
    assert "fetch-depth: 2" in caught.value.remedy


def test_a_base_document_of_another_commit_is_stale(repository: Repository) -> None:
    assert main(["fetch-base", "--base", "main"], environment(), repository.root) == 0
    repository.commit({"train.py": "print(3)\n"})
    with pytest.raises(InputError, match="HEAD is") as caught:
        load_at(repository)
    assert caught.value.reason == "document-stale"


def test_a_base_that_left_the_clone_is_not_a_base_without_files(repository: Repository, tmp_path: Path) -> None:
    head = repository.commit({"train.py": "print(2)\n"})
    merge = repository.merge_commit("work")
    env = environment(**pull_request(tmp_path, head=head, merge=merge))
    first = repository.clone(tmp_path / "two", "refs/pull/1/merge", depth=2)
    assert main(["fetch-base"], env, first.root) == 0
    second = repository.clone(tmp_path / "one", "refs/pull/1/merge", depth=1)
    folder = RunFolder(second.root / "mlgate-run")
    document = RunFolder(first.root / "mlgate-run").find(BaseDocument)
    assert document is not None
    folder.write(document)
    with pytest.raises(BaseUnreadableError):
        load_at(second)


def test_a_baseline_that_git_stores_elsewhere_gives_its_pointer(repository: Repository) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    repository.switch("main")
    repository.commit({"old.csv": pointer})
    _, judge = load_at(repository, base="main")
    assert judge.judging_bytes("old.csv") == pointer.encode()


def test_a_repository_without_a_commit_and_a_configuration_in_a_folder(tmp_path: Path) -> None:
    repository = Repository.new(tmp_path / "repository")
    repository.write({"models/mlgate.yml": CONFIG})
    inner = Repository(repository.root / "models")
    policy, judge = load_at(inner)
    assert (policy.base.commit, policy.base.config, judge.prefix) == (None, "models/mlgate.yml", "models")
    assert main(["fetch-base"], environment(), inner.root) == 0
    assert load_at(inner)[0].base == policy.base


@pytest.fixture
def nested(tmp_path: Path) -> Repository:
    """Give a repository whose configuration lies in a folder, where more can be done to it than at the root."""
    made = Repository.new(tmp_path / "nested")
    made.commit({f"models/{name}": content for name, content in FILES.items()})
    made.branch("work")
    return made


def source_of(folder: Path, config: str | None = None, **variables: str) -> dict[str, object]:
    """Return what fetch-base says in `folder`, or of `config` from the folder above."""
    variables["GITHUB_ACTIONS"] = "true"
    words = [] if config is None else ["--config", config]
    cwd = folder if config is None else folder.parent
    assert main(["fetch-base", "--base", "main", *words], environment(**variables), cwd) == 0
    document = RunFolder(cwd / "mlgate-run").find(BaseDocument)
    assert document is not None
    return {"policy": document.policy, "config": document.config, "changed": document.policy_changed}


def test_a_configuration_that_is_renamed_introduces_nothing(nested: Repository) -> None:
    nested.git("mv", "models", "renamed")
    nested.commit({"renamed/mlgate.yml": CONFIG.replace("0.01", "0.9")})
    found = source_of(nested.root / "renamed")
    assert (found["policy"], found["changed"]) == (PolicySource.REMOVED, ("models/mlgate.yml",))


def test_a_configuration_behind_a_new_link_introduces_nothing(nested: Repository) -> None:
    nested.git("mv", "models", "hidden")
    nested.write({"hidden/mlgate.yml": CONFIG.replace("0.01", "0.9")})
    (nested.root / "models").symlink_to("hidden")
    nested.commit()
    assert source_of(nested.root / "models")["policy"] is PolicySource.REMOVED


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("chained", [False, True])
def test_a_configuration_behind_a_link_that_leads_elsewhere_introduces_nothing(
    nested: Repository, chained: bool, known: bool
) -> None:
    nested.switch("main")
    weak = {f"fake/{name}": content for name, content in FILES.items()}
    weak["fake/mlgate.yml"] = CONFIG.replace("0.01", "0.9")
    link = nested.root / ("chain" if chained else "ml")
    link.symlink_to("models")
    if chained:
        (nested.root / "ml").symlink_to("chain")
    nested.commit(weak if known else {})
    assert source_of(nested.root / "ml", "ml/mlgate.yml")["policy"] is PolicySource.BASE
    nested.branch("repointed")
    nested.write(weak)
    link.unlink()
    link.symlink_to("fake")
    nested.commit()
    found = source_of(nested.root / "ml", "ml/mlgate.yml")
    assert found["policy"] is PolicySource.REMOVED
    assert "models/mlgate.yml" in found["changed"]  # type: ignore[operator]


def test_a_second_configuration_is_introduced_beside_the_first(nested: Repository) -> None:
    nested.commit({f"second/{name}": content for name, content in FILES.items()})
    assert source_of(nested.root / "second") == {
        "policy": PolicySource.INTRODUCED,
        "config": "second/mlgate.yml",
        "changed": (),
    }


def test_a_submodule_in_place_of_the_folder_is_judged_by_the_checkout(nested: Repository, tmp_path: Path) -> None:
    other = Repository.new(tmp_path / "other")
    other.commit({**FILES, "mlgate.yml": CONFIG.replace("0.01", "0.9")})
    nested.git("rm", "-q", "-r", "models")
    nested.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.root), "models")
    nested.commit()
    found = source_of(nested.root / "models")
    assert (found["policy"], found["config"]) == (PolicySource.BASE, "models/mlgate.yml")
    assert "models/mlgate.yml" in found["changed"]  # type: ignore[operator]


def test_a_folder_that_is_shaped_like_a_repository_is_none(nested: Repository) -> None:
    marker = nested.root / "ran"
    nested.commit(
        {
            "models/HEAD": "ref: refs/heads/main\n",
            "models/objects/.keep": "",
            "models/refs/.keep": "",
            "models/config": f"[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = {nested.root}\n"
            f"\tfsmonitor = touch {marker}\n",
        }
    )
    env = environment(GITHUB_ACTIONS="true")
    assert main(["fetch-base", "--base", "main"], env, nested.root / "models") == 5
    assert not marker.exists()


def test_a_pull_request_without_git_is_not_judged_by_itself(tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    Repository(unpacked).write(FILES)
    variables = {**pull_request(tmp_path, head="a" * 40), "GIT_CEILING_DIRECTORIES": str(tmp_path)}
    assert main(["fetch-base"], environment(**variables), unpacked) == 2
    with pytest.raises(BaseUnreadableError, match="no git repository"):
        load_at(Repository(unpacked), **variables)
