"""What `verify` says of a log whose newest part was taken away without a trace, and where there is none at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.registries import BRANCH, Lab
from tests.registry_story import Story, registry

if TYPE_CHECKING:
    from pathlib import Path

Output = pytest.CaptureFixture[str]


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path / "s").tell()


def verified(story: Story, capsys: Output, *words: str) -> tuple[int, list[dict[str, Any]]]:
    capsys.readouterr()
    status = registry(story.clone, "verify", "--json", *words)
    return status, json.loads(capsys.readouterr().out)["findings"]


def cut(story: Story, keep: int) -> str:
    """Take the newest records and their tags away, as who may write everything can; return the last one's digest."""
    state = story.lab.journal(story.writer).read().state
    story.lab.bare("update-ref", BRANCH, f"{BRANCH}~{state.sequence - keep}")
    for entry in state.entries[keep:]:
        if entry.tag:
            story.lab.bare("tag", "-d", entry.tag)
    story.clone = story.lab.clone("fresh")
    return str(state.digest)


def test_a_log_that_was_cut_is_found_by_a_record_that_somebody_knows(story: Story, capsys: Output) -> None:
    known = story.lab.journal(story.writer).read().state.digest
    assert verified(story, capsys, "--expect", str(known)) == (0, [])
    assert cut(story, keep=5) == known
    left = story.lab.journal(story.clone).read().state.digest
    assert verified(story, capsys, "--expect", str(left)[:12]) == (0, [])
    status, found = verified(story, capsys, "--expect", str(known)[:12])
    assert status == 5
    assert [item["reason"] for item in found] == ["registry-rewritten"]
    assert found[0]["subject"] == f"record {str(known)[:12]}"
    # Nothing but that tells it: the log is one that mlgate could have written.
    assert verified(story, capsys) == (0, [])


@pytest.mark.parametrize("text", ["", "v1.0.0", "abc", "F" * 64, "f" * 65])
def test_what_is_no_digest_is_refused(story: Story, capsys: Output, text: str) -> None:
    assert registry(story.clone, "verify", "--expect", text) == 2
    assert "is not the sha256 of a record" in capsys.readouterr().err


def test_a_branch_that_was_deleted_is_wrong_in_a_new_clone_too(story: Story, capsys: Output) -> None:
    story.lab.bare("update-ref", "-d", BRANCH)
    for depth in (None, 1):
        story.clone = story.lab.clone(f"fresh{depth}", depth)
        status, found = verified(story, capsys)
        assert status == 5
        assert {item["reason"] for item in found} == {"registry-rewritten"}


def test_no_registry_is_called_none(tmp_path: Path, capsys: Output) -> None:
    lab = Lab(tmp_path)
    assert registry(lab.clone("c"), "verify") == 0
    assert capsys.readouterr().out.startswith("There is no registry: no branch mlgate-registry")
    assert registry(lab.clone("d"), "verify", "--expect", "f" * 64) == 5
