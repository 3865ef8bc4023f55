// Indexes, foreign keys and checks of the catalog.
#include <algorithm>
#include <map>
#include <tuple>

#include "engine/base/text.h"
#include "engine/drivers/mysql/catalog.h"
#include "engine/drivers/mysql/column_type.h"
#include "engine/drivers/mysql/table_keys.h"

namespace bascule::mysql {
namespace {

// https://dev.mysql.com/doc/refman/9.4/en/information-schema-statistics-table.html; EXPRESSION and IS_VISIBLE
// are MySQL's, IGNORED is MariaDB's: https://mariadb.com/kb/en/information-schema-statistics-table/
constexpr std::string_view statistics_sql =
    "SELECT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name, INDEX_NAME AS index_name, "
    "NON_UNIQUE AS non_unique, COLUMN_NAME AS column_name, COLLATION AS direction, SUB_PART AS sub_part, "
    "INDEX_TYPE AS index_type, INDEX_COMMENT AS index_comment";

// Two queries and a join here: the server's own join of the two views can take the square of their sizes.
constexpr std::string_view key_columns_sql =
    "SELECT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name, CONSTRAINT_NAME AS constraint_name, "
    "COLUMN_NAME AS column_name, REFERENCED_TABLE_SCHEMA AS referenced_schema, "
    "REFERENCED_TABLE_NAME AS referenced_table, REFERENCED_COLUMN_NAME AS referenced_column "
    "FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL AND ";
constexpr std::string_view rules_sql =
    "SELECT CONSTRAINT_SCHEMA AS table_schema, TABLE_NAME AS table_name, CONSTRAINT_NAME AS constraint_name, "
    "UPDATE_RULE AS update_rule, DELETE_RULE AS delete_rule FROM information_schema.REFERENTIAL_CONSTRAINTS "
    "WHERE ";

// MariaDB's view names the table and the level; MySQL's has neither, but names are unique in a schema there.
constexpr std::string_view mariadb_checks_sql =
    "SELECT CONSTRAINT_SCHEMA AS table_schema, TABLE_NAME AS table_name, CONSTRAINT_NAME AS constraint_name, "
    "CHECK_CLAUSE AS check_clause, 'YES' AS enforced FROM information_schema.CHECK_CONSTRAINTS WHERE ";
constexpr std::string_view mysql_clauses_sql =
    "SELECT CONSTRAINT_SCHEMA AS table_schema, CONSTRAINT_NAME AS constraint_name, CHECK_CLAUSE AS "
    "check_clause FROM information_schema.CHECK_CONSTRAINTS WHERE ";
constexpr std::string_view mysql_checks_sql =
    "SELECT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name, CONSTRAINT_NAME AS constraint_name, "
    "NULL AS check_clause, ENFORCED AS enforced FROM information_schema.TABLE_CONSTRAINTS "
    "WHERE CONSTRAINT_TYPE = 'CHECK' AND ";

// InnoDB does the same for RESTRICT and NO ACTION, and which of them stands for "nothing said" differs by
// flavour.
ForeignKeyAction action_of(std::string_view rule) {
  if (rule == "CASCADE") return ForeignKeyAction::cascade;
  if (rule == "SET NULL") return ForeignKeyAction::set_null;
  if (rule == "SET DEFAULT") return ForeignKeyAction::set_default;
  return ForeignKeyAction::no_action;
}

std::string method_of(std::string_view index_type) {
  return index_type == "BTREE" ? std::string() : to_lower(index_type);
}

IndexPart part_of(const TextRow& row) {
  IndexPart part;
  part.column = text_of(row, 4);
  if (part.column.empty()) part.expression = without_outer_parentheses(unescape_expression(text_of(row, 10)));
  part.descending = text_of(row, 5) == "D";
  if (text_of(row, 7) != "SPATIAL")  // whose prefix of 32 is none
    if (const auto length = parse_integer(text_of(row, 6))) part.prefix_length = static_cast<int>(*length);
  return part;
}

// Every unique index is a constraint to the server; those that no constraint elsewhere can say stay indexes.
bool is_constraint(const Index& index) {
  return index.unique && std::all_of(index.parts.begin(), index.parts.end(), [](const IndexPart& part) {
           return part == IndexPart{.column = part.column};
         });
}

bool is_made_for(const Index& index, const ForeignKey& key) {
  if (index.name != key.name || index.unique || !index.method.empty() || index.invisible ||
      !index.comment.empty())
    return false;
  const auto is_plain = [](const IndexPart& part, const std::string& column) {
    return part == IndexPart{.column = column};
  };
  return std::equal(index.parts.begin(), index.parts.end(), key.columns.begin(), key.columns.end(), is_plain);
}

// InnoDB makes an index of the key's name for a foreign key that no other index serves, and drops it again
// when one comes. It belongs to the key: a copy that makes the key gets it too.
void hide_made_index(Table& table, const ForeignKey& key, Flavor flavor) {
  const auto made = std::find_if(table.indexes.begin(), table.indexes.end(),
                                 [&](const Index& index) { return is_made_for(index, key); });
  if (made == table.indexes.end()) return;
  const Index index = *made;
  const auto place = table.indexes.erase(made);
  if (is_served(table, key, flavor)) table.indexes.insert(place, index);
}

void add_to_primary_key(Catalog& catalog, const TextRow& row, Table& table) {
  if (!table.primary_key) table.primary_key.emplace();
  table.primary_key->columns.push_back(text_of(row, 4));
  if (!text_of(row, 6).empty())
    catalog.show(text_of(row, 0), table.name, "prefix of " + text_of(row, 4) + " in the primary key");
  if (text_of(row, 5) == "D")
    catalog.show(text_of(row, 0), table.name, "descending " + text_of(row, 4) + " in the primary key");
}

void add_to_index(Catalog& catalog, const TextRow& row, Table& table) {
  const std::string& name = text_of(row, 2);
  if (table.indexes.empty() || table.indexes.back().name != name) {
    Index index{.name = name};
    index.unique = text_of(row, 3) == "0";
    index.method = method_of(text_of(row, 7));
    index.comment = text_of(row, 8);
    index.invisible = text_of(row, 9) == "YES";
    if (index.method == "fulltext") catalog.show(text_of(row, 0), table.name);  // WITH PARSER
    table.indexes.push_back(std::move(index));
  }
  table.indexes.back().parts.push_back(part_of(row));
}

}  // namespace

Result<void> read_indexes(Catalog& catalog) {
  std::string select(statistics_sql);
  select += catalog.is_mariadb()
                ? ", IGNORED AS invisible, NULL AS expression"
                : ", IF(IS_VISIBLE = 'NO', 'YES', 'NO') AS invisible, EXPRESSION AS expression";
  TRY(const auto rows, catalog.rows(select + " FROM information_schema.STATISTICS WHERE ", "TABLE_SCHEMA",
                                    "TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX"));
  for (const auto& row : rows) {
    Table* table = catalog.find_table(text_of(row, 0), text_of(row, 1));
    if (table == nullptr) continue;
    if (text_of(row, 2) == "PRIMARY")
      add_to_primary_key(catalog, row, *table);
    else
      add_to_index(catalog, row, *table);
  }
  for (auto& space : catalog.schema.namespaces)
    for (auto& table : space.tables) {
      std::sort(table.indexes.begin(), table.indexes.end(), [](auto& a, auto& b) { return a.name < b.name; });
      for (auto& index : table.indexes) index.is_constraint = is_constraint(index);
    }
  return {};
}

Result<void> read_foreign_keys(Catalog& catalog) {
  using KeyName = std::tuple<std::string, std::string, std::string>;
  struct Rules {
    ForeignKeyAction on_update, on_delete;
  };
  std::map<KeyName, Rules> rules;
  TRY(const auto rule_rows, catalog.rows(rules_sql, "CONSTRAINT_SCHEMA"));
  for (const auto& row : rule_rows)
    rules[{text_of(row, 0), text_of(row, 1), text_of(row, 2)}] = {action_of(text_of(row, 3)),
                                                                  action_of(text_of(row, 4))};
  if (rules.empty()) return {};
  TRY(const auto rows,
      catalog.rows(key_columns_sql, "TABLE_SCHEMA", "TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION"));
  for (const auto& row : rows) {
    const std::string &schema_name = text_of(row, 0), &name = text_of(row, 2);
    Table* table = catalog.find_table(schema_name, text_of(row, 1));
    if (table == nullptr) continue;
    if (table->foreign_keys.empty() || table->foreign_keys.back().name != name) {
      ForeignKey key;
      key.name = name;
      if (text_of(row, 4) != schema_name) key.referenced_schema = text_of(row, 4);
      key.referenced_table = text_of(row, 5);
      const Rules rule = rules[{schema_name, text_of(row, 1), name}];
      key.on_update = rule.on_update;
      key.on_delete = rule.on_delete;
      table->foreign_keys.push_back(std::move(key));
    }
    table->foreign_keys.back().columns.push_back(text_of(row, 3));
    table->foreign_keys.back().referenced_columns.push_back(text_of(row, 6));
  }
  for (auto& space : catalog.schema.namespaces)
    for (auto& table : space.tables) {
      std::sort(table.foreign_keys.begin(), table.foreign_keys.end(),
                [](auto& a, auto& b) { return a.name < b.name; });
      for (const auto& key : table.foreign_keys)
        hide_made_index(table, key, catalog.session.info().dialect->flavor);
    }
  return {};
}

namespace {

// MariaDB's JSON is longtext with this check, which the type brings along: the column is made one of JSON.
bool is_json_check(Table& table, const Check& check) {
  const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                   [&](const Column& candidate) { return candidate.name == check.name; });
  const std::string json_check = "json_valid(`" + replace_all(check.name, "`", "``") + "`)";
  if (column == table.columns.end() || column->native_type != "longtext" || check.expression != json_check)
    return false;
  column->type = type::Json{false};
  column->native_type = "json";
  column->collation.clear();
  return true;
}

// The rows of TABLE_CONSTRAINTS with their clauses, which stand in another view.
Result<std::vector<TextRow>> mysql_checks(Catalog& catalog) {
  TRY(const auto clauses, catalog.rows(mysql_clauses_sql, "CONSTRAINT_SCHEMA"));
  if (clauses.empty()) return std::vector<TextRow>();
  std::map<Catalog::QualifiedName, std::string> clause_of;
  for (const auto& row : clauses) clause_of[{text_of(row, 0), text_of(row, 1)}] = text_of(row, 2);
  TRY(auto rows, catalog.rows(mysql_checks_sql, "TABLE_SCHEMA"));
  for (auto& row : rows) row[3] = unescape_expression(clause_of[{text_of(row, 0), text_of(row, 2)}]);
  return rows;
}

}  // namespace

Result<void> read_checks(Catalog& catalog) {
  if (!catalog.session.features().check_constraints) return {};
  TRY(const auto rows,
      catalog.is_mariadb() ? catalog.rows(mariadb_checks_sql, "CONSTRAINT_SCHEMA") : mysql_checks(catalog));
  for (const auto& row : rows) {
    Table* table = catalog.find_table(text_of(row, 0), text_of(row, 1));
    if (table == nullptr) continue;
    Check check{.name = text_of(row, 2), .expression = without_outer_parentheses(text_of(row, 3))};
    check.is_enforced = text_of(row, 4) != "NO";
    if (catalog.is_mariadb() && is_json_check(*table, check)) continue;
    table->checks.push_back(std::move(check));
  }
  for (auto& space : catalog.schema.namespaces)
    for (auto& table : space.tables)
      std::sort(table.checks.begin(), table.checks.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return {};
}

}  // namespace bascule::mysql
