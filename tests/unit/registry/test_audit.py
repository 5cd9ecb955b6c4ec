"""`verify`, decided: of a right log it says nothing, and every single wrong thing it names."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from tests.registry_log import MODEL, STAGES, Log, a_draft, git_id, sha256

from mlgate.core.registry.audit.files import pages_of_others
from mlgate.core.registry.audit.judge import audit
from mlgate.core.registry.audit.signatures import SignatureState, SignerResult
from mlgate.core.registry.audit.snapshot import Changed, Remembered, SeenTag, Snapshot, StoreBlob, TreeFile
from mlgate.core.registry.log import plan
from mlgate.core.registry.log.message import message
from mlgate.core.registry.log.record import Event, digest_of, encode, path_of

if TYPE_CHECKING:
    from collections.abc import Callable

DAY2 = "2026-03-04T10:00:00Z"


def a_log() -> Log:
    """Two promotions, a rollback, a deprecation, a note, a stage taken back."""
    log = Log()
    log.promote("a")
    log.promote("b", time=DAY2)
    by = {"model": MODEL, "actor": "grace", "time": DAY2, "reason": "too slow"}
    log.append(plan.rollback(log.state, stage="production", to=None, **by))
    log.append(plan.deprecate(log.state, version="v1.1.0", **by))
    log.append(plan.note(log.state, version="v1.0.0", **by))
    log.append(plan.unassign(log.state, stage="staging", **by))
    return log


def test_a_right_log_has_nothing_wrong() -> None:
    assert audit(a_log().snapshot()) == ()


def test_no_log_has_nothing_wrong() -> None:
    assert audit(Snapshot(tip=None, tags=(SeenTag(name="v1.0", target=git_id(b"x")),))) == ()


def test_a_shallow_log_is_judged_by_what_is_there() -> None:
    log = a_log()
    assert audit(log.snapshot(commits=tuple(log.commits[4:]), whole=False)) == ()


def test_tags_of_others_are_nobodys_business() -> None:
    others = tuple(
        SeenTag(name=name, target=git_id(b"x")) for name in ("v1.0", "pkg@v1.0.0", "other#production#1", "f")
    )
    assert audit(a_log().snapshot(tags=(*a_log().tags.values(), *others))) == ()


# Mutations: each takes a snapshot and makes one thing wrong.


def with_file(snapshot: Snapshot, path: str, **fields: Any) -> Snapshot:
    files = tuple(dataclasses.replace(file, **fields) if file.path == path else file for file in snapshot.files)
    assert files != snapshot.files
    return dataclasses.replace(snapshot, files=files)


def without_file(snapshot: Snapshot, path: str) -> Snapshot:
    files = tuple(file for file in snapshot.files if file.path != path)
    assert files != snapshot.files
    return dataclasses.replace(snapshot, files=files)


def with_new_file(snapshot: Snapshot, path: str) -> Snapshot:
    return dataclasses.replace(snapshot, files=(*snapshot.files, TreeFile(path=path, blob="0" * 40, digest=sha256(""))))


def rewritten(number: int, /, **fields: Any) -> Callable[[Snapshot], Snapshot]:
    """Rewrite a record at the tip, and nothing else."""

    def mutate(snapshot: Snapshot) -> Snapshot:
        record = dataclasses.replace(a_log().state.entries[number - 1].record(), **fields)
        data = encode(record)
        return with_file(snapshot, path_of(number), data=data, digest=digest_of(data), blob=git_id(data))

    return mutate


def with_commit(index: int, **fields: Any) -> Callable[[Snapshot], Snapshot]:
    def mutate(snapshot: Snapshot) -> Snapshot:
        commits = list(snapshot.commits)
        commits[index] = dataclasses.replace(commits[index], **fields)
        return dataclasses.replace(snapshot, commits=tuple(commits))

    return mutate


def with_change(index: int, **fields: Any) -> Callable[[Snapshot], Snapshot]:
    """Let a commit change one path more."""

    def mutate(snapshot: Snapshot) -> Snapshot:
        changes = (*snapshot.commits[index].changes, Changed(**fields))
        return with_commit(index, changes=changes)(snapshot)

    return mutate


def with_tag(name: str, **fields: Any) -> Callable[[Snapshot], Snapshot]:
    def mutate(snapshot: Snapshot) -> Snapshot:
        tags = {tag.name: tag for tag in snapshot.tags or ()}
        tags[name] = dataclasses.replace(tags.get(name, SeenTag(name=name, target=None)), **fields)
        return dataclasses.replace(snapshot, tags=tuple(tags.values()))

    return mutate


def without_tag(name: str) -> Callable[[Snapshot], Snapshot]:
    def mutate(snapshot: Snapshot) -> Snapshot:
        tags = tuple(tag for tag in snapshot.tags or () if tag.name != name)
        assert tags != snapshot.tags
        return dataclasses.replace(snapshot, tags=tags)

    return mutate


def cut(snapshot: Snapshot) -> Snapshot:
    """Take the last record away, with its commit, as if it had never been; pages are as they were before."""
    log = Log()
    for entry in a_log().state.entries[:-1]:
        log.append((entry.record(),))
    return dataclasses.replace(log.snapshot(), tags=snapshot.tags)


def without_commit(index: int) -> Callable[[Snapshot], Snapshot]:
    return lambda snapshot: dataclasses.replace(
        snapshot, commits=tuple(commit for at, commit in enumerate(snapshot.commits) if at != index)
    )


def with_store_blob(digest: str, found: str | None) -> Callable[[Snapshot], Snapshot]:
    def mutate(snapshot: Snapshot) -> Snapshot:
        blobs = tuple(dataclasses.replace(b, found=found) if b.digest == digest else b for b in snapshot.blobs)
        assert blobs != snapshot.blobs
        return dataclasses.replace(snapshot, blobs=blobs)

    return mutate


def remembering(**fields: Any) -> Callable[[Snapshot], Snapshot]:
    return lambda snapshot: dataclasses.replace(snapshot, remembered=Remembered(tip="c" * 40, **fields))


REPORT = sha256("report a")
REPORT_PATH = f"blobs/sha256/{REPORT[:2]}/{REPORT}"
V1, V2 = f"{MODEL}@v1.0.0", f"{MODEL}@v1.1.0"
DRAFT = a_draft("z", sequence=99)
BEYOND = message(DRAFT, sha256("never"))
PAGE = f"models/{MODEL}.md"

MUTATIONS: dict[str, tuple[str, str, Callable[[Snapshot], Snapshot]]] = {
    # the tree
    "a record is missing": ("registry-damaged", "record 3", lambda s: without_file(s, path_of(3))),
    "the first record is missing": ("registry-damaged", "record 1", lambda s: without_file(s, path_of(1))),
    "the last record is missing": ("registry-damaged", "record", lambda s: without_file(s, path_of(10))),
    "two records are missing": (
        "registry-damaged",
        "records 3 to 4",
        lambda s: without_file(without_file(s, path_of(3)), path_of(4)),
    ),
    "a record was rewritten": ("registry-damaged", "record 5", rewritten(4, actor="mallory")),
    "the last record was rewritten": ("registry-damaged", path_of(10), rewritten(10, reason="fine")),
    "a record lies at another place": ("registry-damaged", "record 4", rewritten(4, sequence=5)),
    "time goes backwards": ("registry-damaged", "record 9", rewritten(9, time="2026-03-03T10:00:00Z")),
    "a record names no predecessor": ("registry-damaged", "record 2", rewritten(2, previous=None)),
    "a record is no JSON": ("registry-damaged", "record 2", lambda s: with_file(s, path_of(2), data=b"{")),
    "a record is empty": ("registry-damaged", "record 2", lambda s: with_file(s, path_of(2), data=None, digest="")),
    "a record is of a newer mlgate": ("registry-newer", "record 10", rewritten(10, schema="mlgate/record/2")),
    "a record is executable": ("registry-damaged", path_of(1), lambda s: with_file(s, path_of(1), mode="100755")),
    "a record is a link": ("registry-damaged", path_of(1), lambda s: with_file(s, path_of(1), mode="120000")),
    "a foreign file": ("registry-damaged", "evil.sh", lambda s: with_new_file(s, "evil.sh")),
    "a record in a wrong folder": (
        "registry-damaged",
        "records/000/0001/000001.json",
        lambda s: with_new_file(s, "records/000/0001/000001.json"),
    ),
    # the events
    "registered twice": ("registry-damaged", "record 4", rewritten(4, version="v1.0.0", tag=V1)),
    "assigned, registered nowhere": ("registry-damaged", "record 5", rewritten(5, version="v9.0.0")),
    "a stage was passed over": ("stage-order", "record 6", rewritten(5, stage="other", tag=f"{MODEL}#other#1")),
    "back to where it has never been": ("registry-damaged", "record 7", rewritten(7, version="v1.1.0", stage="new")),
    "taken from where it is not": ("registry-damaged", "record 10", rewritten(10, version="v1.0.0")),
    "assigned though deprecated": (
        "registry-damaged",
        "record 10",
        rewritten(10, event=Event.ASSIGN, tag=f"{MODEL}#staging#3"),
    ),
    "another tag than its own": ("registry-damaged", "record 4", rewritten(4, tag=f"{MODEL}@v7.0.0")),
    "a tag to another commit": ("registry-damaged", "record 7", rewritten(7, commit="d" * 40)),
    "a register record without a version": ("registry-damaged", "record 4", rewritten(4, version=None)),
    # the commits
    "a commit is missing": ("registry-damaged", "commit", without_commit(3)),
    "the first commit is missing": ("registry-damaged", "commit", without_commit(0)),
    "the last commit is missing": ("registry-damaged", "record 10", without_commit(9)),
    "a merge": ("registry-damaged", "commit", with_commit(2, parents=("a" * 40, "b" * 40))),
    "another root": ("registry-damaged", "commit", with_commit(0, parents=("a" * 40,))),
    "a commit adds nothing": ("registry-damaged", "commit", with_commit(2, changes=())),
    "a commit adds two records": ("registry-damaged", "commit", with_change(2, path=path_of(77), after="a" * 40)),
    "a commit rewrites a record": (
        "registry-damaged",
        path_of(1),
        with_change(4, path=path_of(1), before="a" * 40, after="b" * 40),
    ),
    "a commit deletes a record": ("registry-damaged", path_of(1), with_change(4, path=path_of(1), before="a" * 40)),
    "a commit deletes a blob": ("registry-damaged", REPORT_PATH, with_change(4, path=REPORT_PATH, before="a" * 40)),
    "a commit rewrites a blob": (
        "registry-damaged",
        REPORT_PATH,
        with_change(4, path=REPORT_PATH, before="a" * 40, after=REPORT[:40]),
    ),
    "a commit adds a foreign file": ("registry-damaged", "x", with_change(4, path="x", after="a" * 40)),
    "a commit deletes a foreign file": ("registry-damaged", "x", with_change(4, path="x", before="a" * 40)),
    "a commit makes a page a link": (
        "registry-damaged",
        "README.md",
        with_change(4, path="README.md", before="a" * 40, after="b" * 40, mode="120000"),
    ),
    "a commit names another record": ("registry-damaged", "commit", with_commit(2, message=BEYOND)),
    "a commit names none": ("registry-damaged", "commit", with_commit(2, message="promote")),
    "a commit of another time": ("registry-damaged", "commit", with_commit(2, time="2020-01-01T00:00:00Z")),
    "a commit of another author": ("registry-damaged", "commit", with_commit(2, author="mallory")),
    # what points into it
    "cut, and tags go beyond": ("registry-rewritten", f"tag {MODEL}#staging!#3", cut),
    "cut, and this clone knows": ("registry-rewritten", "commit", remembering(sequence=11)),
    "another log, and this clone knows": (
        "registry-rewritten",
        "commit",
        remembering(sequence=3, digest=sha256("x"), is_ancestor=True),
    ),
    "no descendant": ("registry-rewritten", "commit", remembering(is_ancestor=False)),
    "a tag is missing": ("tag-missing", f"tag {V1}", without_tag(V1)),
    "a stage's tag is missing": ("tag-missing", f"tag {MODEL}#staging#1", without_tag(f"{MODEL}#staging#1")),
    "a tag was moved": ("tag-moved", f"tag {V1}", with_tag(V1, target="d" * 40)),
    "a tag leads to no commit": ("tag-moved", f"tag {V1}", with_tag(V1, target=None)),
    "a tag has become light": ("tag-moved", f"tag {V1}", with_tag(V1, annotated=False, message="")),
    "a tag has other words": ("tag-moved", f"tag {V1}", with_tag(V1, message="register")),
    "a foreign version": ("tag-taken", f"tag {MODEL}@v7.0.0", with_tag(f"{MODEL}@v7.0.0", target="a" * 40)),
    "a foreign stage": ("tag-taken", f"tag {MODEL}#dev#9", with_tag(f"{MODEL}#dev#9", target="a" * 40)),
    "a foreign deprecation": ("tag-taken", f"tag {V2}!#3", with_tag(f"{V2}!#3", target="a" * 40)),
    "the model deprecated by gto": (
        "tag-taken",
        f"tag {MODEL}@deprecated",
        with_tag(f"{MODEL}@deprecated", target="a" * 40),
    ),
    "a copy of a tag": (
        "tag-taken",
        "tag copy",
        lambda s: with_tag("copy", message=next(t.message for t in s.tags or () if t.name == V1))(s),
    ),
    "a tag of a record that nobody has": ("registry-rewritten", "tag copy", with_tag("copy", message=BEYOND)),
    # blobs
    "a blob is missing from the branch": ("blob-missing", f"blob {REPORT}", lambda s: without_file(s, REPORT_PATH)),
    "a blob on the branch was altered": (
        "blob-altered",
        f"blob {REPORT}",
        lambda s: with_file(s, REPORT_PATH, digest=sha256("?")),
    ),
    "a blob on the branch cannot be read": (
        "blob-altered",
        f"blob {REPORT}",
        lambda s: with_file(s, REPORT_PATH, digest=""),
    ),
    "a blob is missing from the store": (
        "blob-missing",
        f"blob {sha256('model b')}",
        with_store_blob(sha256("model b"), None),
    ),
    "a blob in the store was altered": (
        "blob-altered",
        f"blob {sha256('model b')}",
        with_store_blob(sha256("model b"), sha256("?")),
    ),
    "a store says nothing of a blob": (
        "blob-missing",
        f"blob {sha256('model a')}",
        lambda s: dataclasses.replace(s, blobs=s.blobs[1:]),
    ),
    # pages
    "the index was edited": ("page-altered", "README.md", lambda s: with_file(s, "README.md", data=b"# Models")),
    "the index is missing": ("page-altered", "README.md", lambda s: without_file(s, "README.md")),
    "a model's page was edited": ("page-altered", PAGE, lambda s: with_file(s, PAGE, data=b"")),
    "a model's page is missing": ("page-altered", PAGE, lambda s: without_file(s, PAGE)),
    "a page of no model": ("page-altered", "models/x.md", lambda s: with_new_file(s, "models/x.md")),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_found(name: str) -> None:
    reason, subject, mutate = MUTATIONS[name]
    found = audit(mutate(a_log().snapshot()))
    assert any(f.reason == reason and f.subject.startswith(subject) for f in found), found
    assert all(f.message and f.remedy for f in found)


@pytest.mark.parametrize("at", range(10))
@pytest.mark.parametrize(
    "fields",
    [{"actor": "mallory"}, {"reason": "fine"}, {"approved_by": ("mallory",)}, {"merge": "f" * 40}],
    ids=lambda fields: next(iter(fields)),
)
def test_any_field_of_any_record_is_bound(at: int, fields: dict[str, Any]) -> None:
    log = a_log()
    data = encode(dataclasses.replace(log.state.entries[at].record(), **fields))
    assert data != log.state.entries[at].data
    assert audit(with_file(log.snapshot(), path_of(at + 1), data=data, digest=digest_of(data), blob=git_id(data)))


def test_a_blob_that_nobody_looked_for_is_not_missing() -> None:
    assert audit(a_log().snapshot(stores=(), blobs=())) == ()


def test_an_order_binds_from_the_first_use_of_a_stage_on() -> None:
    log = Log()
    log.promote("a", stages=("production",))
    assert audit(log.snapshot()) == ()
    log.promote("b", stages=STAGES)
    log.append(plan.promote(log.state, draft=a_draft("c"), stages=("production",)))
    assert [(f.reason, f.subject) for f in audit(log.snapshot())] == [("stage-order", "record 7")]


GOOD = SignerResult(state=SignatureState.GOOD, names=("ada@example.org",))


def a_signed_log() -> Log:
    log = Log()
    for name in ("a", "b"):
        records = plan.promote(log.state, draft=a_draft(name, signer="ada@example.org"), stages=())
        log.append(records)
    return log


def test_signed_by_whom_the_record_says() -> None:
    log = a_signed_log()
    assert audit(log.snapshot(signatures={commit.id: GOOD for commit in log.commits}, must_sign=True)) == ()


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (None, "is not signed"),
        (SignerResult(state=SignatureState.UNSIGNED), "is not signed"),
        (SignerResult(state=SignatureState.STRANGER), "not on the list"),
        (SignerResult(state=SignatureState.BAD), "does not fit"),
        (SignerResult(state=SignatureState.EXPIRED), "expired"),
        (SignerResult(state=SignatureState.UNKNOWN), "cannot be checked"),
        (SignerResult(state=SignatureState.GOOD, names=("mallory@example.org",)), "signed by mallory"),
        (SignerResult(state=SignatureState.GOOD), "somebody else"),
    ],
)
def test_a_wrong_signer_is_found(result: SignerResult | None, words: str) -> None:
    log = a_signed_log()
    signatures = {commit.id: GOOD for commit in log.commits}
    del signatures[log.commits[1].id]
    if result:
        signatures[log.commits[1].id] = result
    (found,) = audit(log.snapshot(signatures=signatures))
    assert (found.reason, found.subject) == ("signature-wrong", "record 2")
    assert words in found.message


def test_where_signing_is_a_must_it_is_one_from_the_first_signer_on() -> None:
    log = Log()
    log.promote("a", stages=())
    unsigned = {commit.id: SignerResult(state=SignatureState.UNSIGNED) for commit in log.commits}
    assert audit(log.snapshot(signatures=unsigned)) == ()
    assert [f.reason for f in audit(log.snapshot(signatures=unsigned, must_sign=True))] == ["signature-wrong"]
    log.append(plan.promote(log.state, draft=a_draft("b", signer="ada@example.org"), stages=()))
    log.promote("c", stages=())
    signatures = {**unsigned, log.commits[1].id: GOOD}
    found = audit(log.snapshot(signatures=signatures, must_sign=True))
    assert [(f.reason, f.subject) for f in found] == [("signature-wrong", "record 3")]


def test_a_name_that_git_cannot_hold_is_the_same_author() -> None:
    log = Log()
    log.promote("a", stages=(), actor="<ada>, Countess;")
    (commit,) = log.commits
    assert audit(log.snapshot(commits=(dataclasses.replace(commit, author="ada, Countess"),))) == ()
    assert audit(log.snapshot(commits=(dataclasses.replace(commit, author="ada, Count"),)))


def test_store_blobs_answer_for_their_store_alone() -> None:
    log = a_log()
    blobs = tuple(StoreBlob(store="folder", digest=blob.digest, found=blob.digest) for blob in log.blobs.values())
    assert {f.reason for f in audit(log.snapshot(blobs=blobs))} == {"blob-missing"}


def test_pages_of_another_mlgate_are_not_compared_and_that_is_said() -> None:
    log = Log()
    log.promote("a", stages=(), mlgate="0.0.1")
    log.promote("b", model="other", stages=())
    for path, file in list(log.files.items()):
        if path.endswith(".md"):
            log.files[path] = dataclasses.replace(file, data=b"# otherwise\n")
    found = audit(log.snapshot(stages={}))
    assert [(f.reason, f.subject) for f in found] == [
        ("page-altered", "models/other.md"),
        ("page-altered", "README.md"),
    ]
    (said,) = pages_of_others(log.files.values())
    assert said.startswith("1 page that mlgate 0.0.1 wrote, and this is ")
    assert said.endswith(": models/flight-delays.md")
    del log.files["models/flight-delays.md"]
    assert ("page-altered", "models/flight-delays.md") in [
        (f.reason, f.subject) for f in audit(log.snapshot(stages={}))
    ]
