// Brings a database to where a folder of migrations wants it, and says where it is.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/drivers/connection.h"
#include "engine/jobs/layout.h"

namespace bascule {

enum class MigrationState { applied, pending, changed, missing_file, failed, out_of_order, baseline };
std::string_view migration_state_name(MigrationState state);

struct MigrationStatus {
  std::string id, name;
  MigrationState state = MigrationState::pending;
  std::string applied_at = {};  // "" if it is not applied
  std::string checksum = {};    // of the file; of the history's row where there is none
};

struct MigrationsStatus {
  std::string tool, dir;
  std::string current = {};  // the id of the last one applied, "" for none
  std::vector<MigrationStatus> migrations;
};

struct MigrateRequest {
  std::string dir = "migrations";
  std::string tool = {};            // "" for plain SQL files
  std::string target = {};          // of up: how many, or the id of the last one; "" for all
  bool allow_out_of_order = false;  // --allow-out-of-order
  bool allow_changed = false;       // --allow-changed
};

// One migration that up would apply, with the statements that are left of it.
struct PlannedMigration {
  Migration migration;
  std::vector<std::string> statements;
  std::vector<std::size_t> lines;   // of the file, at which each begins
  std::size_t statements_done = 0;  // of a run that failed
  bool in_transaction = true;       // as far as the engine has DDL in transactions
};

struct MigrationRun {
  std::string id, name;
  std::size_t statements = 0;
  double seconds = 0;
};

struct MigrateOptions {
  std::function<void(const PlannedMigration&)> on_migration = {};  // before each
};

// Changes nothing.
Result<MigrationsStatus> migrate_status(Connection& connection, const MigrateRequest& request);

// What migrate_up would do, in order. Changes nothing. Error conflict for a changed file and for one that
// comes before what is applied, unless the request allows it.
Result<std::vector<PlannedMigration>> migrate_plan(Connection& connection, const MigrateRequest& request);

// Applies them, each in one transaction where the engine has DDL in transactions, else statement by
// statement: the history remembers how far a failed one came, and the next call goes on behind the statements
// that are done if they are still the same. No two runs work on a database at the same time. The connection
// has no transaction open.
Result<std::vector<MigrationRun>> migrate_up(Connection& connection, const MigrateRequest& request,
                                             const MigrateOptions& options = {});

// down redo new baseline check repair: error unsupported for now. Others: usage, with the nearest.
Error unsupported_migrate_verb(std::string_view verb);

// The documents of the shell's contract, on one line.
std::string migrations_to_json(const MigrationsStatus& status);
// The status with `steps` beside it: what up would run.
std::string migration_plan_to_json(const MigrationsStatus& status,
                                   const std::vector<PlannedMigration>& planned);

}  // namespace bascule
