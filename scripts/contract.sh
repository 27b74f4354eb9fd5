#!/usr/bin/env bash
# Holds a running `amends serve` against its own description, /v1/openapi.json: thousands of requests made from it, right
# ones and wrong ones, with the key of each role in turn, on cases of its own and on those of others. Fails on a 5xx, on
# a status, a content type or a document that is not described, and on an answer that tells of a case that is not theirs
# to read.   scripts/contract.sh AMENDS [DATABASE]
set -euo pipefail
amends=$(realpath "$1")
cd "$(dirname "$0")/.."

work=$(mktemp -d)
kept=(--database "${2:-$work/amends.db}")
keys=''
for person in ada:ai:retail zoe:frontline:retail rita:frontline:retail lena:lead:retail hugo:head:retail rob:frontline:rental; do
  IFS=: read -r id role business <<< "$person"
  key=$("$amends" people add "$id" --role "$role" --team shop --business "$business" "${kept[@]}" 2> /dev/null)
  keys="$keys${keys:+,}\"$id\":\"$key\""
done
"$amends" serve books/retail books/rental --listen 127.0.0.1:0 --rate-limit 0 "${kept[@]}" > "$work/said" &
served=$!
trap 'kill "$served" 2> /dev/null || true; rm -rf "$work"' EXIT

at=''
for _ in $(seq 100); do
  at=$(sed -n 's/^amends: serving .* at \(http[^ ]*\)\/$/\1/p' "$work/said")
  [ -z "$at" ] || break
  sleep 0.1
done
[ -n "$at" ] || { echo 'contract: the server did not start' >&2; exit 1; }

export AMENDS_AT="$at" AMENDS_KEYS="{$keys}" PYTHONDONTWRITEBYTECODE=1 SCHEMATHESIS_HOOKS=contract_hooks
PYTHONPATH=$PWD/scripts
export PYTHONPATH
cd "$work"
# What a question may say is the book's: a document that fits the description may rightly be turned away. A stream of
# events has no end that could be waited for.
tried() {
  AMENDS_AS=$1 schemathesis run "$at/v1/openapi.json" --exclude-checks positive_data_acceptance --warnings off \
    --header "Authorization: Bearer $(sed -E "s/.*\"$1\":\"([^\"]*)\".*/\1/" <<< "$AMENDS_KEYS")" --exclude-path /v1/events \
    --phases examples,coverage,fuzzing --max-examples "$2" --seed 20261122 --workers 1 \
    --generation-database none --request-timeout 10 --no-color
}
broken=0
for who in ada rita lena; do tried "$who" "${EXAMPLES:-15}" || broken=1; done
tried hugo "${EXAMPLES:-50}" || broken=1
exit "$broken"
