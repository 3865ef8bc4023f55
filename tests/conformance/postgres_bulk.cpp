// Bulk reading and writing of PostgreSQL's own types, whatever the session's settings are.
#include <doctest/doctest.h>

#include <bit>
#include <limits>

#include "engine/base/text.h"
#include "tests/support/engines.h"

namespace bascule::test {
namespace {

struct PortableValue {
  const char* name;
  const char* type;
  const char* literal;
  CellKind kind;
  const char* text;  // numbers and booleans spelled, bytes in hex
};

constexpr PortableValue portable_values[] = {
    {"boolean", "boolean", "true", CellKind::boolean, "1"},
    {"smallint", "smallint", "-32768", CellKind::integer, "-32768"},
    {"integer", "integer", "-2147483648", CellKind::integer, "-2147483648"},
    {"bigint", "bigint", "-9223372036854775808", CellKind::integer, "-9223372036854775808"},
    {"oid", "oid", "4294967295", CellKind::integer, "4294967295"},
    {"real", "real", "'0.1'", CellKind::real, "0.10000000149011612"},
    {"double", "double precision", "'0.30000000000000004'", CellKind::real, "0.30000000000000004"},
    {"least double", "double precision", "'5e-324'", CellKind::real, "5e-324"},
    {"NaN", "double precision", "'NaN'", CellKind::real, "NaN"},
    {"infinity", "double precision", "'-Infinity'", CellKind::real, "-Infinity"},
    {"negative zero", "double precision", "'-0'", CellKind::real, "-0"},
    {"numeric", "numeric(10,3)", "-1234567.250", CellKind::spelled, "-1234567.250"},
    {"numeric zero with scale", "numeric", "0.000", CellKind::spelled, "0.000"},
    {"numeric of many groups", "numeric", "100000000000000000000.00000000000000000001", CellKind::spelled,
     "100000000000000000000.00000000000000000001"},
    {"small numeric", "numeric", "0.0000000012300", CellKind::spelled, "0.0000000012300"},
    {"numeric of tens", "numeric", "10000000", CellKind::spelled, "10000000"},
    {"numeric NaN", "numeric", "'NaN'", CellKind::spelled, "NaN"},
    {"numeric infinity", "numeric", "'-Infinity'", CellKind::spelled, "-Infinity"},
    {"text", "text", "E'a\\tb\\nc\\\\d\\re€😀'", CellKind::text, "a\tb\nc\\d\re€😀"},
    {"text of a null mark", "text", "E'\\\\N'", CellKind::text, "\\N"},
    {"empty text", "text", "''", CellKind::text, ""},
    {"varchar", "varchar(3)", "'äöü'", CellKind::text, "äöü"},
    {"char", "char(3)", "'x'", CellKind::text, "x  "},
    {"bytea", "bytea", "'\\x00ff5c0a'", CellKind::bytes, "00ff5c0a"},
    {"empty bytea", "bytea", "''", CellKind::bytes, ""},
    {"date", "date", "'2024-02-29'", CellKind::spelled, "2024-02-29"},
    {"date BC", "date", "'0044-03-15 BC'", CellKind::spelled, "0044-03-15 BC"},
    {"date infinity", "date", "'infinity'", CellKind::spelled, "infinity"},
    {"last date", "date", "'5874897-12-31'", CellKind::spelled, "5874897-12-31"},
    {"time", "time", "'23:59:59.000001'", CellKind::spelled, "23:59:59.000001"},
    {"end of day", "time", "'24:00:00'", CellKind::spelled, "24:00:00"},
    {"timetz", "timetz", "'10:00:00.5+05:30'", CellKind::spelled, "10:00:00.5+05:30"},
    {"timestamp", "timestamp", "'1999-12-31 23:59:59.999999'", CellKind::spelled,
     "1999-12-31 23:59:59.999999"},
    {"timestamp BC", "timestamp", "'0044-03-15 12:00:00 BC'", CellKind::spelled, "0044-03-15 12:00:00 BC"},
    {"timestamp infinity", "timestamp", "'-infinity'", CellKind::spelled, "-infinity"},
    {"timestamptz", "timestamptz", "'2024-02-29 12:00:00.25+02'", CellKind::spelled,
     "2024-02-29 10:00:00.25+00"},
    {"interval", "interval", "'1 year -3 days 04:05:06.7'", CellKind::spelled, "1 year -3 days +04:05:06.7"},
    {"uuid", "uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", CellKind::text,
     "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
    {"json", "json", "'{\"a\":  1}'", CellKind::text, "{\"a\":  1}"},
    {"jsonb", "jsonb", "'{\"a\":  \"\\n\"}'", CellKind::text, "{\"a\": \"\\n\"}"},
    {"enum", "mood", "'it''s ok'", CellKind::text, "it's ok"},
    {"array", "text[]", "array['a,b', NULL, E'c\\\\d\\n']", CellKind::spelled, "{\"a,b\",NULL,\"c\\\\d\n\"}"},
    {"array of timestamps", "timestamptz[]", "array['2024-02-29 12:00+02'::timestamptz]", CellKind::spelled,
     "{\"2024-02-29 10:00:00+00\"}"},
    {"inet without mask", "inet", "'10.0.0.1'", CellKind::spelled, "10.0.0.1"},
    {"cidr", "cidr", "'10.0.0.0/8'", CellKind::spelled, "10.0.0.0/8"},
    {"bits", "bit(4)", "B'0101'", CellKind::spelled, "0101"},
    {"range", "tstzrange", "'[2024-02-29 12:00+02,)'", CellKind::spelled, "[\"2024-02-29 10:00:00+00\",)"},
    {"domain", "age", "7", CellKind::spelled, "7"},
};

std::string shown(const Cell& cell) {
  switch (cell.kind) {
    case CellKind::null:
      return "NULL";
    case CellKind::boolean:
    case CellKind::integer:
      return std::to_string(cell.integer);
    case CellKind::unsigned_integer:
      return std::to_string(cell.unsigned_integer);
    case CellKind::real:
      return format_double(cell.real);
    case CellKind::bytes:
      return to_hex(cell.text);
    case CellKind::text:
    case CellKind::spelled:
      return std::string(cell.text);
  }
  return {};
}

Table table_of(Connection& connection, std::string_view name) {
  InspectOptions options;
  options.table_glob = name;
  const auto schema = connection.inspect(options);
  if (!schema.ok()) FAIL(schema.error().text());
  const Table* found = schema->find_namespace("public")->find_table(name);
  REQUIRE(found);
  return *found;
}

// Settings that would change every text form.
void make_settings_odd(Connection& connection) {
  for (const char* setting :
       {"DateStyle = 'SQL, DMY'", "IntervalStyle = 'sql_standard'", "TimeZone = 'Asia/Kolkata'",
        "extra_float_digits = -5", "bytea_output = 'escape'"})
    run(connection, std::string("SET ") + setting);
}

TEST_CASE("postgres: every type is read in portable form and written back the same") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  run(*connection, "CREATE TYPE mood AS ENUM ('sad', 'it''s ok')");
  run(*connection, "CREATE DOMAIN age AS integer CHECK (VALUE > 0)");
  make_settings_odd(*connection);
  for (const PortableValue& row : portable_values) {
    CAPTURE(row.name);
    run(*connection, "DROP TABLE IF EXISTS a, b");
    run(*connection,
        std::string("CREATE TABLE a (\"odd \"\"name\" ") + row.type + ", empty " + row.type + ")");
    run(*connection, "CREATE TABLE b (LIKE a)");
    run(*connection, std::string("INSERT INTO a VALUES (") + row.literal + ")");
    const Table table = table_of(*connection, "a");
    auto source = connection->bulk_read({{"public", "a"}, table.columns});
    if (!source.ok()) FAIL(source.error().text());
    Batch batch;
    auto more = (*source)->next(batch, 100);
    if (!more.ok()) FAIL(more.error().text());
    REQUIRE(batch.rows() == 1);
    CHECK(batch.cell(0, 0).kind == row.kind);
    CHECK(shown(batch.cell(0, 0)) == row.text);
    CHECK(batch.cell(0, 1).is_null());
    Batch end;
    more = (*source)->next(end, 100);
    REQUIRE(more.ok());
    CHECK_FALSE(*more);
    source->reset();

    auto sink = connection->bulk_write({{"public", "b"}, table.columns});
    if (!sink.ok()) FAIL(sink.error().text());
    const auto written = (*sink)->write(batch);
    if (!written.ok()) FAIL(written.error().text());
    const auto finished = (*sink)->finish();
    if (!finished.ok()) FAIL(finished.error().text());
    sink->reset();
    CHECK(scalar(*connection, "SELECT (SELECT a.*::text FROM a) = (SELECT b.*::text FROM b)") == "true");
  }
  CHECK(scalar(*connection, "SHOW IntervalStyle") == "sql_standard");
  CHECK(scalar(*connection, "SHOW TimeZone") == "Asia/Kolkata");
}

struct RefusedCell {
  const char* name;
  const char* type;
  void (*add)(Batch&);
  const char* reason;  // part of it
};

constexpr RefusedCell refused_cells[] = {
    {"too large", "smallint", [](Batch& batch) { batch.add_integer(32768); },
     "\"32768\" does not fit into smallint"},
    {"unsigned", "bigint",
     [](Batch& batch) { batch.add_unsigned(std::numeric_limits<std::uint64_t>::max()); },
     "does not fit into bigint"},
    {"fraction", "integer", [](Batch& batch) { batch.add_real(1.5); }, "does not fit into integer"},
    {"words", "integer", [](Batch& batch) { batch.add_text("x"); }, "does not fit into integer"},
    {"two as boolean", "boolean", [](Batch& batch) { batch.add_integer(2); }, "does not fit into boolean"},
    {"rounded decimal", "numeric(10,2)", [](Batch& batch) { batch.add_spelled("1.005"); },
     "would be rounded to 2 decimals"},
    {"no number", "numeric", [](Batch& batch) { batch.add_text("1,5"); }, "is no number"},
    {"rounded float", "real", [](Batch& batch) { batch.add_real(0.1); }, "would be rounded to a real"},
    {"large integer as float", "double precision", [](Batch& batch) { batch.add_integer((1LL << 53) + 1); },
     "is not exactly a double"},
    {"NUL", "text", [](Batch& batch) { batch.add_text(std::string_view("a\0b", 3)); },
     "\"a\\0b\" holds a NUL byte"},
    {"bytes as text", "text", [](Batch& batch) { batch.add_bytes("ab"); }, "is binary"},
    {"text as bytes", "bytea", [](Batch& batch) { batch.add_text("ab"); }, "is not binary"},
    {"blanks beyond the length", "varchar(2)", [](Batch& batch) { batch.add_text("ab "); },
     "is longer than 2 characters"},
    {"zero date", "date", [](Batch& batch) { batch.add_spelled("0000-00-00"); }, "is a zero date"},
    {"no date", "date", [](Batch& batch) { batch.add_text("2023-02-29"); }, "date"},
    {"long time", "time", [](Batch& batch) { batch.add_spelled("838:59:59"); }, "is beyond 24 hours"},
    {"rounded time", "timestamp(3)", [](Batch& batch) { batch.add_spelled("2024-01-01 00:00:00.0001"); },
     "would be rounded to 3 digits"},
    {"zone dropped", "timestamp", [](Batch& batch) { batch.add_spelled("2024-01-01 00:00:00+00"); },
     "has a time zone"},
    {"zone missing", "timestamptz", [](Batch& batch) { batch.add_spelled("2024-01-01 00:00:00"); },
     "has no time zone"},
    {"no uuid", "uuid", [](Batch& batch) { batch.add_text("a0eebc99"); }, "is no uuid"},
};

TEST_CASE("postgres: a value that would arrive changed is refused by table, row, column and value") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  for (const RefusedCell& row : refused_cells) {
    CAPTURE(row.name);
    run(*connection, "DROP TABLE IF EXISTS t");
    run(*connection, std::string("CREATE TABLE t (good int, bad ") + row.type + ")");
    auto sink = connection->bulk_write({{"public", "t"}, table_of(*connection, "t").columns});
    REQUIRE(sink.ok());
    Batch batch(2);
    batch.add_integer(1);
    batch.add_null();
    batch.add_integer(2);
    row.add(batch);
    const auto written = (*sink)->write(batch);
    REQUIRE_FALSE(written.ok());
    CHECK(written.error().code == ErrorCode::data_loss);
    CHECK(written.error().what.find("cannot write to public.t, row 2, column bad: ") == 0);
    CHECK(written.error().what.find(row.reason) != std::string::npos);
    sink->reset();
    CHECK(scalar(*connection, "SELECT count(*) FROM t") == "0");
  }
}

TEST_CASE("postgres: what the server refuses in a load is named by row") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  run(*connection, "CREATE TABLE t (id int PRIMARY KEY, data jsonb)");
  run(*connection, "CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$");
  Batch batch(2);
  const auto add = [&](std::int64_t id, std::string_view data) {
    batch.add_integer(id);
    batch.add_text(data);
  };
  const char* what = nullptr;
  SUBCASE("bad json") {
    add(1, "{}");
    add(2, "{");
    what = "cannot write to public.t, row 2, column data: invalid input syntax";
  }
  SUBCASE("duplicate") {
    add(1, "{}");
    add(2, "{}");
    add(1, "{}");
    what = "cannot write to public.t, row 3: duplicate key";
  }
  SUBCASE("a trigger that leaves rows out") {
    run(*connection, "CREATE TRIGGER skip BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION skip()");
    add(1, "{}");
    what = "0 of 1 rows arrived in public.t";
  }
  auto sink = connection->bulk_write({{"public", "t"}, table_of(*connection, "t").columns});
  REQUIRE(sink.ok());
  REQUIRE((*sink)->write(batch).ok());
  const auto finished = (*sink)->finish();
  REQUIRE_FALSE(finished.ok());
  CAPTURE(finished.error().what);
  CHECK(finished.error().what.starts_with(what));
  sink->reset();
  CHECK(scalar(*connection, "SELECT count(*) FROM t") == "0");
}

TEST_CASE("postgres: a load that is given up leaves nothing") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  run(*connection, "CREATE TABLE t (id int)");
  {
    auto sink = connection->bulk_write({{"public", "t"}, table_of(*connection, "t").columns});
    REQUIRE(sink.ok());
    Batch batch(1);
    for (int id = 0; id < 200000; ++id) batch.add_integer(id);
    REQUIRE((*sink)->write(batch).ok());
    CHECK_FALSE(connection->query("SELECT 1").ok());  // the connection is the sink's
  }
  CHECK(scalar(*connection, "SELECT count(*) FROM t") == "0");
}

TEST_CASE("postgres: a bulk read orders by bytes and ends by its error") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  run(*connection, "CREATE TABLE t (id int, name text COLLATE \"en-x-icu\")");
  run(*connection, "INSERT INTO t VALUES (1, 'b'), (2, 'B'), (3, 'a'), (4, NULL), (5, 'é')");
  const Table table = table_of(*connection, "t");
  const auto read = [&](const ReadRequest& request) {
    std::string ids;
    auto source = connection->bulk_read(request);
    if (!source.ok()) return source.error().text();
    Batch batch;
    for (;;) {
      const auto more = (*source)->next(batch, 2);
      if (!more.ok()) return ids + more.error().sqlstate;
      if (!*more) return ids;
      for (std::size_t row = 0; row < batch.rows(); ++row) ids += shown(batch.cell(row, 0)) + " ";
    }
  };
  CHECK(read({{"public", "t"}, table.columns, {"name"}}) == "4 2 3 1 5 ");
  CHECK(read({{"public", "t"}, table.columns, {"id"}, "id > 2 OR id = 1"}) == "1 3 4 5 ");
  CHECK(read({{"public", "t"}, table.columns, {}, "10 / (3 - id) <> 77"}) == "1 2 22012");
  CHECK(scalar(*connection, "SELECT 1") == "1");
}

}  // namespace
}  // namespace bascule::test
