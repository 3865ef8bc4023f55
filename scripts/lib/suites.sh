# Runs test suites and adds up what they report. Sourced after build.sh.
# A suite is tests/NAME with C++ files (built as test_NAME), a program tests/NAME/run, or both. Each ends with a line
# "N passed, N failed" or "N passed, N failed, N skipped", and exits with 0 only if none failed.

passed=0 failed=0 skipped=0
failed_suites=()

has_binary() { grep -qs "^build tests/test_$1:" "$build_dir/build.ninja"; }
has_program() { [[ -x $root/tests/$1/run ]]; }

all_suites() {
  local dir name
  for dir in "$root"/tests/*/; do
    name=$(basename "$dir")
    if has_binary "$name" || has_program "$name"; then printf '%s\n' "$name"; fi
  done
}

# Prints the build targets of the given suites.
suite_targets() {
  local name
  for name in "$@"; do
    if has_program "$name"; then printf 'bascule\n'; fi
    if has_binary "$name"; then printf 'test_%s\n' "$name"; fi
  done
}

run_suite() {
  local name=$1
  if has_binary "$name"; then run_part "$name" "$build_dir/tests/test_$name"; fi
  if has_program "$name"; then run_part "$name" "$root/tests/$name/run"; fi
}

# run_part NAME COMMAND: a part that ends without its line has crashed, which counts as a failure.
run_part() {
  local name=$1 log status=0 line
  log=$(mktemp)
  say "--- $name"
  BASCULE=$build_dir/bascule "$2" 2>&1 | tee "$log" || status=${PIPESTATUS[0]}
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$log" | tail -n 1 || true)
  rm -f "$log"
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
    skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
    [[ $status -eq 0 || ${BASH_REMATCH[2]} -gt 0 ]] || failed=$((failed + 1))
  else
    say "error: the suite $name ended without a summary (exit $status)"
    failed=$((failed + 1))
    status=1
  fi
  [[ $status -eq 0 ]] || failed_suites+=("$name")
}

print_totals() {
  local line="$passed passed, $failed failed"
  if [[ $skipped -gt 0 || -n ${TEST_MYSQL_SKIP:-} ]]; then
    line+=", $skipped skipped"
    printf 'skipped: the cases of MySQL: %s\n' "${TEST_MYSQL_SKIP:-}"
  fi
  [[ ${#failed_suites[@]} -eq 0 ]] || printf 'failed suites: %s\n' "${failed_suites[*]}"
  printf '%s\n' "$line"
}
