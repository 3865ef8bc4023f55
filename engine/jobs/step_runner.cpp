#include "engine/jobs/step_runner.h"

#include "engine/jobs/snapshot.h"

namespace bascule {
namespace {

// The cells of the first row, if there is one.
Result<std::vector<std::string>> first_row(Connection& connection, const std::string& sql) {
  TRY(auto cursor, connection.query(sql));
  std::vector<std::string> cells;
  Batch batch;
  for (bool is_first = true;; is_first = false) {
    TRY(const bool more, cursor->next(batch, default_batch_rows));
    if (!more) return cells;
    if (!is_first || batch.rows() == 0) continue;
    for (std::size_t i = 0; i < batch.columns(); ++i)
      cells.push_back(format_value(to_value(batch.cell(0, i), cursor->columns()[i].type)));
  }
}

}  // namespace

bool StepRunner::is_in_transaction(const PlannedStatement& statement) const {
  return statement.in_transaction && target_.server().dialect->transactional_ddl;
}

// Neighbours that may share a transaction, or one statement alone.
std::size_t StepRunner::end_of_group(std::size_t begin) const {
  std::size_t end = begin + 1;
  if (!is_in_transaction(statements_[begin])) return end;
  while (end < statements_.size() && is_in_transaction(statements_[end])) ++end;
  return end;
}

Result<void> StepRunner::run() {
  auto result = run_all();
  if (target_.is_alive()) put_settings_back();
  return result;
}

Result<void> StepRunner::run_all() {
  for (std::size_t at = 0; at < statements_.size();) {
    const std::size_t end = end_of_group(at);
    TRY(run_group(at, end));
    at = end;
  }
  return {};
}

Result<void> StepRunner::run_group(std::size_t begin, std::size_t end) {
  const bool in_transaction = is_in_transaction(statements_[begin]);
  if (in_transaction) TRY(run_to_end(target_, "BEGIN"));
  for (current_ = begin; current_ < end; ++current_) {
    if (on_statement) on_statement(statements_[current_]);
    auto ran = run_one(statements_[current_]);
    if (ran.ok()) continue;
    const bool may_roll_back =
        in_transaction && target_.is_alive() && target_.transaction() != TransactionState::none;
    if (may_roll_back && !run_to_end(target_, "ROLLBACK").ok()) return std::move(ran).error();
    return std::move(ran).error();
  }
  if (in_transaction) {
    current_ = end - 1;
    if (auto committed = run_to_end(target_, "COMMIT"); !committed.ok()) {
      if (target_.is_alive() && target_.transaction() != TransactionState::none)
        static_cast<void>(run_to_end(target_, "ROLLBACK").ok());
      return std::move(committed).error();
    }
  }
  done_ = end;
  if (on_progress) on_progress(done_);
  return {};
}

Result<void> StepRunner::run_one(const PlannedStatement& statement) {
  if (!statement.session_setting.empty()) TRY(remember_setting(statement.session_setting));
  if (!statement.must_be_empty) return run_to_end(target_, statement.sql);
  TRY(const auto row, first_row(target_, statement.sql));
  if (row.empty()) return {};
  std::string text;
  for (const auto& cell : row) text += (text.empty() ? "" : ", ") + cell;
  return Error{ErrorCode::conflict,
               (statement.comment.empty() ? "a check of the plan failed" : statement.comment) + ": " + text,
               "mend the rows, then apply again", ""};
}

Result<void> StepRunner::remember_setting(const std::string& name) {
  if (settings_.contains(name)) return {};
  TRY(const auto row, first_row(target_, name));
  settings_[name] = row.empty() ? "" : row.front();
  return {};
}

void StepRunner::put_settings_back() {
  for (const auto& [name, value] : settings_)
    if (!value.empty()) static_cast<void>(run_to_end(target_, name + " = " + value).ok());
  settings_.clear();
}

}  // namespace bascule
