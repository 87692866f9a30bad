# What the scripts have in common that get a part; they read it by `source`.

# A line on stderr, with the script's name: stdout is for the path of the part.
say() { echo "$(basename "$0" .sh): $*" >&2; }

# usage: one_at_a_time FILE
# Test files that start side by side get a part once: whoever waited looks again. Without flock (macOS) each gets it,
# which does no harm, as it takes its place by a rename.
one_at_a_time() {
  command -v flock >/dev/null || return 0
  exec 9>"$1"
  flock 9
}

# usage: need_go VERSION WHAT
# Puts the version of Go into $go. Exits with 3 where there is none, or an older one than that.
need_go() {
  if ! command -v go >/dev/null; then
    say "no Go on PATH. $2 is built from source: install Go $1 or newer."
    exit 3
  fi
  go=$(go env GOVERSION)
  go=${go#go}
  if [[ $(printf '%s\n' "$1" "$go" | sort -V | head -n 1) != "$1" ]]; then
    say "Go $go is too old. $2 needs Go $1 or newer."
    exit 3
  fi
}
