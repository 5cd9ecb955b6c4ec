"""Every method, every reason and every outcome has its words, and the numbers in them are the rule's."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests import builders

from mlgate.core.comparison.intervals.distributions import student_quantile
from mlgate.core.config.model import BaselineKind, Severity
from mlgate.core.documents.comparison import BaselineResult, Waived
from mlgate.core.explanation import choosing, wording
from mlgate.core.explanation.explain import explain
from mlgate.core.explanation.head import Head, head_of
from mlgate.core.explanation.methods import known
from mlgate.core.outcome import Outcome
from mlgate.core.reasons import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.documents.comparison import RuleResult

COMPARISON = Path(__file__).parents[3] / "scripts" / "mlgate" / "core" / "comparison"
HEAD = Head(corrected=3)


def told(rule: RuleResult, head: Head = HEAD) -> str:
    """Return all that is said of a rule, numbers with plain signs."""
    return wording.text([explain(rule, head)]).replace("\n    ", " ").replace("−", "-")  # noqa: RUF001 - a minus


def part(rule: RuleResult, title: str, head: Head = HEAD) -> tuple[str, ...]:
    return next((p.lines for p in explain(rule, head).parts if p.title == title), ())


def texts(node: ast.AST) -> Iterator[str]:
    return (n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str))


def methods() -> set[str]:
    """Return every name that the code of the comparison gives a method."""
    found: set[str] = set()
    for path in COMPARISON.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            named = (
                (isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "method" and node.value)
                or (node.value if isinstance(node, ast.keyword) and node.arg == "method" else None)
                or (isinstance(node, ast.FunctionDef) and node.name == "method" and ast.Tuple(node.body[1:]))  # type: ignore[arg-type]
            )
            found |= set(texts(named)) if named else set()
    return {name for name in found if re.fullmatch(r"[a-z][a-z-]+", name)}


def test_every_method_that_the_comparison_knows_has_words() -> None:
    names = methods()
    assert {"tango", "delong", "delta-t", "newcombe", "tango-weighted", "no-differing-row", "clopper-pearson"} <= names
    assert [name for name in sorted(names) if known(name) is None] == []


@pytest.mark.parametrize("method", sorted(methods()))
def test_the_method_stands_last_with_its_reason(method: str) -> None:
    rule = builders.a_rule(method=method, method_reason="it fits", interval=(0.001, 0.0115))
    found = known(method)
    lines = " ".join(explain(rule, HEAD).parts[-1].lines)
    assert found is not None
    assert found[0].words in lines
    assert found[1] in lines
    assert "Chosen because it fits." in lines


def test_a_method_without_words_is_still_named() -> None:
    assert part(builders.a_rule(method="brand-new"), "The method") == ("Method: brand-new.",)


@pytest.mark.parametrize("reason", sorted(REASONS))
@pytest.mark.parametrize("measured", [True, False])
def test_every_reason_is_explained_with_what_to_do(reason: str, measured: bool) -> None:
    fields: dict[str, Any] = {} if measured else {"candidate": None, "difference": None, "interval": None, "method": ""}
    rule = builders.a_failing_rule(reasons=(reason,), **fields)
    said = explain(rule, HEAD)
    assert f"`{reason}`: {REASONS[reason].meaning}" in part(rule, "How it was decided")
    assert said.summary
    assert part(rule, "What would change it")
    if not measured and REASONS[reason].remedy != "Nothing to do.":
        assert REASONS[reason].remedy in part(rule, "What would change it")


def test_an_inconclusive_rule_says_what_to_do_next() -> None:
    rule = builders.an_inconclusive_rule(standard_error=0.0049)
    said = told(rule)
    assert "4,000 rows cannot tell whether the candidate is worse than promoted by more than 0.005" in said
    assert "on about 31,500 in place of 4,000" in said
    assert "it must be about 0.014 for" in said
    assert "Merge knowingly" in said
    assert "nor that it is as good" in said
    assert "mlgate-waivers.yml" in told(rule, Head(blocks=True))
    assert "Merge knowingly" not in told(rule, Head(blocks=True))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rows_needed": None, "margin": 0.0}, "A margin above 0"),
        ({"rows_needed": 3_000}, "lies too near the margin"),
        ({"reasons": ("degenerate",), "standard_error": None}, "so that some of them show how the models differ"),
        ({"relative": True, "margin": 0.01, "standard_error": 0.0049}, "it must be about 3.2 %"),
    ],
)
def test_what_changes_an_inconclusive_rule_fits_its_cause(fields: dict[str, Any], said: str) -> None:
    assert said in told(builders.an_inconclusive_rule(**fields))


def test_each_condition_is_shown_with_its_numbers() -> None:
    lines = " ".join(part(builders.a_failing_rule(margin=0.005), "How it was decided"))
    shown = lines.replace("−", "-")  # noqa: RUF001 - a minus
    assert "-0.0412 ≥ -0.0050 does not hold" in shown
    assert "-0.0264 < 0 holds" in shown
    assert "-0.0338 < -0.0050 holds" in shown


def test_numbers_that_differ_look_different() -> None:
    rule = builders.a_rule(interval=(-0.0050004, 0.02), margin=0.005, outcome=Outcome.INCONCLUSIVE)
    assert "-0.0050004 ≥ -0.0050000 does not hold" in told(rule)


def test_the_formula_gives_the_interval_again() -> None:
    t = -student_quantile(0.025, 50)
    rule = builders.an_inconclusive_rule(
        method="delta-t", degrees=50.0, difference=-0.0023, interval=(-0.0023 - t * 0.004, -0.0023 + t * 0.004)
    )
    assert f"-0.0023 ± {t:.4g} × 0.004 (t with 50 degrees of freedom)" in told(rule)  # noqa: RUF001 - a formula


def test_counts_of_a_share_are_shown() -> None:
    rule = builders.a_rule(method="tango", gained=11.0, lost=18.0, pairs=920.0)
    assert "Of 920 rows that count, the candidate alone has 11 right and promoted alone 18" in told(rule)
    assert "gained = 11, lost = 18, n = 920, quantile 1.96" in told(rule)


def test_the_correction_says_what_it_did() -> None:
    rule = builders.a_failing_rule(
        outcome=Outcome.INCONCLUSIVE, reasons=("multiplicity",), p_value=0.013, adjusted_p_value=0.039
    )
    said = told(rule)
    assert "Alone it would fail" in said
    assert "0.013" in said
    assert "the probability is 0.039, and a block needs 0.025 or less" in said
    assert "half of the error each" in told(rule, Head(corrected=3, halved=True))
    still = builders.a_failing_rule(p_value=0.002, adjusted_p_value=0.006)
    assert "It still fails after Holm's correction for 3 results" in told(still)


GROWN: dict[str, Any] = {
    "against": "base",
    "at_most": None,
    "baseline": 2e7,
    "difference": -1e7,
    "margin": 0.2,
    "relative": True,
    "reasons": ("over-budget",),
}


def a_budget(**fields: Any) -> RuleResult:
    return builders.a_floor(
        **{
            "id": "model-size <= 20MB",
            "metric": "model-size",
            "at_least": None,
            "at_most": 2e7,
            "candidate": 3e7,
            "n": 0,
            "unit": "bytes",
            "interval": None,
            "method": "measured",
            "outcome": Outcome.FAIL,
            "reasons": ("above-ceiling",),
            **fields,
        }
    )


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (builders.a_rule(), "shown to be no worse than promoted by more than 0.005"),
        (builders.a_rule(margin=-0.001), "shown to be better than promoted by at least 0.001"),
        (builders.a_rule(margin=0.0), "shown to be no worse than promoted."),
        (builders.a_rule(relative=True, margin=0.02), "by more than 2 % of its value"),
        (builders.a_rule(method="identity", reasons=("identical",)), "nothing can have become worse"),
        (builders.a_failing_rule(), "by more than 0.005, and it is not chance"),
        (builders.a_failing_rule(reasons=("drop",)), "and likely by more than 0.005"),
        (builders.a_failing_rule(margin=-0.01), "not better than promoted by at least 0.01"),
        (builders.a_floor(), "on the right side of the limit"),
        (builders.a_floor(outcome=Outcome.FAIL, reasons=("below-floor",)), "on the wrong side"),
        (builders.a_floor(proven=True, outcome=Outcome.INCONCLUSIVE), "these rows do not prove it"),
        (builders.a_floor(proven=True, outcome=Outcome.INCONCLUSIVE, rows_needed=900), "about 900, if the value"),
        (builders.a_rule(candidate=None, reasons=("registry-empty",)), "Nothing has been promoted yet"),
        (builders.a_failing_rule(candidate=None, reasons=("metric-undefined",)), "what is not measured does not pass"),
        (a_budget(), "30 MB ≤ 20 MB does not hold"),
        (a_budget(), "model-size is 30 MB, not within what the rule accepts"),
        (a_budget(), "Bring the number to within the limit"),
        (a_budget(candidate=1.5e7, outcome=Outcome.PASS, reasons=()), "15 MB ≤ 20 MB holds"),
        (a_budget(**GROWN), "30 MB ≤ 24 MB does not hold"),
        (a_budget(**GROWN), "model-size must be at most that of base and 20 % of its value more"),
        (a_budget(**GROWN), REASONS["over-budget"].remedy.split(",", maxsplit=1)[0]),
        (a_budget(**GROWN | {"difference": None, "method": ""}), "what is not measured does not pass"),
        (builders.a_rule(slice="carrier = AA"), "roc_auc where carrier = AA"),
        (builders.a_failing_rule(severity=Severity.WARN, outcome=Outcome.WARN), "warns and never blocks"),
        (
            builders.a_failing_rule(waived=Waived(reason="known", who="ann", until="2026-12-31")),
            "waived until 2026-12-31 by ann: known",
        ),
    ],
)
def test_each_outcome_has_its_sentence(rule: RuleResult, said: str) -> None:
    assert said in told(rule)


def test_a_baseline_that_looks_at_nothing_proves_nothing_useful() -> None:
    dummy = BaselineResult(name="promoted", kind=BaselineKind.DUMMY, available=True)
    head = head_of(builders.a_comparison(baselines=(dummy,)))
    assert "looks at no column at all" in told(builders.a_rule(), head)


def test_the_head_counts_what_is_corrected() -> None:
    rules = (builders.a_rule(adjusted_p_value=1.0), builders.a_rule(adjusted_p_value=1.0, slice="a = 1"))
    head = head_of(builders.a_comparison(rules=(*rules, builders.a_floor())))
    assert (head.corrected, head.halved) == (2, True)


def test_values_from_files_cannot_pose_as_code() -> None:
    rule = builders.a_rule(id="a`b", slice="c`d", against="e`f", metric="g`h", by="i`j", method_reason="k`l")
    lines = [line for p in explain(rule, HEAD).parts for line in p.lines]
    assert all(line.count("`") % 2 == 0 for line in lines)
    assert all("'" in line for line in lines if "e'f" in line or "c'd" in line)
    assert not any("e`f" in line or "c`d" in line for line in lines)


RULES = (builders.a_rule(), builders.a_floor(), builders.an_inconclusive_rule(slice="carrier = AA"))


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("roc_auc vs promoted", ["roc_auc vs promoted"]),
        ("ROC", ["roc_auc vs promoted"]),
        ("0.6", ["recall >= 0.6"]),
        ("loss", ["log_loss vs promoted"]),
    ],
)
def test_a_rule_is_found_by_id_start_or_part(word: str, found: list[str]) -> None:
    chosen = choosing.of_rule(RULES, word)
    assert isinstance(chosen, tuple)
    assert [rule.id for rule in chosen] == found


def test_what_is_meant_must_be_one_rule() -> None:
    assert choosing.of_rule(RULES, "promoted") == "'promoted' may mean 'roc_auc vs promoted', 'log_loss vs promoted'"
    assert choosing.of_rule(RULES, "lgo_loss") == "no rule is called 'lgo_loss', did you mean 'log_loss'?"
    assert choosing.of_rule((), "x") == "there is no rule"
    assert choosing.of_slice(RULES, "AA") == (RULES[2],)
    assert choosing.of_slice(RULES, "carrier = AB") == "no slice is called 'carrier = AB', did you mean 'carrier = AA'?"
