"""One job of a workflow made into a workflow that act can run on its own."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.forge.protocol import Need, Task

# Written by the job's last step: only act can work out the expressions of `outputs:`.
KEEP_OUTPUTS = """\
import json, os
values = {key[7:]: value for key, value in os.environ.items() if key.startswith("OUTPUT_")}
with open(os.environ["OUTPUTS_FILE"], "w") as file:
    json.dump(values, file)
"""
REPEAT_OUTPUTS = """\
import json, os, uuid
with open(os.environ["GITHUB_OUTPUT"], "a") as file:
    for name, value in json.loads(os.environ["OUTPUTS"]).items():
        end = uuid.uuid4().hex
        file.write(f"{name}<<{end}\\n{value}\\n{end}\\n")
"""
END_AS = {"success": "true", "failure": "exit 1", "cancelled": "exit 1", "skipped": "true"}


class Loader(yaml.SafeLoader):
    """Reads YAML as runners do: `on` is a word, and nothing is a date."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith((":bool", ":timestamp"))]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


@dataclass(frozen=True, kw_only=True)
class LonelyJob:
    """A workflow with one job that counts, and stubs for those that it needs."""

    name: str
    workflow: Mapping[str, Any]

    @property
    def text(self) -> str:
        """Return the workflow as YAML."""
        return yaml.safe_dump(self.workflow, sort_keys=False)


def lonely(task: Task, outputs: Path) -> LonelyJob:
    """Make a task's job runnable on its own.

    Args:
        task: The task.
        outputs: Where the job's outputs are written, as JSON.
    """
    workflow = yaml.load(task.workflow, Loader=Loader)  # noqa: S506 - a SafeLoader
    [(name, job)] = workflow["jobs"].items()
    if job.get("outputs"):
        job["steps"].append(keep_outputs(job["outputs"], outputs))
    if task.needs:
        job["needs"] = list(task.needs)
    stubs = {needed: stub(need) for needed, need in task.needs.items()}
    for table in (workflow, job):
        table.pop("concurrency", None)  # the forge's business; act knows only some of its keys
    return LonelyJob(name=name, workflow={**workflow, "jobs": {**stubs, name: job}})


def keep_outputs(expressions: Mapping[str, str], file: Path) -> dict[str, Any]:
    """Return a step that writes a job's outputs down."""
    env = {f"OUTPUT_{key}": expression for key, expression in expressions.items()}
    return {
        "name": "(runner) keep the outputs",
        "if": "always()",
        "shell": "python3 {0}",
        "env": {**env, "OUTPUTS_FILE": str(file)},
        "run": KEEP_OUTPUTS,
    }


def stub(need: Need) -> dict[str, Any]:
    """Return a job that ends as a needed one did, with its outputs."""
    steps: list[dict[str, Any]] = [
        {"id": "said", "shell": "python3 {0}", "env": {"OUTPUTS": json.dumps(need.outputs)}, "run": REPEAT_OUTPUTS},
        {"run": END_AS[need.result]},
    ]
    outputs = {key: f"${{{{ steps.said.outputs.{key} }}}}" for key in need.outputs}
    made = {"runs-on": "ubuntu-latest", "outputs": outputs, "steps": steps}
    return {**made, "if": "false"} if need.result == "skipped" else made


def uses(job: Mapping[str, Any]) -> list[str]:
    """Return what a job's steps use."""
    return [step["uses"] for step in job["steps"] if "uses" in step]
