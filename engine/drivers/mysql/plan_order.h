// Which changes must be made by one statement, and in which order.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/model/change.h"

namespace bascule::mysql {

// The changes of one ALTER TABLE by their indexes, in order; mostly one.
using Unit = std::vector<std::size_t>;

// Units in a safe order. Some changes are possible only together: a column that counts by itself and its
// key, an index that a foreign key needs and the one that takes its place, all renamed columns of a table
// whose expressions speak of each other.
std::vector<Unit> order_changes(std::span<const Change> changes, const Schema& have);

}  // namespace bascule::mysql
