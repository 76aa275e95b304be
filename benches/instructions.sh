#!/usr/bin/env bash
# Instructions per job that does nothing (submit, run, read), counted by callgrind: of a run with three times the jobs
# less those of one, so that starting up does not count. Fails above the limit.
#
# benches/instructions.sh [POOL]   another pool's needs the feature `rivals`, and has no limit
set -euo pipefail
cd "$(dirname "$0")/.."

limit=850
jobs=20000
# As many as the other pools have here; unset it starts more threads than valgrind allows.
export BLOCKING_MAX_THREADS=2
features=()
if [ $# -gt 0 ]; then features=(--features rivals); fi
command -v valgrind >/dev/null || { echo "valgrind is not installed, so no instructions were counted"; exit 1; }
cargo build --quiet --release -p linecrew-benches --bin instructions "${features[@]}"
program=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/instructions

# count JOBS [POOL]
count() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$@" 2>&1 | sed -n 's/.*Collected : //p'
}
once=$(count "$jobs" "$@")
thrice=$(count $((3 * jobs)) "$@")
per_job=$(((thrice - once) / (2 * jobs)))

if [ $# -gt 0 ]; then
  echo "- Instructions per job, $1: $per_job"
elif [ "$per_job" -le "$limit" ]; then
  echo "- Instructions per job: $per_job; the bar is at most $limit: met"
else
  echo "- Instructions per job: $per_job; the bar is at most $limit: **missed**"
  exit 1
fi
