#include "engine/dialect/type_map.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/dialect/sqlite_types.h"

using namespace bascule;
using enum Flavor;

namespace {

Features features(Flavor flavor) {
  switch (flavor) {
    case sqlite:
      return compute_features(flavor, "3.40.1");
    case postgres:
      return compute_features(flavor, "15.20");
    case mysql:
      return compute_features(flavor, "9.7.4");
    case mariadb:
      return compute_features(flavor, "10.11.19-MariaDB");
  }
  return {};
}

std::string codes(const std::vector<Notice>& notices) {
  std::string out;
  for (const auto& notice : notices) out += (out.empty() ? "" : " ") + notice.code;
  return out;
}

Table table_with(Column column) {
  Table table{.name = "t"};
  table.columns.push_back(std::move(column));
  return table;
}

struct TypeCase {
  const char* name;
  Type type;
  Flavor from, to;
  std::string spelling, portable, notices = "";
};

const std::vector<TypeCase>& type_cases() {
  using namespace type;
  static const std::vector<TypeCase> cases{
      // --- to SQLite: TEXT where a number would lose something ---
      {"bool to sqlite", Bool{}, postgres, sqlite, "BOOLEAN", "bool"},
      {"int2 to sqlite", Int{2}, postgres, sqlite, "INTEGER", "int8"},
      {"uint4 to sqlite", Int{4, true}, mysql, sqlite, "INTEGER", "int8"},
      {"uint8 to sqlite", Int{8, true}, mysql, sqlite, "INTEGER", "int8", "range_narrowed"},
      {"decimal to sqlite", Decimal{10, 2}, postgres, sqlite, "TEXT", "text", "type_widened"},
      {"float4 to sqlite", Float{4}, postgres, sqlite, "REAL", "float8"},
      {"varchar to sqlite", Text{20}, mysql, sqlite, "TEXT", "text"},
      {"bytes to sqlite", Bytes{16, true}, mysql, sqlite, "BLOB", "bytes"},
      {"date to sqlite", Date{}, postgres, sqlite, "TEXT", "text", "type_widened"},
      {"time to sqlite", Time{3}, mariadb, sqlite, "TEXT", "text", "type_widened"},
      {"timestamptz to sqlite", Timestamp{{}, true}, postgres, sqlite, "TEXT", "text", "type_widened"},
      {"interval to sqlite", Interval{}, postgres, sqlite, "TEXT", "text", "type_widened"},
      {"uuid to sqlite", Uuid{}, postgres, sqlite, "TEXT", "text", "type_widened"},
      {"json to sqlite", Json{true}, mysql, sqlite, "TEXT", "text", "type_widened"},
      {"enum to sqlite", Enum{"", {"a"}}, mysql, sqlite, "TEXT", "text", "labels_not_enforced"},
      {"set to sqlite", Set{{"a"}}, mysql, sqlite, "TEXT", "text", "labels_not_enforced"},
      {"array to sqlite", Array{{Int{4}}}, postgres, sqlite, "TEXT", "text", "type_as_text"},
      {"bits to sqlite", Bits{3}, postgres, sqlite, "TEXT", "text", "type_as_text"},
      {"inet to sqlite", Network{}, postgres, sqlite, "TEXT", "text", "type_widened"},
      {"year to sqlite", Year{}, mysql, sqlite, "INTEGER", "int8"},
      {"native to sqlite", Native{"tsvector"}, postgres, sqlite, "TEXT", "text", "type_as_text"},

      // --- to PostgreSQL ---
      {"any to postgres", Any{}, sqlite, postgres, "text", "text", "type_undeclared"},
      {"bool to postgres", Bool{}, sqlite, postgres, "boolean", "bool"},
      {"int8 to postgres", Int{8}, sqlite, postgres, "bigint", "int8"},
      {"int1 to postgres", Int{1}, mysql, postgres, "smallint", "int2"},
      {"int3 to postgres", Int{3}, mysql, postgres, "integer", "int4"},
      {"uint1 to postgres", Int{1, true}, mysql, postgres, "smallint", "int2"},
      {"uint2 to postgres", Int{2, true}, mysql, postgres, "integer", "int4"},
      {"uint3 to postgres", Int{3, true}, mysql, postgres, "integer", "int4"},
      {"uint4 to postgres", Int{4, true}, mysql, postgres, "bigint", "int8"},
      {"uint8 to postgres", Int{8, true}, mysql, postgres, "numeric(20,0)", "decimal(20,0)"},
      {"decimal to postgres", Decimal{10, 2}, mysql, postgres, "numeric(10,2)", "decimal(10,2)"},
      {"bare decimal to postgres", Decimal{}, sqlite, postgres, "numeric", "decimal"},
      {"float4 to postgres", Float{4}, mysql, postgres, "real", "float4"},
      {"float8 to postgres", Float{8}, sqlite, postgres, "double precision", "float8"},
      {"varchar of sqlite is a wish", Text{20}, sqlite, postgres, "text", "text"},
      {"varchar to postgres", Text{20}, mysql, postgres, "varchar(20)", "varchar(20)"},
      {"char to postgres", Text{3, true}, mysql, postgres, "varchar(3)", "varchar(3)"},
      {"bytes to postgres", Bytes{16, true}, mysql, postgres, "bytea", "bytes"},
      {"date to postgres", Date{}, mysql, postgres, "date", "date"},
      {"bare time of mysql", Time{}, mysql, postgres, "time(0)", "time(0)", "range_narrowed"},
      {"bare datetime of mysql", Timestamp{}, mysql, postgres, "timestamp(0)", "timestamp(0)"},
      {"timestamp of mysql", Timestamp{6, true}, mariadb, postgres, "timestamptz(6)", "timestamptz(6)"},
      {"uuid to postgres", Uuid{}, mariadb, postgres, "uuid", "uuid"},
      {"json of mysql", Json{true}, mysql, postgres, "jsonb", "jsonb"},
      {"json of mariadb", Json{false}, mariadb, postgres, "json", "json"},
      {"enum to postgres", Enum{"", {"a"}}, mysql, postgres, "text", "text", "labels_not_enforced"},
      {"set to postgres", Set{{"a"}}, mysql, postgres, "text", "text", "labels_not_enforced"},
      {"bits to postgres", Bits{10}, mysql, postgres, "bit(10)", "bit(10)"},
      {"inet6 to postgres", Network{NetworkKind::inet6}, mariadb, postgres, "inet", "inet"},
      {"year to postgres", Year{}, mysql, postgres, "smallint", "int2"},
      {"native to postgres", Native{"geometry"}, mysql, postgres, "text", "text", "type_as_text"},

      // --- to MySQL and MariaDB ---
      {"any to mysql", Any{}, sqlite, mysql, "longtext", "text", "type_undeclared"},
      {"bool to mysql", Bool{}, postgres, mysql, "tinyint(1)", "bool"},
      {"int8 to mysql", Int{8}, sqlite, mysql, "bigint", "int8"},
      {"int2 to mysql", Int{2}, postgres, mysql, "smallint", "int2"},
      {"decimal to mysql", Decimal{65, 30}, postgres, mysql, "decimal(65,30)", "decimal(65,30)"},
      {"bare decimal to mysql", Decimal{}, postgres, mysql, "decimal(65,30)", "decimal(65,30)",
       "range_narrowed"},
      {"wide decimal to mysql", Decimal{100, 2}, postgres, mysql, "decimal(65,30)", "decimal(65,30)",
       "range_narrowed"},
      {"negative scale", Decimal{5, -2}, postgres, mysql, "decimal(65,30)", "decimal(65,30)",
       "range_narrowed"},
      {"float4 to mysql", Float{4}, postgres, mysql, "float", "float4"},
      {"text to mysql", Text{}, postgres, mysql, "longtext", "text"},
      {"varchar to mysql", Text{16383}, postgres, mysql, "varchar(16383)", "varchar(16383)"},
      {"long varchar to mysql", Text{16384}, postgres, mysql, "longtext", "text"},
      {"char to mysql", Text{3, true}, postgres, mysql, "varchar(3)", "varchar(3)", "padding_kept"},
      {"bytes to mysql", Bytes{}, postgres, mysql, "longblob", "bytes"},
      {"date to mysql", Date{}, postgres, mysql, "date", "date", "range_narrowed"},
      {"time to mysql", Time{}, postgres, mysql, "time(6)", "time(6)"},
      {"timetz to mysql", Time{{}, true}, postgres, mysql, "longtext", "text", "type_as_text"},
      {"bare timestamp of postgres", Timestamp{}, postgres, mysql, "datetime(6)", "timestamp(6)",
       "range_narrowed"},
      {"timestamptz to mysql", Timestamp{3, true}, postgres, mysql, "datetime(3)", "timestamp(3)",
       "zone_as_utc range_narrowed"},
      {"interval to mysql", Interval{}, postgres, mysql, "longtext", "text", "type_as_text"},
      {"uuid to mysql", Uuid{}, postgres, mysql, "char(36)", "char(36)"},
      {"uuid to mariadb", Uuid{}, postgres, mariadb, "uuid", "uuid"},
      {"jsonb to mysql", Json{true}, postgres, mysql, "json", "jsonb"},
      {"json to mysql", Json{}, postgres, mysql, "json", "jsonb", "json_normalised"},
      {"json to mariadb", Json{}, postgres, mariadb, "json", "json"},
      {"enum to mysql", Enum{"mood", {"a", "it's"}}, postgres, mysql, "enum('a','it''s')", "enum"},
      {"enum with a blank", Enum{"mood", {"a "}}, postgres, mysql, "longtext", "text", "labels_not_enforced"},
      {"array to mysql", Array{{Text{}}}, postgres, mysql, "longtext", "text", "type_as_text"},
      {"bits to mysql", Bits{64}, postgres, mysql, "bit(64)", "bit(64)"},
      {"long bits to mysql", Bits{65}, postgres, mysql, "longtext", "text", "type_as_text"},
      {"inet to mariadb", Network{}, postgres, mariadb, "varchar(43)", "varchar(43)", "type_as_text"},

      // --- inside the family ---
      {"json of mysql to mariadb", Json{true}, mysql, mariadb, "json", "json"},
      {"json of mariadb to mysql", Json{false}, mariadb, mysql, "json", "jsonb", "json_normalised"},
      {"uuid of mariadb to mysql", Uuid{}, mariadb, mysql, "char(36)", "char(36)"},
      {"inet6 of mariadb to mysql", Network{NetworkKind::inet6}, mariadb, mysql, "varchar(43)", "varchar(43)",
       "type_as_text"},
  };
  return cases;
}

}  // namespace

TEST_CASE("every portable type has a place on every engine") {
  for (const auto& row : type_cases()) {
    CAPTURE(row.name);
    const Column column{.name = "c", .type = row.type, .native_type = "as it was"};
    const auto mapped = map_column(table_with(column), column, row.from, features(row.to));
    CHECK(mapped.column.native_type == row.spelling);
    CHECK(type_name(mapped.column.type) == row.portable);
    CHECK(codes(mapped.notices) == row.notices);
    for (const auto& notice : mapped.notices) CHECK(notice.object == "t.c");
    CHECK(is_equivalent(table_with(column), column, row.from, mapped.column, features(row.to)));
    CHECK(spell_type(mapped.column.type, features(row.to)) == row.spelling);
  }
}

TEST_CASE("a type that an engine lacks is spelled as what takes its place") {
  using namespace type;
  const std::vector<Type> all{
      Bool{},     Int{1},  Int{3}, Int{8, true},    Decimal{},     Decimal{10, 2}, Float{4},   Text{},
      Text{9},    Bytes{}, Date{}, Time{},          Time{3, true}, Timestamp{},    Interval{}, Uuid{},
      Json{true}, Enum{},  Set{},  Array{{Int{4}}}, Bits{3},       Network{},      Year{},     Native{"x"}};
  for (const auto& row : all_dialects())
    for (const auto& type : all) {
      CAPTURE(row.flavor_name);
      CAPTURE(type_name(type));
      CHECK_FALSE(spell_type(type, features(row.flavor)).empty());
    }
  CHECK(spell_type(Any{}, features(sqlite)).empty());
  CHECK(spell_type(Array{{Text{20}}}, features(postgres)) == "varchar(20)[]");
}

TEST_CASE("on the same engine a column is itself") {
  const Column column{
      .name = "c", .type = type::Native{"geometry"}, .native_type = "geometry", .collation = "x"};
  for (const auto& row : all_dialects())
    CHECK(map_column(table_with(column), column, row.flavor, features(row.flavor)).column == column);
}

TEST_CASE("keys on MySQL have a length and compare exactly") {
  Table table{.name = "t"};
  table.columns = {{.name = "a", .type = type::Text{}},
                   {.name = "b", .type = type::Text{}},
                   {.name = "n", .type = type::Int{8}},
                   {.name = "x", .type = type::Bytes{}},
                   {.name = "free", .type = type::Text{}}};
  table.primary_key = PrimaryKey{"", {"a"}};
  table.indexes = {
      {.name = "u", .parts = {{.column = "b"}, {.column = "n"}, {.column = "x"}}, .unique = true},
      {.name = "i", .parts = {{.column = "free"}}},
      // A varchar(768) alone would fill the index: all texts share its room.
      {.name = "j", .parts = {{.column = "a"}, {.column = "free"}, {.column = "n"}}}};
  const auto target = features(mysql);
  const auto native = [&](std::size_t i) {
    return map_column(table, table.columns[i], sqlite, target).column;
  };
  CHECK(native(0).native_type == "varchar(768)");
  CHECK(native(0).collation == "utf8mb4_0900_bin");
  CHECK_FALSE(native(0).nullable);
  CHECK(native(1).native_type == "varchar(382)");
  CHECK(native(3).native_type == "varbinary(1528)");
  CHECK(native(4).native_type == "longtext");
  CHECK(map_column(table, table.columns[4], sqlite, features(mariadb)).column.collation ==
        "utf8mb4_nopad_bin");

  Schema schema{"sqlite", "main", {{.name = "main", .tables = {table}}}};
  const auto mapped = map_schema(schema, target, "shop");
  const Table* result = mapped.schema.find_namespace("shop")->find_table("t");
  REQUIRE(result != nullptr);
  REQUIRE(result->indexes.size() == 3);
  CHECK(result->indexes[1].parts[0].prefix_length == 768);
  CHECK(result->indexes[2].parts[0].prefix_length == 382);
  CHECK(result->indexes[2].parts[1].prefix_length == 382);
  CHECK_FALSE(result->indexes[2].parts[2].prefix_length.has_value());
}

TEST_CASE("identities") {
  struct IdentityCase {
    const char* name;
    Flavor from, to;
    Identity identity;
    Type type;
    std::vector<std::string> key;
    Identity expected;
    std::string notices = "";
  };
  const std::vector<IdentityCase> cases{
      {"rowid to postgres", sqlite, postgres, Identity::rowid, type::Int{8}, {"c"}, Identity::by_default},
      {"autoincrement to mysql",
       sqlite,
       mysql,
       Identity::by_default,
       type::Int{8},
       {"c"},
       Identity::by_default},
      {"serial to sqlite", postgres, sqlite, Identity::serial, type::Int{4}, {"c"}, Identity::by_default},
      {"always to mariadb", postgres, mariadb, Identity::always, type::Int{8}, {"c"}, Identity::by_default},
      {"auto_increment to postgres",
       mysql,
       postgres,
       Identity::by_default,
       type::Int{8, true},
       {"c"},
       Identity::by_default,
       "range_narrowed"},
      {"no key on sqlite",
       postgres,
       sqlite,
       Identity::serial,
       type::Int{4},
       {},
       Identity::none,
       "identity_not_carried"},
      {"a key of two on sqlite",
       postgres,
       sqlite,
       Identity::serial,
       type::Int{4},
       {"c", "d"},
       Identity::none,
       "identity_not_carried"},
      {"a key of two on mysql",
       postgres,
       mysql,
       Identity::serial,
       type::Int{4},
       {"c", "d"},
       Identity::by_default},
      {"second in the key on mysql",
       postgres,
       mysql,
       Identity::serial,
       type::Int{4},
       {"d", "c"},
       Identity::none,
       "identity_not_carried"},
      {"none", mysql, postgres, Identity::none, type::Int{4}, {"c"}, Identity::none},
  };
  for (const auto& row : cases) {
    CAPTURE(row.name);
    const Column column{.name = "c",
                        .type = row.type,
                        .default_sql = row.identity == Identity::serial
                                           ? std::optional<std::string>("nextval('t_c_seq'::regclass)")
                                           : std::nullopt,
                        .identity = row.identity,
                        .identity_next = 7};
    Table table = table_with(column);
    table.columns.push_back({.name = "d", .type = type::Int{4}});
    if (!row.key.empty()) table.primary_key = PrimaryKey{"", row.key};
    const auto mapped = map_column(table, column, row.from, features(row.to));
    CHECK(mapped.column.identity == row.expected);
    CHECK_FALSE(mapped.column.default_sql);
    CHECK(codes(mapped.notices) == row.notices);
    if (row.expected != Identity::none) CHECK(mapped.column.identity_next == 7);
  }
}

TEST_CASE("defaults") {
  struct DefaultCase {
    const char* name;
    Flavor from, to;
    Type type;
    std::string sql, expected;  // "" for none
    std::string notices = "";
  };
  using namespace type;
  const std::vector<DefaultCase> cases{
      {"number", sqlite, postgres, Int{8}, "0", "0"},
      {"negative number", postgres, mysql, Int{4}, "'-1'::integer", "-1"},
      {"number in parentheses", sqlite, postgres, Float{8}, "(1.5)", "1.5"},
      {"quoted number", mysql, postgres, Decimal{10, 2}, "'0.00'", "0.00"},
      {"text", sqlite, postgres, Text{}, "'it''s'", "'it''s'"},
      {"text of postgres", postgres, mariadb, Text{9}, "'a'::character varying", "'a'"},
      {"text with a backslash from mysql", mysql, sqlite, Text{9}, "'a\\'b'", "'a''b'"},
      {"introducer", mysql, postgres, Text{9}, "_utf8mb4'x'", "'x'"},
      {"double quotes of sqlite", sqlite, postgres, Text{}, "\"x\"", "'x'"},
      {"long text on mysql", sqlite, mysql, Text{}, "'x'", "('x')"},
      {"number as text", sqlite, postgres, Text{}, "0", "'0'"},
      {"decimal to sqlite", postgres, sqlite, Decimal{10, 2}, "0", "'0'", "type_widened"},
      {"null", sqlite, postgres, Text{}, "NULL", ""},
      {"null of postgres", postgres, sqlite, Text{}, "NULL::character varying", ""},
      {"integer boolean to postgres", sqlite, postgres, Bool{}, "0", "false"},
      {"quoted boolean to postgres", mysql, postgres, Bool{}, "'1'", "true"},
      {"true to sqlite", postgres, sqlite, Bool{}, "true", "1"},
      {"false to mysql", postgres, mysql, Bool{}, "false", "0"},
      {"a boolean that is none", sqlite, postgres, Bool{}, "2", "", "default_not_carried"},
      {"now in sqlite's text", sqlite, postgres, Text{}, "CURRENT_TIMESTAMP",
       "to_char((now() AT TIME ZONE 'utc'), 'YYYY-MM-DD HH24:MI:SS')"},
      {"datetime('now')", sqlite, mysql, Text{}, "datetime('now')",
       "(date_format(utc_timestamp(), '%Y-%m-%d %H:%i:%s'))"},
      {"current_date of sqlite", sqlite, postgres, Text{}, "current_date",
       "to_char((now() AT TIME ZONE 'utc'), 'YYYY-MM-DD')"},
      {"now() to mysql", postgres, mysql, Timestamp{}, "now()", "CURRENT_TIMESTAMP(6)", "range_narrowed"},
      {"now() of an instant to mysql", postgres, mysql, Timestamp{{}, true}, "CURRENT_TIMESTAMP",
       "(utc_timestamp(6))", "zone_as_utc range_narrowed"},
      {"now() of an instant to sqlite", postgres, sqlite, Timestamp{{}, true}, "now()",
       "(strftime('%Y-%m-%d %H:%M:%f', 'now') || '+00')", "type_widened"},
      {"current_timestamp() to postgres", mariadb, postgres, Timestamp{}, "current_timestamp()",
       "CURRENT_TIMESTAMP"},
      {"current_timestamp(6) to postgres", mysql, postgres, Timestamp{6}, "CURRENT_TIMESTAMP(6)",
       "CURRENT_TIMESTAMP"},
      {"datetime to sqlite", mysql, sqlite, Timestamp{}, "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP",
       "type_widened"},
      {"current date", postgres, mysql, Date{}, "CURRENT_DATE", "(curdate())", "range_narrowed"},
      {"zero date", mysql, postgres, Date{}, "'0000-00-00'", "", "default_not_carried"},
      {"date literal", mysql, postgres, Date{}, "'2000-01-01'", "'2000-01-01'"},
      {"uuid", postgres, mysql, Uuid{}, "gen_random_uuid()", "(uuid())"},
      {"uuid to sqlite", postgres, sqlite, Uuid{}, "gen_random_uuid()", "",
       "type_widened default_not_carried"},
      {"expression", sqlite, postgres, Int{8}, "(strftime('%s','now'))", "", "default_not_carried"},
      {"two terms", postgres, mysql, Int{4}, "1 + 2", "(1 + 2)"},
      {"bytes", mysql, postgres, Bytes{9}, "x'00'", "('\\x00'::bytea)"},
      {"bytes for a text", mysql, postgres, Text{9}, "x'00'", "", "default_not_carried"},
      {"a function", postgres, mysql, Text{9}, "lower('A'::text)", "(lower('A'))"},
      {"a function that gives text for a number", postgres, mysql, Int{4}, "lower('1')", "",
       "default_not_carried"},
      {"an unknown function", postgres, mysql, Int{4}, "f(1)", "", "default_not_carried"},
  };
  for (const auto& row : cases) {
    CAPTURE(row.name);
    const Column column{.name = "c", .type = row.type, .default_sql = row.sql};
    const auto mapped = map_column(table_with(column), column, row.from, features(row.to));
    CHECK(mapped.column.default_sql.value_or("") == row.expected);
    CHECK(codes(mapped.notices) == row.notices);
  }
}

TEST_CASE("columns are compared by meaning") {
  struct EquivalenceCase {
    const char* name;
    Flavor from, to;
    Column want, have;
    bool equal;
  };
  using namespace type;
  const auto column = [](Type type, std::optional<std::string> default_sql = {}) {
    return Column{.name = "c", .type = std::move(type), .default_sql = std::move(default_sql)};
  };
  auto required = column(Int{4});
  required.nullable = false;
  auto rowid = column(Int{8});
  rowid.identity = Identity::rowid;
  auto generated = column(Int{8});
  generated.generated = Generated{"a + 1"};
  const std::vector<EquivalenceCase> cases{
      {"the same", postgres, postgres, column(Int{4}), column(Int{4}), true},
      {"another width", postgres, postgres, column(Int{4}), column(Int{8}), false},
      {"integers of sqlite", mysql, sqlite, column(Int{2}), column(Int{8}), true},
      {"narrower than wanted", sqlite, postgres, column(Int{8}), column(Int{4}), false},
      {"nullable", postgres, postgres, required, column(Int{4}), false},
      {"decimal kept as text", postgres, sqlite, column(Decimal{10, 2}), column(Text{}), true},
      {"decimal kept as number", postgres, sqlite, column(Decimal{10, 2}), column(Decimal{10, 2}), false},
      {"more digits", mysql, postgres, column(Timestamp{}), column(Timestamp{}), true},
      {"fewer digits", postgres, mysql, column(Timestamp{}), column(Timestamp{3}), false},
      {"boolean and tinyint", postgres, mysql, column(Bool{}), column(Int{1}), true},
      {"jsonb and json", mysql, postgres, column(Json{true}), column(Json{false}), true},
      {"default by value", postgres, mysql, column(Decimal{5, 2}, "0"), column(Decimal{5, 2}, "0.00"), true},
      {"boolean default", sqlite, mysql, column(Bool{}, "1"), column(Bool{}, "'1'"), true},
      {"another default", sqlite, mysql, column(Int{8}, "1"), column(Int{8}, "2"), false},
      {"default null is none", postgres, mysql, column(Text{9}, "NULL"), column(Text{9}), true},
      {"spellings of now", postgres, postgres, column(Timestamp{}, "now()"),
       column(Timestamp{}, "CURRENT_TIMESTAMP"), true},
      {"the clock as text in postgres", sqlite, postgres, column(Text{}, "CURRENT_TIMESTAMP"),
       column(Text{}, "to_char((now() AT TIME ZONE 'utc'::text), 'YYYY-MM-DD HH24:MI:SS'::text)"), true},
      {"the clock as text in mysql", sqlite, mysql, column(Text{}, "CURRENT_TIMESTAMP"),
       column(Text{}, "date_format(utc_timestamp(),_utf8mb4'%Y-%m-%d %H:%i:%s')"), true},
      {"rowid comes by itself", mysql, sqlite, column(Int{4}), rowid, true},
      {"an identity that is missing", sqlite, postgres, rowid, column(Int{8}), false},
      {"generated", postgres, postgres, generated, column(Int{8}), false},
      {"labels", postgres, mysql, column(Enum{"m", {"a", "b"}}), column(Enum{"", {"a", "b"}}), true},
      {"other labels", postgres, mysql, column(Enum{"m", {"a", "b"}}), column(Enum{"", {"a"}}), false},
  };
  for (const auto& row : cases) {
    CAPTURE(row.name);
    Table table = table_with(row.want);
    if (row.want.identity != Identity::none || row.have.identity != Identity::none)
      table.primary_key = PrimaryKey{"", {"c"}};
    CHECK(is_equivalent(table, row.want, row.from, row.have, features(row.to)) == row.equal);
  }
}

TEST_CASE("a schema is carried to every other engine, and what is not is listed") {
  Table table{.name = "t"};
  table.columns = {{.name = "id", .type = type::Int{8}, .nullable = false},
                   {.name = "name", .type = type::Text{20}}};
  table.primary_key = PrimaryKey{"t_pkey", {"id"}};
  table.indexes = {{.name = "by_name", .parts = {{.column = "name"}}},
                   {.name = "partial", .parts = {{.column = "name"}}, .unique = true, .where = "id > 5"},
                   {.name = "lowered", .parts = {{.expression = "lower(name)"}}},
                   {.name = "words", .parts = {{.column = "name"}}, .method = "gin"}};
  table.checks = {{"positive", "id > 0"}, {"unknown", "f(id) > 0"}};
  Table other{.name = "u", .columns = {{.name = "t_id", .type = type::Int{8}}}};
  other.indexes = {{.name = "by_name", .parts = {{.column = "t_id"}}}};
  other.foreign_keys = {{.name = "fk",
                         .columns = {"t_id"},
                         .referenced_schema = "app",
                         .referenced_table = "t",
                         .referenced_columns = {"id"},
                         .on_delete = ForeignKeyAction::set_default,
                         .deferrable = true}};
  Namespace space{.name = "app", .tables = {table, other}, .views = {{.name = "v"}}};
  Namespace second{.name = "second", .tables = {table}};
  const Schema schema{"postgres", "app", {space, second}, {}, {{"materialized view app.m"}}};

  for (const Flavor flavor : {sqlite, mysql, mariadb}) {
    CAPTURE(dialect(flavor).flavor_name);
    const auto mapped = map_schema(schema, features(flavor), "target");
    REQUIRE(mapped.schema.namespaces.size() == 1);
    CHECK(mapped.schema.default_namespace == "target");
    const auto& tables = mapped.schema.namespaces[0].tables;
    REQUIRE(tables.size() == 2);
    CHECK(tables[0].primary_key->name.empty());
    // What each engine has: SQLite partial indexes and expressions, MySQL expressions.
    REQUIRE(tables[0].indexes.size() == (flavor == sqlite ? 3 : flavor == mysql ? 2 : 1));
    CHECK(tables[0].indexes[0].name == (flavor == sqlite ? "t__by_name" : "by_name"));
    REQUIRE(tables[0].checks.size() == 1);
    CHECK(tables[0].checks[0].name == "positive");
    CHECK(normalize_expression(tables[0].checks[0].expression, flavor) == "id > 0");
    CHECK(tables[1].foreign_keys.at(0).referenced_schema.empty());
    CHECK(tables[1].foreign_keys.at(0).deferrable == (flavor == sqlite));
    std::string listed;
    for (const auto& notice : mapped.notices) listed += notice.code + ":" + notice.object + " ";
    CHECK((listed.find("index_not_carried:t.partial") != std::string::npos) == (flavor != sqlite));
    CHECK((listed.find("index_not_carried:t.lowered") != std::string::npos) == (flavor == mariadb));
    CHECK(listed.find("index_not_carried:t.words") != std::string::npos);
    CHECK(listed.find("check_not_carried:t.unknown") != std::string::npos);
    CHECK(listed.find("not_carried:v ") != std::string::npos);
    CHECK(listed.find("not_carried:second.t") != std::string::npos);
    CHECK(listed.find("not_carried:materialized view app.m") != std::string::npos);
    CHECK((listed.find("action_not_carried:u.fk") != std::string::npos) == (flavor != sqlite));
    CHECK(validate(mapped.schema).ok());
  }
  const auto same = map_schema(schema, features(postgres), "public");
  REQUIRE(same.schema.namespaces.size() == 2);
  CHECK(same.schema.namespaces[0].name == "public");
  CHECK(same.schema.namespaces[0].tables ==
        std::vector<Table>{table, [&] {
                             Table unqualified = other;
                             unqualified.foreign_keys[0].referenced_schema.clear();
                             return unqualified;
                           }()});
}

TEST_CASE("SQLite's declared types") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"INTEGER", "int8"},
      {"int", "int8"},
      {"UNSIGNED BIG INT", "int8"},
      {"tinyint(1)", "int8"},
      {"BOOLEAN", "bool"},
      {"TEXT", "text"},
      {"VARCHAR(20)", "varchar(20)"},
      {"character varying (5)", "varchar(5)"},
      {"NCHAR", "text"},
      {"CLOB", "text"},
      {"BLOB", "bytes"},
      {"VARBINARY(16)", "bytes"},
      {"REAL", "float8"},
      {"DOUBLE PRECISION", "float8"},
      {"FLOAT", "float8"},
      {"DECIMAL(10, 2)", "decimal(10,2)"},
      {"NUMERIC", "decimal"},
      {"DECIMAL(5)", "decimal(5,0)"},
      {"DATETIME", "text"},
      {"TIMESTAMP", "text"},
      {"JSON", "json"},
      {"UUID", "text"},
      {"", "any"},
      {"GEOMETRY", "any"},
  };
  for (const auto& [declared, portable] : cases) {
    CAPTURE(declared);
    CHECK(type_name(sqlite_declared_type(declared)) == portable);
  }
}
