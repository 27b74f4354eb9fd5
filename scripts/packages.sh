#!/usr/bin/env bash
# Makes sure that the packages of e2e/ are there: what the tests that run in Node need.
set -euo pipefail
cd "$(dirname "$0")/../e2e"

if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
  touch node_modules/.package-lock.json
fi
