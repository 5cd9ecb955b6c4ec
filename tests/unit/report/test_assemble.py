"""A report from documents and a verdict."""

from __future__ import annotations

from typing import Any

from tests import builders

from mlgate.core.documents.base import PolicySource
from mlgate.core.documents.report import Provenance, ReportDocument, StepStatus
from mlgate.core.documents.shared import Reason
from mlgate.core.gate.decide import Verdict
from mlgate.core.outcome import Outcome
from mlgate.core.report.assemble import DIFFERENCE_LINES, assemble, policy_difference


def a_verdict(**fields: Any) -> Verdict:
    return Verdict(
        **{
            "outcome": Outcome.WARN,
            "blocks": False,
            "status": 0,
            "reasons": (Reason(id="policy-would-fail"),),
            "proposed_outcome": Outcome.FAIL,
            "steps": (StepStatus(step="validate-data", outcome=Outcome.PASS),),
            **fields,
        }
    )


def made(**fields: Any) -> ReportDocument:
    return assemble(
        **{
            "verdict": a_verdict(),
            "base": builders.a_base(),
            "data": builders.a_data(),
            "training": builders.a_training(),
            "comparison": builders.a_comparison(),
            "model": "flight-delays",
            "difference": ("-a", "+b"),
            "reads": {"data.json": "1"},
            **fields,
        }
    )


def test_the_verdict_is_taken_as_it_is() -> None:
    report = made()
    assert (report.outcome, report.blocks, report.status) == (Outcome.WARN, False, 0)
    assert report.policy.proposed_outcome is Outcome.FAIL
    assert report.policy.difference == ("-a", "+b")
    assert (report.event, report.pull_request, report.model) == ("pull_request", 17, "flight-delays")
    assert report.rules == builders.a_comparison().rules
    assert report.reads == {"data.json": "1"}


def test_provenance_comes_from_the_documents() -> None:
    bound = made().provenance
    assert (bound.commit, bound.base) == ("c" * 40, "b" * 40)
    assert bound.data_digests == {"train": builders.digest("4"), "holdout": builders.digest("6")}
    assert bound.contract_digests == {f"contracts/flights.yml:{s}": builders.digest("5") for s in ("new", "old")}
    assert (bound.model_digest, bound.predictions_digest) == (builders.digest("8"), builders.digest("9"))
    assert bound.holdout_digest == builders.digest("a")
    assert not bound.dirty


def test_the_judging_configuration_is_the_bases_where_the_base_judges() -> None:
    both = {"config_digest": "new", "base_config_digest": "old"}
    digests = {
        source: made(base=builders.a_base(policy=source, **both)).provenance.config_digest for source in PolicySource
    }
    assert digests == {
        PolicySource.BASE: "old",
        PolicySource.REMOVED: "old",
        PolicySource.WORKING_COPY: "new",
        PolicySource.INTRODUCED: "new",
    }


def test_nothing_at_all_is_still_a_report() -> None:
    report = made(base=None, data=None, training=None, comparison=None)
    assert report.rules == ()
    assert report.provenance == Provenance()


def test_a_dirty_tree_is_said() -> None:
    assert made(base=builders.a_base(dirty=("train.py",))).provenance.dirty
    assert made(base=None, training=builders.a_training(dirty=True)).provenance.dirty


def test_a_damaged_document_is_not_called_missing_too() -> None:
    damaged = Reason(id="document-invalid", message="x", step="train-model")
    missing = Reason(id="document-missing", message="y", step="train-model")
    other = Reason(id="document-missing", message="z", step="validate-data")
    assert made(verdict=a_verdict(reasons=(damaged, missing, other))).reasons == (damaged, other)


def test_a_difference_is_unified() -> None:
    old, new = b"a: 1\nb: 2\n", b"a: 1\nb: 3\n"
    shown = policy_difference(old, new, "mlgate.yml")
    assert shown == ("--- base:mlgate.yml", "+++ mlgate.yml", "@@ -1,2 +1,2 @@", " a: 1", "-b: 2", "+b: 3")
    assert policy_difference(old, old, "mlgate.yml") == ()


def test_a_removed_or_new_configuration_is_a_difference() -> None:
    assert policy_difference(b"a: 1\n", None, "m.yml")[:2] == ("--- base:m.yml", "+++ /dev/null")
    assert policy_difference(None, b"a: 1\n", "m.yml")[:2] == ("--- /dev/null", "+++ m.yml")


def test_a_long_difference_is_cut_and_says_so() -> None:
    new = "".join(f"k{i}: 1\n" for i in range(1_000)).encode()
    shown = policy_difference(b"", new, "m.yml")
    assert len(shown) == DIFFERENCE_LINES
    assert shown[-1] == "804 more lines"
    assert policy_difference(b"", b"a\n" * 30_000, "m.yml") == ("m.yml is too long to show its difference",)


def test_a_difference_has_no_control_characters_and_bounded_lines() -> None:
    (line,) = [x for x in policy_difference(b"", b"\x1b[31m" + b"x" * 9_000 + b"\xff\n", "m.yml") if x[:2] == "+\ufffd"]
    assert len(line) == 400
