#include "engine/jobs/schema_move.h"

#include "engine/dialect/sql_names.h"

namespace bascule {
namespace {

class Mover {
 public:
  Mover(std::string from, std::string_view to, const Dialect& dialect)
      : from_(std::move(from)), to_(to), dialect_(dialect) {}

  void move(Namespace& space) const {
    if (space.name == from_) space.name = to_;
    for (auto& table : space.tables) move(table);
    for (const auto list : {&Namespace::views, &Namespace::domains, &Namespace::sequences,
                            &Namespace::triggers, &Namespace::functions, &Namespace::policies})
      for (auto& object : space.*list) {
        in_text(object.definition);
        for (auto& index : object.indexes) in_text(index);
        for (auto& column : object.columns) move(column);
      }
  }

 private:
  void in_text(std::string& sql) const {
    if (sql.find(from_) != std::string::npos) sql = with_other_schema(sql, from_, to_, dialect_);
  }
  void in_type(Type& type) const {
    if (auto* list = std::get_if<type::Enum>(&type.kind)) in_text(list->name);
    if (auto* array = std::get_if<type::Array>(&type.kind)) in_type(array->element.at(0));
    if (auto* native = std::get_if<type::Native>(&type.kind)) in_text(native->spelling);
  }
  void move(Column& column) const {
    in_type(column.type);
    in_text(column.native_type);
    if (column.default_sql) in_text(*column.default_sql);
    if (column.generated) in_text(column.generated->expression);
  }
  void move(Table& table) const {
    for (auto& column : table.columns) move(column);
    for (auto& index : table.indexes) {
      for (auto& part : index.parts) in_text(part.expression);
      in_text(index.where);
    }
    for (auto& key : table.foreign_keys)
      if (key.referenced_schema == from_) key.referenced_schema = to_;
    for (auto& check : table.checks) in_text(check.expression);
    for (auto& parent : table.options.inherits) in_text(parent);
  }

  std::string from_, to_;
  const Dialect& dialect_;
};

}  // namespace

Schema move_default_schema(Schema schema, std::string_view to, const Dialect& dialect) {
  const Mover mover(schema.default_namespace, to, dialect);
  for (auto& space : schema.namespaces) mover.move(space);
  for (auto& object : schema.not_modelled) {
    object.what = with_other_schema(object.what, schema.default_namespace, to, dialect);
    object.definition = with_other_schema(object.definition, schema.default_namespace, to, dialect);
  }
  schema.default_namespace = to;
  return schema;
}

}  // namespace bascule
