// Statements of the user: one at a time, read row by row.
#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/dialect/sqlite_types.h"
#include "engine/drivers/sqlite/operations.h"
#include "engine/drivers/sqlite/parameters.h"

namespace bascule::sqlite {
namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  for (const auto candidate : words)
    if (word == candidate) return true;
  return false;
}

// The verb of a statement: the first word, and after WITH the first one outside parentheses that does
// something.
std::string verb_of(std::string_view sql) {
  const Dialect& sqlite = dialect(Flavor::sqlite);
  const std::string first = first_keyword(sql, sqlite);
  if (first != "with") return first;
  int depth = 0;
  for (const Token& token : tokenize(sql, sqlite.lexer)) {
    const std::string_view text = sql.substr(token.offset, token.size);
    if (token.kind == TokenKind::punctuation) depth += text == "(" ? 1 : text == ")" ? -1 : 0;
    if (token.kind != TokenKind::word || depth > 0) continue;
    const std::string word = to_lower(text);
    if (is_one_of(word, {"select", "values", "insert", "replace", "update", "delete"})) return word;
  }
  return first;
}

// CREATE UNIQUE INDEX -> CREATE INDEX; other statements by their first word.
std::string tag_of(std::string_view sql, const std::string& verb) {
  if (!is_one_of(verb, {"create", "drop", "alter"})) return to_upper(verb);
  for (const std::string& word : leading_keywords(sql, dialect(Flavor::sqlite), 4))
    if (is_one_of(word, {"table", "index", "view", "trigger"})) return to_upper(verb + " " + word);
  return to_upper(verb);
}

class StatementCursor final : public Cursor {
 public:
  StatementCursor(Session& session, Session::Lease lease, Statement statement, std::string_view sql)
      : session_(session), lease_(std::move(lease)), statement_(std::move(statement)), sql_(sql) {
    was_open_ = session.transaction() != TransactionState::none;
  }

  // Runs up to the first row, or to the end.
  Result<void> start() {
    if (statement_ == nullptr) return {};
    session_.start_clock();
    TRY(advance());
    // Only now: a statement that was prepared before the catalog changed is prepared again by its first step.
    const int count = sqlite3_column_count(statement_.get());
    for (int column = 0; column < count; ++column) {
      const char* declared = sqlite3_column_decltype(statement_.get(), column);
      const std::string_view native = declared == nullptr ? "" : declared;
      const char* name = sqlite3_column_name(statement_.get(), column);
      columns_.push_back({name == nullptr ? "" : name, sqlite_declared_type(native), std::string(native)});
    }
    return {};
  }

  const std::vector<ResultColumn>& columns() const override { return columns_; }
  bool has_rows() const override { return !columns_.empty(); }
  std::optional<std::int64_t> affected_rows() const override { return affected_; }
  std::string command_tag() const override { return tag_; }
  Result<bool> next_result() override {
    Batch skipped;
    for (bool more = true; more;) {
      TRY(more, next(skipped, default_batch_rows));
    }
    return false;
  }

  Result<bool> next(Batch& out, std::size_t max_rows) override {
    out.reset(columns_.size());
    if (failure_) return std::move(*std::exchange(failure_, std::nullopt));
    for (std::size_t rows = 0; has_row_ && rows < max_rows && out.bytes() < batch_bytes_limit; ++rows) {
      auto added = add_row(out);
      if (added.ok()) added = advance();
      if (added.ok()) continue;
      has_row_ = false;
      if (out.empty()) return std::move(added).error();
      failure_ = std::move(added).error();  // after the rows that came before it
    }
    return !out.empty();
  }

 private:
  // A step after SQLITE_DONE would run the statement again: there is none, because has_row_ is false then.
  Result<void> advance() {
    const int code = session_.step(statement_.get());
    has_row_ = code == SQLITE_ROW;
    if (has_row_) return {};
    if (code != SQLITE_DONE) return session_.failure(code, sql_, was_open_);
    const std::string verb = verb_of(sql_);
    tag_ = tag_of(sql_, verb);
    // The counter keeps its number over other statements, so that only these may read it.
    if (is_one_of(verb, {"insert", "replace", "update", "delete"})) {
      affected_ = sqlite3_changes64(session_.handle());
      tag_ += " " + std::to_string(*affected_);
    }
    return {};
  }

  Result<void> add_row(Batch& out) {
    const int count = static_cast<int>(columns_.size());
    for (int column = 0; column < count; ++column)
      if (!append_stored(statement_.get(), column, out)) {
        out.drop_partial_row();
        return session_.failure(SQLITE_NOMEM, sql_, was_open_);
      }
    return {};
  }

  Session& session_;
  Session::Lease lease_;  // before the statement, so that it is given back after the statement's end
  Statement statement_;
  std::string sql_;
  std::vector<ResultColumn> columns_;
  bool was_open_ = false;
  bool has_row_ = false;  // the statement stands on a row that has not been given
  std::optional<Error> failure_;
  std::optional<std::int64_t> affected_;
  std::string tag_;
};

}  // namespace

bool append_stored(sqlite3_stmt* statement, int column, Batch& out) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      out.add_integer(sqlite3_column_int64(statement, column));
      return true;
    case SQLITE_FLOAT:
      out.add_real(sqlite3_column_double(statement, column));
      return true;
    case SQLITE_NULL:
      out.add_null();
      return true;
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      if (text == nullptr) return false;
      out.add_text({text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))});
      return true;
    }
    default: {
      const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, column));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
      out.add_bytes(data == nullptr ? std::string_view() : std::string_view(data, size));
      return true;
    }
  }
}

Result<std::unique_ptr<Cursor>> query(Session& session, std::string_view sql,
                                      std::span<const Value> parameters) {
  TRY(Session::Lease lease, session.claim());
  TRY(Statement statement, session.prepare(sql));
  if (statement != nullptr) TRY(bind_parameters(statement.get(), parameters, sql));
  auto cursor = std::make_unique<StatementCursor>(session, std::move(lease), std::move(statement), sql);
  TRY(cursor->start());
  return std::unique_ptr<Cursor>(std::move(cursor));
}

}  // namespace bascule::sqlite
