#!/usr/bin/env bash
# Follows docs/src/tutorial/keep-cases.md word for word: every command of its sh blocks, in order, in an empty folder. Only
# the port is another.   scripts/tour.sh AMENDS
set -euo pipefail
amends=$(realpath "$1")
page=$(realpath "$(dirname "$0")/../docs/src/tutorial/keep-cases.md")

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2> /dev/null || true; rm -rf "$folder"' EXIT
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
ln -s "$amends" "$folder/amends"
mkdir "$folder/here"
cd "$folder/here"
{
  echo 'set -euo pipefail'
  # A server that is left over when a command fails goes with the shell.
  echo 'trap "kill \$(jobs -p) 2> /dev/null || true" EXIT'
  # What every request came to is noted, so that one that was refused shows.
  echo 'curl() { command curl --write-out "%{stderr}\ncame to: %{http_code} %{url}\n" "$@"; }'
  awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$page" |
    sed -e "s/127\.0\.0\.1:7171/127.0.0.1:$port/g" -e "s/^amends serve shop/& --listen 127.0.0.1:$port/"
} > "$folder/tour"
PATH="$folder:$PATH" bash "$folder/tour" > "$folder/said" 2>&1 || { cat "$folder/said"; exit 1; }
# The page says of two requests that they are refused: a grant that needs a yes, and the yes to a question of one's own.
refused=$(sed -n 's|^came to: \([045][0-9]*\) .*/\([a-z]*\)$|\1 \2|p' "$folder/said")
[ "$refused" = $'403 grants\n403 answer' ] || { cat "$folder/said"; echo "tour: refused were: $refused"; exit 1; }
grep -q 'it is whole' "$folder/said" || { cat "$folder/said"; echo 'tour: the export was not proved'; exit 1; }
