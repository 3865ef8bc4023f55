#include "engine/jobs/schema_json.h"

#include "engine/base/text.h"
#include "engine/dialect/dialect.h"
#include "engine/jobs/model_json.h"

namespace bascule {
namespace {

Json or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json generated_json(const std::optional<Generated>& generated) {
  if (!generated) return nullptr;
  return Json{{"expression", generated->expression}, {"stored", generated->stored}};
}

}  // namespace

Json column_json(const Column& column) {
  Json json{{"name", column.name},
            {"type", type_name(column.type)},
            {"native_type", column.native_type},
            {"nullable", column.nullable},
            {"default", column.default_sql ? Json(*column.default_sql) : Json(nullptr)},
            {"generated", generated_json(column.generated)},
            {"identity", or_null(std::string(identity_name(column.identity)))},
            {"comment", or_null(column.comment)}};
  if (column.identity_next) json["identity_next"] = *column.identity_next;
  if (!column.collation.empty()) json["collation"] = column.collation;
  if (column.on_update) json["on_update"] = *column.on_update;
  if (const auto* labels = column.type.get<type::Enum>()) json["labels"] = labels->labels;
  if (const auto* labels = column.type.get<type::Set>()) json["labels"] = labels->labels;
  return json;
}

Json primary_key_json(const PrimaryKey& key) {
  return Json{{"name", or_null(key.name)}, {"columns", key.columns}};
}

Json index_json(const Index& index) {
  Json parts = Json::array();
  for (const auto& part : index.parts) {
    Json json = part.column.empty() ? Json{{"expression", part.expression}} : Json{{"column", part.column}};
    if (part.descending) json["descending"] = true;
    if (part.prefix_length) json["prefix_length"] = *part.prefix_length;
    parts.push_back(std::move(json));
  }
  return Json{{"name", or_null(index.name)},   {"columns", parts},
              {"unique", index.unique},        {"constraint", index.is_constraint},
              {"where", or_null(index.where)}, {"method", or_null(index.method)}};
}

Json foreign_key_json(const ForeignKey& key) {
  return Json{{"name", or_null(key.name)},
              {"columns", key.columns},
              {"referenced_schema", or_null(key.referenced_schema)},
              {"referenced_table", key.referenced_table},
              {"referenced_columns", key.referenced_columns},
              {"on_delete", to_lower(foreign_key_action_sql(key.on_delete))},
              {"on_update", to_lower(foreign_key_action_sql(key.on_update))},
              {"deferrable", key.deferrable},
              {"initially_deferred", key.initially_deferred}};
}

namespace {

template <typename Items, typename ToJson>
Json list_json(const Items& items, ToJson&& to_json) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(to_json(item));
  return list;
}

}  // namespace

Json table_json(const Table& table) {
  Json json{
      {"name", table.name}, {"columns", list_json(table.columns, column_json)}, {"primary_key", nullptr}};
  if (table.primary_key) json["primary_key"] = primary_key_json(*table.primary_key);
  json["indexes"] = list_json(table.indexes, index_json);
  json["foreign_keys"] = list_json(table.foreign_keys, foreign_key_json);
  json["checks"] = list_json(table.checks, [](const Check& check) {
    return Json{{"name", or_null(check.name)}, {"expression", check.expression}};
  });
  json["comment"] = or_null(table.comment);
  if (table.without_rowid) json["without_rowid"] = true;
  if (table.strict) json["strict"] = true;
  return json;
}

namespace {

Json object_json(const NamedObject& object) {
  Json json{{"name", object.name}};
  if (!object.table.empty()) json["table"] = object.table;
  json["definition"] = or_null(object.definition);
  if (!object.columns.empty()) json["columns"] = list_json(object.columns, column_json);
  json["comment"] = or_null(object.comment);
  return json;
}

Json namespace_json(const Namespace& space) {
  return Json{{"name", space.name},
              {"tables", list_json(space.tables, table_json)},
              {"views", list_json(space.views, object_json)},
              {"enums", list_json(space.enums,
                                  [](const EnumType& type) {
                                    return Json{{"name", type.name}, {"labels", type.labels}};
                                  })},
              {"sequences", list_json(space.sequences, object_json)},
              {"triggers", list_json(space.triggers, object_json)},
              {"functions", list_json(space.functions, object_json)}};
}

}  // namespace

std::string dump_json(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string schema_to_json(const Schema& schema) {
  const Dialect* dialect = find_dialect(schema.flavor);
  Json json{{"engine", dialect == nullptr ? schema.flavor : std::string(dialect->engine_name)},
            {"flavor", schema.flavor},
            {"default_schema", schema.default_namespace},
            {"schemas", list_json(schema.namespaces, namespace_json)}};
  json["not_modelled"] = schema.not_modelled;
  return dump_json(json);
}

}  // namespace bascule
