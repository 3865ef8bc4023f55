// The statements that make one database look like another one.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/drivers/connection.h"
#include "engine/jobs/diff.h"

namespace bascule {

struct PlanOptions {
  DiffOptions diff = {};
  // Only missing tables, columns, indexes, constraints and other objects: whatever would change or drop what
  // is there is left out.
  bool additive = false;
  // Patterns KIND:OBJECT (both globs: drop_column:users.email, drop_*:*) of changes that may lose data.
  std::vector<std::string> allow = {};
};

// What turns `have` into `want`, planned by the driver of `target`. Changes that lose data and are not
// allowed, those that `additive` does not want, and differences that no change describes are left out and
// listed as notices of code left_out. With `probe`, a connection to the database that is `have`, a narrowing
// is tried on the rows that are there: if all of them fit it loses nothing and is planned (notice probed),
// else the notice says how many do not.
Result<Plan> make_plan(const Schema& want, const Schema& have, const Features& target,
                       const PlanOptions& options = {}, Connection* probe = nullptr);

// Whether the plan leaves out a difference.
bool leaves_out(const Plan& plan);
// Whether `allow` permits a change.
bool is_allowed(const Change& change, const std::vector<std::string>& allow, std::string_view default_schema);

}  // namespace bascule
