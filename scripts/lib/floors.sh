# The rules of layout: who may include whom, where client libraries are known, what stands at the top. Sourced after
# common.sh. Each check_* prints what breaks its rule, and nothing if all is well.

# A floor may include itself and what stands before it.
floors=(engine/base engine/model engine/dialect engine/drivers engine/jobs plugins/runtime shell)

# header (a pattern) -> the folders that may include it
header_owners=(
  '(sqlite3\.h|SQLiteCpp/.*)=engine/drivers/sqlite'
  '(pqxx/.*|libpq-fe\.h|libpq/.*|postgresql/.*)=engine/drivers/postgres'
  '(mysql\.h|mysql/.*|mariadb/.*|mysqld_error\.h|errmsg\.h|mysql_driver\.h|mysql_connection\.h|cppconn/.*)=engine/drivers/mysql'
  '(lua\.h|lua\.hpp|lauxlib\.h|lualib\.h|lua5\.4/.*)=plugins/runtime'
  '(spdlog/.*)=engine/base shell'
  '(histedit\.h|editline/.*|CLI/.*|toml\+\+/.*)=shell'
)

top_level='^(\..*|CMakeLists\.txt|README\.md|LICENSE|engine|shell|plugins|scripts|migrations|tests)$'

# Tracked files and new ones, but nothing that is ignored or was deleted.
source_files() {
  git -C "$root" ls-files -co --exclude-standard -- "$@" | while IFS= read -r file; do
    if [[ -f $root/$file ]]; then printf '%s\n' "$file"; fi
  done
}

cpp_files() { source_files '*.h' '*.cpp'; }

# Prints "file:line:text" of the include lines of all C++ files that match.
includes() { (cd "$root" && cpp_files | xargs -r grep -nHE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]$1[>\"]" || true); }

check_floors() {
  local index higher
  for index in "${!floors[@]}"; do
    for higher in "${floors[@]:index+1}" tests; do
      includes "$higher/.*" | grep "^${floors[index]}/" | sed 's/$/    (a higher floor)/' || true
    done
  done
  # An engine's own folder is known to itself and to the one place that lists the engines.
  includes 'engine/drivers/[a-z]+/.*' |
    grep -vE '^engine/drivers/registry\.cpp:|^tests/unit/' |
    awk -F: '{ match($3, "engine/drivers/[a-z]+/"); if (index($1, substr($3, RSTART, RLENGTH)) != 1) print }' |
    sed 's/$/    (an engine outside its folder)/'
}

check_jobs_name_no_engine() {
  (cd "$root" && source_files 'engine/jobs/*' | xargs -r grep -nHE 'Flavor::[a-z]' || true) |
    sed 's/$/    (engine\/jobs names no engine)/'
}

check_header_owners() {
  local row pattern owners owner found
  for row in "${header_owners[@]}"; do
    pattern=${row%=*} owners=${row##*=}
    found=$(includes "$pattern")
    for owner in $owners; do found=$(grep -v "^$owner/" <<<"$found" || true); done
    [[ -z $found ]] || sed "s|\$|    (only under: $owners)|" <<<"$found"
  done
}

check_top_level() {
  source_files | cut -d/ -f1 | sort -u | grep -vE "$top_level" | sed 's/$/    (not a top-level entry)/' || true
}

# Paths of the machine that this was written on: this folder's, its parent's and the user's own, unless every system
# has one of that name.
check_paths() {
  local path
  for path in "$root/" "$(dirname "$root")/" "$HOME/"; do
    case $path in / | // | /tmp/ | /home/ | /opt/ | /srv/ | /var/ | /usr/) continue ;; esac
    git -C "$root" grep -nF "$path" -- . | sed 's/$/    (a path of this machine)/' || true
  done
}

check_format() {
  (cd "$root" && cpp_files | xargs -r clang-format --dry-run -Werror 2>&1 |
    grep -E 'error:' | sed -E 's/ \[-Wclang-format-violations\]$//' | sort -u -t: -k1,1 || true)
}

check_shell_syntax() {
  local file
  source_files 'scripts/*' 'tests/*/run' '.ci/*' | while IFS= read -r file; do
    if head -n 1 "$root/$file" | grep -q bash || [[ $file == *.sh ]]; then bash -n "$root/$file" 2>&1 || true; fi
  done
}
