#include <algorithm>
#include <utility>

#include "engine/dialect/sql_writer.h"
#include "engine/drivers/mysql/bulk.h"
#include "engine/drivers/mysql/cursor.h"

namespace bascule::mysql {
namespace {

class BulkReader final : public RowSource {
 public:
  explicit BulkReader(Session& session) : variables_(session) {}

  Result<void> open(Session& session, Session::Lease lease, std::string_view sql,
                    std::vector<Column> columns) {
    const bool has_instants = std::any_of(columns.begin(), columns.end(), [](const Column& column) {
      const auto* timestamp = column.type.get<type::Timestamp>();
      return timestamp != nullptr && timestamp->zoned;
    });
    if (has_instants) TRY(variables_.set("time_zone", "'+00:00'"));
    TRY(source_, open_reader(session, std::move(lease), sql, std::move(columns)));
    return {};
  }

  const std::vector<ResultColumn>& columns() const override { return source_->columns(); }
  Result<bool> next(Batch& out, std::size_t max_rows) override { return source_->next(out, max_rows); }

 private:
  SessionVariables variables_;  // put back after the source has gone
  std::unique_ptr<RowSource> source_;
};

// What the library cannot read in binary form is read as bytes.
std::string read_expression(const Column& column, const Dialect& dialect) {
  const std::string name = quote_identifier(column.name, dialect);
  const bool vector = dialect.flavor == Flavor::mysql && column.native_type.starts_with("vector");
  return vector ? "CAST(" + name + " AS BINARY)" : name;
}

// Ascending byte order of the UTF-8 text. Not a _bin collation, which takes 'a' and 'a ' for equal; ENUM and
// SET would be ordered by their numbers.
Result<std::string> order_expression(const std::string& wanted, const ReadRequest& request,
                                     const Dialect& dialect) {
  const auto column = std::find_if(request.columns.begin(), request.columns.end(),
                                   [&](const Column& candidate) { return candidate.name == wanted; });
  if (column == request.columns.end())
    return internal_error("the column " + request.table.table + "." + wanted + " is ordered by and not read");
  const std::string name = quote_identifier(wanted, dialect);
  const Type& type = column->type;
  const bool is_text = type.is<type::Text>() || type.is<type::Enum>() || type.is<type::Set>() ||
                       type.is<type::Json>() || type.is<type::Uuid>() || type.is<type::Network>();
  return is_text ? "CAST(CONVERT(" + name + " USING utf8mb4) AS BINARY)" : name;
}

Result<std::string> select_statement(const ReadRequest& request, const Dialect& dialect) {
  std::string sql = "SELECT ";
  for (const auto& column : request.columns) {
    if (&column != &request.columns.front()) sql += ", ";
    sql += read_expression(column, dialect);
  }
  sql += " FROM " + quote_qualified(request.table.schema, request.table.table, dialect);
  if (!request.where.empty()) sql += " WHERE (" + request.where + ")";
  for (const auto& column : request.order_by) {
    TRY(const auto expression, order_expression(column, request, dialect));
    sql += (&column == &request.order_by.front() ? " ORDER BY " : ", ") + expression;
  }
  return sql;
}

}  // namespace

Result<std::unique_ptr<RowSource>> open_bulk_reader(Session& session, Session::Lease lease,
                                                    const ReadRequest& request) {
  if (request.columns.empty()) return internal_error("no columns to read of " + request.table.table);
  TRY(const auto sql, select_statement(request, *session.info().dialect));
  auto reader = std::make_unique<BulkReader>(session);
  if (auto opened = reader->open(session, std::move(lease), sql, request.columns); !opened.ok())
    return std::move(opened).error().in("read " + request.table.table);
  return reader;
}

}  // namespace bascule::mysql
