#include "engine/drivers/mysql/inspect.h"

#include <algorithm>
#include <utility>

#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/mysql/catalog.h"

namespace bascule::mysql {
namespace {

Result<void> choose_schemas(Catalog& catalog, const InspectOptions& options) {
  TRY(catalog.schema.default_namespace, catalog.session.value("SELECT DATABASE()"));
  const std::string& current = catalog.schema.default_namespace;
  std::vector<std::string> wanted = options.schemas;
  if (wanted.empty() && !current.empty()) wanted.push_back(current);
  if (wanted.empty() && !options.names_only)
    return usage_error("no database is chosen on this connection", "choose one with USE; \\l lists them");
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  for (const auto& name : wanted) catalog.schema.namespaces.push_back({.name = name});
  return {};
}

// Every column has an alias here and below: MySQL would label them in upper case, MariaDB as they are
// written. https://dev.mysql.com/doc/refman/9.4/en/information-schema-schemata-table.html
Result<void> read_schemas(Catalog& catalog) {
  std::string select =
      "SELECT SCHEMA_NAME AS schema_name, DEFAULT_COLLATION_NAME AS collation, "
      "SCHEMA_COMMENT AS comment FROM information_schema.SCHEMATA WHERE ";
  if (!catalog.is_mariadb()) select = replace_all(select, "SCHEMA_COMMENT", "''");
  TRY(const auto rows, catalog.rows(select, "SCHEMA_NAME"));
  for (const auto& row : rows) {
    catalog.default_collations[text_of(row, 0)] = text_of(row, 1);
    if (Namespace* space = catalog.find_namespace(text_of(row, 0))) space->comment = text_of(row, 2);
  }
  for (const auto& space : catalog.schema.namespaces) {
    if (catalog.default_collations.contains(space.name)) continue;
    Error error;
    error.code = ErrorCode::sql;
    error.what = "there is no database \"" + space.name + "\"";
    error.hint = "\\l lists the databases";
    return error;
  }
  return {};
}

}  // namespace

const std::string& text_of(const TextRow& row, std::size_t column) {
  static const std::string empty;
  return row[column] ? *row[column] : empty;
}

Namespace* Catalog::find_namespace(std::string_view name) {
  for (auto& space : schema.namespaces)
    if (space.name == name) return &space;
  return nullptr;
}

Table* Catalog::find_table(std::string_view schema_name, std::string_view table) {
  Namespace* space = find_namespace(schema_name);
  if (space == nullptr) return nullptr;
  const auto found = std::lower_bound(space->tables.begin(), space->tables.end(), table,
                                      [](const Table& a, std::string_view b) { return a.name < b; });
  return found != space->tables.end() && found->name == table ? &*found : nullptr;
}

NamedObject* Catalog::find_view(std::string_view schema_name, std::string_view view) {
  Namespace* space = find_namespace(schema_name);
  if (space == nullptr) return nullptr;
  const auto found = std::lower_bound(space->views.begin(), space->views.end(), view,
                                      [](const NamedObject& a, std::string_view b) { return a.name < b; });
  return found != space->views.end() && found->name == view ? &*found : nullptr;
}

void Catalog::show(const std::string& schema_name, const std::string& table, std::string_view what) {
  auto& left_out = to_show[{schema_name, table}];
  if (!what.empty()) left_out.emplace_back(what);
}

std::string Catalog::display_name(std::string_view schema_name, std::string_view object) const {
  const std::string prefix =
      schema_name == schema.default_namespace ? std::string() : std::string(schema_name) + ".";
  return prefix + std::string(object);
}

void Catalog::leave_out(std::string what, std::string definition) {
  schema.not_modelled.push_back({std::move(what), std::move(definition)});
}

Result<std::vector<TextRow>> Catalog::rows(std::string_view select, std::string_view schema_column,
                                           std::string_view order) {
  std::vector<TextRow> all;
  for (const auto& space : schema.namespaces) {
    SqlWriter sql(*session.info().dialect);
    sql.raw(select).raw(schema_column).raw("=").text(space.name);
    if (!order.empty()) sql.raw("ORDER BY").raw(order);
    TRY(auto some, session.rows(sql.str()));
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

Result<std::string> Catalog::show_create(std::string_view kind, std::string_view schema_name,
                                         std::string_view name, std::size_t column) {
  SqlWriter sql(*session.info().dialect);
  sql.raw("SHOW CREATE").raw(kind).name(schema_name, name);
  TRY(const auto rows, session.rows(sql.str()));
  if (rows.size() != 1 || rows[0].size() <= column) return std::string();
  return text_of(rows[0], column);
}

Result<Schema> read_schema(Session& session, const InspectOptions& options) {
  Catalog catalog{session, options.table_glob, {}};
  catalog.schema.flavor = session.info().dialect->flavor_name;
  TRY(choose_schemas(catalog, options));
  SessionVariables variables(session);
  // MySQL keeps row counts and AUTO_INCREMENT for a day unless it is told not to.
  if (!session.is_mariadb()) TRY(variables.set("information_schema_stats_expiry", "0"));
  TRY(read_schemas(catalog));
  TRY(read_tables(catalog));
  if (options.names_only) return std::move(catalog.schema);
  for (const auto read : {read_columns, read_indexes, read_foreign_keys, read_checks, read_shown_tables,
                          read_views, read_sequences, read_triggers, read_routines, read_events})
    if (auto done = read(catalog); !done.ok()) return std::move(done).error().in("inspect");
  std::sort(catalog.schema.not_modelled.begin(), catalog.schema.not_modelled.end(),
            [](const auto& a, const auto& b) { return a.what < b.what; });
  return std::move(catalog.schema);
}

}  // namespace bascule::mysql
