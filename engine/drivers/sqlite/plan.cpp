// Changes as statements, as far as ALTER TABLE of SQLite goes (https://www.sqlite.org/lang_altertable.html).
// Pure.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "engine/base/overloaded.h"
#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/sqlite/operations.h"
#include "engine/drivers/sqlite/table_sql.h"

namespace bascule::sqlite {
namespace {

std::string quoted(std::string_view name) {
  return quote_identifier(name, dialect(Flavor::sqlite));
}

std::string quoted(const TableName& name) {
  return quote_qualified(name.schema, name.table, dialect(Flavor::sqlite));
}

Error needs_rebuild(std::string what) {
  return unsupported_error(
      std::move(what) + ": SQLite can do that only by rebuilding the table",
      "make a table of the new form, copy the rows, drop the old one and rename the new");
}

// Sets what AUTOINCREMENT goes on from. There is no row before the first insert.
std::string set_next_value(const TableName& name, std::int64_t next) {
  const std::string sequences = quote_qualified(name.schema, "sqlite_sequence", dialect(Flavor::sqlite));
  return fmt::format("INSERT INTO {} (name, seq) VALUES ({}, {})", sequences,
                     quote_literal(name.table, dialect(Flavor::sqlite)), next - 1);
}

// All statements that make the table, each with the one that takes it back.
Result<std::vector<Step>> table_steps(const TableName& name, const Table& table) {
  std::vector<Step> steps;
  TRY(std::string create, create_table_sql(name, table));
  steps.push_back({std::move(create), "DROP TABLE " + quoted(name), {}});
  for (const Index& index : table.indexes) {
    if (index.is_constraint) continue;
    TRY(std::string sql, create_index_sql(name, index));
    steps.push_back(
        {std::move(sql),
         "DROP INDEX " + quote_qualified(name.schema, index_name(name, index), dialect(Flavor::sqlite)),
         {}});
  }
  for (const Column& column : table.columns)
    if (column.identity != Identity::none && column.identity != Identity::rowid &&
        column.identity_next.value_or(1) > 1)
      steps.push_back({set_next_value(name, *column.identity_next),
                       fmt::format("DELETE FROM {} WHERE name = {}",
                                   quote_qualified(name.schema, "sqlite_sequence", dialect(Flavor::sqlite)),
                                   quote_literal(name.table, dialect(Flavor::sqlite))),
                       {}});
  return steps;
}

// Whether an SQL text uses the name, as a word or quoted.
bool mentions(std::string_view sql, std::string_view name) {
  for (const Token& token : tokenize(sql, dialect(Flavor::sqlite).lexer)) {
    std::string_view text = sql.substr(token.offset, token.size);
    if (token.kind == TokenKind::quoted_identifier && text.size() >= 2)
      text = text.substr(1, text.size() - 2);
    const bool is_name = token.kind == TokenKind::word || token.kind == TokenKind::quoted_identifier;
    if (is_name && equals_ignoring_case(text, name)) return true;
  }
  return false;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Why ALTER TABLE ... DROP COLUMN would refuse; "" if it would not.
std::string keeps_column(const Table& table, const std::string& column) {
  if (table.primary_key && contains(table.primary_key->columns, column)) return "the primary key uses it";
  for (const Index& index : table.indexes)
    for (const IndexPart& part : index.parts)
      if (index.is_constraint && part.column == column) return "a UNIQUE constraint uses it";
  for (const ForeignKey& key : table.foreign_keys)
    if (contains(key.columns, column)) return "a foreign key uses it";
  for (const Check& check : table.checks)
    if (mentions(check.expression, column)) return "a CHECK uses it";
  for (const Column& other : table.columns)
    if (other.generated && mentions(other.generated->expression, column))
      return "the generated column " + other.name + " uses it";
  return {};
}

class Planner {
 public:
  Planner(const Schema& have, const Features& features) : have_(have), features_(features) {}

  Result<PlannedSteps> run(std::span<const Change> changes) {
    gather(changes);
    for (const Change& one : changes)
      TRY(std::visit([&](const auto& alternative) { return add(alternative); }, one));
    return PlannedSteps{std::move(steps_)};
  }

 private:
  static std::string key_of(const TableName& name) {
    return to_lower(name.schema) + '\0' + to_lower(name.table);
  }
  bool is_dropped(const TableName& name) const { return dropped_.contains(key_of(name)); }
  Table* find_added(const TableName& name) {
    const auto found = added_.find(key_of(name));
    return found == added_.end() ? nullptr : &found->second;
  }

  // A new table takes up its constraints, which could not be added to it later.
  void gather(std::span<const Change> changes) {
    for (const Change& one : changes) {
      if (const auto* added = std::get_if<change::AddTable>(&one))
        added_.emplace(key_of(added->name), added->table);
      if (const auto* dropped = std::get_if<change::DropTable>(&one)) dropped_.insert(key_of(dropped->name));
    }
    for (const Change& one : changes) {
      if (const auto* added = std::get_if<change::AddForeignKey>(&one))
        if (Table* table = find_added(added->name); table != nullptr && !has_key(*table, added->key))
          table->foreign_keys.push_back(added->key);
      if (const auto* added = std::get_if<change::AddIndex>(&one))
        if (Table* table = find_added(added->name); table != nullptr && added->index.is_constraint)
          table->indexes.push_back(added->index);
    }
  }
  static bool has_key(const Table& table, const ForeignKey& key) {
    return std::find(table.foreign_keys.begin(), table.foreign_keys.end(), key) != table.foreign_keys.end();
  }

  const Table* find_table(const TableName& name) const {
    const Namespace* space = have_.find_namespace(name.schema);
    return space == nullptr ? nullptr : space->find_table(name.table);
  }

  void step(std::string sql, std::string undo_sql, std::string comment = {}, bool loses_data = false) {
    steps_.push_back({std::move(sql), std::move(undo_sql), std::move(comment), loses_data});
  }

  Result<void> add(const change::AddTable& added) {
    TRY(std::vector<Step> made, table_steps(added.name, *find_added(added.name)));
    for (Step& one : made) steps_.push_back(std::move(one));
    return {};
  }

  // What makes the table, backwards: a step's undo is one statement, as any statement is sent alone.
  Result<void> add(const change::DropTable& dropped) {
    TRY(std::vector<Step> made, table_steps(dropped.name, dropped.table));
    for (auto one = made.rbegin(); one != made.rend(); ++one) step(one->undo_sql, one->sql);
    steps_.back().comment =
        fmt::format("the rows of {} are lost; undo brings back the empty table", display(dropped.name));
    steps_.back().loses_data = true;
    return {};
  }

  Result<void> add(const change::AddColumn& added) {
    const Column& column = added.column;
    const std::string object = display(added.name) + "." + column.name;
    if (column.identity != Identity::none)
      return needs_rebuild(fmt::format("column {} cannot be added as a key that numbers its rows", object));
    const bool stored = column.generated && column.generated->stored;
    const bool lacks_value = !column.nullable && !column.default_sql && !column.generated;
    const bool varies = column.default_sql && !is_constant(*column.default_sql);
    step(fmt::format("ALTER TABLE {} ADD COLUMN {}", quoted(added.name), column_sql(column)),
         features_.drop_column
             ? fmt::format("ALTER TABLE {} DROP COLUMN {}", quoted(added.name), quoted(column.name))
             : "",
         stored || lacks_value || varies ? "SQLite does this only while the table is empty" : "");
    return {};
  }

  // What ADD COLUMN accepts for rows that are there.
  static bool is_constant(std::string_view sql) {
    return is_single_literal(sql) && !starts_with_ignoring_case(trim(sql), "CURRENT_");
  }

  Result<void> add(const change::DropColumn& dropped) {
    const std::string object = display(dropped.name) + "." + dropped.column.name;
    if (!features_.drop_column) return needs_rebuild(fmt::format("column {} cannot be dropped", object));
    if (const Table* table = find_table(dropped.name))
      if (const std::string reason = keeps_column(*table, dropped.column.name); !reason.empty())
        return needs_rebuild(fmt::format("column {} cannot be dropped, because {}", object, reason));
    step(fmt::format("ALTER TABLE {} DROP COLUMN {}", quoted(dropped.name), quoted(dropped.column.name)),
         fmt::format("ALTER TABLE {} ADD COLUMN {}", quoted(dropped.name), column_sql(dropped.column)),
         fmt::format("the values of {} are lost; undo brings back the column without them", object), true);
    return {};
  }

  Result<void> add(const change::AlterColumn& altered) {
    Column same = altered.to;
    same.comment = altered.from.comment;
    if (same == altered.from) return {};  // SQLite keeps no comments
    return needs_rebuild(
        fmt::format("column {}.{} cannot be altered", display(altered.name), altered.from.name));
  }

  Result<void> add(const change::AddIndex& added) {
    if (added.index.is_constraint) {
      if (find_added(added.name) != nullptr) return {};
      return needs_rebuild(
          fmt::format("a UNIQUE constraint cannot be added to table {}", display(added.name)));
    }
    TRY(std::string sql, create_index_sql(added.name, added.index));
    step(std::move(sql), drop_index(added.name, added.index));
    return {};
  }

  Result<void> add(const change::DropIndex& dropped) {
    if (is_dropped(dropped.name)) return {};
    if (dropped.index.is_constraint)
      return needs_rebuild(
          fmt::format("a UNIQUE constraint cannot be dropped from table {}", display(dropped.name)));
    TRY(std::string undo, create_index_sql(dropped.name, dropped.index));
    step(drop_index(dropped.name, dropped.index), std::move(undo));
    return {};
  }

  static std::string drop_index(const TableName& table, const Index& index) {
    return "DROP INDEX " + quote_qualified(table.schema, index_name(table, index), dialect(Flavor::sqlite));
  }

  Result<void> add(const change::AddForeignKey& added) {
    if (find_added(added.name) != nullptr) return {};
    const Table* table = find_table(added.name);
    if (table != nullptr && has_key(*table, added.key)) return {};
    return needs_rebuild(fmt::format("a foreign key cannot be added to table {}", display(added.name)));
  }

  Result<void> add(const change::DropForeignKey& dropped) {
    if (is_dropped(dropped.name)) return {};
    return needs_rebuild(fmt::format("a foreign key cannot be dropped from table {}", display(dropped.name)));
  }

  template <typename Other>
  Result<void> add(const Other& other) {
    return unsupported_error(change_kind(Change(other)) + " is not planned", "");
  }

  Result<void> add(const change::AlterPrimaryKey& altered) {
    return needs_rebuild(fmt::format("the primary key of table {} cannot be changed", display(altered.name)));
  }

  const Schema& have_;
  const Features& features_;
  std::map<std::string, Table> added_;
  std::set<std::string> dropped_;
  std::vector<Step> steps_;
};

}  // namespace

Result<PlannedSteps> plan(std::span<const Change> changes, const Schema& have, const Features& features) {
  return Planner(have, features).run(changes);
}

}  // namespace bascule::sqlite
