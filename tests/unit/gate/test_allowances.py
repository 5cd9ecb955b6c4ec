"""What a policy lets pass as a warning, and that nothing makes a pass."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import a_base, a_comparison, a_rule, a_training

from mlgate.core.config.gate import ACCEPTABLE
from mlgate.core.config.model import Config, Gate, OnChange, OnInconclusive, Rule, Severity, Train
from mlgate.core.config.waivers import Waiver
from mlgate.core.documents.comparison import RuleResult, Waived
from mlgate.core.gate import judgement
from mlgate.core.gate.allowances import Allowances
from mlgate.core.gate.decide import decide
from mlgate.core.gate.policy import Policy
from mlgate.core.outcome import Outcome
from mlgate.core.reasons import REASONS

PASS, WARN, OPEN, FAIL = Outcome.PASS, Outcome.WARN, Outcome.INCONCLUSIVE, Outcome.FAIL
TODAY = "2026-06-30"
RULE = Rule(id="r", metric="accuracy", against="base", margin=0.01)


def waiver(**fields: Any) -> Waiver:
    return Waiver(**{"rule": "r", "reason": "Known", "who": "jane", "until": "2026-12-31", **fields})


def result(**fields: Any) -> RuleResult:
    given_fields = {"id": "r", "outcome": FAIL, "reasons": ("drop",), "message": "It dropped.", **fields}
    return a_rule(**given_fields)


def over(one: RuleResult, *waivers: Waiver, gate: Gate | None = None, today: str = TODAY) -> RuleResult:
    allowed = Allowances(gate=gate or Gate(rules=(RULE,)), waivers=waivers, today=today)
    return allowed.over([one])[0]


def test_a_waived_rule_warns_and_says_who_why_and_until_when() -> None:
    after = over(result(), waiver())
    assert (after.outcome, after.reasons) == (WARN, ("waived", "drop"))
    assert after.waived == Waived(reason="Known", who="jane", until="2026-12-31")
    assert after.message == "waived by jane until 2026-12-31: Known. It dropped."


@pytest.mark.parametrize(("today", "outcome"), [("2026-12-31", WARN), ("2027-01-01", FAIL), ("", FAIL)])
def test_a_waiver_counts_until_its_last_day(today: str, outcome: Outcome) -> None:
    after = over(result(), waiver(), today=today)
    assert after.outcome is outcome
    if outcome is FAIL:
        assert after.reasons == ("drop", "waiver-expired")
        assert after.message == "It dropped. The waiver of jane ended on 2026-12-31."
        assert after.waived is None


def test_of_several_waivers_the_longest_counts() -> None:
    assert over(result(), waiver(until="2026-01-01"), waiver(until="2026-07-01")).outcome is WARN
    assert over(result(), waiver(until="2026-07-01"), waiver(until="2026-01-01")).outcome is WARN


@pytest.mark.parametrize(
    "fields",
    [
        {"outcome": PASS, "reasons": ()},
        {"outcome": OPEN, "reasons": ("holdout-too-small",)},
        {"outcome": WARN, "severity": Severity.WARN},
        {"id": "another"},
    ],
)
def test_what_does_not_block_needs_no_waiver(fields: dict[str, Any]) -> None:
    assert over(result(**fields), waiver()) == result(**fields)
    assert over(result(**fields), waiver(until="2026-01-01")) == result(**fields)


def test_an_inconclusive_rule_is_waived_where_it_would_block() -> None:
    gate = Gate(rules=(RULE,), on_inconclusive=OnInconclusive.FAIL)
    after = over(result(outcome=OPEN, reasons=("holdout-too-small",)), waiver(), gate=gate)
    assert (after.outcome, after.reasons) == (WARN, ("waived", "holdout-too-small"))


def test_a_waiver_of_a_slice_covers_that_slice() -> None:
    assert over(result(slice="c = 1"), waiver(slice="c = 1")).outcome is WARN
    assert over(result(slice="c = 2"), waiver(slice="c = 1")).outcome is FAIL
    assert over(result(slice="c = 2"), waiver()).outcome is WARN


def test_waivers_that_cover_nothing_are_told() -> None:
    allowed = Allowances(
        gate=Gate(rules=(RULE,)),
        waivers=(waiver(), waiver(rule="gone"), waiver(slice="c = 1"), waiver(slice="c = 2")),
        today=TODAY,
    )
    told = list(allowed.unknown([result(slice="c = 1")]))
    assert [reason.id for reason in told] == ["waiver-unknown"] * 2
    assert "there is no rule 'gone', which jane waived until 2026-12-31" in told[0].message
    assert "the rule 'r' has no slice 'c = 2'" in told[1].message


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_only_what_can_be_accepted_is(reason: str) -> None:
    gate = Gate(rules=(RULE,), accept_reasons=(reason,))
    after = over(result(reasons=(reason,), message="Why."), gate=gate)
    assert after.outcome is (WARN if reason in ACCEPTABLE else FAIL)
    assert after.reasons == (reason,)
    if reason in ACCEPTABLE:
        assert after.message == "Why. `gate.accept-reasons` takes this as a warning."


def test_a_reason_is_accepted_where_it_is_the_cause_and_no_note() -> None:
    gate = Gate(rules=(RULE,), accept_reasons=ACCEPTABLE)
    assert over(result(reasons=("drop", "slice-empty")), gate=gate).outcome is FAIL


def decided(gate: Gate, *results: RuleResult) -> Outcome:
    """Return the verdict on a run that is sound but for what its rules say."""
    config = Config(path="mlgate.yml", version=1, train=Train(run="x"), gate=gate)
    policy = Policy(base=a_base(), working=config, judging=config)
    comparison = a_comparison(rules=results, outcome=PASS)
    verdict = decide(policy=policy, base=a_base(), data=None, training=a_training(), comparison=comparison)
    assert verdict.blocks is (verdict.status != 0)
    return verdict.outcome


def test_a_measured_rule_passes() -> None:
    assert decided(Gate(rules=(RULE,)), result(outcome=PASS, reasons=())) is PASS


def test_a_waived_result_that_claims_to_pass_warns() -> None:
    waived = Waived(reason="Known", who="jane", until="2026-12-31")
    gate = Gate(rules=(RULE,))
    found = [*judgement.of_comparison(a_comparison(), (result(outcome=PASS, waived=waived),), gate, complete=True)]
    assert found[0].outcome is WARN
    assert found[0].reason.id == "drop"


def test_a_rule_on_the_whole_holdout_is_not_measured_by_a_slice() -> None:
    gate = Gate(rules=(RULE,))
    ids = [
        j.reason.id
        for j in judgement.of_comparison(
            a_comparison(), (result(outcome=PASS, reasons=(), slice="c = 1"),), gate, complete=True
        )
    ]
    assert "metric-vanished" in ids


UNMEASURED = sorted(
    {
        "baseline-missing",
        "baseline-unpinned",
        "metric-undefined",
        "metric-vanished",
        "slice-empty",
        "slice-column-missing",
    }
)
broken = st.sampled_from(UNMEASURED)
gates = st.builds(
    Gate,
    on_inconclusive=st.sampled_from(OnInconclusive),
    on_holdout_change=st.sampled_from(OnChange),
    on_contract_change=st.sampled_from(OnChange),
    accept_reasons=st.lists(st.sampled_from(sorted(REASONS)), unique=True, max_size=8).map(tuple),
    rules=st.sampled_from([Severity.FAIL, Severity.WARN]).map(lambda s: (dataclasses.replace(RULE, severity=s),)),
)
waivers = st.lists(
    st.builds(
        waiver,
        rule=st.sampled_from(["r", "other"]),
        slice=st.none() | st.just("c = 1"),
        until=st.sampled_from(["2026-01-01", "2026-12-31"]),
    ),
    max_size=3,
).map(tuple)


@given(gate=gates, waived=waivers, reason=broken, today=st.sampled_from(["2025-01-01", TODAY, "2030-01-01", ""]))
def test_no_policy_and_no_waiver_makes_a_pass_of_what_was_not_measured(
    gate: Gate, waived: tuple[Waiver, ...], reason: str, today: str
) -> None:
    severity = gate.rules[0].severity
    blank = RuleResult(
        id="r", metric="accuracy", against="base", outcome=Outcome(severity.value), severity=severity, reasons=(reason,)
    )
    after = Allowances(gate=gate, waivers=waived, today=today).over([blank])
    assert decided(gate, *after) in (WARN, FAIL)
    assert reason in after[0].reasons


@given(
    gate=gates,
    outcome=st.sampled_from(Outcome),
    numbers=st.sampled_from([{}, {"candidate": 0.5}, {"difference": 0.1}]),
    reasons=st.lists(broken | st.sampled_from(["identical", "few-differing-rows"]), max_size=2).map(tuple),
)
def test_no_document_makes_a_pass_of_what_has_no_numbers(
    gate: Gate, outcome: Outcome, numbers: dict[str, float], reasons: tuple[str, ...]
) -> None:
    claimed = RuleResult(id="r", metric="accuracy", against="base", outcome=outcome, reasons=reasons, **numbers)  # type: ignore[arg-type]
    assert decided(gate, claimed) is not PASS


@given(gate=gates, others=st.lists(st.sampled_from(["s", "R", "r "]), unique=True))
def test_a_rule_without_a_result_never_passes(gate: Gate, others: list[str]) -> None:
    results = [result(id=name, outcome=PASS, reasons=()) for name in others]
    assert decided(gate, *results) is not PASS
