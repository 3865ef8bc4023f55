// Differences and plans as the JSON documents of the shell's contract, each on one line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/jobs/plan.h"

namespace bascule {

// {"equal","changes":[{"kind","object","from","to","loses_data"}],"steps":[...],"notices":[...],"unplannable":[...]},
// the steps where they could be planned. Objects are named without their schema where it is `default_schema`.
std::string difference_to_json(const Difference& difference, const std::vector<Step>& steps,
                               std::string_view default_schema);

// The same with "steps":[{"sql","undo_sql","comment","loses_data","in_transaction","reversible"}]. Equal if
// there is nothing to do and nothing was left out.
std::string plan_to_json(const Plan& plan, std::string_view default_schema);

}  // namespace bascule
