# Runs test suites and adds up what they report. Sourced after build.sh.
# A suite is tests/NAME with either a program tests/NAME/run or C++ files (built as test_NAME). Both end with a line
# "N passed, N failed" or "N passed, N failed, N skipped", and exit with 0 only if none failed.

passed=0 failed=0 skipped=0
failed_suites=()

all_suites() {
  local dir name
  for dir in "$root"/tests/*/; do
    name=$(basename "$dir")
    if [[ -x $dir/run ]] || grep -qsw "test_$name" "$build_dir/build.ninja"; then printf '%s\n' "$name"; fi
  done
}

# Prints the build targets of the given suites.
suite_targets() {
  local name
  for name in "$@"; do
    if [[ -x $root/tests/$name/run ]]; then printf 'bascule\n'; else printf 'test_%s\n' "$name"; fi
  done
}

# Runs one suite. A suite that ends without its line has crashed, which counts as a failure.
run_suite() {
  local name=$1 log status=0 line
  log=$(mktemp)
  say "--- $name"
  if [[ -x $root/tests/$name/run ]]; then
    BASCULE=$build_dir/bascule "$root/tests/$name/run" 2>&1 | tee "$log" || status=${PIPESTATUS[0]}
  else
    BASCULE=$build_dir/bascule "$build_dir/tests/test_$name" 2>&1 | tee "$log" || status=${PIPESTATUS[0]}
  fi
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
