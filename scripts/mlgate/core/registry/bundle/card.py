"""The model card: what a person writes about a model, with what was measured beside it.

A card is a `README.md` as Hugging Face reads it. Two parts of it are ours and written anew with every version: the keys
`library_name` and `model-index` of the front matter, and the section between two comments. All else is the person's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlgate.core.config.model import Task
from mlgate.core.config.node import Place, refuse
from mlgate.core.registry.bundle import front_matter
from mlgate.core.registry.bundle.measured import About, section
from mlgate.core.report.untrusted import prose

if TYPE_CHECKING:
    from mlgate.core.documents.comparison import ComparisonDocument
    from mlgate.core.documents.report import ReportDocument

BEGIN = "<!-- mlgate:measured -->"
END = "<!-- /mlgate:measured -->"
NOTE = "<!-- Written by mlgate with every version: what stands between these two comments is replaced. -->"
OURS = ("library_name", "model-index")
LONGEST = 2**20
# The library by which Hugging Face's readers know a format, by its name before the dash; one that several libraries
# share says nothing.
LIBRARIES = {"onnx": "onnx", "skops": "sklearn", "xgboost": "xgboost", "lightgbm": "lightgbm"}
TASKS = {
    Task.BINARY: "tabular-classification",
    Task.MULTICLASS: "tabular-classification",
    Task.REGRESSION: "tabular-regression",
}
TEMPLATE = """\

# {model}

<!-- Write here what no measurement knows. This text is kept from version to version; with `promote.card` in mlgate.yml
it is taken from a file of the repository, where it is reviewed like code. -->

## What it is for

## What it is not for

## What it was trained on

## Limits and risks

## Whom to ask
"""


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a person has written, and where.

    Attributes:
        text: The file named by `promote.card` at the promoted commit; None without one.
        file: Its name, for messages.
        previous: The card of the version before.
    """

    text: str | None = None
    file: str = "the card"
    previous: str | None = None


def render(report: ReportDocument, about: About, written: Written) -> str:
    """Return the card of a version.

    Raises:
        ConfigError: If the person's file has front matter that is no YAML, or half of the comments around our section.
    """
    file = written.file if written.text is not None else "the previous version's card"
    text = written.text if written.text is not None else written.previous
    lines, body = front_matter.split(_checked(text, file)) if text else ("", TEMPLATE.format(model=prose(report.model)))
    ours = _front(report, about)
    replaced = [key for key in OURS if key in ours or key == "model-index"]
    theirs = front_matter.without(lines, replaced, file)
    mine = front_matter.written(ours)
    front_matter.check(mine + theirs, file)
    return front_matter.join(mine, theirs, _with_section(body, _section(report, about), file, lines.count("\n")))


def _checked(text: str, file: str) -> str:
    if len(text) > LONGEST:
        raise refuse(file, Place(line=1, column=1), "the card is longer than 1 MiB", "Link to what is long.")
    return text


def _section(report: ReportDocument, about: About) -> str:
    return f"{BEGIN}\n{NOTE}\n\n{section(report, about)}\n\n{END}"


def _with_section(body: str, measured: str, file: str, before: int) -> str:
    """Return the body with our section where it was, else at the end."""
    counts = (body.count(BEGIN), body.count(END))
    if counts == (0, 0):
        gap = "\n" if not body or body.endswith("\n") else "\n\n"
        return f"{body}{gap}{measured}\n"
    start, end = body.find(BEGIN), body.find(END)
    if counts != (1, 1) or end < start:
        line = before + body.count("\n", 0, max(start, end)) + (3 if before else 1)
        message = f"the comments {BEGIN} and {END} do not stand there once, in this order"
        raise refuse(file, Place(line=line, column=1), message, "Remove them both: mlgate adds them at the end.")
    return body[:start] + measured + body[end + len(END) :]


def _front(report: ReportDocument, about: About) -> dict[str, Any]:
    found: dict[str, Any] = {}
    library = LIBRARIES.get((about.format or "").partition("-")[0])
    if library:
        found["library_name"] = library
    metrics = _metrics(report)
    comparison = report.comparison
    if metrics and comparison is not None and comparison.task is not None:
        result = {
            "task": {"type": TASKS[comparison.task]},
            "dataset": _dataset(comparison),
            "metrics": metrics,
        }
        found["model-index"] = [{"name": report.model, "results": [result]}]
    return found


def _dataset(comparison: ComparisonDocument) -> dict[str, Any]:
    """Return the holdout as Hugging Face names a data set; its revision is the digest of what judged."""
    name = {"type": "holdout", "name": "holdout", "split": "test"}
    if comparison.holdout is None:
        return name
    return {**name, "name": comparison.holdout.path, "revision": comparison.holdout.identity}


def _metrics(report: ReportDocument) -> list[dict[str, Any]]:
    """Return each metric of the candidate once, those that rules name first."""
    rules = ((rule.metric, rule.candidate) for rule in report.rules if rule.slice is None)
    others = ((metric.metric, metric.candidate) for metric in (report.comparison.metrics if report.comparison else ()))
    pairs = dict.fromkeys((name, value) for name, value in (*rules, *others) if value is not None)
    return [{"type": name, "value": value, "name": name} for name, value in pairs]
