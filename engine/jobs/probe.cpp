#include "engine/jobs/probe.h"

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/narrowing.h"
#include "engine/dialect/sql_writer.h"
#include "engine/dialect/type_map.h"
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

struct Misfits {
  std::string column;
  std::int64_t rows;
  std::string type;  // that does not take them
};

Result<std::vector<Misfits>> probe_table(Connection& source, const TableName& name, const Table& table,
                                         const Features& target, const TypeRules& rules) {
  const Dialect& dialect = *source.server().dialect;
  std::vector<Misfits> asked, found;
  std::string sums;
  for (const auto& column : table.columns) {
    const MappedColumn mapped = map_column(table, column, dialect.flavor, target, rules);
    if (mapped.probe.empty()) continue;
    const std::string condition = replace_all(mapped.probe, "$1", quote_identifier(column.name, dialect));
    sums += (sums.empty() ? "" : ", ") + fmt::format("sum(CASE WHEN {} THEN 1 ELSE 0 END)", condition);
    asked.push_back({column.name, 0, mapped.column.native_type});
  }
  if (asked.empty()) return found;
  SqlWriter sql(dialect);
  sql.raw("SELECT " + sums + " FROM").name(name.schema, name.table);
  TRY(auto cursor, source.query(sql.str()));
  Batch batch;
  for (;;) {
    TRY(const bool more, cursor->next(batch, default_batch_rows));
    if (!more) return found;
    for (std::size_t i = 0; i < asked.size() && batch.rows() == 1; ++i) {
      const Value value = to_value(batch.cell(0, i), cursor->columns()[i].type);
      asked[i].rows = value.is_null() ? 0 : parse_integer(format_value(value)).value_or(0);
      if (asked[i].rows > 0) found.push_back(asked[i]);
    }
  }
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

std::vector<Notice> probe_types(Connection& source, const Schema& want, const Features& target,
                                const DiffOptions& options) {
  std::vector<Notice> notices;
  if (source.features().flavor == target.flavor) return notices;
  for (const auto& space : want.namespaces)
    for (const auto& table : space.tables) {
      if (is_left_alone(space.name, table.name, options)) continue;
      const std::string object = display_name({space.name, table.name}, want.default_namespace);
      auto found = probe_table(source, {space.name, table.name}, table, target, options.type_rules);
      if (!found.ok()) {
        notices.push_back({"not_probed", object, "its values could not be looked at: " + found.error().what});
        continue;
      }
      for (auto& [column, rows, type] : *found)
        notices.push_back({"values_do_not_fit", object + "." + column,
                           fmt::format("{} {} a value that {} does not take", rows,
                                       rows == 1 ? "row has" : "rows have", type)});
    }
  return notices;
}

}  // namespace bascule
