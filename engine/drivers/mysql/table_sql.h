// The words of DDL for tables and what belongs to them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/dialect/features.h"
#include "engine/model/change.h"

namespace bascule::mysql {

// https://dev.mysql.com/doc/refman/9.4/en/create-table.html, https://mariadb.com/kb/en/create-table/
class TableSql {
 public:
  TableSql(const Features& features, std::string_view default_schema)
      : features_(features), dialect_(dialect(features.flavor)), default_schema_(default_schema) {}

  bool is_mysql() const { return features_.flavor == Flavor::mysql; }
  const Features& features() const { return features_; }
  std::string quoted(std::string_view name) const;
  std::string quoted(const TableName& name) const;  // without the schema if it is the default one
  std::string list(const std::vector<std::string>& columns) const;
  std::string text(std::string_view plain) const;  // a string in quotes
  std::string alter(const TableName& name) const;  // "ALTER TABLE `t` "

  // `a` int NOT NULL DEFAULT 1 ...; with the column's own check, if `table` has one.
  Result<std::string> column(const TableName& name, const Column& column, const Table& table) const;
  // UNIQUE KEY `i` (`a`) ..., as it stands after ADD or in CREATE TABLE.
  Result<std::string> index(const TableName& name, const Index& index) const;
  // CONSTRAINT `k` FOREIGN KEY ...
  Result<std::string> foreign_key(const TableName& name, const ForeignKey& key) const;
  // CONSTRAINT `c` CHECK (...)
  Result<std::string> check(const TableName& name, const Check& check) const;
  // Foreign keys only if asked: most come after all tables.
  Result<std::string> create_table(const TableName& name, const Table& table, bool with_foreign_keys) const;

  // The names that nameless ones get.
  static std::string name_of(const TableName& table, const Index& index);
  static std::string name_of(const TableName& table, const ForeignKey& key);
  // MariaDB keeps a check that was written with a column as a part of the column: it has the column's name
  // and is changed with the column only. https://mariadb.com/kb/en/constraint/
  bool is_column_check(const Table& table, const Check& check) const;

 private:
  std::string default_of(const Column& column) const;
  Result<std::string> index_parts(const TableName& name, const Index& index) const;
  std::string table_options(const Table& table) const;

  const Features& features_;
  const Dialect& dialect_;
  std::string default_schema_;
};

}  // namespace bascule::mysql
