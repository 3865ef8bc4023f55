// What only the stored texts of CREATE TABLE and CREATE INDEX tell: SQLite has no catalog for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/schema.h"

namespace bascule::sqlite {

struct ColumnDefinition {
  std::string name;
  std::string collation;  // "" if none is written
  std::optional<Generated> generated;
  bool autoincrement = false;
};

struct ForeignKeyDefinition {
  std::string name;  // "" without CONSTRAINT
  bool match_full = false;
  bool deferrable = false;
  bool initially_deferred = false;
};

struct UniqueDefinition {
  std::string name;  // "" without CONSTRAINT
  std::vector<std::string> columns;
};

struct TableDefinition {
  std::vector<ColumnDefinition> columns;
  std::vector<Check> checks;
  std::vector<ForeignKeyDefinition> foreign_keys;  // in the order of the text
  std::vector<UniqueDefinition> uniques;
  std::string primary_key_name;      // "" without CONSTRAINT
  bool has_conflict_clause = false;  // ON CONFLICT in a constraint

  const ColumnDefinition* find_column(std::string_view name) const;
};

// `sql` as sqlite_schema holds it, so that it is known to be valid
// (https://www.sqlite.org/lang_createtable.html).
TableDefinition read_create_table(std::string_view sql);

struct IndexDefinition {
  std::vector<std::string> parts;  // without ASC and DESC
  std::string where;
};
// The same for CREATE INDEX (https://www.sqlite.org/lang_createindex.html).
IndexDefinition read_create_index(std::string_view sql);

}  // namespace bascule::sqlite
