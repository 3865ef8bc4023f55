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

void add_true(Json& json, const char* key, bool value) {
  if (value) json[key] = true;
}

void add_text(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) json[key] = text;
}

const std::vector<std::string>* labels_of(const Type& type) {
  if (const auto* list = type.get<type::Enum>()) return &list->labels;
  if (const auto* list = type.get<type::Set>()) return &list->labels;
  if (const auto* array = type.get<type::Array>()) return labels_of(array->element.at(0));
  return nullptr;
}

// Of PostgreSQL's enum type, or the one that the array is of.
std::string enum_name_of(const Type& type) {
  if (const auto* list = type.get<type::Enum>()) return list->name;
  if (const auto* array = type.get<type::Array>()) return enum_name_of(array->element.at(0));
  return {};
}

template <typename Items, typename ToJson>
Json list_json(const Items& items, ToJson&& to_json) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(to_json(item));
  return list;
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
  add_text(json, "identity_options", column.identity_options);
  add_text(json, "collation", column.collation);
  if (column.on_update) json["on_update"] = *column.on_update;
  if (column.invisible) json["invisible"] = true;
  if (const auto* labels = labels_of(column.type)) json["labels"] = *labels;
  add_text(json, "type_name", enum_name_of(column.type));
  return json;
}

Json primary_key_json(const PrimaryKey& key) {
  Json json{{"name", or_null(key.name)}, {"columns", key.columns}};
  if (!key.include.empty()) json["include"] = key.include;
  add_true(json, "deferrable", key.deferrable);
  add_true(json, "initially_deferred", key.initially_deferred);
  return json;
}

Json index_json(const Index& index) {
  Json parts = Json::array();
  for (const auto& part : index.parts) {
    Json json = part.column.empty() ? Json{{"expression", part.expression}} : Json{{"column", part.column}};
    add_true(json, "descending", part.descending);
    if (part.prefix_length) json["prefix_length"] = *part.prefix_length;
    add_text(json, "collation", part.collation);
    add_text(json, "operator_class", part.operator_class);
    if (part.nulls_first) json["nulls_first"] = *part.nulls_first;
    parts.push_back(std::move(json));
  }
  Json json{{"name", or_null(index.name)},   {"columns", parts},
            {"unique", index.unique},        {"constraint", index.is_constraint},
            {"where", or_null(index.where)}, {"method", or_null(index.method)}};
  if (!index.include.empty()) json["include"] = index.include;
  add_true(json, "nulls_not_distinct", index.nulls_not_distinct);
  add_true(json, "deferrable", index.deferrable);
  add_true(json, "initially_deferred", index.initially_deferred);
  add_true(json, "invisible", index.invisible);
  add_true(json, "invalid", !index.is_valid);
  add_text(json, "options", index.options);
  add_text(json, "comment", index.comment);
  return json;
}

Json foreign_key_json(const ForeignKey& key) {
  Json json{{"name", or_null(key.name)},
            {"columns", key.columns},
            {"referenced_schema", or_null(key.referenced_schema)},
            {"referenced_table", key.referenced_table},
            {"referenced_columns", key.referenced_columns},
            {"on_delete", to_lower(foreign_key_action_sql(key.on_delete))},
            {"on_update", to_lower(foreign_key_action_sql(key.on_update))},
            {"deferrable", key.deferrable},
            {"initially_deferred", key.initially_deferred}};
  add_true(json, "match_full", key.match_full);
  add_true(json, "not_validated", !key.is_validated);
  return json;
}

Json check_json(const Check& check) {
  Json json{{"name", or_null(check.name)}, {"expression", check.expression}};
  add_true(json, "not_validated", !check.is_validated);
  add_true(json, "not_enforced", !check.is_enforced);
  add_true(json, "no_inherit", check.no_inherit);
  return json;
}

Json enum_json(const EnumType& type) {
  Json json{{"name", type.name}, {"labels", type.labels}};
  add_text(json, "comment", type.comment);
  return json;
}

Json table_options_json(const TableOptions& options) {
  Json json = Json::object();
  add_true(json, "without_rowid", options.without_rowid);
  add_true(json, "strict", options.strict);
  add_true(json, "unlogged", options.unlogged);
  add_true(json, "row_security", options.row_security);
  add_true(json, "force_row_security", options.force_row_security);
  add_true(json, "system_versioned", options.system_versioned);
  add_text(json, "storage_engine", options.storage_engine);
  add_text(json, "collation", options.collation);
  add_text(json, "storage", options.storage);
  add_text(json, "partition_by", options.partition_by);
  if (!options.inherits.empty()) json["inherits"] = options.inherits;
  return json;
}

Json table_json(const Table& table) {
  Json json{
      {"name", table.name}, {"columns", list_json(table.columns, column_json)}, {"primary_key", nullptr}};
  if (table.primary_key) json["primary_key"] = primary_key_json(*table.primary_key);
  json["indexes"] = list_json(table.indexes, index_json);
  json["foreign_keys"] = list_json(table.foreign_keys, foreign_key_json);
  json["checks"] = list_json(table.checks, check_json);
  json["comment"] = or_null(table.comment);
  if (table.options != TableOptions()) json["options"] = table_options_json(table.options);
  if (!table.partitions.empty())
    json["partitions"] = list_json(table.partitions, [](const Partition& partition) {
      return Json{{"name", partition.name}, {"bound", partition.bound}};
    });
  return json;
}

Json object_json(const NamedObject& object) {
  Json json{{"name", object.name}, {"kind", to_lower(object_kind_sql(object.kind))}};
  add_text(json, "table", object.table);
  json["definition"] = or_null(object.definition);
  if (!object.columns.empty()) json["columns"] = list_json(object.columns, column_json);
  if (!object.indexes.empty()) json["indexes"] = object.indexes;
  json["comment"] = or_null(object.comment);
  return json;
}

namespace {

Json namespace_json(const Namespace& space) {
  return Json{{"name", space.name},
              {"tables", list_json(space.tables, table_json)},
              {"views", list_json(space.views, object_json)},
              {"enums", list_json(space.enums, enum_json)},
              {"domains", list_json(space.domains, object_json)},
              {"sequences", list_json(space.sequences, object_json)},
              {"triggers", list_json(space.triggers, object_json)},
              {"functions", list_json(space.functions, object_json)},
              {"policies", list_json(space.policies, object_json)},
              {"comment", or_null(space.comment)}};
}

}  // namespace

std::string dump_json(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json schema_json(const Schema& schema) {
  const Dialect* dialect = find_dialect(schema.flavor);
  Json json{{"engine", dialect == nullptr ? schema.flavor : std::string(dialect->engine_name)},
            {"flavor", schema.flavor},
            {"default_schema", schema.default_namespace},
            {"schemas", list_json(schema.namespaces, namespace_json)}};
  json["extensions"] = list_json(schema.extensions, object_json);
  json["not_modelled"] = list_json(schema.not_modelled, [](const UnmodelledObject& object) {
    return Json{{"object", object.what}, {"definition", or_null(object.definition)}};
  });
  return json;
}

std::string schema_to_json(const Schema& schema) {
  return dump_json(schema_json(schema));
}

}  // namespace bascule
