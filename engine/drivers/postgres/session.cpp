#include "engine/drivers/postgres/session.h"

#include <poll.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <stdexcept>

#include <fmt/format.h>
#include <pqxx/pqxx>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/drivers/postgres/diagnosis.h"

namespace bascule::postgres {
namespace {

using Clock = std::chrono::steady_clock;

// Keywords of libpq in order: those before `dbname` (the URL) give way to it, those after it win.
struct Parameters {
  std::vector<const char*> keywords, values;
  void add(const char* keyword, const char* value) {
    keywords.push_back(keyword);
    values.push_back(value);
  }
};

// libpq connects once; a second attempt, which libpqxx would make on its own after a loss, is refused:
// nothing that belongs to the session would survive it.
class Policy final : public pqxx::connectionpolicy {
 public:
  explicit Policy(const Parameters& parameters) : pqxx::connectionpolicy(""), parameters_(&parameters) {}

  handle do_startconnect(handle previous) override {
    if (previous && PQstatus(previous) == CONNECTION_OK) return previous;  // asked again while it makes ready
    if (previous || !parameters_) throw pqxx::broken_connection("the connection is lost");
    constexpr int url_is_expanded = 1;
    PGconn* made =
        PQconnectdbParams(parameters_->keywords.data(), parameters_->values.data(), url_is_expanded);
    parameters_ = nullptr;
    if (!made) throw pqxx::broken_connection("out of memory");
    if (PQstatus(made) != CONNECTION_OK) {
      const std::string message = PQerrorMessage(made);
      PQfinish(made);
      throw pqxx::broken_connection(message);
    }
    connected = made;
    return made;
  }

  PGconn* connected = nullptr;

 private:
  const Parameters* parameters_;
};

// A URL in which `/`, `?` or `#` stands before the last `@` was perhaps cut inside its password, so that
// messages about host, port or database may show a part of it.
bool may_be_cut_in_password(std::string_view url) {
  const auto scheme = url.find("://");
  const auto at = url.rfind('@');
  if (scheme == std::string_view::npos || at == std::string_view::npos || at < scheme) return false;
  const auto credentials = url.substr(scheme + 3, at - scheme - 3);
  return credentials.find(':') != std::string_view::npos &&
         credentials.find_first_of("/?#@") != std::string_view::npos;
}

Error hidden_error() {
  Error error{ErrorCode::connection,
              "cannot connect by this URL, and the reason is withheld because it may show the password",
              "write / ? # @ inside a password percent-encoded: %2F %3F %23 %40",
              {}};
  error.connection_ended = true;
  return error;
}

// Parses first, because libpq's messages about a URL that it cannot read quote it, password and all.
Result<void> check_url(const std::string& url) {
  char* message = nullptr;
  PQconninfoOption* options = PQconninfoParse(url.c_str(), &message);
  if (options) {
    PQconninfoFree(options);
    return {};
  }
  const std::string text = message ? message : "";
  PQfreemem(message);
  const bool names_an_option = text.find("URI query parameter: \"") != std::string::npos;
  if (names_an_option && !may_be_cut_in_password(url))
    return usage_error(std::string(trim(text)),
                       "use the parameters of libpq: sslmode, connect_timeout, options, ...");
  return usage_error(
      "the PostgreSQL URL cannot be read",
      "write postgres://USER:PASSWORD@HOST:PORT/DATABASE?name=value with special characters percent-encoded");
}

// The value of a parameter as libpq resolved it, from the URL, a service, the environment or its default.
std::string resolved_parameter(PGconn* handle, std::string_view name) {
  PQconninfoOption* options = PQconninfo(handle);
  std::string value;
  for (const PQconninfoOption* option = options; option && option->keyword; ++option)
    if (name == option->keyword && option->val) value = option->val;
  PQconninfoFree(options);
  return value;
}

struct StateHint {
  std::string_view sqlstate, hint;
};

constexpr StateHint state_hints[] = {
    {"25P02", "roll back to leave the failed transaction"},
    {"25006", "the transaction is read-only; connect without --read-only to write"},
    {"40001", "run the whole transaction again"},
    {"40P01", "run the whole transaction again"},
    {"42501", "ask the owner of the object for the privilege"},
    {"55P03", "wait for the other transaction, or raise lock_timeout"},
};

}  // namespace

// libpqxx's connection, opened by our policy.
class Session::Link final : public pqxx::connection_base {
 public:
  explicit Link(const Parameters& parameters) : pqxx::connection_base(policy_), policy_(parameters) {
    init();
  }
  ~Link() { close(); }
  PGconn* handle() const { return policy_.connected; }

 private:
  Policy policy_;
};

std::int64_t Rows::integer(int row, int column) const {
  return parse_integer(text(row, column)).value_or(0);
}

Result<std::unique_ptr<Session>> Session::open(const ConnectOptions& options) {
  std::unique_ptr<Session> session(new Session);
  TRY(check_url(options.url.text));
  TRY(session->connect(options));
  TRY(session->check_tls());
  TRY(session->prepare(options));
  return session;
}

Session::~Session() {
  PQfreeCancel(cancel_handle_);
}

Result<void> Session::connect(const ConnectOptions& options) {
  const auto milliseconds = options.connect_timeout.count();
  const std::string timeout = std::to_string((milliseconds + 999) / 1000);
  Parameters parameters;
  parameters.add("fallback_application_name", "bascule");
  if (!std::getenv("PGCONNECT_TIMEOUT")) parameters.add("connect_timeout", timeout.c_str());
  parameters.add("keepalives_idle", "60");
  parameters.add("keepalives_interval", "10");
  parameters.add("keepalives_count", "3");
  parameters.add("dbname", options.url.text.c_str());
  if (!options.database.empty()) parameters.add("dbname", options.database.c_str());
  if (options.password) parameters.add("password", options.password->c_str());
  parameters.add("client_encoding", "UTF8");
  parameters.add(nullptr, nullptr);
  try {
    link_ = std::make_unique<Link>(parameters);
  } catch (const std::exception& failure) {  // the one place where libpqxx throws at us
    if (may_be_cut_in_password(options.url.text)) return hidden_error();
    return connect_error(failure.what());
  }
  handle_ = link_->handle();
  PQsetNoticeReceiver(handle_, &Session::receive_notice, this);
  cancel_handle_ = PQgetCancel(handle_);

  const char* version = PQparameterStatus(handle_, "server_version");
  features_ = compute_features(Flavor::postgres, version ? version : "");
  info_.dialect = &dialect(Flavor::postgres);
  info_.version = features_.version;
  info_.database = PQdb(handle_);
  info_.user = PQuser(handle_);
  info_.host = PQhost(handle_);
  if (const auto port = parse_integer(PQport(handle_))) info_.port = static_cast<int>(*port);
  if (PQsslInUse(handle_))
    info_.tls = fmt::format("{} {}", PQsslAttribute(handle_, "protocol"), PQsslAttribute(handle_, "cipher"));
  return {};
}

// libpq enforces sslmode itself; what it promised is looked at all the same, because clear text cannot be
// taken back. A socket file needs no TLS.
Result<void> Session::check_tls() const {
  const std::string mode = resolved_parameter(handle_, "sslmode");
  const bool demanded = mode == "require" || mode == "verify-ca" || mode == "verify-full";
  const bool is_local = info_.host.starts_with('/');
  if (!demanded || is_local || PQsslInUse(handle_) || PQgssEncInUse(handle_)) return {};
  Error error{ErrorCode::connection,
              fmt::format("sslmode={} is demanded and the connection is in clear text", mode),
              "turn TLS on in the server",
              {}};
  error.connection_ended = true;
  return error;
}

Result<void> Session::prepare(const ConnectOptions& options) {
  std::string settings;
  if (options.read_only) settings += "SET default_transaction_read_only = on;";
  if (options.statement_timeout.count() > 0)
    settings += fmt::format("SET statement_timeout = {};", options.statement_timeout.count());
  has_deadline_ = options.statement_timeout.count() > 0;
  info_.read_only = options.read_only;
  if (!settings.empty()) TRY(run(settings));
  for (const std::string& statement : options.init) {
    auto done = run(statement);
    if (!done) return std::move(done).error().in("init");
  }
  return {};
}

TransactionState Session::transaction() const {
  switch (PQtransactionStatus(handle_)) {
    case PQTRANS_INTRANS:
      return TransactionState::open;
    case PQTRANS_INERROR:
      return TransactionState::failed;
    case PQTRANS_ACTIVE:
      return state_before_;
    case PQTRANS_IDLE:
    case PQTRANS_UNKNOWN:
      break;
  }
  return TransactionState::none;
}

bool Session::is_alive() {
  if (busy_) return PQstatus(handle_) == CONNECTION_OK;
  // What waits to be read while nothing runs: notices, changed settings, or the end.
  for (int look = 0; look < 16 && PQstatus(handle_) == CONNECTION_OK && !announced_end_; ++look) {
    pollfd socket{PQsocket(handle_), POLLIN, 0};
    if (poll(&socket, 1, 0) <= 0) break;
    if (!PQconsumeInput(handle_)) return false;
    PQisBusy(handle_);  // reads what has come
  }
  return PQstatus(handle_) == CONNECTION_OK && !announced_end_;
}

Result<void> Session::claim() {
  if (busy_)
    return Error{ErrorCode::conflict,
                 "the connection is busy with another result",
                 "read that result to its end or close it first",
                 {}};
  if (!is_alive()) {
    Error error{
        ErrorCode::connection, "the server has closed the connection", "reconnect; nothing was sent", {}};
    error.connection_ended = true;
    return error;
  }
  busy_ = true;
  return {};
}

void Session::release() {
  busy_ = false;
}

void Session::begin_statement() {
  state_before_ = transaction();
  const std::lock_guard lock(cancel_mutex_);
  running_ = true;
  cancel_asked_ = false;
}

void Session::end_statement() {
  const std::lock_guard lock(cancel_mutex_);
  running_ = false;
}

void Session::cancel() noexcept {
  const std::lock_guard lock(cancel_mutex_);
  if (!running_) return;
  cancel_asked_ = true;
  send_cancel();
}

bool Session::was_cancel_asked() const {
  const std::lock_guard lock(cancel_mutex_);
  return running_ && cancel_asked_;
}

// PQcancel returns when the server has passed the signal on, so under the mutex it cannot arrive later than
// the end of the statement that it is meant for.
void Session::send_cancel() noexcept {
  char message[256];
  if (cancel_handle_) PQcancel(cancel_handle_, message, sizeof message);
}

Result<Rows> Session::run(const std::string& sql) {
  begin_statement();
  ResultPtr result(PQexec(handle_, sql.c_str()));
  end_statement();
  const ExecStatusType status = result ? PQresultStatus(result.get()) : PGRES_FATAL_ERROR;
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY)
    return Rows(std::move(result));
  if (status == PGRES_FATAL_ERROR && result) return error_of(result.get(), sql, sql);
  if (status == PGRES_FATAL_ERROR) return lost(sql);
  drain();
  return internal_error("a statement of bascule's own went into an unexpected protocol state");
}

Error Session::error_of(const PGresult* result, std::string_view sql, std::string_view sent) const {
  Error error = server_error(result);
  error.sql = sql;
  if (const auto position = parse_unsigned(error_field(result, PG_DIAG_STATEMENT_POSITION));
      position && *position) {
    const char* encoding = PQparameterStatus(handle_, "server_encoding");
    error.sql_offset =
        byte_offset(sql, sent, *position, encoding && std::string_view(encoding) == "SQL_ASCII");
  }
  const std::string severity = error_field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity == "FATAL" || severity == "PANIC" || PQstatus(handle_) == CONNECTION_BAD) {
    Error end = lost(sql);
    end.what = "the connection was lost: " + error.what;
    end.sqlstate = error.sqlstate;
    end.detail = error.detail;
    return end;
  }
  const bool is_idle = PQtransactionStatus(handle_) == PQTRANS_IDLE;
  error.transaction_ended = state_before_ != TransactionState::none && is_idle;
  if (error.sqlstate == "57014") {
    const std::lock_guard lock(cancel_mutex_);
    if (cancel_asked_) {
      error.code = ErrorCode::cancelled;
      error.what = "the statement was cancelled";
    } else if (has_deadline_) {
      error.code = ErrorCode::cancelled;
      error.hint = "raise statement_timeout to let it run longer";
    }
  }
  for (const StateHint& row : state_hints)
    if (error.hint.empty() && row.sqlstate == error.sqlstate) error.hint = row.hint;
  return error;
}

Error Session::lost(std::string_view sql) const {
  std::string reason(trim(PQerrorMessage(handle_)));
  reason = reason.substr(0, reason.find('\n'));
  Error error{
      ErrorCode::connection, "the connection was lost" + (reason.empty() ? "" : ": " + reason), {}, {}};
  error.sql = sql;
  error.connection_ended = true;
  const std::string keyword = first_keyword(sql, *info_.dialect);
  if ((keyword == "commit" || keyword == "end") && state_before_ != TransactionState::failed) {
    error.outcome_unknown = true;
    error.hint = "reconnect and look whether the transaction is in before running it again";
  } else if (state_before_ != TransactionState::none) {
    error.hint = "reconnect and run the whole transaction again: the server rolled it back";
  } else {
    error.hint =
        "reconnect; if the statement changes data, look whether it took effect before running it again";
  }
  return error;
}

ResultPtr Session::drain() {
  ResultPtr failure;
  while (ResultPtr result{PQgetResult(handle_)}) {
    switch (PQresultStatus(result.get())) {
      case PGRES_COPY_IN:
        PQputCopyEnd(handle_, "the load was given up");
        break;
      case PGRES_COPY_OUT: {
        char* row = nullptr;
        while (PQgetCopyData(handle_, &row, 0) > 0) PQfreemem(row);
        break;
      }
      case PGRES_FATAL_ERROR:
        failure = std::move(result);
        break;
      default:
        break;
    }
    if (PQstatus(handle_) == CONNECTION_BAD) break;
  }
  return failure;
}

// True if every result came within `patience`.
bool Session::drains_by_itself(std::chrono::milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  for (;;) {
    while (!PQisBusy(handle_)) {
      const ResultPtr result(PQgetResult(handle_));
      if (!result) return true;
      const ExecStatusType status = PQresultStatus(result.get());
      if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) return false;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd socket{PQsocket(handle_), POLLIN, 0};
    poll(&socket, 1, static_cast<int>(left.count()));
    if (!PQconsumeInput(handle_)) return true;
  }
}

void Session::abandon(std::chrono::milliseconds patience) {
  if (patience.count() == 0 || !drains_by_itself(patience)) {
    send_cancel();
    drain();
  }
  end_statement();
}

void Session::receive_notice(void* session, const PGresult* result) noexcept {
  auto& self = *static_cast<Session*>(session);
  try {
    if (error_field(result, PG_DIAG_SEVERITY_NONLOCALIZED) == "FATAL") self.announced_end_ = true;
    if (!self.notice_handler_) return;
    self.notice_handler_({error_field(result, PG_DIAG_SEVERITY), error_field(result, PG_DIAG_SQLSTATE),
                          error_field(result, PG_DIAG_MESSAGE_PRIMARY),
                          error_field(result, PG_DIAG_MESSAGE_HINT)});
  } catch (...) {
    // A notice that cannot be told is lost: an exception must not pass through libpq.
    return;
  }
}

}  // namespace bascule::postgres
