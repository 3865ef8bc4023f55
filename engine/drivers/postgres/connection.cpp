#include <chrono>

#include "engine/drivers/postgres/driver.h"
#include "engine/drivers/postgres/operations.h"
#include "engine/drivers/postgres/session.h"

namespace bascule {
namespace postgres {
namespace {

constexpr const char* databases_sql =
    "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1";

constexpr const char* status_sql =
    "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),"
    " floor(extract(epoch FROM clock_timestamp() - pg_postmaster_start_time()))::bigint";

// The session for the time of one operation.
class Claim {
 public:
  explicit Claim(Session& session) : session_(session) {}
  ~Claim() { session_.release(); }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

 private:
  Session& session_;
};

class PostgresConnection final : public Connection {
 public:
  explicit PostgresConnection(std::unique_ptr<Session> session) : session_(std::move(session)) {}

  const ServerInfo& server() const override { return session_->info(); }
  const Features& features() const override { return session_->features(); }
  TransactionState transaction() const override { return session_->transaction(); }
  bool is_alive() override { return session_->is_alive(); }

  Result<std::unique_ptr<Cursor>> query(std::string_view sql, std::span<const Value> parameters) override {
    return postgres::query(*session_, sql, parameters);
  }
  Result<std::unique_ptr<RowSource>> bulk_read(const ReadRequest& request) override {
    return postgres::bulk_read(*session_, request);
  }
  Result<std::unique_ptr<RowSink>> bulk_write(const WriteRequest& request) override {
    return postgres::bulk_write(*session_, request);
  }

  Result<Schema> inspect(const InspectOptions& options) override {
    TRY(session_->claim());
    const Claim claim(*session_);
    return postgres::inspect(*session_, options);
  }

  Result<std::vector<std::string>> databases() override {
    TRY(session_->claim());
    const Claim claim(*session_);
    TRY(const Rows rows, session_->run(databases_sql));
    std::vector<std::string> names;
    for (int row = 0; row < rows.size(); ++row) names.push_back(rows.string(row, 0));
    return names;
  }

  Result<ServerStatus> status() override {
    TRY(session_->claim());
    const Claim claim(*session_);
    const auto start = std::chrono::steady_clock::now();
    TRY(const Rows rows, session_->run(status_sql));
    const auto end = std::chrono::steady_clock::now();
    return ServerStatus{rows.string(0, 0), rows.integer(0, 1),
                        std::chrono::duration_cast<std::chrono::microseconds>(end - start)};
  }

  void cancel() noexcept override { session_->cancel(); }
  void on_notice(std::function<void(const ServerNotice&)> handler) override {
    session_->on_notice(std::move(handler));
  }

 private:
  std::unique_ptr<Session> session_;
};

class PostgresDriver final : public Driver {
 public:
  Result<std::unique_ptr<Connection>> open(const ConnectOptions& options) const override {
    TRY(std::unique_ptr<Session> session, Session::open(options));
    return std::make_unique<PostgresConnection>(std::move(session));
  }
  Result<PlannedSteps> plan(std::span<const Change> changes, const Schema& have,
                            const Features& features) const override {
    return postgres::plan(changes, have, features);
  }
};

}  // namespace
}  // namespace postgres

const Driver& postgres_driver() {
  static const postgres::PostgresDriver driver;
  return driver;
}

}  // namespace bascule
