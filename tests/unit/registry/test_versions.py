"""Which version comes next."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from mlgate.core.config.model import Bump
from mlgate.core.registry.log.record import Digests
from mlgate.core.registry.log.versions import Change, change_between, next_version

OLD = Digests(inputs="i", config="c", contracts={"a": "1"}, data={"train": "t"})


@pytest.mark.parametrize(
    ("fields", "change"),
    [
        ({"contracts": {"a": "2"}}, Change.CONTRACTS),
        ({"contracts": {"a": "2"}, "config": "d", "data": {}, "inputs": "j"}, Change.CONTRACTS),
        ({"contracts": {}}, Change.CONTRACTS),
        ({"config": "d"}, Change.CODE),
        ({"config": "d", "data": {"train": "u"}}, Change.CODE),
        ({"inputs": "j"}, Change.CODE),
        ({"inputs": "j", "data": {"train": "u"}}, Change.DATA),
        ({"data": {"train": "u"}}, Change.DATA),
        ({"data": {"train": "t", "more": "u"}}, Change.DATA),
        ({"model": "m"}, Change.DATA),
        ({"inputs": None}, Change.CODE),
    ],
)
def test_what_changed(fields: dict[str, Any], change: Change) -> None:
    assert change_between(OLD, dataclasses.replace(OLD, **fields)) is change


def test_of_records_without_digests_it_is_the_code() -> None:
    assert change_between(None, OLD) is Change.CODE
    assert change_between(OLD, None) is Change.CODE


@pytest.mark.parametrize(
    ("versions", "bump", "change", "expected"),
    [
        ((), Bump.PATCH, Change.CODE, "v1.0.0"),
        (("v1.0.0",), Bump.MAJOR, Change.DATA, "v2.0.0"),
        (("v1.2.3",), Bump.MINOR, Change.DATA, "v1.3.0"),
        (("v1.2.3",), Bump.PATCH, Change.CODE, "v1.2.4"),
        (("v1.2.3",), Bump.AUTO, Change.CONTRACTS, "v2.0.0"),
        (("v1.2.3",), Bump.AUTO, Change.CODE, "v1.3.0"),
        (("v1.2.3",), Bump.AUTO, Change.DATA, "v1.2.4"),
        (("v1.9.0", "v1.10.0", "v1.2.0"), Bump.MINOR, Change.CODE, "v1.11.0"),
    ],
)
def test_the_next_version(versions: tuple[str, ...], bump: Bump, change: Change, expected: str) -> None:
    assert next_version(versions, bump, change) == expected
