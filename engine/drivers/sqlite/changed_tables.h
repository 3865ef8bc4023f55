// The changes of a plan by table: which tables come, go, are altered and have to be rebuilt. Pure.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/dialect/features.h"
#include "engine/model/change.h"

namespace bascule::sqlite {

// Names without letter case, as SQLite compares them.
std::string key_of(const TableName& name);

struct ChangedTable {
  TableName name;               // as it is spelled now
  const Table* have = nullptr;  // with the new names of what is renamed
  Table want = {};
  std::vector<std::size_t> changes = {};  // their places in the plan
  std::vector<std::string> reasons = {};  // why it is rebuilt; none: it is not
};

class ChangedTables {
 public:
  // Error unsupported if a table has to be rebuilt and cannot. `changes` and `have` outlive this.
  static Result<ChangedTables> read(std::span<const Change> changes, const Schema& have,
                                    const Features& features);

  // It refers to its own parts.
  ChangedTables(ChangedTables&&) = default;
  ChangedTables& operator=(ChangedTables&&) = delete;

  // Those that stay, in the order of the changes.
  const std::vector<ChangedTable>& all() const { return changed_; }
  bool is_dropped(const TableName& name) const { return dropped_.contains(key_of(name)); }
  bool is_rebuilt(const TableName& name) const;
  // The new table with all constraints, which cannot be added to it later; null if it is not new.
  const Table* find_added(const TableName& name) const;
  // Null if there is no such table now.
  const Table* find_table(const TableName& name) const;

  // The tables, beside itself, whose foreign keys refer to this one and that stay as they are.
  std::vector<TableName> referring_to(const TableName& name) const;
  // False if a key of the table refers to columns that are not unique, before or afterwards: CREATE TABLE
  // lets it pass, and PRAGMA foreign_key_check fails (https://www.sqlite.org/foreignkeys.html#fk_indexes).
  bool has_usable_keys(const TableName& name) const;
  // One notice for each such key that is added.
  std::vector<Notice> unusable_keys() const;

 private:
  ChangedTables(std::span<const Change> changes, const Schema& have) : changes_(changes), have_(&have) {}
  void read_tables();
  void gather();
  void foresee();
  Result<void> choose_rebuilds(const Features& features);
  Result<void> check_can_rebuild(const ChangedTable& table) const;
  bool may_refer(const std::map<std::string, const Table*>& tables, const TableName& name,
                 const ForeignKey& key) const;

  std::span<const Change> changes_;
  const Schema* have_;
  std::map<std::string, const Table*> now_, then_;   // by key: before and after all changes
  std::set<std::string> views_;                      // by key
  std::multimap<std::string, TableName> referring_;  // by the key of the table referred to
  std::map<std::string, Table> added_;               // by key
  std::set<std::string> dropped_;                    // by key
  std::vector<ChangedTable> changed_;
  std::map<std::string, std::size_t> places_;  // by key, in changed_
};

}  // namespace bascule::sqlite
