#include "engine/jobs/table_scope.h"

#include <algorithm>

#include "engine/base/text.h"

namespace bascule {
namespace {

bool is_pattern(std::string_view text) {
  return text.find_first_of("*?") != std::string_view::npos;
}

bool fits(const std::string& pattern, const std::string& name) {
  return is_pattern(pattern) ? matches_glob(pattern, name) : pattern == name;
}

// "name" means the default schema, "schema.name" the one it says; both parts may be globs.
bool fits(const std::string& pattern, const std::string& schema, const std::string& table,
          const std::string& default_schema) {
  const auto dot = pattern.find('.');
  if (dot != std::string::npos && fits(pattern.substr(0, dot), schema) &&
      fits(pattern.substr(dot + 1), table))
    return true;
  return schema == default_schema && fits(pattern, table);
}

bool is_chosen(const TableAddress& address, const std::string& schema, const std::string& table,
               const std::string& default_schema) {
  if (!address.table.empty() && address.table != table) return false;
  if (!address.schema.empty()) return address.schema == schema;
  return address.table.empty() || schema == default_schema;
}

void keep_tables(Schema& schema, const auto& is_kept) {
  for (auto& space : schema.namespaces) {
    auto& tables = space.tables;
    tables.erase(std::remove_if(tables.begin(), tables.end(),
                                [&](const Table& table) { return !is_kept(space.name, table.name); }),
                 tables.end());
  }
}

// Enum types stay: columns refer to them.
void drop_other_objects(Schema& schema) {
  for (auto& space : schema.namespaces) {
    space.views.clear();
    space.sequences.clear();
    space.triggers.clear();
    space.functions.clear();
  }
  schema.not_modelled.clear();
}

}  // namespace

Result<TableAddress> parse_table_address(std::string_view text) {
  const auto parts = split(text, '.');
  if (text.empty()) return TableAddress{};
  if (std::any_of(parts.begin(), parts.end(), [](const auto& part) { return part.empty(); }) ||
      parts.size() > 2)
    return usage_error("\"" + std::string(text) + "\" is no name of a table",
                       "write @name.table or @name.schema.table");
  if (parts.size() == 1) return TableAddress{"", parts[0]};
  return TableAddress{parts[0], parts[1]};
}

Schema filter_tables(const Schema& schema, const TableAddress& address, std::span<const std::string> patterns,
                     std::set<std::string>& used) {
  Schema out = schema;
  keep_tables(out, [&](const std::string& space, const std::string& table) {
    return is_chosen(address, space, table, schema.default_namespace);
  });
  const std::string& default_schema = address.schema.empty() ? schema.default_namespace : address.schema;
  if (!patterns.empty())
    keep_tables(out, [&](const std::string& space, const std::string& table) {
      bool kept = false;
      for (const auto& pattern : patterns) {
        if (!fits(pattern, space, table, default_schema)) continue;
        used.insert(pattern);
        kept = true;
      }
      return kept;
    });
  const bool is_everything = address.schema.empty() && address.table.empty() && patterns.empty();
  if (!is_everything) drop_other_objects(out);
  return out;
}

Result<Schema> select_tables(const Schema& schema, const TableAddress& address,
                             std::span<const std::string> patterns) {
  std::set<std::string> used;
  if (!address.table.empty() && in_reference_order(filter_tables(schema, address, {}, used)).empty())
    return unknown_table(schema,
                         address.schema.empty() ? address.table : address.schema + "." + address.table);
  Schema out = filter_tables(schema, address, patterns, used);
  for (const auto& pattern : patterns)
    if (!used.contains(pattern)) return unknown_table(schema, pattern);
  return out;
}

Error unknown_table(const Schema& schema, const std::string& wanted) {
  Error error;
  error.code = ErrorCode::conflict;
  error.what = "no table " + std::string(is_pattern(wanted) ? "fits " : "is named ") + wanted;
  std::vector<std::string> names;
  for (const auto& space : schema.namespaces)
    for (const auto& table : space.tables)
      names.push_back(display_name({space.name, table.name}, schema.default_namespace));
  const auto nearest = nearest_name(wanted, names);
  error.hint = nearest ? "did you mean " + *nearest + "?" : "\\dt lists the tables";
  return error;
}

TableName counterpart(const TableName& table, const Schema& source, const Schema& target,
                      const TableAddress& address) {
  TableName out{target.default_namespace, address.table.empty() ? table.table : address.table};
  if (!address.schema.empty())
    out.schema = address.schema;
  else if (table.schema != source.default_namespace && target.find_namespace(table.schema) != nullptr)
    out.schema = table.schema;
  return out;
}

const Table* find_table(const Schema& schema, const TableName& name) {
  const Namespace* space = schema.find_namespace(name.schema);
  return space == nullptr ? nullptr : space->find_table(name.table);
}

std::vector<ScopedTable> in_reference_order(const Schema& schema) {
  std::vector<ScopedTable> waiting, ordered;
  for (const auto& space : schema.namespaces)
    for (const auto& table : space.tables) waiting.push_back({{space.name, table.name}, &table});
  const auto waits_for = [&](const ScopedTable& table, const ScopedTable& other) {
    return !(other.name == table.name) &&
           std::any_of(table.table->foreign_keys.begin(), table.table->foreign_keys.end(),
                       [&](const ForeignKey& key) {
                         const std::string& space =
                             key.referenced_schema.empty() ? table.name.schema : key.referenced_schema;
                         return other.name == TableName{space, key.referenced_table};
                       });
  };
  while (!waiting.empty()) {
    auto next = std::find_if(waiting.begin(), waiting.end(), [&](const ScopedTable& table) {
      return std::none_of(waiting.begin(), waiting.end(),
                          [&](const ScopedTable& other) { return waits_for(table, other); });
    });
    if (next == waiting.end())
      next = waiting.begin();  // a cycle: begin it somewhere, always at the same place
    ordered.push_back(*next);
    waiting.erase(next);
  }
  return ordered;
}

std::string display_name(const TableName& name, std::string_view default_schema) {
  return name.schema == default_schema ? name.table : name.schema + "." + name.table;
}

}  // namespace bascule
