// One session with a PostgreSQL server. libpqxx holds the connection; streaming, COPY and errors with all
// their fields go through its libpq handle. Everything that a statement of ours needs to be told apart from a
// statement of the user's is here: who runs, who asked to cancel, what the server noticed.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <libpq-fe.h>

#include "engine/base/result.h"
#include "engine/drivers/connection.h"
#include "engine/drivers/postgres/types.h"

namespace bascule::postgres {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ClearResult>;

// The rows of a catalog query, all in memory.
class Rows {
 public:
  explicit Rows(ResultPtr result) : result_(std::move(result)) {}
  int size() const { return PQntuples(result_.get()); }
  bool is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
  // "" for NULL.
  std::string_view text(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
  }
  std::string string(int row, int column) const { return std::string(text(row, column)); }
  bool is_true(int row, int column) const { return text(row, column) == "t"; }
  std::int64_t integer(int row, int column) const;  // 0 for NULL

 private:
  ResultPtr result_;
};

class Session {
 public:
  static Result<std::unique_ptr<Session>> open(const ConnectOptions& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  PGconn* handle() const { return handle_; }
  const ServerInfo& info() const { return info_; }
  const Features& features() const { return features_; }

  TransactionState transaction() const;
  bool is_alive();

  // Refuses when another result is open or the peer has closed; otherwise the connection belongs to the
  // caller until release(). `sql` is named by errors.
  Result<void> claim();
  void release();
  bool is_busy() const { return busy_; }

  // Between these two, cancel() reaches the server.
  void begin_statement();
  void end_statement();
  void cancel() noexcept;
  // Of the statement that runs.
  bool was_cancel_asked() const;

  // Runs one or several statements of ours and keeps the last result.
  Result<Rows> run(const std::string& sql);

  // The error of a failed result; `sql` is what the user wrote, `sent` what went to the server (for
  // positions).
  Error error_of(const PGresult* result, std::string_view sql, std::string_view sent) const;
  // The error of a call that failed without a result.
  Error lost(std::string_view sql) const;

  // Ends whatever is under way, results and COPY in either direction, until the server is ready again; the
  // statement is cancelled unless it ends by itself within `patience`.
  void abandon(std::chrono::milliseconds patience);
  // Reads and drops the remaining results of the current statement, ends COPY. The last error among them, if
  // any.
  ResultPtr drain();

  void on_notice(std::function<void(const ServerNotice&)> handler) { notice_handler_ = std::move(handler); }

  // What is known of the type; asks nobody. Types that come from extensions or the user are known after
  // learn().
  KnownType type_of(Oid oid, int modifier) const;
  bool knows_type(Oid oid) const { return learnt_types_.contains(oid) || builtin_type(oid, -1); }
  void learn_type(Oid oid, KnownType type) { learnt_types_.insert_or_assign(oid, std::move(type)); }
  // Looks up the names of types that were met and not known. Only outside a transaction, and never an error.
  void learn_met_types();

 private:
  class Link;
  Session() = default;
  Result<void> connect(const ConnectOptions& options);
  Result<void> check_tls() const;
  Result<void> prepare(const ConnectOptions& options);
  void send_cancel() noexcept;
  bool drains_by_itself(std::chrono::milliseconds patience);
  static void receive_notice(void* session, const PGresult* result) noexcept;

  std::unique_ptr<Link> link_;
  PGconn* handle_ = nullptr;  // owned by link_
  PGcancel* cancel_handle_ = nullptr;
  ServerInfo info_;
  Features features_;
  bool has_deadline_ = false;
  bool busy_ = false;
  bool announced_end_ = false;  // the server has said that it closes the connection
  TransactionState state_before_ = TransactionState::none;  // of the statement that runs
  std::function<void(const ServerNotice&)> notice_handler_;
  std::unordered_map<Oid, KnownType> learnt_types_;
  mutable std::vector<Oid> met_types_;

  mutable std::mutex cancel_mutex_;  // guards the two below and keeps a cancel from hitting a later statement
  bool running_ = false;
  bool cancel_asked_ = false;
};

}  // namespace bascule::postgres
