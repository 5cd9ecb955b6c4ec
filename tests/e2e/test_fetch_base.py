"""fetch-base on real clones: which commit judges, how it is had, and what is known to be unchanged."""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
from tests.repository import Repository, environment, event, pull_request

from mlgate.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = """\
version: 1
tables:
  holdout: {path: data/holdout.csv, contract: contract.yml}
key: id
label: y
train: {run: python train.py, inputs: [train.py, src], predictions: predictions.csv}
baselines: [dummy]
gate:
  rules:
    - {metric: accuracy, against: dummy, margin: 0.01}
"""
FILES: dict[str, str | bytes | None] = {
    "mlgate.yml": CONFIG,
    "contract.yml": "row: {type: object}\n",
    "data/holdout.csv": "id,y\n1,0\n2,1\n",
    "train.py": "print(1)\n",
    "src/model.py": "x = 1\n",
    "README.md": "hello\n",
}


@pytest.fixture
def origin(tmp_path: Path) -> Repository:
    repository = Repository.new(tmp_path / "origin")
    repository.commit(FILES)
    repository.branch("work")
    return repository


def fetch_base(clone: Repository, *words: str, **variables: str) -> tuple[int, dict[str, Any]]:
    status = main(["fetch-base", *words], environment(**variables), clone.root)
    return status, json.loads((clone.root / "mlgate-run" / "base.json").read_text())


def test_the_first_parent_of_the_merge_commit_judges_although_the_event_is_stale(
    origin: Repository, tmp_path: Path
) -> None:
    head = origin.commit({"train.py": "print(2)\n"})
    stale = origin.git("rev-parse", "main")
    origin.switch("main")
    base = origin.commit({"README.md": "moved on\n"})
    merge = origin.merge_commit("work")
    clone = origin.clone(tmp_path / "clone", "refs/pull/1/merge", depth=2)
    status, document = fetch_base(clone, **pull_request(tmp_path, head=head, base_sha=stale, merge=merge))
    assert status == 0
    assert document["commit"] == merge
    assert document["head"] == head
    assert document["base"] == document["merge_base"] == base
    assert document["base_source"] == "merge-commit"
    assert document["pull_request"] == 1
    assert document["policy"] == "base"
    assert document["policy_changed"] == []
    assert document["inputs_unchanged"] is False
    assert document["inputs_digest"] != document["base_inputs_digest"]


def test_depth_two_needs_no_network(origin: Repository, tmp_path: Path) -> None:
    head = origin.commit({"README.md": "better\n"})
    merge = origin.merge_commit("work")
    clone = origin.clone(tmp_path / "clone", "refs/pull/1/merge", depth=2)
    clone.git("remote", "set-url", "origin", "file:///nowhere")
    status, document = fetch_base(clone, **pull_request(tmp_path, head=head, merge=merge))
    assert status == 0
    assert document["inputs_unchanged"] is True


def test_depth_one_is_fetched(origin: Repository, tmp_path: Path) -> None:
    head = origin.commit({"README.md": "better\n"})
    merge = origin.merge_commit("work")
    clone = origin.clone(tmp_path / "clone", "refs/pull/1/merge", depth=1)
    status, document = fetch_base(clone, **pull_request(tmp_path, head=head, merge=merge))
    assert status == 0
    assert document["base"] == origin.git("rev-parse", "main") == clone.git("rev-parse", "refs/mlgate/base")
    assert document["inputs_unchanged"] is True
    assert not (clone.root / ".git" / "FETCH_HEAD").read_text().count("mlgate")


def test_depth_one_is_fetched_by_branch_where_a_host_gives_no_commit_by_its_id(
    origin: Repository, tmp_path: Path
) -> None:
    base = origin.git("rev-parse", "main")
    head = origin.commit({"README.md": "better\n"})
    merge = origin.merge_commit("work")
    origin.switch("main")
    origin.commit({"README.md": "the branch moved on\n"})
    origin.git("config", "uploadpack.allowAnySHA1InWant", "false")
    origin.git("config", "protocol.version", "0")
    clone = origin.clone(tmp_path / "clone", "refs/pull/1/merge", depth=1)
    clone.git("config", "protocol.version", "0")
    status, document = fetch_base(clone, **pull_request(tmp_path, head=head, merge=merge))
    assert status == 0
    assert document["base"] == base


def test_a_base_that_cannot_be_had_names_the_line_to_add(
    origin: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = origin.commit({"README.md": "better\n"})
    merge = origin.merge_commit("work")
    clone = origin.clone(tmp_path / "clone", "refs/pull/1/merge", depth=1)
    clone.git("remote", "set-url", "origin", "file:///nowhere")
    status, document = fetch_base(clone, **pull_request(tmp_path, head=head, merge=merge))
    assert status == 2
    assert document["error"]["reason"] == "base-unreadable"
    assert document["error"]["status"] == 2
    assert "`fetch-depth: 2`" in document["error"]["remedy"]
    assert "fetch-depth: 2" in capsys.readouterr().err


def test_a_merge_group_is_judged_by_its_base(origin: Repository, tmp_path: Path) -> None:
    base = origin.git("rev-parse", "main")
    origin.commit({"train.py": "print(2)\n"})
    queued = origin.merge_commit("work", ref="refs/heads/gh-readonly-queue/main/pr-1")
    payload = {"merge_group": {"base_sha": base, "head_sha": queued, "base_ref": "refs/heads/main"}}
    clone = origin.clone(tmp_path / "clone", "refs/heads/gh-readonly-queue/main/pr-1", depth=1)
    status, document = fetch_base(clone, **event(tmp_path, "merge_group", payload))
    assert status == 0
    assert document["base"] == document["merge_base"] == base
    assert document["base_source"] == "merge-group"
    assert document["head"] == queued


def test_a_head_without_a_merge_commit_is_judged_by_the_tip_of_the_branch(origin: Repository, tmp_path: Path) -> None:
    fork_point = origin.git("rev-parse", "main")
    head = [origin.commit({"train.py": f"print({number})\n"}) for number in range(5)][-1]
    origin.switch("main")
    tip = origin.commit({"mlgate.yml": CONFIG.replace("0.01", "0.02")})
    clone = origin.clone(tmp_path / "clone", "refs/heads/work", depth=1)
    status, document = fetch_base(clone, **pull_request(tmp_path, head=head, base_sha=fork_point))
    assert status == 0
    assert document["base"] == tip
    assert document["base_source"] == "branch-tip"
    assert document["merge_base"] == fork_point
    assert document["policy_changed"] == [], "a branch that is merely behind has edited nothing"


def test_a_branch_that_edits_policy_says_so_also_without_a_merge_commit(origin: Repository, tmp_path: Path) -> None:
    head = origin.commit({"mlgate.yml": CONFIG.replace("0.01", "0.5"), "contract.yml": "row: {}\n"})
    origin.switch("main")
    origin.commit({"README.md": "moved on\n"})
    clone = origin.clone(tmp_path / "clone", "refs/heads/work", depth=1)
    _, document = fetch_base(clone, **pull_request(tmp_path, head=head))
    assert document["policy_changed"] == ["contract.yml", "mlgate.yml"]


def test_a_tip_that_cannot_be_fetched_is_taken_as_the_clone_has_it(origin: Repository, tmp_path: Path) -> None:
    head = origin.commit({"train.py": "print(2)\n"})
    clone = origin.clone(tmp_path / "clone", "refs/heads/work")
    clone.git("fetch", "-q", "origin", "+refs/heads/main:refs/remotes/origin/main")
    clone.git("remote", "set-url", "origin", "file:///nowhere")
    status, document = fetch_base(clone, **pull_request(tmp_path, head=head))
    assert status == 0
    assert document["base"] == origin.git("rev-parse", "main")


def test_a_whole_clone_stays_whole(origin: Repository, tmp_path: Path) -> None:
    head = origin.commit({"train.py": "print(2)\n"})
    clone = origin.clone(tmp_path / "clone", "refs/heads/work")
    origin.switch("main")
    origin.commit({"README.md": "1\n"})
    tip = origin.commit({"README.md": "2\n"})
    _, document = fetch_base(clone, **pull_request(tmp_path, head=head))
    assert document["base"] == tip
    assert clone.git("rev-parse", "--is-shallow-repository") == "false"


def test_a_push_and_a_laptop_are_judged_by_the_working_copy(origin: Repository, tmp_path: Path) -> None:
    status, document = fetch_base(origin, **event(tmp_path, "push", {"before": "1" * 40}))
    assert status == 0
    assert (document["base"], document["base_source"], document["policy"]) == (None, "none", "working-copy")
    assert document["event"] == "push"
    assert document["inputs_unchanged"] is False


def test_a_base_can_be_named(origin: Repository) -> None:
    origin.commit({"train.py": "print(2)\n", "mlgate.yml": CONFIG.replace("0.01", "0.5")})
    status, document = fetch_base(origin, "--base", "main")
    assert status == 0
    assert document["base"] == origin.git("rev-parse", "main")
    assert document["base_source"] == "option"
    assert document["policy_changed"] == ["mlgate.yml"]


@pytest.mark.parametrize("name", ["no-such-branch", "--upload-pack=touch owned", "main~100"])
def test_a_base_that_is_none_is_refused(origin: Repository, name: str) -> None:
    status, document = fetch_base(origin, f"--base={name}")
    assert status == 2
    assert document["error"]["reason"] == "base-unreadable"
    assert not (origin.root / "owned").exists()


def test_outside_a_repository_the_working_copy_judges(tmp_path: Path) -> None:
    (tmp_path / "mlgate.yml").write_text(CONFIG)
    env = environment(GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert main(["fetch-base"], env, tmp_path) == 0
    document = json.loads((tmp_path / "mlgate-run" / "base.json").read_text())
    assert (document["commit"], document["policy"]) == (None, "working-copy")
    assert document["config_digest"]


@pytest.mark.parametrize(
    ("change", "unchanged"),
    [
        ({"README.md": "docs\n"}, True),
        ({"docs/page.md": "docs\n"}, True),
        ({"train.py": "print(2)\n"}, False),
        ({"src/new.py": "y = 2\n"}, False),
        ({"data/holdout.csv": "id,y\n1,1\n2,1\n"}, False),
        ({"contract.yml": "row: {}\n"}, False),
        ({"mlgate.yml": CONFIG + "# a comment\n"}, False),
        ({"requirements-dev.txt": "numpy\n"}, False),
        ({"uv.lock": "x\n"}, False),
        ({"train.py": None}, False),
    ],
)
def test_only_a_change_of_what_the_model_depends_on_counts(
    origin: Repository, tmp_path: Path, change: dict[str, str | bytes | None], unchanged: bool
) -> None:
    head = origin.commit(change)
    merge = origin.merge_commit("work")
    clone = origin.clone(tmp_path / "clone", "refs/pull/1/merge", depth=2)
    _, document = fetch_base(clone, **pull_request(tmp_path, head=head, merge=merge))
    assert document["inputs_unchanged"] is unchanged


@pytest.mark.parametrize(
    ("files", "unchanged", "dirty"),
    [
        ({"notes.txt": "untracked, and no input\n"}, True, []),
        ({"README.md": "tracked\n"}, True, ["README.md"]),
        ({"predictions.csv": "an output\n"}, True, []),
        ({"src/untracked.py": "z = 3\n"}, False, ["src/untracked.py"]),
        ({"train.py": "print(3)\n"}, False, ["train.py"]),
    ],
)
def test_a_working_copy_that_differs_is_named(
    origin: Repository, files: dict[str, str | bytes | None], unchanged: bool, dirty: list[str]
) -> None:
    origin.commit()
    origin.write(files)
    _, document = fetch_base(origin, "--base", "main")
    assert (document["inputs_unchanged"], document["dirty"]) == (unchanged, dirty)


@pytest.mark.parametrize("inputs", ["inputs: [train.py, no-such-file]", "inputs: [train.py, ../outside]"])
def test_inputs_that_git_does_not_know_cannot_be_known_unchanged(origin: Repository, inputs: str) -> None:
    origin.switch("main")
    origin.commit({"mlgate.yml": CONFIG.replace("inputs: [train.py, src]", inputs)})
    _, document = fetch_base(origin, "--base", "main")
    assert document["inputs_digest"] is None
    assert document["inputs_unchanged"] is False


def dvc(text: str) -> str:
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return f"outs: [{{md5: {digest}, hash: md5, path: holdout.csv}}]\n"


def test_a_table_outside_git_cannot_be_known_unchanged_but_its_dvc_pointer_can(origin: Repository) -> None:
    origin.switch("main")
    origin.commit({"data/holdout.csv": None, ".gitignore": "data/holdout.csv\n"})
    origin.write({"data/holdout.csv": "id,y\n1,0\n"})
    assert fetch_base(origin, "--base", "main")[1]["inputs_digest"] is None
    origin.commit({"data/holdout.csv.dvc": dvc("id,y\n1,0\n")})
    before = fetch_base(origin, "--base", "main")[1]
    assert before["inputs_unchanged"] is True
    origin.commit({"data/holdout.csv.dvc": dvc("id,y\n1,1\n")})
    assert fetch_base(origin, "--base", "HEAD^")[1]["inputs_unchanged"] is False


def unchanged(repository: Repository, base: str) -> bool:
    return bool(fetch_base(repository, "--base", base)[1]["inputs_unchanged"])


def test_what_a_link_among_the_inputs_leads_to_is_an_input(origin: Repository) -> None:
    origin.switch("main")
    (origin.root / "src" / "linked.py").symlink_to("../shared")
    origin.commit({"shared/real.py": "print(1)\n", "shared/data": "1\n"})
    (origin.root / "shared" / "again").symlink_to("../elsewhere.txt")
    before = origin.commit({"elsewhere.txt": "1\n"})
    assert unchanged(origin, before)
    origin.write({"shared/real.py": "print(2)\n"})
    assert not unchanged(origin, before)
    before = origin.commit()
    assert unchanged(origin, before)
    origin.commit({"elsewhere.txt": "2\n"})
    assert not unchanged(origin, before)


@pytest.mark.parametrize("target", ["/etc/hostname", "../../outside", "nowhere", "linked.py"])
def test_a_link_that_leads_nowhere_cannot_be_known_unchanged(origin: Repository, target: str) -> None:
    origin.switch("main")
    (origin.root / "src" / "linked.py").symlink_to(target)
    origin.commit()
    assert fetch_base(origin, "--base", "main")[1]["inputs_digest"] is None


@pytest.mark.parametrize("name", [".gitattributes", "constraints.txt", "requirements/train.txt"])
def test_what_changes_how_inputs_are_written_or_run_counts(origin: Repository, name: str) -> None:
    origin.commit({name: "train.py text eol=crlf\n"})
    assert not unchanged(origin, "main")


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_file_that_git_was_told_not_to_look_at_is_looked_at(origin: Repository, flag: str) -> None:
    origin.git("update-index", flag, "train.py")
    assert unchanged(origin, "main")
    origin.write({"train.py": "print(3)\n"})
    _, document = fetch_base(origin, "--base", "main")
    assert (document["inputs_unchanged"], document["dirty"]) == (False, ["train.py"])
    origin.write({"train.py": "print(1)\n"})
    assert unchanged(origin, "main")
    (origin.root / "train.py").unlink()
    assert not unchanged(origin, "main")


def test_the_right_to_execute_is_seen_where_git_was_told_not_to(origin: Repository) -> None:
    origin.git("config", "core.fileMode", "false")
    (origin.root / "train.py").chmod(0o755)
    assert not unchanged(origin, "main")


def test_a_change_in_a_submodule_is_seen_where_git_was_told_not_to(origin: Repository, tmp_path: Path) -> None:
    other = Repository.new(tmp_path / "other")
    other.commit({"a.py": "1\n"})
    origin.switch("main")
    origin.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.root), "src/sub")
    origin.git("config", "-f", ".gitmodules", "submodule.src/sub.ignore", "all")
    origin.commit()
    assert unchanged(origin, "main")
    origin.write({"src/sub/a.py": "2\n"})
    assert not unchanged(origin, "main")


def test_an_ignored_file_among_the_inputs_counts_unless_dvc_stands_for_it(origin: Repository) -> None:
    origin.switch("main")
    origin.commit({".gitignore": "*.bin\n__pycache__\n"})
    origin.write({"elsewhere.bin": "x", "src/__pycache__/a": "x"})
    assert unchanged(origin, "main")
    origin.write({"src/weights.bin": "x"})
    assert not unchanged(origin, "main")
    origin.commit({"src/weights.bin.dvc": "outs: [{md5: 1}]\n"})
    assert unchanged(origin, "main")


def test_a_tracked_output_that_is_an_input_is_no_mere_output(origin: Repository) -> None:
    origin.switch("main")
    config = CONFIG.replace("predictions.csv", "src/predictions.csv")
    origin.commit({"mlgate.yml": config, "src/predictions.csv": "id,prediction\n"})
    origin.write({"src/predictions.csv": "id,prediction\n1,0\n"})
    assert not unchanged(origin, "main")


def test_without_named_inputs_everything_counts(origin: Repository) -> None:
    origin.switch("main")
    origin.commit({"mlgate.yml": CONFIG.replace("inputs: [train.py, src], ", "")})
    assert fetch_base(origin, "--base", "main")[1]["inputs_unchanged"] is True
    origin.commit({"README.md": "a change\n"})
    assert fetch_base(origin, "--base", "HEAD^")[1]["inputs_unchanged"] is False


def test_a_model_brought_from_elsewhere_is_an_input(origin: Repository) -> None:
    origin.switch("main")
    brought = CONFIG.replace("run: python train.py, inputs: [train.py, src]", "inputs: [train.py]")
    origin.commit({"mlgate.yml": brought, "predictions.csv": "id,prediction\n1,0\n"})
    origin.commit({"predictions.csv": "id,prediction\n1,1\n"})
    assert fetch_base(origin, "--base", "HEAD^")[1]["inputs_unchanged"] is False
    assert fetch_base(origin, "--base", "HEAD")[1]["inputs_unchanged"] is True


def test_a_configuration_in_a_folder_has_its_own_paths(tmp_path: Path) -> None:
    origin = Repository.new(tmp_path / "origin")
    origin.commit({f"models/ü/{name}": content for name, content in FILES.items()})
    origin.branch("work")
    origin.commit({"models/ü/train.py": "print(2)\n"})
    status, document = fetch_base(origin, "--config", "models/ü/mlgate.yml", "--base", "main")
    assert status == 0
    assert (document["config"], document["prefix"]) == ("models/ü/mlgate.yml", "models/ü")
    assert document["inputs_digest"] is not None
    assert document["inputs_unchanged"] is False


def test_outputs_tell_the_workflow(origin: Repository, tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    outputs.touch()
    fetch_base(origin, "--base", "main", GITHUB_OUTPUT=str(outputs))
    written = outputs.read_text()
    for name in ("outcome", "base-path", "base-commit", "inputs-unchanged"):
        assert f"{name}<<" in written


def test_an_event_that_cannot_be_read_is_refused(origin: Repository, tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text("{")
    status, document = fetch_base(origin, GITHUB_EVENT_NAME="pull_request", GITHUB_EVENT_PATH=str(path))
    assert status == 2
    assert document["error"]["reason"] == "input-unreadable"


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("pull_request", {}),
        ("pull_request", [1]),
        ("pull_request", {"pull_request": {"base": {"ref": ""}}}),
        ("pull_request", None),
        ("merge_group", {}),
        ("merge_group", {"merge_group": {"base_sha": "main"}}),
    ],
)
def test_an_event_that_does_not_name_its_base_is_not_judged_by_the_working_copy(
    origin: Repository, tmp_path: Path, name: str, payload: Any
) -> None:
    variables = {"GITHUB_EVENT_NAME": name} if payload is None else event(tmp_path, name, payload)
    status, document = fetch_base(origin, **variables)
    assert (status, document["error"]["reason"]) == (2, "base-unreadable")
    assert fetch_base(origin, "--base", "main", **variables)[0] == 0


def test_a_merge_that_the_author_made_does_not_choose_its_base(origin: Repository, tmp_path: Path) -> None:
    main_tip = origin.git("rev-parse", "main")
    head = origin.commit({"train.py": "print(2)\n"})
    origin.branch("weak", "main")
    weak = origin.commit({"mlgate.yml": CONFIG.replace("0.01", "0.9")})
    forged = origin.merge_commit("work", base="weak")
    origin.clone(tmp_path / "clone", "refs/pull/1/merge")
    clone = Repository(tmp_path / "clone")
    _, document = fetch_base(clone, **pull_request(tmp_path, head=head, merge=main_tip))
    assert (document["base"], document["base_source"]) == (main_tip, "branch-tip")
    _, document = fetch_base(clone, **pull_request(tmp_path, head=head, merge=forged))
    assert document["base"] == weak


class Recorder(http.server.BaseHTTPRequestHandler):
    """A host that refuses everybody and remembers what they said."""

    heard: list[tuple[str, list[str]]]

    def do_GET(self) -> None:
        self.heard.append((self.path, self.headers.get_all("Authorization") or []))
        self.send_response(403)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def host() -> Iterator[tuple[str, list[tuple[str, list[str]]]]]:
    heard: list[tuple[str, list[str]]] = []
    handler = type("Handler", (Recorder,), {"heard": heard})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", heard
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_token_goes_to_the_host_and_nowhere_else(
    origin: Repository, tmp_path: Path, host: tuple[str, list[tuple[str, list[str]]]], capfd: pytest.CaptureFixture[str]
) -> None:
    url, heard = host
    head = origin.commit({"train.py": "print(2)\n"})
    merge = origin.merge_commit("work")
    clone = origin.clone(tmp_path / "clone", "refs/pull/1/merge", depth=1)
    clone.git("remote", "set-url", "origin", f"{url}/owner/name")
    clone.git("config", f"http.{url}/.extraheader", "AUTHORIZATION: basic from-checkout")
    variables = {
        **pull_request(tmp_path, head=head, merge=merge),
        "GITHUB_SERVER_URL": url,
        "MLGATE_GITHUB_TOKEN": "sesame-street",
    }
    status, document = fetch_base(clone, **variables)
    assert status == 2
    said = {words for _, given in heard for words in given}
    assert said == {"basic eC1hY2Nlc3MtdG9rZW46c2VzYW1lLXN0cmVldA=="}, "the token alone, not beside another header"
    assert all(len(given) <= 1 for _, given in heard)
    everything = "".join(capfd.readouterr()) + json.dumps(document) + (clone.root / ".git" / "config").read_text()
    assert "sesame-street" not in everything
    assert "c2VzYW1lLXN0cmVldA" not in everything
    elsewhere = {**variables, "GITHUB_SERVER_URL": "http://127.0.0.1:9"}
    heard.clear()
    fetch_base(clone, **elsewhere)
    assert "basic eC1hY2Nlc3MtdG9rZW46c2VzYW1lLXN0cmVldA==" not in {words for _, given in heard for words in given}
