#!/usr/bin/env bash
# Builds InfluxDB 2 (influxd, without its web pages) from source, for the tests, and prints the path of the binary.
# Does nothing when it is there already. The first time 10 minutes of one core and 2.5 GB in the caches of Go and cargo.
# Exit 3: no Go or cargo that can build it; or, with --if-built, it is not built yet.
set -euo pipefail

VERSION=2.7.12
# Knows how to have cargo build libflux, the part of InfluxDB that is written in Rust.
PKG_CONFIG_VERSION=0.2.14
NEEDED_GO=1.23

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/scripts/part.sh"
directory=$root/.cache/influxdb-$VERSION
binary=$directory/influxd

# influxd calls itself "dev" where nobody tells it otherwise.
is_built() { [[ -x $binary ]] && [[ $("$binary" version) == "InfluxDB v$VERSION "* ]]; }

if ! is_built; then
  if [[ ${1-} == --if-built ]]; then
    say "InfluxDB $VERSION is not built: npm run parts does it."
    exit 3
  fi
  need_go "$NEEDED_GO" "InfluxDB $VERSION"
  if ! command -v cargo >/dev/null; then
    say "no cargo on PATH. InfluxDB $VERSION is built from source, a part of it by Rust."
    exit 3
  fi
  mkdir -p "$directory"
  one_at_a_time "$directory/lock"
  if ! is_built; then
    work=$(mktemp -d "$directory/build.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    say "building InfluxDB $VERSION with Go $go; the first time takes 5 to 15 minutes"
    GOBIN=$work go install "github.com/influxdata/pkg-config@v$PKG_CONFIG_VERSION" >&2
    real_cargo=$(command -v cargo)
    # Without the feature "strict", whose deny(warnings) fails on a newer compiler than the authors'.
    cat >"$work/cargo" <<CARGO
#!/bin/sh
exec "$real_cargo" "\$@" -p flux --no-default-features --features cffi
CARGO
    chmod +x "$work/cargo"

    # "go install" refuses a module that replaces another one; built where it lies, its own go.mod and go.sum hold.
    source=$(go mod download -json "github.com/influxdata/influxdb/v2@v$VERSION" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
    # Flux pins a compiler of its own day.
    export RUSTUP_TOOLCHAIN=${RUSTUP_TOOLCHAIN:-stable} CARGO=$work/cargo PKG_CONFIG=$work/pkg-config
    CGO_ENABLED=1 go build -C "$source" -tags sqlite_foreign_keys,sqlite_json -o "$work/influxd" \
      -ldflags "-s -w -X main.version=v$VERSION" ./cmd/influxd >&2
    # 400 MB that are of no more use.
    rm -rf "$(go env GOCACHE)"/pkgconfig/github.com/influxdata/flux@*/libflux/target
    mv "$work/influxd" "$binary"
    is_built || { say "what was built does not call itself InfluxDB v$VERSION: $("$binary" version)"; exit 1; }
    say "built $binary"
  fi
fi
echo "$binary"
