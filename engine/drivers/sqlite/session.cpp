#include "engine/drivers/sqlite/session.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <thread>

#include "engine/dialect/lexer.h"
#include "engine/drivers/sqlite/errors.h"

namespace bascule::sqlite {
namespace {

constexpr std::chrono::milliseconds busy_timeout{5000};
constexpr std::chrono::milliseconds busy_pause{20};
// So many virtual machine instructions are a fraction of a millisecond.
constexpr int instructions_between_checks = 10'000;

Error open_error(std::string_view path, std::string_view reason, std::string hint) {
  Error error;
  error.code = ErrorCode::connection;
  error.what = "cannot open \"" + std::string(path) + "\": " + std::string(reason);
  error.hint = std::move(hint);
  return error;
}

// What sqlite3_open_v2 would find out late (a directory), not at all (a FIFO), or by creating a file.
Result<void> check_path(const std::string& path, const ConnectOptions& options) {
  if (path.empty() || path.find('\0') != std::string::npos)
    return usage_error("a SQLite connection needs the path of a file",
                       "sqlite:PATH, or sqlite::memory: for one in memory");
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (!std::filesystem::exists(status)) {
    if (failure && status.type() != std::filesystem::file_type::not_found)
      return open_error(path, failure.message(), "look at the permissions of its folder");
    if (!options.create)
      return open_error(path, "there is no such file", "--create makes a new database there");
    if (options.read_only)
      return usage_error("a new database cannot be read-only: \"" + path + "\" does not exist",
                         "leave out --create or --read-only");
    return {};
  }
  if (std::filesystem::is_directory(status))
    return open_error(path, "it is a directory", "name a database file in it");
  if (!std::filesystem::is_regular_file(status))
    return open_error(path, "it is no regular file", "name a database file");
  if (::access(path.c_str(), R_OK) != 0)
    return open_error(path, std::strerror(errno), "look at the permissions of the file");
  return {};
}

// Whether anything but blanks, comments and semicolons is left.
bool holds_statement(std::string_view sql) {
  for (const Token& token : tokenize(sql, dialect(Flavor::sqlite).lexer))
    if (token.kind != TokenKind::space && token.kind != TokenKind::comment &&
        token.kind != TokenKind::semicolon)
      return true;
  return false;
}

}  // namespace

Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::open(const ConnectOptions& options) {
  std::unique_ptr<Session> session(new Session);
  TRY(session->open_file(options));
  TRY(session->make_ready(options));
  return session;
}

Result<void> Session::open_file(const ConnectOptions& options) {
  const std::string& path = options.url.path;
  const bool in_memory = path == ":memory:";
  if (!in_memory) TRY(check_path(path, options));
  // The path is never read as a URI, so that any file name works. One connection is used by one thread at a
  // time, sqlite3_interrupt excepted, which is safe: no mutex. A database in memory is made writable by
  // nature; query_only guards it below.
  int flags = SQLITE_OPEN_NOMUTEX;
  if (options.read_only && !in_memory)
    flags |= SQLITE_OPEN_READONLY;
  else
    flags |= SQLITE_OPEN_READWRITE | (options.create || in_memory ? SQLITE_OPEN_CREATE : 0);
  // A path that begins with a colon or "file:" would mean something else to SQLite.
  const bool is_plain = path.front() == '/' || in_memory;
  try {
    database_ = std::make_unique<SQLite::Database>(is_plain ? path : "./" + path, flags);
  } catch (const SQLite::Exception& exception) {
    return open_error(path, exception.what(), "look at the permissions of the file and its folder");
  }
  handle_ = database_->getHandle();
  return {};
}

Result<void> Session::make_ready(const ConnectOptions& options) {
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_handler(handle_, on_busy, this);
  sqlite3_progress_handler(handle_, instructions_between_checks, on_progress, this);
  // foreign_keys stays as the library has it, which is off, as in the sqlite3 shell: turning it on would make
  // statements fail or cascade that the user's own programs run freely. Loading of extensions is off as well.

  const std::string& path = options.url.path;
  // Opening reads nothing; this reads the header and the schema.
  if (const int code =
          sqlite3_exec(handle_, "SELECT 1 FROM sqlite_schema LIMIT 1", nullptr, nullptr, nullptr);
      code != SQLITE_OK) {
    Error error = error_of(handle_, code, "");
    error.code = ErrorCode::connection;
    error.what = (code & 0xff) == SQLITE_NOTADB ? "\"" + path + "\" is not a SQLite database"
                                                : "cannot read \"" + path + "\": " + error.what;
    return error;
  }
  if (options.read_only) sqlite3_exec(handle_, "PRAGMA query_only = ON", nullptr, nullptr, nullptr);

  info_.dialect = &dialect(Flavor::sqlite);
  info_.version = sqlite3_libversion();
  info_.database = path;
  info_.read_only = options.read_only || sqlite3_db_readonly(handle_, "main") == 1;
  features_ = compute_features(Flavor::sqlite, info_.version);
  statement_timeout_ = options.statement_timeout;

  for (const std::string& statement : options.init)
    if (auto done = run(statement); !done.ok()) return std::move(done).error().in("init of \"" + path + "\"");
  return {};
}

Result<void> Session::run(std::string_view sql) {
  TRY(const Statement statement, prepare(sql));
  if (statement == nullptr) return {};
  const bool was_open = transaction() != TransactionState::none;
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = step(statement.get());
  if (code != SQLITE_DONE) return failure(code, sql, was_open);
  return {};
}

Result<Session::Lease> Session::claim() {
  const std::lock_guard lock(cancel_mutex_);
  if (is_claimed_)
    return usage_error("the connection is busy: a result is still open",
                       "read it to its end or close it first");
  is_claimed_ = true;
  must_stop_ = timed_out_ = false;
  deadline_ = std::chrono::steady_clock::time_point::max();
  return Lease(*this);
}

void Session::release() noexcept {
  const std::lock_guard lock(cancel_mutex_);
  is_claimed_ = false;
}

void Session::start_clock() {
  if (statement_timeout_.count() > 0) deadline_ = std::chrono::steady_clock::now() + statement_timeout_;
}

void Session::cancel() noexcept {
  const std::lock_guard lock(cancel_mutex_);
  if (!is_claimed_) return;
  must_stop_ = true;
  // The flag alone is seen at the next progress call; this also stops what does not come back to it. What is
  // interrupted before it began starts anew with a cleared interrupt, but not with a cleared flag.
  sqlite3_interrupt(handle_);
}

int Session::on_progress(void* self) {
  auto& session = *static_cast<Session*>(self);
  if (session.deadline_ != std::chrono::steady_clock::time_point::max() &&
      std::chrono::steady_clock::now() >= session.deadline_)
    session.timed_out_ = true;
  return session.must_stop_ || session.timed_out_ ? 1 : 0;
}

// SQLite's own busy timeout cannot be cancelled.
int Session::on_busy(void* self, int attempts) {
  if (attempts >= busy_timeout / busy_pause || on_progress(self) != 0) return 0;
  std::this_thread::sleep_for(busy_pause);
  return 1;
}

Result<Statement> Session::prepare(std::string_view sql) {
  if (sql.find('\0') != std::string_view::npos)
    return unsupported_error("the statement holds a NUL byte, at which SQLite would stop reading",
                             "take the NUL out; char(0) makes one");
  if (sql.size() > INT_MAX) return unsupported_error("the statement is longer than 2 GiB", "split it");
  if (sql.empty()) return Statement();
  sqlite3_stmt* prepared = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), 0, &prepared, &tail);
  if (code != SQLITE_OK) return failure(code, sql, transaction() != TransactionState::none);
  Statement statement(prepared);
  if (holds_statement(sql.substr(static_cast<std::size_t>(tail - sql.data())))) {
    if (statement == nullptr) return prepare(std::string_view(tail, sql.data() + sql.size()));
    Error error = usage_error("only one statement can be sent at a time", "send the statements one by one");
    error.sql = sql;
    error.sql_offset = static_cast<std::size_t>(tail - sql.data());
    return error;
  }
  return statement;
}

Error Session::failure(int code, std::string_view sql, bool was_open) {
  Error error = error_of(handle_, code, sql);
  const int kind = code & 0xff;
  if (kind == SQLITE_INTERRUPT || (kind == SQLITE_BUSY && (must_stop_ || timed_out_))) {
    error.code = ErrorCode::cancelled;
    error.sqlstate = "SQLITE_INTERRUPT";
    error.native_code = SQLITE_INTERRUPT;
    error.hint.clear();
    error.what = timed_out_ && !must_stop_
                     ? "the statement was stopped after " + std::to_string(statement_timeout_.count()) +
                           " ms, the statement timeout"
                     : "the statement was cancelled";
  }
  if (was_open && transaction() == TransactionState::none) {
    error.transaction_ended = true;
    error.hint += error.hint.empty() ? "" : "; ";
    error.hint += "the transaction was rolled back";
  }
  return error;
}

}  // namespace bascule::sqlite
