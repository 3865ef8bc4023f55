#include "engine/jobs/probe.h"

#include "engine/dialect/narrowing.h"
#include "engine/dialect/sql_writer.h"
#include "engine/jobs/snapshot.h"
#include "engine/jobs/table_scope.h"

namespace bascule {
namespace {

Result<std::int64_t> count_rows(Connection& connection, const TableName& name, const std::string& condition) {
  SqlWriter sql(*connection.server().dialect);
  sql.raw("SELECT count(*) FROM").name(name.schema, name.table).raw("WHERE " + condition);
  TRY(const auto count, query_integer(connection, sql.str()));
  return count.value_or(0);
}

// Every column of the type keeps its values but for those of the labels that go.
Result<std::optional<std::int64_t>> count_labels(const change::AlterEnum& altered, const Schema& have,
                                                 Connection& connection) {
  std::int64_t misfits = 0;
  const std::string qualified = altered.name.schema + "." + altered.name.table;
  for (const auto& space : have.namespaces)
    for (const auto& table : space.tables)
      for (const auto& column : table.columns) {
        const auto* type = column.type.get<type::Enum>();
        if (type == nullptr || (type->name != altered.name.table && type->name != qualified)) continue;
        Column to = column;
        to.type = type::Enum{type->name, altered.to.labels};
        const auto condition = misfit_condition(column, to, *connection.server().dialect);
        if (!condition) return std::nullopt;
        TRY(const auto count, count_rows(connection, {space.name, table.name}, *condition));
        misfits += count;
      }
  return misfits;
}

}  // namespace

Result<std::optional<std::int64_t>> count_misfits(const Change& change, const Schema& have,
                                                  Connection& connection) {
  if (const auto* altered = std::get_if<change::AlterEnum>(&change))
    return count_labels(*altered, have, connection);
  if (const auto* dropped = std::get_if<change::DropTable>(&change)) {
    TRY(const auto count, count_rows(connection, dropped->name, "1 = 1"));
    return count;
  }
  if (const auto* dropped = std::get_if<change::DropColumn>(&change)) {
    const std::string name = quote_identifier(dropped->column.name, *connection.server().dialect);
    TRY(const auto count, count_rows(connection, dropped->name, name + " IS NOT NULL"));
    return count;
  }
  const auto* altered = std::get_if<change::AlterColumn>(&change);
  if (altered == nullptr) return std::nullopt;
  const auto condition = misfit_condition(altered->from, altered->to, *connection.server().dialect);
  if (!condition) return std::nullopt;
  if (condition->empty()) return 0;
  TRY(const auto count, count_rows(connection, altered->name, *condition));
  return count;
}

}  // namespace bascule
