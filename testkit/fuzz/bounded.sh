#!/usr/bin/env bash
# Runs each fuzz target for some seconds (20 unless told), from the seeds here. Needs cargo-fuzz and a C++ compiler; the
# code is safe Rust, so that no sanitizer, and so no nightly compiler, is asked for.
set -euo pipefail
seconds=${1:-20}
cd "$(dirname "$0")/.."

for target in telnet known_hosts ssh_config platform textfsm_template textfsm_text; do
  mkdir -p "fuzz/corpus/$target"
  seeds="fuzz/seeds/$target"
  # What is embedded, and what it is tested on, are the best seeds there are.
  case "$target" in
    platform) seeds=../core/src/platform/definitions ;;
    textfsm_template) seeds=../core/src/textfsm/templates ;;
    textfsm_text) seeds=../core/src/textfsm/testdata/replies ;;
  esac
  dictionary=()
  if [ -e "fuzz/$target.dict" ]; then dictionary=("-dict=fuzz/$target.dict"); fi
  # An input that takes more than 5 s is a finding too.
  cargo fuzz run --sanitizer none "$target" "fuzz/corpus/$target" "$seeds" -- \
    -max_total_time="$seconds" -timeout=5 -max_len=4096 -print_final_stats=1 "${dictionary[@]}"
done
