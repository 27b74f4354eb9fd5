#!/usr/bin/env bash
# Bundles what the pages load into web/dist, where the build of the program takes it from.
# Does nothing while nothing has changed.
set -euo pipefail
cd "$(dirname "$0")/../web"

if ! command -v npm > /dev/null; then
  echo 'the pages are bundled with Node: install Node 20 or later with npm (Debian: apt-get install nodejs npm)' >&2
  exit 1
fi
sources=(package.json package-lock.json ./*.js ./*.mjs styles/*.css)
stamp=dist/.made
if [ -f "$stamp" ] && [ -z "$(find "${sources[@]}" -newer "$stamp")" ]; then
  exit 0
fi
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  # esbuild needs none of its install scripts.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  touch node_modules/.package-lock.json
fi
node build.mjs
touch "$stamp"
echo 'web/dist is made'
