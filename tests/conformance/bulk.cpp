// Whole tables in and out: what was written is read back, and what cannot arrive as it is, is an error.
#include <doctest/doctest.h>

#include <limits>

#include "tests/support/engines.h"

using namespace bascule;
using namespace bascule::test;

namespace {

struct BulkColumn {
  std::string name;
  PerFlavor declared;
  std::vector<Value> values;  // three rows: a usual value, an extreme one, NULL
};

Value timestamp(int year, int month, int day, std::int64_t microseconds) {
  return value::Timestamp{
      {year, static_cast<std::int8_t>(month), static_cast<std::int8_t>(day)}, microseconds, std::nullopt};
}

std::vector<BulkColumn> bulk_columns() {
  const Value null{value::Null{}};
  return {
      {"flag", everywhere("boolean"), {true, false, null}},
      {"small", {"int", "smallint", "smallint"}, {std::int64_t{1}, std::int64_t{-32768}, null}},
      {"big", everywhere("bigint"), {std::int64_t{1}, std::numeric_limits<std::int64_t>::min(), null}},
      {"price",
       {"text", "numeric(30,10)", "decimal(30,10)"},
       {value::Decimal{"1.5000000000"}, value::Decimal{"-12345678901234567890.0123456789"}, null}},
      {"real8", {"real", "float8", "double"}, {0.1, 1.7976931348623157e308, null}},
      {"words",
       {"text", "text", "longtext"},
       {std::string("tab\t, newline\n, \\ and 'quotes'"), std::string("Grüße 🐘"), null}},
      {"blank", everywhere("varchar(10)"), {std::string(), std::string("\\N"), null}},
      {"raw", {"blob", "bytea", "blob"}, {value::Bytes{std::string("\0\xff\\\n", 4)}, value::Bytes{}, null}},
      {"day", {"text", "date", "date"}, {value::Date{2024, 2, 29}, value::Date{1000, 1, 1}, null}},
      {"clock", {"text", "time", "time(6)"}, {value::Time{1}, value::Time{86'399'999'999}, null}},
      {"moment",
       {"text", "timestamp", "datetime(6)"},
       {timestamp(2024, 2, 29, 43'200'000'001), timestamp(9999, 12, 31, 86'399'000'000), null}},
  };
}

// The columns of the table as the catalog says.
std::vector<Column> columns_of(Connection& connection, std::string_view table) {
  const auto schema = connection.inspect({});
  if (!schema.ok()) FAIL(schema.error().text());
  const Namespace* space = schema->find_namespace(schema->default_namespace);
  REQUIRE(space != nullptr);
  const Table* found = space->find_table(table);
  REQUIRE(found != nullptr);
  return found->columns;
}

TableName table_name(Connection& connection, std::string_view table) {
  const auto schema = connection.inspect({});
  REQUIRE(schema.ok());
  return TableName{schema->default_namespace, std::string(table)};
}

Result<void> write_rows(Connection& connection, const WriteRequest& request,
                        const std::vector<std::vector<Value>>& rows) {
  TRY(auto sink, connection.bulk_write(request));
  Batch batch(request.columns.size());
  for (const auto& row : rows)
    for (const auto& value : row) batch.add(value);
  TRY(sink->write(batch));
  return sink->finish();
}

}  // namespace

ENGINE_TEST_CASE("rows written in bulk are read back the same, in key order", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  const auto declared = bulk_columns();
  std::string ddl = "create table t (id int not null primary key";
  for (const auto& column : declared)
    ddl += ", " + column.name + " " + std::string(column.declared[engine.flavor]);
  run(*connection, ddl + ")");

  WriteRequest write{table_name(*connection, "t"), columns_of(*connection, "t")};
  std::vector<std::vector<Value>> rows;
  for (const std::int64_t id : {3, 1, 2}) {
    auto& row = rows.emplace_back();
    row.emplace_back(id);
    for (const auto& column : declared) row.push_back(column.values.at(static_cast<std::size_t>(id - 1)));
  }
  const auto written = write_rows(*connection, write, rows);
  if (!written.ok()) FAIL(written.error().text());

  ReadRequest read{write.table, write.columns, {"id"}, ""};
  auto source = connection->bulk_read(read);
  if (!source.ok()) FAIL(source.error().text());
  Batch batch;
  std::size_t row = 0;
  for (;;) {
    const auto more = (*source)->next(batch, 2);
    if (!more.ok()) FAIL(more.error().text());
    if (!*more) break;
    for (std::size_t in_batch = 0; in_batch < batch.rows(); ++in_batch, ++row)
      for (std::size_t column = 0; column < declared.size(); ++column) {
        CAPTURE(declared[column].name);
        CAPTURE(row);
        const Value back = to_value(batch.cell(in_batch, column + 1), (*source)->columns()[column + 1].type);
        const Value& sent = declared[column].values.at(row);
        CHECK(format_value(back) == format_value(sent));
        CHECK(back.is_null() == sent.is_null());
      }
  }
  CHECK(row == 3);
}

ENGINE_TEST_CASE("100,000 rows go in and out in constant memory", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection, "create table t (id int not null primary key, words varchar(1000))");
  WriteRequest write{table_name(*connection, "t"), columns_of(*connection, "t")};
  const std::string words(1000, 'x');
  run(*connection, "begin");
  {
    auto sink = connection->bulk_write(write);
    if (!sink.ok()) FAIL(sink.error().text());
    Batch batch;
    std::int64_t id = 0;
    std::size_t before = 0;
    for (int times = 0; times < 100; ++times) {
      batch.reset(2);
      for (int row = 0; row < 1000; ++row) {
        batch.add_integer(++id);
        batch.add_text(words);
      }
      const auto written = (*sink)->write(batch);
      if (!written.ok()) FAIL(written.error().text());
      if (times == 10) {  // its buffers have their size by now
        reset_peak_memory();
        before = peak_memory_kib();
      }
    }
    const auto finished = (*sink)->finish();
    if (!finished.ok()) FAIL(finished.error().text());
    // SQLite's page cache grows to its own limit.
    CHECK(peak_memory_kib() - before < 24 * 1024);
  }
  run(*connection, "commit");
  reset_peak_memory();
  const std::size_t before = peak_memory_kib();
  auto source = connection->bulk_read(ReadRequest{write.table, write.columns, {}, "id > 0"});
  if (!source.ok()) FAIL(source.error().text());
  const auto streamed = stream(**source);
  CHECK(!streamed.error);
  CHECK(streamed.rows == 100'000);
  CHECK(peak_memory_kib() - before < 16 * 1024);
}

namespace {

struct Refused {
  std::string_view name;
  PerFlavor declared;  // "" where the engine's type holds the value
  Value value;
};

std::vector<Refused> refused_values() {
  return {
      {"too long a text", {"", "varchar(3)", "varchar(3)"}, Value(std::string("longer"))},
      {"an integer out of range", {"", "smallint", "smallint"}, Value(std::int64_t{70'000})},
      {"NULL in a column that has none", everywhere("int not null"), Value(value::Null{})},
      {"a date that does not exist", {"", "date", "date"}, Value(value::Spelled{"2024-02-31"})},
      {"a decimal with too many digits",
       {"", "numeric(4,2)", "decimal(4,2)"},
       Value(value::Decimal{"1234.5"})},
  };
}

}  // namespace

ENGINE_TEST_CASE("a value that cannot arrive as it is, is an error that names table and column", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  for (const auto& row : refused_values()) {
    const auto declared = row.declared[engine.flavor];
    if (declared.empty()) continue;
    CAPTURE(row.name);
    run(*connection, "create table t (id int not null primary key, odd " + std::string(declared) + ")");
    WriteRequest write{table_name(*connection, "t"), columns_of(*connection, "t")};
    run(*connection, "begin");
    const auto written = write_rows(*connection, write, {{Value(std::int64_t{1}), row.value}});
    CHECK(!written.ok());
    if (!written.ok()) {
      const std::string text = written.error().text() + written.error().detail;
      CAPTURE(text);
      CHECK(text.find("t") != std::string::npos);
      CHECK(text.find("odd") != std::string::npos);
      CHECK(!written.error().ends_connection());
    }
    run(*connection, "rollback");
    CHECK(scalar(*connection, "select count(*) from t") == "0");
    run(*connection, "drop table t");
  }
}

ENGINE_TEST_CASE("a duplicate key in a load is an error, and nothing stays after the rollback", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run_all(*connection, {"create table t (id int not null primary key)", "begin"});
  WriteRequest write{table_name(*connection, "t"), columns_of(*connection, "t")};
  const auto written = write_rows(*connection, write, {{Value(std::int64_t{1})}, {Value(std::int64_t{1})}});
  REQUIRE(!written.ok());
  CHECK(written.error().code == ErrorCode::sql);
  run(*connection, "rollback");
  CHECK(scalar(*connection, "select count(*) from t") == "0");
}

ENGINE_TEST_CASE("a load that is dropped before its end does not complete", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run_all(*connection, {"create table t (id int not null primary key)", "begin"});
  WriteRequest write{table_name(*connection, "t"), columns_of(*connection, "t")};
  {
    auto sink = connection->bulk_write(write);
    REQUIRE(sink.ok());
    Batch batch(1);
    batch.add_integer(1);
    REQUIRE((*sink)->write(batch).ok());
  }
  CHECK(connection->is_alive());
  run(*connection, "rollback");
  CHECK(scalar(*connection, "select count(*) from t") == "0");
}

ENGINE_TEST_CASE("reading a table that is not there is an error", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  Column column;
  column.name = "a";
  column.type = type::Int{8, false};
  column.native_type = "bigint";
  auto source = connection->bulk_read(ReadRequest{TableName{"", "nowhere"}, {column}, {}, ""});
  if (source.ok()) {
    const auto streamed = stream(**source);
    REQUIRE(streamed.error);
    CHECK(streamed.error->what.find("nowhere") != std::string::npos);
    source->reset();
  } else {
    CHECK(source.error().what.find("nowhere") != std::string::npos);
  }
  CHECK(scalar(*connection, "select 1") == "1");
}
