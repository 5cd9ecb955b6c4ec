"""Every YAML block of the documentation is what it looks like: a configuration, a contract, a workflow, or its steps.

A part of a configuration is made whole and read by the program itself: a key that is wrong there fails here.
"""

from __future__ import annotations

import re
import textwrap
from typing import Any, NamedTuple

import pytest
import yaml
from tests.toolbox import ROOT

from mlgate.shell import configuration

PAGES = [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/README.md")]
BLOCK = re.compile(r"^( *)```ya?ml\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
WORKFLOW = {"name", "on", "permissions", "concurrency", "jobs", "steps"}  # or a part of one of its jobs
CONTRACT = {"row", "table"}
# What a part has to lean on, where it says nothing of it itself.
TABLES = """
tables: {train: {path: train.csv}, holdout: {path: holdout.csv}}
key: id
label: late
"""


class Block(NamedTuple):
    """One block of YAML, and where it stands."""

    place: str
    text: str

    @property
    def value(self) -> Any:
        """Return it as the plain values that any reader of YAML 1.2 sees: `on` is a word."""
        return yaml.load(self.text, yaml.BaseLoader)  # noqa: S506 - makes texts, lists and mappings, and nothing else


def blocks() -> list[Block]:
    found = []
    for page in sorted(PAGES):
        text = page.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(Block(f"{page.relative_to(ROOT).as_posix()}:{line}", textwrap.dedent(match[2])))
    return found


def steps(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return value
    return [step for job in (value, *value.get("jobs", {}).values()) for step in job.get("steps", [])]


def kind(block: Block) -> str:
    value = block.value
    if isinstance(value, list):
        return "steps"
    if value.keys() <= WORKFLOW:
        return "workflow"
    return "contract" if value.keys() <= CONTRACT else "configuration"


BLOCKS = blocks()


def of(*kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "block", [block for block in BLOCKS if kind(block) in kinds], ids=lambda block: block.place
    )


def test_there_are_blocks_of_each_kind() -> None:
    assert {kind(block) for block in BLOCKS} == {"configuration", "contract", "workflow", "steps"}


@of("configuration")
def test_a_configuration_is_one(block: Block) -> None:
    text = block.text
    if "version" not in block.value:
        train = "" if "train" in block.value else "train: {predictions: p.csv}\n"
        text = f"version: 1{TABLES}{train}{text}"
    configuration.parse(text.encode(), block.place)


@of("contract")
def test_a_contract_is_one(block: Block) -> None:
    configuration.parse_contract(block.text.encode(), block.place)


@of("workflow", "steps")
def test_steps_give_our_actions_what_they_take(block: Block) -> None:
    ours = [step for step in steps(block.value) if str(step.get("uses", "")).startswith("mlgate/mlgate")]
    for step in ours:
        folder = step["uses"].removeprefix("mlgate/mlgate").split("@")[0].strip("/")
        action = yaml.safe_load((ROOT / folder / "action.yml").read_text(encoding="utf-8"))
        assert set(step.get("with", {})) <= set(action["inputs"]), block.place
