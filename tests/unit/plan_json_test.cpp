#include "engine/jobs/plan_json.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "engine/jobs/schema_json.h"

using namespace bascule;
using Json = nlohmann::ordered_json;

namespace {

const TableName name{"public", "t"};

Plan every_change() {
  const Column column{.name = "c", .type = type::Int{4}, .native_type = "integer", .default_sql = "0"};
  Column wider = column;
  wider.type = type::Int{8};
  const Table table{.name = "t", .columns = {column}, .primary_key = PrimaryKey{"t_pkey", {"c"}}};
  const Index index{.name = "i", .parts = {{.column = "c"}}, .unique = true};
  const ForeignKey key{.name = "",
                       .columns = {"c"},
                       .referenced_schema = "",
                       .referenced_table = "u",
                       .referenced_columns = {"id"},
                       .on_delete = ForeignKeyAction::set_null};
  Plan plan;
  plan.changes = {change::AddTable{name, table},
                  change::DropTable{name, table},
                  change::AddColumn{name, column},
                  change::DropColumn{name, column},
                  change::AlterColumn{name, wider, column},
                  change::AddIndex{name, index},
                  change::DropIndex{name, index},
                  change::AddForeignKey{name, key},
                  change::DropForeignKey{name, key},
                  change::AlterPrimaryKey{name, {}, PrimaryKey{"", {"c"}}}};
  plan.steps = {{.sql = "ALTER TABLE t ...",
                 .undo_sql = "",
                 .comment = "why",
                 .loses_data = true,
                 .in_transaction = false}};
  plan.notices = {{"type_widened", "t.c", "becomes more"}};
  return plan;
}

}  // namespace

TEST_CASE("a plan as JSON has every kind of change with both sides") {
  const Json json = Json::parse(plan_to_json(every_change(), "public"));
  CHECK(json["equal"] == false);
  struct ChangeCase {
    const char *kind, *object;
    bool has_from, has_to, loses;
  };
  const std::vector<ChangeCase> cases{
      {"add_table", "t", false, true, false},          {"drop_table", "t", true, false, true},
      {"add_column", "t.c", false, true, false},       {"drop_column", "t.c", true, false, true},
      {"alter_column", "t.c", true, true, true},       {"add_index", "t.i", false, true, false},
      {"drop_index", "t.i", true, false, false},       {"add_foreign_key", "t.c", false, true, false},
      {"drop_foreign_key", "t.c", true, false, false}, {"add_primary_key", "t", false, true, false},
  };
  REQUIRE(json["changes"].size() == cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& row = cases[i];
    const Json& change = json["changes"][i];
    CAPTURE(row.kind);
    CHECK(change["kind"] == row.kind);
    CHECK(change["object"] == row.object);
    CHECK(change["from"].is_null() != row.has_from);
    CHECK(change["to"].is_null() != row.has_to);
    CHECK(change["loses_data"] == row.loses);
  }
  CHECK(json["changes"][4]["from"]["type"] == "int8");
  CHECK(json["changes"][4]["to"]["type"] == "int4");
  CHECK(json["changes"][0]["to"]["primary_key"]["columns"] == Json{"c"});
  CHECK(json["changes"][7]["to"]["on_delete"] == "set null");
  CHECK(json["steps"] ==
        Json::parse(R"([{"sql":"ALTER TABLE t ...","undo_sql":"","comment":"why","loses_data":true,)"
                    R"("in_transaction":false,"reversible":true}])"));
  CHECK(json["notices"] == Json::parse(R"([{"code":"type_widened","object":"t.c","text":"becomes more"}])"));
  CHECK(Json::parse(plan_to_json(every_change(), "app"))["changes"][2]["object"] == "public.t.c");
}

TEST_CASE("equality in JSON") {
  CHECK(Json::parse(plan_to_json({}, "public"))["equal"] == true);
  CHECK(Json::parse(plan_to_json({.changes = {}, .steps = {}, .notices = {{"left_out", "t", "is left out"}}},
                                 "public"))["equal"] == false);
  CHECK(difference_to_json({}, {}, "public") ==
        R"({"equal":true,"changes":[],"steps":[],"notices":[],"unplannable":[]})");
  const Difference views{
      .changes = {}, .unplannable = {{"view_differs", "v", "view is missing"}}, .notices = {}};
  const Json json = Json::parse(difference_to_json(views, {}, "public"));
  CHECK(json["equal"] == false);
  CHECK(json["unplannable"][0]["object"] == "v");
}

TEST_CASE("a schema as JSON keeps the contract's keys") {
  Table table{.name = "t", .columns = {{.name = "c", .type = type::Text{20}, .native_type = "varchar(20)"}}};
  const Schema schema{"mariadb", "shop", {{.name = "shop", .tables = {table}}}};
  const Json json = Json::parse(schema_to_json(schema));
  CHECK(json["engine"] == "mysql");
  const Json& first = json["schemas"][0]["tables"][0];
  CHECK(
      first.dump() ==
      R"json({"name":"t","columns":[{"name":"c","type":"varchar(20)","native_type":"varchar(20)","nullable":true,)json"
      R"("default":null,"generated":null,"identity":null,"comment":null}],"primary_key":null,"indexes":[],)"
      R"("foreign_keys":[],"checks":[],"comment":null})");
  for (const char* key : {"name", "tables", "views", "enums", "sequences", "triggers", "functions"})
    CHECK(json["schemas"][0].contains(key));
}
