#include "engine/drivers/mysql/cursor.h"

#include <algorithm>
#include <utility>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/drivers/mysql/errors.h"
#include "engine/drivers/mysql/parameters.h"

namespace bascule::mysql {
namespace {

enum class Fetch { row, end, failed };

// What the text and the binary protocol have in common: the life of a statement with its results.
class ResultCursor : public Cursor {
 public:
  ResultCursor(Session& session, Session::Lease lease) : session_(session), lease_(std::move(lease)) {}

  const std::vector<ResultColumn>& columns() const override { return columns_; }
  bool has_rows() const override { return !columns_.empty(); }
  std::optional<std::int64_t> affected_rows() const override { return affected_rows_; }
  std::string command_tag() const override { return command_tag_; }
  Result<bool> next(Batch& out, std::size_t max_rows) override;
  Result<bool> next_result() override;

  // After execution and after each advance(): opens the announced result and reads its first row ahead, so
  // that a statement that fails before it fails in query().
  Result<void> take_result();

 protected:
  // Adds one row to `out`.
  virtual Fetch fetch(Batch& out) = 0;
  virtual Error failure() = 0;
  // Takes up the result that the server has announced, also the first one: columns_ is filled.
  virtual bool open_result() = 0;
  virtual bool has_more_results() = 0;
  // To the next result; false on failure.
  virtual bool advance() = 0;
  virtual std::int64_t changed_rows() = 0;
  virtual unsigned warnings() = 0;

  // The statement has ended by a failure.
  Error fail();
  // For the destructors of the derived classes, whose functions it calls.
  void discard();

  Session& session_;
  std::vector<ResultColumn> columns_;
  bool running_ = true;     // the statement has not ended on the server
  bool in_result_ = false;  // rows of the current result may follow

 private:
  Fetch fetch_into(Batch& out);
  Result<void> end_of_result();
  Result<void> end_of_statement();

  Session::Lease lease_;
  Batch first_row_;
  std::optional<Error> pending_;
  std::optional<std::int64_t> affected_rows_;
  std::int64_t rows_given_ = 0;
  std::string command_tag_;
};

bool changes_rows(std::string_view sql, const Dialect& dialect) {
  static constexpr std::string_view words[] = {"insert", "update", "delete", "replace",
                                               "load",   "with",   "call"};
  const std::string word = first_keyword(sql, dialect);
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

Result<void> ResultCursor::take_result() {
  columns_.clear();
  if (!open_result()) return fail();
  in_result_ = has_rows();
  rows_given_ = 0;
  first_row_.reset(columns_.size());
  if (!in_result_) return end_of_result();
  switch (fetch(first_row_)) {
    case Fetch::row:
      return {};
    case Fetch::end:
      first_row_.reset(columns_.size());
      return end_of_result();
    case Fetch::failed:
      return fail();
  }
  return {};
}

Result<void> ResultCursor::end_of_result() {
  in_result_ = false;
  if (has_more_results()) return {};
  return end_of_statement();
}

Result<void> ResultCursor::end_of_statement() {
  running_ = false;
  const std::string& sql = session_.running_sql();
  if (changes_rows(sql, *session_.info().dialect)) {
    if (!has_rows())
      affected_rows_ = changed_rows();
    else if (first_keyword(sql, *session_.info().dialect) != "with")
      affected_rows_ = rows_given_ + static_cast<std::int64_t>(first_row_.rows());  // ... RETURNING
  }
  if (const char* info = mysql_info(session_.handle()); info != nullptr && !has_rows()) command_tag_ = info;
  std::string outcome;
  if (affected_rows_)
    outcome = "the statement was carried out, " + std::to_string(*affected_rows_) + " rows changed";
  return session_.complete(warnings(), outcome);
}

Error ResultCursor::fail() {
  running_ = in_result_ = false;
  return session_.fail(failure());
}

Fetch ResultCursor::fetch_into(Batch& out) {
  if (first_row_.empty()) return in_result_ ? fetch(out) : Fetch::end;
  for (std::size_t i = 0; i < first_row_.columns(); ++i) out.add(first_row_.cell(0, i));
  first_row_.reset(columns_.size());
  return Fetch::row;
}

Result<bool> ResultCursor::next(Batch& out, std::size_t max_rows) {
  out.reset(columns_.size());
  if (pending_) {
    Error error = std::move(*pending_);
    pending_.reset();
    return error;
  }
  std::optional<Error> error;
  while (out.rows() < max_rows && out.bytes() < batch_bytes_limit && (in_result_ || !first_row_.empty())) {
    const Fetch fetched = fetch_into(out);
    if (fetched == Fetch::row) {
      ++rows_given_;
      continue;
    }
    out.drop_partial_row();
    if (fetched == Fetch::failed) {
      error = fail();
    } else if (auto ended = end_of_result(); !ended.ok()) {
      error = std::move(ended).error();
    }
    break;
  }
  if (error && (out.empty() || error->code == ErrorCode::cancelled)) {
    out.reset(columns_.size());  // what a killed SLEEP() or BENCHMARK() returned is no result
    return std::move(*error);
  }
  pending_ = std::move(error);
  return !out.empty();
}

Result<bool> ResultCursor::next_result() {
  Batch skipped;
  while (in_result_ || !first_row_.empty()) TRY(next(skipped, default_batch_rows));
  if (pending_) {
    Error error = std::move(*pending_);
    pending_.reset();
    return error;
  }
  if (!running_) return false;
  if (!advance()) return fail();
  TRY(take_result());
  // A CALL ends with a status of its own, which is no result to show.
  return has_rows() || running_;
}

void ResultCursor::discard() {
  if (!running_) return;
  session_.stop();
  Batch skipped;
  Fetch fetched = in_result_ ? Fetch::row : Fetch::end;
  for (;;) {
    while (fetched == Fetch::row) {
      skipped.reset(columns_.size());
      fetched = fetch(skipped);
    }
    if (fetched == Fetch::failed || !has_more_results() || !advance() || !open_result()) break;
    fetched = has_rows() ? Fetch::row : Fetch::end;
  }
  running_ = false;
  if (ends_connection(mysql_errno(session_.handle())))
    (void)session_.fail(failure());
  else
    session_.abandon();
}

// --- text protocol: for what cannot be prepared ---

struct FreeResult {
  void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
};
using ResultSet = std::unique_ptr<MYSQL_RES, FreeResult>;

class TextCursor final : public ResultCursor {
 public:
  using ResultCursor::ResultCursor;
  ~TextCursor() override { discard(); }

  Result<void> send() {
    const std::string& sql = session_.running_sql();
    if (mysql_real_query(session_.handle(), sql.data(), static_cast<unsigned long>(sql.size())) != 0)
      return fail();
    return take_result();
  }

 private:
  bool open_result() override {
    result_.reset(mysql_use_result(session_.handle()));
    readers_.clear();
    columns_.clear();
    if (result_ == nullptr) return mysql_field_count(session_.handle()) == 0;
    for (unsigned i = 0; i < mysql_num_fields(result_.get()); ++i) {
      const MYSQL_FIELD& field = *mysql_fetch_field_direct(result_.get(), i);
      columns_.push_back(result_column(field));
      readers_.push_back(display_reader(field));
    }
    return true;
  }

  Fetch fetch(Batch& out) override {
    MYSQL_ROW row = mysql_fetch_row(result_.get());
    // The end and a failure in mid-stream look alike but for the number.
    if (row == nullptr) return mysql_errno(session_.handle()) == 0 ? Fetch::end : Fetch::failed;
    const unsigned long* sizes = mysql_fetch_lengths(result_.get());
    for (std::size_t i = 0; i < readers_.size(); ++i) {
      if (row[i] == nullptr)
        out.add_null();
      else
        add_text_cell(out, readers_[i], std::string_view(row[i], sizes[i]));
    }
    return Fetch::row;
  }

  Error failure() override { return last_error(session_.handle(), nullptr, session_.running_sql()); }
  bool has_more_results() override { return mysql_more_results(session_.handle()) != 0; }
  bool advance() override {
    result_.reset();
    return mysql_next_result(session_.handle()) == 0;
  }
  std::int64_t changed_rows() override {
    return static_cast<std::int64_t>(mysql_affected_rows(session_.handle()));
  }
  unsigned warnings() override { return mysql_warning_count(session_.handle()); }

  ResultSet result_;
  std::vector<FieldReader> readers_;
};

// --- binary protocol: exact FLOAT and DOUBLE, parameters, half of the server's work ---

class BinaryCursor final : public ResultCursor {
 public:
  // `portable`: the columns to give in portable form; empty: all, for display.
  BinaryCursor(Session& session, Session::Lease lease, Statement statement, std::vector<Column> portable)
      : ResultCursor(session, std::move(lease)),
        statement_(std::move(statement)),
        portable_(std::move(portable)) {}
  ~BinaryCursor() override { discard(); }

 private:
  bool open_result() override {
    columns_.clear();
    const ResultSet metadata(mysql_stmt_result_metadata(statement_.get()));
    if (metadata == nullptr) return mysql_stmt_field_count(statement_.get()) == 0;
    std::vector<FieldReader> readers;
    for (unsigned i = 0; i < mysql_num_fields(metadata.get()); ++i) {
      const MYSQL_FIELD& field = *mysql_fetch_field_direct(metadata.get(), i);
      columns_.push_back(result_column(field));
      if (portable_.empty()) {
        readers.push_back(display_reader(field));
        continue;
      }
      columns_.back() = {portable_[i].name, portable_[i].type, portable_[i].native_type};
      readers.push_back(portable_reader(field, portable_[i]));
    }
    return row_.bind(statement_.get(), std::move(readers));
  }

  Fetch fetch(Batch& out) override {
    // By the return code only: after a failure of the server the statement's own errno is 0.
    switch (mysql_stmt_fetch(statement_.get())) {
      case 0:
      case MYSQL_DATA_TRUNCATED:
        return row_.append_to(out) ? Fetch::row : Fetch::failed;
      case MYSQL_NO_DATA:
        return Fetch::end;
      default:
        return Fetch::failed;
    }
  }

  Error failure() override { return last_error(session_.handle(), statement_.get(), session_.running_sql()); }
  bool has_more_results() override { return mysql_stmt_more_results(statement_.get()) != 0; }
  bool advance() override { return mysql_stmt_next_result(statement_.get()) == 0; }
  std::int64_t changed_rows() override {
    return static_cast<std::int64_t>(mysql_stmt_affected_rows(statement_.get()));
  }
  unsigned warnings() override { return mysql_warning_count(session_.handle()); }

  Statement statement_;
  std::vector<Column> portable_;
  BinaryRow row_;
};

// --- which of the two ---

bool gives_exact_rows(std::string_view sql, const Dialect& dialect) {
  const std::string word = first_keyword(sql, dialect);
  for (const std::string_view known : {"select", "with", "values", "table", "call"})
    if (word == known) return true;
  for (const std::string_view known : {"insert", "replace", "delete", "update"})
    if (word == known) return to_lower(sql).find("returning") != std::string::npos;
  return false;
}

// True if libmariadb cannot read a column of the binary result.
bool has_unreadable_column(MYSQL_STMT* statement) {
  const ResultSet metadata(mysql_stmt_result_metadata(statement));
  if (metadata == nullptr) return false;
  for (unsigned i = 0; i < mysql_num_fields(metadata.get()); ++i)
    if (static_cast<unsigned>(mysql_fetch_field_direct(metadata.get(), i)->type) == vector_field_type)
      return true;
  return false;
}

// The statement was begun and never reached the server.
Error give_up(Session& session, Error error) {
  session.abandon();
  error.sql = session.running_sql();
  return error;
}

struct Prepared {
  Statement statement;  // null: use the text protocol; nothing has been executed
};

Result<Prepared> prepare(Session& session, std::span<const Value> parameters) {
  constexpr unsigned not_preparable = 1295, too_many_prepared = 1461;
  const std::string& sql = session.running_sql();
  Statement statement(mysql_stmt_init(session.handle()));
  if (mysql_stmt_prepare(statement.get(), sql.data(), static_cast<unsigned long>(sql.size())) != 0) {
    const unsigned number = mysql_stmt_errno(statement.get());
    if (parameters.empty() && (number == not_preparable || number == too_many_prepared)) return Prepared{};
    return session.fail(last_error(session.handle(), statement.get(), sql));
  }
  const std::size_t wanted = mysql_stmt_param_count(statement.get());
  if (wanted != parameters.size())
    return give_up(session, usage_error("the statement has " + std::to_string(wanted) + " placeholders and " +
                                            std::to_string(parameters.size()) + " parameters were given",
                                        "each ? outside quotes stands for one parameter"));
  if (has_unreadable_column(statement.get())) {
    if (parameters.empty()) return Prepared{};
    return give_up(session, unsupported_error("a VECTOR column cannot be read by a statement with parameters",
                                              "select CAST(column AS BINARY) or VECTOR_TO_STRING(column)"));
  }
  return Prepared{std::move(statement)};
}

Result<std::unique_ptr<ResultCursor>> execute(Session& session, Session::Lease lease, Statement statement,
                                              std::span<const Value> parameters,
                                              std::vector<Column> portable) {
  Parameters bound;
  if (auto result = bound.bind(statement.get(), parameters); !result.ok())
    return give_up(session, std::move(result).error());
  if (session.is_cancel_requested()) {
    TRY(session.complete(0, "it had not been started"));
  }
  if (mysql_stmt_execute(statement.get()) != 0)
    return session.fail(last_error(session.handle(), statement.get(), session.running_sql()));
  auto cursor =
      std::make_unique<BinaryCursor>(session, std::move(lease), std::move(statement), std::move(portable));
  TRY(cursor->take_result());
  return cursor;
}

}  // namespace

Result<std::unique_ptr<Cursor>> open_cursor(Session& session, Session::Lease lease, std::string_view sql,
                                            std::span<const Value> parameters) {
  TRY(session.begin(sql));
  if (!parameters.empty() || gives_exact_rows(sql, *session.info().dialect)) {
    TRY(auto prepared, prepare(session, parameters));
    if (prepared.statement != nullptr) {
      TRY(auto cursor, execute(session, std::move(lease), std::move(prepared.statement), parameters, {}));
      return cursor;
    }
  }
  auto cursor = std::make_unique<TextCursor>(session, std::move(lease));
  TRY(cursor->send());
  return cursor;
}

Result<std::unique_ptr<RowSource>> open_reader(Session& session, Session::Lease lease, std::string_view sql,
                                               std::vector<Column> columns) {
  TRY(session.begin(sql));
  TRY(auto prepared, prepare(session, {}));
  if (prepared.statement == nullptr)
    return give_up(session,
                   unsupported_error("the table cannot be read through a prepared statement",
                                     "the server has too many prepared statements, or a column's type is "
                                     "unknown to the client library"));
  TRY(auto cursor, execute(session, std::move(lease), std::move(prepared.statement), {}, std::move(columns)));
  return cursor;
}

}  // namespace bascule::mysql
