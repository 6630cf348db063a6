# Sourced by the other scripts: runs a step, says on one line what it did and how long it took,
# and keeps the details in a log. Knows nothing of what the steps do.
# shellcheck shell=bash

home=~
cache="${XDG_CACHE_HOME:-$home/.cache}/trueup"
mkdir -p "$cache"

if [ -z "${TRUEUP_SETUP_LOG:-}" ]; then
  TRUEUP_SETUP_LOG="$cache/$(basename "$0").log"
  : >"$TRUEUP_SETUP_LOG"
fi
export TRUEUP_SETUP_LOG
log="$TRUEUP_SETUP_LOG"

refused=78

# step TITLE FUNCTION [ARG...]: run a function in a subshell; end the script when it fails.
step() {
  local title="$1" began="$EPOCHREALTIME" said code
  shift
  printf '%-8s ' "$title"
  printf -- '--- %s\n' "$title" >>"$log"
  set +e
  said="$(set -e && "$@" 3>&1 >>"$log" 2>&1)"
  code=$?
  set -e
  [ "$code" -eq 0 ] || stop "$code" "$said"
  printf '%-78s %s\n' "$said" "$(seconds_since "$began")"
}

# say TEXT: within a step, what its line tells the reader.
say() { printf '%s\n' "$*" >&3; }

# refuse LINE...: end a step with a reason and what to do.
refuse() {
  printf '%s\n' "$@" >&3
  exit "$refused"
}

stop() {
  printf 'failed\n'
  if [ "$1" -ne "$refused" ]; then
    printf '\nThe last lines of %s:\n' "$log"
    tail -n 12 "$log" | sed 's/^/  /'
    set -- "$1" "Put right what they name, then run this again; what is finished is skipped."
  fi >&2
  printf '\n%s\n' "$2" >&2
  exit 1
}

seconds_since() {
  local micros=$((${EPOCHREALTIME/[.,]/} - ${1/[.,]/}))
  printf '%d.%d s' $((micros / 1000000)) $((micros / 100000 % 10))
}
