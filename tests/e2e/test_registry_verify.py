"""`registry verify` finds every one of more than 200 ways to tamper with a registry, each tried on a real one.

Whoever forges here may do anything that write access to the repository allows, including calculating the chain anew.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from tests.registries import BRANCH, MODEL
from tests.registry_forger import FILE, Forger, digest, encode
from tests.registry_story import OTHER, Story, new_key, registry
from tests.repository import Repository

from mlgate.core.registry.log.message import message
from mlgate.core.registry.log.record import decode, path_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.registry_forger import Commit

    Mutation = Callable[[Forger], Any]

RECORDS = 8
TAGS = 7
BLOBS = 12
ALL = range(1, RECORDS + 1)
DAMAGED, REWRITTEN = {"registry-damaged"}, {"registry-rewritten"}
BROKEN = DAMAGED | REWRITTEN
TAG = {"tag-moved", "tag-missing", "tag-taken"}
PAGE = {"page-altered"}
BLOB_GONE, BLOB_OTHER = {"blob-missing"}, {"blob-altered"}
SIGNATURE = {"signature-wrong"}
MEMORY = {"registry-rewritten"}  # the forgery is perfect: only a clone that has seen the log can tell


class Scene:
    """A registry that can be forged again and again, and a clone that has seen it whole."""

    def __init__(self, folder: Any, *, sign: bool) -> None:
        self.story = Story(folder, sign=sign).tell()
        self.words: list[str] = []
        if sign:
            allowed = folder / "allowed"
            allowed.write_text(self.story.allowed)
            self.words = ["--allowed-signers", str(allowed)]
            (self.story.clone.root / "mlgate.yml").write_text(
                f"version: 1\nmodel: {MODEL}\npromote: {{sign: true, allowed-signers: {allowed.name}}}\n"
            )
        self.stranger = new_key(folder / "stranger")
        self.key = self.story.key
        assert registry(self.story.clone, "show") == 0
        self.fresh = self.story.lab.clone("never-seen")
        self.forger = Forger(remote=self.story.lab.remote).read()

    def verify(self, capsys: pytest.CaptureFixture[str], *, remembers: bool = True) -> tuple[int, set[str]]:
        """Return the exit status, and the reasons of what was found, from a clone that has seen the log or has not."""
        capsys.readouterr()
        clone = self.story.clone if remembers else self.fresh
        status = registry(clone, "verify", "--json", *self.words)
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err
        assert shown.out, shown.err
        found = json.loads(shown.out)["findings"]
        assert all(f["subject"] and f["message"] and f["remedy"] for f in found)
        return status, {f["reason"] for f in found}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("plain") / "s", sign=False)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("signed") / "s", sign=True)


# The log


def plain_of(forger: Forger, sequence: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(forger.data(sequence))
    return found


def changed(field: str, value: Any) -> dict[str, Any]:
    """Return another value for a field of a record."""
    match field, value:
        case "time", str():
            return {field: value.replace("T", "T0", 1)[:11] + "23:59:58Z"}
        case "sequence", int():
            return {field: value + 1}
        case "previous", _:
            return {field: "0" * 64}
        case _:
            return {field: f"{value or ''}x"}


def rewrite(sequence: int, field: str, forger: Forger) -> None:
    plain = plain_of(forger, sequence)
    forger.rewrite(sequence, encode(plain | changed(field, plain.get(field))))


def rewrite_and_chain(sequence: int, field: str, forger: Forger) -> None:
    rewrite(sequence, field, forger)
    forger.chain(sequence)


def rewrite_chain_and_tag(sequence: int, field: str, forger: Forger) -> None:
    rewrite_and_chain(sequence, field, forger)
    tag_anew(forger)


def forge_verdict(sequence: int, forger: Forger) -> None:
    """Forge what no page shows, and everything that depends on it."""
    inner(sequence, "verdict.rules.0.value", 0.99, forger)
    tag_anew(forger)


def tag_anew(forger: Forger) -> None:
    for number in ALL:
        data = forger.data(number)
        record = decode(data)
        if record.tag and record.commit:
            forger.tag(record.tag, record.commit, message(record, digest(data)))


def rewrite_on_top(sequence: int, forger: Forger) -> None:
    plain = plain_of(forger, sequence)
    forger.add({path_of(sequence): (FILE, encode(plain | {"actor": "eve"}))})


def inner(sequence: int, part: str, value: Any, forger: Forger) -> None:
    """Rewrite what was measured, or where the bytes are."""
    plain = plain_of(forger, sequence)
    place: Any = plain
    *path, last = part.split(".")
    for name in path:
        place = place[int(name)] if isinstance(place, list) else place[name]
    place[last] = value
    forger.rewrite(sequence, encode(plain))
    forger.chain(sequence)


def truncate(count: int, forger: Forger, *, tags: bool = False) -> None:
    gone = [decode(forger.data(sequence)).tag for sequence in range(RECORDS - count + 1, RECORDS + 1)]
    del forger.commits[len(forger.commits) - count :]
    for tag in gone if tags else ():
        forger.tags.pop(f"refs/tags/{tag}", None)


def drop(sequence: int, forger: Forger) -> None:
    forger.put(path_of(sequence), None)


def drop_on_top(sequence: int, forger: Forger) -> None:
    forger.add({path_of(sequence): None})


def drop_and_close_up(sequence: int, forger: Forger) -> None:
    """Leave a record out as if it had never been."""
    kept = [forger.data(number) for number in ALL if number != sequence]
    template: list[Commit] = [commit for number, commit in enumerate(forger.commits, 1) if number != sequence]
    forger.commits = template
    for number in ALL:
        forger.put(path_of(number), None)
    for number, data in enumerate(kept, 1):
        plain = json.loads(data) | {"sequence": number}
        if number == 1:
            plain.pop("previous", None)
        forger.rewrite(number, encode(plain))
    forger.chain()


def swap(sequence: int, forger: Forger) -> None:
    one, other = forger.data(sequence), forger.data(sequence + 1)
    forger.rewrite(sequence, other)
    forger.rewrite(sequence + 1, one)


def swap_and_chain(sequence: int, forger: Forger) -> None:
    one, other = plain_of(forger, sequence), plain_of(forger, sequence + 1)
    forger.rewrite(sequence, encode(other | {"sequence": sequence}))
    forger.rewrite(sequence + 1, encode(one | {"sequence": sequence + 1}))
    forger.chain(sequence)


def extra(path: str, mode: str, forger: Forger) -> None:
    forger.add({path: (mode, b"x\n")})


def extra_in_place(path: str, sequence: int, forger: Forger) -> None:
    forger.put(path, (FILE, b"x\n"), start=sequence - 1)


def mode(path: str, value: str, forger: Forger) -> None:
    forger.put(path, (value, forger.commits[-1].files[path][1]), start=RECORDS - 1)


def new_commit(index: int, forger: Forger, **what: Any) -> None:
    forger.change(index, **what)


def copied_message(index: int, forger: Forger) -> None:
    forger.change(index, text=forger.commits[index - 1].text)


def author(index: int, forger: Forger) -> None:
    forger.change(index, author=forger.commits[index].author.replace("ann", "eve").replace("bob", "eve"))


def date(index: int, forger: Forger) -> None:
    who, _, _ = forger.commits[index].author.rpartition("> ")
    forger.change(index, author=f"{who}> 1700000000 +0000")


def squash(index: int, forger: Forger) -> None:
    """Let one commit add two records."""
    del forger.commits[index]
    forger.change(index)


def merge(forger: Forger) -> None:
    tip = forger.original[BRANCH]
    forger.add({})
    forger.change(-1, parents=(tip, forger.original["refs/heads/main"]))


def on_code(forger: Forger) -> None:
    forger.change(0, parents=(forger.original["refs/heads/main"],))


# Pages and blobs


def page(path: str, data: bytes | None, forger: Forger) -> None:
    forger.put(path, None if data is None else (FILE, data), start=RECORDS - 1)


def blob(number: int, data: bytes | None, forger: Forger) -> None:
    path = sorted(name for name in forger.commits[-1].files if name.startswith("blobs/"))[number]
    forger.put(path, None if data is None else (FILE, data))


def blob_on_top(number: int, forger: Forger) -> None:
    path = sorted(name for name in forger.commits[-1].files if name.startswith("blobs/"))[number]
    forger.add({path: None})


def blobs_swapped(number: int, forger: Forger) -> None:
    names = sorted(name for name in forger.commits[-1].files if name.startswith("blobs/"))
    one, other = names[number], names[number + 1]
    datas = forger.commits[-1].files[one], forger.commits[-1].files[other]
    forger.put(one, datas[1])
    forger.put(other, datas[0])


# Tags


def name_of(number: int, forger: Forger) -> str:
    return sorted(forger.tags)[number].removeprefix("refs/tags/")


def text_of(number: int, forger: Forger) -> str:
    return Repository(forger.remote).git("for-each-ref", "--format=%(contents)", sorted(forger.tags)[number]) + "\n"


def target_of(number: int, forger: Forger) -> str:
    return Repository(forger.remote).git("rev-parse", f"{sorted(forger.tags)[number]}^{{commit}}")


def tag_deleted(number: int, forger: Forger) -> None:
    del forger.tags[sorted(forger.tags)[number]]


def tag_moved(number: int, forger: Forger, *, to: str = "refs/heads/main~2") -> None:
    text, name = text_of(number, forger), name_of(number, forger)
    commits = Repository(forger.remote).git("rev-list", "main").split()
    other = next(commit for commit in commits if commit != target_of(number, forger))
    forger.tag(name, forger.original[BRANCH] if to == BRANCH else other, text)


def tag_light(number: int, forger: Forger) -> None:
    forger.tag(name_of(number, forger), target_of(number, forger), None)


def tag_words(number: int, text: str, forger: Forger) -> None:
    forger.tag(name_of(number, forger), target_of(number, forger), text)


def tag_of_other_record(number: int, forger: Forger) -> None:
    forger.tag(name_of(number, forger), target_of(number, forger), text_of(number - 1, forger))


def tag_foreign(name: str, text: str | None, forger: Forger) -> None:
    forger.tag(name, forger.original["refs/heads/main"], text)


def tag_copied(number: int, forger: Forger) -> None:
    forger.tag("another-name", target_of(number, forger), text_of(number, forger))


def tag_on_tree(number: int, forger: Forger) -> None:
    tree = Repository(forger.remote).git("rev-parse", "main^{tree}")
    text = f"object {tree}\ntype tree\ntag {name_of(number, forger)}\ntagger m <m@x> 1 +0000\n\nx\n"
    forger.tags[sorted(forger.tags)[number]] = forger.write("tag", text.encode())


# Signatures


def unsigned(index: int, forger: Forger) -> None:
    forger.change(index)


def garbled(index: int, forger: Forger) -> None:
    text = forger.commits[index].signature or ""
    at = len(text) // 2
    forger.change(index, signature=text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :])


def borrowed(index: int, forger: Forger) -> None:
    """Take the signature of another commit."""
    forger.change(index, signature=forger.commits[index - 1].signature)


def resaid(index: int, forger: Forger) -> None:
    """Change what a signed commit says, and keep its signature."""
    kept = forger.commits[index]
    forger.change(index, signature=kept.signature, text=kept.text.replace("flight", "night").replace("diab", "x"))


def other_signer(sequence: int, value: str | None, forger: Forger) -> None:
    plain = plain_of(forger, sequence)
    plain.pop("signer")
    forger.rewrite(sequence, encode(plain | ({"signer": value} if value else {})))
    forger.chain(sequence)


# What is tried: a name, what is done, and reasons of which one at least must be found.

Case = tuple[str, "Mutation", set[str]]
NAMES = ("model", "actor", "time", "reason", "previous", "sequence")


def log_cases() -> Iterator[Case]:
    for k in range(1, RECORDS + 1):
        # The last record is a note, which has no tag; and after 1, 3, 5 and 8 records the pages were written.
        yield f"cut off the last {k}", partial(truncate, k), MEMORY if k == 1 else REWRITTEN
        unseen = MEMORY if k in (1, 3, 5, 8) else PAGE
        yield f"cut off the last {k} with their tags", partial(truncate, k, tags=True), unseen
    for i in ALL:
        for name in NAMES:
            yield f"rewrite {name} of record {i}", partial(rewrite, i, name), BROKEN
        yield f"rewrite actor of record {i} and chain", partial(rewrite_and_chain, i, "actor"), DAMAGED
        yield f"rewrite reason of record {i} and chain", partial(rewrite_and_chain, i, "reason"), PAGE
        yield f"rewrite record {i}, chain and tag", partial(rewrite_chain_and_tag, i, "actor"), DAMAGED
        yield f"rewrite record {i} on top", partial(rewrite_on_top, i), BROKEN
        yield f"drop record {i}", partial(drop, i), DAMAGED
        yield f"drop record {i} on top", partial(drop_on_top, i), DAMAGED
        yield f"drop record {i} and close up", partial(drop_and_close_up, i), MEMORY if i == RECORDS else REWRITTEN
    for i in range(1, RECORDS):
        yield f"swap records {i} and {i + 1}", partial(swap, i), DAMAGED
        yield f"swap records {i} and {i + 1} and chain", partial(swap_and_chain, i), BROKEN | TAG
    for i in (1, 4, 6):
        yield f"rewrite the verdict of record {i}", partial(inner, i, "verdict.rules.0.value", 0.99), TAG
        yield f"forge the verdict of record {i} and all tags", partial(forge_verdict, i), MEMORY
        yield f"rewrite the outcome of record {i}", partial(inner, i, "verdict.outcome", "warn"), TAG
        yield f"rewrite the model's digest in record {i}", partial(inner, i, "artifacts.0.digest", "9" * 64), BLOB_GONE
        yield f"rewrite the data's digest in record {i}", partial(inner, i, "digests.data.train", "9" * 64), TAG
        yield f"rewrite the commit of record {i}", partial(inner, i, "commit", "9" * 40), TAG
        yield f"rewrite the store in record {i}", partial(inner, i, "artifacts.0.store", "cloud"), TAG
    newer = {"schema": "mlgate/record/2"}
    yield "a newer schema", lambda f: f.rewrite(8, encode(plain_of(f, 8) | newer)), {"registry-newer"}
    yield "no JSON", lambda f: f.rewrite(8, b"{"), DAMAGED
    yield "an unknown field", lambda f: f.rewrite(8, encode(plain_of(f, 8) | {"colour": "red"})), DAMAGED


def commit_cases() -> Iterator[Case]:
    for i in range(RECORDS):
        yield f"author of commit {i}", partial(author, i), DAMAGED
        yield f"date of commit {i}", partial(date, i), DAMAGED
        yield f"no trailers in commit {i}", partial(new_commit, i, text="hello\n"), DAMAGED
    for i in range(1, RECORDS):
        yield f"the message of another in commit {i}", partial(copied_message, i), BROKEN
    for i in range(RECORDS - 1):
        yield f"two records in commit {i}", partial(squash, i), BROKEN
    yield "a commit without a record", lambda f: f.add({}), BROKEN
    yield "a merge", merge, BROKEN
    yield "the log grows on the code", on_code, BROKEN


def file_cases() -> Iterator[Case]:
    for path in (
        "evil.sh",
        "records/notes.txt",
        "records/000/0000/000099.json",
        "records/000/0001/000009.json",
        "LICENSE",
    ):
        yield f"extra {path}", partial(extra, path, FILE), DAMAGED
        yield f"extra {path} in commit 3", partial(extra_in_place, path, 3), DAMAGED
    for path in ("blobs/sha256/ab/short", "blobs/md5/ab/" + "ab" * 32, "models/" + OTHER + "/x.md"):
        yield f"extra {path}", partial(extra, path, FILE), DAMAGED | PAGE
    yield "extra link", partial(extra, "link", "120000"), DAMAGED
    yield "a blob that lies", partial(extra, "blobs/sha256/ab/" + "ab" * 32, FILE), BLOB_OTHER | DAMAGED
    for path in (path_of(1), path_of(8), "README.md"):
        yield f"{path} can be run", partial(mode, path, "100755"), DAMAGED
        yield f"{path} is a link", partial(mode, path, "120000"), DAMAGED
    for path in ("README.md", f"models/{MODEL}.md", f"models/{OTHER}.md"):
        yield f"other words in {path}", partial(page, path, b"all is well\n"), PAGE
        yield f"no {path}", partial(page, path, None), PAGE
    yield "a page about nobody", partial(page, "models/nobody.md", b"x\n"), PAGE
    for i in range(BLOBS):
        yield f"blob {i} altered", partial(blob, i, b"other bytes\n"), BLOB_OTHER
        yield f"blob {i} deleted", partial(blob, i, None), BLOB_GONE
        yield f"blob {i} deleted on top", partial(blob_on_top, i), BLOB_GONE
    for i in range(0, BLOBS, 4):
        yield f"blobs {i} and {i + 1} swapped", partial(blobs_swapped, i), BLOB_OTHER
        yield f"blob {i} emptied", partial(blob, i, b""), BLOB_OTHER


def tag_cases() -> Iterator[Case]:
    for i in range(TAGS):
        yield f"tag {i} deleted", partial(tag_deleted, i), TAG
        yield f"tag {i} moved", partial(tag_moved, i), TAG
        yield f"tag {i} on the registry", partial(tag_moved, i, to=BRANCH), TAG
        yield f"tag {i} without an object", partial(tag_light, i), TAG
        yield f"tag {i} with other words", partial(tag_words, i, "release\n"), TAG
        yield f"tag {i} with nothing to say", partial(tag_words, i, ""), TAG
        yield f"tag {i} on a tree", partial(tag_on_tree, i), TAG
        yield f"tag {i} under another name", partial(tag_copied, i), TAG
    for i in range(1, TAGS):
        yield f"tag {i} of another record", partial(tag_of_other_record, i), TAG
    for name in (f"{MODEL}@v9.9.9", f"{MODEL}#production#2", f"{OTHER}#staging#1", f"{MODEL}@deprecated#1"):
        yield f"tag {name} by a person", partial(tag_foreign, name, "mine\n"), TAG
        yield f"tag {name} by a person, without an object", partial(tag_foreign, name, None), TAG


def signature_cases() -> Iterator[Case]:
    for i in range(RECORDS):
        yield f"commit {i} unsigned", partial(unsigned, i), SIGNATURE
        yield f"commit {i} with a garbled signature", partial(garbled, i), SIGNATURE
        yield f"commit {i} says something else than what was signed", partial(resaid, i), SIGNATURE
        yield f"record {i + 1} names another signer", partial(other_signer, i + 1, "eve@example.org"), SIGNATURE
    for i in range(1, RECORDS):
        yield f"commit {i} with the signature of another", partial(borrowed, i), SIGNATURE


PLAIN_CASES = [*log_cases(), *commit_cases(), *file_cases(), *tag_cases()]
SIGNED_CASES = list(signature_cases())


def tried(scene: Scene, case: Case, capsys: pytest.CaptureFixture[str], key: Any = None) -> None:
    name, mutate, expected = case
    forger = scene.forger.fresh()
    mutate(forger)
    forger.forge(key)
    try:
        status, found = scene.verify(capsys, remembers=expected is MEMORY)
    finally:
        forger.restore()
    assert status == 5, name
    assert found & expected, (name, found)


@pytest.mark.parametrize("case", PLAIN_CASES, ids=lambda case: case[0])
def test_tampering_is_found(plain: Scene, case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    tried(plain, case, capsys)


@pytest.mark.parametrize("case", SIGNED_CASES, ids=lambda case: case[0])
def test_tampering_with_signatures_is_found(signed: Scene, case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """All commits after the tampered one are signed anew by the right key: they are not what gives it away."""
    unsigned_one = "unsigned" in case[0] or "signature" in case[0] or "signed" in case[0]
    name, mutate, expected = case

    def only_this_one(forger: Forger) -> None:
        mutate(forger)
        if unsigned_one:
            index = next(i for i, commit in enumerate(forger.commits) if commit.oid is None)
            seal(forger, index, signed)

    tried(signed, (name, only_this_one, expected), capsys, None if unsigned_one else signed.key)


def seal(forger: Forger, index: int, scene: Scene) -> None:
    """Sign every commit after `index` with the right key, as somebody who has it would."""
    before = forger.commits[index - 1].oid if index else None
    tip = forger._written(forger.commits[index], before, None)
    forger.change(index, signature=forger.commits[index].signature)
    forger.commits[index] = forger.commits[index].__class__(**{**vars(forger.commits[index]), "oid": tip})
    for later in range(index + 1, len(forger.commits)):
        forger.change(later)
        tip = forger._written(forger.commits[later], tip, scene.key)
        forger.commits[later] = forger.commits[later].__class__(**{**vars(forger.commits[later]), "oid": tip})


@pytest.mark.parametrize("index", range(RECORDS))
def test_a_stranger_s_signature_is_found(signed: Scene, index: int, capsys: pytest.CaptureFixture[str]) -> None:
    tried(signed, (f"commit {index} by a stranger", partial(unsigned, index), SIGNATURE), capsys, signed.stranger)


def test_there_are_more_than_two_hundred_ways(capsys: pytest.CaptureFixture[str]) -> None:
    names = [case[0] for case in (*PLAIN_CASES, *SIGNED_CASES)] + [f"stranger {i}" for i in range(RECORDS)]
    assert len(set(names)) == len(names)
    with capsys.disabled():
        sys.stdout.write(f"\nmutations of log, tags, blobs and signatures that `verify` has to find: {len(names)}\n")
    assert len(names) >= 200


@pytest.mark.parametrize("which", ["plain", "signed"])
def test_nothing_is_wrong_with_a_registry_as_mlgate_writes_it(
    which: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    scene = request.getfixturevalue(which)
    assert scene.verify(capsys) == (0, set())
    assert registry(scene.story.clone, "verify", *scene.words) == 0
    text = capsys.readouterr().out
    assert text.startswith("Nothing is wrong: 8 records, 8 commits, 7 tags, 12 blobs, 3 pages")
    assert ("8 signatures" in text) == (which == "signed")
