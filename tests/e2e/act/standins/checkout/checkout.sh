#!/usr/bin/env bash
# Fetches one commit as deep as asked and checks it out, as actions/checkout does: nothing else is there afterwards.
# The server is $STANDIN_SERVER, a folder: act resolves actions with GITHUB_SERVER_URL, which stays what it is.
set -euo pipefail
mkdir -p "$STANDIN_PATH"
cd "$STANDIN_PATH"
git init --quiet
git remote add origin "$STANDIN_SERVER/$STANDIN_REPOSITORY.git"
depth=()
if [ "$STANDIN_DEPTH" != 0 ]; then depth=("--depth=$STANDIN_DEPTH"); fi
git fetch --quiet --no-tags "${depth[@]}" origin "${STANDIN_REF:-$GITHUB_SHA}"
git -c advice.detachedHead=false checkout --quiet --force FETCH_HEAD
