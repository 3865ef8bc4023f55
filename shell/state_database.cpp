#include "shell/state_database.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "engine/base/files.h"
#include "engine/drivers/registry.h"
#include "journal_migrations.h"  // made by CMake from migrations/journal/
#include "shell/config.h"

namespace bascule {
namespace {

Result<std::int64_t> schema_version(Connection& connection) {
  TRY(auto cursor, connection.query("PRAGMA user_version"));
  Batch batch;
  TRY(const bool any, cursor->next(batch, 1));
  return any ? batch.cell(0, 0).integer : 0;
}

}  // namespace

Result<void> run_statement(Connection& connection, std::string_view sql, std::span<const Value> parameters) {
  TRY(auto cursor, connection.query(sql, parameters));
  return {};
}

Result<std::unique_ptr<Connection>> open_state_database() {
  const std::string folder = state_folder();
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) return io_error("create", folder, failure.value());
  ::chmod(folder.c_str(), 0700);
  const std::string path = folder + "/state.db";
  const mode_t before = ::umask(077);
  ConnectOptions options;
  options.url.flavor = Flavor::sqlite;
  options.url.path = path;
  options.create = true;
  auto opened = open_connection(options);
  ::umask(before);
  TRY(auto connection, std::move(opened));
  TRY(std::int64_t version, schema_version(*connection));
  for (; version < static_cast<std::int64_t>(std::size(journal_migrations)); ++version) {
    TRY(run_statement(*connection, "BEGIN IMMEDIATE"));
    // Another shell may have done it while we waited for the lock.
    TRY(const std::int64_t now, schema_version(*connection));
    if (now == version) {
      TRY(run_statement(*connection, journal_migrations[version]));
      TRY(run_statement(*connection, "PRAGMA user_version = " + std::to_string(version + 1)));
    }
    TRY(run_statement(*connection, "COMMIT"));
  }
  return connection;
}

}  // namespace bascule
