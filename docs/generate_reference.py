"""Makes the reference pages of the configuration and of contracts from their JSON Schemas.

`pages()` is what `docs/generate.py` writes and what a test compares with the committed files.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
NOTE = "<!-- Made by docs/generate.py from {source}: edit that, and run `make docs`. -->"

WORDS = {
    "fraction": "number from 0 to 1, or percentage",
    "limit": "number, date or time",
    "mark": "one character",
}

CONFIG_INTRODUCTION = """\
One file, `mlgate.yml`, says which tables there are, how the model is trained, and what decides the merge. `mlgate init`
writes one. Every mistake is reported at once, each with file, line, column, and what to do. It is read as YAML 1.2:
`on`, `no`, `012` and `12:30:45` are text; tags, doubled keys and a second document are refused. Paths are relative to
its folder.

With this first line an editor that knows the YAML language server completes and checks it:

```yaml
# yaml-language-server: $schema=https://raw.githubusercontent.com/mlgate/mlgate/main/schemas/config.schema.json
version: 1
model: flight-delays
tables:
  train: {path: data/train.parquet, contract: contracts/flights.yml}
  holdout: {path: data/holdout.parquet, contract: contracts/flights.yml}
key: flight_id
label: delayed
train:
  run: python train.py
  inputs: [train.py, src/]
  model: model.skops
  predictions: predictions.parquet
baselines: [base, dummy]
gate:
  on-inconclusive: warn
  accept-reasons: [slice-empty]
  rules:
    - {metric: roc_auc, against: base, margin: 0.005}
    - {metric: log_loss, against: base, margin: 2%}
    - {metric: recall, at-least: 0.60, proven: true}
    - {metric: fbeta, beta: 2, at-least: 0.55}
    - {metric: accuracy, against: base, margin: 0.02, slices: [carrier, {column: distance, bins: 4}]}
    - {metric: {name: cost, column: cost}, against: base, margin: 0.5}
    - {budget: model-size, at-most: 20MB}
promote:
  stages: [staging, {name: production, approve: environment}]
  accept: [pass, warn]
  bump: auto
```

Beyond the tables below: rules on metrics need a table called `holdout`, `key`, `label` and `train.predictions`; a
rule's baseline must be one of `baselines`; a floor makes sense only for a metric that is better when higher; a margin
in percent only for one that is never zero or negative (not for `r2`, `matthews_corrcoef`, `cohen_kappa`, a fairness
difference or a metric of your own); `average`, `beta`, `alpha` and `by` only for the metrics that have them; all rules
must fit one task; and `promote.sign` needs `promote.allowed-signers`. A rule without an `id` is called by what it says:
`recall >= 0.6`, `accuracy vs base per carrier`.

## Waivers

A file of its own beside the configuration, `mlgate-waivers.yml`, names failing rules that somebody answers for, until
a day:

```yaml
# yaml-language-server: $schema=https://raw.githubusercontent.com/mlgate/mlgate/main/schemas/waivers.schema.json
- rule: accuracy vs base per carrier
  slice: carrier = HA
  reason: Too few flights since May; new labels come in September.
  who: jane@example.org
  until: 2026-09-30
```

The file is read at the base, as all policy is: a pull request cannot waive anything for itself, and editing the file is
`policy-changed`. Without `slice` the whole rule is waived, in every slice. What a waiver covers comes to `warn`, reason
`waived`, in the first lines of the report, with who answers for it, why, and until when (that day included). After it
the rule fails again, with `waiver-expired`; a waiver that names no rule is `waiver-unknown`, a warning. A rule without
a result cannot be waived.
"""

CONTRACT_INTRODUCTION = """\
A contract says what a table must satisfy. `row` is plain [JSON Schema 2020-12](https://json-schema.org/draft/2020-12)
for one row, in which a column is a property; `table` holds what no single row can say. `mlgate contract
infer` writes a first one from the data.

```yaml
# yaml-language-server: $schema=https://raw.githubusercontent.com/mlgate/mlgate/main/schemas/contract.schema.json
row:
  type: object
  properties:
    flight_id: {type: string, pattern: "^[0-9]{8}-[A-Z0-9]+$"}
    carrier: {enum: [AA, B6, DL, UA]}
    distance: {type: number, exclusiveMinimum: 0}
    dep_delay: {type: [number, "null"]}
    passenger: {type: string, redact: true}
  required: [flight_id, carrier, distance]
table:
  - primary-key: [flight_id]
  - row-count: {at-least: 1000}
  - rows-change: {at-most: 20%}
  - null-fraction: {column: dep_delay, at-most: 3%, severity: warn}
  - mean: {column: distance, at-least: 900, at-most: 1200}
  - quantile: {column: dep_delay, q: 0.99, at-most: 240}
  - min: {column: day, at-least: 2013-01-01}
  - share: {column: carrier, value: UA, at-least: 0.1, at-most: 0.4}
  - compare: arrival >= departure
  - conflicting-labels: {label: delayed, ignore: [flight_id], at-most: 0.1%}
  - freshness: {column: departure, within: 7d}
  - foreign-key: {columns: carrier, references: airlines, key: code}
  - no-overlap: {with: train, by: [flight_id]}
```

A rule that has nothing to measure never passes: without rows, in a column of nulls, or with cells that are not what it
is about, it is the finding `rule-unmeasured`. [How tables are read](tables.md#table-rules) says what each rule takes a
cell for.

A file whose name ends in `.json` is read as JSON, any other as YAML 1.2. Nothing is fetched: `$ref` leads to a part
of the same `row`. A keyword that looks like a misspelling of one of JSON Schema's is refused, because it would
check nothing; begin the names of your own notes with `x-`.
"""


def pages() -> dict[str, str]:
    """Return each page by its path in the repository."""
    return {
        "docs/reference/config.md": config_page(_schema("config")),
        "docs/reference/contract.md": contract_page(_schema("contract")),
    }


def config_page(schema: dict[str, Any]) -> str:
    """Return the page of `mlgate.yml`."""
    sections = {"`tables.<name>`": "table", "`tables.<name>.dialect`": "dialect"}
    sections |= {"`tables.<name>.drift`": "drift", "`train`": "train"}
    sections |= {"`train.estimator`": "estimator"}
    sections |= {"`baselines[]`": "baseline", "`gate`": "gate", "`gate.slices`": "slice-policy"}
    sections |= {"`gate.rules[]`": "rule", "`gate.rules[].metric`, one of your own": "own-metric"}
    sections |= {"`gate.rules[].budget`, a number in a file": "budget", "`gate.rules[].slices[]`, long form": "slice"}
    sections |= {"`promote`": "promote"}
    sections |= {"`promote.stages[]`, long form": "stage", "`promote.store`, long form": "store-folder"}
    return _page("Configuration", "config", CONFIG_INTRODUCTION, schema, sections)


def contract_page(schema: dict[str, Any]) -> str:
    """Return the page of contracts."""
    long_forms = ("primary-key", "unique", "compare")
    names = schema["$defs"]["rule"]["properties"]
    sections = {"`table[]`: one of these rules": "rule"}
    sections |= {f"`{name}`" + (", long form" if name in long_forms else ""): name for name in names}
    return _page("Contract", "contract", CONTRACT_INTRODUCTION, schema, sections)


def _schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return loaded


def _page(title: str, source: str, introduction: str, schema: dict[str, Any], sections: dict[str, str]) -> str:
    lines = [NOTE.format(source=f"schemas/{source}.schema.json"), "", f"# {title}", "", introduction]
    lines += ["## Top level", "", *_table(schema, schema), ""]
    for heading, name in sections.items():
        part = schema["$defs"][name]
        lines += [f"## {heading}", "", part["description"], "", *_table(part, schema), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(part: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    yield "| key | value | default | |"
    yield "|---|---|---|---|"
    for key, value in part["properties"].items():
        name = f"`{key}`" + (" (required)" if key in part.get("required", ()) else "")
        default = f"`{_short(value['default'])}`" if "default" in value else ""
        yield f"| {name} | {_cell(_value(value, schema))} | {default} | {_cell(value['description'])} |"


def _value(value: dict[str, Any], schema: dict[str, Any]) -> str:
    """Return in words what a value may be."""
    if "const" in value:
        return f"`{_short(value['const'])}`"
    if "enum" in value:
        return ", ".join(f"`{item}`" for item in value["enum"])
    if "anyOf" in value and "properties" not in value:
        return "; or ".join(_value(option, schema) for option in value["anyOf"])
    if "$ref" in value:
        return _referred(value["$ref"], schema)
    if value.get("type") == "array":
        return f"list of {_value(value['items'], schema)}"
    if value.get("type") in ("number", "integer"):
        return {"number": "number", "integer": "whole number"}[value["type"]] + _bounds(value)
    kinds: list[str] = value["type"] if isinstance(value["type"], list) else [value["type"]]
    return " or ".join({"string": "text", "object": "mapping"}.get(kind, kind) for kind in kinds)


def _referred(reference: str, schema: dict[str, Any]) -> str:
    if not reference.startswith("#/$defs/"):
        return "JSON Schema"
    name = reference.removeprefix("#/$defs/")
    target = schema["$defs"][name]
    if name in WORDS:
        return WORDS[name]
    if target.get("type") == "object":
        return "mapping"
    if target.get("type") == "string" or "$ref" in target:
        return name.replace("-", " ")
    return _value(target, schema)


def _bounds(value: dict[str, Any]) -> str:
    words = {"exclusiveMinimum": "above", "minimum": "from", "exclusiveMaximum": "below", "maximum": "to"}
    found = [f"{word} {value[key]:g}" for key, word in words.items() if key in value and value[key] < 10**9]
    return " " + " ".join(found) if found else ""


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
