"""What of a configuration is policy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

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
    SliceBy,
    SlicePolicy,
    Table,
    Task,
    Train,
)
from mlgate.core.data.source import Compression, Dialect, Format
from mlgate.core.gate.change import policy_differs

RULE = Rule(id="accuracy vs dummy", metric="accuracy", against="dummy", margin=0.01)
CONFIG = Config(
    path="mlgate.yml",
    version=1,
    tables=(Table(name="holdout", path="h.csv", contract="c.yml"), Table(name="extra", path="e.csv")),
    key="id",
    label="y",
    train=Train(run="x"),
    gate=Gate(rules=(RULE,)),
)


@pytest.mark.parametrize(
    "fields",
    [
        {"gate": Gate(rules=())},
        {"gate": Gate(rules=(replace(RULE, margin=0.02),))},
        {"gate": Gate(rules=(replace(RULE, severity=Severity.WARN),))},
        {"gate": Gate(rules=(RULE,), confidence=0.5)},
        {"gate": Gate(rules=(RULE,), accept_reasons=("slice-empty",))},
        {"gate": Gate(rules=(RULE,), slices=SlicePolicy(at_least=9))},
        {"gate": Gate(rules=(replace(RULE, slices=(SliceBy(column="a"),)),))},
        {"gate": Gate(rules=(replace(RULE, relative=True),))},
        {"gate": Gate(rules=(RULE,), on_inconclusive=OnInconclusive.PASS)},
        {"gate": Gate(rules=(RULE,), on_holdout_change=OnChange.WARN)},
        {"gate": Gate(rules=(RULE,), on_contract_change=OnChange.WARN)},
        {"baselines": (Baseline(name="dummy", kind=BaselineKind.DUMMY),)},
        {"tables": (Table(name="holdout", path="h.csv", contract="other.yml"),)},
        {"tables": (Table(name="holdout", path="h.csv"),)},
        {"tables": (CONFIG.tables[0], replace(CONFIG.tables[1], format=Format.TSV))},
        {"tables": (CONFIG.tables[0], replace(CONFIG.tables[1], compression=Compression.GZIP))},
        {"tables": (CONFIG.tables[0], replace(CONFIG.tables[1], dialect=Dialect(nulls=("", "3"))))},
        {"model": "another"},
        {"key": "other"},
        {"label": "other"},
        {"group": "g"},
        {"weight": "w"},
        {"positive": "yes"},
        {"task": Task.REGRESSION},
        {"promote": Promote()},
        {"promote": Promote(allow_pickle=True)},
    ],
)
def test_policy_is_what_judges(fields: dict[str, Any]) -> None:
    assert policy_differs(CONFIG, replace(CONFIG, **fields))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"path": "base:mlgate.yml"},
        {"train": Train(run="y", timeout_seconds=1)},
        {"train": None},
        {"tables": (Table(name="holdout", path="moved.csv", contract="c.yml"),)},
    ],
)
def test_the_rest_is_not(fields: dict[str, Any]) -> None:
    assert not policy_differs(CONFIG, replace(CONFIG, **fields))


def test_a_configuration_that_is_none_differs_from_any() -> None:
    assert policy_differs(None, CONFIG)
    assert policy_differs(CONFIG, None)
