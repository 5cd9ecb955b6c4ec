"""The user's repository of the stories: a model that is a threshold, trained in plain Python, and its two workflows."""

from __future__ import annotations

from tests.toolbox import ROOT

MODEL = "flight-delays"  # the name that the example workflows give to their artifacts
ROWS = 300
EXAMPLES = ROOT / "examples" / "workflows"

CONFIG = f"""\
version: 1
model: {MODEL}
tables:
  train: {{path: data/train.csv, contract: contracts/rows.yml}}
  holdout: {{path: data/holdout.csv, contract: contracts/rows.yml}}
key: id
label: y
train:
  run: python3 train.py
  inputs: [train.py, data/]
  model: model.safetensors
  predictions: predictions.csv
baselines: [promoted]
gate:
  rules:
    - {{metric: accuracy, at-least: 0.7}}
    - {{metric: accuracy, against: promoted, margin: 0.05}}
"""

CONTRACT = """\
row:
  type: object
  properties:
    id: {type: string, pattern: "^[th][0-9]+$"}
    x: {type: number, minimum: 0, maximum: 1}
    y: {type: integer, enum: [0, 1]}
  required: [id, x, y]
table:
  - primary-key: [id]
  - row-count: {at-least: 100}
"""

PROMOTE = """\
promote:
  stage: production
  store: release
  workflow: model.yml
"""

TRAIN = '''\
"""The model is a threshold, kept as a safetensors file; predictions come from it."""
import csv, json, os, struct

THRESHOLD = 0.5
header = json.dumps({"threshold": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}}).encode()
header += b" " * (-len(header) % 8)
with open("model.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header + struct.pack("<d", THRESHOLD))
with open(os.environ["MLGATE_TRAIN_HOLDOUT"], newline="") as file, open("predictions.csv", "w") as out:
    out.write("id,prediction\\n")
    for row in csv.DictReader(file):
        out.write(f"{row['id']},{int(float(row['x']) > THRESHOLD)}\\n")
'''

IGNORED = "mlgate-run/\npredictions.csv\nmodel.safetensors\n"


def trained(threshold: float) -> dict[str, str]:
    """Return the change that makes the model another one; 0.5 is the best, 0.6 passable, 0.8 and above bad."""
    return {"train.py": TRAIN.replace("THRESHOLD = 0.5", f"THRESHOLD = {threshold}")}


def rows(prefix: str) -> str:
    """Return a table whose label is `x > 0.5`, but for every tenth row."""
    lines = ["id,x,y"]
    for i in range(ROWS):
        x = (i * 37 % 100 + 0.5) / 100
        lines.append(f"{prefix}{i},{x},{int((x > 0.5) != (i % 10 == 0))}")
    return "\n".join(lines) + "\n"


def files(**workflows: str) -> dict[str, str]:
    """Return the repository's files before there is a model worth promoting; `workflows` are texts by name."""
    return {
        **{f".github/workflows/{name}.yml": text for name, text in workflows.items()},
        ".gitignore": IGNORED,
        "README.md": "A tiny model.\n",
        "requirements.txt": "# nothing: plain Python\n",
        "mlgate.yml": CONFIG,
        "contracts/rows.yml": CONTRACT,
        "data/train.csv": rows("t"),
        "data/holdout.csv": rows("h"),
        **trained(0.65),
    }


def with_registry(secret: str) -> dict[str, str]:
    """Return the repository's files with promotion on merge and rollback by hand, by the token in `secret`.

    A second rollback, `job-token`, is the example as it is and uses the token of its job.
    """
    by_secret = {name: with_token(example(name), secret) for name in ("promote", "rollback")}
    workflows = files(model=example("one-uses"), **by_secret, **{"job-token": example("rollback")})
    return {**workflows, "mlgate.yml": CONFIG + PROMOTE}


def example(name: str) -> str:
    """Return an example workflow as it is, but for the names of the two files that the training writes."""
    text = (EXAMPLES / f"{name}.yml").read_text(encoding="utf-8")
    return text.replace("model.skops", "model.safetensors").replace("predictions.parquet", "predictions.csv")


def with_token(workflow: str, secret: str) -> str:
    """Let the last step, which writes to the registry, do so by a token in a secret."""
    start = "" if "        with:" in workflow[workflow.rindex("- uses:") :] else "        with:\n"
    return f"{workflow.rstrip()}\n{start}          github-token: ${{{{ secrets.{secret} }}}}\n"
