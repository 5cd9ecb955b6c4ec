"""What a push that did not go through means, by what hosts say; and the messages that bind commits to records."""

from __future__ import annotations

import pytest

from mlgate.core.registry.log.message import Bound, bound, headline, message
from mlgate.core.registry.log.push import Effect, judge, tags_in
from mlgate.core.registry.log.record import Event, Record

BRANCH = "refs/heads/mlgate-registry"
TAG = "refs/tags/m@v1.0.0"
OTHERS = "[rejected] (atomic push failed)"


@pytest.mark.parametrize(
    ("refs", "words", "effect"),
    [
        ({BRANCH: "[rejected] (stale info)", TAG: OTHERS}, "error: failed to push some refs", Effect.LOST),
        ({BRANCH: "[rejected] (stale info)", TAG: "[rejected] (stale info)"}, "", Effect.LOST),
        ({BRANCH: OTHERS, TAG: "[rejected] (stale info)"}, "", Effect.TAKEN),
        ({TAG: "[rejected] (already exists)"}, "", Effect.TAKEN),
        ({BRANCH: "[remote rejected] (failed to update ref)"}, "", Effect.LOST),
        (
            {BRANCH: "[remote rejected] (cannot lock ref 'refs/heads/mlgate-registry': is at 1 but expected 2)"},
            "",
            Effect.LOST,
        ),
        (
            {BRANCH: "[remote rejected] (pre-receive hook declined)"},
            "! [remote rejected] (pre-receive hook declined)",
            Effect.REFUSED,
        ),
        (
            {BRANCH: "[remote rejected]"},
            "remote: error: GH006: Protected branch update failed for refs/heads/x",
            Effect.REFUSED,
        ),
        ({TAG: "[remote rejected]"}, "remote: error: GH013: Repository rule violations found", Effect.REFUSED),
        ({}, "remote: Permission to octo/flights.git denied to github-actions[bot].", Effect.REFUSED),
        ({}, "fatal: unable to access 'https://x/': The requested URL returned error: 403", Effect.REFUSED),
        ({}, "remote: error: insufficient permission for adding an object; unpack failed", Effect.REFUSED),
        (
            {BRANCH: "[remote rejected] (unpacker error)"},
            "error: remote unpack failed: unpack-objects abnormal exit",
            Effect.FULL,
        ),
        ({}, "fatal: write error: No space left on device", Effect.FULL),
        ({}, "fatal: prepare: cannot lock ref 'refs/tags/m@v1.0.0': reference already exists", Effect.TAKEN),
        ({}, "fatal: prepare: cannot lock ref 'refs/heads/mlgate-registry': is at 1 but expected 2", Effect.LOST),
        ({}, "fatal: prepare: cannot lock ref 'refs/heads/mlgate-registry': reference already exists", Effect.LOST),
        ({}, "error: RPC failed; curl 52 Empty reply from server", Effect.UNKNOWN),
        ({}, "fatal: the remote end hung up unexpectedly", Effect.UNKNOWN),
        ({}, "git was ended by SIGKILL", Effect.UNKNOWN),
    ],
)
def test_what_a_push_that_failed_means(refs: dict[str, str], words: str, effect: Effect) -> None:
    assert judge(refs, words, BRANCH) is effect


def test_the_tag_in_the_way_is_named() -> None:
    wanted = ("m@v1.0.0", "m#production#1")
    assert tags_in({TAG: "[rejected] (stale info)", BRANCH: OTHERS}, "", wanted) == ("m@v1.0.0",)
    assert tags_in({}, "cannot lock ref 'refs/tags/m#production#1': reference already exists", wanted) == wanted[1:]
    assert tags_in({}, "no", wanted) == wanted


def a_record(event: Event, **fields: object) -> Record:
    given = {"sequence": 7, "model": "m", "actor": "a", "time": "2026-03-03T10:15:00Z", "version": "v1.2.0"}
    return Record(event=event, **{**given, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (a_record(Event.REGISTER), "register m v1.2.0"),
        (a_record(Event.ASSIGN, stage="production"), "assign m v1.2.0 to production"),
        (a_record(Event.ASSIGN, stage="production", rollback=True), "assign m v1.2.0 to production (rollback)"),
        (a_record(Event.UNASSIGN, stage="production"), "unassign m v1.2.0 from production"),
        (a_record(Event.DEPRECATE), "deprecate m v1.2.0"),
        (a_record(Event.NOTE, version=None), "note m"),
    ],
)
def test_a_message_says_what_was_done_and_is_bound_to_the_record(record: Record, line: str) -> None:
    assert headline(record) == line
    text = message(record, "ab" * 32)
    assert text.splitlines()[0] == line
    assert bound(f"tree 1\nauthor x\n\n{text}") == Bound(digest="ab" * 32, sequence=7)


@pytest.mark.parametrize(
    "text", ["", "register m v1", "Mlgate-Record: ab\nMlgate-Sequence: 7\n", "Mlgate-Sequence: 7\n"]
)
def test_other_messages_are_bound_to_nothing(text: str) -> None:
    assert bound(text) is None
