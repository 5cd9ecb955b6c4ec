"""The report says in its first lines when what it judged will not be promoted."""

from __future__ import annotations

import pytest
from tests import builders
from tests.unit.report.test_assemble import a_verdict, made

from mlgate.core.config.model import Promote
from mlgate.core.documents.shared import Reason
from mlgate.core.documents.training import TrainingSource
from mlgate.core.outcome import Outcome
from mlgate.core.report.html import render_html
from mlgate.core.report.markdown import render_markdown
from mlgate.core.report.terminal import render_terminal

PASSES = a_verdict(outcome=Outcome.PASS, reasons=())
UNSURE = a_verdict(outcome=Outcome.INCONCLUSIVE, reasons=())
REFUSED = a_verdict(reasons=(Reason(id="model-refused"),))
DIRTY = builders.a_base(dirty=("notes.txt",))


def test_a_model_that_may_be_promoted_has_nothing_in_its_way() -> None:
    assert made(verdict=PASSES, promote=Promote()).not_promoted == ()
    assert made(verdict=UNSURE, promote=Promote(accept=("pass", "inconclusive"))).not_promoted == ()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"verdict": UNSURE}, ("the verdict is inconclusive, and promote.accept names pass, warn",)),
        ({"verdict": PASSES, "base": DIRTY}, ("the working copy differs from its commit",)),
        ({"verdict": REFUSED}, ("its model is refused",)),
        (
            {"verdict": UNSURE, "base": DIRTY},
            (
                "the working copy differs from its commit",
                "the verdict is inconclusive, and promote.accept names pass, warn",
            ),
        ),
    ],
)
def test_what_stands_in_its_way_is_said(fields: dict[str, object], why: tuple[str, ...]) -> None:
    assert made(promote=Promote(), **fields).not_promoted == why


def test_nothing_is_said_where_nothing_is_promoted_or_merged_or_was_trained() -> None:
    assert made(verdict=UNSURE, base=DIRTY, promote=None).not_promoted == ()
    assert made(verdict=a_verdict(outcome=Outcome.FAIL, blocks=True), promote=Promote()).not_promoted == ()
    unchanged = builders.a_training(source=TrainingSource.UNCHANGED)
    assert made(verdict=UNSURE, training=unchanged, promote=Promote()).not_promoted == ()


def test_lines_to_copy_keep_their_form_on_the_page() -> None:
    reason = Reason(id="model-refused", message="write in mlgate.yml:\npromote:\n  trusted-types:\n    - a<b")
    page = render_html(builders.a_report(reasons=(reason,)), plots={})
    assert '<pre tabindex="0">promote:\n  trusted-types:\n    - a&lt;b</pre>' in page


def test_it_stands_in_the_first_lines_of_every_form() -> None:
    report = builders.a_report(not_promoted=("its model is refused",))
    said = "The merge is not blocked. It will not be promoted: its model is refused."
    assert said in render_markdown(report).splitlines()[2]
    assert said in render_terminal(report).splitlines()[1]
    page = render_html(report, plots={})
    assert said in page[page.index("<header") : page.index("</header>")]
    assert "It will not be promoted" not in render_markdown(builders.a_report())
