// Columns that change or are renamed, with what depends on them.
#include <algorithm>
#include <utility>

#include "engine/base/text.h"
#include "engine/drivers/mysql/alter_table.h"
#include "engine/drivers/mysql/table_keys.h"

namespace bascule::mysql {
namespace {

bool uses(const Index& index, const std::string& column) {
  return std::any_of(index.parts.begin(), index.parts.end(), [&](const IndexPart& part) {
    return part.column == column || (part.column.empty() && mentions(part.expression, column));
  });
}

// A column that is virtual before or afterwards is dropped and added, and so are the indexes and checks that
// are made of it. https://dev.mysql.com/doc/refman/9.4/en/alter-table-generated-columns.html
Result<void> replace_column(const change::AlterColumn& change, const Table& table, const TableSql& sql,
                            Clauses& out) {
  const std::string& name = change.to.name;
  const std::string place = place_of(table, name, sql);
  TRY(const auto from, sql.column(change.name, change.from, table));
  TRY(const auto to, sql.column(change.name, change.to, table));
  std::vector<std::string> before, after;
  for (const auto& index : table.indexes) {
    if (!uses(index, name)) continue;
    TRY(const auto definition, sql.index(change.name, index));
    before.push_back("DROP KEY " + sql.quoted(index.name));
    after.push_back("ADD " + definition);
  }
  for (const auto& check : table.checks) {
    if (!mentions(check.expression, name) || sql.is_column_check(table, check)) continue;
    TRY(const auto definition, sql.check(change.name, check));
    before.push_back(drop_check(check.name, sql));
    after.push_back("ADD " + definition);
  }
  const auto whole = [&](const std::string& definition) {
    std::vector<std::string> parts = before;
    parts.push_back("DROP COLUMN " + sql.quoted(name));
    parts.push_back("ADD COLUMN " + definition + place);
    parts.insert(parts.end(), after.begin(), after.end());
    return join(parts, ", ");
  };
  out.add(whole(to), whole(from));
  return {};
}

}  // namespace

Result<void> add_column_clauses(const change::AlterColumn& change, Table& table, const TableSql& sql,
                                Clauses& out) {
  if (is_virtual(change.from) != is_virtual(change.to)) {
    TRY(replace_column(change, table, sql, out));
  } else {
    TRY(const auto from, sql.column(change.name, change.from, table));
    TRY(const auto to, sql.column(change.name, change.to, table));
    out.add("MODIFY COLUMN " + to, "MODIFY COLUMN " + from);
  }
  if (!change.from.generated && change.to.generated) {
    out.loses_data = true;
    out.is_reversible = false;
    out.comment = "the column's own values are lost: they are computed from now on";
  }
  for (auto& column : table.columns)
    if (column.name == change.to.name) column = change.to;
  return {};
}

namespace {

struct Renamer {
  std::span<const change::RenameColumn* const> changes;

  std::string forward(std::string expression) const {
    for (const auto* change : changes)
      expression = with_name_changed(expression, change->column.name, change->to);
    return expression;
  }
  std::string backward(std::string expression) const {
    for (auto change = changes.rbegin(); change != changes.rend(); ++change)
      expression = with_name_changed(expression, (*change)->to, (*change)->column.name);
    return expression;
  }
  // Whether the expression speaks of a renamed column, by its old name or its new one.
  bool concerns(const std::string& expression) const {
    return std::any_of(changes.begin(), changes.end(), [&](const change::RenameColumn* change) {
      return mentions(expression, change->column.name) || mentions(expression, change->to);
    });
  }
  const std::string* new_name(const std::string& old_name) const {
    const auto found = std::find_if(changes.begin(), changes.end(),
                                    [&](const auto* change) { return change->column.name == old_name; });
    return found == changes.end() ? nullptr : &(*found)->to;
  }
  const change::RenameColumn* find(const std::string& new_name) const {
    const auto found = std::find_if(changes.begin(), changes.end(),
                                    [&](const auto* change) { return change->to == new_name; });
    return found == changes.end() ? nullptr : *found;
  }
};

// The clauses of a column of the table, which has its new name there already.
Result<void> rename_column(const TableName& name, Column& column, const Renamer& renamer, const Table& table,
                           const TableSql& sql, Clauses& out) {
  const change::RenameColumn* change = renamer.find(column.name);
  Column from = column;
  if (change != nullptr) from.name = change->column.name;
  // Its own check goes with the definition (MariaDB).
  Table old_table, new_table;
  for (const auto& check : table.checks) {
    if (check.name != column.name && check.name != from.name) continue;
    old_table.checks.push_back({.name = from.name, .expression = renamer.backward(check.expression)});
    new_table.checks.push_back({.name = column.name, .expression = renamer.forward(check.expression)});
  }
  const bool has_check = !sql.is_mysql() && !old_table.checks.empty();
  bool depends = has_check && renamer.concerns(old_table.checks[0].expression);
  if (column.generated && renamer.concerns(column.generated->expression)) {
    from.generated->expression = renamer.backward(column.generated->expression);
    column.generated->expression = renamer.forward(column.generated->expression);
    depends = true;
  }
  if (column.default_sql && renamer.concerns(*column.default_sql)) {
    from.default_sql = renamer.backward(*column.default_sql);
    column.default_sql = renamer.forward(*column.default_sql);
    depends = true;
  }
  if (!depends && change == nullptr) return {};
  const std::string old_name = sql.quoted(from.name), new_name = sql.quoted(column.name);
  if (!depends && !has_check && sql.features().rename_column) {
    out.add("RENAME COLUMN " + old_name + " TO " + new_name, "RENAME COLUMN " + new_name + " TO " + old_name);
    return {};
  }
  if (has_check) {
    old_table.columns = {from};
    new_table.columns = {column};
  }
  TRY(const auto old_definition, sql.column(name, from, old_table));
  TRY(const auto new_definition, sql.column(name, column, new_table));
  out.add("CHANGE COLUMN " + old_name + " " + new_definition,
          "CHANGE COLUMN " + new_name + " " + old_definition);
  return {};
}

}  // namespace

// The server renames the column in indexes and keys; MySQL refuses where expressions speak of it, so these
// are said again. https://dev.mysql.com/doc/refman/9.4/en/alter-table.html#alter-table-redefine-column
Result<void> add_rename_clauses(std::span<const change::RenameColumn* const> changes, Table& table,
                                const TableSql& sql, Clauses& out) {
  const TableName& name = changes[0]->name;
  const Renamer renamer{changes};
  for (const auto* change : changes)  // of a table that nothing is known of
    if (table.find_column(change->to) == nullptr) {
      table.columns.push_back(change->column);
      table.columns.back().name = change->to;
    }
  for (auto& column : table.columns) TRY(rename_column(name, column, renamer, table, sql, out));
  for (auto& check : table.checks) {
    if (!renamer.concerns(check.expression)) continue;
    Check from = check;
    from.expression = renamer.backward(check.expression);
    check.expression = renamer.forward(check.expression);
    if (const std::string* column = renamer.new_name(check.name); column != nullptr && !sql.is_mysql())
      check.name = *column;  // the check of a renamed column goes with it
    if (sql.is_column_check(table, check)) continue;
    TRY(const auto old_definition, sql.check(name, from));
    TRY(const auto new_definition, sql.check(name, check));
    const std::string drop = drop_check(check.name, sql) + ", ADD ";
    out.add(drop + new_definition, drop + old_definition);
  }
  for (auto& index : table.indexes) {
    Index from = index;
    bool depends = false;
    for (std::size_t i = 0; i < index.parts.size(); ++i) {
      if (!index.parts[i].column.empty() || !renamer.concerns(index.parts[i].expression)) continue;
      from.parts[i].expression = renamer.backward(index.parts[i].expression);
      index.parts[i].expression = renamer.forward(index.parts[i].expression);
      depends = true;
    }
    if (!depends) continue;
    TRY(const auto old_definition, sql.index(name, from));
    TRY(const auto new_definition, sql.index(name, index));
    const std::string drop = "DROP KEY " + sql.quoted(index.name) + ", ADD ";
    out.add(drop + new_definition, drop + old_definition);
  }
  return {};
}

}  // namespace bascule::mysql
