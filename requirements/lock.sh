#!/usr/bin/env bash
# Makes every lock anew, hashed and without the address of a registry: `make lock`.
set -euo pipefail
cd "$(dirname "$0")"
for group in core data compare plots s3 estimator test gto; do
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
    --no-header --no-annotate "$@" "$group.in" -o "$group.txt"
done
