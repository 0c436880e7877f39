#!/bin/bash
# Run the second client's tests (tests/node) with an interpreter:  tools/test-node.sh PYTHON
set -euo pipefail

python=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$(dirname "$0")/../tests/node"
for tool in node npm; do
    command -v $tool >/dev/null || { echo "dapper: the second client takes $tool (18 or newer), and there is none here" >&2; exit 1; }
done
# npm notes in the second file what it installed: newer than the first, there is nothing to fetch.
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
fi
PYTHON=$python node --test --test-reporter=spec
