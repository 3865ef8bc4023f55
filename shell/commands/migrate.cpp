// \migrate
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/jobs/migrate.h"
#include "shell/address.h"
#include "shell/command.h"
#include "shell/interrupt.h"
#include "shell/session.h"

namespace bascule {
namespace {

Result<Member*> member_of(Session& session, const Arguments& arguments) {
  const std::string on = arguments.value("--on").value_or("");
  if (on.empty()) return session.current();
  TRY(const Address address, parse_address(on.starts_with('@') ? on : "@" + on));
  if (address.connections.size() != 1 || !address.path.empty() || address.connections[0] == "*")
    return usage_of("migrate", "--on names one connection, not \"" + on + "\"");
  return session.find(address.connections[0]);
}

Value text_or_null(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}

Outcome status_outcome(const MigrationsStatus& status) {
  static constexpr std::string_view columns[] = {"id", "name", "state", "applied_at"};
  std::vector<std::vector<Value>> rows;
  std::size_t pending = 0;
  for (const auto& migration : status.migrations) {
    rows.push_back({migration.id, migration.name, std::string(migration_state_name(migration.state)),
                    text_or_null(migration.applied_at)});
    if (migration.state == MigrationState::pending) ++pending;
  }
  Outcome outcome;
  outcome.rows = make_table(columns, std::move(rows));
  outcome.json = migrations_to_json(status);
  outcome.messages.push_back(fmt::format("{}: current is {}, {} pending", status.dir,
                                         status.current.empty() ? "none" : status.current, pending));
  return outcome;
}

// What `up` would run: also `up --dry-run`.
Result<Outcome> preview(Connection& connection, const MigrateRequest& request) {
  TRY(const MigrationsStatus status, migrate_status(connection, request));
  TRY(const auto planned, migrate_plan(connection, request));
  Outcome outcome;
  std::string text;
  for (const auto& migration : planned) {
    text += "-- " + migration.migration.id + " " + migration.migration.name + "\n";
    for (std::size_t i = migration.statements_done; i < migration.statements.size(); ++i)
      text += migration.statements[i] + ";\n";
  }
  if (planned.empty()) outcome.messages.push_back("nothing is pending");
  outcome.text = std::move(text);
  outcome.json = migration_plan_to_json(status, planned);
  return outcome;
}

Result<Outcome> up(Session& session, Connection& connection, const MigrateRequest& request) {
  MigrateOptions options;
  options.on_migration = [&](const PlannedMigration& planned) {
    session.say("applying " + planned.migration.id + " " + planned.migration.name);
  };
  TRY(const auto runs, migrate_up(connection, request, options));
  static constexpr std::string_view columns[] = {"id", "name", "statements:int", "seconds:real"};
  std::vector<std::vector<Value>> rows;
  for (const auto& run : runs)
    rows.push_back({run.id, run.name, static_cast<std::int64_t>(run.statements),
                    static_cast<double>(static_cast<std::int64_t>(run.seconds * 1000)) / 1000});
  TRY(const MigrationsStatus status, migrate_status(connection, request));
  Outcome outcome;
  outcome.json = migrations_to_json(status);
  outcome.messages.push_back(runs.empty()
                                 ? "nothing is pending"
                                 : fmt::format("{} applied; current is {}", runs.size(), status.current));
  if (!runs.empty()) outcome.rows = make_table(columns, std::move(rows));
  return outcome;
}

Result<Outcome> migrate(CommandContext& context, const Arguments& arguments) {
  Session& session = context.session;
  const std::string verb(arguments.word(0));
  if (verb.empty() || arguments.words.size() > 2) return usage_of("migrate", "needs a verb");
  MigrateRequest request;
  request.dir = arguments.value("--dir").value_or("migrations");
  request.tool = arguments.value("--tool").value_or("");
  request.target = std::string(arguments.word(1));
  request.allow_out_of_order = arguments.has("--allow-out-of-order");
  request.allow_changed = arguments.has("--allow-changed");
  if (verb != "status" && verb != "plan" && verb != "up") return unsupported_migrate_verb(verb);

  TRY(Member * member, member_of(session, arguments));
  const interrupt::Guard guard(*member->live);
  TRY(Connection * connection, member->live->ready());
  auto outcome = [&]() -> Result<Outcome> {
    if (verb == "up" && !arguments.has("--dry-run")) return up(session, *connection, request);
    if (verb != "status") return preview(*connection, request);
    TRY(const MigrationsStatus status, migrate_status(*connection, request));
    return status_outcome(status);
  }();
  member->live->settle(outcome.ok() ? nullptr : &outcome.error());
  return outcome;
}

Result<Outcome> bridge(CommandContext&, const Arguments&) {
  return unsupported_error("\\bridge is not built yet", "\\migrate runs plain SQL migrations");
}

}  // namespace

std::vector<CommandRow> migrate_commands() {
  static constexpr OptionRow on{"--on", "", "@C", "the connection"};
  return {{"bridge",
           {},
           "Migrations",
           "FROM TO status|baseline|sync|check|cutover|rollback --on @C",
           "from one migration tool to another (not built yet)",
           {on,
            {"--from-dir", "", "DIR", "the folder of FROM"},
            {"--to-dir", "", "DIR", "the folder of TO"},
            {"--squash", "", "", "one baseline"},
            {"--history", "", "", "one migration for each"},
            {"--dry-run", "", "", "show what would be done"}},
           Effects::ddl,
           ArgumentStyle::words,
           bridge},
          {"migrate",
           {},
           "Migrations",
           "status|plan|up [N|ID] [--on @C] [--dir D] [--dry-run]",
           "run and inspect a folder of migrations",
           {{"--on", "", "@C", "the connection; the current one without it"},
            {"--dir", "", "DIR", "the folder, migrations without it"},
            {"--tool", "", "TOOL", "whose layout the folder has"},
            {"--allow-out-of-order", "", "", "apply files older than what is applied"},
            {"--allow-changed", "", "", "go on although an applied file was changed"},
            {"--dry-run", "", "", "show what would be done"}},
           Effects::ddl,
           ArgumentStyle::words,
           migrate}};
}

}  // namespace bascule
