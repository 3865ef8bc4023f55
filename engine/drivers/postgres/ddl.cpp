#include "engine/drivers/postgres/ddl.h"

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/dialect/sql_writer.h"

namespace bascule::postgres {
namespace {

// A collation that the search path does not find is read quoted, with its schema.
std::string quoted_collation(const std::string& collation) {
  return collation.starts_with('"') ? collation : quoted(collation);
}

// The pseudo-type makes sequence, default and ownership in one.
std::string serial_type(const Column& column) {
  const auto* integer = column.type.get<type::Int>();
  if (integer && integer->bytes == 2) return "smallserial";
  if (integer && integer->bytes == 8) return "bigserial";
  return "serial";
}

std::string after(std::string_view word, const std::string& text) {
  return text.empty() ? "" : std::string(word) + text;
}

std::string include(const std::vector<std::string>& columns) {
  return columns.empty() ? "" : " INCLUDE " + column_list(columns);
}

std::string deferral(bool deferrable, bool initially_deferred) {
  if (initially_deferred) return " DEFERRABLE INITIALLY DEFERRED";
  return deferrable ? " DEFERRABLE" : "";
}

std::string index_parts(const Index& index) {
  std::string list;
  for (const IndexPart& part : index.parts) {
    list += list.empty() ? "" : ", ";
    list += part.column.empty() ? "(" + part.expression + ")" : quoted(part.column);
    if (!part.collation.empty()) list += " COLLATE " + quoted_collation(part.collation);
    if (!part.operator_class.empty()) list += " " + part.operator_class;
    if (part.descending) list += " DESC";
    if (part.nulls_first) list += *part.nulls_first ? " NULLS FIRST" : " NULLS LAST";
  }
  return "(" + list + ")";
}

std::string check_clause(const Check& check) {
  return fmt::format("CHECK ({}){}{}{}", check.expression, check.no_inherit ? " NO INHERIT" : "",
                     check.is_enforced ? "" : " NOT ENFORCED",
                     check.is_validated || !check.is_enforced ? "" : " NOT VALID");
}

std::string constraint(const std::string& name, const std::string& clause) {
  return "CONSTRAINT " + quoted(name) + " " + clause;
}

// A parent in the table's own schema is named without it.
std::string parent_name(const std::string& schema, const std::string& parent) {
  for (const Token& token : tokenize(parent, postgres().lexer))
    if (token.kind == TokenKind::punctuation && parent[token.offset] == '.') return parent;
  return quoted(schema) + "." + parent;
}

// CREATE TABLE makes one constraint of several that say the same; ALTER TABLE makes each.
bool is_repeated(const Table& table, const Index& index) {
  const std::string clause = unique_clause(index);
  if (table.primary_key &&
      "PRIMARY KEY" + clause.substr(clause.find(" (")) == primary_key_clause(*table.primary_key))
    return true;
  for (const Index& earlier : table.indexes) {
    if (&earlier == &index) return false;
    if (earlier.is_constraint && unique_clause(earlier) == clause) return true;
  }
  return false;
}

std::string create_table(const TableName& name, const Table& table, const Features& features) {
  std::vector<std::string> parts;
  for (const Column& column : table.columns) parts.push_back(column_definition(column, features));
  if (table.primary_key)
    parts.push_back(constraint(name_of(name, *table.primary_key), primary_key_clause(*table.primary_key)));
  for (const Index& index : table.indexes)
    if (index.is_constraint && !is_repeated(table, index))
      parts.push_back(constraint(name_of(name, index), unique_clause(index)));
  for (const Check& check : table.checks)  // one that is not validated comes afterwards, to stay so
    if (check.is_validated)
      parts.push_back(check.name.empty() ? check_clause(check) : constraint(check.name, check_clause(check)));
  std::string sql =
      fmt::format("CREATE {}TABLE {} (", table.options.unlogged ? "UNLOGGED " : "", quoted(name));
  sql += parts.empty() ? ")" : "\n  " + join(parts, ",\n  ") + "\n)";
  std::vector<std::string> parents;
  for (const std::string& parent : table.options.inherits)
    parents.push_back(parent_name(name.schema, parent));
  if (!parents.empty()) sql += " INHERITS (" + join(parents, ", ") + ")";
  sql += after(" PARTITION BY ", table.options.partition_by);
  if (!table.options.storage.empty()) sql += " WITH (" + table.options.storage + ")";
  return sql;
}

}  // namespace

const Dialect& postgres() {
  return dialect(Flavor::postgres);
}

std::string quoted(std::string_view name) {
  return quote_identifier(name, postgres());
}

std::string quoted(const TableName& name) {
  return quote_qualified(name.schema, name.table, postgres());
}

std::string quoted_text(std::string_view text) {
  return quote_literal(text, postgres());
}

std::string column_list(const std::vector<std::string>& columns) {
  std::string list;
  for (const std::string& column : columns) list += (list.empty() ? "" : ", ") + quoted(column);
  return "(" + list + ")";
}

std::string display(const TableName& name) {
  return name.schema + "." + name.table;
}

std::string made_name(const TableName& name, const std::vector<std::string>& columns,
                      std::string_view suffix) {
  std::string made = name.table;
  for (const std::string& column : columns) made += "_" + column;
  const std::size_t room = postgres().max_identifier - suffix.size() - 1;
  while (made.size() > room) made.pop_back();
  while (!is_valid_utf8(made)) made.pop_back();
  return made + "_" + std::string(suffix);
}

std::string name_of(const TableName& table, const Index& index) {
  if (!index.name.empty()) return index.name;
  std::vector<std::string> columns;
  for (const IndexPart& part : index.parts) columns.push_back(part.column.empty() ? "expr" : part.column);
  return made_name(table, columns, index.is_constraint ? "key" : "idx");
}

std::string name_of(const TableName& table, const ForeignKey& key) {
  return key.name.empty() ? made_name(table, key.columns, "fkey") : key.name;
}

std::string name_of(const TableName& table, const PrimaryKey& key) {
  return key.name.empty() ? made_name(table, {}, "pkey") : key.name;
}

std::string name_of(const TableName& table, const Check& check) {
  return check.name.empty() ? made_name(table, {}, "check") : check.name;
}

std::string type_and_collation(const Column& column) {
  return column.native_type +
         (column.collation.empty() ? "" : " COLLATE " + quoted_collation(column.collation));
}

std::string identity_clause(const Column& column) {
  return fmt::format("GENERATED {} AS IDENTITY{}{}{}",
                     column.identity == Identity::always ? "ALWAYS" : "BY DEFAULT",
                     column.identity_options.empty() ? "" : " (", column.identity_options,
                     column.identity_options.empty() ? "" : ")");
}

std::string column_definition(const Column& column, const Features& features) {
  std::string sql = quoted(column.name) + " ";
  sql += column.identity == Identity::serial ? serial_type(column) : type_and_collation(column);
  switch (column.identity) {
    case Identity::by_default:
    case Identity::rowid:
    case Identity::always:
      sql += " " + identity_clause(column);
      break;
    case Identity::serial:
      break;
    case Identity::none:
      if (column.generated)
        sql += " GENERATED ALWAYS AS (" + column.generated->expression + ")" +
               (column.generated->stored || !features.virtual_generated_columns ? " STORED" : " VIRTUAL");
      else if (column.default_sql)
        sql += " DEFAULT " + *column.default_sql;
  }
  if (!column.nullable) sql += " NOT NULL";
  return sql;
}

std::string unique_clause(const Index& index) {
  return fmt::format("UNIQUE {}{}{}{}{}", index.nulls_not_distinct ? "NULLS NOT DISTINCT " : "",
                     index_parts(index), include(index.include), after(" ", index.options),
                     deferral(index.deferrable, index.initially_deferred));
}

std::string primary_key_clause(const PrimaryKey& key) {
  return "PRIMARY KEY " + column_list(key.columns) + include(key.include) +
         deferral(key.deferrable, key.initially_deferred);
}

std::string add_index(const TableName& table, const Index& index, std::string_view concurrently) {
  const std::string name = quoted(name_of(table, index));
  if (index.is_constraint)
    return fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {}", quoted(table), name, unique_clause(index));
  return fmt::format("CREATE {}INDEX {}{} ON {}{} {}{}{}{}{}", index.unique ? "UNIQUE " : "", concurrently,
                     name, quoted(table), index.method.empty() ? "" : " USING " + quoted(index.method),
                     index_parts(index), include(index.include),
                     index.nulls_not_distinct ? " NULLS NOT DISTINCT" : "", after(" ", index.options),
                     after(" WHERE ", index.where));
}

std::string drop_index(const TableName& table, const Index& index) {
  const std::string name = name_of(table, index);
  if (index.is_constraint) return drop_constraint(table, name);
  return "DROP INDEX " + quote_qualified(table.schema, name, postgres());
}

std::string add_foreign_key(const TableName& table, const ForeignKey& key) {
  const std::string& schema = key.referenced_schema.empty() ? table.schema : key.referenced_schema;
  std::string sql = fmt::format("ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY {} REFERENCES {}",
                                quoted(table), quoted(name_of(table, key)), column_list(key.columns),
                                quote_qualified(schema, key.referenced_table, postgres()));
  if (!key.referenced_columns.empty()) sql += " " + column_list(key.referenced_columns);
  if (key.match_full) sql += " MATCH FULL";
  if (key.on_delete != ForeignKeyAction::no_action)
    sql += fmt::format(" ON DELETE {}", foreign_key_action_sql(key.on_delete));
  if (key.on_update != ForeignKeyAction::no_action)
    sql += fmt::format(" ON UPDATE {}", foreign_key_action_sql(key.on_update));
  sql += deferral(key.deferrable, key.initially_deferred);
  if (!key.is_validated) sql += " NOT VALID";
  return sql;
}

std::string add_check(const TableName& table, const Check& check) {
  return fmt::format("ALTER TABLE {} ADD {}", quoted(table),
                     constraint(name_of(table, check), check_clause(check)));
}

std::string drop_constraint(const TableName& table, std::string_view name) {
  return fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", quoted(table), quoted(name));
}

std::string quoted_routine(const TableName& name, ObjectKind kind) {
  const std::size_t arguments = name.table.find('(');
  if (arguments == std::string::npos) return quoted(name);
  if (kind == ObjectKind::aggregate && name.table.ends_with("()"))
    return quoted({name.schema, name.table.substr(0, arguments)}) + "(*)";
  return quoted({name.schema, name.table.substr(0, arguments)}) + name.table.substr(arguments);
}

std::string comment_target(const TableName& name, ObjectKind on, std::string_view part, bool is_constraint) {
  const auto words = [&](const std::string& object) {
    return fmt::format("{} {}", object_kind_sql(on), object);
  };
  switch (on) {
    case ObjectKind::schema:
      return words(quoted(name.schema));
    case ObjectKind::column:
      return words(quoted(name) + "." + quoted(part));
    case ObjectKind::index:
      if (is_constraint) return "CONSTRAINT " + quoted(part) + " ON " + quoted(name);
      return words(quote_qualified(name.schema, part, postgres()));
    case ObjectKind::trigger:
    case ObjectKind::policy:
      return words(quoted(part) + " ON " + quoted(name));
    case ObjectKind::function:
    case ObjectKind::procedure:
    case ObjectKind::aggregate:
      return words(quoted_routine(name, on));
    case ObjectKind::extension:
      return words(quoted(name.table.empty() ? part : name.table));
    case ObjectKind::table:
    case ObjectKind::view:
    case ObjectKind::materialized_view:
    case ObjectKind::sequence:
    case ObjectKind::domain:
    case ObjectKind::enum_:
      break;
  }
  return words(quoted(name));
}

std::string comment_on(std::string_view target, std::string_view text) {
  return fmt::format("COMMENT ON {} IS {}", target, text.empty() ? "NULL" : quoted_text(text));
}

std::vector<Step> table_steps(const TableName& name, const Table& table, const Features& features) {
  std::vector<Step> steps;
  const auto step = [&](std::string sql, std::string undo_sql) {
    steps.push_back({std::move(sql), std::move(undo_sql)});
  };
  const auto comment = [&](ObjectKind on, const std::string& part, bool is_constraint,
                           const std::string& text) {
    if (text.empty()) return;
    const std::string target = comment_target(name, on, part, is_constraint);
    step(comment_on(target, text), comment_on(target, ""));
  };
  step(create_table(name, table, features), "DROP TABLE " + quoted(name));
  for (const Partition& partition : table.partitions) {
    const std::string part = quoted({name.schema, partition.name});
    step(fmt::format("CREATE TABLE {} PARTITION OF {} {}", part, quoted(name), partition.bound),
         "DROP TABLE " + part);
  }
  for (const Check& check : table.checks)
    if (!check.is_validated) step(add_check(name, check), drop_constraint(name, name_of(name, check)));
  for (const Index& index : table.indexes) {
    if (!index.is_constraint || is_repeated(table, index))
      step(add_index(name, index), drop_index(name, index));
    comment(ObjectKind::index, name_of(name, index), index.is_constraint, index.comment);
  }
  if (table.options.row_security)
    step("ALTER TABLE " + quoted(name) + " ENABLE ROW LEVEL SECURITY",
         "ALTER TABLE " + quoted(name) + " DISABLE ROW LEVEL SECURITY");
  if (table.options.force_row_security)
    step("ALTER TABLE " + quoted(name) + " FORCE ROW LEVEL SECURITY",
         "ALTER TABLE " + quoted(name) + " NO FORCE ROW LEVEL SECURITY");
  comment(ObjectKind::table, "", false, table.comment);
  for (const Column& column : table.columns) {
    comment(ObjectKind::column, column.name, false, column.comment);
    if (column.identity == Identity::none) continue;
    for (Step& made : sequence_steps(name, column)) steps.push_back(std::move(made));
  }
  return steps;
}

std::string as_one_statement(const std::vector<std::string>& statements) {
  if (statements.size() == 1) return statements.front();
  std::string body = "BEGIN\n";
  for (const std::string& statement : statements) body += "  EXECUTE " + quoted_text(statement) + ";\n";
  return "DO LANGUAGE plpgsql " + quoted_text(body + "END");
}

}  // namespace bascule::postgres
