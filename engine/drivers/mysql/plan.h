#pragma once

#include <span>
#include <vector>

#include "engine/dialect/features.h"
#include "engine/model/change.h"

namespace bascule::mysql {

// Driver::plan. Pure.
Result<PlannedSteps> plan_changes(std::span<const Change> changes, const Schema& have,
                                  const Features& features);

}  // namespace bascule::mysql
