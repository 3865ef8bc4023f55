// Cancel stops the statement on the server, soon, and the connection and its transaction stay truthful.
#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "tests/conformance/numbers.h"

using namespace bascule;
using namespace bascule::test;

namespace {

struct Cancelled {
  std::optional<Error> error;
  std::chrono::milliseconds after_cancel{0};
};

// Runs a statement and cancels it from another thread once it has surely begun.
Cancelled cancel_while_running(Connection& connection, std::string_view sql) {
  std::chrono::steady_clock::time_point asked;
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    asked = std::chrono::steady_clock::now();
    connection.cancel();
  });
  const auto result = execute(connection, sql);
  const auto returned = std::chrono::steady_clock::now();
  canceller.join();
  Cancelled out;
  if (!result.ok()) out.error = result.error();
  out.after_cancel = std::chrono::duration_cast<std::chrono::milliseconds>(returned - asked);
  return out;
}

struct Statement {
  std::string name, sql;
};

std::vector<Statement> long_statements(const Engine& engine) {
  std::vector<Statement> out{{"a scan", endless_query(engine)}};
  if (engine.flavor == Flavor::sqlite) return out;
  out.push_back(
      {"a sleep", std::string(PerFlavor{"", "select pg_sleep(60)", "select sleep(60)"}[engine.flavor])});
  out.push_back({"a write", "insert into sink select a.i from numbers a, numbers b, numbers c"});
  return out;
}

}  // namespace

ENGINE_TEST_CASE("cancel stops a statement within two seconds", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  make_numbers(*connection);
  run(*connection, "create table sink (i int)");
  for (const auto& statement : long_statements(engine)) {
    CAPTURE(statement.name);
    const auto cancelled = cancel_while_running(*connection, statement.sql);
    REQUIRE(cancelled.error);
    CHECK(cancelled.error->code == ErrorCode::cancelled);
    CHECK(!cancelled.error->ends_connection());
    // The contract's own limit; the statements would run for a minute and more.
    CHECK(cancelled.after_cancel < std::chrono::seconds(2));
    CHECK(scalar(*connection, "select count(*) from two") == "2");
    CHECK(scalar(*connection, "select count(*) from sink") == "0");
  }
}

ENGINE_TEST_CASE("cancel stops a stream that is half read", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  make_numbers(*connection);
  auto cursor = connection->query(wide_query(engine, 2000));
  REQUIRE(cursor.ok());
  Batch batch;
  REQUIRE((*cursor)->next(batch, 10).ok());
  connection->cancel();
  const auto rest = stream(**cursor);
  REQUIRE(rest.error);
  CHECK(rest.error->code == ErrorCode::cancelled);
  CHECK(rest.rows < many_rows);
  cursor->reset();
  CHECK(scalar(*connection, "select count(*) from two") == "2");
}

ENGINE_TEST_CASE("cancel without a running statement harms nothing", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  for (int time = 0; time < 20; ++time) {
    connection->cancel();
    CHECK(scalar(*connection, "select 1") == "1");
  }
}

ENGINE_TEST_CASE("cancel inside a transaction leaves its true state", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  make_numbers(*connection);
  run_all(*connection, {"begin", "insert into two values (3)"});
  const auto cancelled = cancel_while_running(*connection, endless_query(engine));
  REQUIRE(cancelled.error);
  CHECK(cancelled.error->code == ErrorCode::cancelled);
  const bool fails = engine.flavor == Flavor::postgres;
  CHECK(connection->transaction() == (fails ? TransactionState::failed : TransactionState::open));
  run(*connection, "rollback");
  CHECK(connection->transaction() == TransactionState::none);
  CHECK(scalar(*connection, "select count(*) from two") == "2");
}
