#include "engine/jobs/apply.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/jobs/step_runner.h"

namespace bascule {
namespace {

// KIND:OBJECT of each change that is still to be made.
std::set<std::string> names_of(const std::vector<Change>& changes, std::string_view default_schema) {
  std::set<std::string> names;
  for (const auto& change : changes)
    names.insert(change_kind(change) + " " + change_object(change, default_schema));
  return names;
}

std::string shorten(const std::string& sql) {
  const std::string line = sql.substr(0, sql.find('\n'));
  return line.size() < sql.size() || line.size() > 100 ? line.substr(0, 100) + " ..." : line;
}

class Applier {
 public:
  Applier(Connection& target, const Plan& plan, const Schema& want, const ApplyOptions& options)
      : target_(target), plan_(plan), want_(want), options_(options) {}

  Result<void> run() {
    std::vector<PlannedStatement> statements;
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
      const Step& step = plan_.steps[i];
      statements.push_back(
          {step.sql, step.in_transaction, step.must_be_empty, step.session_setting, step.comment, i});
    }
    StepRunner runner(target_, statements);
    const std::size_t count = statements.size();
    if (options_.on_step)
      runner.on_statement = [&](const PlannedStatement& statement) {
        options_.on_step(plan_.steps[statement.step], statement.step + 1, count);
      };
    runner.on_progress = options_.on_progress;
    auto ran = runner.run();
    if (!ran.ok()) return explain(std::move(ran).error(), runner);
    return {};
  }

 private:
  // What a settings step does is gone by now; only statements that change the database count.
  bool has_effect(const Step& step) const { return step.session_setting.empty() && !step.must_be_empty; }

  Error explain(Error error, const StepRunner& runner) const {
    const std::size_t count = plan_.steps.size();
    std::string outcome;
    if (error.outcome_unknown)
      outcome = "the connection was lost during COMMIT: whether the steps took effect is unknown";
    else
      outcome = effects(runner.done());
    if (!error.detail.empty()) error.detail += '\n';
    error.detail += outcome;
    const bool has_partial = outcome.starts_with("took effect");
    if (error.hint.empty() && has_partial)
      error.hint = "mend the cause and go on with \\apply --resume: what is done is not done again";
    return std::move(error).in(fmt::format("step {} of {}", std::min(runner.current() + 1, count), count));
  }

  // One line for each statement that took effect, as the catalog shows it where it can be read.
  std::string effects(std::size_t done) const {
    std::set<std::string> left;
    std::string default_schema;
    bool is_read = false;
    if (target_.is_alive())
      if (auto now = target_.inspect(options_.inspect); now.ok()) {
        auto difference = diff_renamed(want_, *now, target_.features(), options_.diff);
        if (difference.ok()) {
          default_schema = now->default_namespace;
          left = names_of(difference->changes, default_schema);
          is_read = true;
        }
      }
    std::string text;
    std::size_t effective = 0;
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
      const Step& step = plan_.steps[i];
      if (!has_effect(step)) continue;
      bool is_done = i < done;
      if (i == runner_current(done) && is_read && step.change) {
        const Change& change = plan_.changes.at(*step.change);
        is_done =
            is_done || !left.contains(change_kind(change) + " " + change_object(change, default_schema));
      }
      if (!is_done) continue;
      ++effective;
      text += fmt::format("  {}. {}\n", i + 1, shorten(step.sql));
    }
    if (effective == 0) return "no step took effect";
    text = fmt::format("took effect and stay ({} of {} steps):\n", effective, plan_.steps.size()) + text;
    text += is_read ? "the catalog was read again to tell" : "the catalog could not be read again";
    return text;
  }
  // Where the engine commits by itself, the statement that failed is the one that may have been done all the
  // same (its answer was lost).
  std::size_t runner_current(std::size_t done) const {
    return target_.server().dialect->transactional_ddl ? plan_.steps.size() : done;
  }

  Connection& target_;
  const Plan& plan_;
  const Schema& want_;
  const ApplyOptions& options_;
};

// Error mismatch if something of what was planned is still to be done. What the plan leaves out is known.
Result<void> check_nothing_left(const Schema& want, const Schema& now, const Plan& plan,
                                const Features& features, const DiffOptions& options) {
  DiffOptions without_renames = options;
  without_renames.renames.clear();
  const Difference left = diff_schemas(want, now, features, without_renames);
  std::set<std::string> known;
  for (const auto& notice : plan.notices)
    if (notice.code == "left_out") known.insert(notice.object);
  std::vector<std::string> names;
  for (const auto& change : left.changes) {
    const std::string object = change_object(change, now.default_namespace);
    if (!known.contains(object)) names.push_back(change_kind(change) + " " + object);
  }
  for (const auto& notice : left.unplannable)
    if (!known.contains(notice.object)) names.push_back(notice.object + " (" + notice.text + ")");
  if (names.empty()) return {};
  return Error{ErrorCode::mismatch, "after the last step the schemas still differ: " + join(names, ", "),
               "see \\diff for the details", ""};
}

Result<void> require_no_transaction(Connection& target) {
  if (target.transaction() == TransactionState::none) return {};
  return Error{ErrorCode::conflict, "a transaction is open on the target", "end it with COMMIT or ROLLBACK",
               ""};
}

}  // namespace

Result<Applied> apply_plan(Connection& target, const Plan& plan, const Schema& want, const Schema&,
                           const ApplyOptions& options) {
  TRY(require_no_transaction(target));
  TRY(Applier(target, plan, want, options).run());
  Applied applied;
  applied.steps = plan.steps.size();
  TRY(applied.schema, target.inspect(options.inspect));
  TRY(check_nothing_left(want, applied.schema, plan, target.features(), options.diff));
  return applied;
}

std::vector<std::string> irreversible_steps(const Plan& plan) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < plan.steps.size(); ++i)
    if (const Step& step = plan.steps[i]; !step.is_reversible)
      lines.push_back(fmt::format("step {}: {}{}", i + 1, shorten(step.sql),
                                  step.comment.empty() ? "" : " (" + step.comment + ")"));
  return lines;
}

Result<Applied> undo_plan(Connection& target, const Plan& plan, const Schema& first,
                          const ApplyOptions& options) {
  TRY(require_no_transaction(target));
  if (const auto lines = irreversible_steps(plan); !lines.empty()) {
    Error error{ErrorCode::refused,
                fmt::format("the plan has {} that cannot be taken back",
                            lines.size() == 1 ? "a step" : std::to_string(lines.size()) + " steps"),
                "restore a backup, or plan the way back: \\plan from the schema that is wanted", ""};
    error.detail = join(lines, "\n");
    return error;
  }
  std::vector<PlannedStatement> statements;
  for (std::size_t i = plan.steps.size(); i-- > 0;) {
    const Step& step = plan.steps[i];
    // A setting holds for the way back as it does for the way there, so it is set first.
    if (!step.session_setting.empty())
      statements.insert(statements.begin(),
                        {step.sql, step.in_transaction, false, step.session_setting, step.comment, i});
    else if (!step.undo_sql.empty())
      statements.push_back({step.undo_sql, step.in_transaction, step.must_be_empty, "", step.comment, i});
  }
  StepRunner runner(target, statements);
  std::size_t number = 0;
  if (options.on_step)
    runner.on_statement = [&](const PlannedStatement& statement) {
      Step shown = plan.steps[statement.step];
      shown.sql = statement.sql;
      shown.comment.clear();
      options.on_step(shown, ++number, statements.size());
    };
  if (auto ran = runner.run(); !ran.ok()) {
    Error error = std::move(ran).error();
    if (!error.detail.empty()) error.detail += '\n';
    error.detail += runner.done() == 0 ? std::string("nothing was taken back")
                                       : fmt::format("{} of {} statements of the way back took effect",
                                                     runner.done(), statements.size());
    return std::move(error).in("undo");
  }
  Applied applied;
  applied.steps = statements.size();
  TRY(applied.schema, target.inspect(options.inspect));
  TRY(check_nothing_left(first, applied.schema, Plan{}, target.features(), options.diff));
  return applied;
}

Result<Plan> plan_the_rest(const Plan& plan, const Schema& want, const Schema& now, const Features& features,
                           const PlanOptions& options) {
  PlanOptions rest_options = options;
  // Renames that are done already would be errors now.
  std::erase_if(rest_options.diff.renames,
                [&](const Rename& rename) { return !rename_objects(now, {rename}, features).ok(); });
  rest_options.allow.clear();
  for (const auto& change : plan.changes)
    rest_options.allow.push_back(change_kind(change) + ":" + change_object(change, now.default_namespace));
  TRY(Plan rest, make_plan(want, now, features, rest_options));
  const auto planned = names_of(plan.changes, now.default_namespace);
  std::set<std::string> known;
  for (const auto& notice : plan.notices)
    if (notice.code == "left_out") known.insert(notice.object);
  TRY(const Difference difference, diff_renamed(want, now, features, rest_options.diff));
  for (const auto& change : difference.changes) {
    const std::string object = change_object(change, now.default_namespace);
    const std::string name = change_kind(change) + " " + object;
    if (!planned.contains(name) && !known.contains(object))
      return Error{ErrorCode::conflict, "the target was changed meanwhile: " + name + " is not in the plan",
                   "make a new plan", ""};
  }
  return rest;
}

}  // namespace bascule
