// What must change so that one database looks like another one. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/dialect/features.h"
#include "engine/model/change.h"
#include "engine/model/schema.h"

namespace bascule {

struct DiffOptions {
  // Globs over names of tables, views, ...: `name` or `schema.name`; letter case does not count.
  std::vector<std::string> ignore = {};
  bool with_migration_tables = false;  // see is_migration_table
};

// Whether a table of this name is one in which a migration tool keeps its history; diff, plan and copy leave
// it alone.
bool is_migration_table(std::string_view name);

struct Difference {
  std::vector<Change> changes;  // in an order in which they can be made
  // Differences that are found but that no change describes yet (checks, views, triggers, table options,
  // ...). Two schemas are equal only if this is empty too.
  std::vector<Notice> unplannable;
  // What the mapping to the other engine widens, loses or leaves out.
  std::vector<Notice> notices;

  bool is_equal() const { return changes.empty() && unplannable.empty(); }
};

// The changes that turn `have`, a database with these features, into `want`, which may be of another engine:
// columns are equal if `have` is what the copier would have made (see is_equivalent), keys and indexes if
// they cover the same columns. The columns of the changes are of the engine of `have`.
Difference diff_schemas(const Schema& want, const Schema& have, const Features& target,
                        const DiffOptions& options = {});

}  // namespace bascule
