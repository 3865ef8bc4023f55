// Views, triggers, policies and routines hold on to the columns, routines and views that they name:
// PostgreSQL refuses to alter a column's type or to drop a routine while they do. A plan takes them away
// first and makes them again in the end. What depends on what is read from the names in their definitions,
// which may find too much, never too little.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/drivers/postgres/planning.h"

namespace bascule::postgres {

using NameSet = std::set<std::string, std::less<>>;

// Every identifier of the text: words in lower case as the server folds them, quoted names without quotes;
// of dollar-quoted bodies too.
NameSet names_in(std::string_view sql);

struct DependentObject {
  TableName name;
  NamedObject object;
  std::size_t change;     // that it goes or comes for
  bool replaces = false;  // AlterObject without a removal
};

struct Dependents {
  std::vector<DependentObject> removals;   // in the order in which they can go
  std::vector<DependentObject> creations;  // in the order in which they can come
  std::set<std::size_t> changes;           // all that are made so, and not in their own place
};

Dependents find_dependents(const Planning& planning);

// Positions in `changes`, which add or alter types, sequences, routines or tables: what is named (of tables,
// the parents) comes before what names it; otherwise their order stays.
std::vector<std::size_t> in_order_of_names(std::span<const Change> changes,
                                           const std::vector<std::size_t>& positions);

}  // namespace bascule::postgres
