#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>

#include "tests/unit/sqlite_support.h"

using namespace bascule;
using namespace bascule::test::sqlite;

TEST_CASE("sqlite: a value arrives by its storage class") {
  struct Row {
    const char* name;
    const char* sql;
    Value value;
  };
  const Row rows[] = {
      {"smallest integer", "SELECT -9223372036854775808", std::numeric_limits<std::int64_t>::min()},
      {"a third", "SELECT 1.0/3", 1.0 / 3},
      {"smallest double", "SELECT 5e-324", 5e-324},
      {"infinity", "SELECT 9e999", std::numeric_limits<double>::infinity()},
      {"null", "SELECT NULL", value::Null{}},
      {"empty text", "SELECT ''", std::string()},
      {"empty blob", "SELECT x''", value::Bytes{}},
      {"blob", "SELECT x'00ff'", value::Bytes{bytes({0, 255})}},
      {"NUL in text", "SELECT 'a' || char(0) || 'b'", bytes({'a', 0, 'b'})},
      {"invalid UTF-8", "SELECT CAST(x'61ff62' AS TEXT)", bytes({'a', 255, 'b'})},
      {"text in an INTEGER column", "SELECT i FROM odd", std::string("abc")},
      {"boolean column stays an integer", "SELECT b FROM odd", std::int64_t{1}},
      {"decimal column", "SELECT d FROM odd", 12.5},
  };
  const auto connection = memory();
  run(*connection, {"CREATE TABLE odd (i INTEGER, b BOOLEAN, d DECIMAL(10,2))",
                    "INSERT INTO odd VALUES ('abc', 1, '12.50')"});
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    const Outcome outcome = execute(*connection, row.sql);
    REQUIRE(!outcome.error);
    REQUIRE(outcome.rows.size() == 1);
    CHECK(outcome.rows[0][0] == row.value);
  }
}

TEST_CASE("sqlite: a parameter arrives as it is, or not at all") {
  const auto connection = memory();
  const Value kept[] = {value::Null{},  std::int64_t{-5},           0.1, std::string(), bytes({'x', 0, 'y'}),
                        value::Bytes{}, value::Bytes{bytes({0, 1})}};
  for (const Value& value : kept) {
    CAPTURE(value.kind.index());
    const Outcome outcome = execute(*connection, "SELECT ?", {&value, 1});
    REQUIRE(outcome.rows.size() == 1);
    CHECK(outcome.rows[0][0] == value);
  }
  struct Row {
    const char* name;
    Value value;
    ErrorCode code;
  };
  const Row refused[] = {
      {"NaN would become NULL", std::nan(""), ErrorCode::data_loss},
      {"beyond 63 bits", std::numeric_limits<std::uint64_t>::max(), ErrorCode::data_loss},
      {"array", value::Array{}, ErrorCode::unsupported},
  };
  for (const Row& row : refused) {
    CAPTURE(std::string(row.name));
    const Outcome outcome = execute(*connection, "SELECT ?", {&row.value, 1});
    REQUIRE(outcome.error);
    CHECK(outcome.error->code == row.code);
    CHECK(!outcome.error->hint.empty());
  }
  CHECK(execute(*connection, "SELECT ?").error->code == ErrorCode::usage);
}

TEST_CASE("sqlite: columns tell their declared type, expressions nothing") {
  const auto connection = memory();
  run(*connection, {"CREATE TABLE t (a INTEGER, b VARCHAR(20))"});
  const Outcome outcome = execute(*connection, "SELECT a, b AS name, a + 1 FROM t");
  REQUIRE(outcome.columns.size() == 3);
  CHECK(outcome.columns[0].type == Type(type::Int{8}));
  CHECK(outcome.columns[1].type == Type(type::Text{20}));
  CHECK(outcome.columns[1].name == "name");
  CHECK(outcome.columns[1].native_type == "VARCHAR(20)");
  CHECK(outcome.columns[2].type == Type(type::Any{}));
}

TEST_CASE("sqlite: what a statement did") {
  struct Row {
    const char* sql;
    const char* tag;
    std::optional<std::int64_t> affected;
  };
  const Row rows[] = {
      {"CREATE TEMP TABLE t (a)", "CREATE TABLE", {}},
      {"INSERT INTO t VALUES (1), (2), (3)", "INSERT 3", 3},
      {"WITH x AS (SELECT 2 AS a) UPDATE t SET a = 5 WHERE a IN (SELECT a FROM x)", "UPDATE 1", 1},
      {"SELECT * FROM t", "SELECT", {}},
      {"CREATE UNIQUE INDEX i ON t (a)", "CREATE INDEX", {}},
      {"DELETE FROM t WHERE a > 100", "DELETE 0", 0},
      {"INSERT INTO t VALUES (9) RETURNING a", "INSERT 1", 1},
      {"BEGIN", "BEGIN", {}},
      {"-- nothing", "", {}},
      {"", "", {}},
  };
  const auto connection = memory();
  for (const Row& row : rows) {
    CAPTURE(std::string(row.sql));
    const Outcome outcome = execute(*connection, row.sql);
    REQUIRE(!outcome.error);
    CHECK(outcome.tag == row.tag);
    CHECK(outcome.affected == row.affected);
  }
}

TEST_CASE("sqlite: an error says what, where and what next") {
  struct Row {
    const char* sql;
    ErrorCode code;
    const char* sqlstate;
    const char* what;
    std::optional<std::size_t> offset;
    bool has_hint;
  };
  const Row rows[] = {
      {"SELECT * FORM t", ErrorCode::sql, "SQLITE_ERROR", "near \"FORM\": syntax error", 9, false},
      {"SELECT nope FROM t", ErrorCode::sql, "SQLITE_ERROR", "no such column: nope", 7, false},
      {"SELECT * FROM missing", ErrorCode::sql, "SQLITE_ERROR", "no such table: missing", {}, false},
      {"INSERT INTO t VALUES (1, 2)",
       ErrorCode::sql,
       "SQLITE_CONSTRAINT_PRIMARYKEY",
       "UNIQUE constraint failed: t.id",
       {},
       true},
      {"INSERT INTO t VALUES (2, NULL)",
       ErrorCode::sql,
       "SQLITE_CONSTRAINT_NOTNULL",
       "NOT NULL constraint failed: t.v",
       {},
       true},
      {"INSERT INTO t VALUES (2, -1)",
       ErrorCode::sql,
       "SQLITE_CONSTRAINT_CHECK",
       "CHECK constraint failed: v > 0",
       {},
       true},
      {"INSERT INTO t VALUES ('x', 1)", ErrorCode::sql, "SQLITE_MISMATCH", "datatype mismatch", {}, true},
      {"SELECT 1; SELECT 2", ErrorCode::usage, "", "only one statement can be sent at a time", 9, true},
  };
  const auto connection = memory();
  run(*connection, {"CREATE TABLE t (id INTEGER PRIMARY KEY, v INT NOT NULL CHECK (v > 0))",
                    "INSERT INTO t VALUES (1, 1)"});
  for (const Row& row : rows) {
    CAPTURE(std::string(row.sql));
    const Outcome outcome = execute(*connection, row.sql);
    REQUIRE(outcome.error);
    CHECK(outcome.error->code == row.code);
    CHECK(outcome.error->sqlstate == row.sqlstate);
    CHECK(outcome.error->what == row.what);
    CHECK(outcome.error->sql_offset == row.offset);
    CHECK(outcome.error->sql == row.sql);
    CHECK(outcome.error->hint.empty() != row.has_hint);
    CHECK(!outcome.error->ends_connection());
  }
  CHECK(execute(*connection, "SELECT 1;; -- end").error == std::nullopt);
  CHECK(execute(*connection, std::string("SELECT 1") + '\0').error->code == ErrorCode::unsupported);
}

TEST_CASE("sqlite: nothing is opened or made by mistake") {
  const Folder folder;
  std::ofstream(folder.file("text.txt")) << std::string(200, 'x');
  std::filesystem::create_directories(folder.file("sub"));
  struct Row {
    const char* name;
    std::string path;
    bool create, read_only;
    ErrorCode code;
    const char* part;
  };
  const Row rows[] = {
      {"missing", folder.file("none.db"), false, false, ErrorCode::connection, "there is no such file"},
      {"missing folder", folder.file("a/none.db"), true, false, ErrorCode::connection, "unable to open"},
      {"new and read-only", folder.file("none.db"), true, true, ErrorCode::usage, "cannot be read-only"},
      {"directory", folder.file("sub"), true, false, ErrorCode::connection, "it is a directory"},
      {"another format", folder.file("text.txt"), false, false, ErrorCode::connection,
       "is not a SQLite database"},
      {"no path", "", true, false, ErrorCode::usage, "needs the path"},
      {"device", "/dev/null", false, false, ErrorCode::connection, "no regular file"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    ConnectOptions options = options_for(row.path);
    options.create = row.create;
    options.read_only = row.read_only;
    const auto opened = sqlite_driver().open(options);
    REQUIRE(!opened.ok());
    CHECK(opened.error().code == row.code);
    CHECK_MESSAGE(opened.error().what.find(row.part) != std::string::npos, opened.error().what);
    CHECK(!opened.error().hint.empty());
    CHECK(!std::filesystem::exists(folder.file("none.db")));
  }
}

TEST_CASE("sqlite: a read-only connection cannot write") {
  const Folder folder;
  const std::string path = folder.file("a.db");
  run(*open_or_fail(options_for(path)), {"CREATE TABLE t (a)"});
  ConnectOptions options = options_for(path);
  options.read_only = true;
  options.create = false;
  const auto connection = open_or_fail(options);
  CHECK(connection->server().read_only);
  const Outcome outcome = execute(*connection, "INSERT INTO t VALUES (1)");
  REQUIRE(outcome.error);
  CHECK(outcome.error->sqlstate == "SQLITE_READONLY");
  CHECK(outcome.error->hint.find("--read-only") != std::string::npos);
  execute(*connection, "PRAGMA query_only = OFF");
  CHECK(execute(*connection, "INSERT INTO t VALUES (1)").error);
}

TEST_CASE("sqlite: init statements run, and a failing one fails the opening") {
  ConnectOptions options = options_for(":memory:");
  options.init = {"CREATE TABLE t (a)", "INSERT INTO t VALUES (1)"};
  CHECK(count(*open_or_fail(options), "t") == 1);
  options.init.push_back("INSERT INTO nope VALUES (1)");
  const auto opened = sqlite_driver().open(options);
  REQUIRE(!opened.ok());
  CHECK(opened.error().text() == "init of \":memory:\": no such table: nope");
}

TEST_CASE("sqlite: the transaction state is what the database says") {
  struct Row {
    const char* sql;
    TransactionState after;
    bool fails, ends_transaction;
  };
  using enum TransactionState;
  const Row rows[] = {
      {"BEGIN", open, false, false},
      {"INSERT INTO t VALUES (1)", open, false, false},
      {"INSERT INTO t VALUES (1)", open, true, false},
      {"SELECT nope", open, true, false},
      {"COMMIT", none, false, false},
      {"SAVEPOINT a", open, false, false},
      {"RELEASE a", none, false, false},
      {"BEGIN", open, false, false},
      {"INSERT OR ROLLBACK INTO t VALUES (1)", none, true, true},
      {"COMMIT", none, true, false},
  };
  const auto connection = memory();
  run(*connection, {"CREATE TABLE t (a UNIQUE)"});
  for (const Row& row : rows) {
    CAPTURE(std::string(row.sql));
    const Outcome outcome = execute(*connection, row.sql);
    CHECK(outcome.error.has_value() == row.fails);
    if (outcome.error) CHECK(outcome.error->ends_transaction() == row.ends_transaction);
    CHECK(connection->transaction() == row.after);
  }
}

TEST_CASE("sqlite: a failure in mid-stream is an error after the rows before it") {
  const auto connection = memory();
  const Outcome outcome =
      execute(*connection,
              "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
              " SELECT i, CASE WHEN i = 50001 THEN abs(-9223372036854775808) END FROM n");
  REQUIRE(outcome.error);
  CHECK(outcome.rows.size() == 50'000);
  CHECK(outcome.error->what == "integer overflow");
  CHECK(count(*connection, "sqlite_schema") == 0);
}

TEST_CASE("sqlite: one cursor at a time, and an unfinished one leaves the connection usable") {
  const auto connection = memory();
  {
    const auto cursor =
        connection->query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n");
    REQUIRE(cursor.ok());
    Batch batch;
    CHECK((*cursor)->next(batch, 10).ok());
    CHECK(batch.rows() == 10);
    const auto second = connection->query("SELECT 1");
    REQUIRE(!second.ok());
    CHECK(second.error().code == ErrorCode::usage);
  }
  CHECK(execute(*connection, "SELECT 1").rows.size() == 1);
}

TEST_CASE("sqlite: a cancel stops the running statement and no later one") {
  const Folder folder;
  const std::string path = folder.file("a.db");
  const auto connection = open_or_fail(options_for(path));
  run(*connection, {"CREATE TABLE t (a)"});
  connection->cancel();  // nothing runs: nothing happens
  run(*connection, {"INSERT INTO t VALUES (1)"});

  struct Row {
    const char* name;
    const char* sql;
    bool in_transaction;
    // Whether SQLite rolls back depends on whether the write had begun: what is said must be what happened.
    bool may_end_transaction;
  };
  const Row rows[] = {
      {"endless read",
       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", true, false},
      {"endless write",
       "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n", true,
       true},
      {"waiting for a lock", "INSERT INTO t VALUES (2)", false, false},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    const auto other = open_or_fail(options_for(path));
    if (row.in_transaction)
      run(*connection, {"BEGIN"});
    else
      run(*other, {"BEGIN IMMEDIATE"});
    std::atomic<bool> ended = false;
    std::thread canceller([&] {  // again and again: the first call may come before the statement has begun
      while (!ended) {
        connection->cancel();
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
    const Outcome outcome = execute(*connection, row.sql);
    ended = true;
    canceller.join();
    REQUIRE(outcome.error);
    CHECK(outcome.error->code == ErrorCode::cancelled);
    if (!row.may_end_transaction) CHECK(!outcome.error->ends_transaction());
    if (row.in_transaction) {
      CHECK((connection->transaction() == TransactionState::none) == outcome.error->ends_transaction());
      execute(*connection, "ROLLBACK");
    }
    CHECK(count(*connection, "t") == 1);
  }
}

TEST_CASE("sqlite: the statement timeout stops a statement") {
  ConnectOptions options = options_for(":memory:");
  options.statement_timeout = std::chrono::milliseconds(30);
  const auto connection = open_or_fail(options);
  const Outcome outcome = execute(
      *connection, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
  REQUIRE(outcome.error);
  CHECK(outcome.error->code == ErrorCode::cancelled);
  CHECK(outcome.error->what.find("30 ms") != std::string::npos);
}

TEST_CASE("sqlite: databases and status") {
  const auto connection = memory();
  run(*connection, {"ATTACH ':memory:' AS second"});
  const auto names = connection->databases();
  REQUIRE(names.ok());
  CHECK(*names == std::vector<std::string>{"main (:memory:)", "second (:memory:)"});
  const auto status = connection->status();
  REQUIRE(status.ok());
  CHECK(status->server_time.size() == 24);
  CHECK(!status->uptime_seconds);
}
