#!/usr/bin/env bash
# usage: get-node.sh 22
# Puts the newest Node.js of that major version into .cache/node-22/bin/node and prints the directory of it.
# Does nothing when it is there already. The binary comes whole inside an npm package, so that the npm
# registry is all that is needed, and no install script runs.
set -euo pipefail

major=${1:?usage: get-node.sh MAJOR, such as 22}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
directory=$root/.cache/node-$major
package=node-$(node -p 'process.platform + "-" + process.arch')

if [[ $("$directory/bin/node" --version 2>/dev/null || true) != "v$major."* ]]; then
  mkdir -p "$directory/bin"
  work=$(mktemp -d "$directory/get.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  echo "get-node: getting $package@$major" >&2
  archive=$(cd "$work" && npm pack --silent "$package@$major")
  tar -xzf "$work/$archive" -C "$work" package/bin/node
  mv "$work/package/bin/node" "$directory/bin/node"
  echo "get-node: $("$directory/bin/node" --version) in $directory/bin" >&2
fi
echo "$directory/bin"
