#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/mysql/bulk.h"
#include "engine/drivers/mysql/bulk_values.h"
#include "engine/drivers/mysql/cursor.h"
#include "engine/drivers/mysql/errors.h"

namespace bascule::mysql {
namespace {

// MariaDB: array binding (COM_STMT_BULK_EXECUTE), strict and atomic per statement, faster than LOAD DATA.
// MySQL has none (error 5003) and gets a prepared INSERT of many rows; LOAD DATA LOCAL would be faster, but
// it turns errors into warnings and is off on most servers.
constexpr std::size_t rows_of_array = 1000;
constexpr std::size_t rows_of_insert = 100;  // more is slower
constexpr std::size_t max_placeholders = 65'535;
constexpr std::size_t statement_bytes = 4 << 20;

// Zero dates and zeros in AUTO_INCREMENT columns arrive as they are; everything else that does not fit is an
// error.
constexpr std::string_view write_mode = "'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION'";

// "Data too long for column 'c' at row 3", "... for column `db`.`t`.`c` at row 3"
struct Place {
  std::string column;
  std::size_t row = 0;  // from 0
};
std::optional<Place> parse_place(std::string_view message) {
  constexpr std::string_view column_word = "olumn ", row_word = " at row ";
  const auto row_at = message.rfind(row_word);
  const auto column_at = message.find(column_word);
  if (row_at == message.npos || column_at == message.npos || column_at > row_at) return std::nullopt;
  const auto row = parse_unsigned(trim(message.substr(row_at + row_word.size())));
  if (!row || *row == 0) return std::nullopt;
  const auto start = column_at + column_word.size();
  std::string name = replace_all(message.substr(start, row_at - start), "'", "`");
  while (name.ends_with('`')) name.pop_back();
  return Place{name.substr(name.rfind('`') + 1), static_cast<std::size_t>(*row - 1)};
}

class BulkWriter final : public RowSink {
 public:
  BulkWriter(Session& session, Session::Lease lease, const WriteRequest& request)
      : session_(session), lease_(std::move(lease)), variables_(session), table_(request.table) {
    for (const auto& column : request.columns) columns_.emplace_back(column, request.table.table);
    const std::size_t by_placeholders = max_placeholders / std::max<std::size_t>(1, columns_.size());
    rows_per_statement_ = uses_array() ? rows_of_array : std::min(rows_of_insert, by_placeholders);
  }

  Result<void> open() {
    TRY(variables_.set("sql_mode", write_mode));
    TRY(variables_.set("time_zone", "'+00:00'"));
    TRY(const auto limit, session_.value("SELECT @@max_allowed_packet"));
    max_packet_ = static_cast<std::size_t>(parse_unsigned(limit).value_or(1 << 20));
    return {};
  }

  Result<void> write(const Batch& rows) override;
  Result<void> finish() override {
    variables_.restore();
    return {};
  }

 private:
  bool uses_array() const { return session_.features().array_binding; }
  std::size_t pending_rows() const { return columns_.front().rows(); }
  std::string place() const { return "write " + table_.table; }

  Result<void> flush();
  Result<MYSQL_STMT*> statement_for(std::size_t rows);
  std::string insert_sql(std::size_t rows) const;
  Result<void> execute(MYSQL_STMT* statement, std::size_t rows);
  Error explain(Error error) const;
  Result<void> refuse_warnings();

  Session& session_;
  Session::Lease lease_;
  SessionVariables variables_;
  TableName table_;
  std::vector<ColumnBuffer> columns_;
  std::vector<MYSQL_BIND> binds_;
  Statement full_, rest_;  // of rows_per_statement_ rows (MySQL) or any number (MariaDB); of rest_rows_ rows
  std::size_t rest_rows_ = 0;
  std::size_t rows_per_statement_ = 1;
  std::size_t max_packet_ = 0;
  std::size_t pending_bytes_ = 0;
};

Result<void> BulkWriter::write(const Batch& rows) {
  if (!rows.empty() && rows.columns() != columns_.size())
    return internal_error("a row has another number of cells than the columns of " + table_.table);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (auto added = columns_[i].add(rows.cell(row, i)); !added.ok())
        return std::move(added).error().in(place());
    std::size_t bytes = 0;
    for (const auto& column : columns_) bytes += column.wire_bytes(column.rows() - 1);
    constexpr std::size_t packet_overhead = 1024;
    if (bytes + packet_overhead > max_packet_) {
      Error error = unsupported_error(
          fmt::format("a row of {} takes {} bytes, more than the server accepts at once ({})", table_.table,
                      bytes, max_packet_),
          "raise max_allowed_packet on the server");
      return std::move(error).in(place());
    }
    pending_bytes_ += bytes;
    if (pending_rows() == rows_per_statement_ || pending_bytes_ > std::min(statement_bytes, max_packet_ / 2))
      TRY(flush());
  }
  // The cells point into the caller's batch.
  return pending_rows() > 0 ? flush() : Result<void>();
}

std::string BulkWriter::insert_sql(std::size_t rows) const {
  const Dialect& dialect = *session_.info().dialect;
  std::string names, row;
  for (const auto& column : columns_) {
    names += (names.empty() ? "" : ", ") + quote_identifier(column.name(), dialect);
    row += row.empty() ? "(?" : ",?";
  }
  row += ")";
  std::string sql =
      "INSERT INTO " + quote_qualified(table_.schema, table_.table, dialect) + " (" + names + ") VALUES ";
  for (std::size_t i = 0; i < rows; ++i) sql += (i == 0 ? "" : ",") + row;
  return sql;
}

Result<MYSQL_STMT*> BulkWriter::statement_for(std::size_t rows) {
  const bool full = uses_array() || rows == rows_per_statement_;
  Statement& statement = full ? full_ : rest_;
  if (statement != nullptr && (full || rest_rows_ == rows)) return statement.get();
  if (!full) rest_rows_ = rows;
  statement.reset(mysql_stmt_init(session_.handle()));
  const std::string sql = insert_sql(uses_array() ? 1 : rows);
  TRY(session_.begin(sql));
  if (mysql_stmt_prepare(statement.get(), sql.data(), static_cast<unsigned long>(sql.size())) != 0) {
    Error error = session_.fail(last_error(session_.handle(), statement.get(), sql));
    statement.reset();
    return error;
  }
  TRY(session_.complete(0, {}));
  return statement.get();
}

Result<void> BulkWriter::flush() {
  const std::size_t rows = pending_rows();
  TRY(MYSQL_STMT* const statement, statement_for(rows));
  binds_.clear();
  if (uses_array()) {
    const unsigned count = static_cast<unsigned>(rows);
    mysql_stmt_attr_set(statement, STMT_ATTR_ARRAY_SIZE, &count);
    for (auto& column : columns_) binds_.push_back(column.bind_all());
  } else {
    for (std::size_t row = 0; row < rows; ++row)
      for (auto& column : columns_) binds_.push_back(column.bind_row(row));
  }
  auto executed = execute(statement, rows);
  for (auto& column : columns_) column.clear();
  pending_bytes_ = 0;
  if (!executed.ok()) return std::move(executed).error().in(place());
  return {};
}

Result<void> BulkWriter::execute(MYSQL_STMT* statement, std::size_t rows) {
  TRY(session_.begin("INSERT INTO " +
                     quote_qualified(table_.schema, table_.table, *session_.info().dialect)));
  if (mysql_stmt_bind_param(statement, binds_.data()) != 0 || mysql_stmt_execute(statement) != 0)
    return explain(session_.fail(last_error(session_.handle(), statement, session_.running_sql())));
  const auto written = mysql_stmt_affected_rows(statement);
  const unsigned warnings = mysql_warning_count(session_.handle());
  TRY(session_.complete(0, {}));
  if (warnings > 0) TRY(refuse_warnings());
  if (written != rows) {
    Error error;
    error.code = ErrorCode::data_loss;
    error.what = fmt::format("{} of {} rows were written to {}", written, rows, table_.table);
    error.hint = "look for triggers or rules on the table that leave rows out";
    return error;
  }
  return {};
}

// The errors that a value is to blame for.
bool is_about_a_value(int number) {
  static constexpr int numbers[] = {1048, 1264, 1265, 1292, 1366, 1367, 1406,
                                    1411, 1416, 1690, 3140, 3141, 3988};
  return std::find(std::begin(numbers), std::end(numbers), number) != std::end(numbers);
}

// The server names the column and the row of the statement; we know the value.
Error BulkWriter::explain(Error error) const {
  if (is_about_a_value(error.native_code)) {
    error.code = ErrorCode::data_loss;
    error.hint = "change the value, or the column's type";
  }
  const auto place = parse_place(error.what);
  if (!place || error.code != ErrorCode::data_loss) return error;
  for (const auto& column : columns_)
    if (column.name() == place->column) {
      error.detail = error.what;
      error.what = "the value " + column.describe(place->row) + " of " + table_.table + "." + column.name() +
                   " is refused: " + error.what;
    }
  return error;
}

// In strict mode a warning is left where a value was changed without an error: digits cut, blanks taken away.
Result<void> BulkWriter::refuse_warnings() {
  TRY(const auto warnings, session_.rows("SHOW WARNINGS LIMIT 1"));
  if (warnings.empty() || warnings[0].size() < 3)
    return internal_error("the server hides the warnings it counts");
  Error error = make_error(static_cast<unsigned>(parse_unsigned(warnings[0][1].value_or("")).value_or(0)),
                           "01000", warnings[0][2].value_or(""), {});
  error.code = ErrorCode::data_loss;
  error.hint = "the value was altered by the server; roll back";
  return explain(std::move(error));
}

}  // namespace

Result<std::unique_ptr<RowSink>> open_bulk_writer(Session& session, Session::Lease lease,
                                                  const WriteRequest& request) {
  if (request.columns.empty()) return internal_error("no columns to write of " + request.table.table);
  auto writer = std::make_unique<BulkWriter>(session, std::move(lease), request);
  if (auto opened = writer->open(); !opened.ok())
    return std::move(opened).error().in("write " + request.table.table);
  return writer;
}

}  // namespace bascule::mysql
