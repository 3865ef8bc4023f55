// The catalog being read: the parts of inspect.cpp share it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/drivers/mysql/session.h"
#include "engine/model/schema.h"

namespace bascule::mysql {

struct Catalog {
  using QualifiedName = std::pair<std::string, std::string>;  // of a table: its database and name

  Session& session;
  std::string table_glob;
  Schema schema;
  std::map<std::string, std::string> default_collations = {};   // of the databases
  std::map<QualifiedName, std::int64_t> auto_increments = {};   // the values that the next rows get
  std::map<std::string, std::set<std::string>> relations = {};  // of each database: tables and views
  // Tables of which only SHOW CREATE TABLE tells all, with what is to be listed as not modelled.
  std::map<QualifiedName, std::vector<std::string>> to_show = {};

  Namespace* find_namespace(std::string_view name);
  Table* find_table(std::string_view schema_name, std::string_view table);
  NamedObject* find_view(std::string_view schema_name, std::string_view view);
  // Has the statement of the table read at the end; `what` ("partitions") is listed as not modelled if not
  // "".
  void show(const std::string& schema_name, const std::string& table, std::string_view what = {});
  void leave_out(std::string what, std::string definition);
  std::string display_name(std::string_view schema_name, std::string_view object) const;
  bool is_mariadb() const { return session.is_mariadb(); }

  // The rows of all wanted databases: `select` ends before the condition on `schema_column`. One query for
  // each database, because MariaDB opens the tables of all databases for anything but an equation.
  // https://mariadb.com/kb/en/optimizing-information-schema-queries/
  Result<std::vector<TextRow>> rows(std::string_view select, std::string_view schema_column,
                                    std::string_view order = {});
  // What SHOW CREATE `kind` says in its column `column`; "" if the account may not see it.
  Result<std::string> show_create(std::string_view kind, std::string_view schema_name, std::string_view name,
                                  std::size_t column);
};

// A cell of the catalog, "" for NULL.
const std::string& text_of(const TextRow& row, std::size_t column);

Result<void> read_tables(Catalog& catalog);
Result<void> read_columns(Catalog& catalog);
Result<void> read_indexes(Catalog& catalog);
Result<void> read_foreign_keys(Catalog& catalog);
Result<void> read_checks(Catalog& catalog);
Result<void> read_shown_tables(Catalog& catalog);
Result<void> read_views(Catalog& catalog);
Result<void> read_sequences(Catalog& catalog);
Result<void> read_triggers(Catalog& catalog);
Result<void> read_routines(Catalog& catalog);
Result<void> read_events(Catalog& catalog);

}  // namespace bascule::mysql
