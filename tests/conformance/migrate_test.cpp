// The migrator, in the same words on every engine.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "engine/jobs/migrate.h"
#include "tests/support/engines.h"

using namespace bascule;
using namespace bascule::test;

namespace {

class MigrationFolder {
 public:
  explicit MigrationFolder(const Scratch& scratch) : path_(scratch.directory() + "/migrations") {
    std::filesystem::create_directories(path_);
    request.dir = path_;
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name, std::ios::binary) << text;
  }
  MigrateRequest request;

 private:
  std::string path_;
};

std::string states(Connection& connection, const MigrateRequest& request) {
  const auto status = migrate_status(connection, request);
  if (!status.ok()) return "error: " + status.error().text();
  std::string text;
  for (const MigrationStatus& one : status->migrations)
    text += (text.empty() ? "" : ", ") + one.id + " " + std::string(migration_state_name(one.state));
  return text;
}

std::string up(Connection& connection, const MigrateRequest& request) {
  const auto runs = migrate_up(connection, request);
  if (!runs.ok()) return "error: " + runs.error().text();
  std::string text;
  for (const MigrationRun& one : *runs) text += (text.empty() ? "" : " ") + one.id;
  return text;
}

}  // namespace

ENGINE_TEST_CASE("migrations are applied once, in order, with the engine's own variant", on_all) {
  const Scratch scratch(engine);
  const auto connection = scratch.connect();
  const MigrationFolder folder(scratch);
  folder.write("0001_a.sql", "CREATE TABLE a (x INT);\nINSERT INTO a VALUES (1);\n");
  folder.write("0002_b.sql", "CREATE TABLE wrong (x INT);");
  folder.write("0002_b." + engine.name + ".sql", "CREATE TABLE b (x INT);");

  CHECK(states(*connection, folder.request) == "0001 pending, 0002 pending");
  CHECK(up(*connection, folder.request) == "0001 0002");
  CHECK(states(*connection, folder.request) == "0001 applied, 0002 applied");
  CHECK(up(*connection, folder.request) == "");
  CHECK(scalar(*connection, "SELECT count(*) FROM a") == "1");
  CHECK(scalar(*connection, "SELECT count(*) FROM b") == "0");
  CHECK(connection->transaction() == TransactionState::none);

  const auto other = scratch.connect();
  CHECK(states(*other, folder.request) == "0001 applied, 0002 applied");
  CHECK(migrate_status(*other, folder.request)->current == "0002");
}

ENGINE_TEST_CASE("a failed migration leaves nothing, or remembers how far it came", on_all) {
  const Scratch scratch(engine);
  const auto connection = scratch.connect();
  const MigrationFolder folder(scratch);
  const std::string head = "CREATE TABLE a (x INT);\nINSERT INTO a VALUES (1);\n";
  folder.write("1_a.sql", head + "INSERT INTO missing VALUES (1);\n");
  const bool is_whole = connection->server().dialect->transactional_ddl;

  const auto failed = migrate_up(*connection, folder.request);
  REQUIRE(!failed.ok());
  CHECK(failed.error().code == ErrorCode::sql);
  CHECK(failed.error().text().find("1_a.sql, line 3, statement 3") != std::string::npos);
  CHECK(connection->transaction() == TransactionState::none);
  CHECK(states(*connection, folder.request) == (is_whole ? "1 pending" : "1 failed"));

  folder.write("1_a.sql", head + "INSERT INTO a VALUES (2);\n");
  CHECK(up(*connection, folder.request) == "1");
  CHECK(scalar(*connection, "SELECT count(*) FROM a") == "2");
  CHECK(states(*connection, folder.request) == "1 applied");
}

// SQLite's lock is the transaction of each migration, which the other run waits for.
ENGINE_TEST_CASE("two runs do not migrate one database at the same time", on_servers) {
  const Scratch scratch(engine);
  const auto connection = scratch.connect(), other = scratch.connect();
  const MigrationFolder folder(scratch);
  folder.write("1_a.sql", "CREATE TABLE a (x INT);");
  folder.write("2_b.sql", "CREATE TABLE b (x INT);");
  std::string meanwhile;
  MigrateOptions options;
  options.on_migration = [&](const PlannedMigration&) { meanwhile = up(*other, folder.request); };
  CHECK(migrate_up(*connection, folder.request, options).ok());
  CHECK(meanwhile == "error: another run migrates this database");
  CHECK(up(*other, folder.request) == "");
}
