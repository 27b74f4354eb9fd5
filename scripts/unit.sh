#!/usr/bin/env bash
# Holds packaging/amends.service against systemd's own reader, with the program where it was built: what systemd does not
# know or cannot start is an error here.   scripts/unit.sh AMENDS
set -euo pipefail
amends=$(realpath "$1")
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed "s|/usr/local/bin/amends|$amends|" packaging/amends.service > "$work/amends.service"
said=$(systemd-analyze verify --man=no "$work/amends.service" 2>&1) || { printf '%s\n' "$said" >&2; exit 1; }
# Keys that it does not know are only a warning to systemd.
! grep -F "$work/amends.service" <<< "$said" >&2
