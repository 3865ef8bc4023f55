// Columns and tables that look as if they had been renamed: a suggestion, never more.
#pragma once

#include <string_view>
#include <vector>

#include "engine/model/change.h"

namespace bascule {

// For each dropped column or table that one added thing resembles best, a notice of code maybe_renamed with
// the reason and the option that would say so.
std::vector<Notice> suggest_renames(const std::vector<Change>& changes, std::string_view default_schema);

}  // namespace bascule
