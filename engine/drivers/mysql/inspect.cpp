#include "engine/drivers/mysql/inspect.h"

#include <algorithm>
#include <utility>

#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/mysql/catalog.h"
#include "engine/drivers/mysql/column_type.h"

namespace bascule::mysql {
namespace {

// Every column has an alias: MySQL would label them in upper case, MariaDB as they are written.
// https://dev.mysql.com/doc/refman/9.4/en/information-schema-tables-table.html
constexpr std::string_view tables_sql =
    "SELECT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name, TABLE_TYPE AS table_type, ENGINE AS "
    "engine, "
    "TABLE_ROWS AS table_rows, AUTO_INCREMENT AS auto_increment, TABLE_COMMENT AS table_comment, "
    "CREATE_OPTIONS AS create_options FROM information_schema.TABLES WHERE TABLE_SCHEMA IN ";

// https://dev.mysql.com/doc/refman/9.4/en/information-schema-columns-table.html
constexpr std::string_view columns_sql =
    "SELECT c.TABLE_SCHEMA AS table_schema, c.TABLE_NAME AS table_name, c.COLUMN_NAME AS column_name, "
    "c.COLUMN_TYPE AS column_type, c.IS_NULLABLE AS is_nullable, c.COLUMN_DEFAULT AS column_default, "
    "c.EXTRA AS extra, c.GENERATION_EXPRESSION AS generation_expression, c.COLLATION_NAME AS collation_name, "
    "s.DEFAULT_COLLATION_NAME AS default_collation, c.COLUMN_COMMENT AS column_comment "
    "FROM information_schema.COLUMNS c JOIN information_schema.SCHEMATA s ON s.SCHEMA_NAME = c.TABLE_SCHEMA "
    "WHERE c.TABLE_SCHEMA IN ";
constexpr std::string_view columns_order = " ORDER BY c.TABLE_SCHEMA, c.TABLE_NAME, c.ORDINAL_POSITION";

Result<std::string> schema_list(Session& session, const InspectOptions& options, Schema& schema) {
  TRY(schema.default_namespace, session.value("SELECT DATABASE()"));
  std::vector<std::string> wanted = options.schemas;
  if (wanted.empty() && !schema.default_namespace.empty()) wanted.push_back(schema.default_namespace);
  if (wanted.empty() && !options.names_only)
    return usage_error("no database is chosen on this connection", "choose one with USE; \\l lists them");
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  std::string list;
  for (const auto& name : wanted) {
    list += (list.empty() ? "" : ", ") + quote_literal(name, *session.info().dialect);
    schema.namespaces.push_back({.name = name});
  }
  return list.empty() ? std::string() : "(" + list + ")";
}

Result<void> require_schemas(Catalog& catalog) {
  TRY(const auto rows,
      catalog.session.rows("SELECT SCHEMA_NAME AS schema_name FROM information_schema.SCHEMATA "
                           "WHERE SCHEMA_NAME IN " +
                           catalog.schema_list));
  for (const auto& space : catalog.schema.namespaces) {
    const bool exists =
        std::any_of(rows.begin(), rows.end(), [&](const TextRow& row) { return row[0] == space.name; });
    if (!exists) {
      Error error;
      error.code = ErrorCode::sql;
      error.what = "there is no database \"" + space.name + "\"";
      error.hint = "\\l lists the databases";
      return error;
    }
  }
  return {};
}

Result<void> read_tables(Catalog& catalog) {
  TRY(const auto rows, catalog.session.rows(std::string(tables_sql) + catalog.schema_list));
  for (const auto& row : rows) {
    const std::string &schema_name = text_of(row, 0), &name = text_of(row, 1), &kind = text_of(row, 2);
    Namespace* space = catalog.find_namespace(schema_name);
    if (space == nullptr || (!catalog.table_glob.empty() && !matches_glob(catalog.table_glob, name)))
      continue;
    if (kind == "VIEW" || kind == "SYSTEM VIEW") {
      space->views.push_back({.name = name});
      continue;
    }
    if (kind == "SEQUENCE") {
      space->sequences.push_back({.name = name});
      continue;
    }
    Table table;
    table.name = name;
    table.comment = text_of(row, 6);
    if (const auto count = parse_integer(text_of(row, 4))) table.estimated_rows = *count;
    space->tables.push_back(std::move(table));
    const std::string& engine = text_of(row, 3);
    if (kind == "BASE TABLE" && engine != "InnoDB")
      catalog.leave_out("storage engine " + engine, schema_name, name);
    if (text_of(row, 7).find("partitioned") != std::string::npos)
      catalog.leave_out("partitions", schema_name, name);
    if (kind == "SYSTEM VERSIONED") catalog.leave_out("system versioning", schema_name, name);
  }
  const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
  for (auto& space : catalog.schema.namespaces) {
    std::sort(space.tables.begin(), space.tables.end(), by_name);
    std::sort(space.views.begin(), space.views.end(), by_name);
    std::sort(space.sequences.begin(), space.sequences.end(), by_name);
  }
  return {};
}

// The value that the next row gets; MySQL keeps these numbers for a day unless it is told not to.
Result<void> read_identities(Catalog& catalog) {
  TRY(const auto rows,
      catalog.session.rows(
          "SELECT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name, AUTO_INCREMENT AS next "
          "FROM information_schema.TABLES WHERE AUTO_INCREMENT IS NOT NULL AND TABLE_SCHEMA IN " +
          catalog.schema_list));
  for (const auto& row : rows) {
    Table* table = catalog.find_table(text_of(row, 0), text_of(row, 1));
    const auto next = parse_integer(text_of(row, 2));
    if (table == nullptr || !next) continue;
    for (auto& column : table->columns)
      if (column.identity != Identity::none) column.identity_next = *next;
  }
  return {};
}

Column make_column(const TextRow& row, const Dialect& dialect) {
  const std::string &extra = text_of(row, 6), &expression = text_of(row, 7), &collation = text_of(row, 8);
  Column column;
  column.name = text_of(row, 2);
  column.type = parse_column_type(text_of(row, 3), dialect.flavor);
  column.native_type = without_display_width(text_of(row, 3));
  if (auto* native = std::get_if<type::Native>(&column.type.kind)) native->spelling = column.native_type;
  column.nullable = text_of(row, 4) == "YES";
  if (!expression.empty()) {
    const bool mysql = dialect.flavor == Flavor::mysql;
    column.generated = {without_outer_parentheses(mysql ? unescape_expression(expression) : expression),
                        extra.find("VIRTUAL") == std::string::npos};
  } else {
    column.default_sql = decode_default(row[5], extra, column.type, dialect);
  }
  if (extra.find("auto_increment") != std::string::npos) column.identity = Identity::by_default;
  column.on_update = on_update_of(extra);
  if (collation != text_of(row, 9)) column.collation = collation;
  column.comment = text_of(row, 10);
  return column;
}

// MySQL's catalog cuts a binary default at its first zero byte; DEFAULT() has it whole, also when no row is
// there.
Result<void> read_binary_default(Catalog& catalog, const TextRow& row, Column& column) {
  const bool is_literal = text_of(row, 6).find("DEFAULT_GENERATED") == std::string::npos;
  if (catalog.is_mariadb() || !column.type.is<type::Bytes>() || !column.default_sql || !is_literal) return {};
  SqlWriter sql(*catalog.session.info().dialect);
  sql.raw("SELECT HEX(DEFAULT(t.").name(column.name).raw(")) FROM (SELECT 1) one LEFT JOIN");
  sql.name(text_of(row, 0), text_of(row, 1)).raw("t ON FALSE LIMIT 1");
  TRY(const auto hex, catalog.session.value(sql.str()));
  column.default_sql = "X'" + to_lower(hex) + "'";
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
  const auto found = std::find_if(space->views.begin(), space->views.end(),
                                  [&](const auto& object) { return object.name == view; });
  return found != space->views.end() ? &*found : nullptr;
}

void Catalog::leave_out(std::string_view what, std::string_view schema_name, std::string_view object) {
  std::string line(what);
  line += " of ";
  if (schema_name != schema.default_namespace) line += std::string(schema_name) + ".";
  schema.not_modelled.push_back({line + std::string(object)});
}

Result<void> read_columns(Catalog& catalog) {
  const Dialect& dialect = *catalog.session.info().dialect;
  TRY(const auto rows,
      catalog.session.rows(std::string(columns_sql) + catalog.schema_list + std::string(columns_order)));
  for (const auto& row : rows) {
    const std::string &schema_name = text_of(row, 0), &name = text_of(row, 1);
    if (Table* table = catalog.find_table(schema_name, name)) {
      table->columns.push_back(make_column(row, dialect));
      TRY(read_binary_default(catalog, row, table->columns.back()));
      if (text_of(row, 6).find("INVISIBLE") != std::string::npos)
        catalog.leave_out("invisibility", schema_name, name + "." + text_of(row, 2));
    } else if (NamedObject* view = catalog.find_view(schema_name, name)) {
      view->columns.push_back(make_column(row, dialect));
    }
  }
  return read_identities(catalog);
}

Result<Schema> read_schema(Session& session, const InspectOptions& options) {
  Catalog catalog{session, {}, options.table_glob, {}};
  catalog.schema.flavor = session.info().dialect->flavor_name;
  TRY(catalog.schema_list, schema_list(session, options, catalog.schema));
  if (catalog.schema_list.empty()) return std::move(catalog.schema);
  SessionVariables variables(session);
  if (!session.is_mariadb()) TRY(variables.set("information_schema_stats_expiry", "0"));
  TRY(require_schemas(catalog));
  TRY(read_tables(catalog));
  if (options.names_only) return std::move(catalog.schema);
  for (const auto read :
       {read_columns, read_indexes, read_foreign_keys, read_checks, read_views, read_triggers, read_routines})
    if (auto done = read(catalog); !done.ok()) return std::move(done).error().in("inspect");
  std::sort(catalog.schema.not_modelled.begin(), catalog.schema.not_modelled.end(),
            [](const auto& a, const auto& b) { return a.what < b.what; });
  return std::move(catalog.schema);
}

}  // namespace bascule::mysql
