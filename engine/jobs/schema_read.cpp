// The inverse of schema_json.cpp: a schema from its document.
#include <functional>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/dialect.h"
#include "engine/jobs/model_json.h"
#include "engine/jobs/schema_json.h"

namespace bascule {
namespace {

Error unreadable(std::string_view what) {
  return usage_error("this is no schema document: " + std::string(what),
                     "\\schema @C --as json -o FILE writes one");
}

// Absent and null are the same: keys only grow, and old documents lack the new ones.
const Json* find(const Json& json, const char* key) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(key);
  return found == json.end() || found->is_null() ? nullptr : &*found;
}

// Takes what a document holds into a struct, and remembers the first thing that is not of its kind.
class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {
    if (!json.is_object()) problem_ = "an object is missing";
  }

  Reader& text(const char* key, std::string& out) {
    if (const Json* value = find(json_, key)) take(key, value->is_string(), [&] { out = *value; });
    return *this;
  }
  Reader& text(const char* key, std::optional<std::string>& out) {
    if (const Json* value = find(json_, key))
      take(key, value->is_string(), [&] { out = value->get<std::string>(); });
    return *this;
  }
  Reader& flag(const char* key, bool& out, bool inverted = false) {
    if (const Json* value = find(json_, key))
      take(key, value->is_boolean(), [&] { out = value->get<bool>() != inverted; });
    return *this;
  }
  template <typename Number>
  Reader& number(const char* key, std::optional<Number>& out) {
    if (const Json* value = find(json_, key))
      take(key, value->is_number_integer(), [&] { out = value->get<Number>(); });
    return *this;
  }
  Reader& texts(const char* key, std::vector<std::string>& out) {
    const Json* value = find(json_, key);
    if (value == nullptr) return *this;
    take(key, value->is_array(), [&] {
      for (const auto& item : *value) {
        if (!item.is_string()) problem_ = std::string(key) + " holds something that is no text";
        if (item.is_string()) out.push_back(item);
      }
    });
    return *this;
  }
  template <typename Item>
  Reader& list(const char* key, std::vector<Item>& out, Result<Item> (*read)(const Json&)) {
    const Json* value = find(json_, key);
    if (value == nullptr) return *this;
    take(key, value->is_array(), [&] {
      for (const auto& item : *value) {
        auto one = read(item);
        if (!one.ok()) return fail(std::move(one).error());
        out.push_back(std::move(one).value());
      }
    });
    return *this;
  }
  template <typename Item>
  Reader& object(const char* key, std::optional<Item>& out, Result<Item> (*read)(const Json&)) {
    const Json* value = find(json_, key);
    if (value == nullptr) return *this;
    auto one = read(*value);
    if (one.ok())
      out = std::move(one).value();
    else
      fail(std::move(one).error());
    return *this;
  }

  Result<void> done() const {
    if (error_) return *error_;
    if (!problem_.empty()) return unreadable(problem_);
    return {};
  }

 private:
  template <typename Take>
  void take(const char* key, bool is_right, Take&& take_it) {
    if (is_right)
      take_it();
    else if (problem_.empty())
      problem_ = std::string(key) + " is of the wrong kind";
  }
  void fail(Error error) {
    if (!error_) error_ = std::move(error);
  }

  const Json& json_;
  std::string problem_;
  std::optional<Error> error_;
};

Result<Identity> identity_of(const std::string& name) {
  for (const auto identity :
       {Identity::none, Identity::by_default, Identity::always, Identity::serial, Identity::rowid})
    if (identity_name(identity) == name) return identity;
  return unreadable("the identity \"" + name + "\" is unknown");
}

Result<ForeignKeyAction> action_of(const std::string& name) {
  for (const auto action :
       {ForeignKeyAction::no_action, ForeignKeyAction::restrict_, ForeignKeyAction::cascade,
        ForeignKeyAction::set_null, ForeignKeyAction::set_default})
    if (name.empty() || equals_ignoring_case(foreign_key_action_sql(action), name)) return action;
  return unreadable("the action \"" + name + "\" of a foreign key is unknown");
}

void set_labels(Type& type, const std::vector<std::string>& labels) {
  if (auto* list = std::get_if<type::Enum>(&type.kind)) list->labels = labels;
  if (auto* list = std::get_if<type::Set>(&type.kind)) list->labels = labels;
  if (auto* array = std::get_if<type::Array>(&type.kind)) set_labels(array->element.at(0), labels);
}

Result<Type> read_type(const Json& json, const std::string& native_type) {
  std::string name, type_name;
  std::vector<std::string> labels;
  TRY(Reader(json).text("type", name).text("type_name", type_name).texts("labels", labels).done());
  TRY(Type type, parse_type_name(name));
  set_labels(type, labels);
  if (auto* list = std::get_if<type::Enum>(&type.kind)) list->name = type_name;
  if (auto* array = std::get_if<type::Array>(&type.kind))
    if (auto* list = std::get_if<type::Enum>(&array->element.at(0).kind)) list->name = type_name;
  if (auto* native = std::get_if<type::Native>(&type.kind)) native->spelling = native_type;
  return type;
}

Result<Generated> read_generated(const Json& json) {
  Generated generated;
  TRY(Reader(json).text("expression", generated.expression).flag("stored", generated.stored).done());
  return generated;
}

Result<Column> read_column(const Json& json) {
  Column column;
  std::string identity;
  TRY(Reader(json)
          .text("name", column.name)
          .text("native_type", column.native_type)
          .flag("nullable", column.nullable)
          .text("default", column.default_sql)
          .object("generated", column.generated, read_generated)
          .text("identity", identity)
          .number("identity_next", column.identity_next)
          .text("identity_options", column.identity_options)
          .text("collation", column.collation)
          .text("on_update", column.on_update)
          .flag("invisible", column.invisible)
          .text("comment", column.comment)
          .done());
  TRY(column.identity, identity_of(identity));
  TRY(column.type, read_type(json, column.native_type));
  return column;
}

Result<PrimaryKey> read_primary_key(const Json& json) {
  PrimaryKey key;
  TRY(Reader(json)
          .text("name", key.name)
          .texts("columns", key.columns)
          .texts("include", key.include)
          .flag("deferrable", key.deferrable)
          .flag("initially_deferred", key.initially_deferred)
          .done());
  return key;
}

Result<IndexPart> read_part(const Json& json) {
  IndexPart part;
  TRY(Reader(json)
          .text("column", part.column)
          .text("expression", part.expression)
          .flag("descending", part.descending)
          .number("prefix_length", part.prefix_length)
          .text("collation", part.collation)
          .text("operator_class", part.operator_class)
          .done());
  if (const Json* first = find(json, "nulls_first"); first != nullptr && first->is_boolean())
    part.nulls_first = first->get<bool>();
  return part;
}

Result<Index> read_index(const Json& json) {
  Index index;
  TRY(Reader(json)
          .text("name", index.name)
          .list("columns", index.parts, read_part)
          .flag("unique", index.unique)
          .flag("constraint", index.is_constraint)
          .text("where", index.where)
          .text("method", index.method)
          .texts("include", index.include)
          .flag("nulls_not_distinct", index.nulls_not_distinct)
          .flag("deferrable", index.deferrable)
          .flag("initially_deferred", index.initially_deferred)
          .flag("invisible", index.invisible)
          .flag("invalid", index.is_valid, true)
          .text("options", index.options)
          .text("comment", index.comment)
          .done());
  return index;
}

Result<ForeignKey> read_foreign_key(const Json& json) {
  ForeignKey key;
  std::string on_delete, on_update;
  TRY(Reader(json)
          .text("name", key.name)
          .texts("columns", key.columns)
          .text("referenced_schema", key.referenced_schema)
          .text("referenced_table", key.referenced_table)
          .texts("referenced_columns", key.referenced_columns)
          .text("on_delete", on_delete)
          .text("on_update", on_update)
          .flag("deferrable", key.deferrable)
          .flag("initially_deferred", key.initially_deferred)
          .flag("match_full", key.match_full)
          .flag("not_validated", key.is_validated, true)
          .done());
  TRY(key.on_delete, action_of(on_delete));
  TRY(key.on_update, action_of(on_update));
  return key;
}

Result<Check> read_check(const Json& json) {
  Check check;
  TRY(Reader(json)
          .text("name", check.name)
          .text("expression", check.expression)
          .flag("not_validated", check.is_validated, true)
          .flag("not_enforced", check.is_enforced, true)
          .flag("no_inherit", check.no_inherit)
          .done());
  return check;
}

Result<TableOptions> read_options(const Json& json) {
  TableOptions options;
  TRY(Reader(json)
          .flag("without_rowid", options.without_rowid)
          .flag("strict", options.strict)
          .flag("unlogged", options.unlogged)
          .flag("row_security", options.row_security)
          .flag("force_row_security", options.force_row_security)
          .flag("system_versioned", options.system_versioned)
          .text("storage_engine", options.storage_engine)
          .text("collation", options.collation)
          .text("storage", options.storage)
          .text("partition_by", options.partition_by)
          .texts("inherits", options.inherits)
          .done());
  return options;
}

Result<Partition> read_partition(const Json& json) {
  Partition partition;
  TRY(Reader(json).text("name", partition.name).text("bound", partition.bound).done());
  return partition;
}

Result<Table> read_table(const Json& json) {
  Table table;
  std::optional<TableOptions> options;
  TRY(Reader(json)
          .text("name", table.name)
          .list("columns", table.columns, read_column)
          .object("primary_key", table.primary_key, read_primary_key)
          .list("indexes", table.indexes, read_index)
          .list("foreign_keys", table.foreign_keys, read_foreign_key)
          .list("checks", table.checks, read_check)
          .text("comment", table.comment)
          .object("options", options, read_options)
          .list("partitions", table.partitions, read_partition)
          .done());
  if (options) table.options = std::move(*options);
  return table;
}

Result<NamedObject> read_object(const Json& json) {
  NamedObject object;
  std::string kind;
  TRY(Reader(json)
          .text("name", object.name)
          .text("kind", kind)
          .text("table", object.table)
          .text("definition", object.definition)
          .list("columns", object.columns, read_column)
          .texts("indexes", object.indexes)
          .text("comment", object.comment)
          .done());
  for (int i = 0; i <= static_cast<int>(ObjectKind::extension); ++i)
    if (equals_ignoring_case(object_kind_sql(static_cast<ObjectKind>(i)), kind)) {
      object.kind = static_cast<ObjectKind>(i);
      return object;
    }
  return unreadable("the kind \"" + kind + "\" of " + object.name + " is unknown");
}

Result<EnumType> read_enum(const Json& json) {
  EnumType type;
  TRY(Reader(json).text("name", type.name).texts("labels", type.labels).text("comment", type.comment).done());
  return type;
}

Result<Namespace> read_namespace(const Json& json) {
  Namespace space;
  TRY(Reader(json)
          .text("name", space.name)
          .list("tables", space.tables, read_table)
          .list("views", space.views, read_object)
          .list("enums", space.enums, read_enum)
          .list("domains", space.domains, read_object)
          .list("sequences", space.sequences, read_object)
          .list("triggers", space.triggers, read_object)
          .list("functions", space.functions, read_object)
          .list("policies", space.policies, read_object)
          .text("comment", space.comment)
          .done());
  return space;
}

Result<UnmodelledObject> read_unmodelled(const Json& json) {
  UnmodelledObject object;
  TRY(Reader(json).text("object", object.what).text("definition", object.definition).done());
  return object;
}

}  // namespace

Result<Schema> read_schema(const Json& json) {
  Schema schema;
  std::string engine;
  if (find(json, "schemas") == nullptr) return unreadable("it has no \"schemas\"");
  TRY(Reader(json)
          .text("engine", engine)
          .text("flavor", schema.flavor)
          .text("default_schema", schema.default_namespace)
          .list("schemas", schema.namespaces, read_namespace)
          .list("extensions", schema.extensions, read_object)
          .list("not_modelled", schema.not_modelled, read_unmodelled)
          .done());
  if (schema.flavor.empty()) schema.flavor = engine;
  if (find_dialect(schema.flavor) == nullptr)
    return unreadable("the engine \"" + schema.flavor + "\" is unknown");
  if (schema.default_namespace.empty() && !schema.namespaces.empty())
    schema.default_namespace = schema.namespaces.front().name;
  if (auto valid = validate(schema); !valid.ok()) return unreadable(valid.error().what);
  return schema;
}

Result<Schema> schema_from_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return unreadable("it is not JSON");
  return read_schema(json);
}

}  // namespace bascule
