// Indexes, foreign keys and checks of the catalog.
#include <algorithm>
#include <map>

#include "engine/base/text.h"
#include "engine/drivers/mysql/catalog.h"
#include "engine/drivers/mysql/column_type.h"

namespace bascule::mysql {
namespace {

// https://dev.mysql.com/doc/refman/9.4/en/information-schema-statistics-table.html; EXPRESSION is MySQL's
// alone.
constexpr std::string_view statistics_sql =
    "SELECT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name, INDEX_NAME AS index_name, "
    "NON_UNIQUE AS non_unique, COLUMN_NAME AS column_name, COLLATION AS direction, SUB_PART AS sub_part, "
    "INDEX_TYPE AS index_type";
constexpr std::string_view statistics_order = " ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX";

constexpr std::string_view foreign_keys_sql =
    "SELECT k.CONSTRAINT_SCHEMA AS table_schema, k.TABLE_NAME AS table_name, k.CONSTRAINT_NAME AS "
    "constraint_name, "
    "k.COLUMN_NAME AS column_name, k.REFERENCED_TABLE_SCHEMA AS referenced_schema, "
    "k.REFERENCED_TABLE_NAME AS referenced_table, k.REFERENCED_COLUMN_NAME AS referenced_column, "
    "r.UPDATE_RULE AS update_rule, r.DELETE_RULE AS delete_rule "
    "FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r "
    "ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME "
    "AND r.TABLE_NAME = k.TABLE_NAME "
    "WHERE k.REFERENCED_TABLE_NAME IS NOT NULL AND k.TABLE_SCHEMA IN ";
constexpr std::string_view foreign_keys_order =
    " ORDER BY k.CONSTRAINT_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION";

// MariaDB's view names the table and the level; MySQL's has neither, but names are unique in a schema there.
constexpr std::string_view mariadb_checks_sql =
    "SELECT CONSTRAINT_SCHEMA AS table_schema, TABLE_NAME AS table_name, CONSTRAINT_NAME AS constraint_name, "
    "CHECK_CLAUSE AS check_clause, 'YES' AS enforced FROM information_schema.CHECK_CONSTRAINTS "
    "WHERE CONSTRAINT_SCHEMA IN ";
constexpr std::string_view mysql_checks_sql =
    "SELECT t.TABLE_SCHEMA AS table_schema, t.TABLE_NAME AS table_name, c.CONSTRAINT_NAME AS "
    "constraint_name, "
    "c.CHECK_CLAUSE AS check_clause, t.ENFORCED AS enforced FROM information_schema.CHECK_CONSTRAINTS c "
    "JOIN information_schema.TABLE_CONSTRAINTS t ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA "
    "AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME AND t.CONSTRAINT_TYPE = 'CHECK' WHERE c.CONSTRAINT_SCHEMA IN ";

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
  if (part.column.empty()) part.expression = unescape_expression(text_of(row, 8));
  part.descending = text_of(row, 5) == "D";
  if (text_of(row, 7) != "SPATIAL")  // whose prefix of 32 is none
    if (const auto length = parse_integer(text_of(row, 6))) part.prefix_length = static_cast<int>(*length);
  return part;
}

// InnoDB makes an index of the key's name for a foreign key that no other index serves, and drops it again
// when one comes. It belongs to the key: a copy that makes the key gets it too.
bool is_made_for(const Index& index, const ForeignKey& key) {
  if (index.name != key.name || index.unique || !index.method.empty()) return false;
  const auto is_plain = [](const IndexPart& part, const std::string& column) {
    return part == IndexPart{.column = column};
  };
  return std::equal(index.parts.begin(), index.parts.end(), key.columns.begin(), key.columns.end(), is_plain);
}

}  // namespace

Result<void> read_indexes(Catalog& catalog) {
  std::string sql(statistics_sql);
  sql += catalog.is_mariadb() ? ", NULL AS expression" : ", EXPRESSION AS expression";
  sql += " FROM information_schema.STATISTICS WHERE TABLE_SCHEMA IN " + catalog.schema_list;
  TRY(const auto rows, catalog.session.rows(sql + std::string(statistics_order)));
  for (const auto& row : rows) {
    Table* table = catalog.find_table(text_of(row, 0), text_of(row, 1));
    if (table == nullptr) continue;
    const std::string& name = text_of(row, 2);
    if (name == "PRIMARY") {
      if (!table->primary_key) table->primary_key.emplace();
      table->primary_key->columns.push_back(text_of(row, 4));
      if (!text_of(row, 6).empty())
        catalog.leave_out("the primary key's prefix", text_of(row, 0), table->name + "." + text_of(row, 4));
      continue;
    }
    if (table->indexes.empty() || table->indexes.back().name != name) {
      Index index{name, {}};
      index.unique = text_of(row, 3) == "0";
      index.method = method_of(text_of(row, 7));
      table->indexes.push_back(std::move(index));
    }
    table->indexes.back().parts.push_back(part_of(row));
  }
  for (auto& space : catalog.schema.namespaces)
    for (auto& table : space.tables)
      std::sort(table.indexes.begin(), table.indexes.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return {};
}

Result<void> read_foreign_keys(Catalog& catalog) {
  TRY(const auto rows, catalog.session.rows(std::string(foreign_keys_sql) + catalog.schema_list +
                                            std::string(foreign_keys_order)));
  for (const auto& row : rows) {
    const std::string& schema_name = text_of(row, 0);
    Table* table = catalog.find_table(schema_name, text_of(row, 1));
    if (table == nullptr) continue;
    const std::string& name = text_of(row, 2);
    if (table->foreign_keys.empty() || table->foreign_keys.back().name != name) {
      ForeignKey key;
      key.name = name;
      if (text_of(row, 4) != schema_name) key.referenced_schema = text_of(row, 4);
      key.referenced_table = text_of(row, 5);
      key.on_update = action_of(text_of(row, 7));
      key.on_delete = action_of(text_of(row, 8));
      table->foreign_keys.push_back(std::move(key));
    }
    table->foreign_keys.back().columns.push_back(text_of(row, 3));
    table->foreign_keys.back().referenced_columns.push_back(text_of(row, 6));
  }
  for (auto& space : catalog.schema.namespaces)
    for (auto& table : space.tables) {
      std::sort(table.foreign_keys.begin(), table.foreign_keys.end(),
                [](auto& a, auto& b) { return a.name < b.name; });
      std::erase_if(table.indexes, [&](const Index& index) {
        return std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                           [&](const ForeignKey& key) { return is_made_for(index, key); });
      });
    }
  return {};
}

Result<void> read_checks(Catalog& catalog) {
  if (!catalog.session.features().check_constraints) return {};
  const std::string_view sql = catalog.is_mariadb() ? mariadb_checks_sql : mysql_checks_sql;
  TRY(const auto rows, catalog.session.rows(std::string(sql) + catalog.schema_list));
  for (const auto& row : rows) {
    const std::string &schema_name = text_of(row, 0), &name = text_of(row, 2), &clause = text_of(row, 3);
    Table* table = catalog.find_table(schema_name, text_of(row, 1));
    if (table == nullptr) continue;
    if (catalog.is_mariadb()) {
      // MariaDB's JSON is longtext with this check, which the type brings along.
      const auto column = std::find_if(table->columns.begin(), table->columns.end(),
                                       [&](const Column& candidate) { return candidate.name == name; });
      const std::string json_check = "json_valid(`" + replace_all(name, "`", "``") + "`)";
      if (column != table->columns.end() && column->native_type == "longtext" && clause == json_check) {
        column->type = type::Json{false};
        column->native_type = "json";
        column->collation.clear();
        continue;
      }
    }
    if (text_of(row, 4) == "NO") {
      catalog.leave_out("the check " + name + " (not enforced)", schema_name, table->name);
      continue;
    }
    table->checks.push_back(
        {name, without_outer_parentheses(catalog.is_mariadb() ? clause : unescape_expression(clause))});
  }
  for (auto& space : catalog.schema.namespaces)
    for (auto& table : space.tables)
      std::sort(table.checks.begin(), table.checks.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return {};
}

}  // namespace bascule::mysql
