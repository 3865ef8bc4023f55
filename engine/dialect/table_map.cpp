#include "engine/dialect/table_map.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/dialect/index_map.h"
#include "engine/dialect/table_expressions.h"
#include "engine/dialect/type_map.h"

namespace bascule {
namespace {

bool is_mysql_family(Flavor flavor) {
  return flavor == Flavor::mysql || flavor == Flavor::mariadb;
}

class TableMapper {
 public:
  TableMapper(const Namespace& space, const Table& source, Flavor from, const Features& target,
              const TypeRules& rules, std::vector<Notice>& notices)
      : space_(space), source_(source), from_(from), target_(target), rules_(rules), notices_(notices) {}

  Table run() {
    Table table = source_;
    map_columns(table);
    map_checks(table);
    map_indexes(table);
    if (is_within_family()) {
      if (table.options.system_versioned && target_.flavor == Flavor::mysql) {
        note_option("WITH SYSTEM VERSIONING");
        table.options.system_versioned = false;
      }
      table.options.collation.clear();
      return table;
    }
    map_primary_key(table);
    for (auto& key : table.foreign_keys) {
      name_referenced_columns(key);
      map_foreign_key(key);
    }
    drop_unvalidated_keys(table);
    map_options(table);
    if (target_.flavor == Flavor::sqlite && !table.comment.empty()) {
      note("comment_not_carried", source_.name, "SQLite has no comments");
      table.comment.clear();
    }
    return table;
  }

 private:
  bool is_within_family() const { return is_mysql_family(from_) && is_mysql_family(target_.flavor); }
  void note(std::string code, std::string object, std::string text) {
    notices_.push_back({std::move(code), std::move(object), std::move(text)});
  }
  void note_option(const std::string& what) {
    note("table_option_not_carried", source_.name, what + " is left out");
  }

  void map_columns(Table& table) {
    for (auto& column : table.columns) {
      const Column from = column;
      // A column of MySQL that says none has its table's collation, which means nothing elsewhere.
      const bool holds_text = column.type.is<type::Text>() || column.type.is<type::Enum>();
      if (holds_text && column.collation.empty()) column.collation = source_.options.collation;
      MappedColumn mapped = map_column(source_, column, from_, target_, rules_);
      column = std::move(mapped.column);
      auto added = is_within_family() ? std::vector<Check>() : checks_for_type(from.type, column, target_);
      for (auto& notice : mapped.notices) {
        const bool is_enforced = notice.code == "labels_not_enforced" && !added.empty();
        if (is_enforced)
          notice = {"enum_as_check", notice.object, "an enum becomes text with a check of its labels"};
        notices_.push_back(std::move(notice));
      }
      for (auto& check : added) added_checks_.push_back(std::move(check));
    }
  }

  // A check that only says what the column's type on the target says.
  bool is_said_by_type(const Table& table, const Check& check) const {
    return std::any_of(table.columns.begin(), table.columns.end(), [&](const Column& column) {
      const Column* from = source_.find_column(column.name);
      return column.type.is<type::Json>() && from != nullptr && is_json_check(check, *from, from_);
    });
  }

  void map_checks(Table& table) {
    table.checks = std::move(added_checks_);
    for (const auto& check : source_.checks) {
      if (is_said_by_type(table, check)) continue;
      auto made = carry_check(source_, check, from_, target_);
      const std::string object = source_.name + "." + check.name;
      if (!made.sql) {
        note("check_not_carried", object,
             fmt::format("the check {} is left out: {}", check.expression, made.reason));
        continue;
      }
      if (check.no_inherit) note("check_option_not_carried", object, "NO INHERIT is left out");
      const bool is_there = std::any_of(table.checks.begin(), table.checks.end(), [&](const Check& other) {
        return normalize_expression(other.expression, target_.flavor) ==
               normalize_expression(*made.sql, target_.flavor);
      });
      if (!is_there) table.checks.push_back({check.name, std::move(*made.sql)});
    }
  }

  void map_indexes(Table& table) {
    std::vector<Index> indexes;
    for (const auto& index : source_.indexes)
      if (auto mapped = map_index(source_, table, index, from_, target_, notices_))
        indexes.push_back(std::move(*mapped));
    table.indexes = std::move(indexes);
  }

  void map_primary_key(Table& table) {
    if (!table.primary_key) return;
    PrimaryKey& key = *table.primary_key;
    const std::string object = source_.name + "." + key.name;
    key.name.clear();
    if (!key.include.empty())
      note("index_option_not_carried", object, "the primary key includes no further columns");
    key.include.clear();
    if (key.deferrable) note("deferrable_not_carried", object, "the primary key is checked at once");
    key.deferrable = key.initially_deferred = false;
  }

  // SQLite's REFERENCES t means the primary key of t.
  void name_referenced_columns(ForeignKey& key) const {
    const Table* table = space_.find_table(key.referenced_table);
    if (key.referenced_columns.empty() && table != nullptr && table->primary_key)
      key.referenced_columns = table->primary_key->columns;
  }

  std::string key_object(const ForeignKey& key) const {
    return source_.name + "." + (key.name.empty() ? key.columns.at(0) : key.name);
  }

  void map_foreign_key(ForeignKey& key) {
    if (key.match_full && key.columns.size() > 1)
      note("match_not_carried", key_object(key),
           "MATCH FULL is left out: a key with some NULLs refers to nothing");
    key.match_full = false;
    if (!is_mysql_family(target_.flavor)) {
      key.deferrable = key.deferrable && !is_mysql_family(from_);
      return;
    }
    if (key.deferrable) note("deferrable_not_carried", key_object(key), "the foreign key is checked at once");
    key.deferrable = key.initially_deferred = false;
    for (ForeignKeyAction* action : {&key.on_delete, &key.on_update}) {
      if (*action != ForeignKeyAction::set_default) continue;
      note("action_not_carried", key_object(key),
           "InnoDB has no SET DEFAULT; the foreign key refuses instead");
      *action = ForeignKeyAction::no_action;
    }
  }

  void drop_unvalidated_keys(Table& table) {
    auto& keys = table.foreign_keys;
    for (const auto& key : keys)
      if (!key.is_validated)
        note("foreign_key_not_carried", key_object(key), "rows that were there before it may break it");
    keys.erase(
        std::remove_if(keys.begin(), keys.end(), [](const ForeignKey& key) { return !key.is_validated; }),
        keys.end());
  }

  // STRICT and WITHOUT ROWID of SQLite say what other engines do anyway.
  void map_options(Table& table) {
    const TableOptions& options = source_.options;
    if (options.unlogged) note_option("UNLOGGED");
    if (options.row_security) note_option("row level security");
    if (options.system_versioned) note_option("WITH SYSTEM VERSIONING");
    if (!options.storage_engine.empty()) note_option("ENGINE=" + options.storage_engine);
    if (!options.storage.empty()) note_option(options.storage);
    for (const auto& parent : options.inherits) note_option("INHERITS (" + parent + ")");
    if (!options.partition_by.empty())
      note("partitions_not_carried", source_.name,
           fmt::format("PARTITION BY {} is left out: all rows are in one table", options.partition_by));
    table.options = {};
    table.partitions.clear();
  }

  const Namespace& space_;
  const Table& source_;
  Flavor from_;
  const Features& target_;
  const TypeRules& rules_;
  std::vector<Notice>& notices_;
  std::vector<Check> added_checks_;
};

}  // namespace

Table map_table(const Namespace& space, const Table& source, Flavor from, const Features& target,
                const TypeRules& rules, std::vector<Notice>& notices) {
  return TableMapper(space, source, from, target, rules, notices).run();
}

}  // namespace bascule
