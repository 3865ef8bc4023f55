#include "engine/drivers/mysql/table_sql.h"

#include <algorithm>
#include <utility>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/dialect/sql_writer.h"
#include "engine/dialect/type_map.h"
#include "engine/drivers/mysql/table_keys.h"

namespace bascule::mysql {
namespace {

// A name for what has none, cut to what the server allows.
std::string made_up_name(std::string_view table, const std::vector<std::string>& columns,
                         std::string_view ending) {
  constexpr std::size_t max_name = 64;
  const std::string name = std::string(table) + "_" + join(columns, "_");
  return name.substr(0, max_name - ending.size()) + std::string(ending);
}

// True for 1, -1.5, 'x', b'1', X'00', _utf8mb4'x', NULL, TRUE, CURRENT_TIMESTAMP(3): what MySQL takes as a
// default without parentheses around it.
bool is_plain_default(std::string_view expression, const Dialect& dialect) {
  bool string_seen = false, number_seen = false;
  std::vector<std::string> words;
  for (const Token& token : tokenize(expression, dialect.lexer)) {
    const std::string_view text = expression.substr(token.offset, token.size);
    if (token.kind == TokenKind::space) continue;
    if (token.kind == TokenKind::string)
      string_seen = true;
    else if (token.kind == TokenKind::number)
      number_seen = true;
    else if (token.kind == TokenKind::word)
      words.push_back(to_lower(text));
    else if (text != "-" && text != "+" && text != "(" && text != ")")
      return false;
  }
  if (words.empty()) return (string_seen != number_seen) && expression.find('(') == expression.npos;
  const auto is_prefix = [](const std::string& word) {
    return word == "b" || word == "x" || word.starts_with('_');
  };
  if (std::all_of(words.begin(), words.end(), is_prefix)) return string_seen;
  if (words.size() > 1) return false;
  if (words[0] == "current_timestamp" || words[0] == "now") return !string_seen;
  const bool constant = words[0] == "null" || words[0] == "true" || words[0] == "false";
  return constant && !string_seen && !number_seen;
}

bool is_large_object(const Column& column) {
  const std::string native = to_lower(column.native_type);
  return native.ends_with("text") || native.ends_with("blob") || native == "json" || native == "geometry";
}

// [UNIQUE] and the kind, as before INDEX or KEY; nothing if the server has no such index.
Result<std::string> index_kind(const TableName& name, const Index& index) {
  const std::string object = "index " + name.table + "." + TableSql::name_of(name, index);
  if (!index.where.empty())
    return unsupported_error(object + " covers only some rows (WHERE)",
                             "MySQL and MariaDB have no partial indexes");
  if (index.method == "fulltext" || index.method == "spatial") return to_upper(index.method) + " ";
  if (!index.method.empty() && index.method != "btree" && index.method != "hash")
    return unsupported_error(object + " is of the kind " + index.method,
                             "MySQL and MariaDB have btree, hash, fulltext and spatial indexes");
  return std::string(index.unique ? "UNIQUE " : "");
}

// MariaDB's columns of a period: GENERATED ALWAYS AS ROW START.
bool is_row_bound(const Column& column) {
  return column.generated &&
         (column.generated->expression == "ROW START" || column.generated->expression == "ROW END");
}

std::string period_of(const Table& table, const TableSql& sql) {
  std::string start, end;
  for (const auto& column : table.columns)
    if (is_row_bound(column)) (column.generated->expression == "ROW START" ? start : end) = column.name;
  if (start.empty() || end.empty()) return {};
  return "PERIOD FOR SYSTEM_TIME (" + sql.quoted(start) + ", " + sql.quoted(end) + ")";
}

}  // namespace

std::string TableSql::name_of(const TableName& table, const Index& index) {
  if (!index.name.empty()) return index.name;
  std::vector<std::string> columns;
  for (const auto& part : index.parts) columns.push_back(part.column.empty() ? "expr" : part.column);
  return made_up_name(table.table, columns, index.unique ? "_key" : "_idx");
}

std::string TableSql::name_of(const TableName& table, const ForeignKey& key) {
  return key.name.empty() ? made_up_name(table.table, key.columns, "_fkey") : key.name;
}

std::string TableSql::quoted(std::string_view name) const {
  return quote_identifier(name, dialect_);
}

std::string TableSql::quoted(const TableName& name) const {
  return quote_qualified(name.schema == default_schema_ ? "" : name.schema, name.table, dialect_);
}

std::string TableSql::list(const std::vector<std::string>& columns) const {
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(quoted(column));
  return "(" + join(names, ", ") + ")";
}

std::string TableSql::text(std::string_view plain) const {
  return quote_plain_string(plain, dialect_);
}

std::string TableSql::alter(const TableName& name) const {
  return "ALTER TABLE " + quoted(name) + " ";
}

bool TableSql::is_column_check(const Table& table, const Check& check) const {
  const Column* column = is_mysql() ? nullptr : table.find_column(check.name);
  // A check of a JSON column would take the place of the one that makes it one.
  return column != nullptr && !column->type.is<type::Json>();
}

std::string TableSql::default_of(const Column& column) const {
  const std::string& expression = *column.default_sql;
  const bool parenthesised = expression.starts_with('(');
  const bool plain = is_plain_default(expression, dialect_);
  // MySQL takes expressions, and any default of a large object, only in parentheses.
  if (is_mysql() && !parenthesised && (!plain || is_large_object(column))) return "(" + expression + ")";
  return expression;
}

Result<std::string> TableSql::column(const TableName& name, const Column& column, const Table& table) const {
  std::string out = quoted(column.name) + " ";
  out += column.native_type.empty() ? spell_type(column.type, features_) : column.native_type;
  if (!column.collation.empty()) out += " COLLATE " + column.collation;
  if (is_row_bound(column)) {
    out += " GENERATED ALWAYS AS " + column.generated->expression;
  } else if (column.generated) {
    out += " GENERATED ALWAYS AS (" + column.generated->expression + ")";
    out += column.generated->stored ? " STORED" : " VIRTUAL";
    if (is_mysql() && !column.nullable) out += " NOT NULL";  // MariaDB knows no NOT NULL here
  } else {
    // Said in full: a TIMESTAMP of which nothing is said gets a default of its own on older servers.
    out += column.nullable ? " NULL" : " NOT NULL";
    if (column.identity == Identity::none && column.default_sql) out += " DEFAULT " + default_of(column);
    if (column.identity == Identity::none && !column.default_sql && column.nullable) out += " DEFAULT NULL";
    if (column.on_update) out += " ON UPDATE " + *column.on_update;
    if (column.identity != Identity::none) out += " AUTO_INCREMENT";
  }
  if (column.identity != Identity::none && !column.type.is<type::Int>() && !column.type.is<type::Float>())
    return unsupported_error("column " + name.table + "." + column.name + " of type " +
                                 type_name(column.type) + " cannot count by itself",
                             "AUTO_INCREMENT needs an integer type");
  if (column.invisible) out += " INVISIBLE";
  if (!column.comment.empty()) out += " COMMENT " + text(column.comment);
  for (const auto& check : table.checks)
    if (check.name == column.name && is_column_check(table, check))
      out += " CHECK (" + check.expression + ")";
  return out;
}

Result<std::string> TableSql::index_parts(const TableName& name, const Index& index) const {
  std::vector<std::string> parts;
  for (const auto& part : index.parts) {
    std::string text = part.column.empty() ? "(" + part.expression + ")" : quoted(part.column);
    if (part.column.empty() && !is_mysql())
      return unsupported_error("index " + name.table + "." + name_of(name, index) + " is on an expression",
                               "MariaDB has no such indexes; make a generated column and index that");
    if (part.prefix_length) text += "(" + std::to_string(*part.prefix_length) + ")";
    if (part.descending) text += " DESC";
    parts.push_back(std::move(text));
  }
  return "(" + join(parts, ", ") + ")";
}

Result<std::string> TableSql::index(const TableName& name, const Index& index) const {
  TRY(const auto kind, index_kind(name, index));
  TRY(const auto parts, index_parts(name, index));
  std::string out = kind + "KEY " + quoted(name_of(name, index));
  if (index.method == "hash") out += " USING HASH";
  out += " " + parts;
  if (!index.options.empty()) out += " " + index.options;
  if (!index.comment.empty()) out += " COMMENT " + text(index.comment);
  if (index.invisible) out += is_mysql() ? " INVISIBLE" : " IGNORED";
  return out;
}

Result<std::string> TableSql::foreign_key(const TableName& name, const ForeignKey& key) const {
  if (key.on_delete == ForeignKeyAction::set_default || key.on_update == ForeignKeyAction::set_default)
    return unsupported_error("foreign key " + name.table + "." + name_of(name, key) + " sets defaults",
                             "InnoDB knows CASCADE, SET NULL and NO ACTION");
  const std::string schema = key.referenced_schema.empty() ? name.schema : key.referenced_schema;
  std::string out = "CONSTRAINT " + quoted(name_of(name, key)) + " FOREIGN KEY " + list(key.columns) +
                    " REFERENCES " + quoted(TableName{schema, key.referenced_table}) + " " +
                    list(key.referenced_columns);
  // NO ACTION and RESTRICT are the same here, and both are what nothing said means.
  for (const auto& [word, action] :
       {std::pair(" ON DELETE ", key.on_delete), std::pair(" ON UPDATE ", key.on_update)})
    if (action == ForeignKeyAction::cascade || action == ForeignKeyAction::set_null)
      out += word + std::string(foreign_key_action_sql(action));
  return out;
}

Result<std::string> TableSql::check(const TableName& name, const Check& check) const {
  if (!features_.check_constraints)
    return unsupported_error(
        "the check " + name.table + "." + check.name + " would not be enforced by this server",
        "leave it out, or use MySQL 8.0.16 or MariaDB 10.2");
  if (!check.is_enforced && !is_mysql())
    return unsupported_error("the check " + name.table + "." + check.name + " is not to be enforced",
                             "MariaDB enforces every check: leave it out");
  const std::string constraint = check.name.empty() ? "" : "CONSTRAINT " + quoted(check.name) + " ";
  return constraint + "CHECK (" + check.expression + ")" + (check.is_enforced ? "" : " NOT ENFORCED");
}

std::string TableSql::table_options(const Table& table) const {
  std::string out;
  if (!table.options.storage_engine.empty()) out += " ENGINE=" + table.options.storage_engine;
  for (const auto& column : table.columns)
    if (column.identity != Identity::none && column.identity_next && *column.identity_next > 1)
      out += " AUTO_INCREMENT=" + std::to_string(*column.identity_next);
  if (!table.options.collation.empty()) out += " COLLATE=" + table.options.collation;
  if (!table.options.storage.empty()) out += " " + table.options.storage;
  if (!table.comment.empty()) out += " COMMENT=" + text(table.comment);
  if (table.options.system_versioned) out += " WITH SYSTEM VERSIONING";
  if (!table.options.partition_by.empty()) out += "\nPARTITION BY " + table.options.partition_by;
  return out;
}

Result<std::string> TableSql::create_table(const TableName& name, const Table& table,
                                           bool with_foreign_keys) const {
  std::vector<std::string> lines;
  for (const auto& one : table.columns) {
    TRY(auto definition, column(name, one, table));
    lines.push_back(std::move(definition));
    if (one.identity != Identity::none && !begins_a_key(table, one.name))
      return unsupported_error(
          "column " + name.table + "." + one.name + " counts by itself and begins no key",
          "MySQL and MariaDB demand an index on it: add one");
  }
  if (table.primary_key) lines.push_back("PRIMARY KEY " + list(table.primary_key->columns));
  for (const auto& one : table.indexes) {
    TRY(auto definition, index(name, one));
    lines.push_back(std::move(definition));
  }
  for (const auto& one : table.checks) {
    if (is_column_check(table, one)) continue;  // stands with its column
    TRY(auto definition, check(name, one));
    lines.push_back(std::move(definition));
  }
  if (with_foreign_keys)
    for (const auto& key : table.foreign_keys) {
      TRY(auto definition, foreign_key(name, key));
      lines.push_back(std::move(definition));
    }
  if (const auto period = period_of(table, *this); !period.empty()) lines.push_back(period);
  return "CREATE TABLE " + quoted(name) + " (\n  " + join(lines, ",\n  ") + "\n)" + table_options(table);
}

}  // namespace bascule::mysql
