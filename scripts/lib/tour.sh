# The tour: bascule's jobs on real data, in a workspace of its own. Sourced by scripts/run.

# Shows a heading and a command line as a person would type it, then runs it.
tour_step() {
  printf '\n\033[1m# %s\033[0m\n' "$1"
  shift
  local word shown=bascule
  for word in "$@"; do
    case $word in
      *[!A-Za-z0-9_./:=@-]*)
        case $word in
          *\'*) word="\"$word\"" ;;
          *) word="'$word'" ;;
        esac ;;
    esac
    shown+=" $word"
  done
  printf '$ %s\n' "$shown"
  "$build_dir/bascule" --no-config "$@"
}

tour() {
  local workspace
  workspace=$(mktemp -d "${TMPDIR:-/tmp}/bascule-tour-XXXXXX")
  cp -r "$root/migrations/sample" "$workspace/migrations"
  cp "$root/scripts/runbooks/hello.lua" "$workspace/"
  cd "$workspace"
  echo "bascule's tour, in $workspace"

  tour_step "A legacy application's database is made by its migrations" \
    --create legacy.db -c '\migrate up' -c '\migrate status'
  tour_step "What is in it" legacy.db -c '\dt' -c '\d users' -c 'SELECT id, email, is_admin, created_at FROM users LIMIT 3;'
  tour_step "An empty new database is opened beside it; the two differ" \
    --create legacy.db new=new.db -c '\conns' -c '\diff @legacy @new' || [[ $? -eq 4 ]]
  tour_step "What would make the new one like the old one" legacy.db new.db -c '\plan @legacy to @new'
  tour_step "Copy everything, and prove that every value arrived" legacy.db new.db -c '\copy @legacy to @new'
  tour_step "Now nothing differs" legacy.db new.db -c '\diff @legacy @new'
  tour_step "One statement on both, side by side" legacy.db new.db \
    -c '@legacy,new SELECT status, count(*) AS jobs FROM jobs GROUP BY status ORDER BY status;'
  tour_step "A value goes wrong in the new database; verify names row, column and both values" \
    legacy.db new.db -c "@new UPDATE users SET email = 'wrong@example.com' WHERE id = 7;" \
    -c '\verify @legacy @new users' || [[ $? -eq 4 ]]
  tour_step "Put right, it is proven again" legacy.db new.db \
    -c "SELECT email FROM users WHERE id = 7 \\gset" -c "@new UPDATE users SET email = :'email' WHERE id = 7;" \
    -c '\verify @legacy @new'
  tour_step "A Lua script sees both databases" legacy.db new.db -c '\run hello.lua'

  if [[ -t 0 ]]; then
    printf '\n\033[1m# Your turn: both databases are open. \\? lists the commands, \\q leaves.\033[0m\n'
    exec "$build_dir/bascule" legacy.db new.db
  fi
  printf '\nThe tour ends here. On a terminal it leaves you in the shell.\n'
}
