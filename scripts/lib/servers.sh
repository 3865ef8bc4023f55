# Private servers on loopback in one temporary folder, stopped by process id. Sourced after common.sh.
# Each start_* exports the URL that the tests read. A server also ends by itself when this script is killed.

servers_dir=
server_pids=()

make_servers_dir() {
  [[ -z $servers_dir ]] || return 0
  servers_dir=$(mktemp -d "${TMPDIR:-/tmp}/bascule-servers-XXXXXX")
  chmod 755 "$servers_dir"  # the servers' own users pass through
}

is_port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Below the range of outgoing connections, so that none of those takes the port between the look and the start.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    ! is_port_free "$port" || break
  done
  printf '%s\n' "$port"
}

# wait_until SECONDS PID COMMAND...: until the command succeeds; fails at once when the process is gone.
wait_until() {
  local deadline=$((SECONDS + $1)) pid=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    kill -0 "$pid" 2>/dev/null || return 1
    [[ $SECONDS -lt $deadline ]] || return 1
    sleep 0.1
  done
}

# make_private_dir NAME USER: a folder of that user, because database servers refuse root.
make_private_dir() {
  mkdir "$servers_dir/$1"
  if is_root; then chown "$2" "$servers_dir/$1"; fi
}

# Prints the words that run a command as USER (as oneself when not root) and let it end with this script by SIGNAL.
runs_as() {
  local user=$1 words=(setpriv --pdeathsig "$2")
  if is_root; then words+=(--reuid "$user" --regid "$user" --init-groups); fi
  printf '%s\n' "${words[@]}"
}

# start_server LOG SECONDS PROBE -- COMMAND...: sets `started_pid`; fails if the probe never succeeds.
start_server() {
  local log=$1 seconds=$2 probe=$3
  shift 4
  (cd "$servers_dir" && exec "$@") >"$log" 2>&1 </dev/null &
  started_pid=$!
  if wait_until "$seconds" "$started_pid" bash -c "$probe"; then
    server_pids+=("$started_pid")
    return 0
  fi
  kill "$started_pid" 2>/dev/null || true
  wait "$started_pid" 2>/dev/null || true
  return 1
}

# A port can be taken between the look and the start: three tries, then the log is shown.
# with_free_port NAME LOG FUNCTION: calls FUNCTION PORT.
with_free_port() {
  local name=$1 log=$2 start=$3 port
  for _ in 1 2 3; do
    port=$(free_port)
    if "$start" "$port"; then return 0; fi
  done
  tail -n 20 "$log" >&2
  die "$name did not start"
}

start_postgres() {
  make_servers_dir
  local bin dir=$servers_dir/postgres as
  bin=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
  [[ -n $bin ]] || die "PostgreSQL's server programs are not installed" "apt-get install postgresql"
  make_private_dir postgres postgres
  mapfile -t as < <(runs_as postgres INT)
  (cd "$servers_dir" && quietly "initdb" "${as[@]}" "$bin/initdb" -D "$dir/data" -U postgres -A trust --no-sync \
    --encoding=UTF8 --locale=C.UTF-8)
  start_postgres_at() {
    start_server "$dir.log" 30 "$bin/pg_isready -q -h 127.0.0.1 -p $1 -U postgres" -- \
      "${as[@]}" "$bin/postgres" -D "$dir/data" -p "$1" -c listen_addresses=127.0.0.1 \
      -c "unix_socket_directories=$dir" -c fsync=off -c max_connections=200 || return 1
    export TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$1/postgres"
  }
  with_free_port PostgreSQL "$dir.log" start_postgres_at
}

# mariadb_probe USER SOCKET-OR-PORT-OPTIONS: the vendor client answers for MariaDB and MySQL alike.
mysql_probe() { printf 'mariadb-admin --no-defaults --connect-timeout=2 -uroot %s ping' "$*"; }

start_mariadb() {
  make_servers_dir
  local dir=$servers_dir/mariadb as
  command -v mariadbd >/dev/null || die "MariaDB's server is not installed" "apt-get install mariadb-server"
  make_private_dir mariadb mysql
  mapfile -t as < <(runs_as mysql TERM)
  (cd "$servers_dir" && quietly "mariadb-install-db" "${as[@]}" mariadb-install-db --no-defaults \
    --datadir="$dir/data" --auth-root-authentication-method=normal --skip-test-db)
  start_mariadb_at() {
    start_server "$dir.log" 30 "$(mysql_probe "-h127.0.0.1 -P$1")" -- \
      "${as[@]}" mariadbd --no-defaults --datadir="$dir/data" --port="$1" --bind-address=127.0.0.1 \
      --socket="$dir/sock" --pid-file="$dir/pid" --local-infile=1 --innodb-buffer-pool-size=128M \
      --innodb-flush-log-at-trx-commit=0 --character-set-server=utf8mb4 || return 1
    export TEST_MARIADB_URL="mariadb://root@127.0.0.1:$1/"
  }
  with_free_port MariaDB "$dir.log" start_mariadb_at
}

# The servers end first, so that nothing writes into the folder while it goes.
stop_servers() {
  local pid
  for pid in "${server_pids[@]}"; do kill -INT "$pid" 2>/dev/null || true; done
  for pid in "${server_pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${server_pids[@]}"; do stop_by_force_after 20 "$pid"; done
  server_pids=()
  [[ -z $servers_dir ]] || rm -rf "$servers_dir"
  servers_dir=
}

stop_by_force_after() {
  local deadline=$((SECONDS + $1)) pid=$2
  while kill -0 "$pid" 2>/dev/null; do
    if [[ $SECONDS -ge $deadline ]]; then kill -KILL "$pid" 2>/dev/null || true; fi
    sleep 0.05
  done
  wait "$pid" 2>/dev/null || true
}
