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
source "$root/scripts/part.sh"
directory=$root/.cache/telegraf-$VERSION
binary=$directory/telegraf

is_built() {
  [[ -x $binary && $(cat "$directory/tags" 2>/dev/null) == "$TAGS" ]] &&
    [[ $("$binary" --version) == "Telegraf $VERSION"* ]]
}

if ! is_built; then
  need_go "$NEEDED_GO" "Telegraf $VERSION"
  mkdir -p "$directory"
  one_at_a_time "$directory/lock"
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
