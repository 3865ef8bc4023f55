// Every type arrives exact. A row stores one literal in a column of one type and says what must come back.
#include <doctest/doctest.h>

#include <bit>
#include <limits>

#include "tests/support/engines.h"

using namespace bascule;
using namespace bascule::test;

namespace {

struct Case {
  std::string_view type, literal, expected;  // format_value()'s text; NULL for null
};

constexpr Case sqlite_cases[] = {
    {"", "9223372036854775807", "9223372036854775807"},
    {"", "-9223372036854775808", "-9223372036854775808"},
    {"", "0.1", "0.1"},
    {"", "0.1 + 0.2", "0.30000000000000004"},
    {"", "1e-10", "1e-10"},
    {"", "4.9e-324", "5e-324"},
    {"", "1.7976931348623157e308", "1.7976931348623157e+308"},
    {"", "9e999", "Infinity"},
    {"", "-9e999", "-Infinity"},
    {"", "''", ""},
    {"", "NULL", "NULL"},
    {"", "'Grüße 🐘'", "Grüße 🐘"},
    {"", "x'00ff'", "\\x00ff"},
    {"", "x''", "\\x"},
    // The value decides, not the declared type.
    {"INTEGER", "'not a number'", "not a number"},
    {"TEXT", "x'61'", "\\x61"},
    {"BOOLEAN", "2", "2"},
    {"DATE", "1700000000", "1700000000"},
    {"DATETIME", "'2024-02-29 12:00:00'", "2024-02-29 12:00:00"},
    {"VARCHAR(3)", "'longer'", "longer"},
};

constexpr Case postgres_cases[] = {
    {"smallint", "-32768", "-32768"},
    {"bigint", "-9223372036854775808", "-9223372036854775808"},
    {"numeric", "12345678901234567890.123456789", "12345678901234567890.123456789"},
    {"numeric", "1.50", "1.50"},
    {"numeric(5,2)", "-0.05", "-0.05"},
    {"numeric", "'NaN'", "NaN"},
    {"numeric", "'-Infinity'", "-Infinity"},
    {"float8", "0.1", "0.1"},
    {"float8", "0.1::float8 + 0.2::float8", "0.30000000000000004"},
    {"float8", "1e-10", "1e-10"},
    {"float8", "'4.9e-324'", "5e-324"},
    {"float8", "1.7976931348623157e308", "1.7976931348623157e+308"},
    {"float8", "'NaN'", "NaN"},
    {"float8", "'-Infinity'", "-Infinity"},
    {"float8", "'-0'", "-0"},
    {"boolean", "true", "true"},
    {"boolean", "false", "false"},
    {"text", "''", ""},
    {"text", "NULL", "NULL"},
    {"text", "E'tab\\there'", "tab\there"},
    {"text", "'Grüße 🐘'", "Grüße 🐘"},
    {"char(3)", "'a'", "a  "},
    {"bytea", "'\\x00ff5c'", "\\x00ff5c"},
    {"bytea", "''", "\\x"},
    {"date", "'2024-02-29'", "2024-02-29"},
    {"date", "'0044-03-15 BC'", "0044-03-15 BC"},
    {"date", "'infinity'", "infinity"},
    {"date", "'20000-01-01'", "20000-01-01"},
    {"timestamp", "'2024-02-29 23:59:59.123456'", "2024-02-29 23:59:59.123456"},
    {"timestamp", "'-infinity'", "-infinity"},
    {"timestamp(3)", "'2024-02-29 23:59:59.12'", "2024-02-29 23:59:59.12"},
    {"timestamptz", "'2024-02-29 12:00:00+02'", "2024-02-29 10:00:00+00"},
    {"time", "'23:59:59.999999'", "23:59:59.999999"},
    {"time", "'24:00:00'", "24:00:00"},
    {"interval", "'1 mon 2 days 03:04:05.5'", "1 mon 2 days 03:04:05.5"},
    {"uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
    {"json", "'{\"b\":1, \"a\":2,\"a\":3}'", "{\"b\":1, \"a\":2,\"a\":3}"},
    {"jsonb", "'{\"b\":1, \"a\":2,\"a\":3}'", "{\"a\": 3, \"b\": 1}"},
    {"int[]", "'{1,NULL,3}'", "{1,NULL,3}"},
    {"int[]", "'{}'", "{}"},
    {"int[]", "'{{1,2},{3,4}}'", "{{1,2},{3,4}}"},
    {"bit(3)", "B'101'", "101"},
    {"varbit", "B'0'", "0"},
    {"inet", "'10.0.0.1/8'", "10.0.0.1/8"},
    {"macaddr", "'08:00:2b:01:02:03'", "08:00:2b:01:02:03"},
    {"point", "'(1,2)'", "(1,2)"},
    {"int4range", "'[1,5)'", "[1,5)"},
    {"tsvector", "'fat cat'", "'cat' 'fat'"},
};

// MySQL and MariaDB alike.
constexpr Case mysql_cases[] = {
    {"tinyint", "-128", "-128"},
    {"bigint", "-9223372036854775808", "-9223372036854775808"},
    {"bigint unsigned", "18446744073709551615", "18446744073709551615"},
    {"mediumint unsigned", "16777215", "16777215"},
    {"decimal(65,30)", "-12345678901234567890123456789012345.123456789012345678901234567890",
     "-12345678901234567890123456789012345.123456789012345678901234567890"},
    {"decimal(4,2)", "1.5", "1.50"},
    {"double", "0.1", "0.1"},
    {"double", "0.1e0 + 0.2e0", "0.30000000000000004"},
    {"double", "1e-10", "1e-10"},
    {"double", "4.9e-324", "5e-324"},
    {"double", "1.7976931348623157e308", "1.7976931348623157e+308"},
    {"varchar(20)", "''", ""},
    {"varchar(20)", "NULL", "NULL"},
    {"varchar(20)", "'a\\0b'", std::string_view("a\0b", 3)},
    {"varchar(20)", "'Grüße 🐘'", "Grüße 🐘"},
    {"longtext", "repeat('x', 3)", "xxx"},
    {"varbinary(20)", "x'00ff5c'", "\\x00ff5c"},
    {"binary(3)", "x'61'", "\\x610000"},
    {"blob", "''", "\\x"},
    {"date", "'2024-02-29'", "2024-02-29"},
    {"date", "'9999-12-31'", "9999-12-31"},
    {"datetime", "'2024-02-29 23:59:59'", "2024-02-29 23:59:59"},
    {"datetime(6)", "'2024-02-29 23:59:59.000001'", "2024-02-29 23:59:59.000001"},
    {"datetime(3)", "'2024-02-29 23:59:59.12'", "2024-02-29 23:59:59.12"},
    {"time(6)", "'838:59:58.999999'", "838:59:58.999999"},
    {"time(6)", "'-00:00:00.000001'", "-00:00:00.000001"},
    {"time", "'-838:59:59'", "-838:59:59"},
    {"year", "2024", "2024"},
    {"enum('a','b c')", "'b c'", "b c"},
    {"set('a','b')", "'a,b'", "a,b"},
    {"bit(10)", "b'1010101010'", "1010101010"},
    {"bit(1)", "b'1'", "1"},
};

// With sql_mode = '', as old applications have written them.
constexpr Case zero_date_cases[] = {
    {"date", "'0000-00-00'", "0000-00-00"},
    {"datetime", "'0000-00-00 00:00:00'", "0000-00-00 00:00:00"},
    {"date", "'2024-00-10'", "2024-00-10"},
    {"year", "0", "0"},
};

std::span<const Case> cases_of(Flavor flavor) {
  switch (flavor) {
    case Flavor::sqlite:
      return sqlite_cases;
    case Flavor::postgres:
      return postgres_cases;
    case Flavor::mysql:
    case Flavor::mariadb:
      return mysql_cases;
  }
  return {};
}

void check_cases(Connection& connection, std::span<const Case> cases) {
  for (const auto& row : cases) {
    CAPTURE(row.type);
    CAPTURE(row.literal);
    run(connection, "create table v (v " + std::string(row.type) + ")");
    run(connection, "insert into v values (" + std::string(row.literal) + ")");
    CHECK(scalar(connection, "select v from v") == row.expected);
    run(connection, "drop table v");
  }
}

}  // namespace

ENGINE_TEST_CASE("a value arrives exactly as it is stored", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  if (engine.flavor == Flavor::postgres) run(*connection, "set timezone = 'UTC'");
  check_cases(*connection, cases_of(engine.flavor));
}

ENGINE_TEST_CASE("zero dates arrive as they are", on_mysql_family) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection, "set session sql_mode = ''");
  check_cases(*connection, zero_date_cases);
}

ENGINE_TEST_CASE("floats of four bytes keep all their bits", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection, "create table v (i int primary key, v " +
                       std::string(PerFlavor{"REAL", "real", "float"}[engine.flavor]) + ")");
  run(*connection, "insert into v values (1, 16777216), (2, 123456.789), (3, 3.4028234e38)");
  const float expected[] = {16777216.0F, 123456.789F, 3.4028234e38F};
  const auto rows = fetch(*connection, "select v from v order by i");
  REQUIRE(rows.ok());
  REQUIRE(rows->values.size() == 3);
  for (std::size_t row = 0; row < 3; ++row) {
    const double* value = rows->values[row][0].get<double>();
    REQUIRE(value != nullptr);
    CHECK(static_cast<float>(*value) == expected[row]);
  }
}

// PostgreSQL's server keeps such text out.
constexpr Flavor where_text_may_be_damaged[] = {Flavor::sqlite, Flavor::mariadb, Flavor::mysql};

ENGINE_TEST_CASE("bytes of a text that are no UTF-8 and NUL arrive untouched", where_text_may_be_damaged) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  const auto sql = PerFlavor{"select cast(x'61ff0062' as text)", "",
                             "select cast(_binary x'61ff0062' as binary)"}[engine.flavor];
  const auto rows = fetch(*connection, sql);
  REQUIRE(rows.ok());
  const std::string expected("a\xff\0b", 4);
  const Value& value = rows->values.at(0).at(0);
  if (engine.flavor == Flavor::sqlite)
    CHECK(*value.get<std::string>() == expected);
  else
    CHECK(value.get<value::Bytes>()->data == expected);
}

ENGINE_TEST_CASE("the columns of a result say their names and types", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection, "create table t (id bigint not null, name varchar(20), price decimal(10,2), raw " +
                       std::string(PerFlavor{"blob", "bytea", "blob"}[engine.flavor]) + ")");
  const auto rows = fetch(*connection, "select id, name, price, raw, id as id, 1 as \"x\" from t");
  if (engine.is_mysql_family()) {
    CHECK(rows.ok());  // "x" is a string there and still a good alias
  }
  REQUIRE(rows.ok());
  REQUIRE(rows->columns.size() == 6);
  const char* names[] = {"id", "name", "price", "raw", "id", "x"};
  for (std::size_t column = 0; column < 6; ++column) CHECK(rows->columns[column].name == names[column]);
  CHECK(rows->values.empty());
  CHECK(rows->columns[0].type.is<type::Int>());
  CHECK(rows->columns[1].type.is<type::Text>());
  CHECK(rows->columns[3].type.is<type::Bytes>());
  if (engine.flavor != Flavor::sqlite) CHECK(rows->columns[2].type.is<type::Decimal>());
}
