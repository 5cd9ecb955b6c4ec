"""From a report to an exit status."""

from __future__ import annotations

import itertools

import pytest
from tests.builders import a_report

from mlgate.core.documents import Reason
from mlgate.core.gate.enforcement import contradiction, verdict
from mlgate.core.outcome import Outcome

SOUND = {
    (Outcome.PASS, False, 0),
    (Outcome.WARN, False, 0),
    (Outcome.INCONCLUSIVE, False, 0),
    (Outcome.INCONCLUSIVE, True, 4),
    (Outcome.FAIL, True, 3),
    (Outcome.FAIL, True, 2),
}


@pytest.mark.parametrize(
    ("outcome", "blocks", "status"), list(itertools.product(Outcome, [False, True], [-1, 0, 1, 2, 3, 4, 5, 70]))
)
def test_only_the_table_of_outcomes_is_believed(outcome: Outcome, blocks: bool, status: int) -> None:
    against = contradiction(a_report(outcome=outcome, blocks=blocks, status=status))
    assert (against is None) == ((outcome, blocks, status) in SOUND)


def test_the_verdict_comes_first_then_its_reasons() -> None:
    reasons = (Reason(id="drop", message="roc_auc fell\nby 0.02"), Reason(id="data-unreadable"))
    report = a_report(model="flights", outcome=Outcome.FAIL, blocks=True, status=3, reasons=reasons)
    assert verdict(report).split("\n") == [
        "flights: fail, blocks the merge",
        "  drop: roc_auc fell by 0.02",
        "  data-unreadable",
    ]


def test_a_verdict_is_short_whatever_the_report_holds() -> None:
    reasons = tuple(Reason(id="drop", message="x" * 10_000) for _ in range(50))
    text = verdict(a_report(model="m" * 10_000, outcome=Outcome.FAIL, blocks=True, status=3, reasons=reasons))
    assert len(text) < 4_000
    assert text.endswith("  and 45 more in the report")
