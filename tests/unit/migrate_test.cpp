#include <doctest/doctest.h>

#include <fstream>

#include "engine/jobs/migrate.h"
#include "tests/unit/sqlite_support.h"

using namespace bascule;
using namespace bascule::test::sqlite;

namespace {

void write(const Folder& folder, std::string_view name, std::string_view text) {
  std::ofstream(folder.file(name), std::ios::binary) << text;
}

MigrateRequest in(const Folder& folder) {
  MigrateRequest request;
  request.dir = folder.file("");
  return request;
}

// "0001 applied, 0002 pending"
std::string states(Connection& connection, const MigrateRequest& request) {
  const auto status = migrate_status(connection, request);
  if (!status.ok()) return "error: " + status.error().text();
  std::string text;
  for (const MigrationStatus& one : status->migrations)
    text += (text.empty() ? "" : ", ") + one.id + " " + std::string(migration_state_name(one.state));
  return text;
}

// The ids that were applied, or the error.
std::string up(Connection& connection, const MigrateRequest& request) {
  const auto runs = migrate_up(connection, request);
  if (!runs.ok()) return "error: " + runs.error().text();
  std::string text;
  for (const MigrationRun& run : *runs) text += (text.empty() ? "" : " ") + run.id;
  return text;
}

}  // namespace

TEST_CASE("migrate: files of a folder, in order and for one engine") {
  struct Row {
    std::string name;
    std::vector<std::string> files;
    Flavor flavor;
    std::string found;  // names with their paths' last part, or the error's beginning
  };
  const std::vector<Row> rows{
      {"by number", {"10_b.sql", "9_a.sql", "0011_c.sql"}, Flavor::sqlite, "9_a.sql 10_b.sql 0011_c.sql"},
      {"timestamps",
       {"20240301000000_b.sql", "20240229000000_a.sql"},
       Flavor::sqlite,
       "20240229000000_a.sql 20240301000000_b.sql"},
      {"other files", {"readme.md", "1_a.sql", "1_a.sql.bak"}, Flavor::sqlite, "1_a.sql"},
      {"own variant", {"1_a.sql", "1_a.postgres.sql"}, Flavor::postgres, "1_a.postgres.sql"},
      {"not another's variant", {"1_a.sql", "1_a.postgres.sql"}, Flavor::sqlite, "1_a.sql"},
      {"only another's variant", {"1_a.postgres.sql", "2_b.sql"}, Flavor::sqlite, "2_b.sql"},
      {"postgresql is postgres", {"1_a.postgresql.sql"}, Flavor::postgres, "1_a.postgresql.sql"},
      {"mariadb takes mysql's", {"1_a.sql", "1_a.mysql.sql"}, Flavor::mariadb, "1_a.mysql.sql"},
      {"mariadb's before mysql's", {"1_a.mysql.sql", "1_a.mariadb.sql"}, Flavor::mariadb, "1_a.mariadb.sql"},
      {"mysql takes none of mariadb's", {"1_a.sql", "1_a.mariadb.sql"}, Flavor::mysql, "1_a.sql"},
      {"two of one number",
       {"1_a.sql", "1_b.sql"},
       Flavor::sqlite,
       "error: two migrations have the number 1"},
      {"equal numbers", {"1_a.sql", "01_b.sql"}, Flavor::sqlite, "error: the migrations"},
      {"no number", {"users.sql"}, Flavor::sqlite, "error: \"users.sql\" is not named like a migration"},
      {"no name", {"1_.sql"}, Flavor::sqlite, "error: \"1_.sql\" is not named like a migration"},
      {"unknown engine",
       {"1_a.oracle.sql"},
       Flavor::sqlite,
       "error: \"1_a.oracle.sql\": \"oracle\" is no engine"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Folder folder;
    for (const std::string& file : row.files) write(folder, file, "SELECT 1;");
    const auto files = plain_layout().files(folder.file(""), dialect(row.flavor));
    std::string found;
    if (files.ok())
      for (const Migration& one : *files)
        found += (found.empty() ? "" : " ") + std::filesystem::path(one.path).filename().string();
    else
      found = "error: " + files.error().what;
    CHECK(found.substr(0, row.found.size()) == row.found);
    if (files.ok()) CHECK(found == row.found);
  }
  CHECK(!plain_layout().files("/nowhere", dialect(Flavor::sqlite)).ok());
}

TEST_CASE("migrate: sections and the checksum") {
  struct Row {
    std::string name, text, up;
    std::optional<std::string> down;
    bool in_transaction = true;
    std::string error = "";
  };
  const std::vector<Row> rows{
      {"plain", "SELECT 1;\nSELECT 2;\n", "SELECT 1;\nSELECT 2;\n", {}},
      {"both", "-- a comment\n-- migrate:up\nA;\n-- Migrate:DOWN\nB;\n", "A;\n", "B;\n\n"},
      {"no transaction", "--migrate:up transaction:false\nA;\n", "A;\n\n", {}, false},
      {"unknown option", "-- migrate:up quickly\nA;\n", "", {}, true, "unknown option \"quickly\""},
      {"down alone", "-- migrate:down\nA;\n", "", {}, true, "does not belong here"},
      {"up twice", "-- migrate:up\n-- migrate:up\n", "", {}, true, "line 2"},
      {"SQL before", "A;\n-- migrate:up\nB;\n", "", {}, true, "line 1: there is SQL before"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Folder folder;
    write(folder, "1_a.sql", row.text);
    const auto files = plain_layout().files(folder.file(""), dialect(Flavor::sqlite));
    CHECK(files.ok() == row.error.empty());
    if (!files.ok()) {
      CHECK_MESSAGE(files.error().what.find(row.error) != std::string::npos, files.error().what);
      continue;
    }
    CHECK(std::string(files->at(0).up.substr(0, row.up.size())) == row.up);
    CHECK(files->at(0).down.has_value() == row.down.has_value());
    CHECK(files->at(0).in_transaction == row.in_transaction);
  }
  const Folder folder;
  write(folder, "1_a.sql", "A;\nB;\n");
  write(folder, "2_a.sql",
        "\xef\xbb\xbf"
        "A;\r\nB;\r\n");
  const auto files = plain_layout().files(folder.file(""), dialect(Flavor::sqlite));
  REQUIRE(files.ok());
  CHECK(files->at(0).checksum == files->at(1).checksum);
  CHECK(files->at(0).checksum.size() == 64);
}

TEST_CASE("migrate: up, states and what stands in the way") {
  const Folder folder;
  write(folder, "0001_users.sql",
        "CREATE TABLE users (id INTEGER PRIMARY KEY);\nINSERT INTO users VALUES (1);");
  write(folder, "0003_posts.sql",
        "-- migrate:up\nCREATE TABLE posts (id);\n-- migrate:down\nDROP TABLE posts;");
  const auto connection = memory();
  MigrateRequest request = in(folder);

  CHECK(states(*connection, request) == "0001 pending, 0003 pending");
  CHECK(count(*connection, "sqlite_schema") == 0);  // looking makes nothing
  request.target = "1";
  CHECK(up(*connection, request) == "0001");
  CHECK(states(*connection, request) == "0001 applied, 0003 pending");
  request.target = "0003";
  CHECK(up(*connection, request) == "0003");
  request.target = "";
  CHECK(up(*connection, request) == "");
  CHECK(migrate_status(*connection, request)->current == "0003");
  CHECK(count(*connection, "users") == 1);

  write(folder, "0002_late.sql", "CREATE TABLE late (id);");
  CHECK(states(*connection, request) == "0001 applied, 0002 out_of_order, 0003 applied");
  CHECK(up(*connection, request) == "error: migration 0002_late comes before 0003, which is applied");
  CHECK(migrate_up(*connection, request).error().hint.find("--allow-out-of-order") != std::string::npos);
  request.allow_out_of_order = true;
  CHECK(up(*connection, request) == "0002");

  write(folder, "0001_users.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY);");
  write(folder, "0004_more.sql", "CREATE TABLE more (id);");
  CHECK(states(*connection, request) == "0001 changed, 0002 applied, 0003 applied, 0004 pending");
  CHECK(up(*connection, request) == "error: migration 0001_users has been changed since it was applied");
  CHECK(migrate_plan(*connection, request).error().hint.find("--allow-changed") != std::string::npos);
  request.allow_changed = true;
  CHECK(up(*connection, request) == "0004");

  std::filesystem::remove(folder.file("0003_posts.sql"));
  CHECK(states(*connection, request) == "0001 changed, 0002 applied, 0003 missing_file, 0004 applied");
  request.target = "9";
  CHECK(up(*connection, request) == "");  // nine more, and there are none
  request.target = "0009";
  CHECK(up(*connection, request) == "error: there is no migration \"0009\"");
  request.target = "users";
  CHECK(up(*connection, request) == "error: there is no migration \"users\"");
}

TEST_CASE("migrate: a failing migration leaves nothing behind in one transaction") {
  const Folder folder;
  write(folder, "0001_a.sql", "CREATE TABLE a (x);");
  write(folder, "0002_b.sql", "CREATE TABLE b (x);\n\n/* two\nlines */ INSERT INTO nope VALUES (1);");
  const auto connection = memory();
  CHECK(up(*connection, in(folder)) ==
        "error: migration 0002_b: 0002_b.sql, line 3, statement 2: no such table: nope");
  CHECK(states(*connection, in(folder)) == "0001 applied, 0002 pending");
  CHECK(connection->transaction() == TransactionState::none);
  write(folder, "0002_b.sql", "CREATE TABLE b (x);");
  CHECK(up(*connection, in(folder)) == "0002");
}

TEST_CASE("migrate: without a transaction the next run goes on behind what is done") {
  const Folder folder;
  const std::string head = "-- migrate:up transaction:false\n";
  write(folder, "1_a.sql",
        head + "CREATE TABLE a (x);\nINSERT INTO a VALUES (1);\nINSERT INTO nope VALUES (1);");
  const auto connection = memory();
  const auto failed = migrate_up(*connection, in(folder));
  REQUIRE(!failed.ok());
  CHECK(failed.error().text() == "migration 1_a: 1_a.sql, line 4, statement 3: no such table: nope");
  CHECK(failed.error().detail == "statements 1 to 2 have taken effect");
  CHECK(states(*connection, in(folder)) == "1 failed");
  CHECK(migrate_status(*connection, in(folder))->current.empty());

  write(folder, "1_a.sql", head + "CREATE TABLE a (x, y);\nINSERT INTO a VALUES (1);\nSELECT 1;");
  CHECK(up(*connection, in(folder)) ==
        "error: migration 1_a failed behind statement 2, and what was done has changed in the file");

  write(folder, "1_a.sql",
        head + "CREATE TABLE a (x);\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (2);");
  const auto planned = migrate_plan(*connection, in(folder));
  REQUIRE(planned.ok());
  CHECK(planned->at(0).statements_done == 2);
  CHECK(up(*connection, in(folder)) == "1");
  CHECK(count(*connection, "a") == 2);
  CHECK(states(*connection, in(folder)) == "1 applied");
}

TEST_CASE("migrate: transactions are not mixed") {
  const Folder folder;
  write(folder, "1_a.sql", "CREATE TABLE a (x);\nCOMMIT;\nCREATE TABLE b (x);");
  const auto connection = memory();
  const auto refused = migrate_up(*connection, in(folder));
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == ErrorCode::usage);
  CHECK(refused.error().what.find("line 2: COMMIT inside") != std::string::npos);
  CHECK(count(*connection, "sqlite_schema") == 0);

  run(*connection, {"BEGIN"});
  CHECK(up(*connection, in(folder)) == "error: migrations cannot run inside an open transaction");
  run(*connection, {"ROLLBACK"});

  write(folder, "1_a.sql", "-- migrate:up transaction:false\nBEGIN;\nCREATE TABLE a (x);");
  CHECK(up(*connection, in(folder)) ==
        "error: migration 1_a: it leaves a transaction open, which was rolled back");
  CHECK(connection->transaction() == TransactionState::none);
}

TEST_CASE("migrate: the documents") {
  const Folder folder;
  write(folder, "1_a.sql", "CREATE TABLE a (x);\nSELECT 1");
  const auto connection = memory();
  MigrateRequest request = in(folder);
  auto status = migrate_status(*connection, request);
  REQUIRE(status.ok());
  status->dir = "migrations";
  status->migrations[0].checksum = "c";
  CHECK(migrations_to_json(*status) ==
        R"({"tool":"plain","dir":"migrations","current":null,"migrations":[)"
        R"({"id":"1","name":"a","state":"pending","applied_at":null,"checksum":"c"}]})");
  const auto planned = migrate_plan(*connection, request);
  REQUIRE(planned.ok());
  const std::string steps =
      R"-("steps":[{"sql":"CREATE TABLE a (x)","undo_sql":null,"comment":"1_a","loses_data":false},)-"
      R"-({"sql":"SELECT 1","undo_sql":null,"comment":"1_a","loses_data":false}]})-";
  CHECK(migration_plan_to_json(*status, *planned).ends_with("}]," + steps));
  CHECK(up(*connection, request) == "1");
  CHECK(migrate_status(*connection, request)->migrations[0].applied_at.size() == 20);
}

TEST_CASE("migrate: what is not there yet says so") {
  for (const std::string verb : {"down", "redo", "new", "baseline", "check", "repair"})
    CHECK(unsupported_migrate_verb(verb).code == ErrorCode::unsupported);
  CHECK(unsupported_migrate_verb("staus").hint == "did you mean status?");
  CHECK(!find_layout("flyway").ok());
  CHECK(find_layout("plain").ok());
}
