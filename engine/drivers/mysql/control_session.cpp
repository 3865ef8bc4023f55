#include "engine/drivers/mysql/control_session.h"

#include <cppconn/connection.h>
#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>

#include <mutex>
#include <stdexcept>
#include <utility>

namespace bascule::mysql {
namespace {

// get_driver_instance() fills a global table without a lock.
sql::Driver* connector_driver() {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  return get_driver_instance();
}

// The connector takes "TLS, please" for an answer in clear text: look at what came out of it.
bool is_encrypted(sql::Connection& connection) {
  const std::unique_ptr<sql::Statement> statement(connection.createStatement());
  const std::unique_ptr<sql::ResultSet> row(statement->executeQuery("SHOW SESSION STATUS LIKE 'Ssl_cipher'"));
  return row->next() && row->getString(2).length() > 0;
}

}  // namespace

struct ControlSession::Connector {
  std::unique_ptr<sql::Connection> connection;
};

ControlSession::ControlSession(ControlSettings settings) : settings_(std::move(settings)) {}
ControlSession::~ControlSession() = default;

std::unique_ptr<ControlSession::Connector> ControlSession::connect() const {
  if (settings_.pinned)
    throw std::runtime_error(
        "mysql-connector-c++ cannot check a certificate by its fingerprint (ssl-fingerprint)");
  sql::ConnectOptionsMap options;
  options["userName"] = sql::SQLString(settings_.user);
  options["password"] = sql::SQLString(settings_.password);
  options["OPT_CONNECT_TIMEOUT"] = static_cast<int>(settings_.timeout_seconds);
  options["OPT_READ_TIMEOUT"] = static_cast<int>(settings_.timeout_seconds);
  options["OPT_LOCAL_INFILE"] = 0;
  if (settings_.socket.empty()) {
    options["hostName"] = sql::SQLString("tcp://" + settings_.host + ":" + std::to_string(settings_.port));
  } else {
    options["hostName"] = sql::SQLString("unix://" + settings_.socket);
  }
  if (settings_.tls) {
    options["sslEnforce"] = true;
    if (settings_.verify_host) options["sslVerify"] = true;
    if (!settings_.ca.empty()) options["sslCA"] = sql::SQLString(settings_.ca);
    if (!settings_.certificate.empty()) options["sslCert"] = sql::SQLString(settings_.certificate);
    if (!settings_.key.empty()) options["sslKey"] = sql::SQLString(settings_.key);
  }
  auto connector = std::make_unique<Connector>();
  connector->connection.reset(connector_driver()->connect(options));
  if (settings_.tls && !is_encrypted(*connector->connection))
    throw std::runtime_error("the server offered no TLS to the second connection");
  return connector;
}

std::optional<std::string> ControlSession::kill_query(unsigned long connection_id) noexcept {
  auto failure = kill_by_connector(connection_id);
  if (failure && settings_.otherwise && !settings_.otherwise(connection_id)) return std::nullopt;
  return failure;
}

std::optional<std::string> ControlSession::kill_by_connector(unsigned long connection_id) noexcept {
  for (;;) {
    const bool fresh = connector_ == nullptr;
    try {
      if (fresh) connector_ = connect();
      const std::unique_ptr<sql::Statement> statement(connector_->connection->createStatement());
      statement->execute("KILL QUERY " + std::to_string(connection_id));
      return std::nullopt;
    } catch (const sql::SQLException& exception) {
      constexpr int unknown_thread = 1094;  // the connection to stop is gone already
      if (exception.getErrorCode() == unknown_thread) return std::nullopt;
      connector_.reset();
      // An old one may have been closed by the server while it was idle: a fresh one is tried once.
      if (fresh) return std::string(exception.what());
    } catch (const std::exception& exception) {
      connector_.reset();
      return std::string(exception.what());
    }
  }
}

}  // namespace bascule::mysql
