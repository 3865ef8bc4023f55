// What must change so that one database looks like another one. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/dialect/features.h"
#include "engine/dialect/type_rules.h"
#include "engine/model/change.h"
#include "engine/model/schema.h"

namespace bascule {

// OLD:NEW, as the user says it: `table.column:new_column`, `table:new_table`, each with `schema.` before it
// if need be. OLD is what the database that is changed has.
struct Rename {
  std::string from, to;
};
Result<Rename> parse_rename(std::string_view text);

struct DiffOptions {
  // Globs over names of tables, views, ...: `name` or `schema.name`; letter case does not count.
  std::vector<std::string> ignore = {};
  bool with_migration_tables = false;  // see is_migration_table
  std::vector<Rename> renames = {};
  // Names of constraints and indexes and the spelling of types count, too.
  bool strict = false;
  TypeRules type_rules = {};  // of the user, before those of the type map
};

// Whether a table of this name is one in which a migration tool keeps its history; diff, plan and copy leave
// it alone.
bool is_migration_table(std::string_view name);

// Whether the options leave the object of this name alone.
bool is_left_alone(std::string_view space, std::string_view name, const DiffOptions& options);

struct Difference {
  std::vector<Change> changes;  // in an order in which they can be made, see change_order.h
  // Differences that are found but that no change describes (partitions, inheritance, what not_modelled
  // lists). Two schemas are equal only if this is empty too.
  std::vector<Notice> unplannable;
  // What the mapping to the other engine widens, loses or leaves out; likely renames (code maybe_renamed).
  std::vector<Notice> notices;

  bool is_equal() const { return changes.empty() && unplannable.empty(); }
};

// The changes that turn `have`, a database with these features, into `want`, which may be of another engine:
// columns are equal if `have` is what the copier would have made (see is_equivalent), keys and indexes if
// they cover the same columns. The columns of the changes are of the engine of `have`. Options::renames are
// not looked at: see rename_objects.
Difference diff_schemas(const Schema& want, const Schema& have, const Features& target,
                        const DiffOptions& options = {});

struct RenamedSchema {
  Schema schema;                // with the new names everywhere
  std::vector<Change> changes;  // the renames
};
// Error usage for a rename of something that `have` does not hold or whose new name it holds already.
Result<RenamedSchema> rename_objects(const Schema& have, const std::vector<Rename>& renames,
                                     const Features& target);

// Both in one: the renames first, then what is left to change.
Result<Difference> diff_renamed(const Schema& want, const Schema& have, const Features& target,
                                const DiffOptions& options);

}  // namespace bascule
