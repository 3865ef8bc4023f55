// PostgreSQL's own types and errors, as a query shows them.
#include <doctest/doctest.h>

#include "engine/base/text.h"
#include "tests/support/engines.h"

namespace bascule::test {
namespace {

struct ShownValue {
  const char* name;
  const char* expression;
  const char* native_type;
  const char* type;  // portable
  CellKind kind;
  const char* text;  // bytes in hex
};

constexpr ShownValue shown_values[] = {
    {"true", "true", "boolean", "bool", CellKind::spelled, "t"},
    {"false", "false", "boolean", "bool", CellKind::spelled, "f"},
    {"least smallint", "(-32768)::smallint", "smallint", "int2", CellKind::spelled, "-32768"},
    {"integer", "2147483647", "integer", "int4", CellKind::spelled, "2147483647"},
    {"least bigint", "(-9223372036854775808)::bigint", "bigint", "int8", CellKind::spelled,
     "-9223372036854775808"},
    {"oid", "4294967295::oid", "oid", "uint4", CellKind::spelled, "4294967295"},
    {"double", "(0.1::float8 + 0.2::float8)", "double precision", "float8", CellKind::spelled,
     "0.30000000000000004"},
    {"least double", "5e-324::float8", "double precision", "float8", CellKind::spelled, "5e-324"},
    {"negative zero", "'-0'::float8", "double precision", "float8", CellKind::spelled, "-0"},
    {"real", "0.1::real", "real", "float4", CellKind::spelled, "0.1"},
    {"not a number", "'NaN'::float8", "double precision", "float8", CellKind::spelled, "NaN"},
    {"infinite", "'-Infinity'::float8", "double precision", "float8", CellKind::spelled, "-Infinity"},
    {"numeric with scale", "1.50::numeric(10,2)", "numeric(10,2)", "decimal(10,2)", CellKind::spelled,
     "1.50"},
    {"negative scale", "1250::numeric(3,-2)", "numeric(3,-2)", "decimal(3,-2)", CellKind::spelled, "1300"},
    {"long numeric", "12345678901234567890.12345678901234567890::numeric", "numeric", "decimal",
     CellKind::spelled, "12345678901234567890.12345678901234567890"},
    {"numeric NaN", "'NaN'::numeric", "numeric", "decimal", CellKind::spelled, "NaN"},
    {"text", "E'a\\nü€😀'::text", "text", "text", CellKind::text, "a\nü€😀"},
    {"varchar", "'x'::varchar(3)", "character varying(3)", "varchar(3)", CellKind::text, "x"},
    {"char", "'x'::char(3)", "character(3)", "char(3)", CellKind::text, "x  "},
    {"name", "'n'::name", "name", "text", CellKind::text, "n"},
    {"bytea", "'\\x00ff5c27'::bytea", "bytea", "bytes", CellKind::bytes, "00ff5c27"},
    {"date", "date '2024-02-29'", "date", "date", CellKind::spelled, "2024-02-29"},
    {"date BC", "date '0044-03-15 BC'", "date", "date", CellKind::spelled, "0044-03-15 BC"},
    {"date infinity", "'infinity'::date", "date", "date", CellKind::spelled, "infinity"},
    {"time", "'23:59:59.123456'::time", "time without time zone", "time", CellKind::spelled,
     "23:59:59.123456"},
    {"time(0)", "'23:59:59'::time(0)", "time(0) without time zone", "time(0)", CellKind::spelled, "23:59:59"},
    {"timetz", "'10:00+05:30'::timetz", "time with time zone", "timetz", CellKind::spelled, "10:00:00+05:30"},
    {"timestamp", "timestamp '2024-02-29 12:00:00.000001'", "timestamp without time zone", "timestamp",
     CellKind::spelled, "2024-02-29 12:00:00.000001"},
    {"timestamp(3)", "'2024-02-29 12:00:00.5'::timestamp(3)", "timestamp(3) without time zone",
     "timestamp(3)", CellKind::spelled, "2024-02-29 12:00:00.5"},
    {"timestamptz", "'2024-02-29 12:00:00+02'::timestamptz", "timestamp with time zone", "timestamptz",
     CellKind::spelled, "2024-02-29 10:00:00+00"},
    {"timestamp -infinity", "'-infinity'::timestamp", "timestamp without time zone", "timestamp",
     CellKind::spelled, "-infinity"},
    {"interval", "interval '1 year -3 days 04:05:06.7'", "interval", "interval", CellKind::spelled,
     "1 year -3 days +04:05:06.7"},
    {"uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid", "uuid", "uuid", CellKind::text,
     "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
    {"json keeps its text", "'{\"b\": 1,  \"a\":1}'::json", "json", "json", CellKind::text,
     "{\"b\": 1,  \"a\":1}"},
    {"jsonb", "'{\"b\":1,\"a\":1.50}'::jsonb", "jsonb", "jsonb", CellKind::text, "{\"a\": 1.50, \"b\": 1}"},
    {"array", "array[1,null,3]", "integer[]", "int4[]", CellKind::spelled, "{1,NULL,3}"},
    {"nested text array", "array[['a b','c\"'],['','NULL']]", "text[]", "text[]", CellKind::spelled,
     "{{\"a b\",\"c\\\"\"},{\"\",\"NULL\"}}"},
    {"inet", "'10.0.0.1'::inet", "inet", "inet", CellKind::spelled, "10.0.0.1"},
    {"cidr", "'10.0.0.0/8'::cidr", "cidr", "cidr", CellKind::spelled, "10.0.0.0/8"},
    {"bits", "B'0101'::bit(4)", "bit(4)", "bit(4)", CellKind::spelled, "0101"},
    {"range", "int4range(1,5)", "int4range", "int4range", CellKind::spelled, "[1,5)"},
    {"money", "'1.5'::money", "money", "money", CellKind::spelled, "$1.50"},
};

TEST_CASE("postgres: every type is shown exactly") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  run(*connection, "SET TimeZone = 'UTC'");
  for (const ShownValue& row : shown_values) {
    CAPTURE(row.name);
    auto cursor = connection->query(std::string("SELECT ") + row.expression + ", NULL");
    REQUIRE(cursor.ok());
    Batch batch;
    auto more = (*cursor)->next(batch, 10);
    REQUIRE(more.ok());
    REQUIRE(batch.rows() == 1);
    const ResultColumn& column = (*cursor)->columns()[0];
    CHECK(column.native_type == row.native_type);
    CHECK(type_name(column.type) == row.type);
    const Cell cell = batch.cell(0, 0);
    CHECK(cell.kind == row.kind);
    CHECK((row.kind == CellKind::bytes ? to_hex(cell.text) : std::string(cell.text)) == row.text);
    CHECK(batch.cell(0, 1).is_null());
    more = (*cursor)->next(batch, 10);
    REQUIRE(more.ok());
    CHECK_FALSE(*more);
  }
}

TEST_CASE("postgres: the table of OIDs agrees with the server's catalog") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  // Types that the server has and a query can show; those of our table carry the server's own name.
  auto rows =
      fetch(*connection,
            "SELECT format_type(oid, NULL) FROM pg_type WHERE oid < 10000 AND typtype IN ('b', 'r', 'm')"
            " AND typname NOT IN ('bpchar', 'bit', 'gtsvector', 'pg_ndistinct', 'pg_dependencies',"
            " 'pg_mcv_list', 'pg_brin_bloom_summary', 'pg_brin_minmax_multi_summary', 'pg_node_tree',"
            " 'txid_snapshot', 'pg_snapshot') AND typname !~ '^_?reg' AND typnamespace ="
            " 'pg_catalog'::regnamespace AND typname !~ '^_(bpchar|bit|gtsvector|txid_snapshot|pg_snapshot)$'"
            " AND NOT (typcategory = 'A' AND typelem IN (SELECT oid FROM pg_type WHERE typtype = 'c'))");
  REQUIRE(rows.ok());
  REQUIRE(rows->values.size() > 100);
  for (const auto& row : rows->values) {
    const std::string name = format_value(row[0]);
    CAPTURE(name);
    auto cursor = connection->query("SELECT NULL::" + name);
    REQUIRE(cursor.ok());
    CHECK((*cursor)->columns()[0].native_type == name);
  }
}

TEST_CASE("postgres: bytea is the same bytes in both of its text forms") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  for (const char* form : {"hex", "escape"}) {
    CAPTURE(form);
    run(*connection, std::string("SET bytea_output = ") + form);
    const auto rows = fetch(*connection, "SELECT '\\x005c78fe27'::bytea, '\\x5c78'::bytea, ''::bytea");
    REQUIRE(rows.ok());
    CHECK(rows->values[0][0] == Value(value::Bytes{std::string("\0\\x\xfe'", 5)}));
    CHECK(rows->values[0][1] == Value(value::Bytes{"\\x"}));
    CHECK(rows->values[0][2] == Value(value::Bytes{""}));
  }
}

TEST_CASE("postgres: an enum has its name once its type was met") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  run(*connection, "CREATE TYPE mood AS ENUM ('sad', 'it''s ok')");
  run(*connection, "CREATE DOMAIN age AS integer");
  run(*connection, "SELECT 'sad'::mood");
  const auto rows = fetch(*connection, "SELECT 'it''s ok'::mood, array['sad'::mood], 7::age");
  REQUIRE(rows.ok());
  CHECK(rows->columns[0].native_type == "mood");
  CHECK(rows->columns[0].type == Type(type::Enum{"mood", {"sad", "it's ok"}}));
  CHECK(rows->values[0][0] == Value(std::string("it's ok")));
  CHECK(rows->columns[2].native_type == "integer");
}

struct Bound {
  const char* name;
  const char* sql;
  std::vector<Value> parameters;
  const char* text;
};

TEST_CASE("postgres: parameters arrive as they are") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  const Bound rows[] = {
      {"integer", "SELECT ?::int + 1", {Value(std::int64_t{41})}, "42"},
      {"text with quotes", "SELECT ?::text", {Value(std::string("it's \"\\"))}, "it's \"\\"},
      {"text that looks like nothing else", "SELECT ?", {Value(std::string("?"))}, "?"},
      {"null", "SELECT ?::int IS NULL", {Value()}, "true"},
      {"bytes with NUL",
       "SELECT encode(?::bytea, 'hex')",
       {Value(value::Bytes{std::string("\0\xff", 2)})},
       "00ff"},
      {"double", "SELECT ?::float8 = 0.1::float8 + 0.2::float8", {Value(0.30000000000000004)}, "true"},
      {"decimal", "SELECT ?::numeric", {Value(value::Decimal{"1.50"})}, "1.50"},
      {"boolean", "SELECT NOT ?::boolean", {Value(true)}, "false"},
      {"date", "SELECT ?::date + 1", {Value(value::Date{2024, 2, 28})}, "2024-02-29"},
      {"array",
       "SELECT (?::text[])[2]",
       {Value(value::Array{{Value(std::string("a")), Value(std::string("b,\"\\"))}})},
       "b,\"\\"},
      {"two and an operator",
       "SELECT ?::int - ?::int || ?",
       {Value(std::int64_t{5}), Value(std::int64_t{3}), Value(std::string("x"))},
       "2x"},
      {"doubled mark", "SELECT '{\"a\":1}'::jsonb ?? ?", {Value(std::string("a"))}, "true"},
  };
  for (const Bound& row : rows) {
    CAPTURE(row.name);
    const auto got = fetch(*connection, row.sql, row.parameters);
    if (!got.ok()) FAIL(got.error().text());
    CHECK(format_value(got->values[0][0]) == row.text);
  }
  const std::vector<Value> with_nul{Value(std::string("a\0b", 3))};
  const auto refused = fetch(*connection, "SELECT ?", with_nul);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::unsupported);
  CHECK(refused.error().what.find("parameter 1") != std::string::npos);
}

struct Failing {
  const char* name;
  const char* sql;
  ErrorCode code;
  const char* sqlstate;
  const char* at;    // where the position must point to, "" for none
  const char* hint;  // part of it
};

constexpr Failing failing[] = {
    {"syntax", "SELECT 1 FORM x", ErrorCode::sql, "42601", "x", ""},
    {"position after wide characters", "SELECT 'üé€😀', nosuch", ErrorCode::sql, "42703", "nosuch", ""},
    {"the server's hint", "SELECT upperr('x')", ErrorCode::sql, "42883", "upperr", "No function matches"},
    {"division", "SELECT 1/0", ErrorCode::sql, "22012", "", ""},
    {"copy in", "COPY (SELECT 1) TO STDOUT", ErrorCode::unsupported, "", "", "\\copy"},
    {"copy out", "copy pg_class from /* x */ stdin with csv", ErrorCode::unsupported, "", "", "\\copy"},
};

TEST_CASE("postgres: errors say where and what next") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  for (const Failing& row : failing) {
    CAPTURE(row.name);
    const auto done = execute(*connection, row.sql);
    REQUIRE_FALSE(done.ok());
    const Error& error = done.error();
    CHECK(error.code == row.code);
    CHECK(error.sqlstate == row.sqlstate);
    CHECK(error.sql == row.sql);
    CHECK(error.hint.find(row.hint) != std::string::npos);
    CHECK(error.sql_offset.has_value() == (row.at[0] != '\0'));
    if (error.sql_offset) CHECK(std::string(row.sql).substr(*error.sql_offset).starts_with(row.at));
    CHECK(scalar(*connection, "SELECT 1") == "1");
  }
  const std::vector<Value> parameters{Value(std::int64_t{1}), Value(std::int64_t{2})};
  const std::string sql = "SELECT 'ü?', ?::int, ?::int + nosuch";
  const auto done = fetch(*connection, sql, parameters);
  REQUIRE_FALSE(done.ok());
  REQUIRE(done.error().sql_offset.has_value());
  CHECK(sql.substr(*done.error().sql_offset) == "nosuch");
}

}  // namespace
}  // namespace bascule::test
