#include "engine/drivers/live.h"

#include <algorithm>
#include <array>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/drivers/registry.h"

namespace bascule {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string_view word_at(const std::vector<std::string>& keywords, std::size_t index) {
  return index < keywords.size() ? std::string_view(keywords[index]) : std::string_view();
}

// Statements after whose loss nobody can say whether a transaction was begun, so that what follows in a
// script may be meant to run inside it.
bool may_begin_transaction(const std::vector<std::string>& keywords) {
  static constexpr std::array<std::string_view, 9> words{"begin", "start", "set", "savepoint", "xa",
                                                         "lock",  "call",  "do",  "execute"};
  return is_one_of(word_at(keywords, 0), words);
}

bool changes_catalog(const std::vector<std::string>& keywords) {
  // Not only DDL: a rollback takes DDL back, and a routine may do anything.
  static constexpr std::array<std::string_view, 13> words{
      "create", "alter", "drop", "rename", "comment",  "attach",  "detach",
      "use",    "call",  "do",   "set",    "rollback", "truncate"};
  return is_one_of(word_at(keywords, 0), words);
}

// A session setting that can be replayed as it was typed. A user variable (SET @x = ...) cannot: its
// expression may give another value the next time.
bool is_replayable_setting(const std::vector<std::string>& keywords, std::string_view sql) {
  const auto first = word_at(keywords, 0), second = word_at(keywords, 1);
  if (first == "use" || first == "reset") return true;
  if (first != "set") return false;
  static constexpr std::array<std::string_view, 8> other{"local",   "transaction",  "constraints", "global",
                                                         "persist", "persist_only", "password",    "default"};
  if (is_one_of(second, other)) return false;
  const auto assigned = trim(sql.substr(std::min<std::size_t>(sql.size(), 3)));
  return !assigned.starts_with('@') || assigned.starts_with("@@");
}

struct LostKind {
  std::string_view what;
  bool (*is_made_by)(const std::vector<std::string>& keywords, std::string_view lower_sql);
};

constexpr LostKind lost_kinds[] = {
    {"temporary tables",
     [](const std::vector<std::string>& k, std::string_view) {
       return word_at(k, 0) == "create" && (word_at(k, 1) == "temp" || word_at(k, 1) == "temporary");
     }},
    {"prepared statements",
     [](const std::vector<std::string>& k, std::string_view) { return word_at(k, 0) == "prepare"; }},
    {"notification channels",
     [](const std::vector<std::string>& k, std::string_view) { return word_at(k, 0) == "listen"; }},
    {"user variables",
     [](const std::vector<std::string>& k, std::string_view sql) {
       return (word_at(k, 0) == "set" && trim(sql.substr(3)).starts_with('@') &&
               !trim(sql.substr(3)).starts_with("@@")) ||
              sql.find("into @") != std::string_view::npos;
     }},
    {"advisory locks",
     [](const std::vector<std::string>&, std::string_view sql) {
       return sql.find("advisory_lock") != std::string_view::npos ||
              sql.find("get_lock") != std::string_view::npos;
     }},
    {"table locks",
     [](const std::vector<std::string>& k, std::string_view) {
       return word_at(k, 0) == "lock" && (word_at(k, 1) == "tables" || word_at(k, 1) == "table");
     }},
};

}  // namespace

// Reports the end of the statement to its connection, whichever way it ends.
class LiveConnection::LiveCursor final : public Cursor {
 public:
  LiveCursor(LiveConnection& owner, std::unique_ptr<Cursor> inner, Statement statement)
      : owner_(owner),
        connection_(owner.connection_),
        inner_(std::move(inner)),
        statement_(std::move(statement)) {
    if (!inner_->has_rows()) finish();
  }
  ~LiveCursor() override {
    inner_.reset();
    finish();
  }
  const std::vector<ResultColumn>& columns() const override { return inner_->columns(); }
  bool has_rows() const override { return inner_->has_rows(); }
  std::optional<std::int64_t> affected_rows() const override { return inner_->affected_rows(); }
  std::string command_tag() const override { return inner_->command_tag(); }
  Result<bool> next(Batch& out, std::size_t max_rows) override { return watch(inner_->next(out, max_rows)); }
  Result<bool> next_result() override { return watch(inner_->next_result()); }

 private:
  Result<bool> watch(Result<bool> result) {
    if (!result.ok() && !ended_) {
      ended_ = true;
      owner_.failed(statement_, result.error());
    }
    return result;
  }
  void finish() {
    if (ended_) return;
    ended_ = true;
    owner_.succeeded(statement_);
  }

  LiveConnection& owner_;
  std::shared_ptr<Connection> connection_;  // what `inner_` reads from, also after a reconnect
  std::unique_ptr<Cursor> inner_;
  Statement statement_;
  bool ended_ = false;
};

LiveConnection::LiveConnection(std::string name, ConnectOptions options,
                               std::unique_ptr<Connection> connection)
    : name_(std::move(name)), options_(std::move(options)), connection_(std::move(connection)) {
  last_state_ = connection_->transaction();
}

Result<std::unique_ptr<LiveConnection>> LiveConnection::open(std::string name, ConnectOptions options) {
  TRY(auto connection, open_connection(options));
  return std::unique_ptr<LiveConnection>(
      new LiveConnection(std::move(name), std::move(options), std::move(connection)));
}

Result<Connection*> LiveConnection::ready() {
  if (tainted_) return tainted_error();
  if (!connection_->is_alive()) {
    if (last_state_ != TransactionState::none) {
      tainted_ = true;
      return tainted_error();
    }
    TRY(reconnect());
  }
  return connection_.get();
}

Result<std::unique_ptr<Cursor>> LiveConnection::query(std::string_view sql,
                                                      std::span<const Value> parameters) {
  TRY(Connection * connection, ready());
  Statement statement{leading_keywords(sql, *connection->server().dialect, 2), std::string(sql), last_state_};
  auto cursor = connection->query(sql, parameters);
  if (!cursor.ok()) {
    failed(statement, cursor.error());
    return cursor;
  }
  return std::unique_ptr<Cursor>(
      std::make_unique<LiveCursor>(*this, std::move(cursor).value(), std::move(statement)));
}

Result<void> LiveConnection::run(std::string_view sql) {
  TRY(auto cursor, query(sql));
  Batch batch;
  for (;;) {
    TRY(const bool more, cursor->next(batch, default_batch_rows));
    if (more) continue;
    TRY(const bool another, cursor->next_result());
    if (!another) return {};
  }
}

void LiveConnection::settle(const Error* failure) {
  const TransactionState before = last_state_;
  if (failure != nullptr && failure->ends_connection()) {
    tainted_ = tainted_ || before != TransactionState::none;
    return;
  }
  last_state_ = connection_->transaction();
  ++catalog_version_;
}

void LiveConnection::succeeded(const Statement& statement) {
  last_state_ = connection_->transaction();
  if (changes_catalog(statement.keywords)) ++catalog_version_;
  remember(statement);
}

void LiveConnection::failed(const Statement& statement, const Error& error) {
  if (changes_catalog(statement.keywords)) ++catalog_version_;
  if (!error.ends_connection()) {
    last_state_ = connection_->transaction();
    if (last_state_ == TransactionState::none) pending_settings_.clear();
    return;
  }
  if (statement.before != TransactionState::none || error.outcome_unknown ||
      may_begin_transaction(statement.keywords))
    tainted_ = true;
}

void LiveConnection::remember(const Statement& statement) {
  const std::string lower = to_lower(statement.sql);
  for (const auto& kind : lost_kinds)
    if (kind.is_made_by(statement.keywords, trim(lower)) &&
        std::find(not_restorable_.begin(), not_restorable_.end(), kind.what) == not_restorable_.end())
      not_restorable_.emplace_back(kind.what);

  // On PostgreSQL a SET belongs to its transaction; on MySQL it does not.
  const bool transactional = server().dialect->transactional_ddl;
  const auto first = word_at(statement.keywords, 0);
  if (first == "discard") {
    settings_.clear();
    not_restorable_.clear();
  }
  if (is_replayable_setting(statement.keywords, trim(statement.sql))) {
    auto& list = transactional && last_state_ != TransactionState::none ? pending_settings_ : settings_;
    list.push_back(statement.sql);
  }
  if (last_state_ == TransactionState::none && !pending_settings_.empty()) {
    if (first == "commit" || first == "end")
      settings_.insert(settings_.end(), pending_settings_.begin(), pending_settings_.end());
    pending_settings_.clear();
  }
}

Result<void> LiveConnection::reconnect() {
  auto opened = open_connection(options_);
  if (!opened.ok()) {
    Error error = std::move(opened).error();
    if (error.hint.empty()) error.hint = "\\reconnect " + name_ + " tries again";
    return std::move(error).in("cannot reconnect \"" + name_ + "\"");
  }
  auto fresh = std::move(opened).value();
  std::size_t replayed = 0;
  for (const auto& setting : settings_) {
    auto cursor = fresh->query(setting);
    if (!cursor.ok()) {
      Error error = std::move(cursor).error();
      error.code = ErrorCode::connection;
      return std::move(error).in("cannot restore a setting of \"" + name_ + "\" after reconnecting");
    }
    ++replayed;
  }
  if (notice_handler_) fresh->on_notice(notice_handler_);
  {
    const std::lock_guard lock(swap_);
    connection_ = std::move(fresh);
  }
  tainted_ = false;
  last_state_ = connection_->transaction();
  pending_settings_.clear();
  ++catalog_version_;
  std::string message = "reconnected \"" + name_ + "\"";
  if (replayed > 0)
    message += "; " + std::to_string(replayed) + (replayed == 1 ? " setting" : " settings") + " restored";
  if (!not_restorable_.empty()) message += "; not restored: " + join(not_restorable_, ", ");
  not_restorable_.clear();
  say(std::move(message));
  return {};
}

Result<void> LiveConnection::rollback() {
  if (tainted_ || !connection_->is_alive()) return reconnect();
  return run("ROLLBACK");
}

void LiveConnection::cancel() noexcept {
  const std::lock_guard lock(swap_);
  connection_->cancel();
}

void LiveConnection::on_notice(std::function<void(const ServerNotice&)> handler) {
  notice_handler_ = std::move(handler);
  connection_->on_notice(notice_handler_);
}

Error LiveConnection::tainted_error() const {
  Error error;
  error.code = ErrorCode::connection;
  error.what = "connection \"" + name_ +
               "\" was lost with a transaction open; the transaction is gone and nothing runs";
  error.hint = "look at what was committed, then \\reconnect " + name_ + " (or \\rollback)";
  error.connection_ended = true;
  return error;
}

void LiveConnection::say(std::string message) const {
  if (message_handler_) message_handler_(std::move(message));
}

}  // namespace bascule
