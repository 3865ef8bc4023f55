#include "engine/drivers/mysql/table_options.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>

#include "engine/base/text.h"

namespace bascule::mysql {
namespace {

// The words that take an option back. https://dev.mysql.com/doc/refman/9.4/en/create-table.html
struct ResetRow {
  std::string_view option, value;
};
constexpr std::array<ResetRow, 10> resets{{{"KEY_BLOCK_SIZE", "0"},
                                           {"MAX_ROWS", "0"},
                                           {"MIN_ROWS", "0"},
                                           {"AVG_ROW_LENGTH", "0"},
                                           {"CHECKSUM", "0"},
                                           {"DELAY_KEY_WRITE", "0"},
                                           {"PAGE_CHECKSUM", "DEFAULT"},
                                           {"TRANSACTIONAL", "DEFAULT"},
                                           {"ENCRYPTION", "'N'"},
                                           {"COMPRESSION", "'NONE'"}}};

std::string reset_value(std::string_view option) {
  for (const auto& row : resets)
    if (row.option == option) return std::string(row.value);
  return "DEFAULT";  // ROW_FORMAT, STATS_PERSISTENT, STATS_AUTO_RECALC, STATS_SAMPLE_PAGES, PACK_KEYS, ...
}

std::map<std::string, std::string> options_of(std::string_view storage) {
  std::map<std::string, std::string> options;
  if (storage.empty()) return options;
  std::string last;
  for (const auto& word : split(storage, ' ')) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) {
      options[last] += " " + word;
    } else {
      last = word.substr(0, equals);
      options[last] = word.substr(equals + 1);
    }
  }
  return options;
}

std::vector<std::string> storage_changes(std::string_view from, std::string_view to) {
  const auto old_options = options_of(from), new_options = options_of(to);
  std::vector<std::string> words;
  for (const auto& [option, value] : old_options)
    if (!new_options.contains(option)) words.push_back(option + "=" + reset_value(option));
  for (const auto& [option, value] : new_options)
    if (const auto old = old_options.find(option); old == old_options.end() || old->second != value)
      words.push_back(option + "=" + value);
  return words;
}

bool holds_text(const Column& column) {
  const std::string native = to_lower(column.native_type);
  return column.type.is<type::Text>() || column.type.is<type::Enum>() || native.starts_with("set(");
}

// MODIFY COLUMN for the columns that have a collation of their own, or for those that have none and get
// this one.
Result<std::vector<std::string>> modify_clauses(const TableName& name, bool own, const std::string& collation,
                                                const Table& table, const TableSql& sql) {
  std::vector<std::string> clauses;
  for (const auto& column : table.columns) {
    if (!holds_text(column) || column.generated || own == column.collation.empty()) continue;
    Column changed = column;
    if (!own) changed.collation = collation;
    TRY(const auto definition, sql.column(name, changed, table));
    clauses.push_back("MODIFY COLUMN " + definition);
  }
  return clauses;
}

// The table's default, and with it the columns that have none of their own. The name of the database's
// collation is not known here, and MySQL has no word for it but CONVERT, which takes all columns along.
Result<std::vector<std::string>> collation_clauses(const TableName& name, const std::string& to,
                                                   const Table& table, const TableSql& sql) {
  if (to.empty() && sql.is_mysql()) return std::vector<std::string>{"CONVERT TO CHARACTER SET DEFAULT"};
  TRY(auto clauses, modify_clauses(name, false, to, table, sql));
  clauses.insert(clauses.begin(), to.empty() ? "CHARACTER SET DEFAULT" : "COLLATE=" + to);
  return clauses;
}

// Puts the columns that CONVERT would take along back to the collations that they have.
Result<std::optional<Step>> keep_collations(const change::AlterTable& change, const Table& table,
                                            const TableSql& sql) {
  const bool is_changed = change.from.collation != change.to.collation;
  const bool is_converted = change.from.collation.empty() || change.to.collation.empty();
  TRY(const auto clauses, modify_clauses(change.name, true, "", table, sql));
  if (!is_changed || !is_converted || !sql.is_mysql() || clauses.empty()) return std::optional<Step>();
  const std::string statement = sql.alter(change.name) + join(clauses, ", ");
  return std::optional<Step>(
      Step{statement, statement, "so that columns with a collation of their own keep it"});
}

std::string engine_of(const TableOptions& options) {
  return options.storage_engine.empty() ? "InnoDB" : options.storage_engine;
}

Result<std::vector<std::string>> option_clauses(const TableName& name, const TableOptions& from,
                                                const TableOptions& to, const Table& table,
                                                const TableSql& sql) {
  std::vector<std::string> clauses;
  if (from.storage_engine != to.storage_engine) clauses.push_back("ENGINE=" + engine_of(to));
  for (auto& word : storage_changes(from.storage, to.storage)) clauses.push_back(std::move(word));
  if (from.collation != to.collation) {
    TRY(auto collation, collation_clauses(name, to.collation, table, sql));
    clauses.insert(clauses.end(), collation.begin(), collation.end());
  }
  return clauses;
}

Result<void> plan_partitions(const change::AlterTable& change, bool has_key_changes, const TableSql& sql,
                             OptionSteps& out) {
  const std::string &from = change.from.partition_by, &to = change.to.partition_by;
  if (from == to) return {};
  const std::string alter = sql.alter(change.name);
  const auto partition = [&](const std::string& by) {
    return by.empty() ? alter + "REMOVE PARTITIONING" : alter + "PARTITION BY " + by;
  };
  const bool is_removed_first = !from.empty() && (to.empty() || has_key_changes);
  if (is_removed_first) out.now.push_back({partition(""), partition(from)});
  if (!to.empty()) out.later = Step{partition(to), partition(is_removed_first ? "" : from)};
  return {};
}

// https://mariadb.com/kb/en/system-versioned-tables/
void plan_versioning(const change::AlterTable& change, const TableSql& sql, OptionSteps& out) {
  if (change.from.system_versioned == change.to.system_versioned) return;
  const std::string add = sql.alter(change.name) + "ADD SYSTEM VERSIONING",
                    drop = sql.alter(change.name) + "DROP SYSTEM VERSIONING";
  Step step{change.to.system_versioned ? add : drop, change.to.system_versioned ? drop : add};
  if (!change.to.system_versioned) {
    step.loses_data = true;
    step.comment = "the history of the rows is lost";
  }
  out.now.push_back(std::move(step));
}

}  // namespace

Result<OptionSteps> plan_options(const change::AlterTable& change, const Table& table, bool has_key_changes,
                                 const TableSql& sql) {
  if (change.to.system_versioned && sql.is_mysql())
    return unsupported_error("table " + change.name.table + " is to keep the history of its rows",
                             "only MariaDB has system-versioned tables");
  OptionSteps out;
  TRY(const auto forward, option_clauses(change.name, change.from, change.to, table, sql));
  TRY(const auto backward, option_clauses(change.name, change.to, change.from, table, sql));
  TRY(auto keep, keep_collations(change, table, sql));
  if (keep && change.from.collation.empty()) out.now.push_back(*keep);  // for the way back
  if (!forward.empty())
    out.now.push_back(
        {sql.alter(change.name) + join(forward, ", "), sql.alter(change.name) + join(backward, ", ")});
  if (keep && !change.from.collation.empty()) out.now.push_back(*keep);
  TRY(plan_partitions(change, has_key_changes, sql, out));
  plan_versioning(change, sql, out);
  return out;
}

}  // namespace bascule::mysql
