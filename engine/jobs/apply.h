// Runs a plan and proves that it did what it was made for.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/drivers/connection.h"
#include "engine/jobs/plan.h"

namespace bascule {

struct ApplyOptions {
  PlanOptions plan = {};
  // KIND:OBJECT patterns of changes that may lose data; any other one is error data_loss before anything is
  // run.
  std::vector<std::string> allow = {};
  InspectOptions inspect = {};  // as the schema of the target was read for the plan
  // Called before each step.
  std::function<void(const Step&, std::size_t number, std::size_t count)> on_step = {};
};

struct Applied {
  std::size_t steps = 0;
  Schema schema;  // of the target, afterwards
};

// Makes `target`, which looks like `have`, look like `want`. Statements run in one transaction as far as the
// engine and the steps allow it; where they do not, an error's detail says which steps took effect. Then the
// target is inspected again: what still differs is error mismatch. The caller has no transaction open on
// `target`.
Result<Applied> apply_plan(Connection& target, const Plan& plan, const Schema& want, const Schema& have,
                           const ApplyOptions& options = {});

}  // namespace bascule
