#include "engine/jobs/schema_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"

namespace bascule {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string shown_name(const Schema& schema, const Namespace& space, const std::string& table) {
  return space.name == schema.default_namespace ? table : space.name + "." + table;
}

// --- mermaid ---

std::string quoted(std::string_view text) {
  return "\"" + replace_all(replace_all(text, "\"", "'"), "\n", " ") + "\"";
}

// Types and attribute names take letters, digits and a few signs; what must be replaced is said in the
// comment.
std::string attribute_word(std::string_view text) {
  std::string word;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '_' || c == '(' || c == ')' || c == '[' || c == ']' || c == '-';
    word += is_plain ? c : '_';
  }
  if (word.empty() || (word[0] >= '0' && word[0] <= '9')) word.insert(0, "_");
  return word;
}

bool is_unique_alone(const Table& table, const std::vector<std::string>& columns) {
  if (table.primary_key && table.primary_key->columns == columns) return true;
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const Index& index) {
    if (!index.unique || !index.where.empty() || index.parts.size() != columns.size()) return false;
    return std::all_of(index.parts.begin(), index.parts.end(),
                       [&](const IndexPart& part) { return contains(columns, part.column); });
  });
}

std::string attribute_line(const Table& table, const Column& column) {
  std::string line =
      fmt::format("    {} {}", attribute_word(type_name(column.type)), attribute_word(column.name));
  std::vector<std::string> keys;
  if (table.primary_key && contains(table.primary_key->columns, column.name)) keys.emplace_back("PK");
  if (std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                  [&](const ForeignKey& key) { return contains(key.columns, column.name); }))
    keys.emplace_back("FK");
  const bool is_key =
      table.primary_key && table.primary_key->columns == std::vector<std::string>{column.name};
  if (!is_key && is_unique_alone(table, {column.name})) keys.emplace_back("UK");
  if (!keys.empty()) line += " " + join(keys, ", ");
  std::vector<std::string> remarks;
  if (attribute_word(column.name) != column.name) remarks.push_back(column.name);
  if (!column.nullable) remarks.emplace_back("not null");
  if (column.default_sql) remarks.push_back("default " + *column.default_sql);
  if (column.generated) remarks.push_back("= " + column.generated->expression);
  if (!column.comment.empty()) remarks.push_back(column.comment);
  return remarks.empty() ? line : line + " " + quoted(join(remarks, "; "));
}

std::string relation_line(const Schema& schema, const Namespace& space, const Table& table,
                          const ForeignKey& key) {
  const bool is_optional = std::any_of(key.columns.begin(), key.columns.end(), [&](const std::string& name) {
    const Column* column = table.find_column(name);
    return column != nullptr && column->nullable;
  });
  const std::string referenced = key.referenced_schema.empty() || key.referenced_schema == space.name
                                     ? shown_name(schema, space, key.referenced_table)
                                     : key.referenced_schema + "." + key.referenced_table;
  return fmt::format("  {} {}--{} {} : {}\n", quoted(referenced), is_optional ? "|o" : "||",
                     is_unique_alone(table, key.columns) ? "o|" : "o{",
                     quoted(shown_name(schema, space, table.name)), quoted(join(key.columns, ", ")));
}

// --- markdown ---

std::string cell(std::string_view text) {
  return replace_all(replace_all(text, "|", "\\|"), "\n", " ");
}

std::string code(std::string_view text) {
  return text.empty() ? "" : "`" + cell(text) + "`";
}

std::string parts_text(const Index& index) {
  std::vector<std::string> parts;
  for (const auto& part : index.parts) {
    std::string text = part.column.empty() ? "(" + part.expression + ")" : part.column;
    if (part.prefix_length) text += "(" + std::to_string(*part.prefix_length) + ")";
    parts.push_back(part.descending ? text + " DESC" : text);
  }
  return join(parts, ", ");
}

std::string column_row(const Table& table, const Column& column) {
  std::string value = column.default_sql ? code(*column.default_sql) : "";
  if (column.identity != Identity::none)
    value = "numbered (" + std::string(identity_name(column.identity)) + ")";
  if (column.generated) value = "= " + code(column.generated->expression);
  const bool is_key = table.primary_key && contains(table.primary_key->columns, column.name);
  return fmt::format("| {}{} | {} | {} | {} | {} |\n", cell(column.name), is_key ? " (key)" : "",
                     code(column.native_type.empty() ? type_name(column.type) : column.native_type),
                     column.nullable ? "yes" : "no", value, cell(column.comment));
}

std::string table_section(const Schema& schema, const Namespace& space, const Table& table) {
  std::string text = "## " + shown_name(schema, space, table.name) + "\n\n";
  if (!table.comment.empty()) text += table.comment + "\n\n";
  text += "| column | type | null | default | comment |\n| --- | --- | --- | --- | --- |\n";
  for (const auto& column : table.columns) text += column_row(table, column);
  std::string list;
  const auto item = [&](const std::string& line) { list += "- " + line + "\n"; };
  if (table.primary_key) item("primary key (" + join(table.primary_key->columns, ", ") + ")");
  for (const auto& index : table.indexes)
    item(fmt::format("{}{} ({}){}",
                     index.is_constraint ? "unique"
                     : index.unique      ? "unique index"
                                         : "index",
                     index.name.empty() ? "" : " " + code(index.name), parts_text(index),
                     index.where.empty() ? "" : " where " + code(index.where)));
  for (const auto& key : table.foreign_keys)
    item(fmt::format("({}) references {} ({}){}", join(key.columns, ", "), key.referenced_table,
                     join(key.referenced_columns, ", "),
                     key.on_delete == ForeignKeyAction::no_action
                         ? ""
                         : " on delete " + to_lower(foreign_key_action_sql(key.on_delete))));
  for (const auto& check : table.checks) item("check " + code(check.expression));
  return text + (list.empty() ? "" : "\n" + list) + "\n";
}

}  // namespace

std::string schema_to_mermaid(const Schema& schema) {
  std::string text = "erDiagram\n";
  for (const auto& space : schema.namespaces)
    for (const auto& table : space.tables) {
      text += "  " + quoted(shown_name(schema, space, table.name)) + " {\n";
      for (const auto& column : table.columns) text += attribute_line(table, column) + "\n";
      text += "  }\n";
    }
  for (const auto& space : schema.namespaces)
    for (const auto& table : space.tables)
      for (const auto& key : table.foreign_keys) text += relation_line(schema, space, table, key);
  return text;
}

std::string schema_to_markdown(const Schema& schema) {
  std::string text;
  for (const auto& space : schema.namespaces) {
    for (const auto& table : space.tables) text += table_section(schema, space, table);
    for (const auto& view : space.views)
      text += fmt::format("## {} ({})\n\n```sql\n{}\n```\n\n", shown_name(schema, space, view.name),
                          to_lower(object_kind_sql(view.kind)), view.definition);
    for (const auto& type : space.enums)
      text += fmt::format("## {} (enum)\n\n{}\n\n", shown_name(schema, space, type.name),
                          join(type.labels, ", "));
  }
  if (!schema.not_modelled.empty()) {
    text += "## Not modelled\n\n";
    for (const auto& object : schema.not_modelled) text += "- " + object.what + "\n";
  }
  return text;
}

}  // namespace bascule
