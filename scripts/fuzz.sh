#!/usr/bin/env bash
# Runs every fuzz target side by side for SECONDS each (default 600) and says what each found.
# A crash leaves its input in fuzz/artifacts/TARGET; `cargo fuzz run -s none TARGET FILE` repeats it.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2

seconds="${1:-600}"
target="${CARGO_TARGET_DIR:-target}"
logs="$target/fuzz-logs"
tools=$(scripts/tools.sh) || exit 1
PATH="$tools:$PATH"

names=()
for file in fuzz/fuzz_targets/*.rs; do
  [ -f "$file" ] && names+=("$(basename "$file" .rs)")
done
[ "${#names[@]}" -gt 0 ] || { echo 'fuzz: no targets in fuzz/fuzz_targets'; exit 1; }

# No sanitizer: none of our code is unsafe, so panics, overflows, time-outs and memory are what can go wrong,
# and without one the same compiler as everywhere else does, several times as fast.
cargo fuzz build --sanitizer none || exit 1
mkdir -p "$logs"

fuzz() {
  local name=$1 seeds=()
  mkdir -p "fuzz/corpus/$name"
  [ -d "fuzz/seeds/$name" ] && seeds=("fuzz/seeds/$name")
  nice cargo fuzz run --sanitizer none "$name" "fuzz/corpus/$name" ${seeds[@]+"${seeds[@]}"} -- \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 > "$logs/$name" 2>&1
}

declare -A running
for name in "${names[@]}"; do
  fuzz "$name" &
  running[$name]=$!
done

passed=0 failed=0
for name in "${names[@]}"; do
  if wait "${running[$name]}"; then
    passed=$((passed + 1)) word=ok
  else
    failed=$((failed + 1)) word=FAILED
  fi
  runs=$(awk '/number_of_executed_units/ { print $2 }' "$logs/$name")
  covered=$(grep -oE 'cov: [0-9]+' "$logs/$name" | tail -n 1)
  printf '%-6s  %s  (%s runs, %s)\n' "$word" "$name" "${runs:-0}" "${covered:-cov: 0}"
  [ "$word" = ok ] || grep -A1 -E 'panicked at|ERROR: libFuzzer|Test unit written' "$logs/$name" | grep -v '^--' | head -n 20
done
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
