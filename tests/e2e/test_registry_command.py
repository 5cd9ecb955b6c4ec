"""`mlgate registry` on real git with a bare remote: every sub-command, as text and as JSON, and bad input."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from tests.registries import BRANCH, MODEL, Lab, variables
from tests.registry_forger import FILE, Forger, encode
from tests.registry_story import OTHER, Story, bundle, draft, registry
from tests.repository import Repository
from tests.toolbox import ROOT

from mlgate.core import codec
from mlgate.core.documents.registry import RegistryDocument
from mlgate.core.registry.log import plan
from mlgate.core.registry.log.record import StoredArtifact
from mlgate.main import main

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = json.loads((ROOT / "schemas" / "registry.schema.json").read_bytes())
CONFIG = f"version: 1\nmodel: {MODEL}\npromote: {{stages: [staging, production]}}\n"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Return a registry that the tests only read."""
    return Story(tmp_path_factory.mktemp("story") / "s").tell()


@pytest.fixture
def mine(tmp_path: Path) -> Story:
    """Return a registry to write to."""
    return Story(tmp_path / "s").tell()


Output = pytest.CaptureFixture[str]


def shown(clone: Repository, capsys: Output, *words: str, **env: str) -> str:
    capsys.readouterr()
    assert registry(clone, *words, **env) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def document(clone: Repository, capsys: Output, *words: str, **env: str) -> dict[str, Any]:
    value = json.loads(shown(clone, capsys, *words, "--json", **env))
    assert list(Draft202012Validator(SCHEMA).iter_errors(value)) == []
    codec.from_plain(RegistryDocument, value)
    assert value["command"] == words[0]
    assert isinstance(value, dict)
    return value


def refused(clone: Repository, capsys: Output, *words: str, status: int = 2, **env: str) -> str:
    """Return the one message that a refusal ends in."""
    capsys.readouterr()
    assert registry(clone, *words, **env) == status
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    lines = said.err.rstrip("\n").split("\n")
    assert [line[:7] == "error: " for line in lines] == [True, False], "a message and its remedy"
    return said.err


# Reading


def test_show_lists_models_stages_and_versions(story: Story, capsys: Output) -> None:
    text = shown(story.clone, capsys, "show")
    assert "flight-delays: staging is v1.1.0, production is v1.0.0\n" in text
    assert "diabetes: production is v1.0.0\n" in text
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("flight-delays"))
    columns = [lines[at + 1].index(word) for word in ("STAGES", "REGISTERED", "BY", "VERDICT", "FORMAT", "COMMIT")]
    for line, words in ((lines[at + 2], ("staging", "2026-03-03T10:15:00Z", "ann", "pass", "skops")),):
        assert [line.index(word, 8) for word in words] == columns[:5]
    value = document(story.clone, capsys, "show")
    assert value["sequence"] == 8
    assert [model["model"] for model in value["models"]] == [OTHER, MODEL]
    newest, oldest = value["models"][1]["versions"]
    assert (newest["version"], newest["stages"], oldest["stages"]) == ("v1.1.0", ["staging"], ["production"])
    assert newest["model_digest"] == bundle(MODEL, "v1.1.0")[0][0].digest


def test_show_one_model_and_no_more_than_asked_for(story: Story, capsys: Output) -> None:
    value = document(story.clone, capsys, "show", "--model", MODEL, "--limit", "1")
    assert [[v["version"] for v in model["versions"]] for model in value["models"]] == [["v1.1.0"]]
    assert value["models"][0]["count"] == 2
    assert "1 older version: `--limit 0` shows all." in shown(story.clone, capsys, "show", "--limit", "1")


def test_history_is_newest_first_and_says_what_a_stage_pointed_to(story: Story, capsys: Output) -> None:
    events = document(story.clone, capsys, "history")["events"]
    assert [event["sequence"] for event in events] == list(range(8, 0, -1))
    assert events[1]["previous_version"] == "v1.0.0"
    assert events[0]["reason"] == "looks good"
    text = shown(story.clone, capsys, "history", "--stage", "production", "--model", MODEL)
    assert "assign v1.0.0 to production" in text
    assert "staging" not in text
    assert "5 older records: `--limit 0` shows all." in shown(story.clone, capsys, "history", "--limit", "3")


@pytest.mark.parametrize(
    ("date", "sequence", "meaning"),
    [
        ("2026-03-01", 3, "the end of 2026-03-01 in UTC"),
        ("2026-02-28", 0, "the end of 2026-02-28 in UTC"),
        ("2026-03-03T10:14:59Z", 5, "2026-03-03T10:14:59Z, in UTC"),
        ("2026-03-03T11:15:00+01:00", 7, "2026-03-03T10:15:00Z, in UTC"),
        ("2026-03-03 10:15", 7, "2026-03-03T10:15:00Z, in UTC"),
    ],
)
def test_at_says_what_the_date_was_taken_to_mean(
    story: Story, capsys: Output, date: str, sequence: int, meaning: str
) -> None:
    counted = "1 record" if sequence == 1 else f"{sequence} records"
    assert f"The registry as it was at {meaning}: {counted}." in shown(story.clone, capsys, "at", date)
    assert document(story.clone, capsys, "at", date)["sequence"] == sequence


@pytest.mark.parametrize(
    "date", ["yesterday", "2026-13-01", "2026-03", "03/03/2026", "2026-03-03T25:00", "0001-01-01T00:00+10:00"]
)
def test_at_refuses_what_is_no_date(story: Story, capsys: Output, date: str) -> None:
    assert "expected a date or a time" in refused(story.clone, capsys, "at", date)


def test_diff_names_what_differs(story: Story, capsys: Output) -> None:
    value = document(story.clone, capsys, "diff", "v1.0.0", "1.1.0", "--model", MODEL)
    found = {item["what"]: (item["old"], item["new"]) for item in value["differences"]}
    assert found["roc_auc.value"] == ("0.8", "0.85")
    assert {item["name"] for item in value["differences"]} >= {"roc_auc", "registered", "commit", "table train"}
    assert found["time"] == ("2026-03-01T10:00:00Z", "2026-03-03T10:15:00Z")
    assert {"commit", "digests.data.train", "artifacts.model"} <= set(found)
    assert "digests.holdout" not in found
    text = shown(story.clone, capsys, "diff", "production", "staging", "--model", MODEL)
    assert text.splitlines()[0].split() == ["v1.0.0", "v1.1.0"]
    assert "do not differ" in shown(story.clone, capsys, "diff", "v1.0.0", "v1.0.0", "--model", MODEL)


def test_diff_has_every_metric_of_the_reports(tmp_path: Path, capsys: Output) -> None:
    story = Story(tmp_path / "s")
    for number, value in enumerate((0.5, 0.25)):
        report = json.dumps({"comparison": {"metrics": [{"metric": "log_loss", "candidate": value}]}}).encode()
        kept = hashlib.sha256(report).hexdigest()
        stored = StoredArtifact(name="report", file="report.json", digest=kept, size=len(report), store="branch")
        made = replace(draft(MODEL, f"v1.{number}.0", story.lab.code, "2026-03-01T10:00:00Z"), artifacts=(stored,))
        story.write(partial(plan.promote, draft=made, stages=()), {kept: report})
    text = shown(story.clone, capsys, "diff", "v1.0.0", "v1.1.0")
    assert "log_loss" in text
    assert next(line for line in text.splitlines() if line.startswith("log_loss")).split() == [
        "log_loss",
        "0.5",
        "0.25",
    ]
    assert "digests." not in text
    assert "[" not in text


def test_a_version_is_known_by_its_tag(story: Story, capsys: Output, tmp_path: Path) -> None:
    value = document(story.clone, capsys, "get", f"{OTHER}@v1.0.0", "--to", str(tmp_path / "in" / ".." / "b"))
    assert {item["path"] for item in value["files"]} >= {str(tmp_path / "b" / "model.skops")}
    assert (tmp_path / "b" / "model.skops").read_text() == f"model of {OTHER} v1.0.0\n"
    assert document(story.clone, capsys, "diff", f"{MODEL}@v1.0.0", f"{MODEL}@1.1.0")["differences"]
    assert "several models are named" in refused(story.clone, capsys, "diff", f"{MODEL}@v1.0.0", f"{OTHER}@v1.0.0")
    assert "no version" in refused(story.clone, capsys, "get", f"{OTHER}@v9.0.0", "--to", str(tmp_path / "c"))


def test_show_says_what_was_measured_and_who_judged(story: Story, capsys: Output) -> None:
    newest = document(story.clone, capsys, "show")["models"][1]["versions"][0]
    assert (newest["measured"], newest["origin"]) == ({"roc_auc": 0.85}, "ci")
    assert "roc_auc 0.85" in shown(story.clone, capsys, "show", "--model", MODEL)
    events = document(story.clone, capsys, "history")["events"]
    assert [event["origin"] for event in events if event["event"] == "register"] == ["ci"] * 3
    assert {event["origin"] for event in events if event["event"] != "register"} == {None}


def test_get_writes_verified_files(story: Story, capsys: Output, tmp_path: Path) -> None:
    to = tmp_path / "bundle"
    value = document(story.clone, capsys, "get", "production", "--model", MODEL, "--to", str(to))
    assert {item["name"] for item in value["files"]} == {"model", "holdout-predictions", "profile", "report"}
    for item in value["files"]:
        data = (tmp_path / item["path"]).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (item["digest"], item["size"])
    assert (to / "model.skops").read_text() == f"model of {MODEL} v1.0.0\n"
    assert "is not empty" in refused(story.clone, capsys, "get", "production", "--model", MODEL, "--to", str(to))


def test_a_shallow_clone_and_a_clone_without_network_read_the_same(
    story: Story, capsys: Output, tmp_path: Path
) -> None:
    whole = document(story.clone, capsys, "show")
    shallow = story.lab.clone(f"shallow-{tmp_path.name}", depth=1)
    assert document(shallow, capsys, "show") == whole
    shallow.git("remote", "set-url", "origin", "file:///nowhere")
    assert document(shallow, capsys, "show", "--offline") == whole
    assert "cannot be read" in refused(shallow, capsys, "show", status=5)


def test_verify_reads_the_whole_history_in_a_shallow_clone(story: Story, capsys: Output, tmp_path: Path) -> None:
    shallow = story.lab.clone(f"shallow-{tmp_path.name}", depth=1)
    registry(shallow, "show")
    value = document(shallow, capsys, "verify")
    assert value["findings"] == value["unchecked"] == []
    assert value["checked"] == {"record": 8, "commit": 8, "tag": 7, "blob": 12, "page": 3, "signature": 0}


def test_the_script_is_the_same_program(story: Story) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "registry.py"), "show", "--json"]
    done = subprocess.run(command, cwd=story.clone.root, env=variables(), capture_output=True, check=True)
    assert json.loads(done.stdout)["sequence"] == 8


def test_every_option_has_its_variable(story: Story, capsys: Output) -> None:
    value = document(story.clone, capsys, "show", MLGATE_MODEL=OTHER, MLGATE_OFFLINE="false", MLGATE_LIMIT="1")
    assert [model["model"] for model in value["models"]] == [OTHER]
    assert document(story.clone, capsys, "at", MLGATE_DATE="2026-03-01")["sequence"] == 3


# Writing


def test_rollback_goes_back_and_says_from_where(mine: Story, capsys: Output, tmp_path: Path) -> None:
    before = mine.lab.refs()
    files = document(mine.clone, capsys, "get", "v1.0.0", "--model", MODEL, "--to", str(tmp_path / "a"))["files"]
    output = tmp_path / "output"
    start = time.monotonic()
    text = shown(
        mine.clone, capsys, "rollback", "--model", MODEL, "--stage", "staging", "--reason", "worse at weekends",
        GITHUB_OUTPUT=str(output),
    )  # fmt: skip
    assert time.monotonic() - start < 30
    assert text.startswith("flight-delays: roll staging back to v1.0.0, from v1.1.0 (record 9, ")
    given = output.read_text().replace("\n", " ")
    for name, value in {
        "version": "v1.0.0",
        "previous-version": "v1.1.0",
        "stage": "staging",
        "outcome": "pass",
    }.items():
        assert f" {value} " in given.split(f"{name}<<", 1)[1][:80]
    after = mine.lab.refs()
    assert {name for name in after if name not in before} == {f"refs/tags/{MODEL}#staging#3"}
    assert {name for name in before if before[name] != after[name]} == {BRANCH}
    event = document(mine.clone, capsys, "history", "--limit", "1")["events"][0]
    assert (event["rollback"], event["reason"], event["actor"]) == (True, "worse at weekends", "ann")
    again = document(mine.clone, capsys, "get", "staging", "--model", MODEL, "--to", str(tmp_path / "b"))["files"]
    assert [item["digest"] for item in again] == [item["digest"] for item in files]
    assert registry(mine.clone, "verify") == 0


def test_rollback_model_is_the_same_program(mine: Story, capsys: Output) -> None:
    (mine.clone.root / "mlgate.yml").write_text(CONFIG)
    variables_ = {**variables(), "MLGATE_STAGE": "staging", "MLGATE_REASON": "worse", "MLGATE_TO": "1.0.0"}
    assert main(["rollback-model"], variables_, mine.clone.root) == 0
    assert "roll staging back to v1.0.0, from v1.1.0" in capsys.readouterr().out
    assert main(["rollback-model"], variables_, mine.clone.root) == 0
    assert "Nothing was written" in capsys.readouterr().out


def test_two_who_roll_back_at_once_go_one_step(mine: Story, capsys: Output) -> None:
    """The other one's push comes while this one's is under way: the remote runs it in a hook, once."""
    mine.promote(MODEL, mine.lab.code, "2026-03-05T10:00:00Z", ("staging",))
    other, mark = mine.lab.clone("other"), mine.lab.folder / "was-there"
    words = f"registry.py rollback --model {MODEL} --stage staging --reason first"
    clean = 'env -i PATH="$PATH" HOME=/nowhere GITHUB_ACTOR=bob GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1'
    once = f"test -e {mark} && exit 0\ntouch {mark}\n"
    mine.lab.hook("pre-receive", f"{once}cd {other.root} && {clean} {sys.executable} {ROOT}/scripts/{words} >&2\n")
    text = shown(mine.clone, capsys, "rollback", "--model", MODEL, "--stage", "staging", "--reason", "second")
    assert "Nothing was written" in text
    events = document(mine.clone, capsys, "history", "--model", MODEL)["events"]
    assert [(e["actor"], e["version"]) for e in events if e["rollback"]] == [("bob", "v1.1.0")]
    assert "staging is v1.1.0" in shown(mine.clone, capsys, "show", "--model", MODEL)


def test_rollback_needs_a_reason_and_a_way_back(mine: Story, capsys: Output) -> None:
    assert "`--reason TEXT` is required" in refused(mine.clone, capsys, "rollback", "--model", MODEL)
    other = ("--model", OTHER, "--reason", "x")
    assert "has never pointed to another version" in refused(mine.clone, capsys, "rollback", *other)
    forward = ("--model", MODEL, "--stage", "production", "--to", "v1.1.0", "--reason", "x")
    assert "has never pointed to v1.1.0" in refused(mine.clone, capsys, "rollback", *forward)
    assert mine.lab.journal(mine.writer).read().state.sequence == 8


def test_rollback_to_bytes_that_are_gone_writes_nothing(mine: Story, capsys: Output) -> None:
    model = bundle(MODEL, "v1.0.0")[0][0].digest
    path = f"blobs/sha256/{model[:2]}/{model}"
    for entry, what in ((None, "is not in the branch store"), ((FILE, b"other\n"), "other bytes")):
        forger = Forger(remote=mine.lab.remote).read()
        forger.put(path, entry)
        forger.forge()
        clone = mine.lab.clone(f"clone-{'gone' if entry is None else 'altered'}")
        words = ("rollback", "--model", MODEL, "--stage", "staging", "--reason", "x")
        assert what in refused(clone, capsys, *words, status=5)
        forger.restore()
    assert mine.lab.journal(mine.writer).read().state.sequence == 8


@pytest.fixture
def shared(tmp_path: Path) -> Story:
    """Return a registry whose files lie in a folder."""
    made = Story(tmp_path / "s", store="folder").tell()
    for model, version in ((MODEL, "v1.0.0"), (MODEL, "v1.1.0"), (OTHER, "v1.0.0")):
        for digest, data in bundle(model, version)[1].items():
            path = tmp_path / "shared" / "sha256" / digest[:2] / digest
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    promote = f"{{stages: [staging, production], store: {{folder: {tmp_path / 'shared'}}}}}"
    (made.clone.root / "mlgate.yml").write_text(f"version: 1\nmodel: {MODEL}\npromote: {promote}\n")
    return made


def test_a_folder_is_read_and_verified(shared: Story, capsys: Output, tmp_path: Path) -> None:
    value = document(shared.clone, capsys, "verify")
    assert (value["checked"]["blob"], value["unchecked"]) == (12, [])
    document(shared.clone, capsys, "get", "staging", "--to", str(tmp_path / "b"))
    assert (tmp_path / "b" / "model.skops").read_text() == f"model of {MODEL} v1.1.0\n"
    model = bundle(MODEL, "v1.0.0")[0][0].digest
    path = tmp_path / "shared" / "sha256" / model[:2] / model
    words: tuple[str, ...] = ("rollback", "--stage", "staging", "--reason", "x")
    path.write_bytes(b"other\n")
    assert registry(shared.clone, "verify") == 5
    assert "blob-altered" in capsys.readouterr().out
    assert "other bytes" in refused(shared.clone, capsys, *words, status=5)
    path.unlink()
    assert registry(shared.clone, "verify") == 5
    assert "blob-missing" in capsys.readouterr().out
    assert "is not in the folder store" in refused(shared.clone, capsys, *words, status=5)
    words = ("assign", "v1.0.0", "--stage", "staging")
    assert "is not in the folder store" in refused(shared.clone, capsys, *words, status=5)


def test_a_store_that_cannot_be_asked_is_said_to_be_unchecked(shared: Story, capsys: Output, tmp_path: Path) -> None:
    (shared.clone.root / "mlgate.yml").unlink()
    value = document(shared.clone, capsys, "verify")
    assert value["findings"] == []
    assert value["unchecked"] == ["the folder store: the store is a folder, and none is named"]
    words = ("get", "v1.0.0", "--model", MODEL, "--to", str(tmp_path / "b"))
    assert "none is named" in refused(shared.clone, capsys, *words)


def test_releases_without_a_token_are_said_to_be_unchecked(tmp_path: Path, capsys: Output) -> None:
    story = Story(tmp_path / "s", store="release").tell()
    [unchecked] = document(story.clone, capsys, "verify")["unchecked"]
    assert "there is no forge to ask" in unchecked


def test_get_from_a_lying_store_leaves_no_file(mine: Story, capsys: Output, tmp_path: Path) -> None:
    model = bundle(MODEL, "v1.0.0")[0][0].digest
    forger = Forger(remote=mine.lab.remote).read()
    forger.put(f"blobs/sha256/{model[:2]}/{model}", (FILE, b"other\n"))
    forger.forge()
    words = ("get", "v1.0.0", "--model", MODEL, "--to", str(tmp_path / "b"))
    assert "other bytes" in refused(mine.lab.clone("c"), capsys, *words, status=5)
    assert list((tmp_path / "b").iterdir()) == []


def test_file_names_of_a_forged_record_stay_in_the_folder(mine: Story, capsys: Output, tmp_path: Path) -> None:
    forger = Forger(remote=mine.lab.remote).read()
    plain = json.loads(forger.data(1))
    for item, name in zip(plain["artifacts"], ("../../evil", "/etc/evil", ".git", "MODEL.skops"), strict=True):
        item["file"] = name
    forger.rewrite(1, encode(plain))
    forger.chain()
    forger.forge()
    value = document(mine.lab.clone("c"), capsys, "get", "v1.0.0", "--model", MODEL, "--to", str(tmp_path / "in" / "b"))
    names = {os.path.relpath(item["path"], tmp_path / "in" / "b") for item in value["files"]}
    assert len(names) == 4
    assert all("/" not in name and not name.startswith(".") for name in names)
    assert {path.name for path in (tmp_path / "in").rglob("*")} == {"b", *names}


def test_assign_unassign_deprecate_and_note(mine: Story, capsys: Output) -> None:
    words = ("--model", MODEL)
    assert "assign v1.1.0 to production, after v1.0.0" in shown(
        mine.clone, capsys, "assign", "v1.1.0", "--stage", "production", *words
    )
    assert "Nothing was written" in shown(mine.clone, capsys, "assign", "v1.1.0", "--stage", "production", *words)
    assert "take v1.1.0 from staging" in shown(
        mine.clone, capsys, "unassign", "--stage", "staging", "--reason", "not used", *words
    )
    assert "deprecate v1.0.0" in shown(mine.clone, capsys, "deprecate", "v1.0.0", "--reason", "leaks", *words)
    assert "note v1.1.0" in shown(mine.clone, capsys, "note", "seen by the board", "--version", "v1.1.0", *words)
    text = shown(mine.clone, capsys, "show", *words)
    assert "staging is empty, production is v1.1.0" in text
    assert "deprecated" in text
    assert "is deprecated" in refused(
        mine.clone, capsys, "rollback", "--to", "v1.0.0", "--stage", "production", "--reason", "x", *words
    )
    assert {f"refs/tags/{MODEL}#production#2", f"refs/tags/{MODEL}#staging!#3"} <= set(mine.lab.refs())
    assert registry(mine.clone, "verify") == 0


def test_assign_keeps_the_order_and_the_agreements_of_the_configuration(mine: Story, capsys: Output) -> None:
    stages = "{name: staging}, {name: canary}, {name: production, approve: second-person}"
    (mine.clone.root / "mlgate.yml").write_text(f"version: 1\nmodel: {MODEL}\npromote: {{stages: [{stages}]}}\n")
    assert "has not been in canary" in refused(mine.clone, capsys, "assign", "v1.1.0", "--stage", "production")
    assert registry(mine.clone, "assign", "v1.1.0", "--stage", "canary") == 0
    assert "needs an agreement" in refused(mine.clone, capsys, "assign", "v1.1.0", "--stage", "production")
    assert "no stage 'prod'" in refused(mine.clone, capsys, "assign", "v1.1.0", "--stage", "prod")


def test_a_repository_without_a_remote_keeps_its_log_in_a_branch(mine: Story, capsys: Output, tmp_path: Path) -> None:
    mine.lab.bare("clone", "-q", "--mirror", mine.lab.url, str(tmp_path / "alone" / ".git"), at=tmp_path)
    alone = Repository(tmp_path / "alone")
    alone.git("config", "core.bare", "false")
    alone.git("remote", "remove", "origin")
    for name in ("main", "mlgate-registry"):
        alone.git("update-ref", f"refs/heads/{name}", mine.lab.refs()[f"refs/heads/{name}"])
    alone.git("checkout", "-q", "-f", "main")
    assert "staging is v1.1.0" in shown(alone, capsys, "show")
    shown(alone, capsys, "rollback", "--model", MODEL, "--stage", "staging", "--reason", "x")
    assert "staging is v1.0.0" in shown(alone, capsys, "show")
    assert registry(alone, "verify") == 0


# Bad input


def test_without_a_registry(tmp_path: Path, capsys: Output) -> None:
    clone = Lab(tmp_path).clone("c")
    for word in ("show", "history"):
        assert "There is no registry yet" in shown(clone, capsys, word)
    assert document(clone, capsys, "show")["tip"] is None
    assert "There is no registry: no branch mlgate-registry" in shown(clone, capsys, "verify")
    for words in (("show", "--model", "x"), ("diff", "v1.0.0", "v1.1.0"), ("rollback", "--reason", "x"), ("note", "x")):
        assert "there is no registry yet" in refused(clone, capsys, *words)


def test_outside_of_a_repository(tmp_path: Path, capsys: Output) -> None:
    assert "no git repository" in refused(Repository(tmp_path), capsys, "show")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "--model", "flight-delay"), "no model 'flight-delay', did you mean 'flight-delays'?"),
        (("show", "--model", "a/b"), "no model 'a/b'"),
        (("show", "--model", "a b"), "no model 'a b'"),
        (("show", "--model", "flüge\x1b[31m\n::error::x"), "no model 'flüge"),
        (("diff", "v1.0.0", "v1.1.0"), "several models, and none is named"),
        (("diff", "v1.0.0", "v1.9.0", "--model", MODEL), "no version 'v1.9.0'"),
        (("diff", "v1.0.0", "prodution", "--model", MODEL), "did you mean 'production'?"),
        (("rollback", "--model", MODEL, "--reason", "x"), "several stages, and none is named"),
        (("rollback", "--model", MODEL, "--stage", "producton", "--reason", "x"), "did you mean 'production'?"),
        (("history", "--stage", "producton"), "no stage 'producton', did you mean 'production'?"),
        (("assign", "v1.1.0", "--stage", "a/b", "--model", MODEL), "cannot be the name of a stage"),
        (("assign", "v1.1.0", "--stage", "ü", "--model", MODEL), "cannot be the name of a stage"),
        (("assign", "--model", MODEL), "`VERSION` is required"),
        (("get", "v1.0.0", "--model", MODEL), "`--to PATH` is required"),
        (("show", "--limit", "many"), "limit: expected a number"),
        (("shwo",), "unknown command 'shwo', did you mean 'show'?"),
        (("show", "--modle", "x"), "unknown option '--modle', did you mean '--model'?"),
    ],
)
def test_bad_input_ends_in_one_message(story: Story, capsys: Output, words: tuple[str, ...], said: str) -> None:
    message = refused(story.clone, capsys, *words)
    assert said in message
    assert "\x1b" not in message
    assert "\n::" not in message


def test_a_configuration_that_was_named_must_be_there(story: Story, capsys: Output) -> None:
    assert registry(story.clone, "show", "--config", "other.yml") == 2
    assert "there is no such file" in capsys.readouterr().err


def test_a_record_from_a_newer_mlgate(mine: Story, capsys: Output) -> None:
    forger = Forger(remote=mine.lab.remote).read()
    forger.rewrite(8, encode(json.loads(forger.data(8)) | {"schema": "mlgate/record/9"}))
    forger.forge()
    message = refused(mine.lab.clone("c"), capsys, "show", status=5)
    assert "mlgate/record/9" in message
    assert "Update mlgate" in message


def test_words_of_others_stay_on_their_line(mine: Story, capsys: Output) -> None:
    evil = "x\n::error::y \x1b[31m \u202e evil"
    shown(mine.clone, capsys, "note", evil, "--model", MODEL)
    text = shown(mine.clone, capsys, "history", "--limit", "1")
    assert len(text.splitlines()) == 3
    assert not {"\x1b", "\u202e"} & set(text)
    assert document(mine.clone, capsys, "history", "--limit", "1")["events"][0]["reason"] == evil


def test_a_registry_that_may_not_be_written(mine: Story, capsys: Output) -> None:
    mine.lab.hook("pre-receive", 'echo "GH006: Protected branch update failed" >&2\nexit 1\n')
    words = ("rollback", "--model", MODEL, "--stage", "staging", "--reason", "x")
    assert "contents: write" in refused(mine.clone, capsys, *words, status=5)
    assert mine.lab.journal(mine.writer).read().state.sequence == 8


def test_deprecation_is_said_where_it_matters(mine: Story, capsys: Output, tmp_path: Path) -> None:
    words = ("--model", MODEL)
    text = shown(mine.clone, capsys, "deprecate", "staging", "--reason", "leaks labels", *words)
    assert f"Note: staging still points to {MODEL} v1.1.0, which is deprecated" in text
    assert "staging is v1.1.0 (deprecated)" in shown(mine.clone, capsys, "show", *words)
    text = shown(mine.clone, capsys, "get", "staging", "--to", str(tmp_path / "b"), *words, GITHUB_ACTIONS="true")
    assert f"Note: {MODEL} v1.1.0 is deprecated (record 9, by ann): leaks labels." in text
    assert "::warning" in text
    text = shown(mine.clone, capsys, "assign", "v1.1.0", "--stage", "staging", *words)
    assert text.startswith("Nothing was written")
    assert "staging still points to" in text
    assert "is deprecated" in refused(mine.clone, capsys, "assign", "v1.1.0", "--stage", "production", *words)
    (mine.clone.root / "mlgate.yml").write_text(CONFIG)
    assert "staging still points" in shown(mine.clone, capsys, "assign", "v1.1.0", "--stage", "staging", *words)


def test_a_rollback_says_what_it_passes_over(mine: Story, capsys: Output) -> None:
    words = ("rollback", "--model", MODEL, "--stage", "staging")
    for day in (5, 6, 7):
        mine.promote(MODEL, mine.lab.code, f"2026-03-0{day}T10:00:00Z", ("staging",))
    shown(mine.clone, capsys, *words, "--reason", "slow")
    shown(mine.clone, capsys, "deprecate", f"{MODEL}@v1.2.0", "--reason", "leaks")
    text = shown(mine.clone, capsys, *words, "--reason", "worse")
    assert "roll staging back to v1.1.0, from v1.3.0" in text
    assert "Note: passed over v1.4.0: staging was rolled back from it in record 15 (slow)." in text
    assert "Note: passed over v1.2.0: it is deprecated." in text
    assert "passed over" not in shown(mine.clone, capsys, *words, "--to", "v1.3.0", "--reason", "no, better")
    assert "point staging to v1.3.0 (was v1.1.0)" in shown(mine.clone, capsys, "history", "--limit", "1")


def test_help_marks_what_is_required(story: Story, capsys: Output) -> None:
    with pytest.raises(SystemExit):
        registry(story.clone, "rollback", "--help")
    said = " ".join(capsys.readouterr().out.split())
    assert "--reason REASON Required. Why" in said
    assert "--to TO The version" in said


# Whose configuration counts


def two_models(story: Story, other: str = "other/mlgate.yml") -> None:
    """Commit the configurations of both models; the production of one needs a second person."""
    guarded = f"version: 1\nmodel: {OTHER}\npromote: {{stages: [{{name: production, approve: second-person}}]}}\n"
    files: dict[str, str | bytes | None] = {"mlgate.yml": CONFIG, other: guarded}
    story.lab.origin.commit(files, "configure")
    story.lab.origin.git("push", "-q", "origin", "main")
    story.clone.git("pull", "-q")
    story.promote(OTHER, story.lab.code, "2026-03-05T10:00:00Z", ())


def test_another_model_s_configuration_lets_nobody_pass_over_an_approval(mine: Story, capsys: Output) -> None:
    two_models(mine)
    words = ("assign", "v1.1.0", "--model", OTHER, "--stage", "production")
    assert "needs an agreement" in refused(mine.clone, capsys, *words)
    assert "needs an agreement" in refused(mine.clone, capsys, *words, "--config", "mlgate.yml")
    (mine.clone.root / "mlgate.yml").unlink()  # what is at hand does not count: what is committed does
    assert "needs an agreement" in refused(mine.clone, capsys, *words)
    assert "several configurations, and none is named" in refused(mine.clone, capsys, "assign", "v1.1.0")
    assert "diabetes: assign v1.0.0 to spare" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ("assign", "v1.1.0"),
        ("unassign", "--stage", "production"),
        ("note", "x"),
        ("deprecate", "v1.1.0", "--reason", "x"),
        ("rollback", "--reason", "x"),
    ],
)
def test_nothing_is_written_about_a_model_whose_configuration_is_not_known(
    mine: Story, capsys: Output, words: tuple[str, ...]
) -> None:
    two_models(mine, other="other/named.yml")
    message = refused(mine.clone, capsys, *words, "--model", OTHER)
    assert f"no committed configuration is that of the model '{OTHER}'" in message
    assert "`--config FILE`" in message
    assert mine.lab.journal(mine.writer).read().state.sequence == 9
    if words[0] == "assign":
        named = ("--model", OTHER, "--config", "other/named.yml")
        assert "needs an agreement" in refused(mine.clone, capsys, *words, *named)


def test_a_stage_is_emptied_with_a_reason_or_without(mine: Story, capsys: Output) -> None:
    words = ("--model", MODEL, "--stage", "production")
    assert "take v1.0.0 from production" in shown(mine.clone, capsys, "unassign", *words)
    shown(mine.clone, capsys, "assign", "v1.1.0", *words, "--reason", "the board said so")
    assert document(mine.clone, capsys, "history", "--limit", "1")["events"][0]["reason"] == "the board said so"
