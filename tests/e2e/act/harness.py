"""Run workflows under a real runner: `act` in host mode, in an almost empty environment, with its JSON log parsed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
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
ENVIRONMENTS = ROOT / ".cache" / "tool-cache"
LIMIT_SECONDS = 300


@dataclass(kw_only=True)
class StepRun:
    """What one step of a job did; a composite's own steps count for it, and `inner` has their results."""

    id: str
    job: str
    name: str = ""
    result: str = ""
    inner: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    @property
    def log(self) -> str:
        """Return its log."""
        return "".join(self.lines)


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """One annotation command that a step wrote."""

    level: str
    message: str
    file: str | None
    line: str | None


@dataclass(kw_only=True)
class Run:
    """What a whole run did."""

    status: int
    steps: dict[tuple[str, str], StepRun]
    jobs: dict[str, str]
    summary: str
    annotations: list[Annotation]
    log: str

    def step(self, job: str, name: str) -> StepRun:
        """Return a step by its job and its id or the beginning of its name, which is that of the action it uses."""
        for step in self.steps.values():
            if step.job == job and (step.id == name or f"{step.name}@".startswith(f"{name}@")):
                return step
        raise AssertionError(f"no step {name} in job {job} ran; the log:\n{self.log}")


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
    share_tool_cache(home)
    steps_env = {
        "STANDIN_SERVER": server.as_uri(),
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


def share_tool_cache(home: Path) -> None:
    """Let every run find the environments that earlier ones made, as a runner of one's own would."""
    ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
    (home / "cache" / "act").mkdir(parents=True, exist_ok=True)
    link = home / "cache" / "act" / "tool_cache"
    if not link.is_symlink():
        link.symlink_to(ENVIRONMENTS, target_is_directory=True)


def installer_settings() -> dict[str, str]:
    """Return what a package installer of this machine has to know to reach its index."""
    return {key: value for key, value in os.environ.items() if NETWORK_SETTINGS.fullmatch(key)}


def runner_env(home: Path) -> dict[str, str]:
    """Return the environment that act starts with, and its steps inherit: nothing of the person who runs the tests."""
    return {
        "PATH": path_with_python(home / "bin"),
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "GIT_PAGER": "cat",
        **installer_settings(),
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
    run = Run(status=status, steps={}, jobs={}, summary="", annotations=[], log="")
    log: list[str] = [err]
    for line in out.splitlines():
        entry = as_object(line)
        log.append(str(entry.get("msg", line)).rstrip("\n"))
        record(run, entry)
    run.log = "\n".join(log)
    return run


def as_object(line: str) -> dict[str, Any]:
    """Return a line of the log as an object."""
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def record(run: Run, entry: Mapping[str, Any]) -> None:
    """Add one entry of the log to what the run did; `stepID` is the path of ids down to a composite's own step."""
    job, ids = str(entry.get("jobID", "")), entry.get("stepID", [])
    if entry.get("jobResult"):
        run.jobs[job] = str(entry["jobResult"])
    if not ids or entry.get("stage") != "Main":
        return
    step = run.steps.setdefault((job, ids[0]), StepRun(id=ids[0], job=job, name=str(entry.get("step", ""))))
    if entry.get("raw_output"):
        step.lines.append(str(entry.get("msg", "")))
    command = entry.get("command")
    if command in ("error", "warning", "notice"):
        at = entry.get("kvPairs") or {}
        run.annotations.append(
            Annotation(level=command, message=str(entry["arg"]), file=at.get("file"), line=at.get("line"))
        )
    if command == "summary" and not (len(ids) == 1 and step.inner):  # act repeats a composite's last one for itself
        run.summary += str(entry.get("content", ""))
    if len(ids) > 1:
        if entry.get("stepResult"):
            step.inner[ids[1]] = str(entry["stepResult"])
        return
    if entry.get("stepResult"):
        step.result = str(entry["stepResult"])
    if command == "set-output":
        step.outputs[str(entry["name"])] = str(entry["arg"])
