// A table's rows in portable cells.
#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/sqlite/operations.h"

namespace bascule::sqlite {
namespace {

// How a stored value becomes the portable cell of its column. A value of another storage class than the
// column promises stays what it is, and the writer refuses it if it cannot take it.
enum class Form {
  stored,
  boolean,  // integers 0 and 1
  real,     // integers, as a view may give them, where a double holds them
  decimal,  // integers and doubles as digits
  json,     // numbers as their text: NUMERIC affinity has made numbers of the JSON texts 5 and 1.5
};

Form form_of(const Type& type) {
  if (type.is<type::Bool>()) return Form::boolean;
  if (type.is<type::Float>()) return Form::real;
  if (type.is<type::Decimal>()) return Form::decimal;
  if (type.is<type::Json>()) return Form::json;
  return Form::stored;
}

constexpr std::int64_t exact_in_double = std::int64_t{1} << 53;

bool append_portable(sqlite3_stmt* statement, int column, Form form, Batch& out) {
  const int stored = sqlite3_column_type(statement, column);
  if (form == Form::stored || (stored != SQLITE_INTEGER && stored != SQLITE_FLOAT))
    return append_stored(statement, column, out);
  const std::int64_t integer = stored == SQLITE_INTEGER ? sqlite3_column_int64(statement, column) : 0;
  const double real = stored == SQLITE_FLOAT ? sqlite3_column_double(statement, column) : 0;
  const auto digits = [&] {
    return stored == SQLITE_INTEGER ? fmt::to_string(integer) : format_double(real);
  };
  if (form == Form::decimal) {
    out.add_spelled(digits());
  } else if (form == Form::json) {
    out.add_text(digits());
  } else if (form == Form::boolean && stored == SQLITE_INTEGER && (integer == 0 || integer == 1)) {
    out.add_boolean(integer == 1);
  } else if (form == Form::real && stored == SQLITE_INTEGER && integer >= -exact_in_double &&
             integer <= exact_in_double) {
    out.add_real(static_cast<double>(integer));
  } else {
    return append_stored(statement, column, out);
  }
  return true;
}

class TableReader final : public RowSource {
 public:
  TableReader(Session& session, Session::Lease lease, const ReadRequest& request)
      : session_(session), lease_(std::move(lease)) {
    const Dialect& sqlite = *session.info().dialect;
    std::string list;
    for (const Column& column : request.columns) {
      columns_.push_back({column.name, column.type, column.native_type});
      forms_.push_back(form_of(column.type));
      list += (list.empty() ? "" : ", ") + quote_identifier(column.name, sqlite);
    }
    sql_ = "SELECT " + list + " FROM " + quote_qualified(request.table.schema, request.table.table, sqlite);
    if (!request.where.empty()) sql_ += " WHERE (" + request.where + ")";
    for (std::size_t i = 0; i < request.order_by.size(); ++i)
      sql_ +=
          (i == 0 ? " ORDER BY " : ", ") + quote_identifier(request.order_by[i], sqlite) + " COLLATE BINARY";
  }

  Result<void> start() {
    TRY(statement_, session_.prepare(sql_));
    session_.start_clock();
    return {};
  }

  const std::vector<ResultColumn>& columns() const override { return columns_; }

  Result<bool> next(Batch& out, std::size_t max_rows) override {
    out.reset(columns_.size());
    for (std::size_t rows = 0; !done_ && rows < max_rows && out.bytes() < batch_bytes_limit; ++rows) {
      auto added = add_row(out);
      if (added.ok()) continue;
      done_ = true;
      out.drop_partial_row();
      if (out.empty()) return std::move(added).error();
      failure_ = std::move(added).error();  // after the rows that came before it
    }
    if (out.empty() && failure_) return std::move(*std::exchange(failure_, std::nullopt));
    return !out.empty();
  }

 private:
  Result<void> add_row(Batch& out) {
    const int code = session_.step(statement_.get());
    if (code == SQLITE_DONE) {
      done_ = true;  // another step would begin anew
      return {};
    }
    if (code != SQLITE_ROW) return session_.failure(code, sql_, false);
    for (std::size_t i = 0; i < forms_.size(); ++i)
      if (!append_portable(statement_.get(), static_cast<int>(i), forms_[i], out))
        return session_.failure(SQLITE_NOMEM, sql_, false);
    return {};
  }

  Session& session_;
  Session::Lease lease_;
  std::string sql_;
  Statement statement_;
  std::vector<ResultColumn> columns_;
  std::vector<Form> forms_;
  bool done_ = false;
  std::optional<Error> failure_;
};

}  // namespace

Result<std::unique_ptr<RowSource>> bulk_read(Session& session, const ReadRequest& request) {
  if (request.columns.empty())
    return usage_error("no columns of table \"" + request.table.table + "\" are asked for",
                       "name at least one");
  TRY(Session::Lease lease, session.claim());
  auto reader = std::make_unique<TableReader>(session, std::move(lease), request);
  TRY(reader->start());
  return std::unique_ptr<RowSource>(std::move(reader));
}

}  // namespace bascule::sqlite
