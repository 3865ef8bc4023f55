// A plan in a file: the document of plan_json.h with both schemas beside it, so that it can be run later,
// resumed and taken back.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/jobs/plan.h"

namespace bascule {

struct SavedPlan {
  Plan plan;
  std::string target;  // the connection's name in the shell that made it
  Schema want, have;
  PlanOptions options;
};

std::string saved_plan_to_json(const SavedPlan& saved);
// The name of the connection that the plan was made for.
Result<std::string> saved_plan_target(std::string_view text);
// The steps are those of the file; the changes are found again from the schemas, for a target with these
// features. Error usage if the text is no plan, conflict if it is one for another engine.
Result<SavedPlan> saved_plan_from_json(std::string_view text, const Features& target);

}  // namespace bascule
