"""Puts a version's bundle together: the judged bytes, each checked while it is copied, and what explains them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mlgate.core.config.model import StoreKind
from mlgate.core.registry.bundle import card, measured, provenance
from mlgate.core.registry.bundle import contents as bundle
from mlgate.core.registry.log.record import StoredArtifact
from mlgate.errors import InputError, OutsideError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.documents.training import Artifact

CHUNK = 2**20
JUDGE = "Judge the commit again: its run leaves the report and every file that it names."


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """The files of one version.

    Attributes:
        artifacts: As the record names them.
        paths: Where each lies on this disk, by digest.
        files: The same by the artifact's name.
    """

    artifacts: tuple[StoredArtifact, ...]
    paths: dict[str, Path]
    files: dict[str, Path]

    def artifact(self, name: str) -> StoredArtifact | None:
        """Return the artifact called `name`, or None."""
        return next((artifact for artifact in self.artifacts if artifact.name == name), None)


@dataclass(kw_only=True)
class _Assembly:
    """Collects files in a folder, each under a name of its own."""

    folder: Path
    store: StoreKind
    found: list[StoredArtifact] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)

    def name(self, path: str, default: str) -> str:
        return bundle.safe_name(path, default, (artifact.file for artifact in self.found))

    def copy(self, name: str, file: str, digest: str, source: Path | None) -> None:
        """Take a judged file: the copy is what was hashed, whatever happens to the source meanwhile."""
        if source is None:
            raise _stale(f"the file {name!r} with the sha256 {digest} is not among those of the run")
        found, size = _copied(source, self.folder / file)
        if found != digest:
            raise _stale(f"the file {name!r} has the sha256 {found}, and {digest} was judged")
        self._add(name, file, digest, size)

    def write(self, name: str, data: bytes) -> None:
        """Add a file that is made here."""
        file = bundle.FILES[name]
        try:
            (self.folder / file).write_bytes(data)
        except OSError as error:
            raise _no_space(self.folder / file, error) from None
        self._add(name, file, hashlib.sha256(data).hexdigest(), len(data))

    def _add(self, name: str, file: str, digest: str, size: int) -> None:
        store = bundle.store_of(name, self.store).value
        self.found.append(StoredArtifact(name=name, file=file, digest=digest, size=size, store=store))
        self.files[name] = self.folder / file


def assemble(
    report: ReportDocument,
    files: Mapping[str, Path],
    scratch: Path,
    *,
    report_digest: str,
    store: StoreKind = StoreKind.BRANCH,
    about: measured.About | None = None,
    written: card.Written | None = None,
    source: provenance.Source | None = None,
) -> Bundle:
    """Return the bundle of the version that a report judged.

    The same arguments give the same bytes.

    Args:
        report: The report that judged.
        files: The run's files by sha256: the report itself, the model, and the evidence that the report names.
        scratch: An empty folder for the bundle's files.
        report_digest: sha256 of the report's bytes.
        store: Where the bytes will lie, as the configuration says.
        about: What the report does not know of the model; its size is filled in.
        written: What a person has written about it.
        source: Where the report comes from.

    Raises:
        InputError: `verdict-stale` if a judged file is absent or another; `model-refused` if the report names no model;
            `verdict-not-accepted` if it shows what is not to be public.
        ConfigError: If the person's card cannot be read.
        OutsideError: `store-failed` if this disk does not take the files.
    """
    _check_public(report)
    work = _Assembly(folder=scratch, store=store)
    _add_model(work, report, files)
    work.copy(bundle.REPORT, bundle.FILES[bundle.REPORT], report_digest, files.get(report_digest))
    for item in _evidence(report):
        work.copy(item.name, work.name(item.path, item.name), item.digest, files.get(item.digest))
    environment = report.training.environment if report.training else None
    work.write(bundle.ENVIRONMENT, bundle.environment_lock(environment))
    text = card.render(report, _sized(about or measured.About(), work), written or card.Written())
    work.write(bundle.CARD, text.encode())
    work.write(bundle.PROVENANCE, provenance.statement(report, tuple(work.found), source or provenance.Source()))
    work.write(bundle.MANIFEST, bundle.manifest(report.model, work.found))
    return Bundle(
        artifacts=tuple(work.found),
        paths={artifact.digest: work.files[artifact.name] for artifact in work.found},
        files=work.files,
    )


def _check_public(report: ReportDocument) -> None:
    """Hold that the report shows no values that git does not have: what is in a registry stays there, for everybody."""
    tables = [table.name for table in report.data.tables if table.private and table.findings] if report.data else []
    if report.comparison is not None and report.comparison.private:
        tables = list(dict.fromkeys([*tables, "holdout"]))
    if tables:
        raise InputError(
            f"the report shows values of tables that git does not track ({', '.join(tables)}), as `--show-values` "
            "asks, and the registry would keep them for ever where everybody reads",
            remedy="Check again without `--show-values`, and promote that.",
            reason="verdict-not-accepted",
        )


def _add_model(work: _Assembly, report: ReportDocument, files: Mapping[str, Path]) -> None:
    digest = report.provenance.model_digest
    model = report.training.artifact(bundle.MODEL) if report.training else None
    if digest is None or model is None:
        raise InputError(
            "the report names no model: training left none, or `train.model` does not say which file it is",
            remedy="Name the model's file as `train.model` in the configuration.",
            reason="model-refused",
        )
    work.copy(bundle.MODEL, work.name(model.path, bundle.MODEL), digest, files.get(digest))


def _evidence(report: ReportDocument) -> tuple[Artifact, ...]:
    """Return the files that promoted models are compared by; a report of an older mlgate names none."""
    evidence = report.comparison.evidence if report.comparison else ()
    return tuple(item for item in evidence if item.name in bundle.ON_BRANCH)


def _sized(about: measured.About, work: _Assembly) -> measured.About:
    size = next(artifact.size for artifact in work.found if artifact.name == bundle.MODEL)
    return replace(about, size=size)


def _copied(source: Path, target: Path) -> tuple[str, int]:
    """Copy a file and return sha256 and size of what was copied."""
    found, size = hashlib.sha256(), 0
    try:
        with source.open("rb") as reading, target.open("xb") as writing:
            while chunk := reading.read(CHUNK):
                found.update(chunk)
                size += writing.write(chunk)
    except OSError as error:
        raise _no_space(target, error) from None
    return found.hexdigest(), size


def _stale(message: str) -> InputError:
    return InputError(message, remedy=JUDGE, reason="verdict-stale")


def _no_space(path: Path, error: OSError) -> OutsideError:
    return OutsideError(
        f"{path.name} cannot be put into the bundle: {error.strerror or error}",
        remedy="See whether the disk is full and the run folder writable; then run it again.",
        reason="store-failed",
    )
