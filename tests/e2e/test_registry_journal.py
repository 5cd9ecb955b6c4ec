"""The registry's log in real git: what is written, what cannot be, and what is said then."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests import registries
from tests.git_http import GitHost
from tests.registries import BRANCH, MODEL, Lab, next_version, refs, register
from tests.repository import Repository
from tests.toolbox import tool

from mlgate.core.documents.base import RegistryState
from mlgate.core.registry.audit.signatures import SignatureState
from mlgate.core.registry.log import plan as plans
from mlgate.core.registry.log import record as records
from mlgate.core.registry.log.record import Event
from mlgate.errors import MlgateError, OutsideError, UsageError
from mlgate.shell.base.commit import Remote
from mlgate.shell.git.environment import Secret
from mlgate.shell.git.repository import Git
from mlgate.shell.registry.log.journal import Journal, look, open_journal
from mlgate.shell.registry.verification.signing import open_signer, verify_commits
from mlgate.shell.registry.verification.snapshot import find_ends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlgate.core.registry.log.record import Record
    from mlgate.core.registry.log.state import State

ROOT = Path(__file__).parents[2]
SEEN = "refs/mlgate/registry-seen"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


@contextlib.contextmanager
def fails(reason: str, *words: str, remedy: str = "") -> Iterator[None]:
    with pytest.raises(MlgateError) as caught:
        yield
    error = caught.value
    assert error.reason == reason, error
    for word in words:
        assert word in error.message
    assert remedy in error.remedy
    assert error.remedy
    assert "\n" not in error.message


def versions(lab: Lab, name: str = "reader") -> list[str | None]:
    """Return what a new clone reads."""
    state = lab.journal(lab.clone(name)).read().state
    return [entry.version for entry in state.versions(MODEL)]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# What is written


@pytest.mark.parametrize("depth", [None, 1])
def test_records_lie_on_the_branch_and_their_tags_on_the_code(lab: Lab, depth: int | None) -> None:
    journal = lab.journal(lab.clone("c", depth))
    assert journal.read().tip is None

    first = journal.append(next_version(lab.code))
    second = journal.append(next_version(lab.code))

    assert (first.rounds, second.rounds) == (1, 1)
    assert lab.refs() == {
        "refs/heads/main": lab.code,
        BRANCH: second.tip,
        f"refs/tags/{MODEL}@v1.0.0": lab.bare("rev-parse", f"{MODEL}@v1.0.0"),
        f"refs/tags/{MODEL}@v1.1.0": lab.bare("rev-parse", f"{MODEL}@v1.1.0"),
    }
    assert lab.bare("rev-parse", f"{MODEL}@v1.0.0^{{commit}}") == lab.code
    assert lab.bare("ls-tree", "-r", "--name-only", BRANCH).split() == [
        "README.md",
        f"models/{MODEL}.md",
        "records/000/0000/000001.json",
        "records/000/0000/000002.json",
    ]
    lab.bare("fsck", "--strict")
    assert versions(lab) == ["v1.0.0", "v1.1.0"]


def test_a_commit_says_who_when_and_which_record(lab: Lab) -> None:
    appended = lab.journal(lab.clone("c")).append(next_version(lab.code))
    bound = digest(records.encode(appended.records[0]))
    shown = lab.bare("show", "-s", "--format=%an|%ae|%cn|%aI|%cI|%B", BRANCH)
    assert shown == (
        "ada|ada@users.noreply.github.com|mlgate|2026-03-03T10:15:00+00:00|2026-03-03T10:15:00+00:00|"
        f"register {MODEL} v1.0.0\n\nMlgate-Record: {bound}\nMlgate-Sequence: 1"
    )
    assert f"Mlgate-Record: {bound}" in lab.bare("cat-file", "tag", f"{MODEL}@v1.0.0")


def test_a_batch_is_one_push_with_a_commit_for_each_record(lab: Lab) -> None:
    def plan(state: State) -> tuple[Record, ...]:
        (first,) = register(lab.code, "v1.0.0")(state)
        assign = registries.record(
            state, Event.ASSIGN, version="v1.0.0", stage="production", commit=lab.code, tag=f"{MODEL}#production#1"
        )
        data = records.encode(first)
        return first, dataclasses.replace(assign, sequence=2, previous=digest(data))

    lab.hook("post-receive", f"cat >> '{lab.folder}/pushed'; echo . >> '{lab.folder}/pushes'\n")
    model = b"the model" * 1000
    appended = lab.journal(lab.clone("c", 1)).append(plan, {digest(model): model})

    assert (lab.folder / "pushes").read_text() == ".\n"
    assert lab.bare("log", "--format=%s", BRANCH).splitlines() == [
        f"assign {MODEL} v1.0.0 to production",
        f"register {MODEL} v1.0.0",
    ]
    first = lab.bare("ls-tree", "-r", "--name-only", f"{BRANCH}^").split()
    assert first == [f"blobs/sha256/{digest(model)[:2]}/{digest(model)}", "records/000/0000/000001.json"]
    assert appended.state.current(MODEL, "production") == "v1.0.0"
    assert lab.journal(lab.clone("d", 1)).read().state == appended.state


def test_bytes_come_back_only_as_they_were(lab: Lab) -> None:
    journal = lab.journal(lab.clone("c"))
    tip = journal.append(next_version(lab.code), {digest(b"model"): b"model"}).tip
    assert journal.blob(digest(b"model")) == b"model"
    assert journal.blob(digest(b"other"), tip) is None

    # Somebody puts other bytes in their place.
    work = Repository(lab.folder / "work")
    lab.bare("clone", "-q", "-b", "mlgate-registry", lab.url, str(work.root), at=lab.folder)
    place = next((work.root / "blobs").rglob(digest(b"model")))
    place.write_bytes(b"evil!")
    work.git("commit", "-qam", "swap")
    work.git("push", "-q", "origin", "HEAD")
    journal.read()
    with fails("blob-altered", digest(b"model")):
        journal.blob(digest(b"model"))


def test_bytes_that_change_meanwhile_are_not_written(lab: Lab) -> None:
    file = lab.folder / "model"
    file.write_bytes(b"changed")
    with fails("store-failed", "others now"):
        lab.journal(lab.clone("c")).append(next_version(lab.code), {digest(b"judged"): file})
    assert BRANCH not in lab.refs()


# Where it runs


@pytest.mark.parametrize("depth", [None, 1])
def test_the_users_files_index_head_and_branches_stay(lab: Lab, depth: int | None) -> None:
    clone = lab.clone("c", depth)
    clone.git("checkout", "-q", "--detach")
    clone.write({"train.py": "edited\n", "staged.txt": "s\n", "new.txt": "n\n"})
    clone.git("add", "staged.txt")

    def facts() -> tuple[Any, ...]:
        kept = {ref: value for ref, value in refs(clone.root).items() if "mlgate" not in ref}
        index = (clone.root / ".git" / "index").read_bytes()
        return kept, clone.git("status", "--short"), clone.git("rev-parse", "HEAD"), index, clone.git("stash", "list")

    before = facts()
    shallow = clone.git("rev-parse", "--is-shallow-repository")
    lab.journal(clone).append(next_version(lab.code))
    lab.journal(clone).append(next_version(lab.code))
    assert facts() == before
    assert clone.git("rev-parse", "--is-shallow-repository") == shallow
    assert {ref for ref in refs(clone.root) if "mlgate" in ref} == {"refs/mlgate/registry", SEEN}


def test_a_working_copy_of_its_own_and_a_clone_share_the_log(lab: Lab) -> None:
    clone = lab.clone("c")
    clone.git("worktree", "add", "-q", "--detach", str(lab.folder / "tree"))
    tip = lab.journal(Repository(lab.folder / "tree")).append(next_version(lab.code)).tip
    assert lab.journal(clone).read(fetch=False).tip == tip


def test_main_has_moved_on_since_a_shallow_clone(lab: Lab) -> None:
    clone = lab.clone("c", 1)
    lab.origin.commit({"train.py": "print(3)\n"})
    lab.origin.git("push", "-q", "origin", "main")
    lab.journal(clone).append(next_version(lab.code))
    assert lab.bare("rev-parse", f"{MODEL}@v1.0.0^{{commit}}") == lab.code
    assert lab.bare("rev-parse", "--is-shallow-repository") == "false"
    lab.bare("fsck", "--strict")


def test_a_tag_on_a_commit_that_the_clone_lacks(lab: Lab) -> None:
    """A rollback in a clone of depth 1 points to old code."""
    lab.journal(lab.clone("c")).append(register(lab.code, "v1.0.0"))
    new = lab.origin.commit({"train.py": "print(3)\n"})
    lab.origin.git("push", "-q", "origin", "main")
    clone = lab.clone("d", 1)

    def back(state: State) -> tuple[Record, ...]:
        tag = f"{MODEL}#production#1"
        return (registries.record(state, Event.ASSIGN, version="v1.0.0", stage="production", commit=lab.code, tag=tag),)

    lab.journal(clone).append(back)
    assert lab.bare("rev-parse", f"{MODEL}#production#1^{{commit}}") == lab.code
    assert clone.git("rev-parse", "HEAD") == new


def test_a_commit_that_nobody_has(lab: Lab) -> None:
    with fails("step-failed", "e" * 40, remedy="fetch-depth: 0"):
        lab.journal(lab.clone("c")).append(register("e" * 40, "v1.0.0"))
    assert BRANCH not in lab.refs()


def test_a_repository_without_a_remote_keeps_its_own_branch(tmp_path: Path) -> None:
    alone = Repository.new(tmp_path / "alone")
    code = alone.commit({"train.py": "1\n"})
    journal = registries.journal(alone, None)
    assert journal.read().tip is None
    tip = journal.append(next_version(code)).tip
    journal.append(next_version(code))

    assert alone.git("rev-parse", f"{BRANCH}^") == tip
    assert alone.git("rev-parse", f"{MODEL}@v1.1.0^{{commit}}") == code
    assert alone.git("status", "--short") == ""
    assert registries.journal(alone, None).read().state.sequence == 2
    alone.git("fsck", "--strict")


def test_a_branch_that_is_checked_out_is_left_alone(tmp_path: Path) -> None:
    alone = Repository.new(tmp_path / "alone")
    code = alone.commit({"train.py": "1\n"})
    registries.journal(alone, None).append(next_version(code))
    alone.git("checkout", "-q", "mlgate-registry")
    with fails("registry-refused", "checked out", remedy="Switch"):
        registries.journal(alone, None).append(next_version(code))


def test_the_remote_and_the_actor_are_found(lab: Lab) -> None:
    clone = lab.clone("c")
    git = Git(clone.root, registries.variables())
    clone.git("config", "user.name", "Ada Lovelace")
    clone.git("config", "user.email", "ada@example.org")
    assert open_journal(git, registries.world(clone.root)).actor == "Ada Lovelace"
    world = registries.world(clone.root, {**registries.variables(), "GITHUB_ACTOR": "ada-l"})
    assert open_journal(git, world).actor == "ada-l"
    again = registries.world(clone.root, {**world.env, "GITHUB_TRIGGERING_ACTOR": "bob"})
    assert open_journal(git, again).actor == "bob", "bob started the run again"

    clone.git("remote", "rename", "origin", "here")
    clone.git("remote", "add", "there", lab.url)
    with fails("registry-unreadable", "here, there", remedy="git remote rename"):
        open_journal(Git(clone.root, registries.variables()), registries.world(clone.root))


def test_a_clone_with_a_filter_gets_the_records_at_once(lab: Lab) -> None:
    lab.bare("config", "uploadpack.allowFilter", "true")
    lab.journal(lab.clone("writer")).append(next_version(lab.code))
    to = lab.folder / "c"
    lab.bare("clone", "-q", "--filter=blob:none", "--sparse", "--depth=1", lab.url, str(to), at=lab.folder)
    clone = Repository(to)
    assert registries.journal(clone, "origin").read().state.sequence == 1
    assert "?" not in clone.git("rev-list", "--objects", "--missing=print", "refs/mlgate/registry")
    registries.journal(clone, "origin").append(next_version(lab.code))
    assert versions(lab) == ["v1.0.0", "v1.1.0"]


def test_a_repository_of_sha256_objects(tmp_path: Path) -> None:
    tmp_path.joinpath("alone").mkdir()
    alone = Repository(tmp_path / "alone")
    alone.git("init", "-q", "-b", "main", "--object-format=sha256")
    code = alone.commit({"train.py": "1\n"})
    tip = registries.journal(alone, None).append(next_version(code)).tip
    registries.journal(alone, None).append(next_version(code))
    assert len(str(tip)) == 64
    assert registries.journal(alone, None).read().state.sequence == 2
    alone.git("fsck", "--strict")


def test_commits_are_signed_by_who_is_given(lab: Lab) -> None:
    tool("ssh-keygen")
    key = lab.folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    allowed = f"ci@example.org {key.with_suffix('.pub').read_text()}"
    clone = lab.clone("c", 1)
    git = Git(clone.root, registries.variables())
    with open_signer(git, registries.variables(), key=key.read_text(), wanted=True, allowed=allowed) as signer:
        journal = lab.journal(clone, signer=signer)
        tips = [str(journal.append(next_version(lab.code)).tip) for _ in range(2)]
    results = verify_commits(git, registries.variables(), tips, allowed)
    assert [results[tip].state for tip in tips] == [SignatureState.GOOD, SignatureState.GOOD]
    assert versions(lab) == ["v1.0.0", "v1.1.0"]


# Others


def test_two_in_one_clone_wait_for_each_other(lab: Lab) -> None:
    clone = lab.clone("c", 1)
    journals = [lab.journal(clone, sleep=time.sleep) for _ in range(3)]

    def act(number: int) -> int:
        return journals[number].append(next_version(lab.code, actor=f"a{number}")).rounds

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(act, range(3))) == [1, 1, 1]
    assert versions(lab) == ["v1.0.0", "v1.1.0", "v1.2.0"]


def test_who_loses_a_race_plans_again(lab: Lab) -> None:
    one, other = lab.journal(lab.clone("one")), lab.journal(lab.clone("other"))
    one.read()
    other.append(next_version(lab.code, actor="grace"))
    asked: list[int] = []

    def plan(state: State) -> tuple[Record, ...]:
        asked.append(state.sequence)
        return next_version(lab.code)(state)

    appended = one.append(plan)
    assert (asked, appended.rounds) == ([0, 1], 2)
    assert [record.version for record in appended.records] == ["v1.1.0"]
    assert versions(lab) == ["v1.0.0", "v1.1.0"]


def test_nothing_to_do_is_said_of_the_log_as_it_is(lab: Lab) -> None:
    one, other = lab.journal(lab.clone("one")), lab.journal(lab.clone("other"))
    one.read()
    other.append(register(lab.code, "v1.0.0"))
    appended = one.append(lambda state: () if state.sequence == 0 else register(lab.code, "v2.0.0")(state))
    assert [record.version for record in appended.records] == ["v2.0.0"]


def test_what_the_plan_refuses_is_raised_and_nothing_written(lab: Lab) -> None:
    def plan(state: State) -> tuple[Record, ...]:
        raise UsageError("no", remedy="Do not.", reason="version-unknown")

    with fails("version-unknown"):
        lab.journal(lab.clone("c")).append(plan)
    assert BRANCH not in lab.refs()


def test_a_clock_that_goes_backwards(lab: Lab) -> None:
    journal = lab.journal(lab.clone("c"))
    journal.append(next_version(lab.code))

    def note(time: str) -> Callable[[State], tuple[Record, ...]]:
        return lambda state: plans.note(state, model=MODEL, actor="ada", time=time, reason="hello")

    with fails("clock-behind", remedy="clock"):
        journal.append(note("2026-03-03T10:04:59Z"))
    assert lab.bare("rev-list", "--count", BRANCH) == "1"
    (late,) = journal.append(note("2026-03-03T10:05:00Z")).records
    assert late.time == "2026-03-03T10:15:00Z"


def test_a_lock_that_stays_on_the_remote_ends_as_busy(lab: Lab) -> None:
    waits: list[float] = []
    (lab.remote / "refs" / "heads" / "mlgate-registry.lock").touch()
    with fails("registry-busy", "12 times", "lock"):
        lab.journal(lab.clone("c"), sleep=waits.append, jitter=lambda: 0.5).append(next_version(lab.code))
    assert waits == sorted(waits)
    assert len(waits) == 12
    assert 0.1 <= waits[0] < waits[-1] <= 5
    assert BRANCH not in lab.refs()


def test_a_tag_that_a_person_set_is_never_moved(lab: Lab) -> None:
    lab.bare("tag", f"{MODEL}@v1.0.0", lab.code)
    before = lab.refs()
    with fails("tag-taken", f"{MODEL}@v1.0.0", remedy="rename or delete"):
        lab.journal(lab.clone("c", 1)).append(next_version(lab.code))
    assert lab.refs() == before


def test_a_tag_that_a_person_set_here(tmp_path: Path) -> None:
    alone = Repository.new(tmp_path / "alone")
    code = alone.commit({"train.py": "1\n"})
    alone.git("tag", f"{MODEL}@v1.0.0")
    before = refs(alone.root)
    with fails("tag-taken", f"{MODEL}@v1.0.0"):
        registries.journal(alone, None).append(next_version(code))
    assert {ref: value for ref, value in refs(alone.root).items() if "refs/mlgate" not in ref} == before


def test_a_tag_that_was_lost_is_set_again(lab: Lab, tmp_path: Path) -> None:
    alone = Repository.new(tmp_path / "alone")
    code = alone.commit({"train.py": "1\n"})
    for journal, at, commit in (
        (lab.journal(lab.clone("c")), lab.remote, lab.code),
        (registries.journal(alone, None), alone.root, code),
    ):
        journal.append(register(commit, "v1.0.0"))
        before = refs(at)
        Repository(at).git("tag", "-d", f"{MODEL}@v1.0.0")
        journal.append(register(commit, "v1.0.0"))
        assert refs(at) == before


# What the host does


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        ("pre-receive", "remote: error: GH006: Protected branch update failed for refs/heads/mlgate-registry."),
        ("update", "You are not the owner of this branch."),
        ("pre-receive", "Gitea: Not allowed to push to protected branch mlgate-registry"),
    ],
)
def test_a_protected_branch(lab: Lab, hook: str, said: str) -> None:
    lab.hook(hook, f"echo '{said}' >&2\nexit 1\n")
    before, asked = lab.refs(), []

    def plan(state: State) -> tuple[Record, ...]:
        asked.append(state.sequence)
        return next_version(lab.code)(state)

    with fails("registry-refused", said.removeprefix("remote: "), remedy="contents: write"):
        lab.journal(lab.clone("c")).append(plan)
    assert lab.refs() == before
    assert len(asked) == 1


def test_a_protected_tag_leaves_the_branch_where_it_was(lab: Lab) -> None:
    lab.hook("update", 'case "$1" in refs/tags/*) echo "tags are protected" >&2; exit 1;; esac\n')
    before = lab.refs()
    with fails("registry-refused", "tags are protected"):
        lab.journal(lab.clone("c")).append(next_version(lab.code))
    assert lab.refs() == before


@pytest.fixture
def host(lab: Lab) -> Iterator[GitHost]:
    with GitHost(lab.folder).serve() as served:
        yield served


def over_http(lab: Lab, host: GitHost, name: str = "c", token: str | None = None) -> Journal:
    clone = lab.clone(name, 1)
    world = registries.world(clone.root, {**registries.variables(), "NO_PROXY": "127.0.0.1"})
    secret = None if token is None else Secret(url=host.url, token=token)
    source = Remote(source=f"{host.url}/remote.git", secret=secret, log=world.log)
    return Journal(Git(clone.root, world.env), world, source, "ada", sleep=lambda _: None)


def test_a_token_that_may_only_read(lab: Lab, host: GitHost) -> None:
    host.pushes = False
    with fails("registry-refused", "403", remedy="contents: write"):
        over_http(lab, host).append(next_version(lab.code))
    assert BRANCH not in lab.refs()


def test_the_token_opens_the_host_and_shows_nowhere(lab: Lab, host: GitHost) -> None:
    host.token = "s3cret"
    with fails("registry-unreadable"):
        over_http(lab, host, "without").read()
    journal = over_http(lab, host, token="s3cret")
    journal.append(next_version(lab.code))
    assert versions(lab) == ["v1.0.0"]
    shown = [path for path in lab.folder.rglob("*") if path.is_file() and b"s3cret" in path.read_bytes()]
    assert shown == []


def test_a_lost_reply_is_no_loss(lab: Lab, host: GitHost) -> None:
    host.lose = 1
    journal = over_http(lab, host)
    appended = journal.append(next_version(lab.code))
    assert [record.version for record in appended.records] == ["v1.0.0"]
    assert appended.tip == lab.refs()[BRANCH]
    assert versions(lab) == ["v1.0.0"]
    host.lose = 1
    assert [record.version for record in journal.append(next_version(lab.code)).records] == ["v1.1.0"]
    assert versions(lab, "again") == ["v1.0.0", "v1.1.0"]


def test_a_push_that_was_cut_is_tried_again(lab: Lab, host: GitHost) -> None:
    host.break_off = 1
    assert over_http(lab, host).append(next_version(lab.code)).rounds == 2
    assert versions(lab) == ["v1.0.0"]
    host.break_off = 99
    with fails("registry-refused", "cannot be pushed"):
        over_http(lab, host, "d").append(next_version(lab.code))
    assert versions(lab, "again") == ["v1.0.0"]


def test_a_host_without_room(lab: Lab, host: GitHost) -> None:
    host.limit = 100_000
    model = os.urandom(300_000)
    with fails("store-failed", remedy="Make room"):
        over_http(lab, host).append(next_version(lab.code), {digest(model): model})
    assert BRANCH not in lab.refs()


def test_this_machine_without_room(lab: Lab) -> None:
    clone = lab.clone("c")
    code = f"""
import os, resource, sys
from pathlib import Path
from tests import registries
from tests.e2e.test_registry_journal import digest
from tests.repository import Repository
from mlgate.errors import MlgateError
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
model = os.urandom(300_000)
try:
    registries.journal(Repository(Path({str(clone.root)!r})), {lab.url!r}).append(
        registries.next_version({lab.code!r}), {{digest(model): model}})
except MlgateError as error:
    print(error.reason, error.message)
"""
    path = os.pathsep.join([str(ROOT), str(ROOT / "scripts")])
    env = {**registries.variables(), "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("store-failed"), done.stderr
    assert BRANCH not in lab.refs()
    assert lab.journal(clone).append(next_version(lab.code)).rounds == 1


# What can be read


def test_absent_is_not_unreadable(lab: Lab) -> None:
    clone = lab.clone("c")
    world = registries.world(clone.root)
    git = Git(clone.root, world.env)

    def seen(source: str) -> RegistryState:
        return look(git, world, Remote(source=source, secret=None, log=world.log)).state

    assert seen(lab.url) is RegistryState.EMPTY
    assert seen(f"file://{lab.folder}/nowhere.git") is RegistryState.UNREADABLE
    assert look(git, world, None).state is RegistryState.UNKNOWN
    tip = lab.journal(clone).append(next_version(lab.code)).tip
    found = look(git, world, Remote(source=lab.url, secret=None, log=world.log))
    assert (found.state, found.tip) == (RegistryState.SEEN, tip)
    assert look(git, world, None).tip == tip


@pytest.mark.parametrize("depth", [None, 1])
def test_a_branch_that_was_deleted_is_not_absent(lab: Lab, depth: int | None) -> None:
    lab.journal(lab.clone("writer")).append(next_version(lab.code))
    lab.bare("update-ref", "-d", BRANCH)
    clone = lab.clone("c", depth)
    world = registries.world(clone.root)
    git = Git(clone.root, world.env)
    remote = Remote(source=lab.url, secret=None, log=world.log)

    found = look(git, world, remote, [MODEL])
    assert found.state is RegistryState.UNREADABLE
    assert f"the tag {MODEL}@v1.0.0 was set with record 1" in found.message
    assert "Restore it from a clone" in found.message
    assert look(git, world, remote, ["trains"]).state is RegistryState.EMPTY
    # What others call so says nothing of a log.
    lab.bare("tag", "-d", f"{MODEL}@v1.0.0")
    lab.bare("tag", f"{MODEL}@v3.0.0", lab.code)
    lab.bare("-c", "user.name=a", "-c", "user.email=a@b", "tag", "-a", "-m", "by GTO", f"{MODEL}@v2.0.0", lab.code)
    assert look(git, world, remote, [MODEL]).state is RegistryState.EMPTY


def test_a_branch_of_its_own_that_was_deleted_is_not_absent(tmp_path: Path) -> None:
    alone = Repository.new(tmp_path / "alone")
    commit = alone.commit({"train.py": "1\n"})
    registries.journal(alone, None).append(next_version(commit))
    alone.git("update-ref", "-d", BRANCH)
    world = registries.world(alone.root)
    git = Git(alone.root, world.env)
    assert look(git, world, None, ["trains"]).state is RegistryState.EMPTY
    assert look(git, world, None, [MODEL]).state is RegistryState.UNREADABLE


def test_an_unreachable_remote(lab: Lab, host: GitHost) -> None:
    journal = over_http(lab, host)
    lab.remote.rename(lab.folder / "away.git")
    with fails("registry-unreadable", "not found"):
        journal.read()
    with fails("registry-unreadable"):
        journal.append(next_version(lab.code))


def both(lab: Lab) -> tuple[Callable[[Journal], object], ...]:
    """Return a read and an append."""
    return (lambda journal: journal.read()), (lambda journal: journal.append(next_version(lab.code)))


def plant(lab: Lab, change: Callable[[Repository], object], *, force: bool = False) -> None:
    """Let somebody commit to the branch by hand."""
    work = Repository(lab.folder / f"work{time.monotonic_ns()}")
    lab.bare("clone", "-q", "-b", "mlgate-registry", lab.url, str(work.root), at=lab.folder)
    change(work)
    work.git("push", "-q", *(["--force"] if force else []), "origin", "HEAD:mlgate-registry")


def test_a_record_from_a_future_version(lab: Lab) -> None:
    lab.journal(lab.clone("c")).append(next_version(lab.code))

    def future(work: Repository) -> None:
        plain = json.loads((work.root / "records/000/0000/000001.json").read_text())
        plain |= {"schema": "mlgate/record/9", "sequence": 2, "new": {"field": 1}}
        work.commit({"records/000/0000/000002.json": json.dumps(plain)})

    plant(lab, future)
    before = lab.refs()
    for number, act in enumerate(both(lab)):
        with fails("registry-newer", "2", remedy="Update mlgate"):
            act(lab.journal(lab.clone(f"d{number}")))
    assert lab.refs() == before


@pytest.mark.parametrize(
    "files",
    [
        {"records/000/0000/000001.json": None},
        {"records/000/0000/000002.json": "{}\n"},
        {"records/notes.txt": "hello\n"},
        {"records/000/0000/000001.json": None, "records/000/0000/000002.json": None},
    ],
)
def test_a_log_that_is_damaged(lab: Lab, files: dict[str, str | bytes | None]) -> None:
    journal = lab.journal(lab.clone("c"))
    journal.append(next_version(lab.code))
    journal.append(next_version(lab.code))
    plant(lab, lambda work: work.commit(files))
    before = lab.refs()
    for clone in (lab.clone("d"), lab.clone("e", 1)):
        with fails("registry-damaged", remedy="verify"):
            lab.journal(clone).append(next_version(lab.code))
    assert lab.refs() == before


@pytest.mark.parametrize("depth", [None, 1])
def test_a_log_that_was_cut_rewritten_or_deleted(lab: Lab, depth: int | None) -> None:
    clone = lab.clone("c", depth)
    old = str(lab.journal(clone).append(next_version(lab.code)).tip)
    new = str(lab.journal(clone).append(next_version(lab.code)).tip)

    def refused(*words: str) -> None:
        for act in both(lab):
            with fails("registry-rewritten", *words, remedy="git push origin +refs/mlgate/registry-seen:"):
                act(lab.journal(clone))
        assert refs(clone.root)[SEEN] == new

    lab.bare("update-ref", BRANCH, old)
    refused("number 2 is gone")

    lab.bare("tag", "-d", f"{MODEL}@v1.1.0")
    lab.journal(lab.clone("forger")).append(register(lab.code, "v6.6.6"))
    refused("another record number 2")

    lab.bare("update-ref", "-d", BRANCH)
    refused("is gone")
    lab.bare("update-ref", BRANCH, new)
    assert lab.journal(clone).read().tip == new


@pytest.mark.parametrize("what", ["code", "forged"])
def test_what_somebody_put_in_the_place_of_what_was_seen_is_not_offered(lab: Lab, what: str) -> None:
    """Any process of this user can write the reference: a remedy must not push it to where everybody reads."""
    clone = lab.clone("c")
    lab.journal(clone).append(next_version(lab.code))
    lab.bare("update-ref", "-d", BRANCH)
    seen = refs(clone.root)[SEEN]
    message = "x\n\nMlgate-Record: " + "f" * 64 + "\nMlgate-Sequence: 1"
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    forged = clone.git(*who, "commit-tree", f"{seen}^{{tree}}", "-m", message)
    clone.git("update-ref", SEEN, lab.code if what == "code" else forged)
    with pytest.raises(MlgateError) as caught:
        lab.journal(clone).read()
    assert caught.value.reason == "registry-rewritten"
    assert "is no log of mlgate" in caught.value.message
    assert "Do not push it." in caught.value.remedy
    assert "git push" not in str(caught.value)


def test_other_commits_with_the_same_records(lab: Lab) -> None:
    clone = lab.clone("c")
    lab.journal(clone).append(next_version(lab.code))
    plant(lab, lambda work: work.git("commit", "--amend", "-m", "unsigned"), force=True)
    with fails("registry-rewritten", "history"):
        lab.journal(clone).read()


def test_a_read_only_continues_what_was_read(lab: Lab) -> None:
    one, other = lab.journal(lab.clone("one")), lab.journal(lab.clone("other"))
    for _ in range(3):
        other.append(next_version(lab.code))
        assert one.read().state == other.read().state
    assert one.read().state.sequence == 3


# What a kill leaves


def test_lock_files_of_a_killed_git_are_removed_by_the_next(lab: Lab) -> None:
    clone = lab.clone("c", 1)
    lab.journal(clone).append(next_version(lab.code))
    (clone.root / ".git" / "mlgate-registry.lock").write_text("at work\n")
    left = [clone.root / ".git" / name for name in ("refs/mlgate/registry.lock", "shallow.lock")]
    for path in left:
        path.touch()
    lab.journal(clone).append(next_version(lab.code))
    assert not any(path.exists() for path in left)


def test_lock_files_of_others_stay(lab: Lab) -> None:
    clone = lab.clone("c", 1)
    lab.journal(clone).append(next_version(lab.code))
    left = clone.root / ".git" / "shallow.lock"
    left.touch()
    with fails("registry-unreadable", "shallow.lock"):
        lab.journal(clone).read()
    assert left.exists()


def test_a_log_from_before_there_was_a_remote_is_not_called_rewritten(tmp_path: Path) -> None:
    here = Repository.new(tmp_path / "here")
    code = here.commit({"train.py": "print(1)\n"}, "first")
    registries.journal(here, None).append(registries.next_version(code))
    registries.bare(tmp_path, "init", "-q", "--bare", "-b", "main", str(tmp_path / "remote.git"))
    url = f"file://{tmp_path / 'remote.git'}"
    here.git("remote", "add", "origin", url)
    here.git("push", "-q", "origin", "HEAD:main")
    git, source = Git(here.root, registries.variables()), Remote(source=url, secret=None, log=lambda _: None)
    with pytest.raises(OutsideError, match="has none") as caught:
        registries.journal(here, url).read()
    assert caught.value.reason == "registry-not-pushed"
    with pytest.raises(OutsideError, match="has none"):
        find_ends(git, source, fetch=True)
    assert "--force" not in caught.value.remedy
    follow(here, caught.value.remedy)
    assert registries.journal(here, url).read().state.sequence == 1
    assert f"refs/tags/{registries.MODEL}@v1.0.0" in registries.refs(tmp_path / "remote.git")


def test_the_remedy_of_a_lost_log_brings_back_its_tags_too(lab: Lab) -> None:
    clone = lab.clone("clone")
    lab.journal(clone).append(registries.next_version(lab.code))
    clone.git("fetch", "-q", "origin", "refs/tags/*:refs/tags/*")
    before = lab.refs()
    for name in (registries.BRANCH, f"refs/tags/{registries.MODEL}@v1.0.0"):
        lab.bare("update-ref", "-d", name)
    with pytest.raises(OutsideError) as caught:
        lab.journal(clone).read()
    assert caught.value.reason == "registry-rewritten"
    follow(clone, caught.value.remedy)
    assert lab.refs() == before
    assert lab.journal(clone).read().state.sequence == 1


def follow(clone: Repository, remedy: str) -> None:
    """Run the first `git push` that a remedy names."""
    (command,) = re.findall(r"`(git push [^`]*)`", remedy)
    subprocess.run(command, shell=True, cwd=clone.root, env=registries.variables(), check=True, capture_output=True)  # noqa: S602 - as a person types it
