#!/usr/bin/env bash
# Makes sure there is what the browser tests need: Chromium, and the packages of e2e/. Installs what it may.
# Prints the path of Chromium; says what to install where it may not.
set -euo pipefail
cd "$(dirname "$0")/.."

found() { command -v chromium || command -v chromium-browser || command -v google-chrome-stable; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

if ! found > /dev/null; then
  if command -v apt-get > /dev/null && as_root true 2> /dev/null; then
    as_root apt-get update -qq >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-liberation > /dev/null
  else
    echo 'the browser tests need Chromium: install it (Debian: apt-get install chromium fonts-liberation)' >&2
    exit 1
  fi
fi
scripts/packages.sh
found
