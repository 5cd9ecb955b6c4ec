"""What all documents of a run share."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from mlgate import __version__


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a step could not finish.

    Attributes:
        reason: Stable id, as in `docs/reference/reasons.md`.
        message: What happened.
        remedy: What to change.
        status: The exit status that the step alone ended with.
    """

    reason: str
    message: str
    remedy: str
    status: int


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why an outcome is what it is.

    Attributes:
        id: Stable id, as in `docs/reference/reasons.md`.
        message: The particulars, in plain words.
        step: The step that found it.
        remedy: What to change, where that is more than the page of reasons says.
    """

    id: str
    message: str = ""
    step: str = ""
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class Document:
    """What all documents share.

    Attributes:
        schema: The document's shape and its version.
        mlgate: The version that wrote it.
        reads: sha256 of every document that the step read, by file name.
        error: Why the step could not finish; null when it did.
    """

    schema: str
    mlgate: str = __version__
    reads: dict[str, str] = field(default_factory=dict)
    error: Failure | None = None

    @classmethod
    def file_name(cls) -> str:
        """Return what it is called in the run folder: `data.json` has the schema `mlgate/data/1`."""
        schema = next(item.default for item in fields(cls) if item.name == "schema")
        return f"{str(schema).split('/')[1]}.json"
