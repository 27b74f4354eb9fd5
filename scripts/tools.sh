#!/usr/bin/env bash
# Installs the tools pinned in scripts/tools.txt into TARGET/tools and prints the folder of their programs.
# A Python environment of its own holds them, so that it also works where the system's Python is managed.
set -euo pipefail
cd "$(dirname "$0")/.."

target="${CARGO_TARGET_DIR:-target}"
mkdir -p "$target"
home="$(cd "$target" && pwd)/tools"
wanted="$(cksum < scripts/tools.txt)"

give_up() {
  printf 'tools: %s\n' "$1" >&2
  exit 1
}

have_venv() { python3 -c 'import ensurepip, venv' 2>/dev/null; }

ready() { [ "$(cat "$home/installed" 2>/dev/null)" = "$wanted" ] && "$home/bin/python" -c '' 2>/dev/null; }

if ! ready; then
  if ! have_venv && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -qq && apt-get install -y -qq python3-venv; } >&2 || true
  fi
  have_venv || give_up 'needs Python 3.9 or later with its venv module; on Debian or Ubuntu: sudo apt-get install python3-venv'
  rm -rf "$home"
  python3 -m venv "$home" >&2 || give_up "cannot make a Python environment in $home"
  "$home/bin/python" -m pip install --quiet --require-hashes --only-binary=:all: -r scripts/tools.txt >&2 ||
    give_up 'cannot install what scripts/tools.txt lists: see the lines above; without a network, run it once with one'
  printf '%s\n' "$wanted" > "$home/installed"
fi
printf '%s\n' "$home/bin"
