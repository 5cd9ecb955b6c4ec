"""A table's `reference` and `drift`: what they may be, and every mistake with its place."""

from __future__ import annotations

import pytest

from mlgate.core.config.model import Config, Drift, Severity
from mlgate.errors import ConfigError
from mlgate.shell import configuration

HEAD = "version: 1\ntables:\n  train: {path: train.csv}\n  current: {path: current.csv, "


def parsed(rest: str) -> Config:
    return configuration.parse((HEAD + rest + "}\n").encode(), "mlgate.yml")


def test_a_reference_is_a_table_or_a_profile() -> None:
    table, profile = parsed("reference: train").table("current"), parsed("reference: p/a.json").table("current")
    assert table is not None
    assert profile is not None
    assert (table.reference, table.is_reference_a_profile, table.drift) == ("train", False, Drift())
    assert (profile.reference, profile.is_reference_a_profile) == ("p/a.json", True)


def test_limits_are_read() -> None:
    found = parsed("reference: train, drift: {threshold: 0.2, null-threshold: 0, columns: [a], severity: fail}")
    table = found.table("current")
    assert table is not None
    assert table.drift == Drift(threshold=0.2, null_threshold=0.0, columns=("a",), severity=Severity.FAIL)


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("reference: tran", "there is no table called 'tran', did you mean 'train'"),
        ("reference: current", "a table is not its own reference"),
        ("reference: /p.json", "a relative path"),
        ("reference: [train]", "a table or a profile"),
        ("drift: {threshold: 0.2}", "nothing says what drift is measured from"),
        ("reference: train, drift: {threshold: -1}", "threshold"),
        ("reference: train, drift: {null-threshold: 2}", "null-threshold"),
        ("reference: train, drift: {severity: error}", "severity"),
        ("reference: train, drift: {treshold: 1}", "did you mean"),
    ],
)
def test_mistakes_are_named(rest: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said.replace("[", r"\[")):
        parsed(rest)
