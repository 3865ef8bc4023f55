#include "engine/model/schema.h"

#include <algorithm>
#include <array>
#include <set>

namespace bascule {
namespace {

template <typename Named>
const Named* find_named(const std::vector<Named>& items, std::string_view name) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const Named& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

template <typename Named>
Result<void> require_unique(const std::vector<Named>& items, std::string_view what) {
  std::set<std::string_view> seen;
  for (const auto& item : items)
    if (!item.name.empty() && !seen.insert(item.name).second)
      return internal_error("two " + std::string(what) + " are named \"" + item.name + "\"");
  return {};
}

Result<void> require_columns(const Table& table, const std::vector<std::string>& columns,
                             std::string_view owner) {
  for (const auto& column : columns)
    if (table.find_column(column) == nullptr)
      return internal_error(std::string(owner) + " of table \"" + table.name +
                            "\" names the unknown column \"" + column + "\"");
  return {};
}

Result<void> validate_table(const Table& table) {
  TRY(require_unique(table.columns, "columns of table \"" + table.name + "\""));
  TRY(require_unique(table.indexes, "indexes of table \"" + table.name + "\""));
  if (table.primary_key) TRY(require_columns(table, table.primary_key->columns, "the primary key"));
  for (const auto& index : table.indexes)
    for (const auto& part : index.parts)
      if (!part.column.empty()) TRY(require_columns(table, {part.column}, "index \"" + index.name + "\""));
  for (const auto& key : table.foreign_keys) TRY(require_columns(table, key.columns, "a foreign key"));
  return {};
}

}  // namespace

std::string_view identity_name(Identity identity) {
  constexpr std::array<std::string_view, 5> names{"", "by default", "always", "serial", "rowid"};
  return names[static_cast<std::size_t>(identity)];
}

std::string_view foreign_key_action_sql(ForeignKeyAction action) {
  constexpr std::array<std::string_view, 5> names{"NO ACTION", "RESTRICT", "CASCADE", "SET NULL",
                                                  "SET DEFAULT"};
  return names[static_cast<std::size_t>(action)];
}

std::string_view object_kind_sql(ObjectKind kind) {
  constexpr std::array<std::string_view, 15> words{
      "SCHEMA",   "TABLE",   "COLUMN",   "INDEX",     "VIEW",      "MATERIALIZED VIEW",
      "SEQUENCE", "TRIGGER", "FUNCTION", "PROCEDURE", "AGGREGATE", "DOMAIN",
      "TYPE",     "POLICY",  "EXTENSION"};
  return words[static_cast<std::size_t>(kind)];
}

std::string_view object_kind_name(ObjectKind kind) {
  constexpr std::array<std::string_view, 15> names{
      "schema",   "table",    "column",   "index",  "view", "view",   "sequence", "trigger",
      "function", "function", "function", "domain", "enum", "policy", "extension"};
  return names[static_cast<std::size_t>(kind)];
}

const Column* Table::find_column(std::string_view column_name) const {
  return find_named(columns, column_name);
}

const Table* Namespace::find_table(std::string_view table_name) const {
  return find_named(tables, table_name);
}

const Namespace* Schema::find_namespace(std::string_view name) const {
  return find_named(namespaces, name);
}

Result<void> validate(const Schema& schema) {
  TRY(require_unique(schema.namespaces, "schemas"));
  for (const auto& space : schema.namespaces) {
    TRY(require_unique(space.tables, "tables of schema \"" + space.name + "\""));
    for (const auto& table : space.tables) TRY(validate_table(table));
  }
  return {};
}

}  // namespace bascule
