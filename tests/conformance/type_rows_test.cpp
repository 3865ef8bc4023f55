// Every type of every engine is created on every other one as the map says, and is then what the copier would
// have made of it.
#include <doctest/doctest.h>

#include <algorithm>

#include <fmt/format.h>

#include "engine/dialect/type_map.h"
#include "engine/drivers/registry.h"
#include "tests/support/engines.h"

using namespace bascule;
using namespace bascule::test;

namespace {

struct TypeCase {
  std::string name;
  std::string_view from;  // the engines that have it, by their first letters: s p m a
  Type type;
  // The codes of the notices, by target.
  std::string to_sqlite, to_postgres, to_mysql, to_mariadb = to_mysql;
  bool may_be_key = false;

  std::string_view notices(Flavor to) const {
    const std::string_view by_flavor[] = {to_sqlite, to_postgres, to_mysql, to_mariadb};
    return by_flavor[static_cast<std::size_t>(to)];
  }
  bool is_of(Flavor flavor) const {
    return from.find("spma"[static_cast<std::size_t>(flavor)]) != std::string_view::npos;
  }
};

const std::vector<TypeCase>& cases() {
  using namespace type;
  const std::string widened = "type_widened", as_text = "type_as_text", narrowed = "range_narrowed";
  static const std::vector<TypeCase> all{
      {"undeclared", "s", Any{}, "", "type_undeclared", "type_undeclared"},
      {"boolean", "spma", Bool{}, "", "", ""},
      {"int1", "ma", Int{1}, "", "", "", "", true},
      {"int2", "pma", Int{2}, "", "", "", "", true},
      {"int3", "ma", Int{3}, "", "", "", "", true},
      {"int4", "pma", Int{4}, "", "", "", "", true},
      {"int8", "spma", Int{8}, "", "", "", "", true},
      {"uint1", "ma", Int{1, true}, "", "", ""},
      {"uint2", "ma", Int{2, true}, "", "", ""},
      {"uint3", "ma", Int{3, true}, "", "", ""},
      {"uint4", "pma", Int{4, true}, "", "", ""},
      {"uint8", "ma", Int{8, true}, narrowed, "", ""},
      {"decimal", "spma", Decimal{10, 2}, widened, "", "", "", true},
      {"decimal of 65 digits", "pma", Decimal{65, 30}, widened, "", ""},
      {"decimal of 100 digits", "sp", Decimal{100, 2}, widened, "", narrowed},
      {"decimal without digits", "sp", Decimal{}, widened, "", narrowed},
      {"float4", "pma", Float{4}, "", "", ""},
      {"float8", "spma", Float{8}, "", "", ""},
      {"text", "spma", Text{}, "", "", ""},
      {"varchar", "spma", Text{20}, "", "", "", "", true},
      {"varchar(1000)", "pma", Text{1000}, "", "", ""},
      {"varchar(20000)", "p", Text{20000}, "", "", ""},
      {"char", "pma", Text{3, true}, "", "", "padding_kept", "padding_kept", true},
      {"bytes", "spma", Bytes{}, "", "", ""},
      {"varbinary", "ma", Bytes{16}, "", "", "", "", true},
      {"binary", "ma", Bytes{16, true}, "", "", "", "", true},
      {"date", "pma", Date{}, widened, "", narrowed, narrowed, true},
      {"time", "p", Time{}, widened, "", ""},
      {"time of mysql", "ma", Time{3}, widened, narrowed, ""},
      {"time with a zone", "p", Time{{}, true}, widened, "", as_text},
      {"timestamp", "p", Timestamp{}, widened, "", narrowed},
      {"timestamp(3)", "pma", Timestamp{3}, widened, "", narrowed, narrowed, true},
      {"instant", "pma", Timestamp{6, true}, widened, "", "zone_as_utc range_narrowed"},
      {"interval", "p", Interval{}, widened, "", as_text},
      {"uuid", "pa", Uuid{}, widened, "", "", "", true},
      {"json", "spa", Json{false}, widened, "", "json_normalised", ""},
      {"jsonb", "pm", Json{true}, widened, "", ""},
      {"enum of mysql", "ma", Enum{"", {"a", "it's", "c\\d"}}, "enum_as_check", "enum_as_check", ""},
      {"enum", "p", Enum{"mood", {"sad", "ok"}}, "enum_as_check", "", ""},
      {"enum with a blank", "p", Enum{"blank", {"a "}}, "enum_as_check", "", "enum_as_check"},
      {"set", "ma", Set{{"a", "b"}}, "labels_not_enforced", "labels_not_enforced", ""},
      {"array", "p", Array{{Int{4}}}, as_text, "", as_text},
      {"bits", "pma", Bits{10}, as_text, "", ""},
      {"many bits", "p", Bits{100}, as_text, "", as_text},
      {"bits of any number", "p", Bits{{}, true}, as_text, "", as_text},
      {"inet", "p", Network{NetworkKind::inet}, widened, "", as_text},
      {"cidr", "p", Network{NetworkKind::cidr}, widened, "", as_text},
      {"macaddr", "p", Network{NetworkKind::macaddr}, widened, "", as_text},
      {"inet6", "a", Network{NetworkKind::inet6}, widened, "", as_text, ""},
      {"year", "ma", Year{}, "", "", ""},
      {"tsvector", "p", Native{"tsvector"}, as_text, "", as_text},
      {"geometry", "ma", Native{"geometry"}, as_text, as_text, ""},
  };
  return all;
}

bool is_family(Flavor flavor) {
  return flavor == Flavor::mysql || flavor == Flavor::mariadb;
}

// One table for each type of `from`, another with it as a key.
Schema schema_of(Flavor from) {
  Namespace space{.name = "home"};
  int number = 100;
  for (const auto& row : cases()) {
    if (!row.is_of(from)) continue;
    Table table{.name = fmt::format("t{}", number++)};
    table.columns = {{.name = "id", .type = type::Int{8}, .nullable = false},
                     {.name = "c", .type = row.type, .native_type = ""}};
    table.primary_key = PrimaryKey{"", {"id"}};
    space.tables.push_back(table);
    if (!row.may_be_key) continue;
    table.name = fmt::format("k{}", number++);
    table.columns = {{.name = "c", .type = row.type, .native_type = "", .nullable = false}};
    table.primary_key = PrimaryKey{"", {"c"}};
    space.tables.push_back(table);
  }
  return {std::string(dialect(from).flavor_name), "home", {space}};
}

const TypeCase& case_of(const Type& type, Flavor from) {
  return *std::find_if(cases().begin(), cases().end(),
                       [&](const TypeCase& row) { return row.type == type && row.is_of(from); });
}

std::string codes(const std::vector<Notice>& notices, const std::string& object) {
  std::string out;
  for (const auto& notice : notices)
    if (notice.object == object) out += fmt::format("{}{}", out.empty() ? "" : " ", notice.code);
  return out;
}

}  // namespace

ENGINE_TEST_CASE("every type of every engine is made as the map says, and is then equivalent", on_all) {
  for (const Engine& from : engines()) {
    if (from.flavor == engine.flavor) continue;
    CAPTURE(from.name);
    Scratch scratch(engine);
    const auto connection = scratch.connect();
    auto before = connection->inspect({});
    REQUIRE(before.ok());
    const Schema source = schema_of(from.flavor);
    const Features& features = connection->features();
    const MappedSchema mapped = map_schema(source, features, before->default_namespace);
    REQUIRE(mapped.schema.namespaces.size() == 1);

    std::vector<Change> changes;
    for (const auto& table : mapped.schema.namespaces[0].tables)
      changes.push_back(change::AddTable{{before->default_namespace, table.name}, table});
    const auto planned = driver(engine.flavor).plan(changes, *before, features);
    if (!planned.ok()) FAIL(planned.error().text());
    for (const auto& step : planned->steps) {
      CAPTURE(step.sql);
      const auto done = execute(*connection, step.sql);
      if (!done.ok()) FAIL_CHECK(done.error().text());
    }

    const auto after = connection->inspect({});
    REQUIRE(after.ok());
    const Namespace* made = after->find_namespace(before->default_namespace);
    REQUIRE(made != nullptr);
    for (const auto& table : source.namespaces[0].tables) {
      const Column& column = *table.find_column("c");
      const TypeCase& row = case_of(column.type, from.flavor);
      CAPTURE(row.name);
      CAPTURE(table.name);
      const Table* there = made->find_table(table.name);
      REQUIRE(there != nullptr);
      const Column* have = there->find_column("c");
      REQUIRE(have != nullptr);
      CAPTURE(have->native_type);
      CHECK(is_equivalent(table, column, from.flavor, *have, features));
      const bool is_plain =
          table.name.starts_with("t") && !(is_family(from.flavor) && is_family(engine.flavor));
      if (is_plain) CHECK(codes(mapped.notices, table.name + ".c") == row.notices(engine.flavor));
      // What the map adds is there: the labels of an enum, valid JSON.
      const Table* wanted = mapped.schema.namespaces[0].find_table(table.name);
      REQUIRE(there->checks.size() == wanted->checks.size());
      for (std::size_t i = 0; i < wanted->checks.size(); ++i)
        CHECK(normalize_expression(there->checks[i].expression, engine.flavor) ==
              normalize_expression(wanted->checks[i].expression, engine.flavor));
    }
  }
}
