// The statements that make one database look like another one. Pure.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/jobs/diff.h"

namespace bascule {

struct PlanOptions {
  DiffOptions diff = {};
  // Only what adds: drops and changes that may lose data are left out and listed as notices of code left_out.
  bool additive = false;
};

// What turns `have` into `want`, planned by the driver of `target`. Error unsupported if a difference cannot
// be planned.
Result<Plan> make_plan(const Schema& want, const Schema& have, const Features& target,
                       const PlanOptions& options = {});

// Whether `allow` (patterns KIND:OBJECT, both globs: drop_column:users.email, drop_*:*) permits a change.
bool is_allowed(const Change& change, const std::vector<std::string>& allow, std::string_view default_schema);

}  // namespace bascule
