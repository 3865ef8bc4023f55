// Statements of the user: sent once, read row by row.
#include <cstring>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/drivers/postgres/operations.h"
#include "engine/drivers/postgres/parameters.h"

namespace bascule::postgres {
namespace {

// How long an abandoned statement may go on by itself inside a transaction, which a cancel would fail.
constexpr std::chrono::milliseconds patience_in_transaction{1000};

Error copy_error(std::string_view sql) {
  Error error = unsupported_error("COPY between the server and this terminal is not offered as SQL",
                                  "use \\copy, or COPY with a file of the server");
  error.sql = sql;
  return error;
}

// COPY ... FROM STDIN or TO STDOUT, seen before it is sent: once begun, it could only be ended by an error.
bool is_copy_with_client(std::string_view sql, const Dialect& dialect) {
  if (first_keyword(sql, dialect) != "copy") return false;
  std::string previous;
  for (const Token& token : tokenize(sql, dialect.lexer)) {
    if (token.kind == TokenKind::space || token.kind == TokenKind::comment) continue;
    const std::string word =
        token.kind == TokenKind::word ? to_lower(sql.substr(token.offset, token.size)) : std::string();
    if ((previous == "from" && word == "stdin") || (previous == "to" && word == "stdout")) return true;
    previous = word;
  }
  return false;
}

int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

// bytea in text form, by bytea_output: \x and hex digits, or the escape form in which a backslash is never
// followed by an x.
void decode_bytea(std::string_view text, std::string& out) {
  out.clear();
  if (text.starts_with("\\x")) {
    for (std::size_t at = 2; at + 1 < text.size(); at += 2)
      out += static_cast<char>(hex_digit(text[at]) * 16 + hex_digit(text[at + 1]));
    return;
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      out += text[at];
    } else if (text.substr(at + 1, 1) == "\\") {
      out += '\\';
      at += 1;
    } else {  // three octal digits
      out += static_cast<char>((text[at + 1] - '0') * 64 + (text[at + 2] - '0') * 8 + (text[at + 3] - '0'));
      at += 3;
    }
  }
}

class StreamCursor final : public Cursor {
 public:
  StreamCursor(Session& session, std::string_view sql, std::string sent)
      : session_(session), sql_(sql), sent_(std::move(sent)) {}

  ~StreamCursor() override {
    if (is_running_)
      session_.abandon(session_.transaction() == TransactionState::none ? std::chrono::milliseconds(0)
                                                                        : patience_in_transaction);
    session_.release();
    session_.learn_met_types();
  }

  // The session is claimed, and is released by the destructor.
  Result<void> start(const std::optional<BoundParameters>& parameters) {
    session_.begin_statement();
    is_running_ = true;
    if (!send(parameters)) return fail(nullptr);
    PQsetSingleRowMode(session_.handle());
    return take(ResultPtr(PQgetResult(session_.handle())));
  }

  const std::vector<ResultColumn>& columns() const override { return columns_; }
  bool has_rows() const override { return has_rows_; }
  std::optional<std::int64_t> affected_rows() const override { return affected_; }
  std::string command_tag() const override { return tag_; }

  Result<bool> next(Batch& out, std::size_t max_rows) override {
    out.reset(columns_.size());
    if (failure_) return std::move(*std::exchange(failure_, std::nullopt));
    for (std::size_t rows = 0; row_ && rows < max_rows && out.bytes() < batch_bytes_limit; ++rows) {
      append_row(out);
      auto taken = take(ResultPtr(PQgetResult(session_.handle())));
      if (taken) continue;
      if (out.empty()) return std::move(taken).error();
      failure_ = std::move(taken).error();  // after the rows that came before it
    }
    // Rows without columns leave nothing in a batch.
    if (out.empty() && row_) return next(out, max_rows);
    return !out.empty();
  }

  Result<bool> next_result() override {
    Batch skipped;
    while (row_) TRY(next(skipped, default_batch_rows));
    if (failure_) return std::move(*std::exchange(failure_, std::nullopt));
    if (!following_) return false;
    has_columns_ = has_rows_ = false;
    columns_.clear();
    affected_.reset();
    TRY(take(std::move(following_)));
    return true;
  }

 private:
  bool send(const std::optional<BoundParameters>& parameters) {
    // The extended protocol also without parameters: there the server itself refuses a second statement.
    const BoundParameters none;
    const BoundParameters& bound = parameters ? *parameters : none;
    constexpr int text_results = 0;
    return PQsendQueryParams(session_.handle(), sent_.c_str(), static_cast<int>(bound.values.size()),
                             bound.types.data(), bound.values.data(), bound.lengths.data(),
                             bound.formats.data(), text_results) != 0;
  }

  // What the server sent next: a row, the end of a result, or a failure.
  Result<void> take(ResultPtr result) {
    row_.reset();
    switch (result ? PQresultStatus(result.get()) : PGRES_FATAL_ERROR) {
      case PGRES_SINGLE_TUPLE:
        describe(result.get());
        row_ = std::move(result);
        return {};
      case PGRES_TUPLES_OK:
        describe(result.get());
        return end_result(result.get());
      case PGRES_COMMAND_OK:
      case PGRES_EMPTY_QUERY:
        return end_result(result.get());
      case PGRES_COPY_IN:
      case PGRES_COPY_OUT: {
        session_.drain();
        finish();
        return copy_error(sql_);
      }
      default:
        return fail(std::move(result));
    }
  }

  void describe(const PGresult* result) {
    if (has_columns_) return;
    has_columns_ = has_rows_ = true;
    const int count = PQnfields(result);
    columns_.clear();
    forms_.clear();
    for (int column = 0; column < count; ++column) {
      KnownType known = session_.type_of(PQftype(result, column), PQfmod(result, column));
      columns_.push_back({PQfname(result, column), std::move(known.type), std::move(known.name)});
      forms_.push_back(known.form);
    }
  }

  // The result is complete. The one after it is looked at at once, because an error may still follow: a
  // deferred constraint speaks after the statement's own end.
  Result<void> end_result(PGresult* result) {
    tag_ = PQcmdStatus(result);
    const bool counts_changes = !has_rows_ || (!tag_.starts_with("SELECT") && !tag_.starts_with("FETCH"));
    if (counts_changes && !tag_.starts_with("MOVE"))
      if (const auto count = parse_integer(PQcmdTuples(result))) affected_ = *count;
    following_.reset(PQgetResult(session_.handle()));
    if (!following_) {
      finish();
      return {};
    }
    if (PQresultStatus(following_.get()) == PGRES_FATAL_ERROR) return fail(std::move(following_));
    return {};
  }

  // The first error names the cause; later ones only say that the connection is gone too.
  Error fail(ResultPtr result) {
    ResultPtr later = session_.drain();
    if (!result) result = std::move(later);
    Error error = result ? session_.error_of(result.get(), sql_, sent_) : session_.lost(sql_);
    finish();
    return error;
  }

  void finish() {
    session_.end_statement();
    is_running_ = false;
  }

  void append_row(Batch& out) {
    const PGresult* row = row_.get();
    const int count = static_cast<int>(forms_.size());
    for (int column = 0; column < count; ++column) {
      if (PQgetisnull(row, 0, column)) {
        out.add_null();
        continue;
      }
      const std::string_view value(PQgetvalue(row, 0, column),
                                   static_cast<std::size_t>(PQgetlength(row, 0, column)));
      switch (forms_[static_cast<std::size_t>(column)]) {
        case CellForm::text:
          out.add_text(value);
          break;
        case CellForm::spelled:
          out.add_spelled(value);
          break;
        case CellForm::bytes:
          decode_bytea(value, bytes_);
          out.add_bytes(bytes_);
          break;
      }
    }
  }

  Session& session_;
  std::string sql_, sent_;
  std::vector<ResultColumn> columns_;
  std::vector<CellForm> forms_;
  bool is_running_ = false, has_columns_ = false, has_rows_ = false;
  ResultPtr row_;        // the row that comes next
  ResultPtr following_;  // the result after the one that ended
  std::optional<Error> failure_;
  std::optional<std::int64_t> affected_;
  std::string tag_;
  std::string bytes_;  // of one value, reused
};

}  // namespace

Result<std::unique_ptr<Cursor>> query(Session& session, std::string_view sql,
                                      std::span<const Value> parameters) {
  const Dialect& dialect = *session.info().dialect;
  if (sql.find('\0') != std::string_view::npos)
    return unsupported_error("the statement holds a NUL byte, which PostgreSQL cannot receive",
                             "take the NUL out");
  if (is_copy_with_client(sql, dialect)) return copy_error(sql);
  std::optional<BoundParameters> bound;
  if (!parameters.empty()) {
    TRY(BoundParameters made, bind_parameters(parameters));
    bound = std::move(made);
  }
  std::string sent = bound ? number_placeholders(sql, dialect) : std::string(sql);
  TRY(session.claim());
  auto cursor = std::make_unique<StreamCursor>(session, sql, std::move(sent));
  TRY(cursor->start(bound));
  return std::unique_ptr<Cursor>(std::move(cursor));
}

}  // namespace bascule::postgres
