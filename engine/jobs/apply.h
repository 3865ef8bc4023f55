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
  DiffOptions diff = {};        // as the plan was made with
  InspectOptions inspect = {};  // as the schema of the target was read for the plan
  // Called before each step, and after it has taken effect for good.
  std::function<void(const Step&, std::size_t number, std::size_t count)> on_step = {};
  std::function<void(std::size_t steps_done)> on_progress = {};
};

struct Applied {
  std::size_t steps = 0;
  Schema schema;  // of the target, afterwards
};

// Makes `target`, which looks like `have`, look like `want`. Statements run in one transaction as far as the
// engine and the steps allow it; where they do not, an error's detail says which steps took effect, as the
// catalog shows it. Then the target is inspected again: what still differs, besides what the plan leaves out,
// is error mismatch. The caller has no transaction open on `target`.
Result<Applied> apply_plan(Connection& target, const Plan& plan, const Schema& want, const Schema& have,
                           const ApplyOptions& options = {});

// The way back: the undo statements from the last to the first, and then the proof that `target` looks like
// `first` again, but for rows that are lost. Steps that cannot be taken back are error refused before
// anything runs (see irreversible_steps).
Result<Applied> undo_plan(Connection& target, const Plan& plan, const Schema& first,
                          const ApplyOptions& options = {});
// One line for each step without a way back.
std::vector<std::string> irreversible_steps(const Plan& plan);

// The plan that is still to be run when `plan`, which leads to `want`, was stopped in the middle and the
// target looks like `now`. Error conflict if something was changed meanwhile that is not in the plan.
Result<Plan> plan_the_rest(const Plan& plan, const Schema& want, const Schema& now, const Features& features,
                           const PlanOptions& options);

}  // namespace bascule
