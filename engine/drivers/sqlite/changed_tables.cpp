#include "engine/drivers/sqlite/changed_tables.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/drivers/sqlite/table_changes.h"
#include "engine/drivers/sqlite/table_sql.h"

namespace bascule::sqlite {
namespace {

template <typename Value>
const Value* find(const std::map<std::string, Value>& map, const TableName& name) {
  const auto found = map.find(key_of(name));
  return found == map.end() ? nullptr : &found->second;
}

// While the rebuild lasts the table has another name, under which CREATE TABLE reads its expressions.
Result<void> check_expressions(const TableName& name, const Table& table) {
  std::vector<std::string_view> expressions;
  for (const Check& check : table.checks) expressions.push_back(check.expression);
  for (const Column& column : table.columns)
    if (column.generated) expressions.push_back(column.generated->expression);
  for (const std::string_view expression : expressions)
    if (qualifies_with(expression, name.table))
      return unsupported_error(fmt::format("table {} cannot be rebuilt, because its expression ({}) names it",
                                           display(name), expression),
                               "leave out the table's name before the column's");
  return {};
}

}  // namespace

std::string key_of(const TableName& name) {
  return to_lower(name.schema) + '\0' + to_lower(name.table);
}

Result<ChangedTables> ChangedTables::read(std::span<const Change> changes, const Schema& have,
                                          const Features& features) {
  ChangedTables tables(changes, have);
  tables.read_tables();
  tables.gather();
  TRY(tables.choose_rebuilds(features));
  tables.foresee();
  return tables;
}

void ChangedTables::read_tables() {
  for (const Namespace& space : have_->namespaces) {
    for (const Table& table : space.tables) {
      now_.emplace(key_of({space.name, table.name}), &table);
      std::set<std::string> referred;
      for (const ForeignKey& key : table.foreign_keys)
        if (referred.insert(to_lower(key.referenced_table)).second)
          referring_.emplace(key_of({space.name, key.referenced_table}), TableName{space.name, table.name});
    }
    for (const NamedObject& view : space.views) views_.insert(key_of({space.name, view.name}));
  }
}

void ChangedTables::gather() {
  for (const Change& one : changes_) {
    if (const auto* added = std::get_if<change::AddTable>(&one))
      added_.emplace(key_of(added->name), added->table);
    if (const auto* dropped = std::get_if<change::DropTable>(&one)) dropped_.insert(key_of(dropped->name));
  }
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (!is_of_table(changes_[i])) continue;
    const TableName& name = change_name(changes_[i]);
    if (const auto added = added_.find(key_of(name)); added != added_.end()) {
      const auto* index = std::get_if<change::AddIndex>(&changes_[i]);
      if (index == nullptr || index->index.is_constraint) change_table(added->second, changes_[i]);
    } else if (!is_dropped(name)) {
      const auto [place, is_new] = places_.try_emplace(key_of(name), changed_.size());
      if (is_new) changed_.push_back({name});
      changed_[place->second].changes.push_back(i);
    }
  }
}

Result<void> ChangedTables::choose_rebuilds(const Features& features) {
  for (ChangedTable& table : changed_) {
    table.have = find_table(table.name);
    if (table.have == nullptr) return internal_error("a change of the unknown table " + display(table.name));
    table.name.table = table.have->name;
    table.want = *table.have;
    for (const std::size_t place : table.changes) {
      change_table(table.want, changes_[place]);
      const std::string reason = needs_rebuild(changes_[place], *table.have, features);
      if (!reason.empty()) table.reasons.push_back(change_object(changes_[place], "main") + ": " + reason);
    }
    if (!table.reasons.empty()) TRY(check_can_rebuild(table));
  }
  return {};
}

// A rebuild is made from the model, and would lose what that does not hold.
Result<void> ChangedTables::check_can_rebuild(const ChangedTable& table) const {
  const std::pair<std::string, std::string_view> losses[] = {
      {conflict_clauses_of(table.name), "has ON CONFLICT clauses"},
      {odd_primary_key_of(table.name), "has a primary key with an order or a collation of its own"}};
  for (const UnmodelledObject& object : have_->not_modelled)
    for (const auto& [what, reason] : losses)
      if (object.what == what)
        return unsupported_error(
            fmt::format("table {} {}, which its rebuild would lose", display(table.name), reason),
            "rebuild it by hand, or leave it out with --ignore");
  TRY(check_expressions(table.name, *table.have));
  return check_expressions(table.name, table.want);
}

void ChangedTables::foresee() {
  then_ = now_;
  for (const std::string& key : dropped_) then_.erase(key);
  for (const auto& [key, table] : added_) then_[key] = &table;
  for (const ChangedTable& table : changed_) then_[key_of(table.name)] = &table.want;
}

bool ChangedTables::is_rebuilt(const TableName& name) const {
  const std::size_t* place = find(places_, name);
  return place != nullptr && !changed_[*place].reasons.empty();
}

const Table* ChangedTables::find_added(const TableName& name) const {
  return find(added_, name);
}

const Table* ChangedTables::find_table(const TableName& name) const {
  const auto* found = find(now_, name);
  return found == nullptr ? nullptr : *found;
}

std::vector<TableName> ChangedTables::referring_to(const TableName& name) const {
  std::vector<TableName> tables;
  const auto [begin, end] = referring_.equal_range(key_of(name));
  for (auto it = begin; it != end; ++it)
    if (!is_dropped(it->second) && !is_rebuilt(it->second)) tables.push_back(it->second);
  return tables;
}

bool ChangedTables::may_refer(const std::map<std::string, const Table*>& tables, const TableName& name,
                              const ForeignKey& key) const {
  const TableName referred{name.schema, key.referenced_table};
  const auto* found = find(tables, referred);
  return found == nullptr ? !views_.contains(key_of(referred))
                          : is_unique_key(**found, key.referenced_columns);
}

bool ChangedTables::has_usable_keys(const TableName& name) const {
  for (const auto* tables : {&now_, &then_})
    if (const auto* found = find(*tables, name))
      for (const ForeignKey& key : (*found)->foreign_keys)
        if (!may_refer(*tables, name, key)) return false;
  return true;
}

std::vector<Notice> ChangedTables::unusable_keys() const {
  std::vector<Notice> notices;
  for (const Change& one : changes_) {
    const auto* added = std::get_if<change::AddForeignKey>(&one);
    if (added == nullptr || may_refer(then_, added->name, added->key)) continue;
    notices.push_back(
        {"unusable_foreign_key", change_object(one, "main"),
         fmt::format("the foreign key refers to columns of {0} that are not unique: SQLite makes "
                     "it, and then refuses to write rows of {1} and {0}",
                     added->key.referenced_table, display(added->name))});
  }
  return notices;
}

}  // namespace bascule::sqlite
