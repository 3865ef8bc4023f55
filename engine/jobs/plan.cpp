#include "engine/jobs/plan.h"

#include <algorithm>

#include "engine/base/text.h"
#include "engine/drivers/registry.h"

namespace bascule {
namespace {

Error unplannable_error(const std::vector<Notice>& unplannable) {
  const Notice& first = unplannable.front();
  std::string what = first.object + ": " + first.text;
  if (unplannable.size() > 1)
    what += ", and " + std::to_string(unplannable.size() - 1) + " more such differences";
  Error error = unsupported_error("cannot plan a difference of " + what,
                                  "make it by hand, or leave the object out with --ignore");
  for (const auto& notice : unplannable) error.detail += notice.object + ": " + notice.text + "\n";
  return error;
}

bool only_adds(const Change& change) {
  const std::string kind = change_kind(change);
  return !kind.starts_with("drop_") && !loses_data(change);
}

// A namespace that is not there yet would need a change of its own.
Result<void> require_namespaces(const std::vector<Change>& changes, const Schema& have) {
  for (const auto& change : changes) {
    const auto& name = std::visit([](const auto& c) -> const TableName& { return c.name; }, change);
    if (have.find_namespace(name.schema) == nullptr && name.schema != have.default_namespace)
      return unsupported_error(
          "cannot create the schema \"" + name.schema + "\" for table \"" + name.table + "\"",
          "create it first: CREATE SCHEMA");
  }
  return {};
}

}  // namespace

Result<Plan> make_plan(const Schema& want, const Schema& have, const Features& target,
                       const PlanOptions& options) {
  Difference difference = diff_schemas(want, have, target, options.diff);
  if (!difference.unplannable.empty()) return unplannable_error(difference.unplannable);
  Plan plan;
  plan.notices = std::move(difference.notices);
  for (auto& change : difference.changes) {
    if (options.additive && !only_adds(change)) {
      plan.notices.push_back({"left_out", change_object(change, have.default_namespace),
                              change_kind(change) + " is left out, because only additions are wanted"});
      continue;
    }
    plan.changes.push_back(std::move(change));
  }
  TRY(require_namespaces(plan.changes, have));
  TRY(PlannedSteps planned, driver(target.flavor).plan(plan.changes, have, target));
  plan.steps = std::move(planned.steps);
  return plan;
}

bool is_allowed(const Change& change, const std::vector<std::string>& allow,
                std::string_view default_schema) {
  const std::string name = change_kind(change) + ":" + change_object(change, default_schema);
  return std::any_of(allow.begin(), allow.end(),
                     [&](const std::string& glob) { return matches_glob(glob, name, true); });
}

}  // namespace bascule
