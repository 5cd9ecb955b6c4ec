"""Actions: inputs = variables = the step's options = docs; the token reaches two steps; no logic in YAML."""

from __future__ import annotations

import dataclasses
import enum
import importlib
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from docs import generate_actions
from tests.toolbox import ROOT

from mlgate.options import kebab, variable

if TYPE_CHECKING:
    from pathlib import Path

ACTIONS = generate_actions.ORDER
TOGETHER = generate_actions.PULL_REQUEST  # the steps of the root action
TOKEN_STEPS = {"fetch-base", "post-report"}
TOKEN_ACTIONS = TOKEN_STEPS | set(generate_actions.REGISTRY)
# Where a step is run and in which environment: the YAML's and run.sh's business, not an option of the step.
PLACE = {"python": "python3", "cache-directory": "", "working-directory": "."}
PLACE_VARIABLES = {"MLGATE_PYTHON": "python", "MLGATE_CACHE_DIRECTORY": "cache-directory"}
# `json` prints the document for programs on a laptop; an action has the document's path as output.
NO_INPUT = {"json"}


def load(path: Path) -> dict[str, Any]:
    value = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(value, dict)
    return value


def action_of(name: str) -> dict[str, Any]:
    return load(ROOT / "actions" / name / "action.yml")


def options_of(name: str) -> list[dataclasses.Field[Any]]:
    step = importlib.import_module(f"mlgate.steps.{name.replace('-', '_')}")
    return [item for item in dataclasses.fields(step.Inputs) if item.name not in NO_INPUT]


def as_input(item: dataclasses.Field[Any]) -> str:
    """Return an option's default as a workflow would write it."""
    value = item.default
    if item.name == "github_token":
        return "${{ github.token }}"
    if value is dataclasses.MISSING or value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "\n".join(map(str, value))
    return str(value.value if isinstance(value, enum.Enum) else value)


def root_steps() -> dict[str, dict[str, Any]]:
    return {step["id"]: step for step in load(ROOT / "action.yml")["runs"]["steps"]}


def test_every_action_is_a_step_and_a_script() -> None:
    folders = {path.parent.name for path in (ROOT / "actions").glob("*/action.yml")}
    assert folders == set(ACTIONS)
    for name in ACTIONS:
        stem = name.replace("-", "_")
        assert (ROOT / "scripts" / f"{stem}.py").is_file()
        assert (ROOT / "scripts" / "mlgate" / "steps" / f"{stem}.py").is_file()


@pytest.mark.parametrize("name", ACTIONS)
def test_inputs_are_the_step_s_options(name: str) -> None:
    inputs = action_of(name)["inputs"]
    expected = {kebab(item.name): as_input(item) for item in options_of(name)} | PLACE
    assert {key: str(value.get("default", "")) for key, value in inputs.items()} == expected
    for item in options_of(name):
        assert inputs[kebab(item.name)]["description"] == item.metadata["help"]


@pytest.mark.parametrize("name", ACTIONS)
def test_the_one_step_passes_every_input_by_its_variable(name: str) -> None:
    [step] = action_of(name)["runs"]["steps"]
    expected = {variable(item.name): kebab(item.name) for item in options_of(name)} | PLACE_VARIABLES
    assert step["env"] == {key: f"${{{{ inputs.{value} }}}}" for key, value in expected.items()}
    assert step["working-directory"] == "${{ inputs.working-directory }}"
    assert step["run"].startswith(f'bash "$GITHUB_ACTION_PATH/../_setup/run.sh" {name.replace("-", "_")} ')


@pytest.mark.parametrize("name", ACTIONS)
def test_outputs_come_from_the_step(name: str) -> None:
    outputs = action_of(name)["outputs"]
    assert "outcome" in outputs
    for key, value in outputs.items():
        assert value["value"] == f"${{{{ steps.run.outputs.{key} }}}}"
        assert value["description"]


def test_the_root_action_runs_every_script_in_order() -> None:
    steps = root_steps()
    assert tuple(steps) == TOGETHER
    for position, (name, step) in enumerate(steps.items()):
        assert step["run"].startswith(f'bash "$GITHUB_ACTION_PATH/actions/_setup/run.sh" {name.replace("-", "_")} ')
        assert step["working-directory"] == "${{ inputs.working-directory }}"
        assert step.get("if") == ("${{ !cancelled() }}" if position else None)


@pytest.mark.parametrize("name", TOGETHER)
def test_the_root_action_passes_each_step_its_options(name: str) -> None:
    inputs = load(ROOT / "action.yml")["inputs"]
    env = root_steps()[name]["env"]
    for item in options_of(name):
        given = env.pop(variable(item.name), None)
        if item.name == "enforce":
            assert given == "false", "the verdict is enforce-gate's"
        elif item.metadata["positional"] or kebab(item.name) in ONE_LINERS:
            assert given is None
        else:
            assert given == f"${{{{ inputs.{kebab(item.name)} }}}}"
            assert str(inputs[kebab(item.name)].get("default", "")) == as_input(item)
    env.pop("MLGATE_PLOTS", None)  # fetch-base makes the environment for all, so it has to know
    assert env == {key: f"${{{{ inputs.{value} }}}}" for key, value in PLACE_VARIABLES.items()}


# Options of the one-liners, which need no configuration: they judge one table or one comparison, not a pull request.
ONE_LINERS = frozenset(
    {"contract", "profile", "holdout", "key", "label", "candidate", "baseline", "metric", "margin", "slice"}
)


def test_the_root_action_is_listed_in_the_marketplace() -> None:
    root = load(ROOT / "action.yml")
    assert set(root["branding"]) == {"icon", "color"}
    assert len(root["description"]) < 125
    assert {key: root["inputs"][key].get("default", "") for key in PLACE} == PLACE
    assert {"outcome", "report-path", "report-html-path", "comment-url"} <= set(root["outputs"])
    for value in root["outputs"].values():
        step = re.fullmatch(r"\$\{\{ steps\.([a-z-]+)\.outputs\.[a-z-]+ \}\}", value["value"])
        assert step
        assert step[1] in TOGETHER


def test_one_name_has_one_default() -> None:
    defaults: dict[str, set[str]] = {}
    for name in ACTIONS:
        for key, value in action_of(name)["inputs"].items():
            defaults.setdefault(key, set()).add(str(value.get("default", "")))
    assert {key: found for key, found in defaults.items() if len(found) > 1} == {}


ALL = [ROOT / "action.yml", *sorted((ROOT / "actions").glob("*/action.yml"))]


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.parent.name)
def test_no_uses_and_no_expression_in_run(path: Path) -> None:
    for step in load(path)["runs"]["steps"]:
        assert "uses" not in step
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.parent.name)
def test_every_description_is_a_sentence(path: Path) -> None:
    action = load(path)
    for item in (*action["inputs"].values(), *action["outputs"].values()):
        assert item["description"].endswith(".")


def test_the_token_reaches_the_steps_alone_that_need_it() -> None:
    for name in ACTIONS:
        assert ("github-token" in action_of(name)["inputs"]) == (name in TOKEN_ACTIONS)
        text = (ROOT / "actions" / name / "action.yml").read_text(encoding="utf-8")
        assert ("token" in text) == (name in TOKEN_ACTIONS)
    with_token = {
        name for name, step in root_steps().items() if any("token" in value for value in step["env"].values())
    }
    assert with_token == TOKEN_STEPS


def test_no_script_reads_input_variables() -> None:
    """The real runner sets no `INPUT_*` in composite actions; act does, and would hide the mistake."""
    for path in [
        *(ROOT / "scripts").rglob("*.py"),
        *(ROOT / "actions").rglob("*.py"),
        *(ROOT / "actions").rglob("*.sh"),
    ]:
        found = re.search(r"[\"'$\{]INPUT_[A-Z*]", path.read_text(encoding="utf-8"))
        assert not found, path


def test_the_setup_script_is_short_and_exports_nothing() -> None:
    text = (ROOT / "actions" / "_setup" / "run.sh").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 20
    assert not re.search(r"\bexport\b|GITHUB_(ENV|PATH)", text)


@pytest.mark.parametrize("smaller", range(4))
def test_each_lock_contains_the_smaller_one(smaller: int) -> None:
    """So that a step may use a bigger environment that is ready, and runs the same code in it."""
    groups = ("core", "data", "compare", "plots", "estimator")
    assert pins(groups[smaller]) <= pins(groups[smaller + 1])


def pins(group: str) -> set[str]:
    text = (ROOT / "requirements" / f"{group}.txt").read_text(encoding="utf-8")
    return set(re.findall(r"(?m)^([a-z0-9_.-]+==[^ \\]+)", text))


@pytest.mark.parametrize("group", ["core", "data", "compare", "plots", "estimator", "test"])
def test_every_locked_package_has_hashes_and_no_registry_s_address(group: str) -> None:
    text = (ROOT / "requirements" / f"{group}.txt").read_text(encoding="utf-8")
    entries = re.split(r"(?m)^(?=[a-zA-Z0-9])", text)[1:]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "http" not in text


@pytest.mark.parametrize("path", sorted(generate_actions.pages()), ids=lambda path: path.stem)
def test_docs_say_what_the_actions_say(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == generate_actions.pages()[path], "run `make docs`"
