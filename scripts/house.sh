#!/bin/sh
# Checks the house rules of STYLE.md that a program can check and the compiler does not.
# Prints every breach as FILE:LINE: text; ends with exit code 1 if there was one. Warnings do not fail.
set -u
cd "$(dirname "$0")/.." || exit 2

broken=0
found=$(mktemp) && trap 'rm -f "$found"' EXIT

# files PATHSPEC..: what git tracks and what is new, without what is deleted.
files() {
  git ls-files --cached --others --exclude-standard -- "$@" | sort -u | while read -r file; do
    [ -f "$file" ] && printf '%s\n' "$file"
  done
}

# code FILES..: their lines as FILE:LINE: text, without comments and without the tests at a file's end.
code() {
  [ $# -eq 0 ] || awk '
    FNR == 1 { tests = 0; attribute = 0 }
    attribute && /^(pub(\([a-z]+\))? )?mod [a-z_]+ \{/ { tests = 1 }
    { attribute = /^#\[cfg\(test\)\]/; text = $0; sub(/[ \t]*\/\/.*/, "", text) }
    !tests && text != "" { print FILENAME ":" FNR ": " text }
  ' "$@"
}

# report RULE: fails when lines stand in $found, and prints them.
report() {
  [ -s "$found" ] || return 0
  printf 'broken: %s\n' "$1"
  sed 's/^/  /' "$found"
  broken=1
}

# Where libraries hand us floats: the trees of the expression parser hold them. `testing.rs` is built for tests alone.
adapter='^crates/core/src/(program/parse(/|\.rs)|facts/testing\.rs)'

# shellcheck disable=SC2016,SC2046,SC2086 # the names of our own files hold no spaces
{
  core=$(files 'crates/core/src/*.rs' | grep -vE '(^|/)tests(/|\.rs$)' || true)
  all=$(files 'crates/*.rs')

  code $(printf '%s\n' "$core" | grep -vE "$adapter") | grep -E '[^A-Za-z0-9_]f(32|64)([^A-Za-z0-9_]|$)' > "$found"
  report 'no floats in the core: money and measures are exact (only where libraries hand us one)'

  code $core | grep -E '(^|[^A-Za-z0-9_])(std|core)::(fs|net|time|env|process|thread)|std::\{[^}]*(fs|net|time|env|process|thread)|(^|[^A-Za-z0-9_])(rand|getrandom|tokio|chrono)::|(Zoned|Timestamp)::now' > "$found"
  report 'the core reads no file, clock, network or random number: `now` and ids are arguments'

  code $all | grep -E '(^|[^A-Za-z0-9_])unsafe[^A-Za-z0-9_]' | grep -v 'unsafe_code' > "$found"
  report 'no unsafe code'

  grep -nE '^(amends|tokio|sqlx|axum|rand|getrandom|reqwest)[a-z_-]*( *=|\.)' crates/core/Cargo.toml 2>/dev/null | sed 's/^/crates\/core\/Cargo.toml:/' > "$found"
  report 'the core depends on nothing of ours and on nothing that does I/O'

  code $all | grep -E '(struct|enum|trait) [A-Za-z0-9]*(Manager|Helper|Util)' > "$found"
  files 'crates/*/src/**' | grep -E '/(utils?|helpers?|common|managers?|data|info)(\.rs|/)' >> "$found"
  report 'names say what a thing is: no Manager, Helper, utils, common, data, info'

  code $all | grep -E '(todo|unimplemented|dbg)!\(' > "$found"
  # The bracket keeps this line from finding itself.
  files ':!*.lock' | xargs grep -nIE '(^|[^A-Za-z])(FIXM[E]|XX[X])([^A-Za-z]|$)' >> "$found" 2>/dev/null
  report 'nothing unfinished stays'

  files ':!*.lock' | xargs grep -nIE '(^|[^A-Za-z0-9_.~-])/(wor[k]|roo[t]|hom[e])/' > "$found" 2>/dev/null
  report 'no file names a path of one machine'

  files ':!*.lock' | xargs grep -nIE 'crates[.]io|pypi[.]org|pythonhosted[.]org|npmjs[.](org|com)|deb[.]debian[.]org|proxy[.]golang[.]org' > "$found" 2>/dev/null
  report 'no file names the host of a package registry'

  # The description of the interface keeps one schema of a name, and says nothing of a second one.
  awk '/^ *#\[derive\(.*ToSchema/ { is = 1; next } is && match($0, /(struct|enum) [A-Za-z0-9]+/) { print substr($0, RSTART, RLENGTH); is = 0 }' $all |
    sed 's/^[a-z]* //' | sort | uniq -d | sed 's/^/crates\/app\/src\/api: /' > "$found"
  report 'each schema of the API has a name of its own'

  threats=docs/src/explanation/threats.md
  tests=$(files 'crates/*.rs' 'e2e/*.mjs')
  awk -F '|' '/^\|/ && NF >= 5 && $4 !~ /^ *(test|-+) *$/ { print $4 }' "$threats" | grep -oE '`[a-z0-9_, ]+`' | tr -d '`' | sort -u |
    while read -r test; do
      grep -qE "fn $test\(|^test\('$test" $tests || printf '%s: %s\n' "$threats" "$test"
    done > "$found"
  awk -F '|' '/^\|/ && (NF != 5 || $4 !~ /[^ ]/) { print FILENAME ":" FNR ": " $0 }' "$threats" >> "$found"
  report 'each threat names the tests that hold it'

  wc -l $all /dev/null | awk '$2 != "total" && $1 > 600 { print "warning: " $2 " has " $1 " lines; a file tells one thing in about 300" }'
}

exit "$broken"
