"""The real GTO beside the registry: it lists our versions and stages, and what it wrote itself is refused politely."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from tests.registries import MODEL, Lab
from tests.registry_log import a_draft
from tests.repository import QUIET, Repository, environment
from tests.toolbox import tool

from mlgate.core.registry.audit.files import Line
from mlgate.core.registry.audit.refs import check_tags
from mlgate.core.registry.audit.snapshot import TreeFile
from mlgate.core.registry.log import plan
from mlgate.core.registry.log.names import parse_tag
from mlgate.core.registry.log.record import digest_of, encode
from mlgate.errors import OutsideError
from mlgate.shell.git.repository import Git
from mlgate.shell.registry.verification.seen_tags import seen_tags

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlgate.core.registry.log.record import Record
    from mlgate.core.registry.log.state import State
    from mlgate.shell.registry.log.journal import Journal

STAGES = ("staging", "production")
BY: dict[str, Any] = {"model": MODEL, "actor": "grace", "time": "2026-03-04T10:00:00Z"}
NAMES = (
    *("m@v1.2.0", "m@v1.2.0#7", "m@v1.2.0!", "m@v1.2.0!#8", "m@v1.2.0-rc.1+b.5", "m#production", "m#production#3"),
    *("m#production!#4", "m@deprecated#5", "m@deprecated", "m@created", "flight-delays_2/x@v0.0.1", "a/b.c=m#dev#1"),
    *("v1.0.0", "m@1.0.0", "m@v1.0", "m@v01.0.0", "m@", "m#", "m#production#", "m#production#x", "m@deprecated!"),
    *("m.n@v1.0.0", "-m@v1.0.0", "m-@v1.0.0", "m#p.q#1", "m@v1.0.0 ", "m\u00e9@v1.0.0", "m@v1.0.0!!", "m#p!!#1"),
)
PARSE = """
import json, sys
from gto.tag import parse_name
def plain(name):
    found = parse_name(name, raise_on_fail=False)
    return {key: getattr(value, "value", value) for key, value in found.items()} or None
print(json.dumps([plain(name) for name in json.load(sys.stdin)]))
"""
EVENTS = {"deregister": "deprecate", "deprecate": "deprecate-model"}


def gto(repository: Repository, *words: str) -> str:
    """Run the real GTO in a repository."""
    command = [str(tool("gto")), *words]
    env = {**environment(), **QUIET, "COLUMNS": "200"}
    done = subprocess.run(command, cwd=repository.root, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def history(repository: Repository, model: str = MODEL) -> set[tuple[str, str, str | None, str]]:
    """Return what GTO says has happened; what happened in the same second has no order there."""
    found = json.loads(gto(repository, "history", model, "--json"))
    return {(line["event"], line["version"], line["stage"], line["ref"]) for line in found}


class Story:
    """A remote with three commits of code, and a journal that writes to it."""

    def __init__(self, folder: Path) -> None:
        self.lab = Lab(folder)
        self.codes = [self.lab.code]
        for number in (3, 4):
            self.codes.append(self.lab.origin.commit({"train.py": f"print({number})\n"}, str(number)))
        self.lab.origin.git("push", "-q", "origin", "main")
        self.clone = self.lab.clone("runner")
        self.journal: Journal = self.lab.journal(self.clone)

    def append(self, planner: Callable[[State], tuple[Record, ...]]) -> tuple[Record, ...]:
        return self.journal.append(planner).records

    def promote(self, number: int, stages: tuple[str, ...] = STAGES) -> tuple[Record, ...]:
        draft = a_draft(str(number), model=MODEL, commit=self.codes[number], artifacts=())
        return self.append(lambda state: plan.promote(state, draft=draft, stages=stages, order=STAGES))

    def checkout(self) -> Repository:
        """Return a person's clone, with all tags."""
        repository = self.lab.clone("person")
        repository.git("fetch", "-q", "--tags", "origin")
        return repository


@pytest.fixture
def story(tmp_path: Path) -> Story:
    tool("gto")
    return Story(tmp_path)


def shown(repository: Repository) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gto(repository, "show", "--json"))[MODEL]
    return {"latest": found["version"], **found["stage"]}


def test_gto_lists_our_versions_and_stages(story: Story) -> None:
    story.promote(0)
    story.promote(1, ("staging",))
    story.append(lambda state: plan.unassign(state, stage="production", reason="no more", **BY))
    person = story.checkout()
    assert shown(person) == {"latest": "v1.1.0", "staging": "v1.1.0"}
    assert history(person) == {
        ("registration", "v1.0.0", None, f"{MODEL}@v1.0.0"),
        ("assignment", "v1.0.0", "staging", f"{MODEL}#staging#1"),
        ("assignment", "v1.0.0", "production", f"{MODEL}#production#1"),
        ("registration", "v1.1.0", None, f"{MODEL}@v1.1.0"),
        ("assignment", "v1.1.0", "staging", f"{MODEL}#staging#2"),
        ("unassignment", "v1.0.0", "production", f"{MODEL}#production!#2"),
    }


def test_gto_follows_a_rollback_a_stage_that_is_taken_back_and_a_deprecation(story: Story) -> None:
    for number in range(3):
        story.promote(number)
    story.append(lambda state: plan.rollback(state, stage="production", to=None, reason="slow", **BY))
    story.append(lambda state: plan.deprecate(state, version="v1.2.0", reason="bias", **BY))
    story.append(lambda state: plan.note(state, version="v1.0.0", reason="kept", **BY))
    person = story.checkout()
    state = story.journal.read().state
    assert shown(person) == {"latest": "v1.1.0", "staging": "v1.1.0", "production": "v1.1.0"}
    assert state.current(MODEL, "production") == "v1.1.0"
    tags = {ref for _, _, _, ref in history(person)}
    assert tags == set(state.tags())
    assert tags == {str(entry.tag) for entry in state.entries if entry.tag}


def test_a_version_of_gto_is_refused_politely(story: Story) -> None:
    story.promote(0)
    person = story.checkout()
    gto(person, "register", MODEL, story.codes[1], "--version", "v1.1.0")
    person.git("push", "-q", "origin", f"{MODEL}@v1.1.0")
    before = story.lab.refs()
    with pytest.raises(OutsideError, match=rf"{MODEL}@v1\.1\.0") as raised:
        story.promote(1)
    assert raised.value.reason == "tag-taken"
    assert story.lab.refs() == before


def test_a_stage_of_gto_is_refused_politely_and_verify_names_both(story: Story) -> None:
    story.promote(0)
    person = story.checkout()
    gto(person, "register", MODEL, story.codes[1], "--version", "v9.0.0")
    gto(person, "assign", MODEL, story.codes[1], "--stage", "production")
    person.git("push", "-q", "origin", "--tags")
    story.journal.read()
    lines = lines_of(story.journal.read().state)
    found = {(f.reason, f.subject) for f in check_tags(seen_tags(Git(person.root, {}), None), lines)}
    # GTO counts all stages of a model together: its next number is 2, which the log would give too.
    assert found == {("tag-taken", f"tag {MODEL}@v9.0.0"), ("tag-taken", f"tag {MODEL}#production#2")}
    with pytest.raises(OutsideError, match="production#2") as raised:
        story.promote(1)
    assert raised.value.reason == "tag-taken"


def lines_of(state: State) -> tuple[Line, ...]:
    found = []
    for entry in state.entries:
        data = encode(entry.record())
        file = TreeFile(path="", blob="", digest=digest_of(data), data=data)
        found.append(Line(sequence=entry.sequence, file=file, record=entry.record()))
    return tuple(found)


def test_tags_of_gto_are_read_as_gto_reads_them() -> None:
    python = tool("gto").resolve().parent / "python"
    done = subprocess.run(
        [str(python), "-I", "-c", PARSE], input=json.dumps(NAMES), capture_output=True, text=True, check=True
    )
    for name, theirs in zip(NAMES, json.loads(done.stdout), strict=True):
        ours = parse_tag(name)
        if theirs is None:
            assert ours is None, name
            continue
        assert ours is not None, name
        action = theirs.get("action", "create")
        assert (ours.model, ours.version, ours.stage, ours.number) == (
            theirs["name"],
            theirs.get("version"),
            theirs.get("stage"),
            theirs.get("counter"),
        )
        assert ours.event == EVENTS.get(action, action)
