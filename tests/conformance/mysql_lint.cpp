// What a plan says of large tables: no server is needed.
#include <doctest/doctest.h>

#include "engine/drivers/registry.h"

using namespace bascule;

namespace {

constexpr std::int64_t many_rows = 2'000'000, few_rows = 10'000;
const TableName name{"db", "t"};
const Column number{.name = "a", .type = type::Int{4}, .native_type = "int"};
const Column words{.name = "w", .type = type::Text{20}, .native_type = "varchar(20)"};

Column with(Column column, const std::function<void(Column&)>& change) {
  change(column);
  return column;
}

Schema large_table(std::int64_t rows) {
  Table table{.name = "t", .columns = {number, words}};
  table.estimated_rows = rows;
  table.estimated_bytes = 512'000'000;
  return {.flavor = "mysql", .default_namespace = "db", .namespaces = {{.name = "db", .tables = {table}}}};
}

struct Case {
  const char* name;
  Change change;
  const char *mysql, *mariadb;  // the code; "" for none
};

const Column big = with(number, [](Column& c) {
  c.type = type::Int{8};
  c.native_type = "bigint";
});
const Column longer = with(words, [](Column& c) {
  c.type = type::Text{60};
  c.native_type = "varchar(60)";
});
const Column much_longer = with(words, [](Column& c) {
  c.type = type::Text{200};
  c.native_type = "varchar(200)";
});
const Column stored = with(number, [](Column& c) {
  c.name = "g";
  c.generated = {"`a` + 1", true};
});
const Column virtual_one = with(stored, [](Column& c) { c.generated->stored = false; });
const Column required = with(number, [](Column& c) { c.nullable = false; });
const Column other_default = with(number, [](Column& c) { c.default_sql = "7"; });
const Column added = with(number, [](Column& c) { c.name = "b"; });

const Case cases[] = {
    {"add a column", change::AddColumn{name, added}, "", ""},
    {"add a stored column", change::AddColumn{name, stored}, "rewrite_table", "rewrite_table"},
    {"add a virtual column", change::AddColumn{name, virtual_one}, "", ""},
    {"drop a column", change::DropColumn{name, number}, "", ""},
    {"another type", change::AlterColumn{name, number, big}, "rewrite_table", "rewrite_table"},
    {"a longer text", change::AlterColumn{name, words, longer}, "", ""},
    {"a text whose length takes two bytes", change::AlterColumn{name, words, much_longer}, "rewrite_table",
     "rewrite_table"},
    {"not null", change::AlterColumn{name, number, required}, "rewrite_table", "rewrite_table"},
    {"null", change::AlterColumn{name, required, number}, "rewrite_table", ""},
    {"another default", change::AlterColumn{name, number, other_default}, "", ""},
    {"an index", change::AddIndex{name, {"k", {{.column = "a"}}}}, "scan_table", "scan_table"},
    {"a fulltext index",
     change::AddIndex{name, {.name = "k", .parts = {{.column = "w"}}, .method = "fulltext"}}, "lock_table",
     "lock_table"},
    {"an index goes", change::DropIndex{name, {"k", {{.column = "a"}}}}, "", ""},
    {"a primary key", change::AlterPrimaryKey{name, {}, PrimaryKey{"", {"a"}}}, "rewrite_table",
     "rewrite_table"},
    {"a check", change::AddCheck{name, {"c", "`a` > 0"}}, "rewrite_table", "rewrite_table"},
    {"an engine", change::AlterTable{name, {}, {.storage_engine = "MyISAM"}}, "rewrite_table",
     "rewrite_table"},
    {"a comment", change::SetComment{name, ObjectKind::table, "", "", "x"}, "", ""},
};

std::vector<Notice> notices(const Change& change, std::int64_t rows, Flavor flavor) {
  const auto features = compute_features(flavor, flavor == Flavor::mysql ? "8.4.0" : "10.11.2");
  const auto planned = driver(flavor).plan(std::vector<Change>{change}, large_table(rows), features);
  REQUIRE(planned.ok());
  return planned->notices;
}

}  // namespace

TEST_CASE("mysql: a plan says what it does to large tables") {
  for (const auto& row : cases)
    for (const Flavor flavor : {Flavor::mysql, Flavor::mariadb}) {
      CAPTURE(row.name);
      const std::string wanted = flavor == Flavor::mysql ? row.mysql : row.mariadb;
      const auto found = notices(row.change, many_rows, flavor);
      CHECK(notices(row.change, few_rows, flavor).empty());
      if (wanted.empty()) {
        CHECK(found.empty());
        continue;
      }
      REQUIRE(found.size() == 2);  // and once how long to wait for the lock
      CHECK(found[0].code == wanted);
      CHECK(found[0].object == "t");
      CHECK(found[0].text.find("table t (about 2000000 rows, 512 MB)") != std::string::npos);
      CHECK(found[1].code == "lock_wait");
      CHECK(found[1].text.find("lock_wait_timeout") != std::string::npos);
    }
}
