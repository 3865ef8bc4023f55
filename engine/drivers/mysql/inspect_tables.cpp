// Tables and columns of the catalog.
#include <algorithm>
#include <array>

#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/mysql/catalog.h"
#include "engine/drivers/mysql/column_type.h"

namespace bascule::mysql {
namespace {

// https://dev.mysql.com/doc/refman/9.4/en/information-schema-tables-table.html
constexpr std::string_view tables_sql =
    "SELECT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name, TABLE_TYPE AS table_type, ENGINE AS "
    "engine, TABLE_ROWS AS table_rows, AUTO_INCREMENT AS auto_increment, TABLE_COMMENT AS table_comment, "
    "CREATE_OPTIONS AS create_options, TABLE_COLLATION AS table_collation, DATA_LENGTH AS data_length "
    "FROM information_schema.TABLES WHERE ";

// https://dev.mysql.com/doc/refman/9.4/en/information-schema-columns-table.html; SRS_ID is MySQL's alone.
constexpr std::string_view columns_sql =
    "SELECT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name, COLUMN_NAME AS column_name, "
    "COLUMN_TYPE AS column_type, IS_NULLABLE AS is_nullable, COLUMN_DEFAULT AS column_default, "
    "EXTRA AS extra, GENERATION_EXPRESSION AS generation_expression, COLLATION_NAME AS collation_name, "
    "COLUMN_COMMENT AS column_comment";

// Whose tables hold rows of their own and are made by ENGINE and the options of CREATE_OPTIONS alone.
constexpr std::array<std::string_view, 8> plain_engines{"InnoDB",  "MyISAM",    "Aria",    "MEMORY",
                                                        "ARCHIVE", "BLACKHOLE", "RocksDB", "CSV"};

// "row_format=COMPRESSED key_block_size=8 partitioned" as MariaDB writes it and MySQL with other letters, in
// one form; what InnoDB would do anyway is left out.
std::string storage_of(std::string_view create_options, bool is_innodb) {
  std::vector<std::string> options;
  for (const auto& word : split(create_options, ' ')) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) {  // "partitioned", or a piece of a quoted value
      if (!word.empty() && word != "partitioned" && !options.empty()) options.back() += " " + word;
      continue;
    }
    const std::string name = to_upper(word.substr(0, equals)), value = word.substr(equals + 1);
    if (is_innodb && name == "ROW_FORMAT" && equals_ignoring_case(value, "dynamic")) continue;
    options.push_back((word.starts_with('`') ? word.substr(0, equals) : name) + "=" + value);
  }
  std::sort(options.begin(), options.end());
  return join(options, " ");
}

void add_table(Catalog& catalog, Namespace& space, const TextRow& row) {
  const std::string &name = text_of(row, 1), &kind = text_of(row, 2), &engine = text_of(row, 3),
                    &create_options = text_of(row, 7), &collation = text_of(row, 8);
  Table table;
  table.name = name;
  table.comment = text_of(row, 6);
  if (const auto count = parse_integer(text_of(row, 4))) table.estimated_rows = *count;
  if (const auto bytes = parse_integer(text_of(row, 9))) table.estimated_bytes = *bytes;
  if (const auto next = parse_integer(text_of(row, 5))) catalog.auto_increments[{space.name, name}] = *next;
  const bool is_innodb = engine == "InnoDB";
  if (!is_innodb) table.options.storage_engine = engine;
  if (collation != catalog.default_collations[space.name]) table.options.collation = collation;
  table.options.storage = storage_of(create_options, is_innodb);
  table.options.system_versioned = kind == "SYSTEM VERSIONED";
  if (create_options.find("partitioned") != std::string::npos) catalog.show(space.name, name);
  if (std::find(plain_engines.begin(), plain_engines.end(), engine) == plain_engines.end())
    catalog.show(space.name, name, "storage engine " + (engine.empty() ? "(unknown)" : engine));
  space.tables.push_back(std::move(table));
}

// What is not in the catalog's type but belongs to it.
std::string native_type_of(const TextRow& row) {
  std::string native = without_display_width(text_of(row, 3));
  if (const std::string& srid = text_of(row, 10); !srid.empty()) native += " SRID " + srid;
  return native;
}

Column make_column(const TextRow& row, const Dialect& dialect) {
  const std::string &extra = text_of(row, 6), &expression = text_of(row, 7);
  Column column;
  column.name = text_of(row, 2);
  column.type = parse_column_type(text_of(row, 3), dialect.flavor);
  column.native_type = native_type_of(row);
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
  column.invisible = extra.find("INVISIBLE") != std::string::npos;
  column.comment = text_of(row, 9);
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

Result<void> add_column(Catalog& catalog, const TextRow& row, Table& table) {
  const std::string& collation = text_of(row, 8);
  Column column = make_column(row, *catalog.session.info().dialect);
  TRY(read_binary_default(catalog, row, column));
  const std::string& inherited =
      table.options.collation.empty() ? catalog.default_collations[text_of(row, 0)] : table.options.collation;
  if (collation != inherited) column.collation = collation;
  if (column.identity != Identity::none)
    if (const auto next = catalog.auto_increments.find({text_of(row, 0), text_of(row, 1)});
        next != catalog.auto_increments.end())
      column.identity_next = next->second;
  if (text_of(row, 6).find("WITHOUT SYSTEM VERSIONING") != std::string::npos)
    catalog.show(text_of(row, 0), table.name, "column without system versioning");
  table.columns.push_back(std::move(column));
  return {};
}

Column make_view_column(Catalog& catalog, const TextRow& row) {
  Column column = make_column(row, *catalog.session.info().dialect);
  if (text_of(row, 8) != catalog.default_collations[text_of(row, 0)]) column.collation = text_of(row, 8);
  return column;
}

}  // namespace

Result<void> read_tables(Catalog& catalog) {
  TRY(const auto rows, catalog.rows(tables_sql, "TABLE_SCHEMA"));
  for (const auto& row : rows) {
    const std::string &schema_name = text_of(row, 0), &name = text_of(row, 1), &kind = text_of(row, 2);
    catalog.relations[schema_name].insert(name);
    Namespace* space = catalog.find_namespace(schema_name);
    if (space == nullptr || (!catalog.table_glob.empty() && !matches_glob(catalog.table_glob, name)))
      continue;
    if (kind == "VIEW" || kind == "SYSTEM VIEW")
      space->views.push_back({.name = name, .kind = ObjectKind::view});
    else if (kind == "SEQUENCE")
      space->sequences.push_back({.name = name, .kind = ObjectKind::sequence});
    else if (kind.find("TEMPORARY") == std::string::npos)
      add_table(catalog, *space, row);
  }
  const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
  for (auto& space : catalog.schema.namespaces) {
    std::sort(space.tables.begin(), space.tables.end(), by_name);
    std::sort(space.views.begin(), space.views.end(), by_name);
    std::sort(space.sequences.begin(), space.sequences.end(), by_name);
  }
  return {};
}

Result<void> read_columns(Catalog& catalog) {
  std::string select(columns_sql);
  select += catalog.is_mariadb() ? ", NULL AS srs_id" : ", SRS_ID AS srs_id";
  TRY(const auto rows, catalog.rows(select + " FROM information_schema.COLUMNS WHERE ", "TABLE_SCHEMA",
                                    "TABLE_NAME, ORDINAL_POSITION"));
  for (const auto& row : rows) {
    if (Table* table = catalog.find_table(text_of(row, 0), text_of(row, 1)))
      TRY(add_column(catalog, row, *table));
    else if (NamedObject* view = catalog.find_view(text_of(row, 0), text_of(row, 1)))
      view->columns.push_back(make_view_column(catalog, row));
  }
  return {};
}

}  // namespace bascule::mysql
