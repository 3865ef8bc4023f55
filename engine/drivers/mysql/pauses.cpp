#include "engine/drivers/mysql/pauses.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "engine/drivers/mysql/table_keys.h"

namespace bascule::mysql {
namespace {

using TableKey = std::pair<std::string, std::string>;

bool is_refused(const Column& from, const Column& to) {
  return from.native_type != to.native_type || from.collation != to.collation ||
         from.generated.has_value() != to.generated.has_value() || from.type != to.type ||
         (from.generated && to.generated && from.generated->stored != to.generated->stored);
}

class Finder {
 public:
  Finder(std::span<const Change> changes, const std::vector<Unit>& units) : changes_(changes) {
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const TableKey table{change_name(changes[i]).schema, change_name(changes[i]).table};
      if (const auto* altered = std::get_if<change::AlterColumn>(&changes[i])) {
        if (is_refused(altered->from, altered->to)) touched_[table].emplace_back(altered->to.name, i);
      } else if (const auto* table_altered = std::get_if<change::AlterTable>(&changes[i])) {
        // All columns without a collation of their own change theirs; another engine knows no keys.
        if (table_altered->from.collation != table_altered->to.collation ||
            table_altered->from.storage_engine != table_altered->to.storage_engine)
          converted_[table] = i;
      } else if (const auto* dropped = std::get_if<change::DropForeignKey>(&changes[i])) {
        dropped_keys_.insert({table.first, table.second, dropped->key.name});
      } else if (std::holds_alternative<change::DropTable>(changes[i])) {
        dropped_tables_.insert(table);
      }
    }
    for (const Unit& unit : units)
      for (const std::size_t i : unit) unit_of_[i] = &unit;
  }

  std::optional<std::size_t> cause(const TableKey& table, const ForeignKey& key) const {
    const TableKey referenced{key.referenced_schema.empty() ? table.first : key.referenced_schema,
                              key.referenced_table};
    if (dropped_keys_.contains({table.first, table.second, key.name}) || dropped_tables_.contains(table))
      return std::nullopt;
    if (const auto found = touching(table, key.columns)) return found;
    if (const auto found = touching(referenced, key.referenced_columns)) return found;
    return replacing(referenced, key.referenced_columns);
  }

 private:
  std::optional<std::size_t> touching(const TableKey& table, const std::vector<std::string>& columns) const {
    if (const auto found = converted_.find(table); found != converted_.end()) return found->second;
    const auto found = touched_.find(table);
    if (found == touched_.end()) return std::nullopt;
    for (const auto& [column, change] : found->second)
      if (std::find(columns.begin(), columns.end(), column) != columns.end()) return change;
    return std::nullopt;
  }

  bool drops(std::size_t i, const std::vector<std::string>& columns) const {
    if (const auto* dropped = std::get_if<change::DropIndex>(&changes_[i]))
      return serves(dropped->index, columns);
    const auto* altered = std::get_if<change::AlterPrimaryKey>(&changes_[i]);
    return altered != nullptr && altered->from && serves(*altered->from, columns);
  }
  bool adds(std::size_t i, const std::vector<std::string>& columns) const {
    if (const auto* added = std::get_if<change::AddIndex>(&changes_[i])) return serves(added->index, columns);
    const auto* altered = std::get_if<change::AlterPrimaryKey>(&changes_[i]);
    return altered != nullptr && altered->to && serves(*altered->to, columns);
  }

  // A key of the referenced table is dropped, and no other one takes its place in the same statement.
  std::optional<std::size_t> replacing(const TableKey& table, const std::vector<std::string>& columns) const {
    if (!by_table_) index_changes();
    const auto found = by_table_->find(table);
    if (found == by_table_->end()) return std::nullopt;
    for (const std::size_t i : found->second) {
      if (!drops(i, columns)) continue;
      const Unit& unit = *unit_of_.at(i);
      const bool is_replaced =
          std::any_of(unit.begin(), unit.end(), [&](std::size_t k) { return adds(k, columns); });
      if (!is_replaced) return i;
    }
    return std::nullopt;
  }
  void index_changes() const {
    by_table_.emplace();
    for (std::size_t i = 0; i < changes_.size(); ++i)
      (*by_table_)[{change_name(changes_[i]).schema, change_name(changes_[i]).table}].push_back(i);
  }

  std::span<const Change> changes_;
  std::map<TableKey, std::vector<std::pair<std::string, std::size_t>>> touched_;
  std::map<TableKey, std::size_t> converted_;
  std::set<std::tuple<std::string, std::string, std::string>> dropped_keys_;
  std::set<TableKey> dropped_tables_;
  std::map<std::size_t, const Unit*> unit_of_;
  mutable std::optional<std::map<TableKey, std::vector<std::size_t>>> by_table_;
};

}  // namespace

std::vector<PausedKey> find_paused_keys(std::span<const Change> changes, const std::vector<Unit>& units,
                                        const Schema& have) {
  const Finder finder(changes, units);
  std::vector<PausedKey> paused;
  for (const auto& space : have.namespaces)
    for (const auto& table : space.tables)
      for (const auto& key : table.foreign_keys)
        if (const auto cause = finder.cause({space.name, table.name}, key))
          paused.push_back({{space.name, table.name}, key, *cause});
  return paused;
}

namespace {

// What of a definition the server does not keep up to date by itself: of a trigger all but its table.
std::string_view own_text(const NamedObject& object, bool is_table_rename) {
  const std::string_view text = object.definition;
  if (object.kind != ObjectKind::trigger || !is_table_rename) return text;
  const auto body = text.find(" FOR EACH ROW ");
  return body == text.npos ? text : text.substr(body);
}

bool speaks_of(const NamedObject& object, const TableName& table, const std::string& column) {
  return mentions(object.definition, column) &&
         (object.table == table.table || mentions(object.definition, table.table));
}

// The definition before the change; nothing if it does not speak of what is renamed, or of what goes and
// would have to be there again when a changed object is taken back.
std::optional<std::string> before_change(const Change& change, const NamedObject& object, bool is_altered,
                                         const std::string& definition) {
  if (const auto* dropped = std::get_if<change::DropColumn>(&change))
    return is_altered && speaks_of(object, dropped->name, dropped->column.name) ? std::optional(definition)
                                                                                : std::nullopt;
  if (const auto* dropped = std::get_if<change::DropTable>(&change))
    return is_altered && mentions(object.definition, dropped->name.table) ? std::optional(definition)
                                                                          : std::nullopt;
  if (const auto* table = std::get_if<change::RenameTable>(&change)) {
    if (!mentions(own_text(object, true), table->to)) return std::nullopt;
    return with_name_changed(definition, table->to, table->name.table);
  }
  const auto* column = std::get_if<change::RenameColumn>(&change);
  if (column == nullptr || !speaks_of(object, column->name, column->to)) return std::nullopt;
  return with_name_changed(definition, column->to, column->column.name);
}

}  // namespace

std::vector<PausedObject> find_paused_objects(std::span<const Change> changes, const Schema& have) {
  std::vector<PausedObject> paused;
  const Namespace* space = have.find_namespace(have.default_namespace);
  if (space == nullptr) return paused;
  for (const auto list : {&Namespace::views, &Namespace::triggers})
    for (const auto& object : space->*list) {
      PausedObject one{object, object.definition, 0};
      bool is_concerned = false;
      const bool is_altered = std::any_of(changes.begin(), changes.end(), [&](const Change& change) {
        const auto* altered = std::get_if<change::AlterObject>(&change);
        return altered != nullptr && altered->from.name == object.name && altered->from.kind == object.kind;
      });
      for (std::size_t i = changes.size(); i-- > 0;) {
        auto before = before_change(changes[i], object, is_altered, one.old_definition);
        if (!before) continue;
        one.old_definition = std::move(*before);
        one.cause = i;
        is_concerned = true;
      }
      if (is_concerned) paused.push_back(std::move(one));
    }
  return paused;
}

}  // namespace bascule::mysql
