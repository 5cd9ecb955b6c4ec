"""build-report: decide the verdict once, and write it as JSON, Markdown and HTML. enforce-gate enforces it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mlgate.core.config.model import Config
from mlgate.core.documents.shared import Reason
from mlgate.core.gate.decide import decide
from mlgate.core.report.assemble import assemble, policy_difference
from mlgate.core.report.html import render_html
from mlgate.core.report.markdown import render_markdown
from mlgate.core.report.plots import figures
from mlgate.core.report.terminal import render_terminal
from mlgate.errors import MlgateError, OutsideError
from mlgate.options import Common, option
from mlgate.shell.base import policy as judging
from mlgate.shell.evidence import gather
from mlgate.shell.plots import render
from mlgate.shell.run_folder import RunFolder, write_atomically
from mlgate.steps import Result

if TYPE_CHECKING:
    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.gate.policy import Policy
    from mlgate.shell.base.policy import Judge
    from mlgate.steps import World

WRITES = ("report.json", "report.html", "report.md")


class Plots(StrEnum):
    """Which plots the HTML page has."""

    SVG = "svg"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Decide, and write report.json, report.md and report.html."""

    plots: Plots = option("Plots of the HTML page: `svg` or `none`.", default=Plots.SVG)


def run(inputs: Inputs, world: World) -> Result:
    """Write the report, whatever the steps before have left: what is missing is a reason, never a pass."""
    folder = RunFolder(world.cwd / inputs.run_dir)
    folder.prepare()
    _remove_earlier(folder)
    report = _report(inputs, folder, world)
    # The renderings first: a report.json is there only when they are, so nobody posts half a report.
    drawn = render(figures(report), world.log) if inputs.plots is Plots.SVG else {}
    markdown, html = folder.path / "report.md", folder.path / "report.html"
    write_atomically(markdown, render_markdown(report).encode())
    write_atomically(html, render_html(report, plots=drawn).encode())
    path = folder.write(report)
    outputs = {
        "outcome": report.outcome.value,
        "report-path": str(path),
        "report-markdown-path": str(markdown),
        "report-html-path": str(html),
    }
    return Result(text=render_terminal(report), document=report, outputs=outputs)


def _remove_earlier(folder: RunFolder) -> None:
    """Remove an earlier run's report, which must not pass for this one's should this run be ended."""
    try:
        for name in WRITES:
            (folder.path / name).unlink(missing_ok=True)
    except OSError as error:
        raise OutsideError(
            f"{error.filename} of an earlier run cannot be removed: {error.strerror}",
            remedy="Remove it, or choose another `run-dir`.",
        ) from None


def _report(inputs: Inputs, folder: RunFolder, world: World) -> ReportDocument:
    evidence = gather(folder)
    policy, judge, problem = _policy(inputs, folder, world)
    # `base.json` that cannot be read is told once, by whoever stumbled over it first.
    problems = {(reason.id, reason.message): reason for reason in (*evidence.problems, *problem)}
    base = policy.base if policy else evidence.base
    verdict = decide(
        policy=policy,
        base=base,
        data=evidence.data,
        training=evidence.training,
        comparison=evidence.comparison,
        problems=tuple(problems.values()),
    )
    return assemble(
        verdict=verdict,
        base=base,
        data=evidence.data,
        training=evidence.training,
        comparison=evidence.comparison,
        model=policy.working.model if policy else Config.model,
        difference=_difference(inputs, policy, judge, world),
        reads=folder.reads,
        promote=policy.working.promote if policy else None,
    )


def _policy(inputs: Inputs, folder: RunFolder, world: World) -> tuple[Policy | None, Judge | None, tuple[Reason, ...]]:
    try:
        policy, judge = judging.load(inputs.config, folder, world)
    except MlgateError as error:
        reason = Reason(id=error.reason, message=error.message, step="build-report", remedy=error.remedy)
        return None, None, (reason,)
    return policy, judge, ()


def _difference(inputs: Inputs, policy: Policy | None, judge: Judge | None, world: World) -> tuple[str, ...]:
    """Return what the pull request changes in the configuration, measured from the merge base."""
    if policy is None or judge is None or judge.git is None or not policy.base.policy_changed:
        return ()
    since = policy.base.merge_base or policy.base.base
    path = world.cwd / inputs.config
    if since is None:
        return ()
    try:
        old = judge.git.show(since, policy.base.config)
        new = path.read_bytes() if path.exists() else None
    except (MlgateError, OSError) as error:
        world.log(f"the difference of the configuration cannot be shown: {error}")
        return ()
    return policy_difference(old, new, policy.base.config)
