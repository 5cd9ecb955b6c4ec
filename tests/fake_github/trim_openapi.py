"""Trim GitHub's OpenAPI description to the calls that we make.

npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz package/generated/api.github.com.json
python tests/fake_github/trim_openapi.py package/generated/api.github.com.json > tests/contract/github.api.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

REPOSITORY = "/repos/{owner}/{repo}"
CALLS = {
    f"{REPOSITORY}/issues/{{issue_number}}/comments": ("get", "post"),
    f"{REPOSITORY}/issues/comments/{{comment_id}}": ("get", "patch", "delete"),
    f"{REPOSITORY}/issues/comments": ("get",),  # for the holdouts that reports name
    # What promote-model reads to find a verdict.
    REPOSITORY: ("get",),
    f"{REPOSITORY}/actions/runs": ("get",),
    f"{REPOSITORY}/actions/runs/{{run_id}}": ("get",),
    f"{REPOSITORY}/actions/runs/{{run_id}}/approvals": ("get",),
    f"{REPOSITORY}/actions/runs/{{run_id}}/artifacts": ("get",),
    f"{REPOSITORY}/actions/workflows/{{workflow_id}}/runs": ("get",),
    f"{REPOSITORY}/actions/artifacts/{{artifact_id}}/{{archive_format}}": ("get",),
    f"{REPOSITORY}/commits/{{commit_sha}}/pulls": ("get",),
    f"{REPOSITORY}/issues/{{issue_number}}/events": ("get",),
    f"{REPOSITORY}/pulls": ("get",),
    f"{REPOSITORY}/pulls/{{pull_number}}": ("get",),
    f"{REPOSITORY}/pulls/{{pull_number}}/files": ("get",),
    f"{REPOSITORY}/pulls/{{pull_number}}/reviews": ("get",),
    # The release store.
    f"{REPOSITORY}/releases": ("get", "post"),
    f"{REPOSITORY}/releases/{{release_id}}": ("get", "patch", "delete"),
    f"{REPOSITORY}/releases/tags/{{tag}}": ("get",),
    f"{REPOSITORY}/releases/{{release_id}}/assets": ("get", "post"),
    f"{REPOSITORY}/releases/assets/{{asset_id}}": ("get", "patch", "delete"),
}
DROPPED = ("description", "examples", "example", "externalDocs", "tags", "summary")


def trim(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the description with `CALLS` and what they refer to, without prose and examples."""
    paths = {path: {method: _bare(whole["paths"][path][method]) for method in CALLS[path]} for path in CALLS}
    components: dict[str, Any] = {}
    _collect(paths, whole, components)
    return {
        "openapi": whole["openapi"],
        "info": {
            "title": "GitHub's REST API, trimmed to what mlgate calls",
            "version": whole["info"]["version"],
            "x-source": f"npm @octokit/openapi {whole['info']['version']}, MIT",
        },
        "servers": whole["servers"],
        "paths": paths,
        "components": {kind: dict(sorted(items.items())) for kind, items in sorted(components.items())},
    }


def _bare(value: Any, *, names: bool = False) -> Any:
    """Drop prose and examples; below `properties` every key is a name and stays."""
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if not isinstance(value, dict):
        return value
    is_response = set(value) <= {"description", "content", "headers"}  # where OpenAPI wants the description
    kept = {k: v for k, v in value.items() if names or is_response or not (k in DROPPED or k.startswith("x-"))}
    return {k: _bare(v, names=k == "properties" and not names) for k, v in kept.items()}


def _collect(value: Any, whole: dict[str, Any], components: dict[str, Any]) -> None:
    if isinstance(value, list):
        for item in value:
            _collect(item, whole, components)
    if not isinstance(value, dict):
        return
    reference = value.get("$ref")
    if isinstance(reference, str):
        _, _, kind, name = reference.split("/")
        if name not in components.setdefault(kind, {}):
            components[kind][name] = _bare(whole["components"][kind][name])
            _collect(components[kind][name], whole, components)
    for item in value.values():
        _collect(item, whole, components)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(trim(json.loads(Path(sys.argv[1]).read_bytes())), indent=1) + "\n")
