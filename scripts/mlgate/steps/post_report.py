"""`post-report`: the job summary always, and with a token one comment on the pull request. Posting never decides."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlgate.core import codec
from mlgate.core.annotation import Annotation
from mlgate.core.documents.report import ReportDocument
from mlgate.core.report import publishing
from mlgate.core.report.markdown import render_markdown
from mlgate.core.report.md import utf8
from mlgate.errors import MlgateError
from mlgate.options import Common, option
from mlgate.shell.report_file import read_report
from mlgate.shell.runner import harmless
from mlgate.steps import Result

if TYPE_CHECKING:
    from mlgate.core.report.publishing import Post, Posted, PullRequest
    from mlgate.steps import World

SUMMARY_LIMIT = 1_000_000  # bytes; the runner drops a summary above 1 MiB
FORBIDDEN = (403, 404)
FORK_REMEDY = "Nothing to do: a fork's run gets a token that may only read, whatever its `permissions` say."


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Post the report: job summary always, and with a token one pull-request comment that is updated in place."""

    github_token: str = option(
        "Token that may write pull-request comments; without one only the job summary is written.",
        default="",
        secret=True,
    )
    report_key: str = option(
        "Tells the comments of several models apart; default: the configured model's name.", default=""
    )
    comment_author: str = option(
        "Login that comments are posted as, where the token belongs to an app or user of your own.", default=""
    )


def run(inputs: Inputs, world: World) -> Result:
    """Render the report and post it.

    Raises:
        InputError: If there is no report that can be read.
    """
    report = read_report(world.cwd / inputs.run_dir, _parse)
    link = publishing.run_link(world.env)
    posted, problem = _try_to_post(report, inputs, world)
    return Result(
        text=harmless(_text(posted, problem, world)),
        document=report,
        outputs=_outputs(report, posted),
        summary=render_markdown(report, limit=SUMMARY_LIMIT, full_report_link=link, measure=utf8),
        annotations=_annotations(posted, problem),
    )


def _parse(data: bytes) -> ReportDocument:
    return codec.from_plain(ReportDocument, codec.loads(data))


def _try_to_post(report: ReportDocument, inputs: Inputs, world: World) -> tuple[Posted | None, str]:
    """Return what was posted, or why nothing was; empty where nothing was to be posted."""
    target = _pull_request(world)
    repository, url = world.env.get("GITHUB_REPOSITORY", ""), world.env.get("GITHUB_API_URL", "")
    if target is None or not inputs.github_token or not repository or not url:
        return None, ""
    # requests costs 180 ms, which a run without a pull request does not pay.
    from mlgate.shell.forge.client import Forge  # noqa: PLC0415 - requests costs 180 ms
    from mlgate.shell.forge.comments import CommentPublisher  # noqa: PLC0415 - requests costs 180 ms

    try:
        publisher = CommentPublisher(forge=Forge(url=url, token=inputs.github_token))
        return publisher.publish(_post(report, inputs, world, target)), ""
    except MlgateError as error:
        forbidden = getattr(error, "http_status", None) in FORBIDDEN
        remedy = FORK_REMEDY if target.fork and forbidden else error.remedy
        return None, f"{error.message}. {remedy} The job summary has the report."


def _post(report: ReportDocument, inputs: Inputs, world: World, target: PullRequest) -> Post:
    marker = publishing.identity(world.env, inputs.report_key or report.model, target.head)
    link = publishing.run_link(world.env)
    markdown = render_markdown(report, limit=publishing.room(marker, link), full_report_link=link)
    return publishing.Post(
        repository=world.env["GITHUB_REPOSITORY"],
        pull_request=target,
        marker=marker,
        body=publishing.compose(marker, markdown, publishing.footer(marker, link)),
        authors=publishing.authors(inputs.comment_author),
    )


def _pull_request(world: World) -> PullRequest | None:
    event = world.env.get("GITHUB_EVENT_PATH")
    if not event:
        return None
    try:
        payload: Any = json.loads(Path(event).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return publishing.pull_request(world.env.get("GITHUB_EVENT_NAME", ""), payload)


def _text(posted: Posted | None, problem: str, world: World) -> str:
    summary = "; job summary written" if world.env.get("GITHUB_STEP_SUMMARY") else ""
    if posted is None:
        return f"not-posted: {problem}" if problem else f"no pull request or no token to post with{summary}"
    if not posted.posted:
        return f"a newer run's report stands at {posted.url}; left as it is"
    return f"posted at {posted.url}"


def _outputs(report: ReportDocument, posted: Posted | None) -> dict[str, str]:
    return {
        "outcome": report.outcome.value,
        "posted": "true" if posted and posted.posted else "false",
        "comment-id": str(posted.id) if posted else "",
        "comment-url": posted.url if posted else "",
    }


def _annotations(posted: Posted | None, problem: str) -> tuple[Annotation, ...]:
    if problem:
        return (Annotation(level="warning", message=problem, title="not-posted"),)
    if posted and posted.stranger:
        who = posted.stranger[:60]
        message = f"The comment's author {who!r} is none that mlgate knows: the next run will post another comment."
        remedy = f"Add `comment-author: {who}` to post-report."
        return (Annotation(level="warning", message=f"{message} {remedy}", title="comment-author"),)
    return ()
