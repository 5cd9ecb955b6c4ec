"""The verdict: which outcome blocks, what is missing, what a pull request did to the policy; and that nothing slips."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import builders as a

from mlgate.core.config.model import (
    Baseline,
    BaselineKind,
    Config,
    Gate,
    OnChange,
    OnInconclusive,
    Promote,
    Rule,
    Severity,
    SlicePolicy,
    Table,
    Train,
)
from mlgate.core.documents.base import BaseDocument, PolicySource
from mlgate.core.documents.comparison import BaselineResult, ComparisonDocument, RuleResult
from mlgate.core.documents.data import ContractSide, DataDocument
from mlgate.core.documents.shared import Failure, Reason
from mlgate.core.documents.training import TrainingDocument
from mlgate.core.gate.decide import Verdict, decide, needed_steps
from mlgate.core.gate.policy import Policy
from mlgate.core.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

PASS, WARN, INCONCLUSIVE, FAIL = Outcome
RULES = (
    Rule(id="roc_auc vs promoted", metric="roc_auc", against="promoted", margin=0.005),
    Rule(id="recall >= 0.6", metric="recall", at_least=0.6),
)
CONFIG = Config(
    path="mlgate.yml",
    version=1,
    tables=(Table(name="train", path="data/train.csv"), Table(name="holdout", path="data/holdout.csv")),
    train=Train(run="python train.py"),
    baselines=(Baseline(name="promoted", kind=BaselineKind.PROMOTED),),
    gate=Gate(rules=RULES),
)
ERROR = Failure(reason="training-failed", message="the command ended with status 1", remedy="", status=5)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One run; a sound one unless fields say otherwise."""

    base: BaseDocument = a.a_base()  # noqa: RUF009 - frozen
    judging: Config = CONFIG
    working: Config = CONFIG
    proposed: Config | None = None
    data: DataDocument | None = a.a_data()  # noqa: RUF009 - frozen
    training: TrainingDocument | None = a.a_training()  # noqa: RUF009 - frozen
    comparison: ComparisonDocument | None = a.a_comparison()  # noqa: RUF009 - frozen
    problems: tuple[Reason, ...] = ()

    @property
    def policy(self) -> Policy:
        return Policy(base=self.base, working=self.working, judging=self.judging, proposed=self.proposed)

    def decide(self) -> Verdict:
        return decide(
            policy=self.policy,
            base=self.base,
            data=self.data,
            training=self.training,
            comparison=self.comparison,
            problems=self.problems,
        )


def comparison_of(*rules: RuleResult, **fields: Any) -> ComparisonDocument:
    outcome = max((rule.outcome for rule in rules), key=tuple(Outcome).index, default=PASS)
    return a.a_comparison(rules=rules, **{"outcome": outcome, **fields})


def gate(**fields: Any) -> Config:
    return replace(CONFIG, gate=replace(CONFIG.gate, **fields))


def ids(verdict: Verdict) -> list[str]:
    return [reason.id for reason in verdict.reasons]


def a_warning() -> RuleResult:
    return a.a_failing_rule(severity=Severity.WARN)


WARNING_GATE = gate(rules=(replace(RULES[0], severity=Severity.WARN), RULES[1]))
UNSURE = comparison_of(a.an_inconclusive_rule(id=RULES[0].id), a.a_floor())


def test_a_sound_run_passes() -> None:
    verdict = Case().decide()
    assert (verdict.outcome, verdict.blocks, verdict.status, verdict.reasons) == (PASS, False, 0, ())
    assert [(step.step, step.outcome) for step in verdict.steps] == [
        ("fetch-base", PASS),
        ("validate-data", PASS),
        ("train-model", PASS),
        ("compare-models", PASS),
    ]
    assert verdict.proposed_outcome is None


@pytest.mark.parametrize(
    ("case", "outcome", "status"),
    [
        (Case(), PASS, 0),
        (Case(comparison=comparison_of(a.a_failing_rule(), a.a_floor())), FAIL, 3),
        (Case(comparison=comparison_of(a_warning(), a.a_floor()), judging=WARNING_GATE), WARN, 0),
        (Case(comparison=UNSURE), INCONCLUSIVE, 0),
        (Case(comparison=UNSURE, judging=gate(on_inconclusive=OnInconclusive.PASS)), INCONCLUSIVE, 0),
        (Case(comparison=UNSURE, judging=gate(on_inconclusive=OnInconclusive.FAIL)), INCONCLUSIVE, 4),
        (
            Case(
                comparison=comparison_of(a.an_inconclusive_rule(id=RULES[0].id), a.a_floor(outcome=FAIL)),
                judging=gate(on_inconclusive=OnInconclusive.FAIL),
            ),
            FAIL,
            3,
        ),
    ],
)
def test_the_worst_rule_decides(case: Case, outcome: Outcome, status: int) -> None:
    verdict = case.decide()
    assert (verdict.outcome, verdict.status, verdict.blocks) == (outcome, status, status != 0)


def test_severity_comes_from_the_policy_that_judges() -> None:
    forged = comparison_of(a_warning(), a.a_floor())
    assert Case(comparison=forged).decide().outcome is FAIL


def test_a_rule_that_only_warns_never_blocks() -> None:
    judging = replace(WARNING_GATE, gate=replace(WARNING_GATE.gate, on_inconclusive=OnInconclusive.FAIL))
    assert Case(comparison=UNSURE, judging=judging).decide().outcome is WARN


@pytest.mark.parametrize("step", ["data", "training", "comparison"])
def test_a_document_that_is_missing_fails(step: str) -> None:
    absent: dict[str, Any] = {step: None}
    verdict = replace(Case(), **absent).decide()
    assert (verdict.outcome, verdict.status) == (FAIL, 3)
    assert ids(verdict) == ["document-missing"]
    assert [s.outcome for s in verdict.steps].count(None) == 1


@pytest.mark.parametrize(
    "case",
    [
        Case(training=replace(a.a_training(), commit="b" * 40)),
        Case(comparison=replace(a.a_comparison(), candidate_digest="0" * 64)),
    ],
)
def test_documents_about_another_candidate_fail(case: Case) -> None:
    """Trained at another commit, or compared from other bytes than were trained: yesterday's documents never pass."""
    verdict = case.decide()
    assert verdict.outcome is FAIL
    assert "document-stale" in ids(verdict)


@pytest.mark.parametrize("step", ["data", "training", "comparison"])
def test_a_step_that_could_not_finish_fails_by_its_own_reason(step: str) -> None:
    document = replace(getattr(Case(), step), error=ERROR)
    verdict = replace(Case(), **{step: document}).decide()
    assert (verdict.outcome, verdict.status) == (FAIL, 3)
    assert ids(verdict) == ["training-failed"]
    assert [s.message for s in verdict.steps if s.outcome is FAIL] == [ERROR.message]


@pytest.mark.parametrize("reason", ["config-invalid", "base-unreadable", "input-unreadable", "usage"])
def test_wrong_use_has_its_own_status(reason: str) -> None:
    verdict = Case(training=a.a_training(error=replace(ERROR, reason=reason))).decide()
    assert (verdict.outcome, verdict.status, verdict.blocks) == (FAIL, 2, True)


def test_without_a_policy_nothing_passes() -> None:
    documents: dict[str, Any] = {"base": None, "data": None, "training": None, "comparison": None}
    assert decide(policy=None, **documents).status == 3
    problem = Reason(id="config-invalid", message="mlgate.yml: 2 problems", step="build-report")
    verdict = decide(policy=None, problems=(problem,), **documents)
    assert (verdict.outcome, verdict.status, verdict.reasons) == (FAIL, 2, (problem,))
    sound = decide(policy=None, base=a.a_base(), data=a.a_data(), training=a.a_training(), comparison=a.a_comparison())
    assert sound.outcome is FAIL


@pytest.mark.parametrize("problem", ["document-stale", "document-invalid", "document-missing"])
def test_a_problem_of_the_run_fails(problem: str) -> None:
    verdict = Case(problems=(Reason(id=problem, message="x", step="build-report"),)).decide()
    assert (verdict.outcome, verdict.status, ids(verdict)) == (FAIL, 3, [problem])


TABLES_ONLY = Config(path="mlgate.yml", version=1, tables=CONFIG.tables)


@pytest.mark.parametrize(
    ("config", "needed"),
    [
        (TABLES_ONLY, {"validate-data"}),
        (replace(TABLES_ONLY, train=Train(run="x")), {"validate-data", "train-model"}),
        (CONFIG, {"validate-data", "train-model", "compare-models"}),
        (replace(CONFIG, train=None), {"validate-data", "train-model", "compare-models"}),
        (Config(path="mlgate.yml", version=1), set()),
    ],
)
def test_which_steps_a_configuration_needs(config: Config, needed: set[str]) -> None:
    case = Case(judging=config, working=config)
    assert needed_steps(case.policy) == needed


def test_a_step_that_is_not_needed_is_not_missing() -> None:
    case = Case(judging=TABLES_ONLY, working=TABLES_ONLY, training=None, comparison=None)
    problem = Reason(id="document-missing", step="train-model")
    assert case.decide().outcome is PASS
    assert replace(case, problems=(problem,)).decide().outcome is PASS
    assert [step.message for step in case.decide().steps][2:] == ["not needed", "not needed"]


def test_a_pull_request_cannot_drop_the_rules_of_its_base() -> None:
    case = Case(working=TABLES_ONLY, proposed=TABLES_ONLY, training=None, comparison=None)
    assert case.decide().outcome is FAIL


def test_a_rule_without_a_result_fails() -> None:
    verdict = Case(comparison=comparison_of(a.a_rule())).decide()
    assert (verdict.outcome, ids(verdict)) == (FAIL, ["metric-vanished"])


def test_a_table_without_a_result_fails() -> None:
    verdict = Case(data=a.a_data(tables=(a.a_table(),))).decide()
    assert (verdict.outcome, ids(verdict)) == (FAIL, ["document-invalid"])


def test_broken_data_fails_once_with_the_finding() -> None:
    tables = (*a.a_broken_data().tables, a.a_table(name="holdout"))
    verdict = Case(data=a.a_broken_data(tables=tables)).decide()
    assert (verdict.outcome, ids(verdict)) == (FAIL, ["contract-broken"])
    assert "one of AA" in verdict.reasons[0].message


def test_data_that_only_warns_warns() -> None:
    table = a.a_table(outcome=WARN, findings=(a.a_finding(severity=Severity.WARN),))
    data = a.a_data(outcome=WARN, tables=(table, a.a_table(name="holdout")))
    assert Case(data=data).decide().outcome is WARN


def test_a_comparison_that_stopped_gives_its_reason_and_not_one_a_rule() -> None:
    reason = Reason(id="predictions-incomplete", message="3 rows have no prediction")
    verdict = Case(comparison=comparison_of(outcome=FAIL, reasons=(reason,))).decide()
    assert (verdict.outcome, ids(verdict)) == (FAIL, ["predictions-incomplete"])
    assert verdict.reasons[0].step == "compare-models"


@pytest.mark.parametrize(("choice", "outcome"), [(OnChange.FAIL, FAIL), (OnChange.WARN, WARN)])
@pytest.mark.parametrize("reason", ["holdout-changed", "holdout-unpinned"])
def test_a_changed_holdout_is_what_the_policy_says(choice: OnChange, outcome: Outcome, reason: str) -> None:
    comparison = a.a_comparison(outcome=outcome, reasons=(Reason(id=reason),))
    assert Case(comparison=comparison, judging=gate(on_holdout_change=choice)).decide().outcome is outcome


def test_a_reason_that_nobody_knows_fails() -> None:
    assert Case(comparison=a.a_comparison(reasons=(Reason(id="from-the-future"),))).decide().outcome is FAIL


@pytest.mark.parametrize("step", ["data", "training", "comparison"])
def test_an_outcome_that_no_reason_explains_still_counts(step: str) -> None:
    document = replace(getattr(Case(), step), outcome=FAIL)
    verdict = replace(Case(), **{step: document}).decide()
    assert (verdict.outcome, ids(verdict)) == (FAIL, ["step-failed"])


def test_an_empty_registry_passes_and_is_said_first() -> None:
    rule = a.a_rule(reasons=("registry-empty",), baseline=None, difference=None, interval=None, message="nothing")
    baselines = (BaselineResult(name="promoted", kind=BaselineKind.PROMOTED, available=False, reason="registry-empty"),)
    base = a.a_base(dirty=("a",))
    verdict = Case(base=base, comparison=comparison_of(rule, a.a_floor(), baselines=baselines)).decide()
    assert (verdict.outcome, ids(verdict)) == (PASS, ["registry-empty", "working-copy-dirty"])


def test_an_empty_registry_is_said_once_however_many_rules_ask_for_it() -> None:
    empty = {"reasons": ("registry-empty",), "baseline": None, "difference": None, "interval": None, "message": "none"}
    told = (Reason(id="registry-empty", message="none", step="compare-models"),)
    rules = (a.a_rule(**empty), a.a_floor(**empty))
    assert ids(Case(comparison=comparison_of(*rules, reasons=told)).decide()) == ["registry-empty"]


def test_a_refused_model_warns_with_its_remedy_and_never_blocks() -> None:
    refused = Reason(id="model-refused", message="a pickle\nlines", step="train-model", remedy="Save it as skops.")
    training = a.a_training(outcome=WARN, reasons=(refused,))
    verdict = Case(training=training).decide()
    assert (verdict.outcome, verdict.status, verdict.reasons) == (WARN, 0, (refused,))
    assert [s.message for s in verdict.steps if s.step == "train-model"] == ["model-refused: a pickle"]


@pytest.mark.parametrize(
    ("uses", "budget", "worn"),
    [(0, 1, False), (1, 1, True), (4, 5, False), (5, 5, True), (9, 5, True), (9, None, False), (None, 5, True)],
)
def test_a_pass_of_a_worn_holdout_is_a_warning(uses: int | None, budget: int | None, worn: bool) -> None:
    config = gate(holdout_budget=budget)
    verdict = Case(judging=config, working=config, comparison=a.a_comparison(holdout_uses=uses)).decide()
    assert verdict.outcome is (WARN if worn else PASS)
    assert not verdict.blocks
    assert ids(verdict) == (["holdout-worn"] if worn else [])


def test_a_worn_holdout_makes_no_verdict_better_and_none_a_failure() -> None:
    config = gate(holdout_budget=1)
    for comparison, outcome in ((UNSURE, INCONCLUSIVE), (comparison_of(a.a_failing_rule(), a.a_floor()), FAIL)):
        worn = replace(comparison, holdout_uses=7)
        assert Case(judging=config, working=config, comparison=worn).decide().outcome is outcome


def test_a_comparison_that_never_read_the_holdout_does_not_wear_it() -> None:
    config = gate(holdout_budget=1)
    comparison = a.a_comparison(holdout=None, rules=(), outcome=FAIL)
    assert "holdout-worn" not in ids(Case(judging=config, working=config, comparison=comparison).decide())


def test_unchanged_inputs_pass_and_need_nothing_more() -> None:
    base = a.a_base(inputs_unchanged=True)
    verdict = Case(base=base, data=None, training=None, comparison=None).decide()
    assert (verdict.outcome, verdict.status, ids(verdict)) == (PASS, 0, ["inputs-unchanged"])
    why = (Reason(id="inputs-unchanged", message="nothing was done"),)
    skipped = Case(
        base=base,
        data=DataDocument(reasons=why),
        training=TrainingDocument(reasons=why),
        comparison=ComparisonDocument(reasons=why),
    )
    assert (skipped.decide().outcome, ids(skipped.decide())) == (PASS, ["inputs-unchanged"])


@pytest.mark.parametrize("step", ["data", "training", "comparison"])
def test_a_step_that_was_skipped_without_ground_fails(step: str) -> None:
    document = replace(getattr(Case(), step), reasons=(Reason(id="inputs-unchanged"),))
    verdict = replace(Case(), **{step: document}).decide()
    assert (verdict.outcome, ids(verdict)) == (FAIL, ["document-stale"])


INTRODUCED = a.a_base(policy=PolicySource.INTRODUCED, base_config_digest=None)


@pytest.mark.parametrize(
    ("case", "outcome"),
    [
        (Case(), PASS),
        (Case(comparison=comparison_of(a.a_failing_rule(), a.a_floor())), WARN),
        (Case(comparison=UNSURE, judging=gate(on_inconclusive=OnInconclusive.FAIL)), WARN),
        (Case(comparison=None), WARN),
        (Case(training=a.a_training(error=ERROR)), WARN),
    ],
)
def test_the_pull_request_that_adopts_mlgate_is_never_blocked(case: Case, outcome: Outcome) -> None:
    verdict = replace(case, base=INTRODUCED).decide()
    assert (verdict.outcome, verdict.blocks, verdict.status) == (outcome, False, 0)
    assert "policy-introduced" in ids(verdict)


def test_but_a_configuration_that_cannot_be_read_would_break_all_that_follow() -> None:
    broken = a.a_data(error=replace(ERROR, reason="config-invalid"))
    verdict = Case(base=INTRODUCED, data=broken).decide()
    assert (verdict.outcome, verdict.status) == (FAIL, 2)


def test_a_configuration_that_is_removed_fails() -> None:
    verdict = Case(base=a.a_base(policy=PolicySource.REMOVED)).decide()
    assert (verdict.outcome, verdict.status, ids(verdict)) == (FAIL, 3, ["policy-removed"])


STRICT = gate(rules=(*RULES, Rule(id="accuracy >= 0.9", metric="accuracy", at_least=0.9)))
EDITED = a.a_base(policy_changed=("mlgate.yml",))
TOO_LOW = a.a_floor(id="accuracy >= 0.9", outcome=FAIL, reasons=("below-floor",))


@pytest.mark.parametrize(
    ("judged", "proposed", "outcome", "proposed_outcome", "reasons"),
    [
        ((a.a_rule(), a.a_floor()), (a.a_rule(), a.a_floor()), PASS, FAIL, ["policy-would-fail", "policy-changed"]),
        (
            (a.a_rule(), a.a_floor()),
            (a.a_rule(), a.a_floor(), TOO_LOW),
            WARN,
            FAIL,
            ["policy-would-fail", "policy-changed"],
        ),
        (
            (a.a_rule(), a.a_floor()),
            (a.a_rule(), a.a_floor(), a.a_floor(id="accuracy >= 0.9")),
            PASS,
            PASS,
            ["policy-changed"],
        ),
        (
            (a.a_failing_rule(), a.a_floor()),
            (a.a_rule(), a.a_floor(), a.a_floor(id="accuracy >= 0.9")),
            FAIL,
            PASS,
            ["worse-than-margin", "policy-changed"],
        ),
    ],
)
def test_the_old_policy_judges_and_the_new_one_is_told(
    judged: Iterable[RuleResult],
    proposed: tuple[RuleResult, ...],
    outcome: Outcome,
    proposed_outcome: Outcome,
    reasons: list[str],
) -> None:
    comparison = comparison_of(*judged, proposed_rules=proposed)
    verdict = Case(base=EDITED, working=STRICT, proposed=STRICT, comparison=comparison).decide()
    expected = WARN if "policy-would-fail" in reasons else outcome
    assert (verdict.outcome, verdict.proposed_outcome, ids(verdict)) == (expected, proposed_outcome, reasons)
    assert verdict.blocks is (outcome is FAIL)


def test_a_new_policy_that_would_block_the_inconclusive_is_told() -> None:
    proposed = gate(on_inconclusive=OnInconclusive.FAIL)
    comparison = replace(UNSURE, proposed_rules=UNSURE.rules)
    verdict = Case(base=EDITED, working=proposed, proposed=proposed, comparison=comparison).decide()
    assert (verdict.outcome, verdict.status) == (INCONCLUSIVE, 0)
    assert "policy-would-fail" in ids(verdict)


@pytest.mark.parametrize("field", ["key", "label", "group", "weight", "positive"])
def test_a_new_policy_that_compares_by_other_columns_has_not_been_tried(field: str) -> None:
    edit: dict[str, Any] = {field: "other"}
    proposed = replace(CONFIG, **edit)
    comparison = comparison_of(a.a_rule(), a.a_floor(), proposed_rules=(a.a_rule(), a.a_floor()))
    verdict = Case(base=EDITED, working=proposed, proposed=proposed, comparison=comparison).decide()
    assert (verdict.outcome, verdict.proposed_outcome, verdict.blocks) == (WARN, WARN, False)
    assert ids(verdict) == ["policy-untried", "policy-changed"]
    assert f"`{field}`" in verdict.reasons[0].message


def test_a_new_policy_that_makes_other_slices_has_not_been_tried() -> None:
    proposed = gate(slices=SlicePolicy(at_least=9))
    comparison = comparison_of(a.a_rule(), a.a_floor(), proposed_rules=(a.a_rule(), a.a_floor()))
    verdict = Case(base=EDITED, working=proposed, proposed=proposed, comparison=comparison).decide()
    assert (verdict.outcome, ids(verdict)[0]) == (WARN, "policy-untried")
    assert "`gate.slices`" in verdict.reasons[0].message


def test_an_edit_of_the_promotion_is_told_as_policy() -> None:
    proposed = replace(CONFIG, promote=Promote(accept=("pass", "inconclusive")))
    comparison = comparison_of(a.a_rule(), a.a_floor(), proposed_rules=(a.a_rule(), a.a_floor()))
    verdict = Case(base=EDITED, working=proposed, proposed=proposed, comparison=comparison).decide()
    assert (verdict.outcome, ids(verdict)) == (PASS, ["policy-changed"])
    assert verdict.reasons[0].message.endswith("and `promote` takes effect on merge")


def test_the_old_contract_does_not_count_against_the_new_policy() -> None:
    finding = a.a_finding(contract=ContractSide.OLD, reason="contract-old-broken")
    table = a.a_table(outcome=FAIL, findings=(finding,))
    data = a.a_data(outcome=FAIL, tables=(table, a.a_table(name="holdout")))
    comparison = comparison_of(a.a_rule(), a.a_floor(), proposed_rules=(a.a_rule(), a.a_floor()))
    verdict = Case(base=EDITED, proposed=CONFIG, data=data, comparison=comparison).decide()
    assert (verdict.outcome, verdict.proposed_outcome) == (FAIL, PASS)
    assert ids(verdict) == ["contract-old-broken", "policy-changed"]


def test_a_dirty_tree_is_a_note() -> None:
    verdict = Case(base=a.a_base(dirty=("a", "b", "c", "d"))).decide()
    assert (verdict.outcome, ids(verdict)) == (PASS, ["working-copy-dirty"])
    assert verdict.reasons[0].message.endswith("a, b, c and 1 more")


# Each way in which a run can be wrong, and what it may be at best where the policy lets it be no worse.
FLAWS: dict[str, tuple[dict[str, Any], Outcome]] = {
    "no data": ({"data": None}, FAIL),
    "no training": ({"training": None}, FAIL),
    "no comparison": ({"comparison": None}, FAIL),
    "data error": ({"data": a.a_data(error=ERROR)}, FAIL),
    "training error": ({"training": a.a_training(error=ERROR)}, FAIL),
    "comparison error": ({"comparison": a.a_comparison(error=ERROR)}, FAIL),
    "data fails": ({"data": a.a_data(outcome=FAIL)}, FAIL),
    "training fails": ({"training": a.a_training(outcome=FAIL)}, FAIL),
    "rule fails": ({"comparison": comparison_of(a.a_failing_rule(), a.a_floor())}, FAIL),
    "rule fails unsaid": ({"comparison": comparison_of(a.a_failing_rule(), a.a_floor(), outcome=PASS)}, FAIL),
    "rule vanished": ({"comparison": comparison_of(a.a_floor())}, FAIL),
    "no rules": ({"comparison": comparison_of()}, FAIL),
    "inconclusive": ({"comparison": UNSURE}, INCONCLUSIVE),
    "table vanished": ({"data": a.a_data(tables=())}, FAIL),
    "stale": ({"problems": (Reason(id="document-stale"),)}, FAIL),
    "removed": ({"base": a.a_base(policy=PolicySource.REMOVED)}, FAIL),
}
SOURCES = st.sampled_from([PolicySource.BASE, PolicySource.WORKING_COPY, PolicySource.INTRODUCED])


@given(
    flaws=st.lists(st.sampled_from(sorted(FLAWS)), min_size=1, max_size=4),
    source=SOURCES,
    choice=st.sampled_from(OnInconclusive),
    edits=st.booleans(),
    dirty=st.booleans(),
)
def test_nothing_that_is_wrong_passes(
    flaws: list[str], source: PolicySource, choice: OnInconclusive, edits: bool, dirty: bool
) -> None:
    fields: dict[str, Any] = {}
    for flaw in flaws:
        fields |= FLAWS[flaw][0]
    base = fields.pop("base", a.a_base(policy=source))
    base = replace(base, dirty=("a",) if dirty else (), policy_changed=("mlgate.yml",) if edits else ())
    config = gate(on_inconclusive=choice)
    verdict = Case(base=base, judging=config, proposed=CONFIG if edits else None, **fields).decide()
    assert verdict.outcome is not PASS
    assert verdict.reasons
    assert verdict.blocks is (verdict.status != 0)
    if base.policy is not PolicySource.INTRODUCED and verdict.outcome is FAIL:
        assert verdict.blocks


@given(st.sampled_from(sorted(FLAWS)))
def test_each_flaw_alone_comes_to_what_it_is(flaw: str) -> None:
    fields, outcome = FLAWS[flaw]
    assert Case(**fields).decide().outcome is outcome


outcomes = st.sampled_from(Outcome)


@given(
    rules=st.lists(outcomes, min_size=2, max_size=2),
    data=outcomes,
    training=outcomes,
    choice=st.sampled_from(OnInconclusive),
)
def test_the_verdict_is_the_worst_of_all(
    rules: list[Outcome], data: Outcome, training: Outcome, choice: OnInconclusive
) -> None:
    results = [a.a_rule(outcome=rules[0], reasons=("drop",)), a.a_floor(outcome=rules[1], reasons=("below-floor",))]
    verdict = Case(
        judging=gate(on_inconclusive=choice),
        data=a.a_data(outcome=data),
        training=a.a_training(outcome=training),
        comparison=comparison_of(*results),
    ).decide()
    assert verdict.outcome is max([*rules, data, training], key=tuple(Outcome).index)
    blocked = choice is OnInconclusive.FAIL and verdict.outcome is INCONCLUSIVE
    assert verdict.status == (3 if verdict.outcome is FAIL else 4 if blocked else 0)
