// Views, sequences, triggers, routines and events of the catalog, with the statements that make them.
#include <algorithm>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/mysql/catalog.h"
#include "engine/drivers/mysql/shown_table.h"

namespace bascule::mysql {
namespace {

// https://dev.mysql.com/doc/refman/9.4/en/information-schema-views-table.html; the algorithm is MariaDB's
// column: https://mariadb.com/kb/en/information-schema-views-table/
constexpr std::string_view views_sql =
    "SELECT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name, VIEW_DEFINITION AS view_definition, "
    "CHECK_OPTION AS check_option, SECURITY_TYPE AS security_type";

constexpr std::string_view triggers_sql =
    "SELECT TRIGGER_SCHEMA AS trigger_schema, TRIGGER_NAME AS trigger_name, EVENT_OBJECT_TABLE AS "
    "table_name, ACTION_TIMING AS timing, EVENT_MANIPULATION AS event, ACTION_STATEMENT AS action_statement, "
    "ACTION_ORDER AS action_order FROM information_schema.TRIGGERS WHERE ";

constexpr std::string_view routines_sql =
    "SELECT ROUTINE_SCHEMA AS routine_schema, ROUTINE_NAME AS routine_name, ROUTINE_TYPE AS routine_type, "
    "ROUTINE_COMMENT AS routine_comment FROM information_schema.ROUTINES WHERE ";

constexpr std::string_view events_sql =
    "SELECT EVENT_SCHEMA AS event_schema, EVENT_NAME AS event_name FROM information_schema.EVENTS WHERE ";

// SHOW CREATE's column with the statement; https://dev.mysql.com/doc/refman/9.4/en/show-create-trigger.html
constexpr std::size_t table_statement = 1, routine_statement = 2, event_statement = 3;

void sort_by_name(std::vector<NamedObject>& objects) {
  std::stable_sort(objects.begin(), objects.end(),
                   [](const auto& a, const auto& b) { return a.name < b.name; });
}

// Every column and table of a view's query is written with its database, which would tie a copy of the view
// to this one. `db`.`x` is left alone where x is no table: there `db` is an alias that happens to be the
// same.
std::string without_schema(std::string_view query, const std::string& schema,
                           const std::set<std::string>& relations, const Dialect& dialect) {
  const std::string qualifier = quote_identifier(schema, dialect);
  std::string out;
  const auto tokens = tokenize(query, dialect.lexer);
  const auto text = [&](std::size_t i) {
    return i < tokens.size() ? query.substr(tokens[i].offset, tokens[i].size) : std::string_view();
  };
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool begins_name = text(i) == qualifier && text(i + 1) == "." && (i == 0 || text(i - 1) != ".");
    if (begins_name) {
      const bool has_three_parts = text(i + 3) == ".";
      const bool is_call = text(i + 3) == "(";
      const std::string_view second = text(i + 2);
      const bool is_relation = second.size() > 2 && relations.contains(replace_all(
                                                        second.substr(1, second.size() - 2), "``", "`"));
      if (has_three_parts || is_call || is_relation) {
        ++i;
        continue;
      }
    }
    out += text(i);
  }
  return out;
}

// Whether the body of a trigger may stand differently in information_schema: MySQL shows it with the escapes
// of its string literals resolved.
bool is_exact(std::string_view body) {
  return body.find_first_of("'\"") == body.npos;
}

std::string trigger_header(const TextRow& row, const Dialect& dialect) {
  SqlWriter sql(dialect);
  sql.raw("CREATE TRIGGER").name(text_of(row, 1)).raw(text_of(row, 3)).raw(text_of(row, 4));
  sql.raw("ON").name(text_of(row, 2)).raw("FOR EACH ROW");
  return sql.str();
}

Result<std::string> trigger_body(Catalog& catalog, const TextRow& row) {
  const std::string& body = text_of(row, 5);
  if (catalog.is_mariadb() || is_exact(body)) return body;
  TRY(const auto shown, catalog.show_create("TRIGGER", text_of(row, 0), text_of(row, 1), routine_statement));
  const std::string create = without_definer(shown);
  const std::string header = trigger_header(row, *catalog.session.info().dialect) + " ";
  return create.starts_with(header) ? create.substr(header.size()) : body;
}

// The comment is no part of the definition: it is set by itself.
std::string without_comment(std::string definition) {
  constexpr std::string_view clause = "\n    COMMENT ";
  const auto at = definition.find(clause);
  if (at == definition.npos) return definition;
  const std::string_view rest = std::string_view(definition).substr(at + clause.size());
  const auto tokens = tokenize(rest, dialect(Flavor::mysql).lexer);
  if (tokens.empty() || tokens[0].kind != TokenKind::string) return definition;
  definition.erase(at, clause.size() + tokens[0].size);
  return definition;
}

}  // namespace

Result<void> read_shown_tables(Catalog& catalog) {
  for (const auto& [name, left_out] : catalog.to_show) {
    TRY(const auto create, catalog.show_create("TABLE", name.first, name.second, table_statement));
    for (const auto& what : left_out)
      catalog.leave_out(what + " of " + catalog.display_name(name.first, name.second), create);
    Table* table = catalog.find_table(name.first, name.second);
    if (table == nullptr) continue;
    ShownPartitions shown = read_partitions(create);
    table->options.partition_by = std::move(shown.partition_by);
    table->partitions = std::move(shown.partitions);
    for (auto& index : table->indexes)
      if (index.method == "fulltext") index.options = parser_of(create, index.name);
  }
  return {};
}

Result<void> read_views(Catalog& catalog) {
  const Dialect& dialect = *catalog.session.info().dialect;
  std::string select(views_sql);
  select += catalog.is_mariadb() ? ", ALGORITHM AS algorithm" : ", 'UNDEFINED' AS algorithm";
  TRY(const auto rows, catalog.rows(select + " FROM information_schema.VIEWS WHERE ", "TABLE_SCHEMA"));
  for (const auto& row : rows) {
    const std::string &schema = text_of(row, 0), &query = text_of(row, 2);
    NamedObject* view = catalog.find_view(schema, text_of(row, 1));
    if (view == nullptr || query.empty()) continue;  // the account may not see the query
    SqlWriter sql(dialect);
    sql.raw("CREATE");
    if (text_of(row, 5) != "UNDEFINED") sql.raw("ALGORITHM=" + text_of(row, 5));
    if (text_of(row, 4) == "INVOKER") sql.raw("SQL SECURITY INVOKER");
    sql.raw("VIEW").name(view->name);
    if (!catalog.is_mariadb()) {  // which writes the names of the columns into the query
      std::vector<std::string> columns;
      for (const auto& column : view->columns) columns.push_back(column.name);
      sql.names(columns);
    }
    sql.raw("AS").raw(without_schema(query, schema, catalog.relations[schema], dialect));
    if (text_of(row, 3) != "NONE") sql.raw("WITH " + text_of(row, 3) + " CHECK OPTION");
    view->definition = sql.str();
  }
  return {};
}

Result<void> read_sequences(Catalog& catalog) {
  for (auto& space : catalog.schema.namespaces)
    for (auto& sequence : space.sequences) {
      TRY(auto create, catalog.show_create("SEQUENCE", space.name, sequence.name, table_statement));
      constexpr std::string_view default_engine = " ENGINE=InnoDB";
      if (create.ends_with(default_engine)) create.resize(create.size() - default_engine.size());
      sequence.definition = std::move(create);
    }
  return {};
}

Result<void> read_triggers(Catalog& catalog) {
  const Dialect& dialect = *catalog.session.info().dialect;
  TRY(const auto rows, catalog.rows(triggers_sql, "TRIGGER_SCHEMA",
                                    "EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER"));
  const TextRow* previous = nullptr;
  for (const auto& row : rows) {
    const bool follows = previous != nullptr && parse_integer(text_of(row, 6)).value_or(1) > 1;
    const std::string before = follows ? text_of(*previous, 1) : "";
    previous = &row;
    Namespace* space = catalog.find_namespace(text_of(row, 0));
    if (space == nullptr || catalog.find_table(text_of(row, 0), text_of(row, 2)) == nullptr) continue;
    SqlWriter sql(dialect);
    sql.raw(trigger_header(row, dialect));
    if (follows) sql.raw("FOLLOWS").name(before);
    TRY(const auto body, trigger_body(catalog, row));
    sql.raw(body);
    space->triggers.push_back({.name = text_of(row, 1),
                               .table = text_of(row, 2),
                               .definition = sql.str(),
                               .kind = ObjectKind::trigger});
  }
  for (auto& space : catalog.schema.namespaces) sort_by_name(space.triggers);
  return {};
}

Result<void> read_routines(Catalog& catalog) {
  if (!catalog.table_glob.empty()) return {};  // some tables are asked for, and nothing else
  TRY(const auto rows, catalog.rows(routines_sql, "ROUTINE_SCHEMA", "ROUTINE_TYPE"));
  for (const auto& row : rows) {
    const std::string &schema = text_of(row, 0), &name = text_of(row, 1), &kind = text_of(row, 2);
    Namespace* space = catalog.find_namespace(schema);
    if (space == nullptr) continue;
    TRY(const auto create, catalog.show_create(kind, schema, name, routine_statement));
    std::string definition = without_definer(create);
    if (kind != "FUNCTION" && kind != "PROCEDURE") {  // MariaDB: PACKAGE, PACKAGE BODY
      catalog.leave_out(to_lower(kind) + " " + catalog.display_name(schema, name), std::move(definition));
      continue;
    }
    NamedObject routine{.name = name, .comment = text_of(row, 3)};
    routine.kind = kind == "PROCEDURE"                          ? ObjectKind::procedure
                   : definition.starts_with("CREATE AGGREGATE") ? ObjectKind::aggregate
                                                                : ObjectKind::function;
    routine.definition = routine.comment.empty() ? std::move(definition) : without_comment(definition);
    space->functions.push_back(std::move(routine));
  }
  for (auto& space : catalog.schema.namespaces) sort_by_name(space.functions);
  return {};
}

Result<void> read_events(Catalog& catalog) {
  if (!catalog.table_glob.empty()) return {};
  TRY(const auto rows, catalog.rows(events_sql, "EVENT_SCHEMA"));
  for (const auto& row : rows) {
    TRY(const auto create, catalog.show_create("EVENT", text_of(row, 0), text_of(row, 1), event_statement));
    catalog.leave_out("event " + catalog.display_name(text_of(row, 0), text_of(row, 1)),
                      without_definer(create));
  }
  return {};
}

}  // namespace bascule::mysql
