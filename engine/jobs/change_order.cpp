#include "engine/jobs/change_order.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "engine/base/overloaded.h"
#include "engine/base/text.h"
#include "engine/dialect/sql_names.h"

namespace bascule {
namespace {

// The places in a plan, first to last.
enum Place {
  schemas_come,
  extensions_come,
  tables_rename,
  columns_rename,
  dependents_go,  // triggers, policies, views
  foreign_keys_go,
  indexes_go,
  checks_go,
  tables_go,
  types_come,    // and change
  helpers_come,  // sequences, and functions that tables need
  tables_come,
  columns_come,
  tables_change,
  columns_change,
  primary_keys_change,
  columns_go,
  indexes_come,
  checks_come,
  foreign_keys_come,
  functions_come,
  views_come,
  triggers_come,
  comments_change,
  helpers_go,
  types_go,
  extensions_go,
  schemas_go,
};

bool is_dependent(ObjectKind kind) {
  return kind == ObjectKind::view || kind == ObjectKind::materialized_view || kind == ObjectKind::trigger ||
         kind == ObjectKind::policy;
}

Place place_of_object(const NamedObject& object, bool is_used_by_tables) {
  switch (object.kind) {
    case ObjectKind::extension:
      return extensions_come;
    case ObjectKind::domain:
      return types_come;
    case ObjectKind::sequence:
      return helpers_come;
    case ObjectKind::view:
    case ObjectKind::materialized_view:
      return views_come;
    case ObjectKind::trigger:
    case ObjectKind::policy:
      return triggers_come;
    default:
      return is_used_by_tables ? helpers_come : functions_come;
  }
}

Place place_of_drop(ObjectKind kind) {
  if (is_dependent(kind)) return dependents_go;
  if (kind == ObjectKind::domain) return types_go;
  return kind == ObjectKind::extension ? extensions_go : helpers_go;
}

// "add(integer, integer)" -> "add"
std::string bare_name(const NamedObject& object) {
  return object.name.substr(0, object.name.find('('));
}

// Every name in the expressions of the tables and columns that come.
std::set<std::string> names_in_expressions(const std::vector<Change>& changes, const Dialect& dialect) {
  std::set<std::string> names;
  const auto add = [&](const std::string& sql) {
    if (!sql.empty()) names.merge(names_in(sql, dialect));
  };
  const auto of_column = [&](const Column& column) {
    if (column.default_sql) add(*column.default_sql);
    if (column.generated) add(column.generated->expression);
  };
  const auto of_index = [&](const Index& index) {
    for (const auto& part : index.parts) add(part.expression);
    add(index.where);
  };
  for (const auto& one : changes) {
    if (const auto* added = std::get_if<change::AddTable>(&one)) {
      for (const auto& column : added->table.columns) of_column(column);
      for (const auto& check : added->table.checks) add(check.expression);
      for (const auto& index : added->table.indexes) of_index(index);
    }
    if (const auto* added = std::get_if<change::AddColumn>(&one)) of_column(added->column);
    if (const auto* altered = std::get_if<change::AlterColumn>(&one)) of_column(altered->to);
    if (const auto* added = std::get_if<change::AddCheck>(&one)) add(added->check.expression);
    if (const auto* added = std::get_if<change::AddIndex>(&one)) of_index(added->index);
  }
  return names;
}

Place place_of(const Change& change, const std::set<std::string>& names) {
  using namespace change;
  const auto object = [&](const NamedObject& named) {
    return place_of_object(named, names.contains(to_lower(bare_name(named))));
  };
  return std::visit(overloaded{[](const AddSchema&) { return schemas_come; },
                               [](const DropSchema&) { return schemas_go; },
                               [](const AddTable&) { return tables_come; },
                               [](const DropTable&) { return tables_go; },
                               [](const RenameTable&) { return tables_rename; },
                               [](const AlterTable&) { return tables_change; },
                               [](const AddColumn&) { return columns_come; },
                               [](const DropColumn&) { return columns_go; },
                               [](const RenameColumn&) { return columns_rename; },
                               [](const AlterColumn&) { return columns_change; },
                               [](const AddIndex&) { return indexes_come; },
                               [](const DropIndex&) { return indexes_go; },
                               [](const AddForeignKey&) { return foreign_keys_come; },
                               [](const DropForeignKey&) { return foreign_keys_go; },
                               [](const AlterPrimaryKey&) { return primary_keys_change; },
                               [](const AddCheck&) { return checks_come; },
                               [](const DropCheck&) { return checks_go; },
                               [](const AddEnum&) { return types_come; },
                               [](const DropEnum&) { return types_go; },
                               [](const AlterEnum&) { return types_come; },
                               [&](const AddObject& c) { return object(c.object); },
                               [](const DropObject& c) { return place_of_drop(c.object.kind); },
                               [&](const AlterObject& c) { return object(c.to); },
                               [](const SetComment&) { return comments_change; }},
                    change);
}

using Changes = std::vector<Change>;

// The numbers from 0, each after those that it waits for, the lowest first otherwise. Where all that are left
// wait for each other, `give_way` is told the one that goes all the same, and all of them.
template <typename GiveWay>
std::vector<std::size_t> sort_by_need(std::vector<std::set<std::size_t>> waits_for, GiveWay&& give_way) {
  const std::size_t count = waits_for.size();
  std::vector<std::vector<std::size_t>> needed_by(count);
  std::set<std::size_t> ready, left;
  for (std::size_t i = 0; i < count; ++i) {
    waits_for[i].erase(i);
    for (const std::size_t other : waits_for[i]) needed_by[other].push_back(i);
    (waits_for[i].empty() ? ready : left).insert(i);
  }
  std::vector<std::size_t> order;
  while (order.size() < count) {
    if (ready.empty()) {
      give_way(*left.begin(), left);
      ready.insert(*left.begin());
      left.erase(left.begin());
    }
    const std::size_t next = *ready.begin();
    ready.erase(ready.begin());
    order.push_back(next);
    for (const std::size_t other : needed_by[next]) {
      waits_for[other].erase(next);
      if (waits_for[other].empty() && left.erase(other) != 0) ready.insert(other);
    }
  }
  return order;
}

template <typename Iterator>
void permute(Iterator begin, const std::vector<std::size_t>& order) {
  Changes moved;
  moved.reserve(order.size());
  for (const std::size_t i : order) moved.push_back(std::move(*(begin + static_cast<std::ptrdiff_t>(i))));
  std::move(moved.begin(), moved.end(), begin);
}

// A table goes before those that it refers to. Keys that go round in a circle are dropped first.
void order_dropped_tables(Changes& changes) {
  const auto is_drop = [](const Change& one) { return std::holds_alternative<change::DropTable>(one); };
  const auto begin = std::find_if(changes.begin(), changes.end(), is_drop);
  const auto end = std::find_if_not(begin, changes.end(), is_drop);
  const auto count = static_cast<std::size_t>(end - begin);
  const auto drop = [&](std::size_t i) -> change::DropTable& {
    return std::get<change::DropTable>(*(begin + static_cast<std::ptrdiff_t>(i)));
  };
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (std::size_t i = 0; i < count; ++i) places[{drop(i).name.schema, drop(i).name.table}] = i;
  // Nothing if the key leads to a table that stays, or to its own.
  const auto target_of = [&](std::size_t from, const ForeignKey& key) -> std::optional<std::size_t> {
    const std::string& schema =
        key.referenced_schema.empty() ? drop(from).name.schema : key.referenced_schema;
    const auto found = places.find({schema, key.referenced_table});
    if (found == places.end() || found->second == from) return std::nullopt;
    return found->second;
  };
  std::vector<std::set<std::size_t>> waits_for(count);
  for (std::size_t i = 0; i < count; ++i)
    for (const ForeignKey& key : drop(i).table.foreign_keys)
      if (const auto target = target_of(i, key)) waits_for[*target].insert(i);
  Changes keys;
  const auto order = sort_by_need(waits_for, [&](std::size_t first, const std::set<std::size_t>& left) {
    for (const std::size_t i : left)
      std::erase_if(drop(i).table.foreign_keys, [&](const ForeignKey& key) {
        if (target_of(i, key) != first) return false;
        keys.push_back(change::DropForeignKey{drop(i).name, key});
        return true;
      });
  });
  permute(begin, order);
  changes.insert(begin, std::make_move_iterator(keys.begin()), std::make_move_iterator(keys.end()));
}

const NamedObject* object_of(const Change& change) {
  if (const auto* added = std::get_if<change::AddObject>(&change)) return &added->object;
  if (const auto* dropped = std::get_if<change::DropObject>(&change)) return &dropped->object;
  if (const auto* altered = std::get_if<change::AlterObject>(&change)) return &altered->to;
  return nullptr;
}

// Definitions after those that they mention (or before, for drops), in the order that they have otherwise.
void order_by_mention(Changes::iterator begin, Changes::iterator end, const Dialect& dialect,
                      bool dependents_first) {
  const auto count = static_cast<std::size_t>(end - begin);
  const auto object = [&](std::size_t i) -> const NamedObject& {
    return *object_of(*(begin + static_cast<std::ptrdiff_t>(i)));
  };
  std::multimap<std::string, std::size_t> by_name;
  for (std::size_t i = 0; i < count; ++i) by_name.emplace(to_lower(bare_name(object(i))), i);
  std::vector<std::set<std::size_t>> waits_for(count);
  for (std::size_t i = 0; i < count; ++i)
    for (const std::string& name : names_in(object(i).definition, dialect))
      for (auto [at, last] = by_name.equal_range(name); at != last; ++at) {
        if (dependents_first)
          waits_for[at->second].insert(i);
        else
          waits_for[i].insert(at->second);
      }
  permute(begin, sort_by_need(waits_for, [](std::size_t, const std::set<std::size_t>&) {}));
}

}  // namespace

void put_in_order(std::vector<Change>& changes, const Dialect& dialect) {
  const std::set<std::string> names = names_in_expressions(changes, dialect);
  std::vector<std::pair<Place, Change>> placed;
  placed.reserve(changes.size());
  for (auto& one : changes) {
    const Place place = place_of(one, names);
    placed.emplace_back(place, std::move(one));
  }
  std::stable_sort(placed.begin(), placed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  changes.clear();
  std::vector<Place> places;
  for (auto& [place, one] : placed) {
    changes.push_back(std::move(one));
    places.push_back(place);
  }
  for (const auto& [place, dependents_first] :
       {std::pair(dependents_go, true), std::pair(types_come, false), std::pair(helpers_come, false),
        std::pair(functions_come, false), std::pair(views_come, false), std::pair(helpers_go, true)}) {
    auto [first, last] = std::equal_range(places.begin(), places.end(), place);
    auto begin = changes.begin() + (first - places.begin()), end = changes.begin() + (last - places.begin());
    // Enums stand among the types, before the domains that are made of them.
    const auto objects =
        std::stable_partition(begin, end, [](const Change& one) { return object_of(one) == nullptr; });
    order_by_mention(objects, end, dialect, dependents_first);
  }
  order_dropped_tables(changes);
}

}  // namespace bascule
