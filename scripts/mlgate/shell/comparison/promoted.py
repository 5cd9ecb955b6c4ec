"""The baseline `promoted`: the recorded predictions of the promoted version, else its model scored again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core import codec
from mlgate.core.documents.report import ReportDocument
from mlgate.core.documents.shared import Reason
from mlgate.core.documents.training import Artifact, TrainingDocument
from mlgate.core.registry.promotion.promoted import promoted_version, unpromoted
from mlgate.errors import MlgateError
from mlgate.shell.comparison import recorded
from mlgate.shell.comparison.baselines import Found
from mlgate.shell.comparison.evidence_files import PREDICTIONS, STEP

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.config.model import Baseline, Config
    from mlgate.core.registry.log.entry import Entry
    from mlgate.core.registry.log.record import Record, StoredArtifact
    from mlgate.shell.comparison.registry import Log
    from mlgate.shell.comparison.rescoring import Rescorer

MISSING = "baseline-missing"


@dataclass(frozen=True, kw_only=True)
class Promoted:
    """Finds the predictions of what was promoted.

    Attributes:
        log: The registry's.
        config: The judging configuration.
        unpacked: Where recorded predictions are written for the engine to read.
        rescorer: Scores the model again, where the holdout is another.
    """

    log: Log
    config: Config
    unpacked: Path
    rescorer: Rescorer

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the files that may come to be, and that the engine must be allowed to read."""
        return (self.unpacked, self.rescorer.output)

    def find(self, baseline: Baseline, identity: str) -> Found:
        """Return the promoted version's predictions for the holdout with this identity, or why there are none."""
        if self.log.state is None:
            return Found(baseline=baseline, reason=MISSING, message=self.log.problem)
        try:
            entry = promoted_version(self.log.state, self.config)
            if entry is None:
                why = unpromoted(self.log.state, self.config)
                return Found(baseline=baseline, reason=why.reason, message=why.message)
            found = self._of(baseline, entry.record(), identity)
            return replace(found, notes=(*found.notes, *self._deprecated(entry)))
        except MlgateError as error:
            message = f"{error.message.rstrip('.')}. {error.remedy}"
            return Found(baseline=baseline, reason=MISSING, message=message)

    def _of(self, baseline: Baseline, version: Record, identity: str) -> Found:
        kept = next((artifact for artifact in version.artifacts if artifact.name == PREDICTIONS), None)
        judged_on = version.digests.holdout if version.digests else None
        model = version.digests.model if version.digests else None
        try:
            if kept is not None and judged_on == identity:
                path = recorded.unpack(self._bytes(version, kept), self.unpacked)
                message = f"{version.version}, by the predictions that were recorded with it."
                notes: tuple[Reason, ...] = ()
            else:
                path = self.rescorer.score(version)
                message = f"{version.version}, scored again: {_why(version, same_holdout=judged_on == identity)}"
                notes = (Reason(id="promoted-rescored", message=f"{version.model} {message}", step=STEP),)
        except MlgateError as error:
            message = f"{error.message.rstrip('.')}. {error.remedy}"
            return Found(baseline=baseline, reason=MISSING, message=message, version=version.version)
        return Found(
            baseline=baseline,
            path=path,
            message=message,
            model_digest=model,
            training=self._training(version),
            version=version.version,
            recorded=not notes,
            notes=notes,
        )

    def _training(self, version: Record) -> TrainingDocument | None:
        """Return how the version was made, as its report says it; else what its record holds: the model's size."""
        kept = next((item for item in version.artifacts if item.name == "report" and item.store == "branch"), None)
        data = None if kept is None else self.log.blob(kept.digest)
        try:
            if data is not None and (made := codec.from_plain(ReportDocument, codec.loads(data)).training) is not None:
                return made
        except codec.DecodeError:
            pass  # of another mlgate: the record has the size
        models = [item for item in version.artifacts if item.name == "model"]
        held = tuple(Artifact(name="model", path="", digest=item.digest, size=item.size) for item in models)
        return TrainingDocument(artifacts=held) if held else None

    def _deprecated(self, entry: Entry) -> tuple[Reason, ...]:
        """Return that the version must not be used any more, where somebody has said so."""
        version = str(entry.version)
        if self.log.state is None or not self.log.state.is_deprecated(entry.model, version):
            return ()
        message = (
            f"{entry.model} {version}, with which the candidate was compared, is deprecated. Point its stage to "
            "another version (`mlgate registry rollback`), or promote a better one."
        )
        return (Reason(id="promoted-deprecated", message=message, step=STEP),)

    def _bytes(self, version: Record, kept: StoredArtifact) -> bytes:
        data = self.log.blob(kept.digest)
        if data is None:
            what = f"the holdout predictions of {version.model} {version.version}, sha256 {kept.digest}"
            raise recorded.lost(f"the registry has lost {what}")
        return data


def _why(version: Record, *, same_holdout: bool) -> str:
    if same_holdout:
        return "no predictions were recorded with it."
    return f"the holdout is another than the one that judged {version.version}."
