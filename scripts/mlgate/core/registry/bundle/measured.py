"""The measured section of a model card: what the report says of the version, for people, every value escaped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.config import grammar
from mlgate.core.config.model import BaselineKind
from mlgate.core.registry.bundle.from_report import contracts_of
from mlgate.core.report import md, numbers, wording
from mlgate.core.report.md import paragraphs
from mlgate.core.report.untrusted import code, fenced, prose

if TYPE_CHECKING:
    from mlgate.core.documents.comparison import BaselineResult, RuleResult
    from mlgate.core.documents.report import ReportDocument

SPACE = md.Space(limit=200_000, measure=len)


@dataclass(frozen=True, kw_only=True)
class About:
    """What the report does not know of the version.

    Attributes:
        format: The model file's.
        runs_code: Whether loading it can run code.
        size: Bytes of the model.
        approved_by: Who agreed.
        run_url: Where people see the run that judged.
    """

    format: str | None = None
    runs_code: bool = False
    size: int | None = None
    approved_by: tuple[str, ...] = ()
    run_url: str = ""


def section(report: ReportDocument, about: About) -> str:
    """Return the section's Markdown, without the comments around it."""
    return paragraphs(
        "## Measured",
        _verdict(report, about),
        _rules(report),
        _baselines(report),
        "### Made from",
        _origin(report, about),
        _data(report),
        "### Environment",
        _environment(report),
        "### To get it back",
        _back(report),
    )


def _verdict(report: ReportDocument, about: About) -> str:
    reasons = ", ".join(code(reason, limit=40) for reason in dict.fromkeys(item.id for item in report.reasons))
    where = f" on pull request {report.pull_request}" if report.pull_request is not None else ""
    judged = f"The verdict{where} was **{report.outcome.value}**{f' ({reasons})' if reasons else ''}."
    agreed = ", ".join(code(name, limit=60) for name in about.approved_by)
    approved = f"Approved by {agreed}." if agreed else "The registry's log says who approved it for each stage."
    return f"{judged} {approved}" + (f" The run: {code(about.run_url, limit=300)}." if about.run_url else "")


def _rules(report: ReportDocument) -> str:
    if not report.rules:
        return "No rule was measured."
    head = ["Rule", ">Baseline", ">This model", ">Difference", wording.confidence(report.comparison), "Outcome"]
    return md.table(head, map(_rule, report.rules), space=SPACE)[0]


def _rule(rule: RuleResult) -> list[str]:
    places = wording.rule_decimals(rule)
    return [
        code(wording.rule_name(rule)),
        numbers.number(rule.baseline, places),
        numbers.number(rule.candidate, places),
        numbers.signed(rule.difference, places),
        numbers.interval(rule.interval, places, plus=not wording.is_floor(rule)),
        wording.LABELS[wording.rule_outcome(rule)],
    ]


def _baselines(report: ReportDocument) -> str:
    baselines = report.comparison.baselines if report.comparison else ()
    if not baselines:
        return ""
    head = ["Baseline", "Kind", "Version", "sha256 of its predictions"]
    return md.table(head, map(_baseline, baselines), space=SPACE)[0]


def _baseline(baseline: BaselineResult) -> list[str]:
    version = code(baseline.version, limit=40) if baseline.version else numbers.NONE
    seen = code(baseline.digest) if baseline.digest else code(baseline.reason or "not there", limit=40)
    if baseline.kind is BaselineKind.DUMMY and baseline.available:
        seen = "computed, not a file"
    return [code(baseline.name), baseline.kind.value, version, seen]


def _origin(report: ReportDocument, about: About) -> str:
    bound = report.provenance
    size = numbers.size(about.size) if about.size is not None else None
    contracts = sorted(contracts_of(bound.contract_digests).items())
    pairs = [
        ("Code", bound.commit, "commit"),
        ("Configuration", bound.config_digest, "sha256"),
        *((f"Contract {prose(path, limit=200)}", digest, "sha256") for path, digest in contracts),
        ("All inputs", bound.inputs_digest, "digest of git's entries"),
        ("Model", bound.model_digest, ", ".join(part for part in ("sha256", about.format, size) if part)),
        ("Holdout predictions", bound.predictions_digest, "sha256"),
    ]
    lines = [f"- {name}: {code(value)} ({prose(what)})" for name, value, what in pairs if value]
    if about.runs_code:
        lines.append("- **Loading this model can run code**: load it only if you trust who trained it.")
    return "\n".join(lines)


def _data(report: ReportDocument) -> str:
    bound = report.provenance
    if not bound.data_digests:
        return ""
    rows = {table.name: table.rows for table in report.data.tables} if report.data else {}
    cells = (_table(name, digest, rows.get(name)) for name, digest in sorted(bound.data_digests.items()))
    listed = md.table(["Table", ">Rows", "sha256"], cells, space=SPACE)[0]
    holdout = bound.holdout_digest
    identity = f"The holdout is {code(holdout)}, a digest of its key, label, group and weight." if holdout else ""
    return paragraphs(listed, identity)


def _table(name: str, digest: str, rows: int | None) -> list[str]:
    return [code(name), numbers.count(rows) if rows is not None else numbers.NONE, code(digest)]


def _environment(report: ReportDocument) -> str:
    found = report.training.environment if report.training else None
    if found is None:
        return "It is not known in which environment the model was trained."
    packages = numbers.counted(len(found.packages), "package")
    python = f"Python {code(found.python, limit=60)}" if found.python else "no Python"
    return f"Trained by {python} on {code(found.platform or 'an unknown platform')}. `environment.txt` pins {packages}."


def _back(report: ReportDocument) -> str:
    # What people type into a shell is to hold nothing but a name, whoever wrote the report.
    name = report.model if grammar.NAME.fullmatch(report.model) else "NAME"
    command = fenced([f"mlgate registry get VERSION --model {name} --to FOLDER"], language="sh")
    text = (
        "`VERSION` is a version, or a stage that points to one; `mlgate registry history` tells which is which. Each "
        "file is verified against the registry's log: the bytes that were judged come, or none. `manifest.json` lists "
        "them."
    )
    return paragraphs(command, text)
