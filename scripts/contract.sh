#!/usr/bin/env bash
# Holds a running `amends serve` against its own description, /v1/openapi.json: hundreds of requests made from it,
# right ones and wrong ones, as someone who may do everything. Fails on a 5xx, on a status or a content type that is not
# described, and on a document that is not as described.   scripts/contract.sh AMENDS [DATABASE]
set -euo pipefail
amends=$(realpath "$1")
cd "$(dirname "$0")/.."

work=$(mktemp -d)
kept=(--database "${2:-$work/amends.db}")
token=$("$amends" people add hugo --role head --team shop --business retail "${kept[@]}" 2> /dev/null)
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

# What a question may say is the book's: a document that fits the description may rightly be turned away. A stream of
# events has no end that could be waited for.
cd "$work"
schemathesis run "$at/v1/openapi.json" --exclude-checks positive_data_acceptance --warnings off \
  --header "Authorization: Bearer $token" --exclude-path /v1/events \
  --phases examples,coverage,fuzzing --max-examples "${EXAMPLES:-60}" --seed 20261122 --workers 1 \
  --generation-database none --request-timeout 10 --no-color
