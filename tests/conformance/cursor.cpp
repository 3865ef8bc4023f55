// A result streams in constant memory, and a stream that breaks is an error: never a short result that looks
// whole.
#include <doctest/doctest.h>

#include "tests/conformance/numbers.h"

using namespace bascule;
using namespace bascule::test;

ENGINE_TEST_CASE("100,000 rows arrive, all and in order", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  make_numbers(*connection);
  auto cursor = connection->query("select i from numbers order by i");
  REQUIRE(cursor.ok());
  CHECK((*cursor)->has_rows());
  Batch batch;
  std::int64_t expected = 1;
  bool in_order = true;
  for (;;) {
    const auto more = (*cursor)->next(batch, 1000);
    REQUIRE(more.ok());
    if (!*more) break;
    REQUIRE(batch.rows() <= 1000);
    for (std::size_t row = 0; row < batch.rows(); ++row, ++expected)
      in_order = in_order && format_value(to_value(batch.cell(row, 0), (*cursor)->columns()[0].type)) ==
                                 std::to_string(expected);
  }
  CHECK(in_order);
  CHECK(expected == 100'001);
  CHECK(batch.empty());
}

ENGINE_TEST_CASE("a result of 200 MB takes constant memory", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  make_numbers(*connection);
  CHECK(stream(*connection, wide_query(engine, 10)).rows == many_rows);  // what a first use takes
  reset_peak_memory();
  const std::size_t before = peak_memory_kib();
  const auto streamed = stream(*connection, wide_query(engine, 2000));
  CHECK(!streamed.error);
  CHECK(streamed.rows == many_rows);
  CHECK(peak_memory_kib() - before < 16 * 1024);
}

ENGINE_TEST_CASE("a query that fails in row 50,000 is an error, after the rows before it", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  make_numbers(*connection);
  const auto streamed = stream(*connection, failing_query(engine));
  CHECK(streamed.rows == failing_row - 1);
  REQUIRE(streamed.error);
  CHECK(streamed.error->code == ErrorCode::sql);
  CHECK(!streamed.error->ends_connection());
  CHECK(!streamed.error->what.empty());
  CHECK(scalar(*connection, "select count(*) from numbers") == "100000");
}

ENGINE_TEST_CASE("a server that goes away in mid-stream is an error", on_servers) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  make_numbers(*connection);
  const std::string id = backend_id(*connection);
  auto cursor = connection->query(wide_query(engine, 2000));
  REQUIRE(cursor.ok());
  Batch batch;
  REQUIRE((*cursor)->next(batch, 10).ok());
  kill_backend_id(scratch, id);
  const auto rest = stream(**cursor);
  CHECK(rest.rows < many_rows);
  REQUIRE(rest.error);
  CHECK(rest.error->code == ErrorCode::connection);
  CHECK(rest.error->ends_connection());
  cursor->reset();
  CHECK(!connection->is_alive());
  const auto after = execute(*connection, "select 1");
  REQUIRE(!after.ok());
  CHECK(after.error().ends_connection());
}

ENGINE_TEST_CASE("a cursor that is dropped early leaves the connection usable", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  make_numbers(*connection);
  for (const std::size_t rows : {std::size_t{0}, std::size_t{10}}) {
    CAPTURE(rows);
    auto cursor = connection->query(wide_query(engine, 200));
    REQUIRE(cursor.ok());
    Batch batch;
    if (rows > 0) REQUIRE((*cursor)->next(batch, rows).ok());
    cursor->reset();
    CHECK(scalar(*connection, "select count(*) from two") == "2");
  }
}

ENGINE_TEST_CASE("a second statement beside an open cursor is refused, and the cursor goes on", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  make_numbers(*connection);
  auto cursor = connection->query("select i from numbers");
  REQUIRE(cursor.ok());
  Batch batch;
  REQUIRE((*cursor)->next(batch, 10).ok());
  const auto second = connection->query("select 1");
  REQUIRE(!second.ok());
  CHECK(!second.error().ends_connection());
  const auto rest = stream(**cursor);
  CHECK(!rest.error);
  CHECK(rest.rows + batch.rows() == many_rows);
}

ENGINE_TEST_CASE("statements without rows say how many they changed", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  struct {
    std::string_view sql;
    std::optional<std::int64_t> affected;
  } const rows[] = {
      {"create table t (a int, b int)", std::nullopt},
      {"insert into t values (1, 1), (2, 2), (3, 3)", 3},
      {"update t set b = 5 where a > 1", 2},
      {"delete from t where a = 9", 0},
      {"delete from t", 3},
  };
  for (const auto& row : rows) {
    CAPTURE(row.sql);
    auto cursor = connection->query(row.sql);
    REQUIRE(cursor.ok());
    CHECK(!(*cursor)->has_rows());
    CHECK((*cursor)->columns().empty());
    Batch batch;
    const auto more = (*cursor)->next(batch, 10);
    REQUIRE(more.ok());
    CHECK(!*more);
    if (row.affected) CHECK((*cursor)->affected_rows() == row.affected);
    const auto another = (*cursor)->next_result();
    REQUIRE(another.ok());
    CHECK(!*another);
  }
}

ENGINE_TEST_CASE("a statement is sent alone: a second one after a semicolon is an error", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection, "create table t (a int)");
  const auto result = execute(*connection, "insert into t values (1); insert into t values (2)");
  CHECK(!result.ok());
  CHECK(scalar(*connection, "select count(*) from t") == "0");
}

ENGINE_TEST_CASE("a routine with several results gives them one after the other", on_mysql_family) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection, "create procedure p() begin select 1 as a; select 2 as b, 3 as c; end");
  auto cursor = connection->query("call p()");
  REQUIRE(cursor.ok());
  CHECK((*cursor)->columns().size() == 1);
  CHECK(stream(**cursor).rows == 1);
  auto more = (*cursor)->next_result();
  REQUIRE(more.ok());
  REQUIRE(*more);
  CHECK((*cursor)->columns().size() == 2);
  CHECK(stream(**cursor).rows == 1);
  more = (*cursor)->next_result();
  REQUIRE(more.ok());
  while (*more) {  // the end of the routine itself is a result without rows
    CHECK(!(*cursor)->has_rows());
    more = (*cursor)->next_result();
    REQUIRE(more.ok());
  }
  cursor->reset();
  CHECK(scalar(*connection, "select 1") == "1");
}
