#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/unit/sqlite_support.h"

using namespace bascule;
using namespace bascule::test::sqlite;

namespace {

std::vector<Column> columns_of(Connection& connection, std::string_view table) {
  auto schema = connection.inspect({});
  if (!schema.ok()) FAIL(schema.error().text());
  return schema->namespaces.at(0).find_table(table)->columns;
}

struct Read {
  std::vector<std::vector<Value>> rows;
  std::vector<std::vector<CellKind>> kinds;
};

Read read_all(Connection& connection, const ReadRequest& request) {
  auto source = connection.bulk_read(request);
  if (!source.ok()) FAIL(source.error().text());
  Read out;
  Batch batch;
  for (;;) {
    const auto more = (*source)->next(batch, 2);
    if (!more.ok()) FAIL(more.error().text());
    if (!*more) return out;
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      out.rows.emplace_back();
      out.kinds.emplace_back();
      for (std::size_t column = 0; column < batch.columns(); ++column) {
        out.rows.back().push_back(to_value(batch.cell(row, column), request.columns[column].type));
        out.kinds.back().push_back(batch.cell(row, column).kind);
      }
    }
  }
}

}  // namespace

TEST_CASE("sqlite bulk: portable cells by declared type and storage class") {
  const auto connection = memory();
  run(*connection, {"CREATE TABLE t (b BOOLEAN, d DECIMAL(10,2), f REAL, j JSON, x, i INT)",
                    "INSERT INTO t VALUES (1, '12.50', 3, '5', x'00', 7), (0, 3, 0.1, '[1]', 'x', 'seven'),"
                    " (2, 1e300, NULL, 1.5, 2, NULL)"});
  const Read read = read_all(*connection, {{"main", "t"}, columns_of(*connection, "t"), {}, ""});
  using enum CellKind;
  REQUIRE(read.kinds.size() == 3);
  CHECK(read.kinds[0] == std::vector<CellKind>{boolean, spelled, real, text, bytes, integer});
  CHECK(read.kinds[1] == std::vector<CellKind>{boolean, spelled, real, text, text, text});
  CHECK(read.kinds[2] == std::vector<CellKind>{integer, spelled, null, text, integer, null});
  CHECK(format_value(read.rows[0][1]) == "12.5");
  CHECK(read.rows[0][3] == Value(std::string("5")));
  CHECK(read.rows[2][3] == Value(std::string("1.5")));
}

TEST_CASE("sqlite bulk: rows are read in binary order and by a condition") {
  const auto connection = memory();
  run(*connection, {"CREATE TABLE t (a TEXT COLLATE NOCASE, n INT)",
                    "INSERT INTO t VALUES ('b', 1), ('A', 2), ('a', 3), ('B', 4), ('z', 5)"});
  const Read read = read_all(*connection, {{"main", "t"}, columns_of(*connection, "t"), {"a"}, "n < 5"});
  std::string order;
  for (const auto& row : read.rows) order += format_value(row[0]);
  CHECK(order == "ABab");
}

TEST_CASE("sqlite bulk: what is written arrives as it is") {
  const auto connection = memory();
  run(*connection,
      {"CREATE TABLE t (k INTEGER PRIMARY KEY, i INT, r REAL, s TEXT, b BLOB, d DECIMAL(20,4), j JSON,"
       " o BOOLEAN, a)"});
  const std::vector<Column> columns = columns_of(*connection, "t");
  Batch rows(columns.size());
  rows.add_integer(1);
  rows.add_integer(std::numeric_limits<std::int64_t>::min());
  rows.add_real(-0.0);
  rows.add_text(bytes({'a', 0, 255}));
  rows.add_bytes("");
  rows.add_spelled("12.5000");
  rows.add_text("{\"a\": 1}");
  rows.add_boolean(true);
  rows.add_text("00123");
  rows.add_integer(2);
  rows.add_null();
  rows.add_real(std::numeric_limits<double>::infinity());
  rows.add_text("");
  rows.add_bytes(bytes({0, 1}));
  rows.add_spelled("123456789012345");
  rows.add_text("5");
  rows.add_boolean(false);
  rows.add_real(1.0);
  {
    auto sink = connection->bulk_write({{"main", "t"}, columns});
    if (!sink.ok()) FAIL(sink.error().text());
    CHECK((*sink)->write(rows).ok());
    CHECK((*sink)->finish().ok());
  }
  CHECK(connection->transaction() == TransactionState::none);
  const Read read = read_all(*connection, {{"main", "t"}, columns, {"k"}, ""});
  REQUIRE(read.rows.size() == 2);
  for (std::size_t row = 0; row < 2; ++row)
    for (std::size_t i = 0; i < columns.size(); ++i) {
      CAPTURE(row);
      CAPTURE(columns[i].name);
      const Value wanted = to_value(rows.cell(row, i), columns[i].type);
      CHECK(compare(read.rows[row][i], wanted) == 0);
      CHECK(read.kinds[row][i] == rows.cell(row, i).kind);
    }
}

TEST_CASE("sqlite bulk: a value that would be altered is an error by name, and nothing stays") {
  struct Row {
    const char* name;
    const char* declared;
    Type type;
    void (*add)(Batch&);
    const char* part;
  };
  const Row rows[] = {
      {"text of digits", "INTEGER", type::Text{}, [](Batch& b) { b.add_text("00123"); }, "as a number"},
      {"blanks around", "NUMERIC", type::Text{}, [](Batch& b) { b.add_text(" 1.5e3 "); }, "as a number"},
      {"long decimal", "DECIMAL(20,6)", type::Decimal{20, 6},
       [](Batch& b) { b.add_spelled("12345678901234567.123456"); }, "round it to a double"},
      {"NaN", "REAL", type::Float{8}, [](Batch& b) { b.add_real(std::nan("")); }, "as NULL"},
      {"integer into text", "TEXT", type::Int{8}, [](Batch& b) { b.add_integer(5); }, "as text"},
      {"wide integer into real", "REAL", type::Float{8}, [](Batch& b) { b.add_integer(9007199254740993); },
       "as a double"},
      {"unsigned", "INTEGER", type::Int{8, true},
       [](Batch& b) { b.add_unsigned(std::numeric_limits<std::uint64_t>::max()); }, "does not fit"},
      {"NULL key", "INTEGER PRIMARY KEY", type::Int{8}, [](Batch& b) { b.add_null(); }, "a new number"},
      {"JSON number with an exponent", "JSON", type::Json{}, [](Batch& b) { b.add_text("1e2"); }, "number"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    const auto connection = memory();
    run(*connection, {"CREATE TABLE t (x, v " + std::string(row.declared) + ")"});
    std::vector<Column> columns = columns_of(*connection, "t");
    columns[1].type = row.type;
    Batch batch(2);
    batch.add_integer(1);
    row.add(batch);
    {
      auto sink = connection->bulk_write({{"main", "t"}, columns});
      if (!sink.ok()) FAIL(sink.error().text());
      const auto written = (*sink)->write(batch);
      REQUIRE(!written.ok());
      CHECK(written.error().code == ErrorCode::data_loss);
      CHECK_MESSAGE(written.error().what.find(row.part) != std::string::npos, written.error().what);
      CHECK_MESSAGE(written.error().what.find("t.v") != std::string::npos, written.error().what);
    }
    CHECK(count(*connection, "t") == 0);
    CHECK(connection->transaction() == TransactionState::none);
  }
}

TEST_CASE(
    "sqlite bulk: a load that is not finished takes its rows back, except inside the caller's transaction") {
  for (const bool in_transaction : {false, true}) {
    CAPTURE(in_transaction);
    const auto connection = memory();
    run(*connection, {"CREATE TABLE t (v)"});
    if (in_transaction) run(*connection, {"BEGIN"});
    Batch batch(1);
    batch.add_integer(1);
    {
      auto sink = connection->bulk_write({{"main", "t"}, columns_of(*connection, "t")});
      REQUIRE(sink.ok());
      CHECK((*sink)->write(batch).ok());
    }
    CHECK(count(*connection, "t") == (in_transaction ? 1 : 0));
    CHECK((connection->transaction() == TransactionState::open) == in_transaction);
  }
}
