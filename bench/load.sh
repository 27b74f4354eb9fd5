#!/usr/bin/env bash
# Requests per second of `amends serve` beside an empty endpoint of the same web server, in alternating rounds,
# and the memory it holds over many requests. Loopback only; takes about two minutes.
#   rounds=5 seconds=5 requests=1000000 bench/load.sh
set -euo pipefail
cd "$(dirname "$0")/.."

rounds="${rounds:-5}" seconds="${seconds:-5}" requests="${requests:-1000000}" connections="${connections:-16}"
target="${CARGO_TARGET_DIR:-target}"
export QUESTION="$PWD/bench/load/question.json"
ours=127.0.0.1:7391 floor=127.0.0.1:7392
path='/v1/assess?role=frontline'

give_up() {
  printf 'load: %s\n' "$1" >&2
  exit 1
}

command -v wrk > /dev/null || give_up 'needs wrk, which sends the requests; on Debian or Ubuntu: sudo apt-get install wrk'
command -v curl > /dev/null || give_up 'needs curl; on Debian or Ubuntu: sudo apt-get install curl'

cargo build --quiet --release -p amends
cargo build --quiet --release --manifest-path bench/floor/Cargo.toml --target-dir "$target/floor"

"$target/release/amends" serve books/retail --listen "$ours" > /dev/null &
served=$!
"$target/floor/release/amends-bench-floor" "$floor" &
empty=$!
trap 'kill "$served" "$empty" 2> /dev/null || true' EXIT

# answers ADDRESS: waits until the question gets an answer there.
answers() {
  for _ in $(seq 100); do
    curl -sf -o /dev/null -H 'Content-Type: application/json' --data-binary "@$QUESTION" "http://$1$path" && return
    sleep 0.1
  done
  give_up "nothing answers at $1"
}

# drive ADDRESS SECONDS: what wrk says after so many seconds of requests.
drive() {
  local said
  said=$(wrk --threads 1 --connections "$connections" --duration "$2s" --latency --script bench/load/post.lua "http://$1$path")
  ! grep -E 'Non-2xx|Socket errors' <<< "$said" >&2 || give_up "not every request was answered at $1"
  printf '%s\n' "$said"
}

median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
# ticks PROCESS: the CPU time it has taken, of user and system, in hundredths of a second.
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
memory_kib() { awk '/^VmRSS:/ { print $2 }' "/proc/$served/status"; }

answers "$ours"
answers "$floor"
drive "$ours" 1 > /dev/null
drive "$floor" 1 > /dev/null

echo "$(nproc) cores, $connections connections, $(wc -c < "$QUESTION") bytes sent, $(curl -s -H 'Content-Type: application/json' --data-binary "@$QUESTION" "http://$ours$path" | wc -c) bytes answered"
# measure ADDRESS PROCESS: requests per second, and CPU time of the server per request in microseconds.
measure() {
  local said before
  before=$(ticks "$2")
  said=$(drive "$1" "$seconds")
  awk -v ticks="$(($(ticks "$2") - before))" '/ requests in / { n = $1 } /^Requests\/sec:/ { r = $2 }
    END { printf "%.0f %.1f\n", r, ticks * 10000 / n }' <<< "$said"
}

rates='' floors=''
for round in $(seq "$rounds"); do
  read -r rate cpu < <(measure "$ours" "$served")
  read -r floor_rate floor_cpu < <(measure "$floor" "$empty")
  rates+="$rate"$'\n' floors+="$floor_rate"$'\n'
  awk -v n="$round" -v a="$rate" -v b="$floor_rate" -v c="$cpu" -v d="$floor_cpu" \
    'BEGIN { printf "round %d: amends %d/s (%.1f us of CPU each), empty endpoint %d/s (%.1f us), ratio %.2f\n", n, a, c, b, d, a / b }'
done
awk -v a="$(printf %s "$rates" | median)" -v b="$(printf %s "$floors" | median)" \
  'BEGIN { printf "median: amends %d/s, empty endpoint %d/s, ratio %.2f (aim: at least 0.5)\n", a, b, a / b; exit a / b < 0.5 }' ||
  missed=1

sent=0 step=$((requests / 10))
echo "memory after 0 requests: $(memory_kib) KiB"
while [ "$sent" -lt "$requests" ]; do
  part=0
  while [ "$part" -lt "$step" ]; do
    part=$((part + $(drive "$ours" 2 | awk '/ requests in / { print $1 }')))
  done
  sent=$((sent + part))
  echo "memory after $sent requests: $(memory_kib) KiB"
done
[ -z "${missed:-}" ] || give_up 'less than half of the empty endpoint'
