#include <algorithm>
#include <utility>

#include "engine/base/text.h"
#include "engine/drivers/mysql/bulk.h"
#include "engine/drivers/mysql/connect.h"
#include "engine/drivers/mysql/cursor.h"
#include "engine/drivers/mysql/driver.h"
#include "engine/drivers/mysql/inspect.h"
#include "engine/drivers/mysql/plan.h"

namespace bascule {
namespace mysql {
namespace {

Error busy() {
  return internal_error("a result or a writer is still open on this connection");
}

class MysqlConnection final : public Connection {
 public:
  explicit MysqlConnection(std::unique_ptr<Session> session) : session_(std::move(session)) {}

  const ServerInfo& server() const override { return session_->info(); }
  const Features& features() const override { return session_->features(); }
  TransactionState transaction() const override { return session_->transaction(); }
  bool is_alive() override { return session_->is_alive(); }
  void cancel() noexcept override { session_->cancel(); }
  void on_notice(std::function<void(const ServerNotice&)> handler) override {
    session_->set_notice_handler(std::move(handler));
  }

  Result<std::unique_ptr<Cursor>> query(std::string_view sql, std::span<const Value> parameters) override {
    auto lease = session_->lease();
    if (!lease) return busy();
    return open_cursor(*session_, std::move(*lease), sql, parameters);
  }

  Result<std::unique_ptr<RowSource>> bulk_read(const ReadRequest& request) override {
    auto lease = session_->lease();
    if (!lease) return busy();
    return open_bulk_reader(*session_, std::move(*lease), request);
  }

  Result<std::unique_ptr<RowSink>> bulk_write(const WriteRequest& request) override {
    auto lease = session_->lease();
    if (!lease) return busy();
    return open_bulk_writer(*session_, std::move(*lease), request);
  }

  Result<Schema> inspect(const InspectOptions& options) override {
    const auto lease = session_->lease();
    if (!lease) return busy();
    return read_schema(*session_, options);
  }

  Result<std::vector<std::string>> databases() override {
    const auto lease = session_->lease();
    if (!lease) return busy();
    TRY(const auto rows, session_->rows("SHOW DATABASES"));
    std::vector<std::string> names;
    for (const auto& row : rows) names.push_back(row[0].value_or(""));
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<ServerStatus> status() override {
    const auto lease = session_->lease();
    if (!lease) return busy();
    ServerStatus status;
    const auto start = std::chrono::steady_clock::now();
    TRY(status.server_time, session_->value("SELECT DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%dT%H:%i:%s.%fZ')"));
    status.latency =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    TRY(const auto uptime, session_->rows("SHOW GLOBAL STATUS LIKE 'Uptime'"));
    if (uptime.size() == 1 && uptime[0].size() == 2)
      if (const auto seconds = parse_integer(uptime[0][1].value_or(""))) status.uptime_seconds = *seconds;
    return status;
  }

 private:
  std::unique_ptr<Session> session_;
};

class MysqlDriver final : public Driver {
 public:
  Result<std::unique_ptr<Connection>> open(const ConnectOptions& options) const override {
    TRY(auto session, open_session(options));
    return std::make_unique<MysqlConnection>(std::move(session));
  }
  Result<PlannedSteps> plan(std::span<const Change> changes, const Schema& have,
                            const Features& features) const override {
    return plan_changes(changes, have, features);
  }
};

}  // namespace
}  // namespace mysql

const Driver& mysql_driver() {
  static const mysql::MysqlDriver driver;
  return driver;
}

}  // namespace bascule
