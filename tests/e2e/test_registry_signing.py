"""Signatures of the log, with real keys: who signs, who may, and what `verify` says of the others."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.registries import BRANCH, MODEL, variables
from tests.registry_forger import Forger, encode
from tests.registry_story import Story, new_key, registry
from tests.toolbox import tool

from mlgate.core.registry.audit.signatures import SignatureState, fingerprint, principal_of
from mlgate.errors import MlgateError
from mlgate.shell.git.repository import Git
from mlgate.shell.registry.verification.signing import open_signer, verify_commits

if TYPE_CHECKING:
    from tests.repository import Repository

Output = pytest.CaptureFixture[str]
WORDS = ("rollback", "--model", MODEL, "--stage", "staging", "--reason", "worse")


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Return a signed registry, whose list of allowed signers is committed on the default branch."""
    made = Story(tmp_path / "s", sign=True).tell()
    commit_policy(made, made.allowed)
    return made


def commit_policy(story: Story, allowed: str) -> None:
    config = (
        f"version: 1\nmodel: {MODEL}\n"
        "promote: {stages: [staging, production], sign: true, allowed-signers: signers/allowed}\n"
    )
    story.lab.origin.commit({"mlgate.yml": config, "signers/allowed": allowed})
    story.lab.origin.git("push", "-q", "origin", "main")
    story.clone.git("pull", "-q")


def git_of(clone: Repository) -> Git:
    return Git(clone.root, variables())


def verified(story: Story, capsys: Output, *words: str) -> tuple[int, list[dict[str, Any]]]:
    capsys.readouterr()
    status = registry(story.clone, "verify", "--json", *words)
    return status, json.loads(capsys.readouterr().out)["findings"]


def signer_in(story: Story) -> str | None:
    state = story.lab.journal(story.writer).read().state
    return state.entries[-1].record().signer


def test_a_job_signs_with_the_key_of_a_secret(story: Story, capsys: Output, tmp_path: Path) -> None:
    assert story.key
    before = set(Path(tempfile.gettempdir()).glob("mlgate-sign-*"))
    secret = story.key.read_text().rstrip("\n")  # as a host hands a secret over
    output = tmp_path / "output"
    assert registry(story.clone, *WORDS, MLGATE_SIGNING_KEY=secret, GITHUB_OUTPUT=str(output)) == 0
    said = capsys.readouterr()
    assert "PRIVATE KEY" not in said.out + said.err + output.read_text()
    assert signer_in(story) == "ann@example.org"
    assert set(Path(tempfile.gettempdir()).glob("mlgate-sign-*")) <= before
    assert verified(story, capsys) == (0, [])


def test_a_person_signs_with_the_key_of_their_git(story: Story, capsys: Output) -> None:
    assert story.key
    story.clone.git("config", "gpg.format", "ssh")
    story.clone.git("config", "user.signingkey", str(story.key))
    assert registry(story.clone, *WORDS) == 0
    assert signer_in(story) == "ann@example.org"
    assert verified(story, capsys) == (0, [])


def test_without_a_key_nothing_is_written(story: Story, capsys: Output) -> None:
    before = story.lab.refs()
    assert registry(story.clone, *WORDS) == 2
    assert "there is no key to sign them with" in capsys.readouterr().err
    assert story.lab.refs() == before


def test_a_key_that_is_on_no_list_writes_nothing(story: Story, capsys: Output, tmp_path: Path) -> None:
    before = story.lab.refs()
    assert registry(story.clone, *WORDS, MLGATE_SIGNING_KEY=new_key(tmp_path / "eve").read_text()) == 5
    assert "is on no line of the list of allowed signers" in capsys.readouterr().err
    assert story.lab.refs() == before


def test_what_is_no_key_writes_nothing_and_is_not_shown(story: Story, capsys: Output) -> None:
    before = story.lab.refs()
    assert registry(story.clone, *WORDS, MLGATE_SIGNING_KEY="hunter2") == 2
    said = capsys.readouterr()
    assert "is no private SSH key that can be used" in said.err
    assert "hunter2" not in said.out + said.err
    assert story.lab.refs() == before


def test_a_list_in_the_working_copy_is_not_believed(story: Story, capsys: Output, tmp_path: Path) -> None:
    eve = new_key(tmp_path / "eve")
    listed = f"ann@example.org {eve.with_suffix('.pub').read_text()}"
    (story.clone.root / "signers" / "allowed").write_text(listed)
    assert registry(story.clone, *WORDS, MLGATE_SIGNING_KEY=eve.read_text()) == 5
    assert "is on no line" in capsys.readouterr().err
    assert verified(story, capsys) == (0, [])
    # A list that is named by hand is.
    (tmp_path / "list").write_text(listed)
    status, found = verified(story, capsys, "--allowed-signers", str(tmp_path / "list"))
    assert status == 5
    assert {item["reason"] for item in found} == {"signature-wrong"}
    assert len(found) == 8


@pytest.mark.parametrize("how", ["no signatures", "own list", "deleted"])
def test_a_configuration_in_the_checkout_is_not_believed(
    story: Story, capsys: Output, tmp_path: Path, how: str
) -> None:
    """As in CI: a shallow checkout of a pull request, in which nothing tells the default branch but the remote."""
    forger = Forger(remote=story.lab.remote).read()
    plain = json.loads(forger.data(8))
    del plain["signer"]
    forger.rewrite(8, encode(plain))
    forger.chain(8)
    forger.forge()
    story.clone = story.lab.clone("ci", 1)
    story.clone.git("remote", "set-head", "origin", "-d")
    mine = f"eve@example.org {new_key(tmp_path / 'eve').with_suffix('.pub').read_text()}"
    config = f"version: 1\nmodel: {MODEL}\npromote: {{stages: [staging, production]}}\n"
    changes: dict[str, dict[str, str | bytes | None]] = {
        "no signatures": {"mlgate.yml": config},
        "own list": {"signers/allowed": mine},
        "deleted": {"mlgate.yml": None, "signers/allowed": None},
    }
    story.clone.commit(changes[how])
    status, found = verified(story, capsys)
    assert status == 5
    assert [(item["reason"], item["subject"]) for item in found] == [("signature-wrong", "record 8")]
    if how == "own list":
        assert registry(story.clone, *WORDS, MLGATE_SIGNING_KEY=(tmp_path / "eve").read_text()) == 5
        assert "is on no line of the list" in capsys.readouterr().err


def test_an_unsigned_record_is_found_where_all_must_be_signed(story: Story, capsys: Output, tmp_path: Path) -> None:
    forger = Forger(remote=story.lab.remote).read()
    plain = json.loads(forger.data(8))
    del plain["signer"]
    forger.rewrite(8, encode(plain))
    forger.chain(8)
    forger.forge()
    status, found = verified(story, capsys)
    assert status == 5
    assert [item["reason"] for item in found] == ["signature-wrong"]
    assert "is not signed" in found[0]["message"]
    # Whatever this clone's configuration asks for.
    (story.clone.root / "mlgate.yml").unlink()
    (tmp_path / "list").write_text(story.allowed)
    assert verified(story, capsys, "--allowed-signers", str(tmp_path / "list")) == (5, found)


def test_no_unsigned_record_follows_a_signed_one(tmp_path: Path, capsys: Output) -> None:
    story = Story(tmp_path / "s", sign=True).tell()
    before, key = story.lab.refs(), story.key
    story.key = None
    with pytest.raises(MlgateError) as caught:
        story.promote(MODEL, story.lab.code, "2026-03-05T10:00:00Z", ("staging",))
    assert caught.value.reason == "signature-wrong"
    for words in (WORDS, ("note", "x", "--model", MODEL), ("deprecate", "v1.0.0", "--reason", "x", "--model", MODEL)):
        assert registry(story.clone, *words) == 5
        said = capsys.readouterr().err
        assert "this one would be unsigned" in said
        assert "`--sign`" in said
    assert story.lab.refs() == before
    assert key
    assert registry(story.clone, *WORDS, MLGATE_SIGNING_KEY=key.read_text()) == 0


def test_verify_counts_what_is_signed_and_an_auditor_may_demand_all(tmp_path: Path, capsys: Output) -> None:
    story = Story(tmp_path / "s").tell()
    key = new_key(tmp_path / "key")
    for number in range(2):
        words = ("note", f"seen {number}", "--model", MODEL, "--sign")
        assert registry(story.clone, *words, MLGATE_SIGNING_KEY=key.read_text()) == 0
    (tmp_path / "list").write_text(f"ann@example.org {key.with_suffix('.pub').read_text()}")
    listed = ("verify", "--allowed-signers", str(tmp_path / "list"))
    capsys.readouterr()
    assert registry(story.clone, *listed) == 0
    said = capsys.readouterr().out
    assert ", 2 signatures; 8 records before the first are unsigned." in said
    assert registry(story.clone, *listed, "--json") == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["checked"]["signature"], value["unsigned"]) == (2, 8)
    status, found = verified(story, capsys, *listed[1:], "--all-signed")
    assert (status, [item["subject"] for item in found]) == (5, [f"record {number}" for number in range(1, 9)])
    assert registry(story.clone, "verify", "--all-signed") == 2
    assert "no list of allowed signers" in capsys.readouterr().err
    assert registry(story.clone, *listed, "--all-signed") == 5
    said = capsys.readouterr().out
    assert "signature-wrong" in said
    assert "What to do:\n" in said


def test_a_key_taken_from_the_list_no_longer_counts(story: Story, capsys: Output, tmp_path: Path) -> None:
    commit_policy(story, f"bob@example.org {new_key(tmp_path / 'bob').with_suffix('.pub').read_text()}")
    status, found = verified(story, capsys)
    assert status == 5
    assert len(found) == 8


def test_a_list_that_is_not_there(story: Story, capsys: Output) -> None:
    assert registry(story.clone, "verify", "--allowed-signers", "nowhere") == 2
    assert "nowhere cannot be read" in capsys.readouterr().err
    story.lab.origin.commit({"signers/allowed": None})
    story.lab.origin.git("push", "-q", "origin", "main")
    story.clone.git("pull", "-q")
    assert registry(story.clone, "verify") == 2
    assert "is not committed" in capsys.readouterr().err


def test_signatures_that_nobody_can_judge_are_said_to_be_unchecked(tmp_path: Path, capsys: Output) -> None:
    story = Story(tmp_path / "s", sign=True).tell()
    assert registry(story.clone, "verify") == 0
    assert "Not looked at: signatures: no list of allowed signers" in capsys.readouterr().out


def test_an_unsigned_registry_may_be_signed_by_who_wants(tmp_path: Path, capsys: Output) -> None:
    story = Story(tmp_path / "s").tell()
    key = new_key(tmp_path / "key")
    assert registry(story.clone, *WORDS, "--sign", MLGATE_SIGNING_KEY=key.read_text()) == 0
    mark = fingerprint(key.with_suffix(".pub").read_text())
    assert signer_in(story) == mark
    raw = story.lab.bare("cat-file", "commit", BRANCH)
    assert "gpgsig -----BEGIN SSH SIGNATURE-----" in raw
    (tmp_path / "list").write_text(f"ann@example.org {key.with_suffix('.pub').read_text()}")
    assert verified(story, capsys, "--allowed-signers", str(tmp_path / "list")) == (0, [])


@pytest.mark.parametrize("in_memory", [True, False])
def test_the_key_lies_where_no_other_user_can_read_it(tmp_path: Path, in_memory: bool) -> None:
    """In memory; else in a file, in a workflow below the folder that the runner empties."""
    story, runners = Story(tmp_path / "s"), tmp_path / "runner"
    runners.mkdir()
    env = {**variables(), "RUNNER_TEMP": str(runners)}
    text = new_key(tmp_path / "key").read_text().replace("\n", "\r\n")
    given: dict[str, Any] = {"key": text, "wanted": False, "allowed": None, "in_memory": in_memory}
    with open_signer(git_of(story.clone), env, **given) as signer:
        assert signer
        path = Path(signer.key)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not stat.S_IMODE(path.parent.stat().st_mode) & 0o077
        assert len(list(runners.rglob("key"))) == (not in_memory)
        assert not any("PRIVATE" in word for word in (*signer.commit_arguments(), *signer.settings(), repr(signer)))
    assert not path.exists()
    assert not list(runners.iterdir())


HOLDING = """\
import os, sys, time
from pathlib import Path
from mlgate.shell.git.repository import Git
from mlgate.shell.registry.verification.signing import open_signer
with open_signer(Git(Path("."), os.environ), os.environ, key=os.environ["KEY"], wanted=False, allowed=None) as signer:
    print(signer.key, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="this system has no files in memory alone")
def test_no_key_stays_behind_a_process_that_was_killed(tmp_path: Path) -> None:
    key = new_key(tmp_path / "key").read_text()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    env = {**variables(), "KEY": key, "TMPDIR": str(scratch), "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", HOLDING], env=env, stdout=subprocess.PIPE, text=True) as holding:
        assert holding.stdout
        path = Path(holding.stdout.readline().strip())
        assert path.read_text() == key
        holding.kill()
    assert not path.exists()
    assert not [file for file in scratch.rglob("*") if file.is_file() and "PRIVATE" in file.read_text()]


def test_nobody_signs_unless_asked(tmp_path: Path) -> None:
    story = Story(tmp_path / "s")
    with open_signer(git_of(story.clone), variables(), key=None, wanted=False, allowed=None) as signer:
        assert signer is None


@pytest.mark.parametrize("how", ["file", "public file", "literal"])
def test_git_s_ways_to_name_a_key(tmp_path: Path, how: str) -> None:
    story, key = Story(tmp_path / "s"), new_key(tmp_path / "key")
    public = key.with_suffix(".pub").read_text().strip()
    value = {"file": str(key), "public file": f"{key}.pub", "literal": f"key::{public}"}[how]
    story.clone.git("config", "gpg.format", "ssh")
    story.clone.git("config", "user.signingkey", value)
    allowed = f"# ours\nann@example.org {public}\n"
    with open_signer(git_of(story.clone), variables(), key=None, wanted=True, allowed=allowed) as signer:
        assert signer
        assert signer.principal == "ann@example.org"


def test_a_key_with_a_passphrase_is_refused_with_the_remedy(tmp_path: Path) -> None:
    story = Story(tmp_path / "s")
    key = tmp_path / "locked"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", str(key)], check=True)
    with (
        pytest.raises(MlgateError, match="passphrase") as caught,
        open_signer(git_of(story.clone), variables(), key=key.read_text(), wanted=False, allowed=None),
    ):
        raise AssertionError
    assert "ssh-keygen -t ed25519" in caught.value.remedy


def test_a_person_may_sign_with_gpg_where_no_list_counts(tmp_path: Path) -> None:
    tool("gpg")
    story, home = Story(tmp_path / "s").tell(), Path(tempfile.mkdtemp(prefix="gpg-"))  # its socket wants a short path
    env = {**variables(), "GNUPGHOME": str(home)}
    make = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", "ann@example.org", "ed25519", "sign"]
    subprocess.run(make, env=env, check=True, capture_output=True)
    story.clone.git("config", "user.signingkey", "ann@example.org")
    assert registry(story.clone, *WORDS, "--sign", GNUPGHOME=str(home)) == 0
    found = verify_commits(Git(story.clone.root, env), env, [story.lab.refs()[BRANCH]], "")
    [result] = found.values()
    assert result.state is SignatureState.GOOD
    assert signer_in(story) in result.names
    subprocess.run(["gpgconf", "--kill", "all"], env=env, check=False)
    shutil.rmtree(home)


def test_gpg_is_no_way_where_a_list_counts(tmp_path: Path) -> None:
    story = Story(tmp_path / "s")
    story.clone.git("config", "user.signingkey", "ann")
    with (
        pytest.raises(MlgateError, match="your git signs with openpgp") as caught,
        open_signer(git_of(story.clone), variables(), key=None, wanted=True, allowed="ann ssh-ed25519 AAAA"),
    ):
        raise AssertionError
    assert "gpg.format" in caught.value.remedy


def test_without_ssh_keygen_the_message_says_so(tmp_path: Path) -> None:
    story = Story(tmp_path / "s")
    with pytest.raises(MlgateError, match="need ssh-keygen"):
        verify_commits(git_of(story.clone), {"PATH": str(tmp_path)}, [story.lab.code], "")


def test_many_commits_are_checked_at_once(story: Story) -> None:
    """As many as no single answer of git holds: by several processes, every one of them."""
    commits = story.lab.bare("rev-list", BRANCH).split()
    git = git_of(story.writer)
    found = verify_commits(git, variables(), [*commits, story.lab.code] * 10, story.allowed)
    assert set(found) == {*commits, story.lab.code}
    assert {found[commit].state for commit in commits} == {SignatureState.GOOD}
    assert found[story.lab.code].state is SignatureState.UNSIGNED
    assert all("ann@example.org" in found[commit].names for commit in commits)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("ann@example.org ssh-ed25519 AAAAkey comment", "ann@example.org"),
        ('"ann@example.org" namespaces="git" ssh-ed25519 AAAAkey', "ann@example.org"),
        ("# ann@example.org ssh-ed25519 AAAAkey", None),
        ("ann@example.org ssh-ed25519 AAAAother", None),
        ("", None),
    ],
)
def test_a_principal_is_who_the_list_says(line: str, name: str | None) -> None:
    assert principal_of("ssh-ed25519 AAAAkey ann", f"x@y ssh-rsa BBBB\n{line}\n") == name


@pytest.mark.parametrize("text", ["", "ssh-ed25519", "ssh-ed25519 !!!", "hello"])
def test_what_is_no_key_has_no_fingerprint(text: str) -> None:
    assert fingerprint(text) is None


def test_fingerprints_are_those_of_ssh_keygen(tmp_path: Path) -> None:
    key = new_key(tmp_path / "key")
    listed = subprocess.run(["ssh-keygen", "-l", "-f", str(key)], capture_output=True, text=True, check=True).stdout
    assert re.findall(r"SHA256:\S+", listed) == [fingerprint(key.with_suffix(".pub").read_text())]
