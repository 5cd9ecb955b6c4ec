"""`post-report` as a user runs it: a subprocess with the runner's variables, against a local GitHub."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.builders import a_report
from tests.fake_github import shapes
from tests.fake_github.server import FakeGitHub, Trouble

from mlgate.core.outcome import Outcome
from mlgate.shell.run_folder import RunFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.documents.report import ReportDocument

ROOT = Path(__file__).parents[2]
TOKEN = "ghs_secret-token"
BOT = "github-actions[bot]"


@dataclass(kw_only=True)
class Job:
    """A job's place and variables."""

    place: Path
    github: FakeGitHub
    env: dict[str, str] = field(default_factory=dict)
    event: dict[str, Any] = field(default_factory=lambda: shapes.pull_request_event("octo/flights", 7))

    def write(self, report: ReportDocument) -> None:
        RunFolder(self.place / "mlgate-run").write(report)

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        (self.place / "event.json").write_text(json.dumps(self.event))
        for name in ("output", "summary"):
            (self.place / name).write_text("")
        return subprocess.run(
            [sys.executable, ROOT / "scripts" / "post_report.py", *options],
            cwd=self.place,
            env=self.variables(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def variables(self) -> dict[str, str]:
        given = {
            "PATH": os.environ["PATH"],
            "NO_PROXY": "127.0.0.1",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.github.url,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "octo/flights",
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(self.place / "event.json"),
            "GITHUB_RUN_ID": "9001",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_OUTPUT": str(self.place / "output"),
            "GITHUB_STEP_SUMMARY": str(self.place / "summary"),
            "MLGATE_GITHUB_TOKEN": TOKEN,
            **self.env,
        }
        return {key: value for key, value in given.items() if value}

    @property
    def summary(self) -> str:
        return (self.place / "summary").read_text()

    @property
    def outputs(self) -> dict[str, str]:
        lines = (self.place / "output").read_text().splitlines()
        return {lines[i].split("<<")[0]: lines[i + 1] for i in range(0, len(lines), 3)}


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    with FakeGitHub().serve() as github:
        made = Job(place=tmp_path, github=github)
        made.write(a_report(model="flights"))
        yield made


def everything(job: Job, done: subprocess.CompletedProcess[str]) -> str:
    """Return all that a reader of the run could see."""
    return "".join([done.stdout, done.stderr, job.summary, str(job.outputs), *job.github.bodies().values()])


def test_a_pull_request_gets_one_comment_and_the_summary(job: Job) -> None:
    done = job.run()
    assert done.returncode == 0, done.stderr
    ((number, body),) = job.github.bodies().items()
    assert body.startswith(f"<!-- mlgate-report key=flights head={shapes.HEAD} run=9001 attempt=1 -->\n## ")
    assert "https://github.com/octo/flights/actions/runs/9001" in body
    assert "flights" in job.summary
    assert job.outputs == {
        "outcome": a_report().outcome.value,
        "posted": "true",
        "comment-id": str(number),
        "comment-url": f"https://github.com/octo/flights/pull/7#issuecomment-{number}",
    }
    assert TOKEN not in everything(job, done)


def test_a_later_run_updates_the_comment(job: Job) -> None:
    job.run()
    job.env["GITHUB_RUN_ID"] = "9002"
    job.write(a_report(model="flights", outcome=Outcome.PASS))
    assert job.run().returncode == 0
    ((_, body),) = job.github.bodies().items()
    assert "run=9002" in body


def test_an_older_run_that_ends_late_leaves_the_newer_report(job: Job) -> None:
    job.run()
    job.env["GITHUB_RUN_ID"] = "8999"
    done = job.run()
    assert done.returncode == 0
    assert "newer run" in done.stdout
    assert job.outputs["posted"] == "false"
    assert "run=9001" in "".join(job.github.bodies().values())


def test_several_models_have_several_comments(job: Job) -> None:
    job.run()
    job.env["MLGATE_REPORT_KEY"] = "flights, nightly"
    job.run()
    job.run()
    assert len(job.github.bodies()) == 2


@pytest.mark.parametrize(
    ("fork", "remedy"), [("", "pull-requests: write"), ("mona/flights", "fork's run gets a token that may only read")]
)
def test_a_token_that_may_not_write_is_a_warning(job: Job, fork: str, remedy: str) -> None:
    job.github.may_write.clear()
    job.event = shapes.pull_request_event("octo/flights", 7, head_repository=fork)
    done = job.run()
    assert done.returncode == 0
    assert "::warning title=not-posted::" in done.stdout
    assert remedy in done.stdout
    assert job.outputs["posted"] == "false"
    assert job.summary
    assert TOKEN not in everything(job, done)


@pytest.mark.parametrize("status", [401, 404, 422])
def test_a_refusal_never_decides(job: Job, status: int) -> None:
    job.github.trouble.append(Trouble(status=status, times=9, message="::error::no"))
    done = job.run()
    assert done.returncode == 0
    assert "::warning title=not-posted::" in done.stdout
    assert "\n::error" not in done.stdout


def test_a_server_error_passes(job: Job) -> None:
    job.github.trouble.append(Trouble(status=502))
    assert job.run().returncode == 0
    assert job.outputs["posted"] == "true"


def test_a_rate_limit_is_waited_for(job: Job) -> None:
    job.github.trouble.append(Trouble(status=403, message="rate limit", headers={"retry-after": "1"}))
    assert job.run().returncode == 0
    assert job.outputs["posted"] == "true"


@pytest.mark.parametrize(
    "env",
    [
        {"MLGATE_GITHUB_TOKEN": ""},
        {"GITHUB_EVENT_NAME": "push"},
        {"GITHUB_EVENT_PATH": ""},
        {"GITHUB_API_URL": ""},
        {"GITHUB_REPOSITORY": ""},
    ],
    ids=lambda env: next(iter(env)),
)
def test_without_a_place_to_post_only_the_summary_is_written(job: Job, env: dict[str, str]) -> None:
    job.env.update(env)
    done = job.run()
    assert done.returncode == 0
    assert job.github.exchanges == []
    assert job.summary
    assert "job summary written" in done.stdout
    assert "::warning" not in done.stdout


def test_a_laptop_is_told_of_no_summary(job: Job) -> None:
    job.env.update({"GITHUB_ACTIONS": "", "GITHUB_EVENT_PATH": "", "GITHUB_STEP_SUMMARY": ""})
    assert job.run().stdout == "no pull request or no token to post with\n"


@pytest.mark.parametrize("event", [{}, {"pull_request": None}, {"pull_request": {"number": True}}])
def test_an_event_without_a_pull_request_is_no_error(job: Job, event: dict[str, Any]) -> None:
    job.event = event
    assert job.run().returncode == 0
    assert job.github.exchanges == []


def test_the_report_cannot_choose_where_it_goes(job: Job) -> None:
    job.write(a_report(model="flights", pull_request=12))
    job.run()
    assert {entry["thread"] for entry in job.github.comments.values()} == {("octo/flights", 7)}


def test_a_hostile_report_is_rendered_harmless_and_fits(job: Job) -> None:
    evil = "x\n::set-output name=a::b\n<!-- mlgate-report --> @mona <img src=x>"
    job.write(a_report(model=evil * 2_000))
    done = job.run()
    assert done.returncode == 0
    assert "\n::set-output" not in done.stdout
    ((_, body),) = job.github.bodies().items()
    assert len(body.encode("utf-16-le")) // 2 <= 60_000
    assert "<img" not in body
    assert "@mona" not in body.split("-->", 1)[1]


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "report.json is missing"), ("{", "not a report"), ('{"schema": "mlgate/report/9"}', "/schema")],
)
def test_no_report_is_said(job: Job, content: str | None, message: str) -> None:
    path = job.place / "mlgate-run" / "report.json"
    path.unlink()
    if content is not None:
        path.write_text(content)
    done = job.run()
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_the_core_group_is_enough(job: Job) -> None:
    """The action installs no more than that."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from mlgate.main import main; status = main(['post-report']);"
        "print(status, *sorted({name.split('.')[0] for name in sys.modules}))"
    )
    (job.place / "event.json").write_text(json.dumps(job.event))
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, ROOT / "scripts"],
        cwd=job.place,
        env=job.variables(),
        capture_output=True,
        text=True,
        check=True,
    )
    status, *modules = done.stdout.splitlines()[-1].split()
    assert status == "0"
    assert "requests" in modules
    assert {"duckdb", "numpy", "vl_convert", "pandas", "sklearn"} & set(modules) == set()


def test_the_token_is_no_option(job: Job) -> None:
    done = job.run("--github-token", "x")
    assert done.returncode == 2
    assert "unknown option '--github-token'" in done.stderr


def test_a_token_with_a_line_end_is_not_shown(job: Job) -> None:
    job.env["MLGATE_GITHUB_TOKEN"] = f"{TOKEN} and more"
    done = job.run()
    assert done.returncode == 0
    assert TOKEN not in everything(job, done)
