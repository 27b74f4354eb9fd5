#!/usr/bin/env bash
# A PostgreSQL server of its own for tests and benches: made in a new folder, on loopback, gone when it is stopped.
#   scripts/postgres.sh start     prints the folder, then the URL of an empty database
#   scripts/postgres.sh restart FOLDER   stops it at once and starts it again, as a crash would
#   scripts/postgres.sh stop FOLDER      stops it and removes the folder
# Installs PostgreSQL where it may, and says what to install where it may not.
set -euo pipefail

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# The server does not run as root: then it is the system's own user for it, or nobody.
as_user() {
  if [ "$(id -u)" -ne 0 ]; then "$@"; else setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups "$@"; fi
}
user=$(id -un postgres 2> /dev/null || echo nobody)

bin() {
  local found
  found=$(command -v initdb 2> /dev/null || ls -d /usr/lib/postgresql/*/bin/initdb 2> /dev/null | sort -V | tail -n 1)
  [ -n "$found" ] && dirname "$(readlink -f "$found")"
}

start_in() {
  # fsync stays on: what is tested is what survives.
  as_user "$bin/pg_ctl" -D "$1/data" -w -s -l "$1/log" \
    -o "-c listen_addresses=127.0.0.1 -c port=$(cat "$1/port") -c unix_socket_directories=$1 -c max_connections=200" start > /dev/null
}

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

bin=$(bin || true)
if [ -z "$bin" ]; then
  if command -v apt-get > /dev/null && as_root true 2> /dev/null; then
    as_root apt-get update -qq >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql > /dev/null
    bin=$(bin)
    user=$(id -un postgres 2> /dev/null || echo nobody)
  else
    echo 'the tests of the PostgreSQL store need PostgreSQL 14 or later: install it (Debian: apt-get install postgresql)' >&2
    exit 1
  fi
fi

case "${1:-}" in
  start)
    folder=$(mktemp -d "${TMPDIR:-/tmp}/amends-postgres.XXXXXX")
    free_port > "$folder/port"
    [ "$(id -u)" -ne 0 ] || chown -R "$user" "$folder"
    as_user "$bin/initdb" -D "$folder/data" -U amends -A trust -E UTF8 --locale=C -N > "$folder/initdb.log" 2>&1
    start_in "$folder"
    as_user "$bin/createdb" -h 127.0.0.1 -p "$(cat "$folder/port")" -U amends amends
    echo "$folder"
    echo "postgres://amends@127.0.0.1:$(cat "$folder/port")/amends"
    ;;
  restart)
    as_user "$bin/pg_ctl" -D "$2/data" -m immediate -s stop
    start_in "$2"
    ;;
  stop)
    as_user "$bin/pg_ctl" -D "$2/data" -m immediate -s stop || true
    rm -rf "$2"
    ;;
  *)
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
