#!/usr/bin/env bash
# Fetches one commit as deep as asked, or with depth 0 everything, and checks it out, as actions/checkout does.
# The token is left behind only where that is asked for.
set -euo pipefail
mkdir -p "$STANDIN_PATH"
cd "$STANDIN_PATH"
git init --quiet
git remote add origin "$GITHUB_SERVER_URL/$STANDIN_REPOSITORY"
key=http.$GITHUB_SERVER_URL/.extraheader
git config "$key" "AUTHORIZATION: basic $(printf 'x-access-token:%s' "$STANDIN_TOKEN" | base64 --wrap=0)"
if [ "$STANDIN_DEPTH" = 0 ]; then
  git fetch --quiet origin '+refs/heads/*:refs/remotes/origin/*' '+refs/tags/*:refs/tags/*'
  git fetch --quiet origin "${STANDIN_REF:-$GITHUB_SHA}"
else
  git fetch --quiet --no-tags "--depth=$STANDIN_DEPTH" origin "${STANDIN_REF:-$GITHUB_SHA}"
fi
git -c advice.detachedHead=false checkout --quiet --force FETCH_HEAD
if [ "$STANDIN_PERSIST" != true ]; then git config --unset-all "$key"; fi
