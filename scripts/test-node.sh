#!/usr/bin/env bash
# usage: test-node.sh 22 [tap's arguments]
# Runs the tests as they are built in dist/ on another major version of Node.js.
set -euo pipefail

major=${1:?usage: test-node.sh MAJOR, such as 22}
shift
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ -d dist/test ]] || { echo "test-node: no tests in dist/: run 'npm run build' first" >&2; exit 1; }
directory=$(bash scripts/get-node.sh "$major")
export PATH=$directory:$PATH
echo "test-node: the tests on Node.js $(node --version)" >&2
exec node node_modules/.bin/tap --disable-coverage "$@"
