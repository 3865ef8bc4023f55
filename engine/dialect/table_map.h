// A table on another engine: its columns, checks, keys and options.
#pragma once

#include <vector>

#include "engine/dialect/features.h"
#include "engine/dialect/type_rules.h"
#include "engine/model/change.h"
#include "engine/model/schema.h"

namespace bascule {

// The table `source` of `space`, whose foreign keys name the schemas of the target already. What is lost or
// left out is added to `notices`.
Table map_table(const Namespace& space, const Table& source, Flavor from, const Features& target,
                const TypeRules& rules, std::vector<Notice>& notices);

}  // namespace bascule
