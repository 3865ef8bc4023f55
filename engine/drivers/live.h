// A named connection that the user holds: it survives the loss of its server as far as that is honest. A loss
// with a transaction open taints it; a loss while idle reconnects and replays the session's settings. A
// statement is never sent twice by itself.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/drivers/connection.h"

namespace bascule {

class LiveConnection {
 public:
  static Result<std::unique_ptr<LiveConnection>> open(std::string name, ConnectOptions options);

  const std::string& name() const { return name_; }
  const ConnectOptions& options() const { return options_; }
  const ServerInfo& server() const { return connection_->server(); }
  const Features& features() const { return connection_->features(); }
  // The truth as the user must see it, `tainted` included.
  TransactionState transaction() const { return tainted_ ? TransactionState::tainted : last_state_; }

  // As Connection::query. A tainted connection refuses (code connection); one that was lost while idle is
  // connected again first, and the message handler hears of it. The cursor must not outlive this object.
  Result<std::unique_ptr<Cursor>> query(std::string_view sql, std::span<const Value> parameters = {});
  // Runs a statement to its end and drops its rows.
  Result<void> run(std::string_view sql);

  // The connection for jobs that drive it themselves, under the same rules as query().
  Result<Connection*> ready();
  // After a job used ready(): takes over the state that it left behind.
  void settle(const Error* failure = nullptr);

  // A new connection with the same settings; clears the taint. What could not be restored is said.
  Result<void> reconnect();
  // ROLLBACK; on a tainted connection (whose transaction is gone) a reconnect.
  Result<void> rollback();

  // From any thread.
  void cancel() noexcept;

  // Narration for the user ("reconnected ..."), and the server's own notices.
  void on_message(std::function<void(std::string)> handler) { message_handler_ = std::move(handler); }
  void on_notice(std::function<void(const ServerNotice&)> handler);

  // Counts statements that may have changed the catalog: a cached schema of an older count is stale.
  std::size_t catalog_version() const { return catalog_version_; }

 private:
  class LiveCursor;
  struct Statement {  // what must be known of a statement when it ends
    std::vector<std::string> keywords;
    std::string sql;
    TransactionState before = TransactionState::none;
  };

  LiveConnection(std::string name, ConnectOptions options, std::unique_ptr<Connection> connection);
  void succeeded(const Statement& statement);
  void failed(const Statement& statement, const Error& error);
  void remember(const Statement& statement);
  Error tainted_error() const;
  void say(std::string message) const;

  std::string name_;
  ConnectOptions options_;
  std::mutex swap_;  // guards the pointer against cancel() while reconnect() replaces it
  std::shared_ptr<Connection> connection_;  // shared with its cursors, which may outlive a reconnect()
  TransactionState last_state_ = TransactionState::none;
  bool tainted_ = false;
  std::size_t catalog_version_ = 0;
  std::vector<std::string> settings_;          // statements to replay, in order
  std::vector<std::string> pending_settings_;  // of the open transaction, where SET is transactional
  std::vector<std::string> not_restorable_;    // kinds seen: "temporary tables", ...
  std::function<void(std::string)> message_handler_;
  std::function<void(const ServerNotice&)> notice_handler_;
};

}  // namespace bascule
