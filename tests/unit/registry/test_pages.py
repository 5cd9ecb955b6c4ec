"""The pages on the registry's branch: short however long the log, and text stays text."""

from __future__ import annotations

import json
import re
import zlib
from typing import Any

import pytest
from tests.registry_log import MODEL, Log, a_draft

from mlgate.core.outcome import Outcome
from mlgate.core.registry.log import pages, plan
from mlgate.core.registry.log.record import Measured, Verdict, encode
from mlgate.core.registry.log.state import State, extend

BY: dict[str, Any] = {"model": MODEL, "actor": "grace", "time": "2026-03-04T10:00:00Z"}
HOSTILE = "@team [x](http://evil) <img src=x> | `y` #12 \u202e $$ \n| a | b |\n# T"


def test_the_index_has_a_line_for_each_model() -> None:
    log = Log()
    log.promote("a")
    log.promote("b", model="other", stages=())
    log.promote("c", stages=("staging",))
    lines = pages.index(log.state).splitlines()
    assert [line for line in lines if line.startswith("| [")] == [
        "| [flight-delays](models/flight-delays.md) | staging: v1.1.0, production: v1.0.0 | v1.1.0 | 2 | 2026-03-03 |",
        "| [other](models/other.md) |  | v1.0.0 | 1 | 2026-03-03 |",
    ]


def test_a_models_page_has_what_happened_newest_first() -> None:
    log = Log()
    log.promote("a", stages=("production",))
    log.promote("b", stages=("production",))
    log.append(plan.rollback(log.state, stage="production", to=None, reason="too slow", **BY))
    log.append(plan.deprecate(log.state, version="v1.1.0", reason="", **BY))
    log.append(plan.note(log.state, reason="audited", **BY))
    log.append(plan.unassign(log.state, stage="production", **BY))
    shown = pages.history(log.state, MODEL)
    assert "\nproduction: none\n" in shown
    assert re.findall(
        r"^\| \[(\d+)\]\(\.\./records/000/0000/0*\1\.json\) \| \S+ \S+ \| ([^|]*) \|", shown, re.MULTILINE
    ) == [
        ("8", "take v1.0.0 from production"),
        ("7", "note"),
        ("6", "deprecate v1.1.0"),
        ("5", "roll production back to v1.0.0, from v1.1.0"),
        ("4", "assign v1.1.0 to production"),
        ("3", "register v1.1.0"),
        ("2", "assign v1.0.0 to production"),
        ("1", "register v1.0.0"),
    ]
    assert "| grace | 86f7e43 | too slow |" in shown


def test_a_models_page_has_its_last_versions_with_what_was_measured() -> None:
    log = Log()
    rules = tuple(
        Measured(metric=metric, value=value, outcome=Outcome.PASS)
        for metric, value in (("roc_auc", 0.81234), ("roc_auc", 0.7), ("f1", 0.5), ("log_loss", 1))
    )
    for number in range(pages.VERSIONS + 2):
        verdict = Verdict(outcome=Outcome.WARN, rules=rules)
        log.promote(str(number), stages=("production",), format="skops", verdict=verdict)
    log.append(plan.deprecate(log.state, version="v1.11.0", reason="", **BY))
    shown = pages.history(log.state, MODEL)
    rows = [line for line in shown.splitlines() if line.startswith("| v1.")]
    assert len(rows) == pages.VERSIONS
    assert rows[0] == "| v1.11.0 | production | warn | roc_auc 0.8123, f1 0.5 | skops | yes | 17ba079 |"
    assert rows[1].split(" | ")[1:6] == ["", "warn", "roc_auc 0.8123, f1 0.5", "skops", ""]
    assert "2 older versions: `mlgate registry show --limit 0`." in shown


@pytest.mark.parametrize("odd", [{"verdict": 1}, {"verdict": {"rules": {}}}, {"verdict": {"rules": [1, {"value": 2}]}},
                                 {"format": [], "origin": {}}])  # fmt: skip
def test_a_page_can_be_made_of_any_log(odd: dict[str, Any]) -> None:
    log = Log()
    (record,) = plan.promote(log.state, draft=a_draft(), stages=())
    plain = json.loads(encode(record)) | odd
    state = extend(State(), [json.dumps(plain).encode()])
    assert "| v1.0.0 |" in pages.history(state, MODEL)


def test_a_models_page_says_who_agreed() -> None:
    log = Log()
    log.promote("a", stages=("staging",))
    agreed = ("olga", HOSTILE, *(f"p{number}" for number in range(9)))
    log.append(plan.assign(log.state, version="v1.0.0", stage="production", approved_by=agreed, **BY))
    [line] = [line for line in pages.history(log.state, MODEL).splitlines() if "approved" in line]
    assert "| grace, approved by olga, " in line
    assert ", p2 |" in line
    assert not re.search(r"(?<!\\)<img|(?<![\\w`])@team", line)


def test_pages_of_nothing() -> None:
    assert pages.index(State()).startswith("# Models")


def test_a_models_page_depends_on_its_own_records_alone() -> None:
    alone, both = Log(), Log()
    for log in (alone, both):
        log.promote("a")
    both.promote("b", model="other")
    assert pages.history(alone.state, MODEL) == pages.history(both.state, MODEL)


@pytest.mark.parametrize("text", [HOSTILE, HOSTILE * 3])
def test_text_of_people_stays_text(text: str) -> None:
    log = Log()
    log.promote("a", actor=text)
    log.append(plan.note(log.state, model=MODEL, actor=text, time=BY["time"], reason=text))
    shown = pages.history(log.state, MODEL)
    lines = [line for line in shown.splitlines() if line.startswith("| [")]
    assert len(lines) == 4
    assert {line.count("|") for line in lines} == {7}
    for wrong in ("@team", "](http", "<img", "`y`", " #12", "\u202e"):
        assert wrong not in shown
    assert max(map(len, lines)) < 1200


def test_pages_do_not_grow_with_the_log() -> None:
    log = Log()
    sizes = []
    for number in range(150):
        log.promote(str(number), reason="", stages=("production",))
        page, index = pages.history(log.state, MODEL), pages.index(log.state)
        sizes.append(len(zlib.compress(page.encode())) + len(zlib.compress(index.encode())))
    assert max(sizes) < 1000
    assert sizes[-1] - sizes[20] < 100
    assert "280 older records: up to [records/000/0002](../records/000/0002)" in pages.history(log.state, MODEL)


def test_the_index_shows_the_newest_models() -> None:
    log = Log()
    for number in range(pages.MODELS + 5):
        log.promote("a", model=f"m{number}", stages=())
    shown = pages.index(log.state)
    assert "[m104]" in shown
    assert "[m5]" in shown
    assert "[m4]" not in shown
    assert "5 more models" in shown
