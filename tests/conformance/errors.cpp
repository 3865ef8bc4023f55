// A refused statement says what, where and by which code, and ends nothing that it does not end.
#include <doctest/doctest.h>

#include "engine/base/text.h"
#include "tests/support/engines.h"

using namespace bascule;
using namespace bascule::test;

namespace {

struct Case {
  std::string_view name;
  PerFlavor sql;  // "" where the engine has no such error
  PerFlavor sqlstate;
  PerFlavor object = everywhere("");  // named by `what`
  PerFlavor at = everywhere("");      // the statement's text at sql_offset; "" where the engine does not say
};

constexpr Case cases[] = {
    {"syntax",
     everywhere("select 1 frm t order"),
     {"SQLITE_ERROR", "42601", "42000"},
     everywhere(""),
     {"", "t order", ""}},
    {"missing table",
     everywhere("select * from nowhere"),
     {"SQLITE_ERROR", "42P01", "42S02"},
     everywhere("nowhere"),
     {"", "nowhere", ""}},
    {"missing column",
     everywhere("select nothing from parent"),
     {"SQLITE_ERROR", "42703", "42S22"},
     everywhere("nothing"),
     {"", "nothing", ""}},
    {"existing table",
     everywhere("create table parent (a int)"),
     {"SQLITE_ERROR", "42P07", "42S01"},
     everywhere("parent")},
    {"primary key",
     everywhere("insert into parent (id, code) values (1, 'b')"),
     {"SQLITE_CONSTRAINT_PRIMARYKEY", "23505", "23000"},
     {"parent", "parent", "parent", "PRIMARY"}},
    {"unique",
     everywhere("insert into parent (id, code) values (2, 'a')"),
     {"SQLITE_CONSTRAINT_UNIQUE", "23505", "23000"},
     everywhere("code")},
    {"not null",
     {"insert into parent (id) values (3)", "insert into parent (id) values (3)",
      "insert into parent (id, code) values (3, null)"},
     {"SQLITE_CONSTRAINT_NOTNULL", "23502", "23000"},
     everywhere("code")},
    {"foreign key",
     everywhere("insert into child values (1, 77)"),
     {"SQLITE_CONSTRAINT_FOREIGNKEY", "23503", "23000"}},
    {"check",
     everywhere("insert into parent values (4, 'd', -1)"),
     {"SQLITE_CONSTRAINT_CHECK", "23514", "HY000", "23000"},
     everywhere("positive")},
    {"division by zero", {"", "select 1 / 0", ""}, {"", "22012", ""}},
    {"too long",
     {"", "insert into parent values (5, 'longer than ten', 1)",
      "insert into parent values (5, 'longer than ten', 1)"},
     {"", "22001", "22001"}},
    {"out of range",
     {"", "insert into parent values (5, 'e', 99999999999)",
      "insert into parent values (5, 'e', 99999999999)"},
     {"", "22003", "22003"}},
};

void make_tables(Connection& connection, const Engine& engine) {
  if (engine.flavor == Flavor::sqlite) run(connection, "pragma foreign_keys = on");
  run_all(
      connection,
      {"create table parent (id int not null, code varchar(10) not null, n int, primary key (id), "
       "constraint parent_code unique (code), constraint positive check (n > 0))",
       "create table child (id int not null primary key, parent int, foreign key (parent) references parent "
       "(id))",
       "insert into parent values (1, 'a', 1)"});
}

}  // namespace

ENGINE_TEST_CASE("a refused statement says its code, its object and its place", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  make_tables(*connection, engine);
  for (const auto& row : cases) {
    const std::string sql(row.sql[engine.flavor]);
    if (sql.empty()) continue;
    CAPTURE(row.name);
    const auto result = execute(*connection, sql);
    REQUIRE(!result.ok());
    const Error& error = result.error();
    CAPTURE(error.what);
    CHECK(error.code == ErrorCode::sql);
    CHECK(error.sqlstate == row.sqlstate[engine.flavor]);
    CHECK(error.sql == sql);
    CHECK(!error.ends_connection());
    CHECK(!error.ends_transaction());
    CHECK(error.what.find(row.object[engine.flavor]) != std::string::npos);
    CHECK(error.what.find('\n') == std::string::npos);
    const auto at = row.at[engine.flavor];
    if (!at.empty()) {
      REQUIRE(error.sql_offset);
      CHECK(std::string_view(sql).substr(*error.sql_offset).starts_with(at));
    }
    if (engine.is_mysql_family()) CHECK(error.native_code != 0);
    CHECK(scalar(*connection, "select count(*) from parent") == "1");
  }
}

ENGINE_TEST_CASE("an error's place counts bytes, also behind text that is no ASCII", on_postgres) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  const std::string sql = "select 'Grüße 🐘', nothing";
  const auto result = execute(*connection, sql);
  REQUIRE(!result.ok());
  REQUIRE(result.error().sql_offset);
  CHECK(sql.substr(*result.error().sql_offset) == "nothing");
}

ENGINE_TEST_CASE("the server's own hint and detail are kept", on_postgres) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run_all(*connection, {"create table t (name int primary key)", "insert into t values (1)"});
  const auto misspelled = execute(*connection, "select nam from t");
  REQUIRE(!misspelled.ok());
  CHECK(misspelled.error().hint.find("t.name") != std::string::npos);
  const auto doubled = execute(*connection, "insert into t values (1)");
  REQUIRE(!doubled.ok());
  CHECK(doubled.error().detail.find("(name)=(1)") != std::string::npos);
}

ENGINE_TEST_CASE("notices and warnings of the server reach the handler", on_servers) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  std::vector<ServerNotice> notices;
  connection->on_notice([&](const ServerNotice& notice) { notices.push_back(notice); });
  run(*connection, "drop table if exists nowhere");
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].text.find("nowhere") != std::string::npos);
  CHECK(!notices[0].severity.empty());
}

ENGINE_TEST_CASE("the end of the server's session is an error of the connection", on_servers) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  CHECK(connection->is_alive());
  kill_backend(scratch, *connection);
  CHECK(!connection->is_alive());
  const auto result = execute(*connection, "select 1");
  REQUIRE(!result.ok());
  CHECK(result.error().code == ErrorCode::connection);
  CHECK(result.error().ends_connection());
  CHECK(result.error().ends_transaction());
}
