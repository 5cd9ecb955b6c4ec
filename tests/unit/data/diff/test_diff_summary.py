"""What two profiles say of a column."""

from __future__ import annotations

from mlgate.core.data.diff.summary import categories, summary
from mlgate.core.data.profile import buckets
from mlgate.core.documents.profile import ColumnKind, ColumnProfile, ValueCount


def text(*values: str, n: int = 100, rest: int = 0) -> ColumnProfile:
    top = tuple(ValueCount(value=value, count=1) for value in values)
    return ColumnProfile(name="a", kind=ColumnKind.TEXT, type="string", n=n, nulls=0, top=top, rest=rest)


def numbers(*values: float, n: int = 100) -> ColumnProfile:
    counts = {buckets.bucket(value, buckets.FINEST): n // len(values) for value in sorted(values)}
    return ColumnProfile(
        name="a",
        kind=ColumnKind.NUMBER,
        type="number",
        n=n,
        nulls=3,
        minimum=min(values),
        maximum=max(values),
        mean=sum(values) / len(values),
        std=1.0,
        shift=buckets.FINEST,
        buckets=buckets.encode(counts),
        distinct=len(values),
    )


def test_values_of_only_one_version_are_new_or_vanished() -> None:
    found = categories(text("a", "b"), text("b", "c"))
    assert (found.new, found.vanished) == (("c",), ("a",))


def test_where_not_all_values_are_known_none_is_new() -> None:
    assert categories(text("a", rest=5), text("b")).new == ()
    assert categories(text("a", "b", n=3), text("b", "c", n=3)).new == ()


def test_few_numbers_are_categories_too() -> None:
    found = categories(numbers(0.0, 1.0), numbers(-1.5, 0.0, 2.0))
    assert (found.new, found.vanished) == (("-1.5", "2"), ("1",))
    many = numbers(*map(float, range(60)), n=6000)
    assert categories(many, numbers(100.0)).new == ()


def test_quantiles_have_six_digits_and_a_hidden_column_none() -> None:
    column = numbers(0.0, 20.0)
    assert summary(column, hidden=False).quantiles == {"0.05": 0.0, "0.25": 0.0, "0.5": 0.0, "0.75": 20.0, "0.95": 20.0}
    hidden = summary(column, hidden=True)
    assert (hidden.nulls, hidden.mean, hidden.deviation, hidden.quantiles) == (3, None, None, {})
