"""Workflows, ours and the examples: pinned, least privilege, and clean for four linters."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tests.toolbox import ROOT, tool

if TYPE_CHECKING:
    from pathlib import Path

OURS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
EXAMPLES = sorted((ROOT / "examples").rglob("workflows/*.yml"))
WORKFLOWS = [*OURS, *EXAMPLES]
ACTIONS = [ROOT / "action.yml", *sorted((ROOT / "actions").glob("*/action.yml"))]
STANDINS = sorted((ROOT / "tests").rglob("standins/*/action.yml"))
SCRIPTS = [
    *sorted((ROOT / ".ci").iterdir()),
    *sorted(ROOT.glob("actions/**/*.sh")),
    *sorted(ROOT.glob("requirements/*.sh")),
]
SCRIPTS += sorted((ROOT / "tests").rglob("*.sh"))
PIN = re.compile(r"uses: (?P<action>[^@\s]+)@(?P<ref>\S+)(?P<comment>\s+# v\d+(\.\d+){2})?\s*$")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def load(path: Path) -> dict[Any, Any]:
    value = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(value, dict)
    return value


def lint(program: str, *words: str | Path) -> None:
    done = subprocess.run(
        [tool(program), *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_workflows() -> None:
    assert {"ci.yml", "self-test.yml"} <= {path.name for path in OURS}
    assert {"one-uses.yml", "several-steps.yml", "two-jobs.yml", "with-cache.yml", "promote.yml"} <= {
        path.name for path in EXAMPLES
    }


@pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
def test_every_action_of_others_is_pinned_by_commit_with_its_version(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if re.search(r"\buses:", line)]
    for line in lines:
        if "uses: ./ " in line:
            continue
        found = PIN.search(line)
        assert found, line
        if found["action"].startswith("mlgate/mlgate"):
            assert re.fullmatch(r"v0|[0-9a-f]{40}", found["ref"]), line
        else:
            assert re.fullmatch(r"[0-9a-f]{40}", found["ref"]), line
            assert found["comment"], line


def test_one_action_has_one_pin() -> None:
    pins: dict[str, set[str]] = {}
    for path in [*WORKFLOWS, *ROOT.glob("docs/**/*.md"), *ROOT.glob("scripts/**/*.py")]:
        for found in re.finditer(r"\b(actions/[\w-]+)@([0-9a-f]{40} # v[\d.]+)", path.read_text(encoding="utf-8")):
            pins.setdefault(found[1], set()).add(found[2])
    assert pins
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
def test_permissions_are_none_but_for_what_a_job_names(path: Path) -> None:
    workflow = load(path)
    assert workflow["permissions"] == {}
    assert all("permissions" in job for job in workflow["jobs"].values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
def test_checkouts_keep_no_credentials(path: Path) -> None:
    for job in load(path)["jobs"].values():
        for step in job["steps"]:
            if str(step.get("uses", "")).startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


AFTER_MERGE = ({"push"}, {"workflow_dispatch"})  # they promote, or go back


@pytest.mark.parametrize("path", EXAMPLES, ids=name_of)
def test_what_writes_the_registry_is_queued_and_never_cancelled(path: Path) -> None:
    workflow = load(path)
    writers = [job for job in workflow["jobs"].values() if job["permissions"].get("contents") == "write"]
    assert bool(writers) == (set(workflow[True]) in AFTER_MERGE)
    for job in writers:
        if "environment" in job:  # a job that waits for its reviewers would hold up others
            assert not (job.keys() | workflow.keys()) & {"concurrency"}
            continue
        concurrency = job.get("concurrency") or workflow["concurrency"]
        assert concurrency == {"group": "mlgate-registry", "cancel-in-progress": False, "queue": "max"}


@pytest.mark.parametrize("path", EXAMPLES, ids=name_of)
def test_examples_use_no_dangerous_trigger_and_check_out_the_base(path: Path) -> None:
    workflow = load(path)
    triggers = workflow[True]  # YAML 1.1 reads the key `on` as true
    assert set(triggers) in ({"pull_request", "merge_group"}, *AFTER_MERGE)
    if set(triggers) in AFTER_MERGE:
        return
    depths = [
        step["with"]["fetch-depth"]
        for job in workflow["jobs"].values()
        for step in job["steps"]
        if str(step.get("uses", "")).startswith("actions/checkout@")
    ]
    assert depths
    assert set(depths) == {2}


@pytest.mark.parametrize("path", EXAMPLES, ids=name_of)
def test_a_job_that_can_write_restores_no_cache(path: Path) -> None:
    for job in load(path)["jobs"].values():
        uses = [str(step.get("uses", "")) for step in job["steps"]]
        if any(use.startswith("actions/cache") for use in uses):
            assert set(job["permissions"].values()) <= {"read"}


@pytest.mark.parametrize("path", EXAMPLES, ids=name_of)
def test_uploads_say_what_nothing_means(path: Path) -> None:
    for job in load(path)["jobs"].values():
        for step in job["steps"]:
            if str(step.get("uses", "")).startswith("actions/upload-artifact@"):
                assert step["with"]["if-no-files-found"] in ("error", "ignore")


def test_the_judge_of_the_two_job_form_runs_nothing_of_the_pull_request() -> None:
    judge = load(ROOT / "examples" / "workflows" / "two-jobs.yml")["jobs"]["judge"]
    uses = [step["uses"].split("@")[0] for step in judge["steps"] if "uses" in step]
    ours = ["actions/checkout", "actions/setup-python", "actions/download-artifact", "mlgate/mlgate"]
    assert uses == [*ours, "actions/upload-artifact"]
    assert judge["steps"][-2]["with"]["brought"] == "true"
    take, install = [step["run"] for step in judge["steps"] if "run" in step]
    assert set(re.findall(r"\b(cp|rm|python|bash|pip|make|sh)\b", take)) == {"cp", "rm"}
    assert install.splitlines() == [
        'git show HEAD^1:requirements.txt > "$RUNNER_TEMP/base.txt"',
        'pip install -r "$RUNNER_TEMP/base.txt"',
    ]
    train = load(ROOT / "examples" / "workflows" / "two-jobs.yml")["jobs"]["train"]
    assert train["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("path", sorted(ROOT.glob("examples/**/promote.yml")), ids=name_of)
def test_who_can_write_on_a_push_runs_no_code_of_the_repository(path: Path) -> None:
    jobs = load(path)["jobs"]
    read = {"contents": "read", "actions": "read", "pull-requests": "read"}
    assert [job["permissions"] for job in jobs.values()] == [read, {"contents": "read"}, {**read, "contents": "write"}]
    for name in ("find", "promote"):
        uses = [step.get("uses", "a command").split("@")[0] for step in jobs[name]["steps"]]
        assert uses == ["actions/checkout", "actions/setup-python", "mlgate/mlgate/actions/promote-model"]
    assert jobs["find"]["steps"][-1]["with"] == {"find-only": "true"}


def test_promotion_that_is_attested_differs_by_that_alone() -> None:
    folder = ROOT / "examples" / "workflows"
    workflow, plain = load(folder / "promote-and-attest.yml"), load(folder / "promote.yml")
    job = workflow["jobs"]["promote"]
    attest = job["steps"].pop()
    assert attest["uses"].startswith("actions/attest@")
    subject = attest["with"].pop("subject-path")
    assert attest["with"] == {}
    assert attest["if"] == f"${{{{ hashFiles('{subject}') != '' }}}}"
    assert [job["permissions"].pop(name) for name in ("id-token", "attestations")] == ["write", "write"]
    assert workflow == plain


@pytest.mark.parametrize("path", EXAMPLES, ids=name_of)
def test_whoever_judges_uploads_what_promotion_looks_for(path: Path) -> None:
    for job in load(path)["jobs"].values():
        uses = [str(step.get("uses", "")).split("@")[0] for step in job["steps"]]
        judges = (
            uses[-2:] == ["mlgate/mlgate", "actions/upload-artifact"] or "mlgate/mlgate/actions/enforce-gate" in uses
        )
        assert judges == any(use in ("mlgate/mlgate", "mlgate/mlgate/actions/enforce-gate") for use in uses)
        for step in job["steps"] if judges else ():
            if str(step.get("uses", "")).startswith("actions/upload-artifact@"):
                assert re.fullmatch(r"mlgate-[a-z-]+", step["with"]["name"])
                assert step["with"]["path"].split()[:1] == ["mlgate-run/"]


def test_dependabot_sees_every_action() -> None:
    [actions] = [
        update
        for update in load(ROOT / ".github" / "dependabot.yml")["updates"]
        if update["package-ecosystem"] == "github-actions"
    ]
    assert actions["directories"] == ["/", "/actions/*"]
    assert actions["cooldown"]["default-days"] >= 7


def test_actionlint() -> None:
    newer = 'unexpected key "queue" for "concurrency" section'  # GitHub's since May 2026; actionlint 1.7.12 is older
    lint("actionlint", "-no-color", "-ignore", newer, "-shellcheck", str(tool("shellcheck")), *WORKFLOWS)


def test_workflows_fit_github_s_schema() -> None:
    lint("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)


def test_actions_fit_github_s_schema() -> None:
    lint("check-jsonschema", "--builtin-schema", "vendor.github-actions", *ACTIONS, *STANDINS)


def test_dependabot_fits_its_schema() -> None:
    lint("check-jsonschema", "--builtin-schema", "vendor.dependabot", ROOT / ".github" / "dependabot.yml")


def test_zizmor() -> None:
    files = [*WORKFLOWS, *ACTIONS, ROOT / ".github" / "dependabot.yml"]
    lint("zizmor", "--offline", "--no-progress", "--config", ROOT / ".github" / "zizmor.yml", *files)


def test_shellcheck() -> None:
    lint("shellcheck", "--severity", "style", *SCRIPTS)
