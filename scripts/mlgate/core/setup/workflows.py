"""The workflows that `mlgate init` writes: the check of pull requests, and the promotion of what was merged."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.setup.scalars import scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
SETUP_PYTHON = "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0"
UPLOAD = "actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1"
MLGATE = "mlgate/mlgate@v0"
PROMOTE = "mlgate/mlgate/actions/promote-model@v0"
DEFAULT_CONFIG = "mlgate.yml"


@dataclass(frozen=True, kw_only=True)
class Job:
    """What the workflows need to know.

    Attributes:
        config: The configuration's path from the repository's root.
        model: The model's name.
        files: The model's file and the predictions, relative to the configuration's folder.
        install: Shell command that installs what training needs; None if nothing is known.
        python: Version for training.
        branch: The branch whose pushes are promoted.
        suffix: What ends the names of its jobs where other models have theirs in the same workflow.
    """

    config: str
    model: str
    files: tuple[str, ...]
    install: str | None
    python: str = "3.13"
    branch: str = "main"
    suffix: str = ""

    def called(self, name: str) -> str:
        """Return the name of one of its jobs."""
        return name + self.suffix

    def beside_others(self) -> Job:
        """Return the same with names of jobs that no other model's jobs have."""
        return replace(self, suffix="-" + self.model.replace(".", "-"))


def workflow_text(job: Job) -> str:
    """Return the check of pull requests: all in one step, with no more permissions than it needs."""
    lines = [
        "name: Model",
        "",
        "on:",
        "  pull_request:",
        "  merge_group:",
        "",
        "permissions: {}",
        "",
        "concurrency:",
        "  group: model-${{ github.ref }}",
        "  cancel-in-progress: true",
        "",
        "jobs:",
        *check_jobs(job),
    ]
    return "\n".join(lines) + "\n"


def check_jobs(job: Job) -> Iterator[str]:
    """Yield the lines of the job that checks pull requests."""
    yield from (
        f"  {job.called('gate')}:",
        f"    name: {job.called('gate')}",
        "    runs-on: ubuntu-latest",
        "    permissions:",
        "      contents: read",
        "      pull-requests: write # for the comment; a fork's pull request gets the job summary instead",
        "    steps:",
        *_start(job, " # the merge commit and the base, whose policy judges"),
        *_install(job, " # what your training needs; mlgate brings its own"),
        f"      - uses: {MLGATE}",
        *_with(job),
        *_upload(job, always=True),
    )


def promote_jobs(job: Job) -> Iterator[str]:
    """Yield the lines of the jobs that promote: who writes runs no code of the repository."""
    for number, part in enumerate((_find, _gate, _promote)):
        if number:
            yield ""
        yield from part(job)


def promote_text(job: Job) -> str:
    """Return the promotion of what was merged, in three jobs: who writes runs no code of the repository."""
    lines = [
        "name: Promote",
        "",
        "on:",
        "  push:",
        f"    branches: [{scalar(job.branch)}]",
        "",
        "permissions: {}",
        "",
        "concurrency: # one push after the other, and none left out",
        "  group: promote-${{ github.ref }}",
        "  cancel-in-progress: false",
        "  queue: max",
        "",
        "jobs:",
        *promote_jobs(job),
    ]
    return "\n".join(lines) + "\n"


def _find(job: Job) -> Iterator[str]:
    yield from (
        f"  {job.called('find')}:",
        f"    name: {job.called('find')}",
        "    runs-on: ubuntu-latest",
        "    permissions:",
        "      contents: read",
        "      actions: read # the run that judged, and its artifact",
        "      pull-requests: read # the pull request that brought the commit",
        "    outputs:",
        "      needs-gate: ${{ steps.find.outputs.needs-gate }}",
        "    steps:",
        *_start(job),
        "      - id: find",
        f"        uses: {PROMOTE}",
        *_with(job, 'find-only: "true"'),
    )


def _gate(job: Job) -> Iterator[str]:
    before = "base: ${{ !github.event.created && github.event.before || '' }} # the branch before this push judges"
    yield from (
        f"  {job.called('gate')}:",
        f"    name: {job.called('gate')}",
        f"    needs: {job.called('find')}",
        f"    if: ${{{{ needs.{job.called('find')}.outputs.needs-gate == 'true' }}}}",
        "    runs-on: ubuntu-latest",
        "    permissions:",
        "      contents: read",
        "    steps:",
        *_start(job),
        *_install(job),
        f"      - uses: {MLGATE}",
        *_with(job, before),
        *_upload(job, always=False),
    )


def _promote(job: Job) -> Iterator[str]:
    find, gate = job.called("find"), job.called("gate")
    gated = f"""contains(fromJSON('["success", "skipped"]'), needs.{gate}.result)"""
    yield from (
        f"  {job.called('promote')}:",
        f"    name: {job.called('promote')}",
        f"    needs: [{find}, {gate}]",
        f"    if: ${{{{ !cancelled() && needs.{find}.result == 'success' && {gated} }}}}",
        "    runs-on: ubuntu-latest",
        "    permissions:",
        "      contents: write # the registry's branch and tags",
        "      actions: read",
        "      pull-requests: read",
        "    concurrency:",
        "      group: mlgate-registry",
        "      cancel-in-progress: false",
        "      queue: max # nobody's promotion or rollback is dropped because another one came",
        "    steps:",
        *_start(job),
        f"      - uses: {PROMOTE}",
        *_with(job),
    )


def _start(job: Job, why: str = "") -> Iterator[str]:
    yield f"      - uses: {CHECKOUT}"
    yield "        with:"
    yield f"          fetch-depth: 2{why}"
    yield "          persist-credentials: false"
    yield f"      - uses: {SETUP_PYTHON}"
    yield "        with:"
    yield f'          python-version: "{job.python}"'


def _install(job: Job, why: str = "") -> Iterator[str]:
    if job.install:
        yield f"      - run: {job.install}{why}"
    else:
        yield "      # Install here what your training needs; mlgate brings its own."


def _with(job: Job, *more: str) -> Iterator[str]:
    given = [*([f"config: {scalar(job.config)}"] if job.config != DEFAULT_CONFIG else []), *more]
    if given:
        yield "        with:"
        yield from (f"          {line}" for line in given)


def _upload(job: Job, *, always: bool) -> Iterator[str]:
    folder = posixpath.dirname(job.config)
    paths = [posixpath.normpath(posixpath.join(folder, name)) for name in job.files]
    yield f"      - uses: {UPLOAD}"
    if always:
        yield "        if: ${{ !cancelled() }}"
    name = "`mlgate-` and the model's name"
    yield "        with:"
    if always:
        yield f"          name: mlgate-{job.model} # {name}: where promote-model finds what was judged"
        yield "          path: | # run folder, model, predictions; where no input changed, the first alone"
    else:
        yield f"          name: mlgate-{job.model} # {name}, as in the check of pull requests"
        yield "          path: |"
    yield from (f"            {line}" for line in ("mlgate-run/", *paths))
    yield "          if-no-files-found: error"
