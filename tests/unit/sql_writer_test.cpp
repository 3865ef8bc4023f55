#include "engine/dialect/sql_writer.h"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

namespace bascule {
namespace {

const Dialect& sqlite = dialect(Flavor::sqlite);
const Dialect& postgres = dialect(Flavor::postgres);
const Dialect& mysql = dialect(Flavor::mysql);
const Dialect& mariadb = dialect(Flavor::mariadb);

TEST_CASE("identifiers are always quoted, and end where they should") {
  struct Row {
    std::string name, standard, mysql;
  };
  for (const auto& row :
       std::vector<Row>{{"a", "\"a\"", "`a`"},
                        {"", "\"\"", "``"},
                        {"select", "\"select\"", "`select`"},
                        {"a\"b", "\"a\"\"b\"", "`a\"b`"},
                        {"a`b", "\"a`b\"", "`a``b`"},
                        {"a\"; DROP TABLE t; --", "\"a\"\"; DROP TABLE t; --\"", "`a\"; DROP TABLE t; --`"},
                        {"a.b", "\"a.b\"", "`a.b`"}}) {
    CAPTURE(row.name);
    CHECK(quote_identifier(row.name, sqlite) == row.standard);
    CHECK(quote_identifier(row.name, postgres) == row.standard);
    CHECK(quote_identifier(row.name, mysql) == row.mysql);
    CHECK(quote_identifier(row.name, mariadb) == row.mysql);
  }
  CHECK(quote_qualified("s", "t", postgres) == "\"s\".\"t\"");
  CHECK(quote_qualified("", "t", mysql) == "`t`");
}

TEST_CASE("text literals mean exactly their characters under every setting of the server") {
  struct Row {
    std::string name, text, sqlite, postgres, mysql;
  };
  const std::vector<Row> rows{
      {"plain", "abc", "'abc'", "'abc'", "'abc'"},
      {"empty", "", "''", "''", "''"},
      {"quote", "it's", "'it''s'", "'it''s'", "'it''s'"},
      {"injection", "'; DROP TABLE t; --", "'''; DROP TABLE t; --'", "'''; DROP TABLE t; --'",
       "'''; DROP TABLE t; --'"},
      {"double quote", "\"", "'\"'", "'\"'", "'\"'"},
      {"newline", "a\nb", "'a\nb'", "'a\nb'", "'a\nb'"},
      {"backslash", "a\\b", "'a\\b'", " E'a\\\\b'", "_utf8mb4 X'615c62'"},
      {"backslash before a quote", "\\'", "'\\'''", " E'\\\\'''", "_utf8mb4 X'5c27'"},
      {"injection by backslash", "\\'; DROP TABLE t; --", "'\\''; DROP TABLE t; --'",
       " E'\\\\''; DROP TABLE t; --'", "_utf8mb4 X'5c273b2044524f50205441424c4520743b202d2d'"},
      {"beyond ASCII", "\xC3\xA9", "'\xC3\xA9'", "'\xC3\xA9'", "'\xC3\xA9'"},
      // PostgreSQL's text holds neither: the server refuses these literals instead of storing something else.
      {"NUL", std::string("a\0b", 3), "CAST(X'610062' AS TEXT)",
       "convert_from(decode('610062', 'hex'), 'UTF8')", "_utf8mb4 X'610062'"},
      {"invalid UTF-8", "a\xFF", "CAST(X'61ff' AS TEXT)", "convert_from(decode('61ff', 'hex'), 'UTF8')",
       "_utf8mb4 X'61ff'"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(quote_literal(row.text, sqlite) == row.sqlite);
    CHECK(quote_literal(row.text, postgres) == row.postgres);
    CHECK(quote_literal(row.text, mysql) == row.mysql);
    CHECK(quote_literal(row.text, mariadb) == row.mysql);
  }
}

TEST_CASE("every value is a literal of its own type") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  struct Row {
    std::string name;
    Value value;
    std::string sqlite, postgres, mysql;
  };
  const std::vector<Row> rows{
      {"null", Value(), "NULL", "NULL", "NULL"},
      {"true", true, "1", "TRUE", "TRUE"},
      {"integer", std::int64_t{-5}, "-5", "-5", "-5"},
      {"unsigned", std::numeric_limits<std::uint64_t>::max(), "'18446744073709551615'",
       "18446744073709551615", "18446744073709551615"},
      {"real", 0.1, "0.1", "0.1", "0.1"},
      {"whole real", 1.0, "1.0", "1.0", "1e0"},
      {"large real", 1e300, "1e+300", "1e+300", "1e+300"},
      {"minus zero", -0.0, "-0.0", "'-0'::float8", "-0e0"},
      {"infinity", infinity, "9e999", "'Infinity'::float8", "Infinity"},
      {"minus infinity", -infinity, "-9e999", "'-Infinity'::float8", "-Infinity"},
      {"decimal", value::Decimal{"-12.50"}, "-12.50", "-12.50", "-12.50"},
      {"decimal of more digits than a double", value::Decimal{"1234567890.12345678901"},
       "'1234567890.12345678901'", "1234567890.12345678901", "1234567890.12345678901"},
      {"decimal NaN", value::Decimal{"NaN"}, "'NaN'", "'NaN'", "'NaN'"},
      {"text", std::string("it's"), "'it''s'", "'it''s'", "'it''s'"},
      {"bytes", value::Bytes{std::string("\0\xff", 2)}, "X'00ff'", "decode('00ff', 'hex')", "X'00ff'"},
      {"no bytes", value::Bytes{}, "X''", "decode('', 'hex')", "X''"},
      {"date", *parse_date("2024-02-29"), "'2024-02-29'", "'2024-02-29'", "'2024-02-29'"},
      {"timestamp", *parse_timestamp("2024-02-29 12:00:00+00"), "'2024-02-29 12:00:00+00'",
       "'2024-02-29 12:00:00+00'", "'2024-02-29 12:00:00+00'"},
      {"array", value::Array{{std::string("a'b"), Value()}}, "'{a''b,NULL}'", "'{a''b,NULL}'",
       "'{a''b,NULL}'"},
      {"spelled", value::Spelled{"1 mon"}, "'1 mon'", "'1 mon'", "'1 mon'"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(literal(row.value, sqlite) == row.sqlite);
    CHECK(literal(row.value, postgres) == row.postgres);
    CHECK(literal(row.value, mysql) == row.mysql);
    CHECK(literal(row.value, mariadb) == row.mysql);
  }
}

TEST_CASE("a writer puts blanks where they are needed") {
  const std::vector<std::string> columns{"a", "b c"};
  SqlWriter insert(postgres);
  insert.raw("INSERT INTO")
      .name("s", "t")
      .names(columns)
      .raw("VALUES (")
      .text("x")
      .raw(",")
      .value(std::int64_t{1})
      .raw(")");
  CHECK(insert.str() == "INSERT INTO \"s\".\"t\" (\"a\", \"b c\") VALUES ('x', 1)");
  SqlWriter select(mysql);
  select.raw("SELECT max(").name("n").raw(") FROM").name("t").raw("WHERE x =").text("\\");
  CHECK(select.str() == "SELECT max(`n`) FROM `t` WHERE x = _utf8mb4 X'5c'");
  SqlWriter minus(postgres);
  minus.raw("SELECT 1 -").value(std::int64_t{-1});
  CHECK(minus.str() == "SELECT 1 - -1");
}

}  // namespace
}  // namespace bascule
