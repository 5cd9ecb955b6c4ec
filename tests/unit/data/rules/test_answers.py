"""What makes a rule unmeasured, and which rows show it."""

from __future__ import annotations

import pytest

from mlgate.core.config.contract import RuleKind, TableRule
from mlgate.core.data.rules.answers import Answer, unreadable


@pytest.mark.parametrize(("count", "rows"), [(1, (2,)), (3, ())])
def test_only_rows_that_cannot_be_read_are_named(count: int, rows: tuple[int, ...]) -> None:
    rule = TableRule(pointer="/table/0/max", kind=RuleKind.MAX, columns=("a",), at_most=1)
    located = (2,) if count == 1 else (0, 1, 2)  # with those beyond the limit
    broken = unreadable(rule, Answer(rows=3, count=count, located=located), 3, 1, "finite numbers")
    assert broken is not None
    assert (broken.count, broken.rows, broken.reason) == (1, rows, "rule-unmeasured")
