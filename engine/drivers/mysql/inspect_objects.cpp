// Views, triggers and routines of the catalog, with their definitions.
#include <algorithm>

#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/mysql/catalog.h"

namespace bascule::mysql {
namespace {

constexpr std::string_view views_sql =
    "SELECT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name, VIEW_DEFINITION AS view_definition "
    "FROM information_schema.VIEWS WHERE TABLE_SCHEMA IN ";

constexpr std::string_view triggers_sql =
    "SELECT TRIGGER_SCHEMA AS trigger_schema, TRIGGER_NAME AS trigger_name, EVENT_OBJECT_TABLE AS "
    "table_name, "
    "ACTION_TIMING AS timing, EVENT_MANIPULATION AS event, ACTION_STATEMENT AS action_statement "
    "FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA IN ";

constexpr std::string_view routines_sql =
    "SELECT ROUTINE_SCHEMA AS routine_schema, ROUTINE_NAME AS routine_name, ROUTINE_TYPE AS routine_type, "
    "ROUTINE_COMMENT AS routine_comment FROM information_schema.ROUTINES "
    "WHERE ROUTINE_TYPE IN ('FUNCTION', 'PROCEDURE') AND ROUTINE_SCHEMA IN ";

void sort_by_name(std::vector<NamedObject>& objects) {
  std::sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
}

// The statement that made the routine; "" if the account may not see it.
Result<std::string> routine_definition(Catalog& catalog, const TextRow& routine) {
  SqlWriter sql(*catalog.session.info().dialect);
  sql.raw("SHOW CREATE").raw(text_of(routine, 2)).name(text_of(routine, 0), text_of(routine, 1));
  TRY(const auto rows, catalog.session.rows(sql.str()));
  constexpr std::size_t definition_column = 2;
  if (rows.size() != 1 || rows[0].size() <= definition_column) return std::string();
  return text_of(rows[0], definition_column);
}

}  // namespace

Result<void> read_views(Catalog& catalog) {
  TRY(const auto rows, catalog.session.rows(std::string(views_sql) + catalog.schema_list));
  for (const auto& row : rows) {
    NamedObject* view = catalog.find_view(text_of(row, 0), text_of(row, 1));
    if (view == nullptr) continue;
    // Every column is written with its own database, which would tie a copy of the view to this one.
    const std::string qualifier = quote_identifier(text_of(row, 0), *catalog.session.info().dialect) + ".";
    view->definition = replace_all(text_of(row, 2), qualifier, "");
  }
  return {};
}

Result<void> read_triggers(Catalog& catalog) {
  const Dialect& dialect = *catalog.session.info().dialect;
  TRY(const auto rows, catalog.session.rows(std::string(triggers_sql) + catalog.schema_list));
  for (const auto& row : rows) {
    Namespace* space = catalog.find_namespace(text_of(row, 0));
    if (space == nullptr || catalog.find_table(text_of(row, 0), text_of(row, 2)) == nullptr) continue;
    SqlWriter sql(dialect);
    sql.raw("CREATE TRIGGER").name(text_of(row, 1)).raw(text_of(row, 3)).raw(text_of(row, 4));
    sql.raw("ON").name(text_of(row, 2)).raw("FOR EACH ROW").raw(text_of(row, 5));
    space->triggers.push_back({.name = text_of(row, 1), .table = text_of(row, 2), .definition = sql.str()});
  }
  for (auto& space : catalog.schema.namespaces) sort_by_name(space.triggers);
  return {};
}

Result<void> read_routines(Catalog& catalog) {
  if (!catalog.table_glob.empty()) return {};  // some tables are asked for, and nothing else
  TRY(const auto rows, catalog.session.rows(std::string(routines_sql) + catalog.schema_list));
  for (const auto& row : rows) {
    Namespace* space = catalog.find_namespace(text_of(row, 0));
    if (space == nullptr) continue;
    TRY(auto definition, routine_definition(catalog, row));
    space->functions.push_back(
        {.name = text_of(row, 1), .definition = std::move(definition), .comment = text_of(row, 3)});
  }
  for (auto& space : catalog.schema.namespaces) sort_by_name(space.functions);
  return {};
}

}  // namespace bascule::mysql
