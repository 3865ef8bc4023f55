// Counts the rows that a change would harm.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/result.h"
#include "engine/drivers/connection.h"

namespace bascule {

// Nothing if no query can tell. `have` is the schema of the connection's database.
Result<std::optional<std::int64_t>> count_misfits(const Change& change, const Schema& have,
                                                  Connection& connection);

}  // namespace bascule
