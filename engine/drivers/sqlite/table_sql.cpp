#include "engine/drivers/sqlite/table_sql.h"

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/dialect/sql_writer.h"

namespace bascule::sqlite {
namespace {

const Dialect& sqlite() {
  return dialect(Flavor::sqlite);
}

std::string quoted(std::string_view name) {
  return quote_identifier(name, sqlite());
}

std::string column_list(const std::vector<std::string>& columns) {
  std::string list;
  for (const std::string& column : columns) list += (list.empty() ? "" : ", ") + quoted(column);
  return "(" + list + ")";
}

std::string constraint(std::string_view name) {
  return name.empty() ? std::string() : "CONSTRAINT " + quoted(name) + " ";
}

Result<std::string> parts_sql(const TableName& table, const Index& index) {
  std::string list;
  for (const IndexPart& part : index.parts) {
    if (part.prefix_length)
      return unsupported_error(
          fmt::format("index {} on {} uses a prefix of column {}", index.name, display(table), part.column),
          "index the whole column, or the expression substr(column, 1, length)");
    list += list.empty() ? "" : ", ";
    list += part.column.empty() ? part.expression : quoted(part.column);
    if (!part.collation.empty()) list += " COLLATE " + quoted(part.collation);
    if (part.descending) list += " DESC";
  }
  return "(" + list + ")";
}

Result<std::string> foreign_key_sql(const TableName& table, const ForeignKey& key) {
  if (!key.referenced_schema.empty() && key.referenced_schema != table.schema)
    return unsupported_error(fmt::format("a foreign key of {} refers to {}.{}, and SQLite's stay in one file",
                                         display(table), key.referenced_schema, key.referenced_table),
                             "leave the foreign key out");
  std::string sql = fmt::format("{}FOREIGN KEY {} REFERENCES {}", constraint(key.name),
                                column_list(key.columns), quoted(key.referenced_table));
  if (!key.referenced_columns.empty()) sql += " " + column_list(key.referenced_columns);
  if (key.on_delete != ForeignKeyAction::no_action)
    sql += fmt::format(" ON DELETE {}", foreign_key_action_sql(key.on_delete));
  if (key.on_update != ForeignKeyAction::no_action)
    sql += fmt::format(" ON UPDATE {}", foreign_key_action_sql(key.on_update));
  if (key.match_full) sql += " MATCH FULL";
  if (key.deferrable) sql += key.initially_deferred ? " DEFERRABLE INITIALLY DEFERRED" : " DEFERRABLE";
  return sql;
}

// A key that is the rowid has to stand at its column, where AUTOINCREMENT may follow.
std::string inline_key(const Table& table, const Column& column) {
  const bool is_only_key = table.primary_key && table.primary_key->columns.size() == 1 &&
                           table.primary_key->columns[0] == column.name;
  if (!is_only_key || table.options.without_rowid || !equals_ignoring_case(column.native_type, "INTEGER"))
    return {};
  const std::string key = " " + constraint(table.primary_key->name) + "PRIMARY KEY";
  switch (column.identity) {
    case Identity::rowid:
      return key;
    case Identity::by_default:
    case Identity::always:
    case Identity::serial:
      return key + " AUTOINCREMENT";
    case Identity::none:
      // Written so, an INTEGER key is no rowid and may be NULL.
      return column.nullable ? key + " DESC" : key;
  }
  return {};
}

std::string definition(const Column& column, const std::string& key) {
  std::string sql = quoted(column.name);
  if (!column.native_type.empty()) sql += " " + column.native_type;
  sql += key;
  if (!column.nullable && key.empty()) sql += " NOT NULL";
  if (column.default_sql && !column.generated)
    sql += " DEFAULT " +
           (is_single_literal(*column.default_sql) ? *column.default_sql : "(" + *column.default_sql + ")");
  if (!column.collation.empty()) sql += " COLLATE " + quoted(column.collation);
  if (column.generated)
    sql += fmt::format(" GENERATED ALWAYS AS ({}) {}", column.generated->expression,
                       column.generated->stored ? "STORED" : "VIRTUAL");
  return sql;
}

}  // namespace

std::string display(const TableName& name) {
  return name.schema.empty() || name.schema == "main" ? name.table : name.schema + "." + name.table;
}

std::string conflict_clauses_of(const TableName& name) {
  return "ON CONFLICT of constraints of table " + name.schema + "." + name.table;
}

std::string odd_primary_key_of(const TableName& name) {
  return "order or collation of the primary key of table " + name.schema + "." + name.table;
}

bool is_single_literal(std::string_view sql) {
  const std::string_view text = trim(sql);
  const auto tokens = tokenize(text, sqlite().lexer);
  const std::size_t first = !tokens.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  if (tokens.size() != first + 1) return false;
  const Token& token = tokens[first];
  if (token.kind == TokenKind::number) return true;
  if (first == 1) return false;
  if (token.kind == TokenKind::string) return true;
  if (token.kind != TokenKind::word) return false;
  for (const std::string_view word :
       {"NULL", "TRUE", "FALSE", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"})
    if (equals_ignoring_case(text, word)) return true;
  return false;
}

std::string column_sql(const Column& column) {
  return definition(column, "");
}

std::string index_name(const TableName& name, const Index& index) {
  if (!index.name.empty()) return index.name;
  std::string made = name.table;
  for (const IndexPart& part : index.parts) made += "_" + (part.column.empty() ? "expr" : part.column);
  return made + "_idx";
}

Result<std::string> create_index_sql(const TableName& name, const Index& index) {
  if (!index.method.empty() && !equals_ignoring_case(index.method, "btree"))
    return unsupported_error(fmt::format("index {} on {} uses the method {}, which SQLite does not have",
                                         index.name, display(name), index.method),
                             "leave the index out");
  TRY(const std::string parts, parts_sql(name, index));
  return fmt::format("CREATE {}INDEX {} ON {} {}{}", index.unique ? "UNIQUE " : "",
                     quote_qualified(name.schema, index_name(name, index), sqlite()), quoted(name.table),
                     parts, index.where.empty() ? "" : " WHERE " + index.where);
}

Result<std::string> create_table_sql(const TableName& name, const Table& table) {
  std::vector<std::string> parts;
  bool has_inline_key = false;
  for (const Column& column : table.columns) {
    const std::string key = inline_key(table, column);
    has_inline_key = has_inline_key || !key.empty();
    const bool numbers_itself = column.identity != Identity::none && column.identity != Identity::rowid;
    if (numbers_itself && key.empty())
      return unsupported_error(
          fmt::format("column {}.{} cannot number its rows: SQLite does that only for an INTEGER PRIMARY KEY",
                      display(name), column.name),
          "make it the primary key, of type INTEGER");
    parts.push_back(definition(column, key));
  }
  if (parts.empty())
    return unsupported_error("table " + display(name) + " has no columns, which SQLite does not allow",
                             "give it a column");
  if (table.primary_key && !has_inline_key)
    parts.push_back(constraint(table.primary_key->name) + "PRIMARY KEY " +
                    column_list(table.primary_key->columns));
  for (const Index& index : table.indexes) {
    if (!index.is_constraint) continue;
    TRY(const std::string columns, parts_sql(name, index));
    parts.push_back(constraint(index.name) + "UNIQUE " + columns);
  }
  for (const ForeignKey& key : table.foreign_keys) {
    TRY(std::string sql, foreign_key_sql(name, key));
    parts.push_back(std::move(sql));
  }
  for (const Check& check : table.checks)
    parts.push_back(constraint(check.name) + "CHECK (" + check.expression + ")");
  std::vector<std::string> options;
  if (table.options.without_rowid) options.emplace_back("WITHOUT ROWID");
  if (table.options.strict) options.emplace_back("STRICT");
  return fmt::format("CREATE TABLE {} (\n  {}\n){}{}", quote_qualified(name.schema, name.table, sqlite()),
                     join(parts, ",\n  "), options.empty() ? "" : " ", join(options, ", "));
}

std::string drop_index_sql(const TableName& name, const Index& index) {
  return "DROP INDEX " + quote_qualified(name.schema, index_name(name, index), sqlite());
}

Result<std::vector<Step>> create_table_steps(const TableName& name, const Table& table) {
  std::vector<Step> steps;
  TRY(std::string create, create_table_sql(name, table));
  steps.push_back(
      {std::move(create), "DROP TABLE " + quote_qualified(name.schema, name.table, sqlite()), {}});
  for (const Index& index : table.indexes) {
    if (index.is_constraint) continue;
    TRY(std::string sql, create_index_sql(name, index));
    steps.push_back({std::move(sql), drop_index_sql(name, index), {}});
  }
  // What AUTOINCREMENT goes on from. There is no row before the first insert.
  const std::string sequences = quote_qualified(name.schema, "sqlite_sequence", sqlite());
  const std::string literal = quote_literal(name.table, sqlite());
  for (const Column& column : table.columns)
    if (column.identity != Identity::none && column.identity != Identity::rowid &&
        column.identity_next.value_or(1) > 1)
      steps.push_back({fmt::format("INSERT INTO {} (name, seq) VALUES ({}, {})", sequences, literal,
                                   *column.identity_next - 1),
                       fmt::format("DELETE FROM {} WHERE name = {}", sequences, literal),
                       {}});
  return steps;
}

// The catalog holds the definition without its schema: the name comes right after CREATE VIEW or CREATE
// TRIGGER.
std::string create_object_sql(const TableName& name, const NamedObject& object) {
  const std::string& sql = object.definition;
  if (name.schema.empty() || name.schema == "main") return sql;
  std::size_t words = 0;
  for (const Token& token : tokenize(sql, sqlite().lexer)) {
    if (token.kind == TokenKind::space || token.kind == TokenKind::comment) continue;
    if (words == 2) return sql.substr(0, token.offset) + quoted(name.schema) + "." + sql.substr(token.offset);
    ++words;
  }
  return sql;
}

std::string drop_object_sql(const TableName& name, const NamedObject& object) {
  return fmt::format("DROP {} {}", object_kind_sql(object.kind),
                     quote_qualified(name.schema, object.name, sqlite()));
}

}  // namespace bascule::sqlite
