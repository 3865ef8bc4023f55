// What cannot be there while something else changes: foreign keys whose columns or keys change, views and
// triggers that speak of what is renamed.
#pragma once

#include <span>
#include <vector>

#include "engine/drivers/mysql/plan_order.h"
#include "engine/model/change.h"

namespace bascule::mysql {

struct PausedKey {
  TableName table;
  ForeignKey key;
  std::size_t cause;  // the change that it stands in the way of
};

// Of the keys that stay: those with a column, on either side, whose type or collation changes (errors 1832,
// 1833, 3780), and those whose referenced key is replaced.
// https://dev.mysql.com/doc/refman/9.4/en/create-table-foreign-keys.html
std::vector<PausedKey> find_paused_keys(std::span<const Change> changes, const std::vector<Unit>& units,
                                        const Schema& have);

struct PausedObject {
  NamedObject object;          // with the new names
  std::string old_definition;  // with the old ones
  std::size_t cause;           // the first change of what it speaks of
};

// The views and triggers of `have` that speak of renamed tables and columns, because the server leaves their
// text as it is, and those that change together with columns or tables that go.
// https://dev.mysql.com/doc/refman/9.4/en/rename-table.html
std::vector<PausedObject> find_paused_objects(std::span<const Change> changes, const Schema& have);

}  // namespace bascule::mysql
