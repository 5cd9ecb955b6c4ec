"""What becomes of a judged model after its merge: why it would not be promoted, where something is promoted at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.documents.training import TrainingSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.config.model import Promote
    from mlgate.core.documents.training import TrainingDocument
    from mlgate.core.gate.decide import Verdict


def not_promoted(
    promote: Promote | None, verdict: Verdict, training: TrainingDocument | None, *, dirty: bool
) -> tuple[str, ...]:
    """Return why the model will not be promoted; nothing where it may be, or where the merge is blocked anyway.

    Args:
        promote: The working copy's, which counts after the merge.
        verdict: As it was decided.
        training: How the candidate was made.
        dirty: Whether what was judged differs from its commit.
    """
    unchanged = training is not None and training.source is TrainingSource.UNCHANGED
    if promote is None or verdict.blocks or unchanged:
        return ()
    return tuple(_obstacles(promote, verdict, dirty=dirty))


def _obstacles(promote: Promote, verdict: Verdict, *, dirty: bool) -> Iterator[str]:
    if dirty:
        yield "the working copy differs from its commit"
    if any(reason.id == "model-refused" for reason in verdict.reasons):
        yield "its model is refused"
    if verdict.outcome.value not in promote.accept:
        yield f"the verdict is {verdict.outcome}, and promote.accept names {', '.join(promote.accept) or 'none'}"
