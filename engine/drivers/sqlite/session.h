// One open SQLite database: its handle, who uses it, and how a running statement is stopped.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "engine/drivers/connection.h"

namespace SQLite {
class Database;
}

namespace bascule::sqlite {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

class Session {
 public:
  static Result<std::unique_ptr<Session>> open(const ConnectOptions& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  sqlite3* handle() const { return handle_; }
  const ServerInfo& info() const { return info_; }
  const Features& features() const { return features_; }
  TransactionState transaction() const {
    return sqlite3_get_autocommit(handle_) != 0 ? TransactionState::none : TransactionState::open;
  }

  // The right to run statements, held by one cursor, reader or writer at a time. Destroyed last by its
  // holder.
  class Lease {
   public:
    explicit Lease(Session& session) : session_(&session) {}
    Lease(Lease&& other) noexcept : session_(std::exchange(other.session_, nullptr)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (session_ != nullptr) session_->release();
    }

   private:
    Session* session_;
  };
  Result<Lease> claim();
  // The statement timeout counts from here; claim() leaves it off.
  void start_clock();

  // The first statement of `sql`, and an error if something else follows it. Null for blanks and comments.
  Result<Statement> prepare(std::string_view sql);
  // sqlite3_step, and a step that a cancel has forbidden is not taken: SQLITE_INTERRUPT.
  int step(sqlite3_stmt* statement) {
    return must_stop_.load(std::memory_order_relaxed) ? SQLITE_INTERRUPT : sqlite3_step(statement);
  }
  // Runs one statement to its end and drops its rows.
  Result<void> run(std::string_view sql);
  // The error of the call that returned `code`; `was_open`: a transaction was open before the statement.
  Error failure(int code, std::string_view sql, bool was_open);

  // From any thread.
  void cancel() noexcept;

 private:
  Session() = default;
  void release() noexcept;
  Result<void> open_file(const ConnectOptions& options);
  Result<void> make_ready(const ConnectOptions& options);
  static int on_busy(void* session, int attempts);
  static int on_progress(void* session);

  std::unique_ptr<SQLite::Database> database_;
  sqlite3* handle_ = nullptr;
  ServerInfo info_;
  Features features_;
  std::chrono::milliseconds statement_timeout_{0};
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  bool timed_out_ = false;
  std::mutex cancel_mutex_;  // guards is_claimed_, so that a cancel never reaches the next statement
  bool is_claimed_ = false;
  std::atomic<bool> must_stop_ = false;
};

}  // namespace bascule::sqlite
