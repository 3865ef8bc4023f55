# One build folder for every purpose, so that tests and use share what is compiled. Sourced after common.sh.

# A binary is current if nothing that it is made of is newer; a folder's own time tells of files taken away.
is_current() {
  local binary=$1
  shift
  [[ -x $binary && -z $(find "$@" -newer "$binary" -print -quit) ]]
}

# configure OPTION...: only when an option differs from what the folder has.
configure() {
  local option wanted=("-DCMAKE_BUILD_TYPE=Release" "$@") stamp=$build_dir/.options
  if [[ -f $build_dir/build.ninja && -f $stamp ]]; then
    local differs=false
    for option in "${wanted[@]}"; do
      grep -qxF -e "$option" "$stamp" || differs=true
    done
    $differs || return 0
  fi
  mkdir -p "$build_dir"
  quietly "cmake" cmake -S "$root" -B "$build_dir" -G Ninja "${wanted[@]}"
  printf '%s\n' "${wanted[@]}" >"$stamp"
}

# build TARGET...: on a terminal with ninja's one line of progress, otherwise silent unless it fails.
build() {
  local log status=0
  if [[ -t 2 ]]; then
    ninja -C "$build_dir" "$@" >&2 || die "the build failed"
    return 0
  fi
  log=$(mktemp)
  ninja -C "$build_dir" "$@" >"$log" 2>&1 || status=$?
  if [[ $status -ne 0 ]]; then
    grep -vE '^\[[0-9]+/[0-9]+\]' "$log" | head -n 200 >&2
    rm -f "$log"
    die "the build failed" "ninja -C $build_dir $*"
  fi
  rm -f "$log"
}
