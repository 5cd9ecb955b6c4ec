"""More than 200 ways to tamper with a registry: what is done, and what `verify` has to say about which thing.

Whoever forges here may do anything that write access to the repository allows, including calculating the chain anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.registries import BRANCH, MODEL
from tests.registry_forger import FILE, Forger, digest, encode
from tests.registry_story import OTHER
from tests.repository import Repository

from mlgate.core.registry.log.message import message
from mlgate.core.registry.log.record import decode, path_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.registry_forger import Commit

    Mutation = Callable[[Forger], Any]
    Subject = Callable[[Forger], set[str]]

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
SHORT = 12


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
    return forger.texts[sorted(forger.tags)[number]]


def target_of(number: int, forger: Forger) -> str:
    return forger.targets[sorted(forger.tags)[number]]


def tag_deleted(number: int, forger: Forger) -> None:
    del forger.tags[sorted(forger.tags)[number]]


def tag_moved(number: int, forger: Forger, *, to: str = "") -> None:
    text, name = text_of(number, forger), name_of(number, forger)
    other = next(commit for commit in forger.code if commit != target_of(number, forger))
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


# Which thing it is about


def record(*numbers: int) -> Subject:
    """Return how the records, their files, the commits that added them and their tags are called."""

    def called(forger: Forger) -> set[str]:
        found = set[str]()
        for number in numbers:
            found |= {f"record {number}", path_of(number)}
            found |= {f"tag {forger.tag_of[number]}"} if number in forger.tag_of else set()
            found |= commit(number - 1)(forger)
        return found

    return called


def commit(*indices: int) -> Subject:
    """Return how the commits are called, as they were forged."""
    return lambda forger: {f"commit {forger.ids[index][:SHORT]}" for index in indices if index < len(forger.ids)}


def code(forger: Forger) -> set[str]:
    """Return how the commits of the code are called."""
    return {f"commit {commit[:SHORT]}" for commit in forger.code}


def seen(forger: Forger) -> set[str]:
    """Return how the commit is called that the clone has seen."""
    return {f"commit {forger.original[BRANCH][:SHORT]}"}


def named(*names: str) -> Subject:
    """Return the very names."""
    return lambda _: set(names)


def page_of(*numbers: int) -> Subject:
    """Return the pages that tell of the records."""
    models = {MODEL if number not in (4, 5) else OTHER for number in numbers}
    return named("README.md", *(f"models/{model}.md" for model in models))


def blobs(*numbers: int) -> Subject:
    """Return how the blobs are called."""
    return lambda forger: {f"blob {blob_names(forger)[number].rpartition('/')[2]}" for number in numbers}


def blob_names(forger: Forger) -> list[str]:
    return sorted(name for name in forger.before if name.startswith("blobs/"))


def tag(number: int) -> Subject:
    """Return how a tag is called."""
    return lambda forger: {f"tag {sorted(forger.texts)[number].removeprefix('refs/tags/')}"}


def tags_of(*numbers: int) -> Subject:
    """Return how the tags of the records are called."""
    return lambda forger: {f"tag {forger.tag_of[number]}" for number in numbers if number in forger.tag_of}


# What is tried


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to tamper.

    Attributes:
        name: What is done.
        mutate: Does it.
        reasons: Of which one at least must be found,
        subject: about one of these things.
    """

    name: str
    mutate: Mutation
    reasons: set[str]
    subject: Subject

    @property
    def remembers(self) -> bool:
        """Return whether only a clone that has seen the log can tell."""
        return self.reasons is MEMORY


def case(name: str, mutate: Mutation, reasons: set[str], subject: Subject) -> Case:
    return Case(name=name, mutate=mutate, reasons=reasons, subject=seen if reasons is MEMORY else subject)


NAMES = ("model", "actor", "time", "reason", "previous", "sequence")


def log_cases() -> Iterator[Case]:
    for k in range(1, RECORDS + 1):
        # The last record is a note, which has no tag; and after 1, 3, 5 and 8 records the pages were written.
        cut = range(RECORDS - k + 1, RECORDS + 1)
        yield case(f"cut off the last {k}", partial(truncate, k), MEMORY if k == 1 else REWRITTEN, tags_of(*cut))
        unseen = MEMORY if k in (1, 3, 5, 8) else PAGE
        yield case(f"cut off the last {k} with their tags", partial(truncate, k, tags=True), unseen, page_of(*cut))
    for i in ALL:
        for name in NAMES:
            yield case(f"rewrite {name} of record {i}", partial(rewrite, i, name), BROKEN, record(i))
        yield case(f"rewrite actor of record {i} and chain", partial(rewrite_and_chain, i, "actor"), DAMAGED, record(i))
        yield case(f"rewrite reason of record {i} and chain", partial(rewrite_and_chain, i, "reason"), PAGE, page_of(i))
        yield case(f"rewrite record {i}, chain and tag", partial(rewrite_chain_and_tag, i, "actor"), DAMAGED, record(i))
        yield case(f"rewrite record {i} on top", partial(rewrite_on_top, i), BROKEN, record(i))
        yield case(f"drop record {i}", partial(drop, i), DAMAGED, record(i))
        yield case(f"drop record {i} on top", partial(drop_on_top, i), DAMAGED, record(i))
        gone = MEMORY if i == RECORDS else REWRITTEN
        yield case(f"drop record {i} and close up", partial(drop_and_close_up, i), gone, tags_of(i))
    for i in range(1, RECORDS):
        yield case(f"swap records {i} and {i + 1}", partial(swap, i), DAMAGED, record(i, i + 1))
        both = partial(swap_and_chain, i)
        yield case(f"swap records {i} and {i + 1} and chain", both, BROKEN | TAG, record(i, i + 1))
    for i in (1, 4, 6):
        rules, outcome = ("verdict.rules.0.value", 0.99), ("verdict.outcome", "warn")
        model, data = ("artifacts.0.digest", "9" * 64), ("digests.data.train", "9" * 64)
        yield case(f"rewrite the verdict of record {i}", partial(inner, i, *rules), TAG, tags_of(i))
        yield case(f"forge the verdict of record {i} and all tags", partial(forge_verdict, i), MEMORY, seen)
        yield case(f"rewrite the outcome of record {i}", partial(inner, i, *outcome), TAG, tags_of(i))
        missing = named(f"blob {'9' * 64}")
        yield case(f"rewrite the model's digest in record {i}", partial(inner, i, *model), BLOB_GONE, missing)
        yield case(f"rewrite the data's digest in record {i}", partial(inner, i, *data), TAG, tags_of(i))
        yield case(f"rewrite the commit of record {i}", partial(inner, i, "commit", "9" * 40), TAG, tags_of(i))
        yield case(f"rewrite the store in record {i}", partial(inner, i, "artifacts.0.store", "cloud"), TAG, tags_of(i))
    newer = {"schema": "mlgate/record/2"}
    last = named("record 8")
    yield case("a newer schema", lambda f: f.rewrite(8, encode(plain_of(f, 8) | newer)), {"registry-newer"}, last)
    yield case("no JSON", lambda f: f.rewrite(8, b"{"), DAMAGED, last)
    yield case("an unknown field", lambda f: f.rewrite(8, encode(plain_of(f, 8) | {"colour": "red"})), DAMAGED, last)


def commit_cases() -> Iterator[Case]:
    for i in range(RECORDS):
        yield case(f"author of commit {i}", partial(author, i), DAMAGED, commit(i))
        yield case(f"date of commit {i}", partial(date, i), DAMAGED, commit(i))
        yield case(f"no trailers in commit {i}", partial(new_commit, i, text="hello\n"), DAMAGED, commit(i))
    for i in range(1, RECORDS):
        yield case(f"the message of another in commit {i}", partial(copied_message, i), BROKEN, commit(i))
    for i in range(RECORDS - 1):
        yield case(f"two records in commit {i}", partial(squash, i), BROKEN, commit(i))
    yield case("a commit without a record", lambda f: f.add({}), BROKEN, commit(RECORDS))
    yield case("a merge", merge, BROKEN, commit(RECORDS))
    yield case("the log grows on the code", on_code, BROKEN, code)


def file_cases() -> Iterator[Case]:
    for path in (
        "evil.sh",
        "records/notes.txt",
        "records/000/0000/000099.json",
        "records/000/0001/000009.json",
        "LICENSE",
    ):
        about = record(99) if path == path_of(99) else named(path)
        yield case(f"extra {path}", partial(extra, path, FILE), DAMAGED, about)
        yield case(f"extra {path} in commit 3", partial(extra_in_place, path, 3), DAMAGED, about)
    for path in ("blobs/sha256/ab/short", "blobs/md5/ab/" + "ab" * 32, "models/" + OTHER + "/x.md"):
        yield case(f"extra {path}", partial(extra, path, FILE), DAMAGED | PAGE, named(path))
    yield case("extra link", partial(extra, "link", "120000"), DAMAGED, named("link"))
    lie = "blobs/sha256/ab/" + "ab" * 32
    yield case("a blob that lies", partial(extra, lie, FILE), BLOB_OTHER | DAMAGED, named(f"blob {'ab' * 32}"))
    for path in (path_of(1), path_of(8), "README.md"):
        yield case(f"{path} can be run", partial(mode, path, "100755"), DAMAGED, named(path))
        yield case(f"{path} is a link", partial(mode, path, "120000"), DAMAGED, named(path))
    for path in ("README.md", f"models/{MODEL}.md", f"models/{OTHER}.md"):
        yield case(f"other words in {path}", partial(page, path, b"all is well\n"), PAGE, named(path))
        yield case(f"no {path}", partial(page, path, None), PAGE, named(path))
    yield case("a page about nobody", partial(page, "models/nobody.md", b"x\n"), PAGE, named("models/nobody.md"))
    for i in range(BLOBS):
        yield case(f"blob {i} altered", partial(blob, i, b"other bytes\n"), BLOB_OTHER, blobs(i))
        yield case(f"blob {i} deleted", partial(blob, i, None), BLOB_GONE, blobs(i))
        yield case(f"blob {i} deleted on top", partial(blob_on_top, i), BLOB_GONE, blobs(i))
    for i in range(0, BLOBS, 4):
        yield case(f"blobs {i} and {i + 1} swapped", partial(blobs_swapped, i), BLOB_OTHER, blobs(i, i + 1))
        yield case(f"blob {i} emptied", partial(blob, i, b""), BLOB_OTHER, blobs(i))


def tag_cases() -> Iterator[Case]:
    for i in range(TAGS):
        yield case(f"tag {i} deleted", partial(tag_deleted, i), TAG, tag(i))
        yield case(f"tag {i} moved", partial(tag_moved, i), TAG, tag(i))
        yield case(f"tag {i} on the registry", partial(tag_moved, i, to=BRANCH), TAG, tag(i))
        yield case(f"tag {i} without an object", partial(tag_light, i), TAG, tag(i))
        yield case(f"tag {i} with other words", partial(tag_words, i, "release\n"), TAG, tag(i))
        yield case(f"tag {i} with nothing to say", partial(tag_words, i, ""), TAG, tag(i))
        yield case(f"tag {i} on a tree", partial(tag_on_tree, i), TAG, tag(i))
        yield case(f"tag {i} under another name", partial(tag_copied, i), TAG, named("tag another-name"))
    for i in range(1, TAGS):
        yield case(f"tag {i} of another record", partial(tag_of_other_record, i), TAG, tag(i))
    for name in (f"{MODEL}@v9.9.9", f"{MODEL}#production#2", f"{OTHER}#staging#1", f"{MODEL}@deprecated#1"):
        yield case(f"tag {name} by a person", partial(tag_foreign, name, "mine\n"), TAG, named(f"tag {name}"))
        light = partial(tag_foreign, name, None)
        yield case(f"tag {name} by a person, without an object", light, TAG, named(f"tag {name}"))


def signature_cases() -> Iterator[Case]:
    for i in range(RECORDS):
        about = named(f"record {i + 1}")
        yield case(f"commit {i} unsigned", partial(unsigned, i), SIGNATURE, about)
        yield case(f"commit {i} with a garbled signature", partial(garbled, i), SIGNATURE, about)
        yield case(f"commit {i} says something else than what was signed", partial(resaid, i), SIGNATURE, about)
        other = partial(other_signer, i + 1, "eve@example.org")
        yield case(f"record {i + 1} names another signer", other, SIGNATURE, about)
    for i in range(1, RECORDS):
        about = named(f"record {i + 1}")
        yield case(f"commit {i} with the signature of another", partial(borrowed, i), SIGNATURE, about)


def stranger_cases() -> Iterator[Case]:
    for i in range(RECORDS):
        yield case(f"commit {i} by a stranger", partial(unsigned, i), SIGNATURE, named(f"record {i + 1}"))


PLAIN = [*log_cases(), *commit_cases(), *file_cases(), *tag_cases()]
SIGNED = list(signature_cases())
STRANGERS = list(stranger_cases())
