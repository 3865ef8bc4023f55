// The differences of what stands beside the tables of a schema: enums, views, sequences, triggers, functions,
// ..., and comments.
#pragma once

#include <functional>
#include <string_view>

#include "engine/jobs/diff.h"

namespace bascule {

struct ObjectScope {
  // Whether an object of `have` is left alone; takes its schema and its name (or its table's).
  std::function<bool(std::string_view space, std::string_view name)> is_ignored;
  // False across engines: only what the mapping carries over is compared then, and nothing is dropped.
  bool is_same_engine = true;
};

// Adds to `out` what turns the objects of `have` into those of `want`, two schemas of one name.
void diff_objects(const Namespace& want, const Namespace& have, const Dialect& dialect,
                  const ObjectScope& scope, Difference& out);
void diff_extensions(const Schema& want, const Schema& have, const ObjectScope& scope, Difference& out);

// Whether two definitions mean the same but for the name of the schema that they stand in.
bool are_equal_definitions(const NamedObject& a, std::string_view space_a, const NamedObject& b,
                           std::string_view space_b, const Dialect& dialect);

}  // namespace bascule
