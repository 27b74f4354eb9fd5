#!/usr/bin/env bash
# Every check and every test, one step after the other, so that one run names all there is to mend.
# Each test of cargo counts as one, and so does each other step. Ends with: N passed, N failed, N skipped.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2

target="${CARGO_TARGET_DIR:-target}"
amends=$(cd "$target" 2> /dev/null && pwd || echo "$target")/debug/amends
tau=../shared/data/tau
locked=()
[ -z "${CI:-}" ] || locked=(--locked)

passed=0 failed=0 skipped=0 broken=''
mkdir -p "$target"
log=$(mktemp "$target/test-log.XXXXXX") && trap 'rm -f "$log"' EXIT

# report WORD NAME REST: one line a step.
report() { printf '%-7s  %s%s\n' "$1" "$2" "${3:+  ($3)}"; }

fail() {
  failed=$((failed + $2))
  broken="$broken  $1"$'\n'
}

# step NAME COMMAND..: counts as one; its output is shown when it fails, and its warnings always.
step() {
  local name=$1 began=$SECONDS
  shift
  if "$@" > "$log" 2>&1; then
    passed=$((passed + 1))
    report ok "$name" "$((SECONDS - began)) s"
    sed -n 's/^warning: /         &/p' "$log"
  else
    fail "$name" 1
    report FAILED "$name" "$((SECONDS - began)) s"
    cat "$log"
    return 1
  fi
}

# tests NAME COMMAND..: counts what cargo test counted; its output is shown as it comes.
tests() {
  local name=$1 began=$SECONDS code=0 good bad left
  shift
  "$@" 2>&1 | tee "$log" || code=$?
  # A test that left itself out says so and counts as passed to cargo: it is counted as skipped, and one of which half was
  # left out as both.
  read -r good bad left < <(awk '/^test result: /{ p += $4; f += $6; i += $8 } /^skipped (test|half): /{ i += 1 } /^skipped test: /{ p -= 1 }
    END { print p + 0, f + 0, i + 0 }' "$log")
  sed -nE 's/^skipped (test|half): (.*)/SKIPPED  \2/p' "$log"
  passed=$((passed + good)) skipped=$((skipped + left))
  if [ "$code" -eq 0 ]; then
    report ok "$name" "$good tests, $((SECONDS - began)) s"
  else
    fail "$name" "$((bad > 0 ? bad : 1))"
    report FAILED "$name" "$((SECONDS - began)) s"
  fi
}

skip() {
  skipped=$((skipped + 1))
  report SKIPPED "$1" "$2"
}

# with_tool NAME PROGRAM COMMAND..: a step that needs a program of scripts/tools.txt. CI never goes without.
with_tool() {
  local name=$1 program=$2
  shift 2
  if command -v "$program" > /dev/null || [ -n "${CI:-}" ]; then
    step "$name" "$@"
  else
    skip "$name" "no $program: scripts/tools.sh says why"
  fi
}

docs_build() { mdbook build docs --dest-dir "$(cd "$target" && pwd)/docs"; }
docs_links() { mdlinkcheck --quiet .; }
rustdoc() { RUSTDOCFLAGS='-D warnings' cargo doc "${locked[@]}" --workspace --no-deps; }

if tools=$(scripts/tools.sh); then
  PATH="$tools:$PATH"
fi

# node_tests NAME COMMAND..: counts what Node's test runner counted.
node_tests() {
  local name=$1 began=$SECONDS code=0 good bad
  shift
  "$@" > "$log" 2>&1 || code=$?
  read -r good bad < <(awk '/^# pass /{ p = $3 } /^# fail /{ f = $3 } END { print p + 0, f + 0 }' "$log")
  passed=$((passed + good))
  if [ "$code" -eq 0 ]; then
    report ok "$name" "$good tests, $((SECONDS - began)) s"
  else
    fail "$name" "$((bad > 0 ? bad : 1))"
    report FAILED "$name" "$((SECONDS - began)) s"
    grep -v '^ok ' "$log"
  fi
}

step 'house rules' sh scripts/house.sh
step 'pages are bundled' scripts/web.sh
step 'formatting' cargo fmt --all --check
with_tool 'dependencies' cargo-deny cargo deny check -A duplicate bans licenses sources
step 'clippy' cargo clippy "${locked[@]}" --workspace --all-targets -- -D warnings
# One PostgreSQL for every test that needs one; without it those tests say that they were left out.
if database=$(scripts/postgres.sh start); then
  server=${database%%$'\n'*}
  trap 'rm -f "$log"; scripts/postgres.sh stop "$server"' EXIT
  export AMENDS_TEST_POSTGRES="${database##*$'\n'}"
elif [ -n "${CI:-}" ]; then
  step 'PostgreSQL' scripts/postgres.sh start
else
  skip 'tests on PostgreSQL' 'no PostgreSQL: scripts/postgres.sh says why'
fi
tests 'cargo test' cargo test "${locked[@]}" --workspace --no-fail-fast
step 'rustdoc' rustdoc

# As it was built for its tests: alone it would be built once more, with most of what it needs.
if step 'amends builds' cargo build "${locked[@]}" --workspace --bins --tests; then
  for book in books/*/; do
    book=${book%/}
    [ -f "$book/book.yaml" ] || continue
    step "amends check $book" "$amends" check "$book"
    step "amends test $book" "$amends" test "$book"
    step "amends fmt --check $book" "$amends" fmt --check "$book"
  done
  for domain in retail airline; do
    if [ -f "$tau/$domain.jsonl" ]; then
      step "amends replay books/tau_$domain" "$amends" replay "books/tau_$domain" "$tau/$domain.jsonl"
    else
      skip "amends replay books/tau_$domain" "no $tau/$domain.jsonl"
    fi
  done
fi

if command -v systemd-analyze > /dev/null; then
  step 'the unit of systemd' scripts/unit.sh "$amends"
else
  skip 'the unit of systemd' 'no systemd-analyze on this machine'
fi
step 'the tour of the documentation' scripts/tour.sh "$amends"
with_tool 'the API is as it describes itself' schemathesis scripts/contract.sh "$amends"
[ -z "${AMENDS_TEST_POSTGRES:-}" ] ||
  with_tool 'the API on PostgreSQL is as it describes itself' schemathesis scripts/contract.sh "$amends" "$AMENDS_TEST_POSTGRES"
if step 'packages of the tests in Node' scripts/packages.sh; then
  node_tests 'AI agents by another implementation' env AMENDS="$amends" \
    node --test --test-reporter=tap e2e/agents.test.mjs
  node_tests 'traces at a collector' env AMENDS="$amends" node --test --test-reporter=tap e2e/traces.test.mjs
fi
if chromium=$(scripts/browser.sh); then
  # Two files at a time: much of each is waiting for a page.
  node_tests 'pages in a browser' env CHROMIUM="$chromium" AMENDS="$amends" \
    node --test --test-concurrency=2 --test-reporter=tap \
    e2e/ask.test.mjs e2e/book.test.mjs e2e/customer.test.mjs e2e/demo.test.mjs e2e/desk.test.mjs e2e/evidence.test.mjs \
    e2e/find.test.mjs e2e/form.test.mjs e2e/hostile.test.mjs e2e/keys.test.mjs e2e/kept.test.mjs e2e/links.test.mjs \
    e2e/pages.test.mjs e2e/settings.test.mjs e2e/sign-in.test.mjs e2e/visits.test.mjs
elif [ -n "${CI:-}" ]; then
  step 'pages in a browser' scripts/browser.sh
else
  skip 'pages in a browser' 'no Chromium: scripts/browser.sh says why'
fi

with_tool 'documentation builds' mdbook docs_build
with_tool 'documentation links' mdlinkcheck docs_links

if compgen -G 'fuzz/fuzz_targets/*.rs' > /dev/null; then
  step 'fuzz targets compile' cargo clippy --manifest-path fuzz/Cargo.toml --target-dir "$target/fuzz" -- -D warnings
fi

[ -z "$broken" ] || printf '\nfailed:\n%s' "$broken"
printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
