#include "engine/drivers/mysql/session.h"

#include <poll.h>

#include <utility>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/mysql/errors.h"

namespace bascule::mysql {
namespace {

// Statements that end an open transaction by committing it, so that losing the connection in one of them
// leaves the outcome unknown. https://dev.mysql.com/doc/refman/9.4/en/implicit-commit.html
bool commits(std::string_view sql, const Dialect& dialect) {
  static constexpr std::string_view words[] = {"commit", "begin",    "start", "create", "alter", "drop",
                                               "rename", "truncate", "grant", "revoke", "lock",  "analyze"};
  const std::string word = first_keyword(sql, dialect);
  for (const auto& known : words)
    if (word == known) return true;
  return false;
}

}  // namespace

Session::Session(Handle handle, ControlSettings control, ServerInfo info, Features features)
    : handle_(std::move(handle)),
      info_(std::move(info)),
      features_(std::move(features)),
      control_(std::move(control)) {}

TransactionState Session::transaction() const {
  if (lost_) return was_in_transaction_ ? TransactionState::open : TransactionState::none;
  return (handle_->server_status & SERVER_STATUS_IN_TRANS) != 0 ? TransactionState::open
                                                                : TransactionState::none;
}

bool Session::is_alive() {
  if (lost_) return false;
  pollfd socket{static_cast<int>(mysql_get_socket(handle())), POLLIN | POLLRDHUP, 0};
  if (socket.fd < 0 || ::poll(&socket, 1, 0) < 0) return false;
  return (socket.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) == 0;
}

std::optional<Session::Lease> Session::lease() {
  if (is_leased_) return std::nullopt;
  is_leased_ = true;
  return Lease(this);
}

Result<void> Session::begin(std::string_view sql) {
  if (lost_) {
    Error error = make_error(2006, "08S01", "the server has closed it", sql);
    return error;
  }
  const std::lock_guard lock(mutex_);
  if (running_) return internal_error("a statement was begun while another one is running on the connection");
  sql_ = std::string(sql);
  was_in_transaction_ = transaction() == TransactionState::open;
  cancel_failure_.clear();
  cancel_requested_ = false;
  running_ = true;
  return {};
}

void Session::end() {
  const std::lock_guard lock(
      mutex_);  // a KILL QUERY that is under way gets through before the next statement
  running_ = false;
}

void Session::cancel() noexcept {
  const std::lock_guard lock(mutex_);
  if (!running_) return;
  cancel_requested_ = true;
  if (auto failure = control_.kill_query(mysql_thread_id(handle()))) cancel_failure_ = std::move(*failure);
}

void Session::stop() {
  const std::lock_guard lock(mutex_);
  if (running_)
    (void)control_.kill_query(mysql_thread_id(handle()));  // if it fails, draining only takes longer
}

// An error packet carries no status, so the flags are those from before the failed statement, while a
// deadlock has rolled the transaction back and failed DDL has committed it. SHOW COUNT(*) ERRORS is answered
// with the flags of now and, unlike other statements, leaves the diagnostics for the user's own SHOW
// WARNINGS.
void Session::refresh_status() {
  if (lost_) return;
  std::vector<TextRow> ignored;
  if ((!send("SHOW COUNT(*) ERRORS") || !read_all(ignored)) && ends_connection(mysql_errno(handle())))
    lost_ = true;
}

Result<void> Session::complete(unsigned warnings, std::string_view outcome) {
  end();
  if (cancel_requested_) {
    Error error;
    error.code = ErrorCode::cancelled;
    error.what = "the statement was cancelled";
    error.sql = sql_;
    if (!outcome.empty()) error.detail = "the server reported before that: " + std::string(outcome);
    if (!cancel_failure_.empty()) error.detail = "the cancel request did not get through: " + cancel_failure_;
    return error;
  }
  if (starts_with_ignoring_case(first_keyword(sql_, *info_.dialect), "use"))
    if (auto database = value("SELECT DATABASE()")) info_.database = *database;
  if (warnings > 0 && notice_) report_warnings();
  return {};
}

Error Session::fail(Error error) {
  end();
  if (!error.connection_ended) {
    refresh_status();
    if (lost_) {  // a KILL of the session first interrupts the statement, as if only that had been meant
      error.code = ErrorCode::connection;
      error.what = "the connection to the server is lost: " + error.what;
      error.connection_ended = true;
      error.hint.clear();
    }
  }
  if (error.connection_ended) {
    lost_ = true;
    const bool explicit_commit = first_keyword(error.sql, *info_.dialect) == "commit";
    error.outcome_unknown = explicit_commit || (was_in_transaction_ && commits(error.sql, *info_.dialect));
    if (error.outcome_unknown)
      error.hint = "the transaction may or may not be committed; look before repeating it";
  } else {
    error.transaction_ended = was_in_transaction_ && transaction() == TransactionState::none;
    if (error.transaction_ended && error.hint.empty()) error.hint = "the transaction that was open has ended";
  }
  if (cancel_requested_ && !error.connection_ended) {
    if (error.code != ErrorCode::cancelled) error.detail = "the server reported: " + error.what;
    error.code = ErrorCode::cancelled;
    error.what = "the statement was cancelled";
    error.hint.clear();
  }
  return error;
}

void Session::abandon() {
  end();
  refresh_status();
}

void Session::report_warnings() {
  std::vector<TextRow> warnings;
  if (!send("SHOW WARNINGS") || !read_all(warnings)) return;
  for (auto& row : warnings)
    if (row.size() == 3) notice_({row[0].value_or(""), row[1].value_or(""), row[2].value_or("")});
}

bool Session::send(std::string_view sql) {
  return mysql_real_query(handle(), sql.data(), static_cast<unsigned long>(sql.size())) == 0;
}

bool Session::read_all(std::vector<TextRow>& out) {
  MYSQL_RES* const result = mysql_store_result(handle());
  if (result == nullptr) return mysql_errno(handle()) == 0;
  const unsigned columns = mysql_num_fields(result);
  while (MYSQL_ROW row = mysql_fetch_row(result)) {
    const unsigned long* sizes = mysql_fetch_lengths(result);
    TextRow& cells = out.emplace_back(columns);
    for (unsigned i = 0; i < columns; ++i)
      if (row[i] != nullptr) cells[i] = std::string(row[i], sizes[i]);
  }
  mysql_free_result(result);
  return true;
}

Result<std::vector<TextRow>> Session::rows(std::string_view sql) {
  TRY(begin(sql));
  std::vector<TextRow> out;
  if (!send(sql) || !read_all(out)) return fail(last_error(handle(), nullptr, sql));
  TRY(complete(0, {}));
  return out;
}

Result<void> Session::execute(std::string_view sql) {
  TRY(rows(sql));
  return {};
}

Result<std::string> Session::value(std::string_view sql) {
  TRY(auto all, rows(sql));
  if (all.size() != 1 || all[0].empty())
    return internal_error("the server gave no single value for: " + std::string(sql));
  return all[0][0].value_or("");
}

Result<void> SessionVariables::set(std::string_view variable, std::string_view value_sql) {
  const std::string name(variable);
  TRY(auto old, session_->value("SELECT @@SESSION." + name));
  TRY(session_->execute("SET SESSION " + name + " = " + std::string(value_sql)));
  saved_.push_back({name, std::move(old)});
  return {};
}

void SessionVariables::restore() {
  for (; !saved_.empty(); saved_.pop_back()) {
    const Saved& last = saved_.back();
    const bool is_number = parse_integer(last.value).has_value();  // a quoted one is refused
    // Fails only if the connection is lost, and then there is nothing to restore.
    (void)session_->execute("SET SESSION " + last.variable + " = " +
                            (is_number ? last.value : quote_literal(last.value, *session_->info().dialect)));
  }
}

}  // namespace bascule::mysql
