#include "engine/drivers/mysql/plan.h"

#include <algorithm>
#include <utility>

#include "engine/base/overloaded.h"
#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/dialect/sql_writer.h"
#include "engine/dialect/type_map.h"

namespace bascule::mysql {
namespace {

// https://dev.mysql.com/doc/refman/9.4/en/create-table.html, https://mariadb.com/kb/en/create-table/
class Planner {
 public:
  Planner(const Schema& have, const Features& features)
      : have_(have), features_(features), dialect_(dialect(features.flavor)) {}

  Result<Step> plan(const Change& change) const {
    return std::visit([&](const auto& one) { return step(one); }, change);
  }

 private:
  bool is_mysql() const { return features_.flavor == Flavor::mysql; }
  SqlWriter sql() const { return SqlWriter(dialect_); }

  std::string quoted(std::string_view name) const { return quote_identifier(name, dialect_); }
  std::string quoted(const TableName& name) const {
    return quote_qualified(name.schema == have_.default_namespace ? "" : name.schema, name.table, dialect_);
  }
  std::string list(const std::vector<std::string>& columns) const {
    std::vector<std::string> names;
    for (const auto& column : columns) names.push_back(quoted(column));
    return "(" + join(names, ", ") + ")";
  }
  std::string alter(const TableName& name) const { return "ALTER TABLE " + quoted(name) + " "; }

  // DDL commits, so no statement here belongs into a transaction.
  static Step make_step(std::string statement, std::string undo, bool loses = false,
                        std::string comment = {}) {
    return {std::move(statement), std::move(undo), std::move(comment), loses, false};
  }

  Result<Step> step(const change::AddTable& change) const;
  Result<Step> step(const change::DropTable& change) const;
  Result<Step> step(const change::AddColumn& change) const;
  Result<Step> step(const change::DropColumn& change) const;
  Result<Step> step(const change::AlterColumn& change) const;
  Result<Step> step(const change::AddIndex& change) const;
  Result<Step> step(const change::DropIndex& change) const;
  Result<Step> step(const change::AddForeignKey& change) const;
  Result<Step> step(const change::DropForeignKey& change) const;
  Result<Step> step(const change::AlterPrimaryKey& change) const;
  template <typename Other>
  Result<Step> step(const Other& change) const {
    return unsupported_error(change_kind(Change(change)) + " is not planned", "");
  }

  Result<std::string> create_table(const TableName& name, const Table& table) const;
  Result<std::string> column_definition(const TableName& name, const Column& column) const;
  std::string default_of(const Column& column) const;
  Result<std::string> index_parts(const TableName& name, const Index& index) const;
  Result<std::string> create_index(const TableName& name, const Index& index) const;
  Result<std::string> add_foreign_key(const TableName& name, const ForeignKey& key) const;
  std::string drop_foreign_key(const TableName& name, const ForeignKey& key) const;
  const Table* find_table(const TableName& name) const {
    const Namespace* space = have_.find_namespace(name.schema);
    return space == nullptr ? nullptr : space->find_table(name.table);
  }

  const Schema& have_;
  const Features& features_;
  const Dialect& dialect_;
};

// A name for what SQLite leaves without one, cut to what the server allows.
std::string made_up_name(std::string_view table, const std::vector<std::string>& columns,
                         std::string_view ending) {
  constexpr std::size_t max_name = 64;
  const std::string name = std::string(table) + "_" + join(columns, "_");
  return name.substr(0, max_name - ending.size()) + std::string(ending);
}

std::string name_of(const TableName& table, const Index& index) {
  if (!index.name.empty()) return index.name;
  std::vector<std::string> columns;
  for (const auto& part : index.parts) columns.push_back(part.column.empty() ? "expr" : part.column);
  return made_up_name(table.table, columns, index.unique ? "_key" : "_idx");
}

std::string name_of(const TableName& table, const ForeignKey& key) {
  return key.name.empty() ? made_up_name(table.table, key.columns, "_fkey") : key.name;
}

bool begins_a_key(const Table& table, const std::string& column) {
  if (table.primary_key && !table.primary_key->columns.empty() && table.primary_key->columns[0] == column)
    return true;
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const Index& index) {
    return !index.parts.empty() && index.parts[0].column == column && index.method.empty();
  });
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

std::string Planner::default_of(const Column& column) const {
  const std::string& expression = *column.default_sql;
  const bool parenthesised = expression.starts_with('(');
  const bool plain = is_plain_default(expression, dialect_);
  // MySQL takes expressions, and any default of a large object, only in parentheses.
  if (is_mysql() && !parenthesised && (!plain || is_large_object(column))) return "(" + expression + ")";
  return expression;
}

Result<std::string> Planner::column_definition(const TableName& name, const Column& column) const {
  std::string out = quoted(column.name) + " ";
  out += column.native_type.empty() ? spell_type(column.type, features_) : column.native_type;
  if (!column.collation.empty()) out += " COLLATE " + column.collation;
  if (column.generated) {
    out += " GENERATED ALWAYS AS (" + column.generated->expression + ")";
    out += column.generated->stored ? " STORED" : " VIRTUAL";
    if (is_mysql() && !column.nullable) out += " NOT NULL";  // MariaDB knows no NOT NULL here
  } else {
    out += column.nullable ? " NULL" : " NOT NULL";
    if (column.identity == Identity::none && column.default_sql) out += " DEFAULT " + default_of(column);
    if (column.on_update) out += " ON UPDATE " + *column.on_update;
    if (column.identity != Identity::none) out += " AUTO_INCREMENT";
  }
  if (column.identity != Identity::none && !column.type.is<type::Int>() && !column.type.is<type::Float>())
    return unsupported_error("column " + name.table + "." + column.name + " of type " +
                                 type_name(column.type) + " cannot count by itself",
                             "AUTO_INCREMENT needs an integer type");
  if (!column.comment.empty()) out += " COMMENT " + quote_plain_string(column.comment, dialect_);
  return out;
}

Result<std::string> Planner::index_parts(const TableName& name, const Index& index) const {
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

// [UNIQUE] and the kind, as before INDEX or KEY; nothing if the server has no such index.
Result<std::string> index_kind(const TableName& name, const Index& index) {
  const std::string object = "index " + name.table + "." + name_of(name, index);
  if (!index.where.empty())
    return unsupported_error(object + " covers only some rows (WHERE)",
                             "MySQL and MariaDB have no partial indexes");
  if (index.method == "fulltext" || index.method == "spatial") return to_upper(index.method) + " ";
  if (!index.method.empty() && index.method != "btree" && index.method != "hash")
    return unsupported_error(object + " is of the kind " + index.method,
                             "MySQL and MariaDB have btree, hash, fulltext and spatial indexes");
  return std::string(index.unique ? "UNIQUE " : "");
}

Result<std::string> Planner::create_index(const TableName& name, const Index& index) const {
  TRY(const auto kind, index_kind(name, index));
  TRY(const auto parts, index_parts(name, index));
  const std::string method = index.method == "hash" ? " USING HASH" : "";
  return "CREATE " + kind + "INDEX " + quoted(name_of(name, index)) + method + " ON " + quoted(name) + " " +
         parts;
}

Result<std::string> Planner::create_table(const TableName& name, const Table& table) const {
  std::vector<std::string> lines;
  std::string options;
  for (const auto& column : table.columns) {
    TRY(auto definition, column_definition(name, column));
    lines.push_back(std::move(definition));
    if (column.identity == Identity::none) continue;
    if (!begins_a_key(table, column.name))
      return unsupported_error(
          "column " + name.table + "." + column.name + " counts by itself and begins no key",
          "MySQL and MariaDB demand an index on it: add one");
    if (column.identity_next && *column.identity_next > 1)
      options += " AUTO_INCREMENT=" + std::to_string(*column.identity_next);
  }
  if (table.primary_key) lines.push_back("PRIMARY KEY " + list(table.primary_key->columns));
  for (const auto& index : table.indexes) {
    TRY(const auto kind, index_kind(name, index));
    TRY(const auto parts, index_parts(name, index));
    const std::string method = index.method == "hash" ? " USING HASH" : "";
    lines.push_back(kind + "KEY " + quoted(name_of(name, index)) + method + " " + parts);
  }
  for (const auto& check : table.checks) {
    if (!features_.check_constraints)
      return unsupported_error(
          "the check " + name.table + "." + check.name + " would not be enforced by this server",
          "leave it out, or use MySQL 8.0.16 or MariaDB 10.2");
    const std::string constraint = check.name.empty() ? "" : "CONSTRAINT " + quoted(check.name) + " ";
    lines.push_back(constraint + "CHECK (" + check.expression + ")");
  }
  if (!table.comment.empty()) options += " COMMENT=" + quote_plain_string(table.comment, dialect_);
  return "CREATE TABLE " + quoted(name) + " (\n  " + join(lines, ",\n  ") + "\n)" + options;
}

Result<Step> Planner::step(const change::AddTable& change) const {
  TRY(auto create, create_table(change.name, change.table));
  return make_step(std::move(create), "DROP TABLE " + quoted(change.name));
}

Result<Step> Planner::step(const change::DropTable& change) const {
  TRY(auto create, create_table(change.name, change.table));
  return make_step("DROP TABLE " + quoted(change.name), std::move(create), true,
                   "the way back gives an empty table");
}

Result<Step> Planner::step(const change::AddColumn& change) const {
  if (change.column.identity != Identity::none)
    return unsupported_error("column " + change.name.table + "." + change.column.name +
                                 " counts by itself, and its key comes only after it",
                             "make the table anew, or add the column and its key in one ALTER TABLE by hand");
  TRY(const auto definition, column_definition(change.name, change.column));
  return make_step(alter(change.name) + "ADD COLUMN " + definition,
                   alter(change.name) + "DROP COLUMN " + quoted(change.column.name));
}

Result<Step> Planner::step(const change::DropColumn& change) const {
  TRY(const auto definition, column_definition(change.name, change.column));
  return make_step(
      alter(change.name) + "DROP COLUMN " + quoted(change.column.name),
      alter(change.name) + "ADD COLUMN " + definition, !change.column.generated,
      change.column.generated ? "" : "the way back gives an empty column, at the end of the table");
}

Result<Step> Planner::step(const change::AlterColumn& change) const {
  TRY(const auto from, column_definition(change.name, change.from));
  TRY(const auto to, column_definition(change.name, change.to));
  const auto is_virtual = [](const Column& column) { return column.generated && !column.generated->stored; };
  const std::string column = quoted(change.to.name);
  if (is_virtual(change.from) != is_virtual(change.to) && change.from.generated && change.to.generated)
    return make_step(alter(change.name) + "DROP COLUMN " + column + ", ADD COLUMN " + to,
                     alter(change.name) + "DROP COLUMN " + column + ", ADD COLUMN " + from, false,
                     "the column moves to the end of the table");
  if (is_virtual(change.from) != is_virtual(change.to))
    return unsupported_error("column " + change.name.table + "." + change.to.name +
                                 " cannot be made virtual, or a virtual one be made real",
                             "drop it and add it anew");
  return make_step(alter(change.name) + "MODIFY COLUMN " + to, alter(change.name) + "MODIFY COLUMN " + from,
                   loses_data(Change(change)));
}

Result<Step> Planner::step(const change::AddIndex& change) const {
  TRY(auto create, create_index(change.name, change.index));
  return make_step(std::move(create),
                   "DROP INDEX " + quoted(name_of(change.name, change.index)) + " ON " + quoted(change.name));
}

Result<Step> Planner::step(const change::DropIndex& change) const {
  TRY(auto create, create_index(change.name, change.index));
  return make_step("DROP INDEX " + quoted(name_of(change.name, change.index)) + " ON " + quoted(change.name),
                   std::move(create));
}

Result<std::string> Planner::add_foreign_key(const TableName& name, const ForeignKey& key) const {
  if (key.on_delete == ForeignKeyAction::set_default || key.on_update == ForeignKeyAction::set_default)
    return unsupported_error("foreign key " + name.table + "." + name_of(name, key) + " sets defaults",
                             "InnoDB knows CASCADE, SET NULL and NO ACTION");
  const std::string schema = key.referenced_schema.empty() ? name.schema : key.referenced_schema;
  std::string out = alter(name) + "ADD CONSTRAINT " + quoted(name_of(name, key)) + " FOREIGN KEY " +
                    list(key.columns) + " REFERENCES " + quoted(TableName{schema, key.referenced_table}) +
                    " " + list(key.referenced_columns);
  // NO ACTION and RESTRICT are the same here, and both are what nothing said means.
  for (const auto& [word, action] :
       {std::pair(" ON DELETE ", key.on_delete), std::pair(" ON UPDATE ", key.on_update)})
    if (action == ForeignKeyAction::cascade || action == ForeignKeyAction::set_null)
      out += word + std::string(foreign_key_action_sql(action));
  return out;
}

// Together with the index that InnoDB made for the key (inspect does not show it): it is there if no other
// index begins with the key's columns.
std::string Planner::drop_foreign_key(const TableName& name, const ForeignKey& key) const {
  const std::string quoted_key = quoted(name_of(name, key));
  const std::string drop = alter(name) + "DROP FOREIGN KEY " + quoted_key;
  const Table* table = find_table(name);
  if (table == nullptr) return drop;
  const auto starts_with_key = [&](const auto& columns) {
    return columns.size() >= key.columns.size() &&
           std::is_permutation(key.columns.begin(), key.columns.end(), columns.begin());
  };
  if (table->primary_key && starts_with_key(table->primary_key->columns)) return drop;
  for (const auto& index : table->indexes) {
    std::vector<std::string> columns;
    for (const auto& part : index.parts) columns.push_back(part.column);
    if (index.method.empty() && starts_with_key(columns)) return drop;
  }
  for (const auto& other : table->foreign_keys)
    if (other.name != key.name && starts_with_key(other.columns)) return drop;
  return drop + ", DROP INDEX " + quoted_key;
}

Result<Step> Planner::step(const change::AddForeignKey& change) const {
  TRY(auto add, add_foreign_key(change.name, change.key));
  std::string comment = change.key.deferrable ? "checked at once: InnoDB cannot defer a foreign key" : "";
  return make_step(std::move(add), drop_foreign_key(change.name, change.key), false, std::move(comment));
}

Result<Step> Planner::step(const change::DropForeignKey& change) const {
  TRY(auto add, add_foreign_key(change.name, change.key));
  return make_step(drop_foreign_key(change.name, change.key), std::move(add));
}

Result<Step> Planner::step(const change::AlterPrimaryKey& change) const {
  const auto statement = [&](const std::optional<PrimaryKey>& from, const std::optional<PrimaryKey>& to) {
    std::vector<std::string> parts;
    if (from) parts.emplace_back("DROP PRIMARY KEY");
    if (to) parts.push_back("ADD PRIMARY KEY " + list(to->columns));
    return alter(change.name) + join(parts, ", ");
  };
  return make_step(statement(change.from, change.to), statement(change.to, change.from));
}

}  // namespace

Result<PlannedSteps> plan_changes(std::span<const Change> changes, const Schema& have,
                                  const Features& features) {
  const Planner planner(have, features);
  PlannedSteps planned;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    TRY(auto step, planner.plan(changes[i]));
    step.change = i;
    planned.steps.push_back(std::move(step));
  }
  return planned;
}

}  // namespace bascule::mysql
