#!/usr/bin/env bash
# Prints the path of a Chromium, for the tests that look at a report in a real browser, and for its screenshot.
# Takes the one on PATH; else, where that is allowed (root on Debian or a kin of it), installs the system's own: about
# 300 MB. Exit 3: none can be had.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/part.sh"

NAMES=(chromium chromium-browser google-chrome google-chrome-stable)

find_it() {
  local name path
  for name in "${NAMES[@]}"; do
    path=$(command -v "$name") || continue
    # Some systems have a script of this name that only says how to install it.
    "$path" --version >/dev/null 2>&1 || continue
    echo "$path"
    return
  done
  return 1
}

if ! find_it; then
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    say "no Chromium on PATH (${NAMES[*]}): install one with the system's packages."
    exit 3
  fi
  one_at_a_time /tmp/telegraf-anomaly-chromium.lock
  if ! find_it; then
    export DEBIAN_FRONTEND=noninteractive
    say "installing chromium by apt-get"
    install() { apt-get install -y --no-install-recommends chromium >&2; }
    if ! { apt-get update >&2 && install; }; then
      say "apt-get has no chromium for this system, or does not reach its packages."
      exit 3
    fi
    find_it || { say "what apt-get installed is none of ${NAMES[*]}, or does not start"; exit 3; }
  fi
fi
