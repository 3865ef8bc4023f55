// An index on another engine.
#pragma once

#include <optional>
#include <vector>

#include "engine/dialect/features.h"
#include "engine/model/change.h"
#include "engine/model/schema.h"

namespace bascule {

// The index `from` of the table `source`, which is `mapped` on the target; nothing where the target cannot
// have it. What is left out is added to `notices`.
std::optional<Index> map_index(const Table& source, const Table& mapped, const Index& from, Flavor flavor,
                               const Features& target, std::vector<Notice>& notices);

}  // namespace bascule
