"""A configuration's values become `Config`, or every mistake with its place."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgate.core.config.model import (
    AcceptedOrigin,
    Approval,
    Baseline,
    BaselineKind,
    Budget,
    BudgetKind,
    Bump,
    Config,
    Estimator,
    OnChange,
    OnInconclusive,
    OwnMetric,
    Promote,
    Severity,
    SliceBy,
    Stage,
    StoreKind,
    Task,
)
from mlgate.errors import ConfigError
from mlgate.shell import configuration

DESIGN = """\
version: 1
model: flight-delays
tables:
  train: {path: data/train.parquet, contract: contracts/flights.yml}
  holdout: {path: ./data//holdout.parquet, contract: contracts/flights.yml}
key: flight_id
label: delayed
group: carrier
weight: w
positive: late
task: binary
train:
  run: python train.py
  shell: bash -elc
  timeout: 2h
  seed: 7
  inputs: [train.py, src/]
  model: model.skops
  predictions: predictions.parquet
baselines: [promoted, dummy, {name: old, predictions: old.csv}]
gate:
  confidence: 0.9
  on-inconclusive: fail
  on-contract-change: warn
  on-holdout-change: warn
  rules:
    - {metric: roc_auc, against: promoted, margin: 0.005}
    - {metric: recall, at-least: 0.60, severity: warn}
    - {id: small loss, metric: log_loss, at-most: 1}
    - {metric: f1, average: macro, against: old, margin: -0.01}
promote: {stage: production, accept: [pass, warn]}
"""
RULES = """\
version: 1
tables: {holdout: {path: h.csv}}
key: id
label: y
train: {predictions: p.csv}
gate:
  rules:
"""


def parsed(text: str) -> Config:
    return configuration.parse(text.encode(), "mlgate.yml")


def problems(text: str) -> list[tuple[int, int, str]]:
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    assert all(problem.remedy for problem in caught.value.problems)
    return [(problem.line, problem.column, problem.message) for problem in caught.value.problems]


def test_the_whole_configuration() -> None:
    config = parsed(DESIGN)
    assert config.model == "flight-delays"
    assert [table.path for table in config.tables] == ["data/train.parquet", "data/holdout.parquet"]
    assert (config.key, config.label, config.group, config.weight) == ("flight_id", "delayed", "carrier", "w")
    assert (config.positive, config.task) == ("late", Task.BINARY)
    assert config.train is not None
    assert config.train.shell == ("bash", "-elc")
    assert (config.train.timeout_seconds, config.train.seed, config.train.inputs) == (7200, 7, ("train.py", "src"))
    assert config.baselines[2] == Baseline(name="old", kind=BaselineKind.PREDICTIONS, predictions="old.csv")
    assert config.gate.on_inconclusive is OnInconclusive.FAIL
    assert config.gate.on_contract_change is config.gate.on_holdout_change is OnChange.WARN
    assert [rule.id for rule in config.gate.rules] == [
        "roc_auc vs promoted",
        "recall >= 0.6",
        "small loss",
        "f1_macro vs old",
    ]
    assert config.gate.rules[1].severity is Severity.WARN
    assert config.gate.rules[3].margin == -0.01
    assert config.promote is not None
    assert config.promote.accept == ("pass", "warn")


def test_promotion_is_read_in_whole() -> None:
    text = """\
version: 1
promote:
  stages: [staging, {name: production, approve: second-person}, {name: eu, approve: environment, environment: prod-eu}]
  accept: [pass]
  bump: auto
  origin: ci
  store: {folder: ../models/}
  workflow: gate.yaml
  card: docs/card.md
  allow-pickle: true
  trusted-types: [sklearn.tree._tree.Tree]
  sign: true
  allowed-signers: .allowed
"""
    promote = parsed(text).promote
    assert promote == Promote(
        stages=(
            Stage(name="staging"),
            Stage(name="production", approve=Approval.SECOND_PERSON),
            Stage(name="eu", approve=Approval.ENVIRONMENT, environment="prod-eu"),
        ),
        accept=("pass",),
        bump=Bump.AUTO,
        origin=AcceptedOrigin.CI,
        store=StoreKind.FOLDER,
        folder="../models",
        workflow="gate.yaml",
        card="docs/card.md",
        allow_pickle=True,
        trusted_types=("sklearn.tree._tree.Tree",),
        sign=True,
        allowed_signers=".allowed",
    )
    assert promote.stage == "eu"


def test_promoted_needs_no_section() -> None:
    config = parsed(RULES + "    - {metric: accuracy, against: promoted, margin: 0}\n")
    assert config.promote is None
    assert Promote().stage == "production"


def test_an_empty_section_is_the_default_and_one_stage_is_short_for_a_list() -> None:
    assert parsed("version: 1\npromote: {}").promote == Promote()
    one = parsed("version: 1\npromote: {stage: live}").promote
    assert one == parsed("version: 1\npromote: {stages: [live]}").promote == Promote(stages=(Stage(name="live"),))


def test_every_kind_of_rule_is_read() -> None:
    rules = parsed(
        """\
version: 1
tables: {holdout: {path: h.csv}}
key: id
label: y
train: {run: x, model: m, predictions: p.csv, repeats: 5}
gate:
  accept-reasons: [slice-empty]
  slices: {at-least: 20}
  rules:
    - {metric: log_loss, against: promoted, margin: 2%}
    - {metric: recall, at-least: 0.6, proven: true}
    - {metric: accuracy, against: base, margin: 0.02, slices: [carrier, {column: distance, bins: 4}]}
    - {metric: {name: cost, column: cost}, against: base, margin: -1}
    - {metric: {name: gain, file: ./m.py, function: row, greater-is-better: true}, at-least: 3}
    - {budget: model-size, at-most: 1.5KiB}
    - {budget: training-time, against: base, margin: 500ms}
    - {budget: {file: out/m.json, pointer: /a}, at-most: 1e6}
"""
    )
    assert rules.train is not None
    assert (rules.train.repeats, rules.gate.accept_reasons, rules.gate.slices.at_least) == (5, ("slice-empty",), 20)
    relative, proven, sliced, cost, gain, size, time, file = rules.gate.rules
    assert (relative.id, relative.margin, relative.relative) == ("log_loss vs promoted", 0.02, True)
    assert (proven.id, proven.proven) == ("recall >= 0.6", True)
    assert sliced.id == "accuracy vs base per carrier, distance in 4"
    assert sliced.slices == (SliceBy(column="carrier"), SliceBy(column="distance", bins=4))
    assert (cost.metric, cost.own, cost.margin) == ("cost", OwnMetric(column="cost"), -1)
    assert gain.own == OwnMetric(file="m.py", function="row", greater_is_better=True)
    assert (size.id, size.at_most, size.metric) == ("model-size <= 1.5KiB", 1536, "model-size")
    assert (time.id, time.margin, time.budget) == ("training-time vs base", 0.5, Budget(kind=BudgetKind.TRAINING_TIME))
    assert file.budget == Budget(kind=BudgetKind.FILE, file="out/m.json", pointer="/a")
    assert (file.id, file.at_most) == ("out/m.json#/a <= 1000000", 1e6)


def test_a_budget_alone_needs_no_holdout() -> None:
    text = "version: 1\ntrain: {model: m}\ngate: {rules: [{budget: model-size, at-most: 20MB}]}"
    assert parsed(text).gate.rules[0].at_most == 2e7


def test_one_name_is_one_metric() -> None:
    rules = "".join(
        f"    - {{metric: {{name: cost, column: {column}}}, at-most: {at}}}\n" for column, at in ("a1", "b2")
    )
    assert "'cost' is computed in another way" in problems(RULES + rules)[0][2]


def test_a_budget_is_read() -> None:
    assert parsed("version: 1\ngate: {holdout-budget: 20}").gate.holdout_budget == 20


def test_defaults_are_those_of_the_classes() -> None:
    assert parsed("version: 1") == Config(path="mlgate.yml", version=1)


def test_baselines_are_by_default_those_that_rules_name() -> None:
    rules = "    - {metric: accuracy, against: dummy, margin: 0}\n    - {metric: recall, against: base, margin: 0}\n"
    assert [baseline.name for baseline in parsed(RULES + rules).baselines] == ["dummy", "base"]


def test_an_estimator_may_be_named_alone_and_has_default_outputs() -> None:
    text = "version: 1\ntables: {train: {path: t.csv}}\ntrain: {estimator: sklearn.svm.SVC}"
    train = parsed(text).train
    assert train is not None
    assert train.estimator == Estimator(name="sklearn.svm.SVC")
    assert (train.model, train.predictions) == ("model.skops", "predictions.csv")
    text = text.replace("sklearn.svm.SVC", "{name: sklearn.svm.SVC, params: {C: 0.5}, features: [a, b]}")
    train = parsed(text).train
    assert train is not None
    assert train.estimator == Estimator(name="sklearn.svm.SVC", params={"C": 0.5}, features=("a", "b"))


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "the file is empty"),
        ("# nothing", 1, 1, "the file is empty"),
        ("- version: 1", 1, 1, "expected a mapping, got a list"),
        ("version", 1, 1, "expected a mapping, got 'version'"),
        ("model: a", 1, 1, "`version` is missing"),
        ("version: 2", 1, 10, "`version`: expected 1, got 2"),
        ("version: '1'", 1, 10, "`version`: expected 1, got '1'"),
        ("version: true", 1, 10, "`version`: expected 1, got true"),
        ("version: 1\nmodle: a", 2, 1, "unknown key 'modle', did you mean 'model'?"),
        ("version: 1\nwaivers: []", 2, 1, "unknown key 'waivers'"),
        ("version: 1\nmonitor: {}", 2, 1, "`monitor` is not supported yet"),
        ("version: 1\nmodel: a b", 2, 8, "`model`: expected a name, got 'a b'"),
        ("version: 1\nmodel: a..b", 2, 8, "`model`: expected a name"),
        ("version: 1\nmodel: -a", 2, 8, "`model`: expected a name"),
        ("version: 1\nmodel: 12", 2, 8, "`model`: expected a name, got 12"),
        ("version: 1\nlabel:", 2, 7, "`label`: expected a column's name, got nothing"),
        ("version: 1\nkey: [a, b]", 2, 6, "`key`: expected one column's name, got a list"),
        ("version: 1\npositive: []", 2, 11, "expected one value of the label"),
        ("version: 1\ntask: binry", 2, 7, "got 'binry', did you mean 'binary'?"),
        ("version: 1\ntables: [a]", 2, 9, "`tables`: expected a mapping, got a list"),
        ("version: 1\ntables: {a: b.csv}", 2, 13, "`tables.a`: expected a mapping, got 'b.csv'"),
        ("version: 1\ntables: {a: {}}", 2, 13, "`tables.a`: `path` is missing"),
        ("version: 1\ntables: {1a: {path: b}}", 2, 14, "'1a' is no table's name"),
        ("version: 1\ntables: {a-b: {path: x}, A_B: {path: y}}", 2, 31, "share the variable MLGATE_TRAIN_TABLE_A_B"),
        ("version: 1\ntables: {a: {path: /x}}", 2, 20, "expected a relative path, got '/x'"),
        ("version: 1\ntables: {a: {path: ~/x}}", 2, 20, "expected a relative path"),
        ("version: 1\ntables: {a: {path: 'C:/x'}}", 2, 20, "expected a relative path"),
        ("version: 1\ntables: {a: {path: 'b\\c'}}", 2, 20, "expected a path"),
        ("version: 1\ntables: {a: {path: 'gs://b/c'}}", 2, 20, "expected a path, or an address of S3"),
        ("version: 1\ntables: {a: {path: 's3://b'}}", 2, 20, "expected a path, or an address of S3"),
        ("version: 1\ntables: {a: {path: a, format: xls}}", 2, 31, "expected csv, tsv, parquet"),
        ("version: 1\ntables: {a: {path: a, compression: zip}}", 2, 36, "expected none, gzip"),
        ("version: 1\ntables: {a: {path: a.parquet, compression: gzip}}", 2, 44, "a Parquet file is not compressed"),
        ("version: 1\ntables: {a: {path: a.parquet, dialect: {}}}", 2, 40, "`parquet` has no dialect"),
        ("version: 1\ntables: {a: {path: a, format: jsonl, dialect: {}}}", 2, 47, "`jsonl` has no dialect"),
        ("version: 1\ntables: {a: {path: a, dialect: {sep: ';'}}}", 2, 33, "unknown key 'sep'"),
        ("version: 1\ntables: {a: {path: a, dialect: {encoding: utf-99}}}", 2, 43, "expected the name of an encoding"),
        ("version: 1\ntables: {a: {path: a, dialect: {encoding: rot13}}}", 2, 43, "expected the name of an encoding"),
        (
            "version: 1\ntables: {a: {path: a, dialect: {encoding: punycode}}}",
            2,
            43,
            "expected the name of an encoding",
        ),
        ("version: 1\ntables: {a: {path: a, dialect: {delimiter: ab}}}", 2, 44, "expected one character"),
        ("version: 1\ntables: {a: {path: a, dialect: {delimiter: '\"'}}}", 2, 32, "`delimiter` and `quote` are one"),
        ("version: 1\ntables: {a: {path: a, dialect: {header: false}}}", 2, 32, "without a header nothing names"),
        ("version: 1\ntables: {a: {path: a, dialect: {columns: [b]}}}", 2, 42, "the header names the columns"),
        ("version: 1\ntables: {a: {path: a, dialect: {quote: none, escape: '\"'}}}", 2, 54, "nothing is escaped"),
        ("version: 1\ntables: {a: {path: a, dialect: {nulls: NA}}}", 2, 40, "expected a list of one or more texts"),
        ("version: 1\ntables: {a: {path: a, dialect: {nulls: [1]}}}", 2, 41, "expected a text"),
        ("version: 1\ntables: {a: {path: a, dialect: {decimal: ';'}}}", 2, 42, "expected `.` or `,`"),
        ("version: 1\ntables: {a: {path: a, dialect: {thousands: '.'}}}", 2, 32, "`thousands` and `decimal` are one"),
        ("version: 1\ntables: {a: {path: a, dialect: {date-format: d.m.y}}}", 2, 46, "expected a format in strftime"),
        ('version: 1\ntables: {a: {path: "b\\0"}}', 2, 20, "expected a path"),
        ("version: 1\ntrain: {timeout: 60}", 2, 18, "`train.timeout`: expected a duration, got 60"),
        ("version: 1\ntrain: {timeout: 0s}", 2, 18, "expected a duration"),
        ('version: 1\ntrain: {shell: "bash \'x"}', 2, 16, "expected a command"),
        ("version: 1\ntrain: {shell: []}", 2, 16, "expected a list of one or more words, got an empty list"),
        ("version: 1\ntrain: {seed: -1}", 2, 15, "expected a whole number from 0 to 4294967295, got -1"),
        ("version: 1\ntrain: {seed: yes}", 2, 15, "got 'yes'"),
        ("version: 1\ntrain: {inputs: train.py}", 2, 17, "expected a list of paths, got 'train.py'"),
        ("version: 1\ntrain: {inputs: []}", 2, 17, "one or more paths, got an empty list"),
        ("version: 1\ntrain: {model: ../m}", 2, 16, "expected a path without `..`"),
        ("version: 1\ntrain: {run: a}", 2, 8, "nothing says what the command leaves behind"),
        ("version: 1\ntrain: {model: a, predictions: ./a}", 2, 32, "model and predictions are one file"),
        ("version: 1\ntrain: {estimator: SVC}", 2, 20, "expected an estimator's dotted name, got 'SVC'"),
        ("version: 1\ntrain: {estimator: a.B}", 2, 8, "an estimator needs a table called `train`"),
        ("version: 1\ntrain: {repeats: 2}", 2, 18, "`train.repeats`: expected a whole number from 3 to 100, got 2"),
        ("version: 1\ntrain: {repeats: true}", 2, 18, "expected a whole number from 3 to 100, got true"),
        ("version: 1\ntrain: {model: a, repeats: 3}", 2, 28, "nothing is trained, so nothing can be repeated"),
        (
            "version: 1\ntrain: {run: a, predictions: b, repeats: 3, seed: 4294967294}",
            2,
            51,
            "seeds of the repeats would",
        ),
        ("version: 1\ntrain: {run: a, model: b, repeats: 3}", 2, 36, "repeats are compared by their predictions"),
        ("version: 1\ntrain: {predict: python score.py}", 2, 18, "expected a mapping, got 'python score.py'"),
        ("version: 1\ntrain: {predict: {}}", 2, 18, "`run` is missing"),
        ("version: 1\ntrain: {predict: {run: ''}}", 2, 24, "expected a command"),
        ("version: 1\nbaselines: [promoted, promoted]", 2, 23, "the baseline 'promoted' is there twice"),
        ("version: 1\nbaselines: [promotd]", 2, 13, "got 'promotd', did you mean 'promoted'?"),
        ("version: 1\nbaselines: [{name: base, predictions: p}]", 2, 20, "'base' is the name of a built-in"),
        ("version: 1\nbaselines: [{name: a}]", 2, 13, "`predictions` is missing"),
        ("version: 1\ngate: {confidence: 95}", 2, 20, "expected a number between 0.5 and 1, got 95"),
        ("version: 1\ngate: {confidence: 1}", 2, 20, "expected a number between 0.5 and 1, got 1"),
        ("version: 1\ngate: {on-inconclusive: fial}", 2, 25, "did you mean 'fail'?"),
        ("version: 1\ngate: {on_inconclusive: fail}", 2, 8, "did you mean 'on-inconclusive'?"),
        ("version: 1\ngate: {repeats: 3}", 2, 8, "`gate`: unknown key 'repeats'"),
        ("version: 1\ngate: {accept-reasons: drop}", 2, 24, "expected a list of one or more reasons, got 'drop'"),
        ("version: 1\ngate: {accept-reasons: [drop]}", 2, 25, "the reason 'drop' cannot be accepted"),
        ("version: 1\ngate: {accept-reasons: [slice-emty]}", 2, 25, "did you mean 'slice-empty'?"),
        ("version: 1\ngate: {accept-reasons: [slice-empty, slice-empty]}", 2, 25, "'slice-empty' is named twice"),
        ("version: 1\ngate: {slices: {at-least: 0}}", 2, 27, "expected a whole number from 1 to 1000000000, got 0"),
        ("version: 1\ngate: {holdout-budget: 0}", 2, 24, "expected a whole number from 1 to 1000000, got 0"),
        ("version: 1\npromote: {accept: [fail]}", 2, 19, "expected pass, warn, inconclusive, got 'fail'"),
        ("version: 1\npromote: {accept: [pass, pass]}", 2, 20, "'pass' is named twice"),
        ("version: 1\npromote: {stage: 'a b'}", 2, 18, "`promote.stage`: expected a stage's name, got 'a b'"),
        ("version: 1\npromote: {stage: v1.2}", 2, 18, "`promote.stage`: expected a stage's name, got 'v1.2'"),
        ("version: 1\npromote: {stage: a, stages: [b]}", 2, 29, "there are both `stage` and `stages`"),
        ("version: 1\npromote: {stages: []}", 2, 19, "`promote.stages`: expected a list of one or more stages"),
        ("version: 1\npromote: {stages: [a, {name: a}]}", 2, 23, "the stage 'a' is there twice"),
        ("version: 1\npromote: {stages: [{approve: x}]}", 2, 20, "`promote.stages[0]`: `name` is missing"),
        ("version: 1\npromote: {stages: [{approve: x}]}", 2, 30, "expected environment or second-person, got 'x'"),
        ("version: 1\npromote: {bump: majr}", 2, 17, "got 'majr', did you mean 'major'?"),
        ("version: 1\npromote: {origin: local}", 2, 19, "expected any or ci, got 'local'"),
        ("version: 1\npromote: {store: folder}", 2, 18, "expected branch, release or a mapping, got 'folder'"),
        ("version: 1\npromote: {store: {folder: 's3://a'}}", 2, 27, "`promote.store.folder`: expected a folder's path"),
        ("version: 1\npromote: {workflow: a/b.yml}", 2, 21, "expected a workflow's file name, got 'a/b.yml'"),
        ("version: 1\npromote: {card: /a}", 2, 17, "`promote.card`: expected a relative path"),
        ("version: 1\npromote: {allow-pickle: yes}", 2, 25, "expected true or false, got 'yes'"),
        ("version: 1\npromote: {trusted-types: [Tree]}", 2, 26, "'Tree' is no type's dotted name"),
        ("version: 1\npromote: {sign: true}", 2, 17, "`promote.sign`: signing needs `allowed-signers`"),
        ("version: 1\npromote: {allow_pickle: true}", 2, 11, "did you mean 'allow-pickle'?"),
        ("version: 1\nkey: a\nlabel: a", 3, 8, "the column 'a' is also key"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, line: int, column: int, words: str) -> None:
    found = problems(text)
    assert [place for *place, message in found if words in message][:1] == [[line, column]], found


@pytest.mark.parametrize(
    ("rule", "column", "words"),
    [
        ("{metric: accuracy}", 7, "the rule compares with nothing"),
        ("{metric: accuracy, against: dummy}", 7, "`margin` is missing"),
        ("{metric: accuracy, margin: 1, at-least: 1}", 34, "a margin needs a baseline"),
        ("{metric: recall, at-least: 0.1, at-most: 0.2}", 7, "the rule has both at-least and at-most"),
        ("{metric: accuracy, against: dumy, margin: 0}", 35, "no baseline is called 'dumy', did you mean 'dummy'?"),
        ("{metric: auc, at-least: 1}", 16, "unknown metric 'auc', did you mean 'roc_auc'?"),
        ("{metric: neg_log_loss, at-most: 1}", 16, "did you mean 'log_loss'?"),
        ("{metric: f1_macro, at-least: 1}", 16, "did you mean `metric: f1, average: macro`?"),
        ("{metric: accurasy, at-least: 1}", 16, "did you mean 'accuracy'?"),
        ("{at-least: 1}", 7, "`metric` is missing"),
        ("{metric: accuracy, average: macro, at-least: 1}", 35, "`accuracy` has no averages"),
        ("{metric: log_loss, at-least: 1}", 36, "better when it is lower"),
        ("{metric: accuracy, at-least: '0.5'}", 36, "expected a number, got '0.5'"),
        ("{metric: r2, against: dummy, margin: 2%}", 44, "`r2` can be zero or negative: a share of it is no margin"),
        ("{metric: recall, against: dummy, margin: 2 pct}", 48, "expected a number, got '2 pct'"),
        ("{metric: recall, against: dummy, margin: 02%}", 48, "expected a percentage, got '02%'"),
        ("{metric: recall, against: dummy, margin: 2}", 48, "a drop of 2 accepts every model"),
        ("{metric: recall, against: dummy, margin: 200%}", 48, "a drop of 200 % of the baseline's value accepts every"),
        ("{metric: log_loss, against: dummy, margin: -100%}", 50, "no value can be 100 % lower"),
        ("{metric: recall, at-least: 60}", 34, "`recall` is never above 1, and 60.0 is"),
        ("{metric: recall, against: dummy, margin: 0, proven: true}", 59, "always decided by its whole interval"),
        ("{metric: recall, at-least: 0.5, proven: yes}", 47, "expected true or false, got 'yes'"),
        ("{metric: recall, at-least: 0.5, beta: 2}", 45, "`recall` has no `beta`"),
        ("{metric: recall, at-least: 0.5, alpha: 0.5}", 46, "`recall` has no `alpha`"),
        ("{metric: recall, at-least: 0.5, by: sex}", 43, "`recall` has no `by`"),
        ("{metric: fbeta, at-least: 0.5}", 7, "`fbeta` needs `beta`"),
        ("{metric: mean_pinball_loss, at-most: 3}", 7, "`mean_pinball_loss` needs `alpha`"),
        ("{metric: demographic_parity_difference, at-most: 0.1}", 7, "needs `by`"),
        ("{metric: demographic_parity_difference, by: y, at-most: 0.1}", 51, "those of the key or the label"),
        ("{metric: expected_calibration_error, at-most: 0.1}", 16, "no rule can be judged by it"),
        ("{metric: roc_auc, average: binary, at-least: 0.5}", 34, "`roc_auc` has no average `binary`"),
        ("{metric: matthews_corrcoef, against: dummy, margin: 2%}", 59, "can be zero or negative"),
        ("{metric: recall, at-least: 0.5, slices: a}", 47, "expected a list of columns, got 'a'"),
        ("{metric: recall, at-least: 0.5, slices: []}", 47, "a list of one or more columns, got an empty list"),
        ("{metric: recall, at-least: 0.5, slices: [id]}", 48, "the key divides the holdout into single rows"),
        ("{metric: recall, at-least: 0.5, slices: [a, {column: a}]}", 51, "'a' is named twice"),
        ("{metric: recall, at-least: 0.5, slices: [{column: a, bins: 1}]}", 66, "whole number from 2 to 100, got 1"),
        ("{metric: recall, at-least: 0.5, slices: [{bin: 4}]}", 49, "unknown key 'bin', did you mean 'bins'?"),
        ("{metric: recall, budget: model-size, at-most: 1}", 7, "the rule has both `metric` and `budget`"),
        ("{metric: {column: a}, at-most: 1}", 16, "`name` is missing"),
        ("{metric: {name: a}, at-most: 1}", 16, "nothing says where the number of a row comes from"),
        ("{metric: {name: a, file: b.py}, at-most: 1}", 16, "nothing says where the number of a row comes from"),
        ("{metric: {name: a, column: b, function: c}, at-most: 1}", 16, "there are both `column` and `function`"),
        ("{metric: {name: a, file: b.R, function: c}, at-most: 1}", 32, "expected a Python file, got 'b.R'"),
        ("{metric: {name: a, file: b.py, function: c()}, at-most: 1}", 48, "expected a function's name, got 'c()'"),
        ("{metric: {name: a b, column: c}, at-most: 1}", 23, "expected a name, got 'a b'"),
        ("{metric: {name: recall, column: c}, at-most: 1}", 23, "'recall' is a metric that mlgate has"),
        ("{metric: {name: a, column: id}, at-most: 1}", 34, "the key is no number of a row"),
        ("{metric: {name: a, column: c}, at-least: 1}", 48, "better when it is lower"),
        ("{metric: {name: a, column: c}, at-most: 1, average: macro}", 59, "`a` has no `average`"),
        ("{metric: {name: a, column: c}, against: dummy, margin: 1%}", 62, "which could be zero or negative"),
        ("{budget: model-sise, at-most: 20MB}", 16, "got 'model-sise', did you mean 'model-size'?"),
        ("{budget: model-size, at-most: 20MB}", 16, "nothing says which file is the model"),
        ("{budget: training-time, at-most: 90s}", 16, "it trains nothing"),
        ("{budget: training-time, at-most: 90}", 40, "expected a duration, got 90"),
        ("{budget: model-size, at-most: 20 megabytes}", 37, "expected a size, got '20 megabytes'"),
        ("{budget: model-size, at-least: 20MB}", 38, "`model-size` is better when it is lower"),
        ("{budget: model-size, at-most: 20MB, slices: [a]}", 51, "a budget has no `slices`"),
        ("{budget: model-size, at-most: 20MB, proven: true}", 51, "a budget has no `proven`"),
        ("{budget: model-size, against: dummy, margin: 20%}", 37, "the baseline 'dummy' has no model"),
        ("{budget: {file: a.json}, at-most: 1}", 16, "`pointer` is missing"),
        ("{budget: {file: a.json, pointer: a}, at-most: 1}", 40, "expected a JSON pointer, got 'a'"),
        ("{metric: accuracy, at-lest: 1}", 26, "unknown key 'at-lest', did you mean 'at-least'?"),
        ("{metric: accuracy, at-least: 1, severity: error}", 49, "expected fail or warn, got 'error'"),
        ("roc_auc", 7, "expected a mapping, got 'roc_auc'"),
        ('{id: "a\\nb", metric: accuracy, at-least: 1}', 12, "expected a short text"),
    ],
)
def test_a_mistake_in_a_rule_is_named_with_its_place(rule: str, column: int, words: str) -> None:
    found = problems(f"{RULES}    - {rule}\n")
    assert [place for *place, message in found if words in message] == [[8, column]], found


def test_a_rule_needs_what_it_compares_on() -> None:
    found = problems("version: 1\ngate: {rules: [{metric: accuracy, at-least: 1}]}")
    needed = ["a table called `holdout`", "`key`", "`label`", "`train.predictions`"]
    assert [message for *_, message in found] == [f"`gate`: the rules need {what}" for what in needed]


def test_rules_have_different_names() -> None:
    rule = "    - {metric: accuracy, at-least: 0.5}\n"
    assert problems(RULES + rule + rule) == [(9, 7, "`gate.rules[1]`: two rules are called 'accuracy >= 0.5'")]


def test_rules_fit_one_task() -> None:
    mixed = "    - {metric: accuracy, at-least: 0.5}\n    - {metric: r2, at-least: 0.5}\n"
    assert "one label cannot have both" in problems(RULES + mixed)[0][2]
    assert "no metric for the task regression" in problems(f"{RULES}{mixed}task: regression\n")[0][2]


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file() -> None:
    found = problems(
        RULES.replace("label: y", "lable: y")
        + "    - {metric: auc, at-least: 1}\n    - {metric: recall, against: x, margin: 0, slices: [id]}\n"
    )
    assert [line for line, *_ in found] == [4, 7, 8, 9, 9]
    assert found == sorted(found, key=lambda item: item[:2])


def test_an_address_that_is_none_is_told_what_a_bucket_is() -> None:
    with pytest.raises(ConfigError) as caught:
        parsed("version: 1\ntables: {a: {path: 's3://b/k.csv'}}")
    assert "a bucket has 3 to 63 lowercase letters" in caught.value.problems[0].remedy


def test_a_thousand_mistakes_are_cut() -> None:
    text = "version: 1\n" + "".join(f"k{number}: 1\n" for number in range(1000))
    assert len(problems(text)) == 100


@given(st.text(max_size=80))
def test_any_text_is_a_configuration_or_a_config_error(text: str) -> None:
    for data in (text.encode(errors="replace"), f"version: 1\n{text}".encode(errors="replace")):
        with contextlib.suppress(ConfigError):
            configuration.parse(data, "f")


KEYS = ["version", "model", "tables", "key", "label", "train", "baselines", "gate", "rules", "metric", "against", "run"]
LEAVES = st.none() | st.booleans() | st.integers() | st.sampled_from([*KEYS, "dummy", "accuracy", "0.5", "2%", ""])


@given(
    st.dictionaries(
        st.sampled_from(KEYS),
        st.recursive(
            LEAVES,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
            max_leaves=10,
        ),
    )
)
def test_any_values_are_a_configuration_or_a_config_error(values: dict[str, object]) -> None:
    import json

    with contextlib.suppress(ConfigError):
        configuration.parse(json.dumps({"version": 1, **values}).encode(), "f")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (Path("/nowhere/mlgate.yml"), "there is no such file"),
        (Path("/"), "this is a folder, not a file"),
        (Path("/dev/null/x"), "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read(path: Path, words: str) -> None:
    for load, command in ((configuration.load, "mlgate init"), (configuration.load_contract, "mlgate contract infer")):
        with pytest.raises(ConfigError, match=words) as caught:
            load(path, "mlgate.yml")
        assert command in caught.value.problems[0].remedy
