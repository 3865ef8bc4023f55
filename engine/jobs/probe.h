// Counts the rows that a change would harm.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/result.h"
#include "engine/drivers/connection.h"
#include "engine/jobs/diff.h"

namespace bascule {

// Nothing if no query can tell. `have` is the schema of the connection's database.
Result<std::optional<std::int64_t>> count_misfits(const Change& change, const Schema& have,
                                                  Connection& connection);

// What the rows of the type map want to know of the data: for each column of `want` of which the target's
// type does not take all values that are there, a notice of code values_do_not_fit that counts them. `source`
// is the database that looks like `want`; one query a table. Tables that `options` leave alone are not asked;
// one that cannot be read gives a notice of code not_probed.
std::vector<Notice> probe_types(Connection& source, const Schema& want, const Features& target,
                                const DiffOptions& options);

}  // namespace bascule
