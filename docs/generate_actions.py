"""Write `docs/reference/actions/<action>.md` from each `action.yml`, so that the tables say what the actions say.

`python docs/generate_actions.py` writes the pages; a contract test holds that they are fresh.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference" / "actions"
PULL_REQUEST = (
    "fetch-base",
    "validate-data",
    "train-model",
    "compare-models",
    "build-report",
    "post-report",
    "enforce-gate",
)
REGISTRY = ("promote-model", "rollback-model")
ORDER = (*PULL_REQUEST, *REGISTRY)
# Where a line without inputs does not say it all.
EXAMPLES = {
    "validate-data": """\
- uses: mlgate/mlgate/actions/validate-data@v0 # the tables of mlgate.yml

- uses: mlgate/mlgate/actions/validate-data@v0 # or files by a contract, without a configuration
  with:
    files: |
      data/parcels.csv
      data/returns.csv
    contract: contracts/parcels.yml"""
}
NOTE = "<!-- Written by docs/generate_actions.py from {source}. -->"


def pages() -> dict[Path, str]:
    """Return every generated page by its path."""
    sources = {"mlgate": ROOT / "action.yml", **{name: ROOT / "actions" / name / "action.yml" for name in ORDER}}
    return {FOLDER / f"{name}.md": page(name, path) for name, path in sources.items()}


def page(name: str, source: Path) -> str:
    """Return one action's page."""
    action = yaml.safe_load(source.read_text(encoding="utf-8"))
    uses = "mlgate/mlgate@v0" if name == "mlgate" else f"mlgate/mlgate/actions/{name}@v0"
    parts = [
        NOTE.format(source=source.relative_to(ROOT).as_posix()),
        f"# {name}",
        action["description"],
        f"```yaml\n{EXAMPLES.get(name, f'- uses: {uses}')}\n```",
        "## Inputs",
        table(("input", "default", "meaning"), [input_row(*item) for item in action["inputs"].items()]),
        "## Outputs",
        table(
            ("output", "meaning"), [(code(key), cell(value["description"])) for key, value in action["outputs"].items()]
        ),
        "[Exit statuses](../exit-statuses.md) · [reasons](../reasons.md) · [all actions](index.md)",
    ]
    return "\n\n".join(parts) + "\n"


def input_row(name: str, declared: dict[str, Any]) -> tuple[str, str, str]:
    """Return one line of the table of inputs."""
    default = str(declared.get("default", ""))
    return code(name), code(default) if default else "", cell(declared["description"])


def output_row(name: str, declared: dict[str, Any]) -> tuple[str, str]:
    """Return one line of the table of outputs."""
    return code(name), cell(declared["description"])


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def code(text: str) -> str:
    """Return text as code in a table's cell."""
    return f"`{cell(text)}`"


def cell(text: str) -> str:
    """Return text that stays within its cell."""
    return " ".join(text.split()).replace("|", "\\|")


def main() -> int:
    """Write the pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
