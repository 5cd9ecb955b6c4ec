"""From a report to an exit status."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from tests.builders import a_report

from mlgate.core import codec
from mlgate.core.documents.files import FILES
from mlgate.core.documents.report import ReportDocument
from mlgate.core.documents.shared import Reason
from mlgate.core.gate.enforcement import REPORT_FILE, REPORT_SCHEMA, Verdict, VerdictReason, explained, parse
from mlgate.core.outcome import Outcome

SOUND = {
    (Outcome.PASS, False, 0),
    (Outcome.WARN, False, 0),
    (Outcome.INCONCLUSIVE, False, 0),
    (Outcome.INCONCLUSIVE, True, 4),
    (Outcome.FAIL, True, 3),
    (Outcome.FAIL, True, 2),
}


def read(**fields: Any) -> Verdict:
    return parse(codec.dumps(a_report(**fields)).encode())


@pytest.mark.parametrize(
    ("outcome", "blocks", "status"), list(itertools.product(Outcome, [False, True], [-1, 0, 1, 2, 3, 4, 5, 70]))
)
def test_only_the_table_of_outcomes_is_believed(outcome: Outcome, blocks: bool, status: int) -> None:
    if (outcome, blocks, status) in SOUND:
        assert read(outcome=outcome, blocks=blocks, status=status).status == status
    else:
        with pytest.raises(codec.DecodeError, match="contradicts itself"):
            read(outcome=outcome, blocks=blocks, status=status)


def test_it_is_the_report_that_is_read() -> None:
    assert FILES[ReportDocument] == REPORT_FILE
    assert ReportDocument.__dataclass_fields__["schema"].default == REPORT_SCHEMA
    assert set(Verdict.__dataclass_fields__) <= set(ReportDocument.__dataclass_fields__)
    assert set(VerdictReason.__dataclass_fields__) == set(Reason.__dataclass_fields__)


@pytest.mark.parametrize("name", sorted(Verdict.__dataclass_fields__))
def test_each_field_of_the_verdict_has_to_be_there(name: str) -> None:
    plain = codec.to_plain(a_report())
    del plain[name]
    with pytest.raises(codec.DecodeError, match=name):
        parse(codec.dumps(plain).encode())


def test_the_verdict_comes_first_then_its_reasons() -> None:
    reasons = (Reason(id="drop", message="roc_auc fell\nby 0.02"), Reason(id="data-unreadable"))
    found = read(model="flights", outcome=Outcome.FAIL, blocks=True, status=3, reasons=reasons)
    assert explained(found).split("\n") == [
        "flights: fail, blocks the merge",
        "  drop: roc_auc fell by 0.02",
        "  data-unreadable",
    ]


def test_a_verdict_is_short_whatever_the_report_holds() -> None:
    reasons = tuple(Reason(id="drop", message="x" * 10_000) for _ in range(50))
    text = explained(read(model="m" * 10_000, outcome=Outcome.FAIL, blocks=True, status=3, reasons=reasons))
    assert len(text) < 4_000
    assert text.endswith("  and 45 more in the report")
