"""The schemas for editors and the checks in Python agree, and the reference pages are made from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from docs import generate_reference
from jsonschema import Draft202012Validator

from mlgate.core.comparison.metrics.names import AVERAGES, METRICS
from mlgate.core.config import grammar, yaml
from mlgate.core.config.contract import RuleKind
from mlgate.core.config.gate import ACCEPTABLE, GATE, MAX_BUDGET, MAX_SLICE_ROWS
from mlgate.core.config.model import (
    DEFAULT_SHELL,
    AcceptedOrigin,
    Approval,
    Bump,
    Config,
    Gate,
    OnChange,
    OnInconclusive,
    OwnMetric,
    Promote,
    Rule,
    Severity,
    StoreKind,
    Task,
    Train,
)
from mlgate.core.config.parse import LEAST_REPEATS, MOST_REPEATS, TOP, TRAIN
from mlgate.core.config.promote import PROMOTABLE, PROMOTE, STAGE, WORKFLOW
from mlgate.core.config.quantities import DURATION, PERCENT, SIZE
from mlgate.core.config.rule import MAX_BETA, MAX_BINS, MIN_BINS, RULE, SLICE
from mlgate.core.config.rule_subject import BUDGET, FUNCTION, MEASURED, OWN, OWN_NAME, POINTER
from mlgate.core.config.waivers import REQUIRED, WAIVER
from mlgate.errors import ConfigError
from mlgate.shell import configuration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
SCHEMAS = {
    name: json.loads((ROOT / "schemas" / f"{name}.schema.json").read_bytes())
    for name in ("config", "contract", "waivers")
}
PARSERS: dict[str, Callable[[bytes, str], Any]] = {
    "config": configuration.parse,
    "contract": configuration.parse_contract,
    "waivers": configuration.parse_waivers,
}

GOOD_CONFIGS = [
    "{}",
    "{model: a-b_c.d}",
    "{tables: {train: {path: ../data/train.csv}, x-1: {path: a b.csv, contract: c.yml}}}",
    "{tables: {a: {path: 'data/*.csv.gz', format: csv, compression: gzip}, b: {path: 's3://my-bucket/a/*.parquet'}}}",
    "{tables: {a: {path: a, dialect: {encoding: cp1252, delimiter: ';', quote: none, decimal: ',', thousands: '.'}}}}",
    "{tables: {a: {path: a, dialect: {header: false, columns: [a, b], nulls: ['', NA], quote: \"'\"}}}}",
    "{tables: {a: {path: a, dialect: {escape: '\\', date-format: '%d.%m.%Y', time-format: '%H:%M'}}}}",
    "{key: a, label: b, group: c, weight: d, positive: 1, task: binary}",
    "{positive: true}",
    "{train: {run: 'python x', predictions: p.csv, model: out/m, timeout: 90s, seed: 4294967295, inputs: [., src/]}}",
    "{train: {predictions: p.csv, shell: [bash, -c]}}",
    "{train: {estimator: a.b}, tables: {train: {path: t}}}",
    "{train: {estimator: {name: a.b, params: {c: [1]}, features: [x]}}, tables: {train: {path: t}}}",
    "{baselines: [promoted, dummy, base, {name: mine, predictions: a/b.csv}]}",
    "{baselines: []}",
    "{gate: {}}",
    "{gate: {confidence: 0.99, on-inconclusive: pass, on-contract-change: warn, on-holdout-change: fail, rules: []}}",
    "{promote: {}}",
    "{promote: {stage: staging, accept: [pass, inconclusive]}}",
    "{promote: {stages: [staging, {name: a-b_c, approve: environment}, {name: d, approve: second-person}, {name: e}]}}",
    "{promote: {stages: [{name: production, approve: environment, environment: 'prod / eu'}]}}",
    "{promote: {bump: auto, origin: ci, workflow: a.b-c.yaml, card: docs/card.md, allow-pickle: true}}",
    "{promote: {store: release, trusted-types: [a.b, c.D_e], sign: true, allowed-signers: ../.allowed}}",
    "{promote: {store: {folder: /mnt/models}, sign: false}}",
    "{promote: {store: {folder: ../models}}}",
    "{gate: {holdout-budget: 1}}",
    "{gate: {accept-reasons: [], slices: {}}}",
    "{gate: {accept-reasons: [metric-undefined, slice-empty, baseline-missing], slices: {at-least: 20}}}",
    "{train: {run: a, predictions: p, repeats: 3, seed: 7}}",
    "{train: {predictions: p, repeats: 1}}",
    "{train: {model: m}, gate: {rules: [{budget: model-size, at-most: 20MB}]}}",
    "{train: {run: a, model: m}, gate: {rules: [{budget: training-time, against: base, margin: 20%}]}}",
    "{train: {run: a, model: m}, gate: {rules: [{budget: peak-memory, against: base, margin: -1.5 GiB}]}}",
    "{train: {run: a, model: m}, gate: {rules: [{budget: {file: o/m.json, pointer: /a~1b/0}, at-most: 1e6}]}}",
]
GOOD_RULES = [
    "{metric: log_loss, against: dummy, margin: 2%}",
    "{metric: recall, against: dummy, margin: -0.5 %, severity: warn}",
    "{metric: recall, at-least: 0.6, proven: true}",
    "{metric: log_loss, at-most: 0.6, proven: false}",
    "{metric: accuracy, against: dummy, margin: 0.02, slices: [carrier, {column: distance, bins: 4}, {column: x}]}",
    "{metric: fbeta, beta: 2, average: macro, at-least: 0.5}",
    "{metric: mean_pinball_loss, alpha: 0.9, at-most: 3}",
    "{metric: demographic_parity_difference, by: sex, at-most: 0.1}",
    "{metric: {name: cost, column: cost}, against: dummy, margin: 1}",
    "{metric: {name: gain, file: a/m.py, function: row, greater-is-better: true}, at-least: 1}",
    "{metric: roc_auc, against: dummy, margin: -0.5}",
    "{metric: recall, at-least: 1, average: micro, severity: warn, id: 'a b'}",
    "{metric: log_loss, at-most: 0.3}",
]
BAD_CONFIGS = [
    "{version: 2}",
    "{version: '1'}",
    "{version: true}",
    "{model: ''}",
    "{model: a b}",
    "{model: a--b}",
    "{model: 1}",
    f"{{model: {'a' * 65}}}",
    "{mode: a}",
    "{tables: []}",
    "{tables: {1a: {path: a}}}",
    "{tables: {a b: {path: a}}}",
    "{tables: {a: b}}",
    "{tables: {a: {}}}",
    "{tables: {a: {path: ''}}}",
    "{tables: {a: {path: /a}}}",
    "{tables: {a: {path: ~}}}",
    "{tables: {a: {path: 'a\\b'}}}",
    "{tables: {a: {path: 'C:a'}}}",
    "{tables: {a: {path: 'http://a'}}}",
    "{tables: {a: {path: a, format: xlsx}}}",
    "{tables: {a: {path: 's3://b'}}}",
    "{tables: {a: {path: a, compression: zip}}}",
    "{tables: {a: {path: a, dialect: {delimiter: ab}}}}",
    "{tables: {a: {path: a, dialect: {delimiter: a}}}}",
    "{tables: {a: {path: a, dialect: {nulls: NA}}}}",
    "{tables: {a: {path: a, dialect: {columns: []}}}}",
    "{tables: {a: {path: a, dialect: {decimal: ';'}}}}",
    "{tables: {a: {path: a, dialect: {thousands: ';'}}}}",
    "{tables: {a: {path: a, dialect: {date-format: d}}}}",
    "{key: [a]}",
    "{key: 1}",
    "{label: null}",
    "{positive: null}",
    "{positive: ''}",
    "{task: classification}",
    "{train: {run: []}}",
    "{train: {timeout: 60}}",
    "{train: {timeout: 1d}}",
    "{train: {timeout: 0m}}",
    "{train: {seed: 1.5}}",
    "{train: {seed: -1}}",
    "{train: {inputs: a}}",
    "{train: {inputs: []}}",
    "{train: {shell: []}}",
    "{train: {shell: ''}}",
    "{train: {model: ../a}}",
    "{train: {predictions: a/../../b}}",
    "{train: {estimator: a}}",
    "{train: {estimator: {params: {}}}}",
    "{train: {estimator: {name: a.b, params: []}}}",
    "{train: {estimator: {name: a.b, features: []}}}",
    "{train: {repeats: 0}}",
    "{train: {repeats: 2}}",
    "{train: {repeats: 101}}",
    "{baselines: promoted}",
    "{baselines: [other]}",
    "{baselines: [{name: base, predictions: a}]}",
    "{baselines: [{name: a}]}",
    "{gate: []}",
    "{gate: {confidence: 0.5}}",
    "{gate: {confidence: 1}}",
    "{gate: {confidence: '0.95'}}",
    "{gate: {on-inconclusive: maybe}}",
    "{gate: {on-contract-change: pass}}",
    "{gate: {rules: {}}}",
    "{gate: {waivers: []}}",
    "{gate: {accept-reasons: metric-undefined}}",
    "{gate: {accept-reasons: [worse-than-margin]}}",
    "{gate: {accept-reasons: [slice-empty, slice-empty]}}",
    "{gate: {slices: {at-least: 0}}}",
    "{gate: {slices: 50}}",
    "{promote: {accept: [fail]}}",
    "{promote: {accept: []}}",
    "{promote: {accept: [pass, pass]}}",
    "{promote: {stage: a/b}}",
    "{promote: {stage: a.b}}",
    "{promote: {stage: -a}}",
    "{promote: {stage: ''}}",
    f"{{promote: {{stage: {'a' * 65}}}}}",
    "{promote: {stage: a, stages: [b]}}",
    "{promote: {stages: a}}",
    "{promote: {stages: []}}",
    "{promote: {stages: [a, a]}}",
    "{promote: {stages: [{approve: environment}]}}",
    "{promote: {stages: [{name: a, approve: nobody}]}}",
    "{promote: {stages: [{name: a, accept: [pass]}]}}",
    "{promote: {stages: [{name: a, environment: prod}]}}",
    "{promote: {stages: [{name: a, approve: second-person, environment: prod}]}}",
    "{promote: {stages: [{name: a, approve: environment, environment: ''}]}}",
    "{promote: {stages: [{name: a, approve: environment, environment: ' prod'}]}}",
    "{promote: {stages: [{name: a, approve: environment, environment: [prod]}]}}",
    f"{{promote: {{stages: [{{name: a, approve: environment, environment: {'p' * 256}}}]}}}}",
    "{promote: {bump: none}}",
    "{promote: {origin: local}}",
    "{promote: {store: bucket}}",
    "{promote: {store: folder}}",
    "{promote: {store: {}}}",
    "{promote: {store: {folder: ''}}}",
    "{promote: {store: {folder: ~/a}}}",
    "{promote: {store: {folder: 's3://a'}}}",
    "{promote: {store: {folder: 'a\\b'}}}",
    "{promote: {workflow: .github/workflows/a.yml}}",
    "{promote: {workflow: a.json}}",
    "{promote: {workflow: ..yml}}",
    "{promote: {card: /card.md}}",
    "{promote: {allow-pickle: 'yes'}}",
    "{promote: {trusted-types: []}}",
    "{promote: {trusted-types: [a]}}",
    "{promote: {trusted-types: [a.b, a.b]}}",
    "{promote: {sign: 1}}",
    "{promote: {allowed-signers: []}}",
    "{promote: {allow_pickle: true}}",
    "{gate: {holdout-budget: 0}}",
    "{gate: {holdout-budget: 1.5}}",
    "{gate: {holdout-budget: many}}",
]
BAD_RULES = [
    "roc_auc",
    "{}",
    "{metric: accuracy}",
    "{metric: unknown, at-least: 1}",
    "{metric: accuracy, against: dummy}",
    "{metric: accuracy, against: dummy, margin: 1 percent}",
    "{metric: accuracy, against: dummy, margin: 02%}",
    "{metric: accuracy, against: dummy, margin: 0.1, proven: true}",
    "{metric: accuracy, at-least: 0.5, proven: 1}",
    "{metric: fbeta, beta: 0, at-least: 0.5}",
    "{metric: mean_pinball_loss, alpha: 1, at-most: 1}",
    "{metric: demographic_parity_difference, by: [sex], at-most: 1}",
    "{metric: accuracy, at-least: 0.5, budget: model-size}",
    "{budget: model_size, at-most: 20MB}",
    "{budget: {file: a.json}, at-most: 1}",
    "{budget: {file: ../a.json, pointer: ''}, at-most: 1}",
    "{budget: {file: a.json, pointer: a}, at-most: 1}",
    "{budget: model-size, at-most: 20 megabytes}",
    "{metric: {column: a}, at-most: 1}",
    "{metric: {name: a}, at-most: 1}",
    "{metric: {name: a, file: a.py}, at-most: 1}",
    "{metric: {name: a, column: b, file: a.py}, at-most: 1}",
    "{metric: {name: a, column: b, file: a.py, function: c}, at-most: 1}",
    "{metric: {name: a, file: a.R, function: c}, at-most: 1}",
    "{metric: {name: a, file: a.py, function: 'c()'}, at-most: 1}",
    "{metric: {name: a b, column: c}, at-most: 1}",
    "{metric: accuracy, at-least: high}",
    "{metric: accuracy, at-least: 1, at-most: 1}",
    "{metric: accuracy, at-least: 1, severity: error}",
    "{metric: recall, at-least: 1, average: samples}",
    "{metric: accuracy, at-least: 1, slices: a}",
    "{metric: accuracy, at-least: 1, slices: []}",
    "{metric: accuracy, at-least: 1, slices: [{bins: 4}]}",
    "{metric: accuracy, at-least: 1, slices: [{column: a, bins: 1}]}",
    "{metric: accuracy, at-least: 1, id: ''}",
]
# What only Python can say: the schema accepts it, and it is wrong all the same.
MEANINGLESS = [
    "{key: a, label: a}",
    "{train: {run: a}}",
    "{train: {run: a, predictions: p, estimator: b.c}, tables: {train: {path: t}}}",
    "{train: {estimator: b.c}}",
    "{train: {model: a, predictions: a}}",
    '{train: {shell: "a \'b"}}',
    "{tables: {a-b: {path: x}, a_b: {path: y}}}",
    "{baselines: [dummy, dummy]}",
    "{gate: {rules: [{metric: accuracy, at-least: 1}]}}",
    "{promote: {stages: [a, {name: a}]}}",
    "{promote: {sign: true}}",
    "{train: {predictions: p, repeats: 3}}",
    "{train: {run: a, model: m, repeats: 3, seed: 4294967294}}",
    "{gate: {rules: [{budget: model-size, at-most: 20MB}]}}",
    "{train: {predictions: p, model: m}, gate: {rules: [{budget: peak-memory, at-most: 2GB}]}}",
]
MEANINGLESS_RULES = [
    "{metric: matthews_corrcoef, against: dummy, margin: 2%}",
    "{metric: demographic_parity_difference, by: a, against: dummy, margin: 2%}",
    "{metric: fbeta, at-least: 0.5}",
    "{metric: fbeta, beta: 2, alpha: 0.5, at-least: 0.5}",
    "{metric: mean_pinball_loss, at-most: 1}",
    "{metric: demographic_parity_difference, at-most: 0.1}",
    "{metric: demographic_parity_difference, by: y, at-most: 0.1}",
    "{metric: expected_calibration_error, at-most: 0.1}",
    "{metric: r2, against: dummy, margin: 2%}",
    "{metric: {name: cost, column: cost}, against: dummy, margin: 2%}",
    "{metric: accuracy, against: dummy, margin: 100%}",
    "{metric: log_loss, against: dummy, margin: -100%}",
    "{metric: accuracy, against: dummy, margin: 2}",
    "{metric: accuracy, against: dummy, margin: 2MB}",
    "{metric: accuracy, at-least: 60}",
    "{metric: accuracy, at-least: 0.5, beta: 2}",
    "{metric: accuracy, by: sex, at-least: 0.5}",
    "{metric: {name: cost, column: cost}, at-least: 1}",
    "{metric: {name: cost, column: id}, at-most: 1}",
    "{metric: {name: accuracy, column: cost}, at-most: 1}",
    "{metric: {name: cost, column: cost}, at-most: 1, average: macro}",
    "{metric: accuracy, at-least: 0.5, slices: [id]}",
    "{metric: accuracy, at-least: 0.5, slices: [a, {column: a, bins: 2}]}",
    "{budget: training-time, at-most: 20}",
    "{budget: training-time, at-most: 20MB}",
    "{budget: model-size, at-least: 20MB}",
    "{budget: model-size, at-most: 20MB, slices: [a]}",
    "{budget: model-size, at-most: 20MB, proven: true}",
    "{budget: model-size, against: dummy, margin: 20%}",
    "{metric: accuracy, against: nobody, margin: 0}",
    "{metric: log_loss, at-least: 0}",
    "{metric: accuracy, at-least: 0, average: macro}",
]
FRAME = (
    "{{tables: {{holdout: {{path: h.csv}}}}, key: id, label: y, train: {{predictions: p.csv}}, gate: {{rules: [{}]}}}}"
)

GOOD_CONTRACTS = [
    "{row: {}}",
    "{table: []}",
    "{row: {type: object, properties: {a: {type: [string, 'null'], redact: true}}, $defs: {b: {}}}, table: []}",
    "{table: [primary-key: a, primary-key: [a, b], primary-key: {columns: [a], severity: warn}]}",
    "{table: [row-count: {at-least: 1}, row-count: {at-most: 2, severity: fail}]}",
    "{table: [null-fraction: {column: a, at-most: 0}]}",
    "{table: [no-overlap: {with: train, by: a}, no-overlap: {with: train, by: [a, b], severity: warn}]}",
    "{table: [no-overlap: {with: train, by: row, at-most: 1%}]}",
    "{table: [unique: a, unique: [a, b], unique: {columns: a, at-most: 0.5}]}",
    "{table: [rows-change: {at-most: 20%}, rows-change: {at-most: 2.5}, rows-change: {at-most: 100000%}]}",
    "{table: [null-fraction: {column: a, at-least: 100%, at-most: 1}, null-fraction: {column: a, at-most: 0.25 %}]}",
    "{table: [distinct-count: {column: a, at-least: 1, at-most: 2}]}",
    "{table: [min: {column: a, at-least: -1.5}, max: {column: a, at-most: 2015-01-31, at-least: 2014-01-01T10:00Z}]}",
    "{table: [mean: {column: a, at-least: 0}, stddev: {column: a, at-most: 1e3}, sum: {column: a, at-least: 1}]}",
    "{table: [quantile: {column: a, q: 0.5, at-most: 1}]}",
    "{table: [share: {column: a, value: UA, at-most: 40%}, share: {column: a, value: false, at-least: 0}]}",
    "{table: [sorted: {by: a}, sorted: {by: a, order: descending, strictly: true, at-most: 0.1%}]}",
    "{table: [compare: a >= b, compare: two words  != b, compare: {left: 'a > b', operator: '==', right: ' c'}]}",
    "{table: [duplicate-rows: {at-most: 0}, duplicate-rows: {at-most: 1%, ignore: [id]}]}",
    "{table: [conflicting-labels: {label: y}, conflicting-labels: {label: y, features: [a], at-most: 0.1}]}",
    "{table: [label-balance: {label: y, at-least: 5%}]}",
    "{table: [freshness: {column: t, within: 7d}, freshness: {column: t, within: 2w, severity: warn}]}",
    "{table: [foreign-key: {columns: a, references: b}, foreign-key: {columns: [a, c], references: b, key: [d, e]}]}",
]
BAD_CONTRACTS = [
    "{}",
    "[]",
    "{rows: {}}",
    "{row: []}",
    "{row: true}",
    "{row: {type: text}}",
    "{row: {properties: {a: {minimum: x}}}}",
    "{row: {required: a}}",
    "{row: {properties: {a: {items: [{}]}}}}",
    "{table: {}}",
    "{table: [a]}",
    "{table: [{}]}",
    "{table: [uniqe: a]}",
    "{table: [unique: {columns: a, at-most: 101%}]}",
    "{table: [unique: {columns: a, at-most: 05%}]}",
    "{table: [unique: {columns: a, at-most: -1%}]}",
    "{table: [unique: {columns: a, at-most: '0.5'}]}",
    "{table: [primary-key: {columns: a, at-most: 1%}]}",
    "{table: [rows-change: {}]}",
    "{table: [rows-change: {at-least: 1}]}",
    "{table: [rows-change: {at-most: 1001}]}",
    "{table: [distinct-count: {column: a}]}",
    "{table: [distinct-count: {column: a, at-most: 1.5}]}",
    "{table: [min: {column: a, at-least: 2015-1-1}]}",
    "{table: [min: {column: a, at-least: true}]}",
    "{table: [max: {at-least: 1}]}",
    "{table: [mean: {column: a, at-least: 2015-01-01}]}",
    "{table: [mean: {column: a, atleast: 1}]}",
    "{table: [quantile: {column: a, at-most: 1}]}",
    "{table: [quantile: {column: a, q: 99, at-most: 1}]}",
    "{table: [share: {column: a, at-most: 1}]}",
    "{table: [share: {column: a, value: null, at-most: 1}]}",
    "{table: [share: {column: a, value: [b], at-most: 1}]}",
    "{table: [sorted: a]}",
    "{table: [sorted: {by: [a, b]}]}",
    "{table: [sorted: {by: a, order: up}]}",
    "{table: [sorted: {by: a, strictly: 1}]}",
    "{table: [compare: a]}",
    "{table: [compare: a>=b]}",
    "{table: [compare: a = b]}",
    "{table: [compare: {left: a, operator: '=', right: b}]}",
    "{table: [compare: {left: a, right: b}]}",
    "{table: [duplicate-rows: {}]}",
    "{table: [conflicting-labels: {features: [a]}]}",
    "{table: [label-balance: {label: y}]}",
    "{table: [label-balance: {label: [y], at-least: 0.1}]}",
    "{table: [freshness: {column: t, within: 7}]}",
    "{table: [freshness: {column: t, within: 0d}]}",
    "{table: [freshness: {column: t}]}",
    "{table: [foreign-key: {columns: a}]}",
    "{table: [foreign-key: {columns: a, references: 'b c'}]}",
    "{table: [primary-key: []]}",
    "{table: [primary-key: [a, a]]}",
    "{table: [primary-key: 1]}",
    "{table: [primary-key: {severity: warn}]}",
    "{table: [{primary-key: a, severity: warn}]}",
    "{table: [{primary-key: a, row-count: {at-least: 1}}]}",
    "{table: [row-count: {}]}",
    "{table: [row-count: {at-least: -1}]}",
    "{table: [row-count: {at-least: 0.5}]}",
    "{table: [null-fraction: {at-most: 1}]}",
    "{table: [null-fraction: {column: a}]}",
    "{table: [null-fraction: {column: a, at-most: 1.1}]}",
    "{table: [no-overlap: {with: train}]}",
    "{table: [no-overlap: {with: '1', by: a}]}",
    "{table: [no-overlap: {with: a, by: b, severity: error}]}",
]
# What only Python can say.
MEANINGLESS_CONTRACTS = [
    "{table: [row-count: {at-least: 2, at-most: 1}]}",
    "{table: [null-fraction: {column: a, at-least: 20%, at-most: 0.1}]}",
    "{table: [min: {column: a, at-least: 2015-01-02, at-most: 2015-01-01}]}",
    "{table: [min: {column: a, at-least: 2015-02-30}]}",
    "{table: [max: {column: a, at-least: 1, at-most: 2015-01-01}]}",
    "{table: [compare: a >= b >= c]}",
    "{table: [conflicting-labels: {label: y, features: [a], ignore: [b]}]}",
    "{table: [conflicting-labels: {label: y, features: [a, y]}]}",
    "{table: [foreign-key: {columns: [a, b], references: c, key: d}]}",
    "{row: {properties: {a: {}}, additionalProperties: false}, table: [unique: b]}",
]


GOOD_WAIVERS = [
    "",
    "[]",
    "[{rule: recall >= 0.6, reason: Known., who: jane, until: 2026-12-31}]",
    "[{rule: a, slice: b = C, reason: b, who: c, until: '2026-12-31'},{rule: a, reason: b, who: c, until: 2026-01-01}]",
]
BAD_WAIVERS = [
    "{}",
    "[a]",
    "[{rule: a, reason: b, who: c}]",
    "[{rule: '', reason: b, who: c, until: 2026-12-31}]",
    "[{rule: a, reason: ' ', who: c, until: 2026-12-31}]",
    '[{rule: a, reason: "b\\nc", who: c, until: 2026-12-31}]',
    "[{rule: a, reason: b, who: 1, until: 2026-12-31}]",
    "[{rule: a, reason: b, who: c, until: 31.12.2026}]",
    "[{rule: a, reason: b, who: c, until: never}]",
    "[{rule: a, reason: b, who: c, until: 2026-12-31, severity: warn}]",
    f"[{{rule: a, reason: {'b' * 301}, who: c, until: 2026-12-31}}]",
]


def both(name: str, text: str) -> tuple[bool, bool]:
    """Return what the schema and what Python say."""
    value = yaml.read(text.encode(), "f").plain()
    if name == "config":
        value = {"version": 1, **value}
    try:
        PARSERS[name](json.dumps(value).encode(), "f.yml")
        parsed = True
    except ConfigError:
        parsed = False
    return Draft202012Validator(SCHEMAS[name]).is_valid(value), parsed


@pytest.mark.parametrize("text", GOOD_CONFIGS + [FRAME.format(rule) for rule in GOOD_RULES])
def test_both_accept_a_configuration(text: str) -> None:
    assert both("config", text) == (True, True)


@pytest.mark.parametrize("text", BAD_CONFIGS + [FRAME.format(rule) for rule in BAD_RULES])
def test_both_refuse_a_configuration(text: str) -> None:
    assert both("config", text) == (False, False)


@pytest.mark.parametrize("text", MEANINGLESS + [FRAME.format(rule) for rule in MEANINGLESS_RULES])
def test_python_refuses_what_has_the_shape_but_no_meaning(text: str) -> None:
    assert both("config", text) == (True, False)


@pytest.mark.parametrize("text", GOOD_WAIVERS)
def test_both_accept_waivers(text: str) -> None:
    assert both("waivers", text) == (True, True)


@pytest.mark.parametrize("text", BAD_WAIVERS)
def test_both_refuse_waivers(text: str) -> None:
    assert both("waivers", text) == (False, False)


def test_python_refuses_a_day_that_the_calendar_has_not() -> None:
    assert both("waivers", "[{rule: a, reason: b, who: c, until: 2026-02-30}]") == (True, False)


@pytest.mark.parametrize("text", GOOD_CONTRACTS)
def test_both_accept_a_contract(text: str) -> None:
    assert both("contract", text) == (True, True)


@pytest.mark.parametrize("text", MEANINGLESS_CONTRACTS)
def test_python_refuses_a_contract_that_has_the_shape_but_no_meaning(text: str) -> None:
    assert both("contract", text) == (True, False)


@pytest.mark.parametrize("text", BAD_CONTRACTS)
def test_both_refuse_a_contract(text: str) -> None:
    assert both("contract", text) == (False, False)


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*/mlgate.yml")), ids=lambda path: path.parent.name)
def test_the_examples_are_accepted_by_both(path: Path) -> None:
    files = {path: "config"} | dict.fromkeys(path.parent.glob("contracts/*.yml"), "contract")
    for file, name in files.items():
        value = yaml.read(file.read_bytes(), file.name).plain()
        Draft202012Validator(SCHEMAS[name]).validate(value)
        PARSERS[name](file.read_bytes(), file.name)


def objects(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "", schema
    yield from schema["$defs"].items()


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_property_is_described(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    for where, part in objects(SCHEMAS[name]):
        assert part["description"], where
        for key, value in part.get("properties", {}).items():
            assert value["description"].endswith("."), f"{where}.{key}"


@pytest.mark.parametrize("name", SCHEMAS)
def test_defaults_satisfy_their_own_schema(name: str) -> None:
    for _, part in objects(SCHEMAS[name]):
        for value in part.get("properties", {}).values():
            if "default" in value:
                Draft202012Validator({**value, "$defs": SCHEMAS[name]["$defs"]}).validate(value["default"])


def test_defaults_are_those_of_the_classes() -> None:
    properties = {name: part.get("properties", {}) for name, part in objects(SCHEMAS["config"])}
    defaults = {
        f"{name}.{key}": value["default"] for name, part in properties.items() for key, value in part.items()
        if "default" in value
    }  # fmt: skip
    assert defaults[".model"] == Config.model
    assert tuple(defaults["train.shell"].split()) == DEFAULT_SHELL
    assert defaults["train.timeout"] == f"{Train.timeout_seconds / 60:g}m"
    assert defaults["train.seed"] == Train.seed
    assert defaults["train.repeats"] == Train.repeats
    gate = {key.removeprefix("gate."): value for key, value in defaults.items() if key.startswith("gate.")}
    assert gate.pop("slices") == {}
    assert defaults["slice-policy.at-least"] == Gate().slices.at_least
    assert {**plain(gate), "holdout_budget": None, "slices": Gate().slices} == vars(Gate())
    assert defaults["own-metric.greater-is-better"] is OwnMetric.greater_is_better
    assert defaults["rule.proven"] is Rule.proven
    promote = {key.removeprefix("promote."): v for key, v in defaults.items() if key.startswith("promote.")}
    assert promote.pop("stage") == Promote().stage
    assert plain(promote).items() <= vars(Promote()).items()
    without = {"stages", "folder", "card", "trusted_types", "allowed_signers"}
    assert set(vars(Promote())) - set(plain(promote)) == without
    assert defaults["rule.severity"] == Severity.FAIL


def plain(defaults: dict[str, Any]) -> dict[str, Any]:
    return {key.replace("-", "_"): tuple(v) if isinstance(v, list) else v for key, v in defaults.items()}


def test_keys_and_words_are_those_of_the_code() -> None:
    parts = SCHEMAS["config"]["$defs"]
    assert tuple(SCHEMAS["config"]["properties"]) == TOP
    assert tuple(parts["train"]["properties"]) == TRAIN
    assert tuple(parts["gate"]["properties"]) == GATE
    assert tuple(parts["rule"]["properties"]) == RULE
    rule = parts["rule"]["properties"]
    assert rule["metric"]["anyOf"][0]["enum"] == list(METRICS)
    assert tuple(rule["budget"]["anyOf"][0]["enum"]) == MEASURED
    assert tuple(rule["average"]["enum"]) == AVERAGES
    assert rule["beta"]["exclusiveMaximum"] == MAX_BETA
    assert tuple(parts["own-metric"]["properties"]) == OWN
    assert tuple(parts["budget"]["properties"]) == BUDGET
    assert tuple(parts["slice"]["properties"]) == SLICE
    assert (parts["slice"]["properties"]["bins"]["minimum"], parts["slice"]["properties"]["bins"]["maximum"]) == (
        MIN_BINS,
        MAX_BINS,
    )
    assert parts["slice-policy"]["properties"]["at-least"]["maximum"] == MAX_SLICE_ROWS
    assert tuple(parts["gate"]["properties"]["accept-reasons"]["items"]["enum"]) == ACCEPTABLE
    repeats = parts["train"]["properties"]["repeats"]
    assert (repeats["not"]["const"] + 1, repeats["maximum"]) == (LEAST_REPEATS, MOST_REPEATS)
    assert SCHEMAS["config"]["properties"]["task"]["enum"] == list(Task)
    assert parts["gate"]["properties"]["on-inconclusive"]["enum"] == list(OnInconclusive)
    assert parts["gate"]["properties"]["on-contract-change"]["enum"] == list(OnChange)
    assert parts["gate"]["properties"]["holdout-budget"]["maximum"] == MAX_BUDGET
    promote = parts["promote"]["properties"]
    assert tuple(promote) == PROMOTE
    assert tuple(promote["accept"]["items"]["enum"]) == PROMOTABLE
    assert promote["bump"]["enum"] == list(Bump)
    assert promote["origin"]["enum"] == list(AcceptedOrigin)
    assert [*promote["store"]["anyOf"][0]["enum"], "folder"] == list(StoreKind)
    assert parts["stage"]["properties"]["approve"]["enum"] == list(Approval)
    assert list(SCHEMAS["contract"]["$defs"]["rule"]["properties"]) == list(RuleKind)
    assert tuple(SCHEMAS["waivers"]["$defs"]["waiver"]["properties"]) == WAIVER
    assert tuple(SCHEMAS["waivers"]["$defs"]["waiver"]["required"]) == REQUIRED


def test_grammars_are_those_of_the_code() -> None:
    parts = SCHEMAS["config"]["$defs"]
    assert parts["name"]["pattern"] == f"^{grammar.NAME.pattern.removeprefix('(?=.{1,64}$)')}$"
    assert SCHEMAS["config"]["properties"]["tables"]["propertyNames"]["pattern"] == f"^{grammar.TABLE.pattern}$"
    assert parts["estimator-name"]["pattern"] == f"^{grammar.ESTIMATOR.pattern}$"
    assert parts["path"]["maxLength"] == grammar.MAX_PATH
    own = parts["own-metric"]["properties"]
    assert own["name"]["pattern"] == f"^{OWN_NAME.pattern}$"
    assert own["function"]["pattern"] == f"^{FUNCTION.pattern}$"
    assert parts["budget"]["properties"]["pointer"]["pattern"] == f"^{POINTER.pattern}$".replace("\\x", "\\u00")
    number, units = (part.replace("(?:", "(") for part in PERCENT.pattern.split(") ?"))
    assert parts["share"]["pattern"] == f"^{number.removeprefix('(')} ?{units}$"
    for unit in (SIZE, DURATION):
        assert unit.pattern.rpartition("(")[2].rstrip(")") in parts["quantity"]["pattern"]
    assert parts["stage-name"]["pattern"] == f"^{STAGE.pattern.removeprefix('(?=.{1,64}$)')}$"
    assert (
        parts["promote"]["properties"]["workflow"]["pattern"] == f"^{WORKFLOW.pattern.removeprefix('(?=.{1,100}$)')}$"
    )


@pytest.mark.parametrize("path", sorted(generate_reference.pages()))
def test_the_committed_page_is_the_generated_one(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == generate_reference.pages()[path], "run `make docs`"


@pytest.mark.parametrize("page", ["config", "contract"])
def test_the_example_on_the_page_is_accepted(page: str) -> None:
    text = (ROOT / "docs" / "reference" / f"{page}.md").read_text(encoding="utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    PARSERS[page](example.encode(), "example.yml")
