// Schemas, tables and their columns as a whole.
// https://www.postgresql.org/docs/15/sql-altertable.html
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/drivers/postgres/ddl.h"
#include "engine/drivers/postgres/planning.h"

namespace bascule::postgres {
namespace {

void need_schema(Planning& planning, const std::string& schema) {
  if (schema.empty() || !planning.schemas.insert(schema).second) return;
  planning.step("CREATE SCHEMA " + quoted(schema), "DROP SCHEMA " + quoted(schema));
}

// What ADD COLUMN needs beside itself.
std::vector<std::string> statements_after(const TableName& table, const Column& column) {
  std::vector<std::string> statements;
  for (const Step& made : sequence_steps(table, column)) statements.push_back(made.sql);
  if (!column.comment.empty())
    statements.push_back(
        comment_on(comment_target(table, ObjectKind::column, column.name, false), column.comment));
  return statements;
}

// A column that the parent gets too arrives by inheritance.
bool comes_from_parent(const Planning& planning, const change::AddColumn& change) {
  const Table* table = planning.find_table(change.name);
  if (table == nullptr || table->options.inherits.empty()) return false;
  return planning.has_change<change::AddColumn>([&](const change::AddColumn& other) {
    const auto& parents = table->options.inherits;
    return other.column.name == change.column.name && !(other.name == change.name) &&
           (std::ranges::find(parents, other.name.table) != parents.end() ||
            std::ranges::find(parents, quoted(other.name.table)) != parents.end());
  });
}

// fillfactor='70', toast.autovacuum_enabled='off': values by name.
std::map<std::string, std::string> storage_parameters(const std::string& text) {
  std::map<std::string, std::string> parameters;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t equals = text.find('=', at);
    if (equals == std::string::npos) break;
    const std::string name(trim(std::string_view(text).substr(at, equals - at)));
    std::size_t end = equals + 1;
    bool is_quoted = false;
    while (end < text.size() && (is_quoted || text[end] != ',')) is_quoted ^= text[end++] == '\'';
    parameters[name] = trim(std::string_view(text).substr(equals + 1, end - equals - 1));
    at = end + 1;
  }
  return parameters;
}

std::vector<std::string> storage_actions(const std::string& from, const std::string& to) {
  const auto before = storage_parameters(from), after = storage_parameters(to);
  std::vector<std::string> set, reset, actions;
  for (const auto& [name, value] : after)
    if (const auto found = before.find(name); found == before.end() || found->second != value)
      set.push_back(name + "=" + value);
  for (const auto& [name, value] : before)
    if (!after.contains(name)) reset.push_back(name);
  if (!set.empty()) actions.push_back("SET (" + join(set, ", ") + ")");
  if (!reset.empty()) actions.push_back("RESET (" + join(reset, ", ") + ")");
  return actions;
}

std::vector<std::string> table_actions(const TableOptions& from, const TableOptions& to) {
  std::vector<std::string> actions = storage_actions(from.storage, to.storage);
  if (from.unlogged != to.unlogged) actions.push_back(to.unlogged ? "SET UNLOGGED" : "SET LOGGED");
  if (from.row_security != to.row_security)
    actions.push_back(std::string(to.row_security ? "ENABLE" : "DISABLE") + " ROW LEVEL SECURITY");
  if (from.force_row_security != to.force_row_security)
    actions.push_back(std::string(to.force_row_security ? "" : "NO ") + "FORCE ROW LEVEL SECURITY");
  for (const std::string& parent : from.inherits)
    if (std::ranges::find(to.inherits, parent) == to.inherits.end())
      actions.push_back("NO INHERIT " + parent);
  for (const std::string& parent : to.inherits)
    if (std::ranges::find(from.inherits, parent) == from.inherits.end())
      actions.push_back("INHERIT " + parent);
  return actions;
}

}  // namespace

void need_type(Planning& planning, const Column& column) {
  const type::Array* array = column.type.get<type::Array>();
  const auto* labels = array ? array->element.front().get<type::Enum>() : column.type.get<type::Enum>();
  if (!labels || labels->name.empty() || labels->labels.empty() ||
      !planning.enums.insert(labels->name).second)
    return;
  std::string list;
  for (const std::string& label : labels->labels) list += (list.empty() ? "" : ", ") + quoted_text(label);
  std::string name = column.native_type;
  if (array && name.ends_with("[]")) name.resize(name.size() - 2);
  planning.step(fmt::format("CREATE TYPE {} AS ENUM ({})", name, list), "DROP TYPE " + name);
}

Result<void> plan_change(Planning& planning, const change::AddSchema& change) {
  const std::string& name = change.name.schema;
  if (planning.schemas.insert(name).second)
    planning.step("CREATE SCHEMA " + quoted(name), "DROP SCHEMA " + quoted(name));
  planning.comment_step({name, ""}, ObjectKind::schema, "", false, "", change.comment);
  return {};
}

Result<void> plan_change(Planning& planning, const change::DropSchema& change) {
  const std::string& name = change.name.schema;
  planning.comment_step({name, ""}, ObjectKind::schema, "", false, change.comment, "");
  planning.step("DROP SCHEMA " + quoted(name), "CREATE SCHEMA " + quoted(name));
  return {};
}

Result<void> plan_change(Planning& planning, const change::AddTable& change) {
  need_schema(planning, change.name.schema);
  for (const Column& column : change.table.columns) need_type(planning, column);
  for (const Index& index : change.table.indexes) TRY(check_index(change.name, index));
  for (Step& made : table_steps(change.name, change.table, planning.features))
    planning.out.steps.push_back(std::move(made));
  return {};
}

Result<void> plan_change(Planning& planning, const change::DropTable& change) {
  std::vector<std::string> undo;
  for (const Step& made : table_steps(change.name, change.table, planning.features)) undo.push_back(made.sql);
  // The tables that it refers to are there again by then: they are dropped after it.
  for (const ForeignKey& key : change.table.foreign_keys) undo.push_back(add_foreign_key(change.name, key));
  planning.losing_step(
      "DROP TABLE " + quoted(change.name), as_one_statement(undo),
      fmt::format("the rows of {} are lost; undo brings back the empty table", display(change.name)));
  return {};
}

Result<void> plan_change(Planning& planning, const change::RenameTable& change) {
  const TableName renamed{change.name.schema, change.to};
  planning.step(fmt::format("ALTER TABLE {} RENAME TO {}", quoted(change.name), quoted(change.to)),
                fmt::format("ALTER TABLE {} RENAME TO {}", quoted(renamed), quoted(change.name.table)));
  return {};
}

Result<void> plan_change(Planning& planning, const change::AlterTable& change) {
  if (change.from.partition_by != change.to.partition_by)
    return unsupported_error(
        fmt::format("the partitioning of table {} cannot be altered", display(change.name)),
        "make a new table with the wanted partitions and copy the rows into it");
  const std::vector<std::string> actions = table_actions(change.from, change.to);
  if (actions.empty()) return {};
  const std::string table = "ALTER TABLE " + quoted(change.name) + " ";
  Step& made =
      planning.step(table + join(actions, ", "), table + join(table_actions(change.to, change.from), ", "));
  if (change.to.unlogged && !change.from.unlogged)
    made.comment = fmt::format("the rows of {} are lost when the server crashes", display(change.name));
  return {};
}

Result<void> plan_change(Planning& planning, const change::AddColumn& change) {
  need_type(planning, change.column);
  if (comes_from_parent(planning, change)) return {};
  const std::string table = quoted(change.name);
  planning.step(
      fmt::format("ALTER TABLE {} ADD COLUMN {}", table, column_definition(change.column, planning.features)),
      fmt::format("ALTER TABLE {} DROP COLUMN {}", table, quoted(change.column.name)));
  for (std::string& statement : statements_after(change.name, change.column))
    planning.step(std::move(statement), "");
  return {};
}

Result<void> plan_change(Planning& planning, const change::DropColumn& change) {
  const std::string table = quoted(change.name);
  std::vector<std::string> undo{fmt::format("ALTER TABLE {} ADD COLUMN {}", table,
                                            column_definition(change.column, planning.features))};
  for (std::string& statement : statements_after(change.name, change.column))
    undo.push_back(std::move(statement));
  std::string sql = fmt::format("ALTER TABLE {} DROP COLUMN {}", table, quoted(change.column.name));
  if (change.column.generated) {
    planning.step(std::move(sql), as_one_statement(undo));
    return {};
  }
  planning.losing_step(std::move(sql), as_one_statement(undo),
                       fmt::format("the values of {}.{} are lost; undo brings back the column without them",
                                   display(change.name), change.column.name));
  return {};
}

Result<void> plan_change(Planning& planning, const change::RenameColumn& change) {
  const auto rename = [&](const std::string& from, const std::string& to) {
    return fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {}", quoted(change.name), quoted(from),
                       quoted(to));
  };
  planning.step(rename(change.column.name, change.to), rename(change.to, change.column.name));
  return {};
}

}  // namespace bascule::postgres
