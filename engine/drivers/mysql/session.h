// The session that runs statements: a libmariadb connection, its running statement, and what the server says
// about its transaction.
//
// Why libmariadb and not mysql-connector-c++ here: the connector hides server_status (so the transaction's
// state could only be guessed), ends a failed stream without an error, loses digits of FLOAT in its text
// protocol, cannot tell the end of several results from an UPDATE in between, and cannot stream prepared
// statements. The connector holds the control session (control_session.h), which stops statements from
// another thread.
#pragma once

#include <mysql.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/drivers/connection.h"
#include "engine/drivers/mysql/control_session.h"

namespace bascule::mysql {

struct CloseHandle {
  void operator()(MYSQL* handle) const { mysql_close(handle); }
};
using Handle = std::unique_ptr<MYSQL, CloseHandle>;

// A row of the catalog: NULL is nothing.
using TextRow = std::vector<std::optional<std::string>>;

class Session {
 public:
  Session(Handle handle, ControlSettings control, ServerInfo info, Features features);

  MYSQL* handle() const { return handle_.get(); }
  const ServerInfo& info() const { return info_; }
  const Features& features() const { return features_; }
  bool is_mariadb() const { return features_.flavor == Flavor::mariadb; }
  void set_notice_handler(std::function<void(const ServerNotice&)> handler) { notice_ = std::move(handler); }
  bool has_notice_handler() const { return notice_ != nullptr; }

  TransactionState transaction() const;
  bool is_alive();

  // Held by the one open cursor, reader or writer; nothing while another one holds it.
  struct Release {
    void operator()(Session* session) const { session->is_leased_ = false; }
  };
  using Lease = std::unique_ptr<Session, Release>;
  std::optional<Lease> lease();

  // --- one statement at a time ---
  // Every statement is between begin() and exactly one of complete(), fail() and abandon().
  Result<void> begin(std::string_view sql);
  const std::string& running_sql() const { return sql_; }
  bool is_cancel_requested() const { return cancel_requested_; }
  // The statement has ended without an error. An error only if a cancel was asked meanwhile: SLEEP() and
  // others return normally when they are killed, so that only we can know.
  Result<void> complete(unsigned warnings, std::string_view outcome);
  // The statement has ended by `error`; what is known of the transaction is read anew.
  Error fail(Error error);
  // The caller has lost interest and the result is drained.
  void abandon();
  // Stops the statement on the server if it is running; keeps it from counting as cancelled by the user.
  void stop();

  // From any thread, also while a statement runs.
  void cancel() noexcept;

  // Whole small results in text form, for catalog queries and settings.
  Result<std::vector<TextRow>> rows(std::string_view sql);
  Result<void> execute(std::string_view sql);
  // The one value of the one row.
  Result<std::string> value(std::string_view sql);

 private:
  void end();
  void refresh_status();
  void report_warnings();
  bool send(std::string_view sql);
  bool read_all(std::vector<TextRow>& out);

  Handle handle_;
  ServerInfo info_;
  Features features_;
  std::function<void(const ServerNotice&)> notice_;
  std::string sql_;
  bool was_in_transaction_ = false;  // when the running statement was begun
  bool lost_ = false;
  bool is_leased_ = false;

  std::mutex mutex_;  // of what cancel() and the running statement share: running_, control_
  bool running_ =
      false;  // a KILL QUERY is sent only while this holds, and under the mutex: it never hits the next one
  ControlSession control_;
  std::string cancel_failure_;
  std::atomic<bool> cancel_requested_ = false;
};

// Sets session variables and puts the old values back when it goes; `assignments` are like "time_zone =
// '+00:00'".
class SessionVariables {
 public:
  explicit SessionVariables(Session& session) : session_(&session) {}
  SessionVariables(SessionVariables&&) = delete;
  ~SessionVariables() { restore(); }
  // `value_sql` may be an expression.
  Result<void> set(std::string_view variable, std::string_view value_sql);
  void restore();

 private:
  struct Saved {
    std::string variable, value;
  };
  Session* session_;
  std::vector<Saved> saved_;
};

}  // namespace bascule::mysql
