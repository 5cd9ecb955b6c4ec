"""The asserted formats: the calendar, leap seconds, and that the engine reads each expression as Python does."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgate.core.data.compile import compile_row
from mlgate.core.data.formats import FORMATS, is_asserted, is_valid
from mlgate.core.data.ir import Storage
from mlgate.core.data.query import Table, TableColumn, condition_of
from mlgate.core.data.sql import literal

if TYPE_CHECKING:
    import ipaddress

CONNECTION = duckdb.connect()
ALPHABETS = {
    "date": "0129-",
    "time": "0123569:.+-Zz",
    "duration": "PTYMDHSW19",
    "email": 'a0.-@"[]\\ é',
    "idn-email": "a.@é-",
    "ipv4": "0125.",
    "ipv6": "0af:.",
    "uuid": "09afAF-g",
    "uri": "a:/?#[]@%2é {",
    "uri-reference": "a:/?#[]@%2é {",
    "iri": "a:/?#é\ue000 ",
    "iri-reference": "a:/?#é\ue000 ",
    "uri-template": "a{}+,:1*%2 é",
    "json-pointer": "/~012a",
    "relative-json-pointer": "/~012a#",
}
EXAMPLES = [
    "2024-02-29T23:59:60.5+00:00",
    "a@b.c",
    "::ffff:1.2.3.4",
    "http://[::1]:80/a?b#c",
    "P1Y2M3DT4H5M6S",
    "{+a:3}",
]


def compiled(name: str, storage: Storage, item: str) -> bool:
    """Return whether the compiled form takes the single cell of a FROM item."""
    plan = compile_row({"properties": {"c": {"format": name}}}, lambda _: False)
    assert not plan.fallback
    columns = (TableColumn(name="c", storage=storage, type=""),)
    table = Table(source=item, columns=columns, is_json=storage is Storage.JSON)
    conditions = [condition_of(check, table, plan.properties) for check in plan.checks]
    parts = [f"coalesce({condition}, false)" for condition in conditions if condition]
    row = CONNECTION.execute(f"SELECT {' OR '.join(parts) or 'false'} FROM {table.relation()}").fetchone()  # noqa: S608
    assert row is not None
    return not row[0]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(FORMATS)), st.data())
def test_both_paths_read_the_same(name: str, data: st.DataObject) -> None:
    alphabet = ALPHABETS.get(name, "0123569:.+-TtZz")
    example = data.draw(st.sampled_from(EXAMPLES))
    at, more = data.draw(st.integers(0, len(example))), data.draw(st.text(alphabet, max_size=2))
    # Texts of its characters, and right ones with a character more or less.
    text = data.draw(
        st.text(alphabet, max_size=12) | st.just(example[:at] + more + example[at + 1 :]) | st.just(example)
    )
    assert compiled(name, Storage.STRING, f"(SELECT {literal(text)})") is is_valid(name, text)


@given(st.dates(), st.integers(28, 31), st.integers(1, 12))
def test_dates_are_those_of_the_calendar(date: dt.date, day: int, month: int) -> None:
    assert is_valid("date", date.isoformat())
    try:
        dt.date(date.year, month, day)
        exists = True
    except ValueError:
        exists = False
    assert is_valid("date", f"{date.year:04}-{month:02}-{day:02}") is exists


@settings(max_examples=300)
@given(st.sampled_from("+-"), st.times(), st.times(), st.booleans())
def test_a_leap_second_is_the_last_of_a_day_in_utc(sign: str, local: dt.time, zone: dt.time, fit: bool) -> None:
    offset = (zone.hour * 60 + zone.minute) * (1 if sign == "+" else -1)
    minutes = (1439 + offset) % 1440 if fit else local.hour * 60 + local.minute
    text = f"{minutes // 60:02}:{minutes % 60:02}:60{sign}{zone.hour:02}:{zone.minute:02}"
    assert is_valid("time", text) is ((minutes - offset) % 1440 == 1439)
    assert is_valid("date-time", f"2016-12-31T{text}") is is_valid("time", text)


@given(st.ip_addresses())
def test_addresses(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    names = ("ipv4", "ipv6") if address.version == 4 else ("ipv6", "ipv4")
    assert [is_valid(name, str(address)) for name in names] == [True, False]
    if address.version == 6:
        assert is_valid("ipv6", address.exploded)
        assert is_valid("uri", f"https://[{address}]/")


def test_columns_of_dates_and_times_have_the_format_by_their_type() -> None:
    assert compiled("date", Storage.DATE, "(SELECT DATE '2024-02-29')")
    assert compiled("date-time", Storage.TIMESTAMP, "(SELECT TIMESTAMP '2024-02-29 10:00:00')")
    assert not compiled("date", Storage.TIMESTAMP, "(SELECT TIMESTAMP '2024-02-29 10:00:00')")


@pytest.mark.parametrize("value", [12, 1.5, True, None, [], {}])
def test_what_is_no_text_has_every_format(value: object) -> None:
    for name in FORMATS:
        assert compiled(name, Storage.JSON, f"(SELECT {literal(json.dumps({'c': value}))}::JSON AS json)")


def test_others_are_annotations() -> None:
    assert not is_asserted("hostname")
    assert compile_row({"properties": {"c": {"format": "hostname"}}}, lambda _: False).checks[0].pointer.endswith("/c")
    assert is_valid("regex", "^a$")
    assert not is_valid("regex", "(?P<a>b)")
