#include "engine/jobs/table_scope.h"

#include <doctest/doctest.h>

#include "engine/jobs/prefetch.h"
#include "tests/unit/table_source.h"

namespace bascule {
namespace {

Table table(const std::string& name, const std::vector<std::string>& references = {}) {
  Table out;
  out.name = name;
  for (const auto& referenced : references) {
    ForeignKey key;
    key.columns = {"x"};
    key.referenced_table = referenced;
    out.foreign_keys.push_back(key);
  }
  return out;
}

const Schema shop{"postgres",
                  "public",
                  {Namespace{"audit", {table("log"), table("orders")}},
                   Namespace{"public",
                             {table("customers"), table("items", {"orders"}), table("orders", {"customers"})},
                             {NamedObject{"recent"}}}}};

std::vector<std::string> names_of(const Schema& schema) {
  std::vector<std::string> names;
  for (const auto& space : schema.namespaces)
    for (const auto& one : space.tables)
      names.push_back(display_name({space.name, one.name}, schema.default_namespace));
  return names;
}

TEST_CASE("addresses and patterns choose tables") {
  struct Row {
    std::string name;
    TableAddress address;
    std::vector<std::string> patterns, chosen;
  };
  const std::vector<Row> rows{
      {"everything", {}, {}, {"audit.log", "audit.orders", "customers", "items", "orders"}},
      {"one table", {"", "orders"}, {}, {"orders"}},
      {"one table of a schema", {"audit", "orders"}, {}, {"audit.orders"}},
      {"a schema", {"audit", ""}, {}, {"audit.log", "audit.orders"}},
      {"names", {}, {"orders", "items"}, {"items", "orders"}},
      {"a glob of the default schema", {}, {"*ers"}, {"customers", "orders"}},
      {"a glob with a schema", {}, {"audit.*"}, {"audit.log", "audit.orders"}},
      {"globs on both sides", {}, {"*.o*"}, {"audit.orders", "orders"}},
      {"a name within an addressed schema", {"audit", ""}, {"orders"}, {"audit.orders"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto chosen = select_tables(shop, row.address, row.patterns);
    REQUIRE(chosen.ok());
    CHECK(names_of(*chosen) == row.chosen);
    const bool is_everything = row.name == "everything";
    CHECK(chosen->find_namespace("public")->views.empty() == !is_everything);
  }
}

TEST_CASE("what fits no table is an error that names the nearest") {
  struct Row {
    std::string name;
    TableAddress address;
    std::vector<std::string> patterns;
    std::string what, hint;
  };
  const std::vector<Row> rows{
      {"a table", {"", "order"}, {}, "no table is named order", "did you mean orders?"},
      {"a table of a schema",
       {"audit", "logs"},
       {},
       "no table is named audit.logs",
       "did you mean audit.log?"},
      {"a name", {}, {"orders", "costumers"}, "no table is named costumers", "did you mean customers?"},
      {"a glob", {}, {"zz*"}, "no table fits zz*", "\\dt lists the tables"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto chosen = select_tables(shop, row.address, row.patterns);
    REQUIRE_FALSE(chosen.ok());
    CHECK(chosen.error().what == row.what);
    CHECK(chosen.error().hint == row.hint);
  }
}

TEST_CASE("addresses of tables are read") {
  CHECK(parse_table_address("")->table.empty());
  CHECK(parse_table_address("orders")->table == "orders");
  CHECK(parse_table_address("audit.orders")->schema == "audit");
  for (const std::string text : {".", "a.", ".a", "a.b.c"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_table_address(text).ok());
  }
}

TEST_CASE("referenced tables come first, and a cycle ends") {
  const auto order = [](const Schema& schema) {
    std::string out;
    for (const auto& one : in_reference_order(schema)) out += one.name.table + " ";
    return out;
  };
  CHECK(order(shop) == "log orders customers orders items ");
  const Schema cycle{
      "sqlite",
      "main",
      {Namespace{"main", {table("a", {"b"}), table("b", {"a"}), table("c", {"c"}), table("d", {"a"})}}}};
  CHECK(order(cycle) == "c a b d ");
}

TEST_CASE("default schemas stand for each other") {
  const Schema lite{"sqlite", "main", {Namespace{"main", {}}}};
  const Schema other{"postgres", "app", {Namespace{"app", {}}, Namespace{"audit", {}}}};
  const auto pair = [](TableName name, const Schema& from, const Schema& to, TableAddress address = {}) {
    const TableName found = counterpart(name, from, to, address);
    return found.schema + "." + found.table;
  };
  CHECK(pair({"public", "t"}, shop, lite) == "main.t");
  CHECK(pair({"main", "t"}, lite, shop) == "public.t");
  CHECK(pair({"audit", "t"}, shop, other) == "audit.t");
  CHECK(pair({"audit", "t"}, shop, lite) == "main.t");
  CHECK(pair({"public", "t"}, shop, other) == "app.t");
  CHECK(pair({"public", "t"}, shop, other, {"audit", "u"}) == "audit.u");
}

TEST_CASE("rows read ahead come in their order, then the end or the error") {
  const auto numbers = [](std::size_t rows) {
    return ListedSource({{"n", type::Int{8}, ""}}, rows, [](Batch& batch, std::size_t row) {
      batch.add_integer(static_cast<std::int64_t>(row));
    });
  };
  const auto read = [](RowSource& source, std::int64_t& count) -> Result<void> {
    Prefetch prefetch(source, 10);
    for (;;) {
      TRY(const Batch* batch, prefetch.next());
      if (batch == nullptr) return {};
      for (std::size_t row = 0; row < batch->rows(); ++row) REQUIRE(batch->cell(row, 0).integer == count++);
    }
  };
  std::int64_t count = 0;
  SUBCASE("to the end") {
    auto source = numbers(1234);
    CHECK(read(source, count).ok());
    CHECK(count == 1234);
  }
  SUBCASE("nothing") {
    auto source = numbers(0);
    CHECK(read(source, count).ok());
    CHECK(count == 0);
  }
  SUBCASE("to the error, with what was complete before it") {
    auto source = numbers(1234);
    source.failure = Error{ErrorCode::connection, "gone", "", ""};
    const auto result = read(source, count);
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().what == "gone");
    CHECK(count == 1234);
  }
  SUBCASE("abandoned") {
    auto source = numbers(1'000'000);
    Prefetch prefetch(source, 10);
    CHECK(prefetch.next().ok());
  }
}

}  // namespace
}  // namespace bascule
