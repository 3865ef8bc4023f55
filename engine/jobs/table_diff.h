// The differences of two tables of one name.
#pragma once

#include "engine/jobs/diff.h"

namespace bascule {

struct WantedTable {
  const Table& source;              // as its own engine has it
  const Table& mapped;              // for the target's engine
  const Namespace& space;           // of the mapped table
  std::string_view default_schema;  // of the target: its tables are named without it
};

// Adds to `out` what turns `have` (in the namespace `have_space`) into `want`.
void diff_table(const WantedTable& want, const Table& have, const Namespace& have_space, Flavor from,
                const Features& target, const DiffOptions& options, Difference& out);

}  // namespace bascule
