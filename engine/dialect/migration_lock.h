// What keeps two migration runs off the same database, by engine.
#pragma once

#include <string_view>

#include "engine/dialect/dialect.h"

namespace bascule {

struct MigrationLock {
  // Gives one value, 1 or true if the lock was taken; "" where the transaction's own lock does it.
  std::string_view take;
  std::string_view release;
  std::string_view begin;  // starts a transaction that is going to write
};

const MigrationLock& migration_lock(Flavor flavor);

}  // namespace bascule
