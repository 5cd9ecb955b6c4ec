"""One story: a tiny repository with a pull request, a workflow, a runner, and a GitHub to post to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.e2e.act import harness, project
from tests.toolbox import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.fake_github.server import FakeGitHub

TOKEN = "ghs_a-token-of-this-test"
BOT = "github-actions[bot]"
WORKFLOW = ".github/workflows/model.yml"
GOOD = {"train.sh": project.TRAIN.replace("set -euo", "# the same, said again\nset -euo")}
BAD = {"train.sh": project.BAD_TRAIN}
DOCUMENTATION = {"README.md": "A tiny model, explained.\n"}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Where a story plays.

    Attributes:
        folder: Everything that it writes.
        action: What stands for every `mlgate/mlgate…@ref`.
        github: Where comments go.
    """

    folder: Path
    action: Path
    github: FakeGitHub

    def play(
        self,
        workflow: str,
        change: Mapping[str, str],
        *,
        more: Mapping[str, str] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> harness.Run:
        """Open a pull request that makes `change`, and run its workflow."""
        made = project.make(self.folder, workflow, change, more)
        return harness.run_act(
            made.work,
            made.work / WORKFLOW,
            action=self.action,
            home=self.folder / "runner",
            event="pull_request",
            payload=made.event(),
            sha=made.merge,
            server=made.server,
            token=TOKEN,
            env={"GITHUB_API_URL": self.github.url, "NO_PROXY": "127.0.0.1", **(env or {})},
        )

    def comment(self) -> str:
        """Return the one comment."""
        [body] = self.github.bodies().values()
        return body


def example(name: str) -> str:
    """Return an example workflow, with the file names of the tiny repository and nothing to install."""
    text = (ROOT / "examples" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
    assert "pip install -r requirements.txt" in text
    for old, new in (
        ("pip install -r requirements.txt", "true"),
        ('git show HEAD^1:requirements.txt > "$RUNNER_TEMP/base.txt"', "true"),
        ('pip install -r "$RUNNER_TEMP/base.txt"', "true"),
        ("model.skops", "model.txt"),
        ("predictions.parquet", "predictions.csv"),
    ):
        text = text.replace(old, new)
    return text
