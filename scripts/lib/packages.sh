# The Debian packages of each purpose. Sourced after common.sh.

build_packages=(
  cmake ninja-build g++ pkg-config
  liblua5.4-dev libsqlitecpp-dev libsqlite3-dev libpqxx-dev libpq-dev libmysqlcppconn-dev libmariadb-dev
  libspdlog-dev libfmt-dev libtomlplusplus-dev nlohmann-json3-dev libxxhash-dev libssl-dev libedit-dev
)
test_packages=(doctest-dev python3 postgresql mariadb-server openssl)
check_packages=(clang-format doctest-dev python3)
mysql_packages=(debootstrap)
bench_packages=(python3 sqlite3 postgresql mariadb-server time)

# Prints those of the given packages that are not installed.
missing_packages() {
  local installed package
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -qxF "installed $package" <<<"$installed" || printf '%s\n' "$package"
  done
}

# Installs what is missing, and looks for nothing on the network if that is nothing.
ensure_packages() {
  command -v dpkg-query >/dev/null || die "this is not a Debian system" "install by hand: $*"
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [[ ${#missing[@]} -gt 0 ]] || return 0
  say "installing ${#missing[@]} packages: ${missing[*]}"
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}")
  # Package lists that are absent or old make the first try fail; only then are they fetched.
  as_root "${install[@]}" >/dev/null 2>&1 && return 0
  quietly "apt-get update" as_root apt-get update
  quietly "apt-get install ${missing[*]}" as_root "${install[@]}"
}
