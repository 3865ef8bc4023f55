#include "engine/drivers/mysql/plan_order.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "engine/base/text.h"
#include "engine/drivers/mysql/table_keys.h"

namespace bascule::mysql {
namespace {

class Orderer {
 public:
  Orderer(std::span<const Change> changes, const Schema& have) : changes_(changes) {
    for (const auto& space : have.namespaces)
      for (const auto& table : space.tables) tables_[{space.name, table.name}] = &table;
    group_.resize(changes.size());
    std::iota(group_.begin(), group_.end(), std::size_t{0});
    place_.resize(changes.size());
    for (std::size_t i = 0; i < changes.size(); ++i) of_table_[table_key(i)].push_back(i);
  }

  std::vector<Unit> run() {
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      join_counter(i);
      join_nullable(i);
      join_index(i);
      join_renamed(i);
    }
    std::vector<Unit> units = collect();
    sort_runs(units);
    return units;
  }

 private:
  template <typename Kind>
  const Kind* get(std::size_t i) const {
    return std::get_if<Kind>(&changes_[i]);
  }
  const Table* table_of(std::size_t i) const {
    const auto found = tables_.find(table_key(i));
    return found == tables_.end() ? nullptr : found->second;
  }
  using TableKey = std::pair<std::string, std::string>;
  TableKey table_key(std::size_t i) const {
    const TableName& name = change_name(changes_[i]);
    return {name.schema, name.table};
  }
  // Every other change of the same table.
  void each_beside(std::size_t i, const std::function<void(std::size_t)>& visit) const {
    for (const std::size_t k : of_table_.at(table_key(i)))
      if (k != i) visit(k);
  }

  std::size_t root(std::size_t i) const {
    while (group_[i] != i) i = group_[i];
    return i;
  }
  // Both are made by one statement, which stands not before `place`.
  void join(std::size_t a, std::size_t b, std::size_t place) {
    const std::size_t from = root(a), into = root(b);
    group_[from] = into;
    for (const std::size_t i : {from, into}) place = std::max(place, place_[i].value_or(0));
    place_[into] = place;
  }

  // --- AUTO_INCREMENT ---
  // The column that starts to count by itself with this change, or stops to.
  const Column* gained_counter(std::size_t i) const {
    if (const auto* added = get<change::AddColumn>(i))
      return added->column.identity != Identity::none ? &added->column : nullptr;
    const auto* altered = get<change::AlterColumn>(i);
    const bool gains = altered != nullptr && altered->from.identity == Identity::none &&
                       altered->to.identity != Identity::none;
    return gains ? &altered->to : nullptr;
  }
  const Column* lost_counter(std::size_t i) const {
    if (const auto* dropped = get<change::DropColumn>(i))
      return dropped->column.identity != Identity::none ? &dropped->column : nullptr;
    const auto* altered = get<change::AlterColumn>(i);
    const bool loses = altered != nullptr && altered->from.identity != Identity::none &&
                       altered->to.identity == Identity::none;
    return loses ? &altered->from : nullptr;
  }
  bool adds_key(std::size_t i, const std::string& column) const {
    if (const auto* added = get<change::AddIndex>(i)) return begins_with(added->index, column);
    const auto* altered = get<change::AlterPrimaryKey>(i);
    return altered != nullptr && begins_with(altered->to, column);
  }
  bool drops_key(std::size_t i, const std::string& column) const {
    if (const auto* dropped = get<change::DropIndex>(i)) return begins_with(dropped->index, column);
    const auto* altered = get<change::AlterPrimaryKey>(i);
    return altered != nullptr && begins_with(altered->from, column) && !begins_with(altered->to, column);
  }
  bool keeps_a_key(std::size_t i, const std::string& column) const {
    const Table* table = table_of(i);
    if (table == nullptr) return false;
    std::size_t keys = begins_with(table->primary_key, column) ? 1 : 0;
    for (const auto& index : table->indexes)
      if (begins_with(index, column)) ++keys;
    std::size_t dropped = drops_key(i, column) ? 1 : 0;
    each_beside(i, [&](std::size_t k) { dropped += drops_key(k, column) ? 1 : 0; });
    return keys > dropped;
  }
  std::optional<std::size_t> find_added_key(std::size_t i, const std::string& column) const {
    std::optional<std::size_t> found;
    each_beside(i, [&](std::size_t k) {
      if (!found && adds_key(k, column)) found = k;
    });
    return found;
  }

  void join_counter(std::size_t i) {
    if (const Column* column = gained_counter(i)) {
      if (keeps_a_key(i, column->name)) return;
      const auto key = find_added_key(i, column->name);
      if (!key) return;
      std::size_t place = i;  // when all columns of the key are there
      each_beside(i, [&](std::size_t k) {
        if (get<change::AddColumn>(k) != nullptr || get<change::AlterColumn>(k) != nullptr)
          place = std::max(place, k);
      });
      join(i, *key, place);
      return;
    }
    if (const Column* column = lost_counter(i)) {
      each_beside(i, [&](std::size_t k) {
        if (drops_key(k, column->name)) join(k, i, i);
      });
      return;
    }
    // The key of a column that goes on counting is replaced.
    const Table* table = table_of(i);
    if (table == nullptr) return;
    for (const auto& column : table->columns) {
      if (column.identity == Identity::none || !drops_key(i, column.name)) continue;
      bool goes_on = true;
      each_beside(i, [&](std::size_t k) {
        const Column* lost = lost_counter(k);
        if (lost != nullptr && lost->name == column.name) goes_on = false;
      });
      const auto key = find_added_key(i, column.name);
      if (goes_on && key && !keeps_a_key(i, column.name)) join(i, *key, std::max(i, *key));
    }
  }

  // A column of the primary key becomes nullable: only when it is no column of it any more.
  void join_nullable(std::size_t i) {
    const auto* altered = get<change::AlterColumn>(i);
    if (altered == nullptr || altered->from.nullable || !altered->to.nullable) return;
    each_beside(i, [&](std::size_t k) {
      const auto* key = get<change::AlterPrimaryKey>(k);
      if (key == nullptr || !key->from) return;
      const auto& columns = key->from->columns;
      if (std::find(columns.begin(), columns.end(), altered->from.name) != columns.end())
        join(i, k, std::max(i, k));
    });
  }

  // An index that is made anew under its name, that is only renamed, or that a foreign key needs.
  void join_index(std::size_t i) {
    const auto* dropped = get<change::DropIndex>(i);
    const Table* table = table_of(i);
    if (dropped == nullptr || table == nullptr || loses_a_column(i, dropped->index)) return;
    std::optional<std::size_t> partner;
    each_beside(i, [&](std::size_t k) {
      const auto* added = get<change::AddIndex>(k);
      if (added == nullptr || partner) return;
      Index renamed = dropped->index;
      renamed.name = added->index.name;
      const bool is_renamed = !added->index.name.empty() && renamed == added->index && !is_joined(k);
      Index same = dropped->index;
      same.options = added->index.options;
      // MySQL takes an index that differs only in its parser for the same one, and does nothing.
      if (same == added->index) return;
      const bool is_made_anew = added->index.name == dropped->index.name;
      const bool takes_its_place =
          std::any_of(table->foreign_keys.begin(), table->foreign_keys.end(), [&](const ForeignKey& key) {
            return serves(dropped->index, key.columns) && serves(added->index, key.columns);
          });
      if (is_made_anew || is_renamed || takes_its_place) partner = k;
    });
    if (partner) join(i, *partner, std::max(i, *partner));
  }
  bool is_joined(std::size_t i) const { return place_[root(i)].has_value(); }
  // Or one becomes what no index takes whole: the index must be gone before.
  bool loses_a_column(std::size_t i, const Index& index) const {
    bool loses = false;
    const auto has = [&](const std::string& column) {
      return std::any_of(index.parts.begin(), index.parts.end(),
                         [&](const IndexPart& part) { return part.column == column; });
    };
    const auto is_large = [](const Type& type) {
      const auto* text = type.get<type::Text>();
      const auto* bytes = type.get<type::Bytes>();
      return type.is<type::Json>() || (text != nullptr && !text->max_chars) ||
             (bytes != nullptr && !bytes->max_bytes);
    };
    each_beside(i, [&](std::size_t k) {
      if (const auto* dropped = get<change::DropColumn>(k)) loses = loses || has(dropped->column.name);
      if (const auto* altered = get<change::AlterColumn>(k))
        loses =
            loses || (is_large(altered->to.type) && !is_large(altered->from.type) && has(altered->to.name));
    });
    return loses;
  }

  void join_renamed(std::size_t i) {
    if (get<change::RenameColumn>(i) == nullptr) return;
    each_beside(i, [&](std::size_t k) {
      if (k > i && get<change::RenameColumn>(k) != nullptr && root(k) != root(i)) join(k, i, i);
    });
  }

  std::vector<Unit> collect() const {
    std::map<std::size_t, Unit> by_root;
    for (std::size_t i = 0; i < changes_.size(); ++i) by_root[root(i)].push_back(i);
    std::vector<std::pair<std::size_t, Unit>> placed;
    for (auto& [first, unit] : by_root) placed.emplace_back(place_[first].value_or(unit[0]), std::move(unit));
    std::stable_sort(placed.begin(), placed.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Unit> units;
    for (auto& [place, unit] : placed) units.push_back(std::move(unit));
    return units;
  }

  // --- order within a run of changes of one kind ---
  bool is_generated(const Unit& unit, bool added) const {
    if (unit.size() != 1) return false;
    if (added) {
      const auto* change = get<change::AddColumn>(unit[0]);
      return change != nullptr && change->column.generated.has_value();
    }
    const auto* change = get<change::DropColumn>(unit[0]);
    return change != nullptr && change->column.generated.has_value();
  }
  template <typename... Kinds>
  bool is_any(const Unit& unit) const {
    return std::all_of(unit.begin(), unit.end(),
                       [&](std::size_t i) { return (std::holds_alternative<Kinds>(changes_[i]) || ...); });
  }
  template <typename... Kinds>
  void each_run(std::vector<Unit>& units,
                const std::function<void(std::vector<Unit>::iterator, std::vector<Unit>::iterator)>& visit) {
    for (auto begin = units.begin(); begin != units.end();) {
      if (!is_any<Kinds...>(*begin)) {
        ++begin;
        continue;
      }
      auto end = begin;
      while (end != units.end() && is_any<Kinds...>(*end)) ++end;
      visit(begin, end);
      begin = end;
    }
  }

  void sort_runs(std::vector<Unit>& units) {
    // Generated columns are made of others: they come after them and go before them.
    each_run<change::AddColumn>(units, [&](auto begin, auto end) {
      std::stable_partition(begin, end, [&](const Unit& unit) { return !is_generated(unit, true); });
    });
    each_run<change::DropColumn>(units, [&](auto begin, auto end) {
      std::stable_partition(begin, end, [&](const Unit& unit) { return is_generated(unit, false); });
    });
    each_run<change::AddObject, change::AlterObject>(
        units, [&](auto begin, auto end) { put_needed_first(begin, end); });
    each_run<change::DropObject>(units, [&](auto begin, auto end) {
      std::reverse(begin, end);
      put_needed_first(begin, end);
      std::reverse(begin, end);
    });
  }

  const NamedObject& object_of(const Unit& unit) const {
    if (const auto* added = get<change::AddObject>(unit[0])) return added->object;
    if (const auto* dropped = get<change::DropObject>(unit[0])) return dropped->object;
    return std::get<change::AlterObject>(changes_[unit[0]]).to;
  }
  static std::string key_of(const NamedObject& object) {
    return (object.kind == ObjectKind::trigger ? "trigger " : "") + to_lower(object.name);
  }
  // What a view reads from; the trigger that a trigger follows.
  static std::set<std::string> needed_keys(const NamedObject& object) {
    if (object.kind == ObjectKind::view) return used_relations(object.definition);
    constexpr std::string_view follows = " FOR EACH ROW FOLLOWS `";
    const auto at = object.definition.find(follows);
    if (object.kind != ObjectKind::trigger || at == std::string::npos) return {};
    const std::string_view rest = std::string_view(object.definition).substr(at + follows.size());
    return {"trigger " + to_lower(rest.substr(0, rest.find('`')))};
  }
  // Those that need each other in a circle stay as they
  // are.
  void put_needed_first(std::vector<Unit>::iterator begin, std::vector<Unit>::iterator end) const {
    std::map<std::string, std::size_t> by_name;
    for (auto unit = begin; unit != end; ++unit) by_name.emplace(key_of(object_of(*unit)), (*unit)[0]);
    std::map<std::size_t, std::set<std::size_t>> needed;
    for (auto unit = begin; unit != end; ++unit)
      for (const auto& key : needed_keys(object_of(*unit)))
        if (const auto found = by_name.find(key); found != by_name.end() && found->second != (*unit)[0])
          needed[(*unit)[0]].insert(found->second);
    std::set<std::size_t> done;
    for (auto next = begin; next != end; ++next) {
      const auto free = std::find_if(next, end, [&](const Unit& unit) {
        const auto& wanted = needed[unit[0]];
        return std::includes(done.begin(), done.end(), wanted.begin(), wanted.end());
      });
      if (free != end) std::rotate(next, free, free + 1);
      done.insert((*next)[0]);
    }
  }

  std::span<const Change> changes_;
  std::map<TableKey, const Table*> tables_;
  std::map<TableKey, std::vector<std::size_t>> of_table_;
  std::vector<std::size_t> group_;                 // leads to the first of the group that the change is in
  std::vector<std::optional<std::size_t>> place_;  // of a group's first: where the group stands
};

}  // namespace

std::vector<Unit> order_changes(std::span<const Change> changes, const Schema& have) {
  return Orderer(changes, have).run();
}

}  // namespace bascule::mysql
