"""Where a version comes from, in the form that supply-chain tools read: an in-toto Statement with SLSA provenance.

`docs/reference/provenance.md` says what each part means; it is what `buildType` leads to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlgate import __version__
from mlgate.core.registry.bundle import contents as bundle
from mlgate.core.registry.bundle.from_report import contracts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.documents.training import TrainingDocument
    from mlgate.core.registry.log.record import Run, StoredArtifact

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "https://github.com/mlgate/mlgate/blob/main/docs/reference/provenance.md#version-1"
LOCAL_BUILDER = "https://github.com/mlgate/mlgate/blob/main/docs/reference/provenance.md#built-locally"
_RUN = re.compile(r"(https?://[^/?#@\s]+/[^?#\s]+)/actions/runs/\d+(?:/.*)?")


@dataclass(frozen=True, kw_only=True)
class Source:
    """What the report does not say of its own origin.

    Attributes:
        configuration: The configuration's path in the repository.
        workflow: File name of the workflow that judged; None on a laptop.
        repository: Where people see the repository; None to take it from the run's address.
        run: The workflow run that judged.
        started: When it began, `2026-03-03T10:15:00Z`.
        finished: When it ended.
    """

    configuration: str = "mlgate.yml"
    workflow: str | None = None
    repository: str | None = None
    run: Run | None = None
    started: str | None = None
    finished: str | None = None


def statement(report: ReportDocument, files: tuple[StoredArtifact, ...], source: Source) -> bytes:
    """Return the statement about a bundle's files."""
    subjects = sorted(files, key=lambda item: item.name)
    plain = {
        "_type": STATEMENT,
        "subject": [{"name": file.file, "digest": {"sha256": file.digest}} for file in subjects],
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": _external(report, source),
                "internalParameters": _internal(report.training),
                "resolvedDependencies": list(_dependencies(report, files, source)),
            },
            "runDetails": {
                "builder": {"id": builder_of(source.run), "version": {"mlgate": __version__}},
                "metadata": _metadata(source),
            },
        },
    }
    return bundle.document(plain)


def repository_of(source: Source) -> str | None:
    """Return where the repository is seen, as far as it is known."""
    if source.repository:
        return source.repository.rstrip("/")
    found = _RUN.fullmatch(source.run.url) if source.run else None
    return found[1] if found else None


def builder_of(run: Run | None) -> str:
    """Return who ran the training: the host's runners, as the run's address names them, or somebody's machine."""
    found = _RUN.fullmatch(run.url) if run else None
    return f"{found[1]}/actions" if found else LOCAL_BUILDER


def _external(report: ReportDocument, source: Source) -> dict[str, Any]:
    found = {"model": report.model, "configuration": source.configuration}
    return found | ({"workflow": source.workflow} if source.workflow else {})


def _internal(training: TrainingDocument | None) -> dict[str, Any]:
    if training is None:
        return {}
    command = {"command": training.command} if training.command else {}
    return {"source": training.source.value, **command, "seed": training.seed}


def _dependencies(
    report: ReportDocument, files: tuple[StoredArtifact, ...], source: Source
) -> Iterator[dict[str, Any]]:
    bound, repository = report.provenance, repository_of(source)
    if bound.commit:
        uri = {"uri": f"git+{repository}"} if repository else {}
        yield {"name": "code", **uri, "digest": {"gitCommit": bound.commit}}
    if bound.config_digest:
        yield _dependency("configuration", source.configuration, bound.config_digest)
    for path, digest in sorted(contracts_of(bound.contract_digests).items()):
        yield _dependency("contract", path, digest)
    for name, digest in sorted(bound.data_digests.items()):
        yield _dependency("table", name, digest)
    if bound.holdout_digest:
        yield {"name": "holdout-identity", "digest": {"mlgateHoldout": bound.holdout_digest}}
    for file in files:
        if file.name == bundle.ENVIRONMENT:
            yield _dependency(bundle.ENVIRONMENT, file.file, file.digest)


def _dependency(kind: str, name: str, digest: str) -> dict[str, Any]:
    return {"name": f"{kind}:{name}", "digest": {"sha256": digest}}


def _metadata(source: Source) -> dict[str, str]:
    run = source.run
    invocation = f"{run.url.partition('/attempts/')[0]}/attempts/{run.attempt}" if run and run.url else None
    pairs = {"invocationId": invocation, "startedOn": source.started, "finishedOn": source.finished}
    return {key: value for key, value in pairs.items() if value}
