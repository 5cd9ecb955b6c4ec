"""The Markdown report: what it says, that its tables hold, and that it fits."""

from __future__ import annotations

import random
from typing import Any

import pytest
from tests import builders
from tests.unit.report.gfm import page

from mlgate.core.config.model import Severity
from mlgate.core.documents.base import PolicySource
from mlgate.core.documents.comparison import Confusion, Flips, MetricDifference
from mlgate.core.documents.data import FindingRow
from mlgate.core.documents.diff import ChangedCell, SchemaDiff, TableDiff
from mlgate.core.documents.report import PolicyReport, ReportDocument, StepStatus
from mlgate.core.documents.shared import Reason
from mlgate.core.documents.training import TrainingSource
from mlgate.core.outcome import Outcome
from mlgate.core.reasons import REASONS
from mlgate.core.report import md
from mlgate.core.report.markdown import SMALLEST_LIMIT, render_markdown, safe_link

HOSTILE = "`|@user #1 <img src=x onerror=alert(1)> [a](http://x.example) \n\n# h :smile: ```"


def test_the_first_line_is_the_verdict() -> None:
    assert render_markdown(builders.a_report()).splitlines()[0] == "## ✅ mlgate: flight-delays passes"
    assert render_markdown(builders.a_failing_report()).splitlines()[0] == "## ❌ mlgate: flight-delays fails"


@pytest.mark.parametrize(
    ("outcome", "blocks", "status", "words"),
    [
        (Outcome.PASS, False, 0, "passes"),
        (Outcome.WARN, False, 0, "passes with warnings"),
        (Outcome.INCONCLUSIVE, False, 0, "is inconclusive"),
        (Outcome.INCONCLUSIVE, True, 4, "is inconclusive and blocked"),
        (Outcome.FAIL, True, 3, "fails"),
        (Outcome.FAIL, True, 2, "could not be judged"),
    ],
)
def test_each_verdict_has_its_words(outcome: Outcome, blocks: bool, status: int, words: str) -> None:
    report = builders.a_report(outcome=outcome, blocks=blocks, status=status)
    first, _, consequence = render_markdown(report).splitlines()[:3]
    assert first.endswith(f"flight-delays {words}")
    assert consequence.endswith("The merge is blocked." if blocks else "The merge is not blocked.")


def test_reasons_stand_before_the_rules_with_what_to_do() -> None:
    text = render_markdown(builders.a_failing_report())
    assert text.index("<code>worse-than-margin</code>") < text.index("| Rule |")
    assert f"→ {REASONS['worse-than-margin'].remedy.split(',')[0]}" in text


def test_what_to_do_is_said_once_for_all_reasons_of_a_kind() -> None:
    reasons = tuple(Reason(id="document-missing", message=f"step {i}") for i in range(3))
    assert render_markdown(builders.a_failing_report(reasons=reasons)).count("→") == 1


def test_a_note_asks_for_nothing() -> None:
    report = builders.a_report(reasons=(Reason(id="policy-changed", message="mlgate.yml"),))
    assert "→" not in render_markdown(report)


def test_a_message_of_several_lines_keeps_them() -> None:
    reason = Reason(id="config-invalid", message="mlgate.yml: 2 problems\nmlgate.yml:3:1: x\n    Correct it.")
    shown = page(render_markdown(builders.a_failing_report(reasons=(reason,))))
    assert "mlgate.yml:3:1: x\n    Correct it.\n" in shown.text


def test_what_a_reason_of_the_verdict_says_stands_beside_no_rule_again() -> None:
    rule = builders.a_rule(id="accuracy vs promoted", reasons=("registry-empty",), message="Nothing is promoted yet.")
    told = Reason(id="registry-empty", message="accuracy vs promoted: Nothing is promoted yet.")
    alone = render_markdown(builders.a_report(rules=(rule,)))
    assert "</code>: Nothing is promoted yet. (<code>registry-empty</code>)" in alone
    both = render_markdown(builders.a_report(rules=(rule,), reasons=(told,)))
    assert both.count("Nothing is promoted yet.") == 1
    assert "- <code>accuracy vs promoted</code>:" not in both
    step = Reason(id="registry-empty", message="Nothing is promoted yet.")
    assert render_markdown(builders.a_report(rules=(rule,), reasons=(step,))).count("Nothing is promoted yet.") == 1


@pytest.mark.parametrize(
    ("uses", "reports", "said"),
    [
        (5, None, "This holdout has judged 5 promoted models so far."),
        (1, 0, "This holdout has judged 1 promoted model so far."),
        (2, 12, "This holdout has judged 2 promoted models and 12 other pull requests so far."),
        (0, 3, "This holdout has judged 3 other pull requests so far."),
        (0, 0, ""),
        (0, None, ""),
        (None, None, ""),
    ],
)
def test_wear_of_the_holdout_is_one_sentence_and_none_where_it_has_not_judged(
    uses: int | None, reports: int | None, said: str
) -> None:
    comparison = builders.a_comparison(holdout_uses=uses, holdout_reports=reports)
    shown = render_markdown(builders.a_report(comparison=comparison))
    assert said in shown
    assert shown.count("This holdout has judged") == bool(said)


def test_rules_are_a_table_with_the_worst_first() -> None:
    rules = (builders.a_rule(), builders.a_floor(), builders.an_inconclusive_rule(), builders.a_failing_rule(id="last"))
    shown = page(render_markdown(builders.a_report(rules=rules)))
    table = shown.tables[0]
    assert table[0] == ["Rule", "Baseline", "Candidate", "Difference", "95 % interval", "Asks for", "Outcome"]
    assert [row[0] for row in table[1:]] == ["last", "log_loss vs promoted", "roc_auc vs promoted", "recall >= 0.6"]
    assert table[3][1:] == ["0.7521", "0.7584", "+0.0063", "+0.0011 to +0.0115", "drop at most 0.005", "✅ pass"]
    assert table[4][1:] == ["–", "0.641", "–", "0.611 to 0.670", "at least 0.6", "✅ pass"]  # noqa: RUF001 - a dash


def test_a_failing_rule_of_severity_warn_only_warns() -> None:
    rule = builders.a_failing_rule(severity=Severity.WARN)
    shown = page(render_markdown(builders.a_report(outcome=Outcome.WARN, rules=(rule,))))
    assert shown.tables[0][1][-1].endswith("warn")


def test_an_inconclusive_rule_says_what_would_settle_it() -> None:
    text = page(render_markdown(builders.a_report(rules=(builders.an_inconclusive_rule(),)))).text
    assert "On 4,000 rows a drop of 0.0137 could have been seen (with 80 % power)" in text
    assert "about 31,500 rows would settle it" in text


def test_findings_name_file_and_line() -> None:
    shown = page(render_markdown(builders.a_failing_report(data=builders.a_broken_data())))
    row = next(row for table in shown.tables for row in table if "data/train.csv:42" in row[1])
    assert row[1:5] == ["data/train.csv:42, :101, :1042", "carrier", "/row/properties/carrier/enum", "3"]
    assert row[5] == "3 values are not one of AA, B6, DL, UA: XX, ??, (empty)"


def test_a_binary_file_has_rows_and_no_lines() -> None:
    finding = builders.a_finding(rows=(FindingRow(row=40), FindingRow(row=99)))
    table = builders.a_table(path="train.parquet", outcome=Outcome.FAIL, findings=(finding,))
    text = page(render_markdown(builders.a_report(data=builders.a_data(tables=(table,))))).text
    assert "train.parquet row 40, 99" in text


def test_the_log_is_shown_only_after_a_failure() -> None:
    log = ("epoch 1", "MemoryError")
    assert "MemoryError" not in render_markdown(builders.a_report(training=builders.a_training(log_tail=log)))
    failed = builders.a_training(outcome=Outcome.FAIL, exit_status=-9, log_tail=log)
    text = page(render_markdown(builders.a_failing_report(training=failed))).text
    assert "epoch 1\nMemoryError\n" in text
    assert "ended by signal 9" in text


def test_a_policy_edit_is_shown_with_what_it_would_decide() -> None:
    policy = PolicyReport(
        source=PolicySource.BASE,
        changed=("mlgate.yml",),
        difference=("-margin: 0.005", "+margin: 0.5"),
        proposed_outcome=Outcome.PASS,
    )
    text = page(render_markdown(builders.a_report(policy=policy))).text
    assert "-margin: 0.005\n+margin: 0.5\n" in text
    assert "By its own policy the outcome would be ✅ pass." in text


def test_an_unneeded_step_is_not_missing() -> None:
    steps = (StepStatus(step="train-model", outcome=None, message="not needed"), StepStatus(step="x", outcome=None))
    rows = page(render_markdown(builders.a_report(steps=steps))).tables
    assert ["train-model", "– not needed", ""] in [row for table in rows for row in table]  # noqa: RUF001 - a dash
    assert ["x", "❌ missing", ""] in [row for table in rows for row in table]


def test_nothing_trained_is_said() -> None:
    report = builders.a_report(reasons=(Reason(id="inputs-unchanged"),), rules=(), comparison=None, training=None)
    assert "nothing was trained" in render_markdown(report)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "http://x.example/a b", "http://x.example/)](http://y", "https://x\n", None, ""]
)
def test_a_link_that_could_break_out_is_left_out(link: str | None) -> None:
    assert safe_link(link) is None
    assert "[full report]" not in render_markdown(builders.a_report(), full_report_link=link)


def test_a_link_is_shown() -> None:
    link = "https://forge.example/o/r/actions/runs/1?x=%20#a"
    assert f"[full report]({link})" in render_markdown(builders.a_report(), full_report_link=link)


def test_the_same_report_gives_the_same_bytes() -> None:
    assert render_markdown(builders.a_failing_report()) == render_markdown(builders.a_failing_report())


def hostile_diff(text: str, many: int) -> TableDiff:
    column = builders.a_column_diff(
        name=text,
        examples=(ChangedCell(key=(text, None), before=text, after=text),) * 5,
        new_categories=(text,) * 9,
        new_categories_count=9,
        vanished_categories=(text,) * 2,
        vanished_categories_count=2,
    )
    schema = SchemaDiff(added=(text,) * many, added_count=many, removed=(text,), removed_count=1)
    return builders.a_diff(message=text, key=(text,), columns=(column,) * many, table_schema=schema)


def hostile(text: str, many: int) -> ReportDocument:
    """Return a report with `text` in every field that a pull request could fill, `many` times."""
    finding = builders.a_finding(
        check=text, column=text, message=text, rows=tuple(FindingRow(row=i, line=i, value=text) for i in range(9))
    )
    table = builders.a_table(
        name=text,
        path=text,
        contract=text,
        outcome=Outcome.FAIL,
        findings=(finding,) * many,
        contract_digests={"new": text},
        diff=hostile_diff(text, many),
        drift=builders.a_drift(
            reference=text, columns=(builders.a_column_drift(column=text), builders.a_column_drift(reason=text)) * many
        ),
    )
    rule = builders.an_inconclusive_rule(
        id=text, metric=text, against=text, slice=text, reasons=(text,) * 9, message=text, method=text
    )
    comparison = builders.a_comparison(
        rules=(rule,) * many,
        metrics=tuple(
            MetricDifference(
                metric=text, against=text, baseline=0.1, candidate=0.2, difference=0.1, interval=(0.0, 0.2)
            )
            for _ in range(many)
        ),
        flips=(Flips(against=text, newly_right=1, newly_wrong=2, agreement=0.5, newly_wrong_keys=(text,) * many),) * 3,
        confusions=(Confusion(side=text, classes=(text, "b"), counts=((1, 2), (3, 4))),) * 3,
        curves=(*builders.curves("candidate", 0.3), *builders.curves(text, 0.4)),
    )
    training = builders.a_training(
        outcome=Outcome.FAIL, source=TrainingSource.RUN, command=text, log_tail=(text,) * many
    )
    return builders.a_failing_report(
        model=text,
        mlgate=text,
        reasons=tuple(Reason(id=text, message=text, step=text) for _ in range(many)),
        steps=tuple(StepStatus(step=text, outcome=Outcome.FAIL, message=text) for _ in range(many)),
        policy=PolicyReport(changed=(text,) * many, difference=(text,) * min(many, 200), proposed_outcome=Outcome.FAIL),
        data=builders.a_data(outcome=Outcome.FAIL, tables=(table,) * 3),
        training=training,
        comparison=comparison,
        rules=comparison.rules,
        provenance=builders.a_provenance(
            commit=text,
            head=text,
            contract_digests={text: text},
            data_digests={f"{text}{i}": text for i in range(many)},
        ),
    )


@pytest.mark.parametrize("measure", [md.utf16, md.utf8])
@pytest.mark.parametrize("limit", [SMALLEST_LIMIT, 10_000, 60_000, 1_000_000])
@pytest.mark.parametrize("text", ["x", "@|`" * 400, "\U0001f600" * 700, "é" * 5_000, "a\n" * 300, ""])
def test_it_fits_whatever_the_input(text: str, limit: int, measure: Any) -> None:
    for many in (1, 300):
        shown = render_markdown(
            hostile(text, many), limit=limit, full_report_link="https://x.example/r", measure=measure
        )
        assert measure(shown) <= limit
        assert shown.startswith("## ❌ mlgate: ")


def test_it_fits_random_sizes() -> None:
    chance = random.Random(4)  # noqa: S311 - a seeded test
    for _ in range(25):
        text = "".join(chance.choices("ab|`@#<&\n\U0001f4a5 é:", k=chance.randint(0, 900)))
        limit = chance.randint(SMALLEST_LIMIT, 70_000)
        assert md.utf16(render_markdown(hostile(text, chance.randint(1, 200)), limit=limit)) <= limit


def test_what_was_cut_is_named() -> None:
    shown = render_markdown(hostile("x" * 200, 300), limit=30_000, full_report_link="https://x.example/r")
    assert "Left out because the limit of this place is reached: " in shown
    assert "See the [full report](https://x.example/r)." in shown
    assert "more in the full report." in shown


def test_every_reason_is_named_even_where_there_is_no_room_for_its_message() -> None:
    reasons = tuple(Reason(id=f"reason-{i}", message="long " * 200) for i in range(15))
    shown = render_markdown(builders.a_failing_report(reasons=reasons), limit=SMALLEST_LIMIT * 2)
    assert all(f"<code>reason-{i}</code>" in shown for i in range(15))


def test_a_limit_too_small_for_a_report_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 4000"):
        render_markdown(builders.a_report(), limit=100)


@pytest.mark.parametrize("many", [1, 5])
def test_hostile_text_changes_nothing_of_the_page(many: int) -> None:
    plain, shown = (page(render_markdown(hostile(text, many), limit=10**6)) for text in ("x", HOSTILE))
    assert {element[0] for element in shown.elements} <= {element[0] for element in plain.elements} | {"pre"}
    assert [[len(row) for row in table] for table in shown.tables] == [[len(row) for row in t] for t in plain.tables]
    assert not any(element[0] in ("a", "img", "h1", "h3") for element in shown.elements)
