#include "engine/jobs/apply.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/jobs/snapshot.h"

namespace bascule {
namespace {

class Applier {
 public:
  Applier(Connection& target, const Plan& plan, const ApplyOptions& options)
      : target_(target), plan_(plan), options_(options) {}

  Result<void> run() {
    std::size_t at = 0;
    while (at < plan_.steps.size()) {
      const std::size_t end = end_of_group(at);
      if (auto done = run_group(at, end); !done.ok()) return explain(std::move(done).error());
      at = end;
    }
    return {};
  }

 private:
  bool is_in_transaction(const Step& step) const {
    return step.in_transaction && target_.server().dialect->transactional_ddl;
  }

  // Neighbouring steps that may share a transaction, or one step alone.
  std::size_t end_of_group(std::size_t begin) const {
    std::size_t end = begin + 1;
    if (!is_in_transaction(plan_.steps[begin])) return end;
    while (end < plan_.steps.size() && is_in_transaction(plan_.steps[end])) ++end;
    return end;
  }

  Result<void> run_group(std::size_t begin, std::size_t end) {
    const bool in_transaction = is_in_transaction(plan_.steps[begin]);
    if (in_transaction) TRY(run_to_end(target_, "BEGIN"));
    for (current_ = begin; current_ < end; ++current_) {
      const Step& step = plan_.steps[current_];
      if (options_.on_step) options_.on_step(step, current_ + 1, plan_.steps.size());
      auto done = run_to_end(target_, step.sql);
      if (done.ok()) {
        if (!in_transaction) ++kept_;
        continue;
      }
      if (in_transaction) roll_back();
      return std::move(done).error();
    }
    if (!in_transaction) return {};
    if (auto committed = run_to_end(target_, "COMMIT"); !committed.ok()) {
      roll_back();
      return std::move(committed).error();
    }
    kept_ = end;
    committed_ = end;
    return {};
  }

  // Also takes back the steps outside of it that led up to it (PRAGMA foreign_keys = OFF before SQLite's
  // rebuilds).
  void roll_back() {
    if (!target_.is_alive()) return;
    if (target_.transaction() != TransactionState::none && !run_to_end(target_, "ROLLBACK").ok()) return;
    while (kept_ > committed_ && !plan_.steps[kept_ - 1].undo_sql.empty())
      if (run_to_end(target_, plan_.steps[kept_ - 1].undo_sql).ok())
        --kept_;
      else
        return;
  }

  Error explain(Error error) const {
    const std::size_t count = plan_.steps.size();
    std::string outcome = kept_ == 0
                              ? std::string("no step took effect")
                              : fmt::format("the first {} of {} steps took effect and stay", kept_, count);
    if (error.outcome_unknown)
      outcome = "the connection was lost during COMMIT: whether the steps took effect is unknown";
    if (!error.detail.empty()) error.detail += '\n';
    error.detail += outcome;
    if (error.hint.empty() && kept_ > 0)
      error.hint = "mend the cause and apply again: what is done is not planned again";
    return std::move(error).in(fmt::format("step {} of {}", std::min(current_ + 1, count), count));
  }

  Connection& target_;
  const Plan& plan_;
  const ApplyOptions& options_;
  std::size_t current_ = 0;
  std::size_t kept_ = 0;       // steps from the start whose effect stays
  std::size_t committed_ = 0;  // of them, those that an ended transaction has made final
};

Result<void> check_allowed(const Plan& plan, const ApplyOptions& options, std::string_view default_schema) {
  for (const auto& change : plan.changes) {
    if (!loses_data(change) || is_allowed(change, options.allow, default_schema)) continue;
    const std::string name = change_kind(change) + ":" + change_object(change, default_schema);
    return Error{ErrorCode::data_loss, fmt::format("the plan may lose data: {}", name),
                 fmt::format("allow it with --allow {}, or apply only what adds with --additive", name), ""};
  }
  return {};
}

// Error mismatch if something of what was planned is still to be done.
Result<void> check_nothing_left(const Schema& want, const Schema& now, const Features& features,
                                const ApplyOptions& options) {
  const Difference left = diff_schemas(want, now, features, options.plan.diff);
  std::vector<std::string> names;
  for (const auto& change : left.changes) {
    const bool is_wanted =
        !options.plan.additive || (!loses_data(change) && !change_kind(change).starts_with("drop_"));
    if (is_wanted) names.push_back(change_kind(change) + " " + change_object(change, now.default_namespace));
  }
  for (const auto& notice : left.unplannable) names.push_back(notice.object + " (" + notice.text + ")");
  if (names.empty()) return {};
  Error error{ErrorCode::mismatch, "after the last step the schemas still differ: " + join(names, ", "),
              "see \\diff for the details", ""};
  return error;
}

}  // namespace

Result<Applied> apply_plan(Connection& target, const Plan& plan, const Schema& want, const Schema& have,
                           const ApplyOptions& options) {
  if (target.transaction() != TransactionState::none)
    return Error{ErrorCode::conflict, "a transaction is open on the target", "end it with COMMIT or ROLLBACK",
                 ""};
  TRY(check_allowed(plan, options, have.default_namespace));
  TRY(Applier(target, plan, options).run());
  Applied applied;
  applied.steps = plan.steps.size();
  TRY(applied.schema, target.inspect(options.inspect));
  TRY(check_nothing_left(want, applied.schema, target.features(), options));
  return applied;
}

}  // namespace bascule
