// Rows into a table by one prepared INSERT. SQLite coerces by affinity without a word, so that every value is
// checked before it is bound.
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/sqlite/affinity.h"
#include "engine/drivers/sqlite/operations.h"
#include "engine/drivers/sqlite/table_sql.h"

namespace bascule::sqlite {
namespace {

constexpr std::int64_t exact_in_double = std::int64_t{1} << 53;

struct Target {
  std::string name;
  Type type;
  Affinity affinity = Affinity::none;
  bool numbers_itself = false;  // NULL would become a number

  bool takes_numbers() const { return affinity != Affinity::none && affinity != Affinity::text; }
};

// What is bound for a cell; `refused` says why nothing is.
struct Bound {
  enum class Kind { null, integer, real, text, bytes } kind = Kind::null;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text = {};
  std::string_view refused = {};

  static Bound of(std::int64_t value) { return {Kind::integer, value, 0, {}, {}}; }
  static Bound of(double value) { return {Kind::real, 0, value, {}, {}}; }
  static Bound of_text(std::string_view value) { return {Kind::text, 0, 0, value, {}}; }
  static Bound refuse(std::string_view reason) { return {Kind::null, 0, 0, {}, reason}; }
};

constexpr std::string_view becomes_text = "SQLite would store it as text";
constexpr std::string_view becomes_number = "SQLite would store it as a number";
constexpr std::string_view becomes_real = "SQLite would store it as a double";

Bound bind_integer(std::int64_t value, const Target& target) {
  if (target.affinity == Affinity::text) return Bound::refuse(becomes_text);
  if (target.affinity == Affinity::real && (value > exact_in_double || value < -exact_in_double))
    return Bound::refuse(becomes_real);
  return Bound::of(value);
}

Bound bind_real(double value, const Target& target) {
  if (std::isnan(value)) return Bound::refuse("SQLite would store it as NULL");
  if (target.affinity == Affinity::text) return Bound::refuse(becomes_text);
  // A whole number may be stored as an integer and comes back as the same number; -0 comes back as 0.
  return Bound::of(value);
}

Bound bind_text(std::string_view text, const Target& target) {
  if (!target.takes_numbers() || !reads_as_number(text)) return Bound::of_text(text);
  // A JSON number comes back as the same text: see bulk_read.
  if (const auto number = parse_integer(text); number && target.type.is<type::Json>() &&
                                               target.affinity != Affinity::real &&
                                               fmt::to_string(*number) == text)
    return Bound::of_text(text);
  return Bound::refuse(becomes_number);
}

// Into a column for numbers only what an integer or a double holds digit by digit.
Bound bind_decimal(std::string_view digits, const Target& target) {
  if (!target.takes_numbers()) return Bound::of_text(digits);
  const auto canonical = canonical_decimal(digits);
  if (!canonical) return Bound::of_text(digits);  // NaN, Infinity: no number to SQLite, stays text
  if (const auto integer = parse_integer(*canonical); integer && target.affinity != Affinity::real)
    return Bound::of(static_cast<std::int64_t>(*integer));
  const auto real = parse_double(digits);
  if (real && canonical_decimal(format_double(*real)) == canonical) return Bound::of(*real);
  return Bound::refuse("SQLite would round it to a double");
}

Bound bound_for(const Cell& cell, const Target& target) {
  switch (cell.kind) {
    case CellKind::null:
      if (target.numbers_itself) return Bound::refuse("SQLite would store a new number instead of NULL");
      return {};
    case CellKind::boolean:
    case CellKind::integer:
      return bind_integer(cell.integer, target);
    case CellKind::unsigned_integer:
      if (cell.unsigned_integer <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return bind_integer(static_cast<std::int64_t>(cell.unsigned_integer), target);
      return Bound::refuse("it does not fit SQLite's 64-bit signed integers");
    case CellKind::real:
      return bind_real(cell.real, target);
    case CellKind::text:
      return bind_text(cell.text, target);
    case CellKind::bytes:
      return {Bound::Kind::bytes, 0, 0, cell.text, {}};
    case CellKind::spelled:
      return target.type.is<type::Decimal>() ? bind_decimal(cell.text, target) : bind_text(cell.text, target);
  }
  return {};
}

std::string shown(const Cell& cell) {
  switch (cell.kind) {
    case CellKind::null:
      return "NULL";
    case CellKind::boolean:
      return cell.integer != 0 ? "true" : "false";
    case CellKind::integer:
      return std::to_string(cell.integer);
    case CellKind::unsigned_integer:
      return std::to_string(cell.unsigned_integer);
    case CellKind::real:
      return format_double(cell.real);
    case CellKind::bytes:
      return "\\x" + to_hex(cell.text.substr(0, 32));
    case CellKind::text:
    case CellKind::spelled:
      break;
  }
  return "\"" + std::string(cell.text.substr(0, 64)) + "\"";
}

class TableWriter final : public RowSink {
 public:
  TableWriter(Session& session, Session::Lease lease, const WriteRequest& request)
      : session_(session), lease_(std::move(lease)), table_(request.table) {}

  // A load without finish() takes back what it can: all of it, where no transaction of the caller holds it.
  ~TableWriter() override {
    statement_.reset();
    if (owns_transaction_) sqlite3_exec(session_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }

  Result<void> start(const WriteRequest& request) {
    TRY(find_columns(request));
    const Dialect& sqlite = *session_.info().dialect;
    std::string names, marks;
    for (const Target& target : targets_) {
      names += (names.empty() ? "" : ", ") + quote_identifier(target.name, sqlite);
      marks += marks.empty() ? "?" : ", ?";
    }
    sql_ = fmt::format("INSERT INTO {} ({}) VALUES ({})",
                       quote_qualified(table_.schema, table_.table, sqlite), names, marks);
    TRY(statement_, session_.prepare(sql_));
    if (session_.transaction() != TransactionState::none) return {};
    TRY(session_.run("BEGIN IMMEDIATE"));
    owns_transaction_ = true;
    return {};
  }

  Result<void> write(const Batch& rows) override {
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      ++row_number_;
      for (std::size_t column = 0; column < targets_.size(); ++column)
        TRY(bind(static_cast<int>(column + 1), rows.cell(row, column), targets_[column]));
      const int code = session_.step(statement_.get());
      if (code != SQLITE_DONE) return fail(code);
      sqlite3_reset(statement_.get());
    }
    return {};
  }

  Result<void> finish() override {
    statement_.reset();
    if (!owns_transaction_) return {};
    TRY(session_.run("COMMIT"));
    owns_transaction_ = false;
    return {};
  }

 private:
  // The affinity is that of the table's own declarations, whatever the request calls the types.
  Result<void> find_columns(const WriteRequest& request) {
    TRY(const Statement statement,
        session_.prepare(fmt::format(
            "SELECT name, type, pk, (SELECT count(*) FROM pragma_table_xinfo({0}, {1}) WHERE pk > 0)"
            " FROM pragma_table_xinfo({0}, {1})",
            quote_literal(table_.table, *session_.info().dialect),
            quote_literal(table_.schema.empty() ? "main" : table_.schema, *session_.info().dialect))));
    for (const Column& column : request.columns)
      targets_.push_back({column.name, column.type, affinity_of(column.native_type)});
    int code = SQLITE_ROW;
    while ((code = session_.step(statement.get())) == SQLITE_ROW) {
      const std::string name = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 0));
      const std::string type = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 1));
      const bool is_only_key =
          sqlite3_column_int(statement.get(), 2) == 1 && sqlite3_column_int(statement.get(), 3) == 1;
      for (Target& target : targets_)
        if (equals_ignoring_case(target.name, name)) {
          target.affinity = affinity_of(type);
          target.numbers_itself = is_only_key && equals_ignoring_case(type, "INTEGER");
        }
    }
    if (code != SQLITE_DONE) return session_.failure(code, "", false);
    return {};
  }

  Result<void> bind(int index, const Cell& cell, const Target& target) {
    const Bound bound = bound_for(cell, target);
    if (!bound.refused.empty()) return refuse(cell, target, bound.refused);
    sqlite3_stmt* statement = statement_.get();
    int code = SQLITE_OK;
    // The batch outlives the step, so that nothing is copied.
    switch (bound.kind) {
      case Bound::Kind::null:
        code = sqlite3_bind_null(statement, index);
        break;
      case Bound::Kind::integer:
        code = sqlite3_bind_int64(statement, index, bound.integer);
        break;
      case Bound::Kind::real:
        code = sqlite3_bind_double(statement, index, bound.real);
        break;
      case Bound::Kind::text:
        code = sqlite3_bind_text64(statement, index, bound.text.empty() ? "" : bound.text.data(),
                                   bound.text.size(), SQLITE_STATIC, SQLITE_UTF8);
        break;
      case Bound::Kind::bytes:  // a null pointer would bind NULL
        code = sqlite3_bind_blob64(statement, index, bound.text.empty() ? "" : bound.text.data(),
                                   bound.text.size(), SQLITE_STATIC);
        break;
    }
    if (code != SQLITE_OK) return fail(code).in("column " + target.name);
    return {};
  }

  Error refuse(const Cell& cell, const Target& target, std::string_view reason) const {
    Error error;
    error.code = ErrorCode::data_loss;
    error.what = fmt::format("{} of row {} would not arrive in {}.{} as it is: {}", shown(cell), row_number_,
                             display(table_), target.name, reason);
    error.hint = "declare the column TEXT, or leave the row out";
    return error;
  }

  Error fail(int code) {
    Error error = session_.failure(code, sql_, true);
    sqlite3_reset(statement_.get());
    if (error.transaction_ended) owns_transaction_ = false;
    return std::move(error).in(fmt::format("row {} into {}", row_number_, display(table_)));
  }

  Session& session_;
  Session::Lease lease_;
  TableName table_;
  std::vector<Target> targets_;
  std::string sql_;
  Statement statement_;
  bool owns_transaction_ = false;
  std::int64_t row_number_ = 0;
};

}  // namespace

Result<std::unique_ptr<RowSink>> bulk_write(Session& session, const WriteRequest& request) {
  if (request.columns.empty())
    return usage_error("no columns of table \"" + request.table.table + "\" are given", "name at least one");
  TRY(Session::Lease lease, session.claim());
  auto writer = std::make_unique<TableWriter>(session, std::move(lease), request);
  TRY(writer->start(request));
  return std::unique_ptr<RowSink>(std::move(writer));
}

}  // namespace bascule::sqlite
