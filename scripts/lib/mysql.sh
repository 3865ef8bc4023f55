# A real MySQL server, which Debian 12 does not package: from a folder of Debian unstable, kept in the user's cache.
# Sourced after servers.sh. Needs root, for debootstrap and chroot.

mysql_root=${XDG_CACHE_HOME:-$HOME/.cache}/bascule/mysql-sid
mysql_data=

# A folder whose server does not even say its version (an interrupted copy, a full disk) is made again.
is_usable_mysql_root() {
  [[ -f $1/.complete ]] && chroot "$1" /usr/sbin/mysqld --no-defaults --version >/dev/null 2>&1
}

# Made under another name and renamed, so that a folder of the right name is always whole.
make_mysql_root() {
  local parent=${mysql_root%/*} fresh
  if is_usable_mysql_root "$mysql_root"; then return 0; fi
  mkdir -p "$parent"
  rm -rf "$mysql_root" "$parent"/mysql-sid.new-*
  fresh=$(mktemp -d "$parent/mysql-sid.new-XXXXXX")
  say "making a Debian unstable folder with MySQL (about a minute, once): $mysql_root"
  if ! quietly "debootstrap of Debian unstable" debootstrap --variant=minbase \
    --include=mysql-server-core,mysql-client-core sid "$fresh" "${BASCULE_DEBIAN_MIRROR:-http://deb.debian.org/debian}"; then
    rm -rf "$fresh"
    return 1
  fi
  chroot "$fresh" sh -ec 'getent passwd mysql >/dev/null || useradd --system --user-group --no-create-home mysql
    install -d -o mysql -g mysql -m 750 /var/lib/mysql-files' || die "cannot add the user mysql in $fresh"
  rm -rf "$fresh"/var/cache/apt/archives/*.deb
  touch "$fresh/.complete"
  chmod 755 "$fresh"
  mv "$fresh" "$mysql_root"
  is_usable_mysql_root "$mysql_root" || die "the MySQL server in $mysql_root does not run"
}

# start_mysql: exports TEST_MYSQL_URL. Fails, with the reason in TEST_MYSQL_SKIP, only where the folder cannot be
# made; a server that is there and does not start is an error.
start_mysql() {
  [[ -z ${TEST_MYSQL_URL:-} ]] || return 0
  if ! is_root; then
    export TEST_MYSQL_SKIP="a private MySQL server needs root; set TEST_MYSQL_URL to use another one"
    return 1
  fi
  make_servers_dir
  if ! make_mysql_root; then
    export TEST_MYSQL_SKIP="the Debian unstable folder with MySQL could not be made (debootstrap failed, see above)"
    return 1
  fi
  # What a killed run has left behind; no run takes hours.
  find "$mysql_root/tmp" -mindepth 1 -maxdepth 1 -name 'data-*' -mmin +240 -exec rm -rf {} +
  mysql_data=$(mktemp -d "$mysql_root/tmp/data-XXXXXX")
  local inside=/tmp/${mysql_data##*/}
  chroot "$mysql_root" chown mysql:mysql "$inside"
  local run=(chroot "$mysql_root" setpriv --pdeathsig TERM --reuid mysql --regid mysql --init-groups
    /usr/sbin/mysqld --no-defaults)
  quietly "mysqld --initialize-insecure" "${run[@]}" --initialize-insecure --datadir="$inside/data" ||
    die "MySQL could not initialize its data folder"
  start_mysql_at() {
    start_server "$servers_dir/mysql.log" 60 "$(mysql_probe "-h127.0.0.1 -P$1")" -- \
      "${run[@]}" --datadir="$inside/data" --port="$1" --bind-address=127.0.0.1 --socket="$inside/sock" \
      --pid-file="$inside/pid" --mysqlx=OFF --secure-file-priv= --local-infile=1 --innodb-buffer-pool-size=128M \
      --innodb-flush-log-at-trx-commit=0 --sync-binlog=0 || return 1
    export TEST_MYSQL_URL="mysql://root@127.0.0.1:$1/"
  }
  with_free_port MySQL "$servers_dir/mysql.log" start_mysql_at
}

# After stop_servers: the data lives in the cached folder.
remove_mysql_data() { [[ -z $mysql_data ]] || rm -rf "$mysql_data"; }
