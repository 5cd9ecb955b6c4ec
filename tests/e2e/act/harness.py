"""Run workflows under a real runner: `act` in host mode, in an almost empty environment, with its JSON log parsed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.toolbox import ROOT, tool

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ACTION = "mlgate/mlgate"
SHIPPED = ("action.yml", "actions", "scripts", "schemas", "requirements")
STANDINS = Path(__file__).with_name("standins")
NETWORK_SETTINGS = re.compile(
    r"PIP_(CERT|INDEX_URL|FIND_LINKS|DEFAULT_TIMEOUT)|SSL_CERT_FILE|(?i:https?_proxy|no_proxy)"
)
LIMIT_SECONDS = 300


@dataclass(kw_only=True)
class StepRun:
    """What one step of a job did; a composite's own steps count for it."""

    id: str
    job: str
    result: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    @property
    def log(self) -> str:
        """Return its log."""
        return "".join(self.lines)


@dataclass(kw_only=True)
class Run:
    """What a whole run did."""

    status: int
    steps: dict[tuple[str, str], StepRun]
    jobs: dict[str, str]
    summary: str
    annotations: list[tuple[str, str]]
    log: str

    def step(self, job: str, step: str) -> StepRun:
        """Return a step by the ids of its job and itself."""
        assert (job, step) in self.steps, f"no step {step} in job {job} ran; the log:\n{self.log}"
        return self.steps[job, step]


def copy_of_the_action(target: Path) -> Path:
    """Copy what a user's runner would download of this repository."""
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    return target


def path_with_python(folder: Path) -> str:
    """Return a PATH with git, bash, and as `python3` the base interpreter of the running one."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("python3", "python"):
        link = folder / name
        if not link.exists():
            link.symlink_to(Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}")
    return os.pathsep.join([str(folder), "/usr/local/bin", "/usr/bin", "/bin"])


def run_act(
    repository: Path,
    workflow: Path,
    *,
    action: Path,
    home: Path,
    event: str,
    payload: Mapping[str, Any],
    sha: str,
    server: Path,
    token: str = "",
    env: Mapping[str, str] | None = None,
) -> Run:
    """Run the jobs of `workflow` that `event` starts.

    Args:
        repository: The user's working copy; its workflow's steps get only what they check out.
        workflow: The workflow file.
        action: A folder that stands for every `mlgate/mlgate…@ref`.
        home: Folder for everything that the runner writes; workspaces lie below it.
        event: The event's name.
        payload: The event's JSON.
        sha: What `GITHUB_SHA` is.
        server: Folder with `OWNER/NAME.git`, which stands for the git server.
        token: What `github.token` is.
        env: More of the environment of every step.
    """
    home.mkdir(parents=True, exist_ok=True)
    event_file = home / "event.json"
    event_file.write_text(json.dumps(payload), encoding="utf-8")
    (home / "artifacts").mkdir(exist_ok=True)
    steps_env = {
        "GITHUB_SERVER_URL": server.as_uri(),
        "GITHUB_REPOSITORY": payload["repository"]["full_name"],
        "SHA_REF": sha,  # act's own name for what GITHUB_SHA becomes
        "STANDIN_ARTIFACTS": str(home / "artifacts"),
        **(env or {}),
    }
    command = [
        *(str(tool("act")), event, "-C", str(repository), "-W", str(workflow), "-e", str(event_file), "--json"),
        *(
            "-P",
            "ubuntu-latest=-self-hosted",
            "--no-cache-server",
            "--container-daemon-socket",
            "-",
            "--no-skip-checkout",
        ),
        *(word for item in local_repositories(workflow, action) for word in ("--local-repository", item)),
        *(word for key, value in steps_env.items() for word in ("--env", f"{key}={value}")),
        *(("-s", f"GITHUB_TOKEN={token}") if token else ()),
    ]
    done = subprocess.run(
        command,
        env=runner_env(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    return parse(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def runner_env(home: Path) -> dict[str, str]:
    """Return the environment that act starts with, and its steps inherit: nothing of the person who runs the tests."""
    network = {key: value for key, value in os.environ.items() if NETWORK_SETTINGS.fullmatch(key)}
    return {
        "PATH": path_with_python(home / "bin"),
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "GIT_PAGER": "cat",
        **network,
    }


def local_repositories(workflow: Path, action: Path) -> list[str]:
    """Map every `uses:` of a workflow: mlgate's to the folder `action`, others to the stand-in of their name."""
    mapped = set()
    for reference in uses_of(yaml.safe_load(workflow.read_text(encoding="utf-8"))):
        path, _, ref = reference.partition("@")
        owner, name = path.split("/")[:2]
        folder = action if f"{owner}/{name}" == ACTION else STANDINS / name
        mapped.add(f"{owner}/{name}@{ref}={folder}")
    return sorted(mapped)


def uses_of(workflow: Mapping[str, Any]) -> Iterable[str]:
    """Yield every `uses:` of a workflow's steps."""
    for job in workflow["jobs"].values():
        yield from (step["uses"] for step in job["steps"] if "uses" in step)


def parse(status: int, out: str, err: str) -> Run:
    """Read act's log: one JSON object a line."""
    steps: dict[tuple[str, str], StepRun] = {}
    jobs: dict[str, str] = {}
    summaries: dict[str, list[str]] = defaultdict(list)
    annotations: list[tuple[str, str]] = []
    log: list[str] = [err]
    for line in out.splitlines():
        entry = as_object(line)
        job, ids = str(entry.get("jobID", "")), entry.get("stepID") or [""]
        log.append(str(entry.get("msg", line)).rstrip("\n"))
        if entry.get("jobResult"):
            jobs[job] = str(entry["jobResult"])
        if not ids[0]:
            continue
        step = steps.setdefault((job, ids[0]), StepRun(id=ids[0], job=job))
        record(step, entry, nested=len(ids) > 1)
        command = entry.get("command")
        if command == "summary":
            summaries[job].append(str(entry.get("content", "")))
        if command in ("error", "warning", "notice"):
            annotations.append((command, str(entry.get("arg") or entry.get("msg", ""))))
    summary = "\n".join(text for texts in summaries.values() for text in texts)
    return Run(status=status, steps=steps, jobs=jobs, summary=summary, annotations=annotations, log="\n".join(log))


def as_object(line: str) -> dict[str, Any]:
    """Return a line of the log as an object."""
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def record(step: StepRun, entry: Mapping[str, Any], *, nested: bool) -> None:
    """Add one entry of the log to its step."""
    if entry.get("raw_output"):
        step.lines.append(str(entry.get("msg", "")))
    if entry.get("stepResult") and not nested:
        step.result = str(entry["stepResult"])
    if entry.get("command") == "set-output" and not nested:
        step.outputs[str(entry["name"])] = str(entry["arg"])
