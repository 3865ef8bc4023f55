#include <chrono>

#include "engine/drivers/sqlite/driver.h"
#include "engine/drivers/sqlite/operations.h"
#include "engine/drivers/sqlite/session.h"

namespace bascule {
namespace sqlite {
namespace {

constexpr std::string_view databases_sql =
    "SELECT name || ' (' || iif(file = '', ':memory:', file) || ')' FROM pragma_database_list WHERE name <> "
    "'temp'"
    " ORDER BY seq";

// Reads the file's header as well, so that the latency is that of a real access.
constexpr std::string_view status_sql =
    "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') FROM pragma_schema_version";

class SqliteConnection final : public Connection {
 public:
  explicit SqliteConnection(std::unique_ptr<Session> session) : session_(std::move(session)) {}

  const ServerInfo& server() const override { return session_->info(); }
  const Features& features() const override { return session_->features(); }
  TransactionState transaction() const override { return session_->transaction(); }
  bool is_alive() override { return true; }  // there is no server that could go away

  Result<std::unique_ptr<Cursor>> query(std::string_view sql, std::span<const Value> parameters) override {
    return sqlite::query(*session_, sql, parameters);
  }
  Result<std::unique_ptr<RowSource>> bulk_read(const ReadRequest& request) override {
    return sqlite::bulk_read(*session_, request);
  }
  Result<std::unique_ptr<RowSink>> bulk_write(const WriteRequest& request) override {
    return sqlite::bulk_write(*session_, request);
  }
  Result<Schema> inspect(const InspectOptions& options) override {
    return sqlite::inspect(*session_, options);
  }

  Result<std::vector<std::string>> databases() override { return first_column(databases_sql); }

  Result<ServerStatus> status() override {
    const auto start = std::chrono::steady_clock::now();
    TRY(const std::vector<std::string> time, first_column(status_sql));
    const auto end = std::chrono::steady_clock::now();
    return ServerStatus{time.at(0), std::nullopt,
                        std::chrono::duration_cast<std::chrono::microseconds>(end - start)};
  }

  void cancel() noexcept override { session_->cancel(); }
  // SQLite says nothing beside its results.
  void on_notice(std::function<void(const ServerNotice&)>) override {}

 private:
  Result<std::vector<std::string>> first_column(std::string_view sql) {
    TRY(const auto cursor, sqlite::query(*session_, sql, {}));
    std::vector<std::string> texts;
    Batch batch;
    for (;;) {
      TRY(const bool more, cursor->next(batch, default_batch_rows));
      if (!more) return texts;
      for (std::size_t row = 0; row < batch.rows(); ++row) texts.emplace_back(batch.cell(row, 0).text);
    }
  }

  std::unique_ptr<Session> session_;
};

class SqliteDriver final : public Driver {
 public:
  Result<std::unique_ptr<Connection>> open(const ConnectOptions& options) const override {
    TRY(std::unique_ptr<Session> session, Session::open(options));
    return std::make_unique<SqliteConnection>(std::move(session));
  }
  Result<PlannedSteps> plan(std::span<const Change> changes, const Schema& have,
                            const Features& features) const override {
    return sqlite::plan(changes, have, features);
  }
};

}  // namespace
}  // namespace sqlite

const Driver& sqlite_driver() {
  static const sqlite::SqliteDriver driver;
  return driver;
}

}  // namespace bascule
