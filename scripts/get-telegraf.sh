#!/usr/bin/env bash
# Builds Telegraf from source, for the tests, the bench and the recording of demo data, and prints the path
# of the binary. Does nothing when it is there already. About 90 s and 0.8 GB of Go caches the first time.
# Exit 3: no Go that can build it.
set -euo pipefail

VERSION=1.37.2
NEEDED_GO=1.25.5
# A plugin's tag is its name in a Telegraf config. Without "custom" every plugin is built in, and without the
# influx parser and serializer no execd plugin works. What needs what:
#   tests      inputs.execd inputs.file processors.execd processors.starlark aggregators.basicstats outputs.file
#   chain      inputs.kafka_consumer inputs.socket_listener outputs.influxdb_v2 outputs.kafka
#   examples   inputs.cpu inputs.internal inputs.mem
#   bench      outputs.discard processors.starlark
#   recording  inputs.cpu inputs.disk inputs.mem
TAGS=custom
TAGS+=,inputs.cpu,inputs.disk,inputs.execd,inputs.file,inputs.internal,inputs.kafka_consumer,inputs.mem,inputs.socket_listener
TAGS+=,processors.execd,processors.starlark,aggregators.basicstats
TAGS+=,outputs.discard,outputs.file,outputs.influxdb_v2,outputs.kafka,parsers.influx,serializers.influx

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
directory=$root/.cache/telegraf-$VERSION
binary=$directory/telegraf

say() { echo "get-telegraf: $*" >&2; }
is_built() {
  [[ -x $binary && $(cat "$directory/tags" 2>/dev/null) == "$TAGS" ]] &&
    [[ $("$binary" --version) == "Telegraf $VERSION"* ]]
}

if ! is_built; then
  if ! command -v go >/dev/null; then
    say "no Go on PATH. Telegraf $VERSION is built from source: install Go $NEEDED_GO or newer."
    exit 3
  fi
  go=$(go env GOVERSION)
  go=${go#go}
  if [[ $(printf '%s\n' "$NEEDED_GO" "$go" | sort -V | head -n 1) != "$NEEDED_GO" ]]; then
    say "Go $go is too old. Telegraf $VERSION needs Go $NEEDED_GO or newer."
    exit 3
  fi

  mkdir -p "$directory"
  # Test files that start side by side build it once. Without flock (macOS) they build it twice, which does
  # no harm: the rename below is atomic.
  if command -v flock >/dev/null; then
    exec 9>"$directory/lock"
    flock 9
  fi
  if ! is_built; then
    work=$(mktemp -d "$directory/build.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    say "building Telegraf $VERSION with Go $go; the first time takes a minute or two"
    CGO_ENABLED=0 GOBIN=$work go install -tags "$TAGS" \
      -ldflags "-w -s -X github.com/influxdata/telegraf/internal.Version=$VERSION" \
      "github.com/influxdata/telegraf/cmd/telegraf@v$VERSION" >&2
    mv "$work/telegraf" "$binary"
    printf '%s\n' "$TAGS" >"$directory/tags"
    is_built || { say "what was built does not call itself Telegraf $VERSION: $("$binary" --version)"; exit 1; }
    say "built $binary"
  fi
fi
echo "$binary"
