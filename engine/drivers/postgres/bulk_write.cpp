// Rows into a table by COPY: in binary format where every column has one, else as text. Every value is
// checked first, because COPY rounds and cuts some of them without a word.
// https://www.postgresql.org/docs/15/sql-copy.html
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/postgres/binary_format.h"
#include "engine/drivers/postgres/cell_encoder.h"
#include "engine/drivers/postgres/operations.h"
#include "engine/drivers/postgres/pinned_settings.h"

namespace bascule::postgres {
namespace {

constexpr std::size_t buffer_size = 256 * 1024;

// A domain is checked by the server from text alone.
constexpr const char* columns_sql =
    "SELECT a.attname, CASE WHEN t.typtype = 'd' THEN 0 ELSE a.atttypid END, a.atttypmod, t.typtype = 'e'"
    " FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid"
    " WHERE a.attrelid = {}::regclass AND a.attnum > 0 AND NOT a.attisdropped";

std::string shown(const Cell& cell) {
  std::string text = cell.kind == CellKind::bytes ? "\\x" + to_hex(cell.text.substr(0, 32)) : std::string();
  if (cell.kind == CellKind::boolean) text = cell.integer ? "true" : "false";
  if (cell.kind == CellKind::integer) text = std::to_string(cell.integer);
  if (cell.kind == CellKind::unsigned_integer) text = std::to_string(cell.unsigned_integer);
  if (cell.kind == CellKind::real) text = format_double(cell.real);
  if (cell.kind == CellKind::text || cell.kind == CellKind::spelled)
    text = replace_all(cell.text.substr(0, 64), std::string_view("\0", 1), "\\0");
  while (!is_valid_utf8(text) && !text.empty()) text.pop_back();
  return "\"" + text + "\"";
}

// Line and column of "COPY person, line 3, column name: ...", the server's CONTEXT.
std::string place_of(std::string_view context) {
  const std::size_t line = context.find(", line ");
  if (!context.starts_with("COPY ") || line == std::string_view::npos) return {};
  const std::string_view rest = context.substr(line + 7);
  std::string place = fmt::format(", row {}", rest.substr(0, rest.find_first_not_of("0123456789")));
  const std::size_t column = rest.find(", column ");
  if (column == std::string_view::npos) return place;
  const std::string_view name = rest.substr(column + 9);
  return place + fmt::format(", column {}", name.substr(0, name.find_first_of(":\n")));
}

class CopySink final : public RowSink {
 public:
  CopySink(Session& session, const WriteRequest& request)
      : session_(session), table_(fmt::format("{}.{}", request.table.schema, request.table.table)) {}

  ~CopySink() override {
    if (is_running_) {
      PQputCopyEnd(session_.handle(), "the load was given up");
      session_.drain();
      session_.end_statement();
    }
    if (pinned_) (void)pinned_->restore(session_).ok();  // a lost connection shows at the next statement
    session_.release();
  }

  // The session is claimed, and is released by the destructor.
  Result<void> start(const WriteRequest& request) {
    TRY(find_columns(request));
    const Dialect& dialect = *session_.info().dialect;
    is_binary_ = std::ranges::none_of(
        columns_, [](const TargetColumn& column) { return column.encoding == Encoding::other; });
    if (!is_binary_) {
      TRY(PinnedSettings pinned, PinnedSettings::pin(session_));
      pinned_ = std::move(pinned);
    }
    std::string names;
    for (const TargetColumn& column : columns_)
      names += (names.empty() ? "" : ", ") + quote_identifier(column.name, dialect);
    sql_ = fmt::format("COPY {} ({}) FROM STDIN (FORMAT {})",
                       quote_qualified(request.table.schema, request.table.table, dialect), names,
                       is_binary_ ? "BINARY" : "TEXT");
    session_.begin_statement();
    is_running_ = true;
    const ResultPtr result(PQexec(session_.handle(), sql_.c_str()));
    if (!result || PQresultStatus(result.get()) != PGRES_COPY_IN) return fail(result.get());
    if (is_binary_) {
      buffer_ += copy_signature;
      append_big_endian(buffer_, std::int32_t{0});  // flags
      append_big_endian(buffer_, std::int32_t{0});  // size of the header's extension
    }
    return {};
  }

  Result<void> write(const Batch& rows) override {
    if (!is_running_) return internal_error(fmt::format("rows for {} after the end of the load", table_));
    if (rows.columns() != columns_.size())
      return internal_error(
          fmt::format("rows of {} columns for {} of {}", rows.columns(), columns_.size(), table_));
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      TRY(append_row(rows, row));
      ++written_;
      if (buffer_.size() >= buffer_size) TRY(flush());
    }
    if (session_.was_cancel_asked()) return fail(nullptr);
    return {};
  }

  Result<void> finish() override {
    if (!is_running_) return internal_error(fmt::format("the load of {} has ended already", table_));
    if (is_binary_) append_big_endian(buffer_, std::int16_t{-1});
    TRY(flush());
    if (PQputCopyEnd(session_.handle(), nullptr) != 1) return fail(nullptr);
    const ResultPtr result(PQgetResult(session_.handle()));
    if (!result || PQresultStatus(result.get()) != PGRES_COMMAND_OK) return fail(result.get());
    const ResultPtr later = session_.drain();
    if (later) return fail(later.get());
    end();
    const auto arrived = parse_unsigned(PQcmdTuples(result.get()));
    if (arrived == written_) return {};
    return Error{ErrorCode::data_loss,
                 fmt::format("{} of {} rows arrived in {}", arrived.value_or(0), written_, table_),
                 "look for a trigger on the table that leaves rows out",
                 {}};
  }

 private:
  Result<void> find_columns(const WriteRequest& request) {
    const Dialect& dialect = *session_.info().dialect;
    const std::string name = quote_qualified(request.table.schema, request.table.table, dialect);
    TRY(const Rows rows, session_.run(fmt::format(fmt::runtime(columns_sql), quote_literal(name, dialect))));
    for (const Column& wanted : request.columns) {
      int row = 0;
      while (row < rows.size() && rows.text(row, 0) != wanted.name) ++row;
      if (row == rows.size())
        return Error{ErrorCode::conflict,
                     fmt::format("there is no column {} in {}", wanted.name, table_),
                     "introspect the target again: its table was altered",
                     {}};
      const bool is_enum = rows.is_true(row, 3);
      const auto oid = static_cast<Oid>(rows.integer(row, 1));
      columns_.push_back(
          {wanted.name, is_enum ? Encoding::text : encoding_of(oid), static_cast<int>(rows.integer(row, 2))});
    }
    return {};
  }

  Result<void> append_row(const Batch& rows, std::size_t row) {
    if (is_binary_) append_big_endian(buffer_, static_cast<std::int16_t>(columns_.size()));
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      const Cell cell = rows.cell(row, column);
      if (!is_binary_ && column > 0) buffer_ += '\t';
      if (cell.is_null()) {
        if (is_binary_)
          append_big_endian(buffer_, std::int32_t{-1});
        else
          buffer_ += "\\N";
        continue;
      }
      value_.text.clear();
      if (const auto reason = check_cell(cell, columns_[column], value_))
        return refuse(cell, column, *reason);
      if (is_binary_)
        append_binary(buffer_, value_, columns_[column].encoding);
      else
        append_copy_text(buffer_, value_, columns_[column].encoding);
    }
    if (!is_binary_) buffer_ += '\n';
    return {};
  }

  Error refuse(const Cell& cell, std::size_t column, const std::string& reason) {
    return {ErrorCode::data_loss,
            fmt::format("cannot write to {}, row {}, column {}: {} {}", table_, written_ + 1,
                        columns_[column].name, shown(cell), reason),
            "change the type of the column in the target, or the value in the source",
            {}};
  }

  Result<void> flush() {
    const int sent = PQputCopyData(session_.handle(), buffer_.data(), static_cast<int>(buffer_.size()));
    buffer_.clear();
    if (sent == 1) return {};
    return fail(nullptr);
  }

  Error fail(const PGresult* result) {
    if (!result) PQputCopyEnd(session_.handle(), "the load was given up");
    const ResultPtr later = session_.drain();
    if (!result) result = later.get();
    Error error = result ? session_.error_of(result, sql_, sql_) : session_.lost(sql_);
    end();
    if (error.code == ErrorCode::sql)
      error.what = fmt::format("cannot write to {}{}: {}", table_, place_of(context_of(error)), error.what);
    return error;
  }

  static std::string context_of(const Error& error) {
    const std::size_t at = error.detail.find("COPY ");
    return at == std::string::npos ? "" : error.detail.substr(at);
  }

  void end() {
    session_.end_statement();
    is_running_ = false;
  }

  Session& session_;
  std::string table_, sql_;
  std::vector<TargetColumn> columns_;
  std::optional<PinnedSettings> pinned_;
  std::string buffer_;
  CheckedValue value_;  // reused
  std::uint64_t written_ = 0;
  bool is_binary_ = true, is_running_ = false;
};

}  // namespace

Result<std::unique_ptr<RowSink>> bulk_write(Session& session, const WriteRequest& request) {
  TRY(session.claim());
  auto sink = std::make_unique<CopySink>(session, request);
  TRY(sink->start(request));
  return std::unique_ptr<RowSink>(std::move(sink));
}

}  // namespace bascule::postgres
