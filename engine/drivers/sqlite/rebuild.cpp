#include "engine/drivers/sqlite/rebuild.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/sqlite/table_changes.h"
#include "engine/drivers/sqlite/table_sql.h"

namespace bascule::sqlite {
namespace {

const Dialect& sqlite() {
  return dialect(Flavor::sqlite);
}

std::string quoted(std::string_view name) {
  return quote_identifier(name, sqlite());
}

std::string text(std::string_view value) {
  return quote_literal(value, sqlite());
}

// The name by which the rowid can be asked for: a column may hide one
// (https://www.sqlite.org/lang_createtable.html#rowid). "" if there is none.
std::string rowid_name(const Table& table) {
  if (table.options.without_rowid) return {};
  for (const std::string_view name : {"rowid", "_rowid_", "oid"})
    if (find_column(table, name) == nullptr) return std::string(name);
  return {};
}

// A rebuild in one direction.
class Copy {
 public:
  Copy(const TableName& name, const Table& from, const Table& to, const std::string& temporary_name)
      : name_(name), from_(from), to_(to), temporary_{name.schema, temporary_name} {}

  Result<std::string> create() const { return create_table_sql(temporary_, to_); }

  // Other types convert as their columns' affinity does (https://www.sqlite.org/datatype3.html#affinity).
  std::string insert() const {
    std::vector<std::string> into, values;
    const std::string from_rowid = rowid_name(from_), to_rowid = rowid_name(to_);
    const Column* alias = rowid_alias(to_);
    const bool copies_alias = alias != nullptr && find_column(from_, alias->name) != nullptr;
    if (!from_rowid.empty() && !to_rowid.empty() && !copies_alias) {
      into.push_back(to_rowid);
      values.push_back(from_rowid);
    }
    for (const Column& column : to_.columns) {
      const Column* old = find_column(from_, column.name);
      if (column.generated || old == nullptr) continue;
      into.push_back(quoted(column.name));
      values.push_back(quoted(old->name));
    }
    if (into.empty())  // a table of new columns only, and no rowid to carry
      return fmt::format("INSERT INTO {} ({}) SELECT NULL FROM {} WHERE 0", quoted_name(temporary_),
                         quoted(to_.columns.front().name), quoted_name(name_));
    return fmt::format("INSERT INTO {} ({}) SELECT {} FROM {}", quoted_name(temporary_), join(into, ", "),
                       join(values, ", "), quoted_name(name_));
  }

  std::string row_count_check() const {
    return fmt::format(
        "SELECT {} || copied || ' of ' || there || ' rows'"
        " FROM (SELECT (SELECT count(*) FROM {}) AS there, (SELECT count(*) FROM {}) AS copied)"
        " WHERE there <> copied",
        text("the new form of table " + display(name_) + " takes only "), quoted_name(name_),
        quoted_name(temporary_));
  }

  // What AUTOINCREMENT goes on from: the greatest rowid that there ever was
  // (https://www.sqlite.org/autoinc.html).
  bool carries_sequence() const { return numbers_itself(from_) && numbers_itself(to_); }
  std::string forget_sequence() const {
    return fmt::format("DELETE FROM {} WHERE name = {}", sequences(), text(temporary_.table));
  }
  std::string carry_sequence() const {
    return fmt::format("INSERT INTO {0} (name, seq) SELECT {1}, seq FROM {0} WHERE name = {2}", sequences(),
                       text(temporary_.table), text(name_.table));
  }

  std::string drop() const { return "DROP TABLE " + quoted_name(name_); }
  std::string rename() const {
    return fmt::format("ALTER TABLE {} RENAME TO {}", quoted_name(temporary_), quoted(name_.table));
  }

  // Queries for rows that do not fit the new form, where SQLite's own error would name the temporary table.
  std::vector<std::string> row_checks() const {
    std::vector<std::string> checks;
    for (const Column& column : to_.columns)
      if (!column.nullable && !column.generated && rowid_alias(to_) != &column)
        add_null_check(column, checks);
    if (to_.primary_key) add_equal_check(to_.primary_key->columns, checks);
    for (const Index& index : to_.indexes) {
      std::vector<std::string> columns;
      for (const IndexPart& part : index.parts) columns.push_back(part.column);
      if (index.is_constraint) add_equal_check(columns, checks);
    }
    return checks;
  }

 private:
  void add_null_check(const Column& column, std::vector<std::string>& checks) const {
    const Column* old = find_column(from_, column.name);
    const std::string object = display(name_) + "." + column.name;
    if (old != nullptr && old->nullable)
      checks.push_back(
          fmt::format("SELECT n || {} FROM (SELECT count(*) AS n FROM {} WHERE {} IS NULL) WHERE n > 0",
                      text(" rows have NULL in " + object + ", which may not be NULL any more"),
                      quoted_name(name_), quoted(old->name)));
    if (old == nullptr && !column.default_sql)
      checks.push_back(fmt::format("SELECT n || {} FROM (SELECT count(*) AS n FROM {}) WHERE n > 0",
                                   text(" rows have no value for the new column " + object +
                                        ", which may not be NULL and has no default"),
                                   quoted_name(name_)));
  }

  // Rows that are equal in columns of a new key.
  void add_equal_check(const std::vector<std::string>& columns, std::vector<std::string>& checks) const {
    if (is_unique_key(from_, columns)) return;
    std::vector<std::string> names, values, conditions;
    for (const std::string& column : columns) {
      const Column* old = find_column(from_, column);
      if (old == nullptr) return;  // all its values are new
      names.push_back(quoted(old->name));
      values.push_back("quote(" + quoted(old->name) + ")");
      conditions.push_back(quoted(old->name) + " IS NOT NULL");
    }
    checks.push_back(fmt::format(
        "SELECT count(*) || {} || {} FROM {} WHERE {} GROUP BY {} HAVING count(*) > 1 LIMIT 1",
        text(" rows of table " + display(name_) + " have the same " + join(columns, ", ") + ": "),
        join(values, " || ', ' || "), quoted_name(name_), join(conditions, " AND "), join(names, ", ")));
  }

  static std::string quoted_name(const TableName& name) {
    return quote_qualified(name.schema, name.table, sqlite());
  }
  std::string sequences() const { return quote_qualified(name_.schema, "sqlite_sequence", sqlite()); }
  static bool numbers_itself(const Table& table) {
    const Column* alias = rowid_alias(table);
    return alias != nullptr && alias->identity != Identity::none && alias->identity != Identity::rowid;
  }

  const TableName& name_;
  const Table& from_;
  const Table& to_;
  TableName temporary_;
};

Step step(std::string sql, std::string undo_sql, std::string comment = {}) {
  return {std::move(sql), std::move(undo_sql), std::move(comment)};
}

Step check(std::string sql, std::string undo_sql, std::string comment = {}) {
  Step made = step(std::move(sql), std::move(undo_sql), std::move(comment));
  made.must_be_empty = true;
  return made;
}

// Set before all else, forth and back, and put back as it was at the end.
Step setting(std::string_view name, std::string comment) {
  Step made = step(fmt::format("PRAGMA {} = OFF", name), "", std::move(comment));
  made.session_setting = fmt::format("PRAGMA {}", name);
  made.in_transaction = false;
  return made;
}

// Columns whose values undo cannot give back where they have to have some.
std::string lost_for_undo(const Rebuild& rebuild) {
  std::vector<std::string> names;
  for (const Column& column : rebuild.from.columns) {
    const bool can_be_empty =
        column.nullable || column.default_sql || column.generated || rowid_alias(rebuild.from) == &column;
    if (find_column(rebuild.to, column.name) == nullptr && !can_be_empty) names.push_back(column.name);
  }
  return join(names, ", ");
}

constexpr std::string_view remembered = "\"temp\".\"_bascule_orphans\"";

// Each row with the place that it has among equal ones, so that EXCEPT counts them: a table without rowids
// gives rows that cannot be told apart (https://www.sqlite.org/pragma.html#pragma_foreign_key_check).
std::string orphans_sql(const std::vector<CheckedTable>& tables) {
  std::vector<std::string> rows;
  for (const CheckedTable& table : tables)
    rows.push_back(fmt::format("({}, {}, {})", text(table.name.schema), text(table.name.table),
                               table.keeps_rowids ? 1 : 0));
  return fmt::format(
      "SELECT space, child, row_id, parent,"
      " row_number() OVER (PARTITION BY space, child, row_id, parent) AS place"
      " FROM (SELECT t.column1 AS space, t.column2 AS child, CASE WHEN t.column3 THEN k.\"rowid\" END AS "
      "row_id,"
      " k.parent AS parent"
      " FROM (VALUES {}) AS t, pragma_foreign_key_check(t.column2, t.column1) AS k)",
      join(rows, ", "));
}

}  // namespace

bool keeps_rowids(const Rebuild& rebuild) {
  const Column *from = rowid_alias(rebuild.from), *to = rowid_alias(rebuild.to);
  if (to != nullptr && find_column(rebuild.from, to->name) != nullptr)
    return from != nullptr && equals_ignoring_case(from->name, to->name);
  return !rowid_name(rebuild.from).empty() && !rowid_name(rebuild.to).empty();
}

Result<std::vector<Step>> rebuild_steps(const Rebuild& rebuild, const std::string& temporary_name) {
  const Copy forth(rebuild.name, rebuild.from, rebuild.to, temporary_name);
  const Copy back(rebuild.name, rebuild.to, rebuild.from, temporary_name);
  std::vector<Step> steps;
  for (std::string& sql : forth.row_checks()) steps.push_back(check(std::move(sql), ""));
  TRY(std::string create, forth.create());
  TRY(std::string create_back, back.create());
  steps.push_back(step(std::move(create), back.rename(), rebuild.comment));
  steps.push_back(step(forth.insert(), back.drop(), rebuild.loss));
  steps.back().loses_data = !rebuild.loss.empty();
  if (forth.carries_sequence()) steps.push_back(step(forth.forget_sequence(), back.carry_sequence()));
  steps.push_back(check(forth.row_count_check(), back.row_count_check()));
  if (forth.carries_sequence()) steps.push_back(step(forth.carry_sequence(), back.forget_sequence()));
  steps.push_back(step(forth.drop(), back.insert()));
  if (const std::string lost = lost_for_undo(rebuild); !lost.empty()) {
    steps.back().is_reversible = false;
    steps.back().comment = "undo has no values for " + lost + ", so that it works only on an empty table";
  }
  steps.push_back(step(forth.rename(), std::move(create_back)));
  return steps;
}

std::vector<Step> session_settings() {
  return {
      setting("foreign_keys", "until the end, as dropping a table would delete the rows that refer to it"),
      setting("legacy_alter_table", "so that views, triggers and foreign keys follow what is renamed")};
}

Bracket foreign_key_bracket(const std::vector<CheckedTable>& tables) {
  const std::string is_off =
      "SELECT 'foreign keys could not be switched off, because a transaction is open'"
      " FROM pragma_foreign_keys WHERE foreign_keys = 1";
  if (tables.empty()) return {{check(is_off, is_off)}, {check(is_off, is_off)}};

  const std::string remember =
      fmt::format("CREATE TEMP TABLE \"_bascule_orphans\" AS {}", orphans_sql(tables));
  const std::string forget = fmt::format("DROP TABLE {}", remembered);
  const std::string new_orphans = fmt::format(
      "SELECT CASE WHEN row_id IS NULL THEN 'a row' ELSE 'row ' || row_id END || ' of table ' || child ||"
      " ' refers to a row of ' || parent || ' that is not there (' || count(*) OVER () || ' such in all)'"
      " FROM ({} EXCEPT SELECT * FROM {}) ORDER BY space, child, row_id LIMIT 1",
      orphans_sql(tables), remembered);
  Step remembering = step(remember, forget, "rows that refer to nothing already do not hinder");
  return {{std::move(remembering), check(is_off, new_orphans)},
          {check(new_orphans, is_off), step(forget, remember)}};
}

Bracket legacy_rename_bracket() {
  const std::string on = "PRAGMA legacy_alter_table = ON", off = "PRAGMA legacy_alter_table = OFF";
  return {
      {step(on, off, "while tables are rebuilt: RENAME leaves views, triggers and foreign keys as they are")},
      {step(off, on)}};
}

}  // namespace bascule::sqlite
