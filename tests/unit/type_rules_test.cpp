#include "engine/dialect/type_rules.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/dialect/native_types.h"
#include "engine/dialect/type_map.h"
#include "engine/dialect/type_rows.h"

using namespace bascule;
using enum Flavor;

TEST_CASE("a file of type rules") {
  const auto rules = parse_type_rules(
      "# what we know better\n"
      "orders.total = numeric(20,4)\n"
      "\n"
      "  type:tinyint(1)=smallint  # not a boolean here\n"
      "*.state = enum('a','b#c')\n");
  REQUIRE(rules.ok());
  CHECK(*rules == TypeRules{{"orders.total", "", "numeric(20,4)"},
                            {"", "tinyint(1)", "smallint"},
                            {"*.state", "", "enum('a','b#c')"}});
  CHECK(parse_type_rules("")->empty());
}

TEST_CASE("what is no type rule is refused with its line") {
  struct BadCase {
    const char* name;
    std::string text, part;
  };
  const std::vector<BadCase> cases{
      {"no equals sign", "a.b = int\norders.total numeric", "line 2"},
      {"no type", "a.b =", "line 1"},
      {"no column", "orders = int", "\"orders\""},
      {"no table", ".b = int", "\".b\""},
      {"no type name", "type: = int", "names no type"},
  };
  for (const auto& row : cases) {
    CAPTURE(row.name);
    const auto rules = parse_type_rules(row.text);
    REQUIRE_FALSE(rules.ok());
    CHECK(rules.error().code == ErrorCode::usage);
    CHECK(rules.error().text().find(row.part) != std::string::npos);
    CHECK_FALSE(rules.error().hint.empty());
  }
}

TEST_CASE("the user's rules come before those of the map") {
  const Table table{
      .name = "Orders",
      .columns = {{.name = "total", .type = type::Text{}, .native_type = "TEXT"},
                  {.name = "flag", .type = type::Bool{}, .native_type = "tinyint(1)", .default_sql = "1"},
                  {.name = "id", .type = type::Int{8}, .native_type = "bigint"}}};
  struct RuleCase {
    const char* name;
    Flavor from, to;
    std::size_t column;
    std::string rule, native, portable, default_sql = "";
  };
  const std::vector<RuleCase> cases{
      {"by column", sqlite, postgres, 0, "orders.total=numeric(20,4)", "numeric(20,4)", "decimal(20,4)"},
      {"by glob", sqlite, mysql, 0, "*.tot?l = DECIMAL(10,2)", "DECIMAL(10,2)", "decimal(10,2)"},
      {"by declared type", mysql, postgres, 1, "type:TINYINT(1) = smallint", "smallint", "int2", "1"},
      {"by portable type", mysql, postgres, 1, "type:bool = integer", "integer", "int4", "1"},
      {"another column", sqlite, postgres, 0, "orders.id = integer", "text", "text"},
      {"inside the family", mysql, mariadb, 2, "orders.id = int", "int", "int4"},
      {"on one engine", postgres, postgres, 2, "orders.id = integer", "integer", "int4"},
      {"to sqlite", postgres, sqlite, 0, "orders.total = VARCHAR(9)", "VARCHAR(9)", "varchar(9)"},
      {"a type that is not known", postgres, mysql, 0, "orders.total = geometry", "geometry", "geometry"},
  };
  for (const auto& row : cases) {
    CAPTURE(row.name);
    const TypeRules rules{*parse_type_rule(row.rule)};
    const Column& column = table.columns[row.column];
    const Features target = compute_features(row.to, row.to == mysql     ? "8.4.0"
                                                     : row.to == mariadb ? "10.11.0"
                                                                         : "15.0");
    const auto mapped = map_column(table, column, row.from, target, rules);
    CHECK(mapped.column.native_type == row.native);
    CHECK(type_name(mapped.column.type) == row.portable);
    CHECK(mapped.column.default_sql.value_or("") == row.default_sql);
    CHECK(is_equivalent(table, column, row.from, mapped.column, target, rules));
  }
}

TEST_CASE("the types that an engine's words mean") {
  struct SpelledCase {
    Flavor flavor;
    std::string spelled, portable;
  };
  const std::vector<SpelledCase> cases{
      {postgres, "integer", "int4"},
      {postgres, "INT8", "int8"},
      {postgres, "numeric(10,2)", "decimal(10,2)"},
      {postgres, "numeric(10)", "decimal(10,0)"},
      {postgres, "numeric", "decimal"},
      {postgres, "double precision", "float8"},
      {postgres, "float(24)", "float4"},
      {postgres, "character varying(20)", "varchar(20)"},
      {postgres, "varchar", "text"},
      {postgres, "char", "char(1)"},
      {postgres, "timestamp(3) with time zone", "timestamptz(3)"},
      {postgres, "timestamp without time zone", "timestamp"},
      {postgres, "timestamptz", "timestamptz"},
      {postgres, "time(0)", "time(0)"},
      {postgres, "bit", "bit(1)"},
      {postgres, "bit varying(5)", "varbit(5)"},
      {postgres, "integer[]", "int4[]"},
      {postgres, "varchar(20)[]", "varchar(20)[]"},
      {postgres, "tsvector", "tsvector"},
      {postgres, "app.mood", "app.mood"},
      {mysql, "bigint(20) unsigned", "uint8"},
      {mysql, "tinyint(1)", "bool"},
      {mysql, "BOOLEAN", "bool"},
      {mysql, "decimal(10,2)", "decimal(10,2)"},
      {mysql, "enum('a','b''c')", "enum"},
      {mysql, "datetime(6)", "timestamp(6)"},
      {mysql, "json", "jsonb"},
      {mariadb, "json", "json"},
      {mariadb, "uuid", "uuid"},
      {mysql, "geometry", "geometry"},
      {sqlite, "DECIMAL(10,2)", "decimal(10,2)"},
      {sqlite, "VARCHAR(20)", "varchar(20)"},
  };
  for (const auto& row : cases) {
    CAPTURE(row.spelled);
    const auto type = parse_native_type(row.spelled, row.flavor);
    REQUIRE(type.ok());
    CHECK(type_name(*type) == row.portable);
  }
  for (const std::string spelled : {"", "varchar(20", "enum('a)", "a)("}) {
    CAPTURE(spelled);
    CHECK_FALSE(parse_native_type(spelled, postgres).ok());
  }
}

TEST_CASE("every row of the type map can be read, and every type finds one") {
  for (const auto& row : type_rows()) {
    CAPTURE(row.source);
    CAPTURE(row.becomes);
    CHECK(row.from.find_first_not_of("spma") == std::string_view::npos);
    CHECK(row.to.find_first_not_of("spma") == std::string_view::npos);
    if (row.becomes == "=" || row.becomes == "enum") continue;
    const std::string base(row.becomes.substr(0, row.becomes.find_first_of("%(")));
    const auto type = parse_type_name(base == "varchar" ? "varchar(1)" : base);
    REQUIRE(type.ok());
    CHECK_FALSE(type->is<type::Native>());
  }
}
