// The clauses of ALTER TABLE for the changes of one table, and their way back.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/drivers/mysql/table_sql.h"
#include "engine/model/change.h"

namespace bascule::mysql {

// Of one statement and of the one that takes it back; both are in the order of the changes.
struct Clauses {
  std::vector<std::string> forward = {}, backward = {};
  std::string comment = {};
  bool loses_data = false, is_reversible = true;

  void add(std::string there, std::string back) {
    forward.push_back(std::move(there));
    backward.push_back(std::move(back));
  }
};

// How the tables look at each moment of the plan: clauses name columns and indexes as they are then.
class TableStates {
 public:
  explicit TableStates(const Schema& have);
  Table& at(const TableName& name);  // a new one without columns if there is none
  void erase(const TableName& name);
  // The server renames constraints with generated names together with their table: the name that a check or
  // foreign key of `name` has now.
  std::string constraint_name(const TableName& name, const std::string& constraint) const;
  void rename_constraints(const TableName& from, const std::string& to);

 private:
  std::map<std::pair<std::string, std::string>, Table> tables_;
  std::map<std::pair<std::string, std::string>, std::string> renamed_from_;
};

// Whether the change is made by clauses of ALTER TABLE.
bool is_clause(const Change& change);
// The clauses of changes of one table that are made by one statement, in order; brings `table` up to date.
Result<Clauses> make_clauses(std::span<const Change* const> changes, Table& table, const TableStates& states,
                             const TableSql& sql);

// What every clause on columns shares.
bool is_virtual(const Column& column);
// " AFTER `x`" or " FIRST": where the column stands in the table.
std::string place_of(const Table& table, std::string_view column, const TableSql& sql);
// DROP CHECK or DROP CONSTRAINT, by flavour.
std::string drop_check(const std::string& name, const TableSql& sql);
// DROP FOREIGN KEY with the index that InnoDB made for it.
std::string drop_foreign_key(const TableName& name, const ForeignKey& key, const Table& table,
                             const TableSql& sql);

// Parts of make_clauses.
Result<void> add_column_clauses(const change::AlterColumn& change, Table& table, const TableSql& sql,
                                Clauses& out);
Result<void> add_rename_clauses(std::span<const change::RenameColumn* const> changes, Table& table,
                                const TableSql& sql, Clauses& out);

}  // namespace bascule::mysql
