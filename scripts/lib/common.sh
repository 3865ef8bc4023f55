# Shared by every entry point: where things are, how to speak, how to become root. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build_dir=${BASCULE_BUILD_DIR:-$root/build/release}

say() { printf '%s\n' "$*" >&2; }

die() {
  say "error: $1"
  [[ -z ${2:-} ]] || say "  hint: $2"
  exit 1
}

is_root() { [[ $EUID -eq 0 ]]; }

as_root() {
  if is_root; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this needs root and there is no sudo: $*" "run it as root once: $*"
  fi
}

# Runs a command quietly; shows what it said only if it fails. $1 says what is done.
quietly() {
  local what=$1 log status=0
  shift
  log=$(mktemp)
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if [[ $status -ne 0 ]]; then
    tail -n 40 "$log" >&2
    rm -f "$log"
    say "error: $what failed (exit $status)"
    return "$status"
  fi
  rm -f "$log"
}
