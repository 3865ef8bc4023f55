#include "engine/model/change.h"

#include "engine/base/overloaded.h"

namespace bascule {

std::string change_kind(const Change& change) {
  using namespace change;
  return std::visit(
      overloaded{[](const AddTable&) -> std::string { return "add_table"; },
                 [](const DropTable&) -> std::string { return "drop_table"; },
                 [](const AddColumn&) -> std::string { return "add_column"; },
                 [](const DropColumn&) -> std::string { return "drop_column"; },
                 [](const AlterColumn&) -> std::string { return "alter_column"; },
                 [](const AddIndex& c) -> std::string { return c.index.is_constraint ? "add_unique" : "add_index"; },
                 [](const DropIndex& c) -> std::string { return c.index.is_constraint ? "drop_unique" : "drop_index"; },
                 [](const AddForeignKey&) -> std::string { return "add_foreign_key"; },
                 [](const DropForeignKey&) -> std::string { return "drop_foreign_key"; },
                 [](const AlterPrimaryKey& c) -> std::string {
                   return !c.from ? "add_primary_key" : !c.to ? "drop_primary_key" : "alter_primary_key";
                 }},
      change);
}

std::string change_object(const Change& change, std::string_view default_schema) {
  using namespace change;
  const auto& name = std::visit([](const auto& c) -> const TableName& { return c.name; }, change);
  const std::string part = std::visit(
      overloaded{[](const AddTable&) -> std::string { return ""; },
                 [](const DropTable&) -> std::string { return ""; },
                 [](const AddColumn& c) -> std::string { return c.column.name; },
                 [](const DropColumn& c) -> std::string { return c.column.name; },
                 [](const AlterColumn& c) -> std::string { return c.to.name; },
                 [](const AddIndex& c) -> std::string { return c.index.name; },
                 [](const DropIndex& c) -> std::string { return c.index.name; },
                 [](const AddForeignKey& c) -> std::string {
                   return c.key.name.empty() ? c.key.columns.at(0) : c.key.name;
                 },
                 [](const DropForeignKey& c) -> std::string {
                   return c.key.name.empty() ? c.key.columns.at(0) : c.key.name;
                 },
                 [](const AlterPrimaryKey&) -> std::string { return ""; }},
      change);
  const std::string table = name.schema == default_schema ? name.table : name.schema + "." + name.table;
  return part.empty() ? table : table + "." + part;
}

bool loses_data(const Change& change) {
  using namespace change;
  return std::visit(overloaded{[](const AddTable&) { return false; },
                               [](const DropTable&) { return true; },
                               [](const AddColumn&) { return false; },
                               [](const DropColumn&) { return true; },
                               // Whether a new type holds every old value is the type map's to know; until it says
                               // so, a changed type counts as a possible loss.
                               [](const AlterColumn& c) { return c.from.type != c.to.type; },
                               [](const AddIndex&) { return false; },
                               [](const DropIndex&) { return false; },
                               [](const AddForeignKey&) { return false; },
                               [](const DropForeignKey&) { return false; },
                               [](const AlterPrimaryKey&) { return false; }},
                    change);
}

}  // namespace bascule
