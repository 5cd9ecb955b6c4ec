#!/usr/bin/env bash
# run.sh NAME GROUP: run scripts/NAME.py in mlgate's own environment, which environment.py makes or finds.
# Nothing is exported; scripts are run by path and PYTHON* variables ignored, so nothing is imported from the checkout.
set -euo pipefail
root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
python=${MLGATE_PYTHON:-python3}
if ! "$python" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  found=$("$python" --version 2>&1 | head -n 1) || found="no working $python"
  echo "::error title=mlgate::mlgate needs Python 3.11 or newer and found ${found}. Add before this step" \
    "\`uses: actions/setup-python@v7\` with \`python-version: \"3.13\"\`, or name an interpreter in the input \`python\`."
  exit 2
fi
own=$("$python" -I "$root/actions/_setup/environment.py" "$2")
exec "$own" -E -s "$root/scripts/$1.py"
