// The types that an engine's words mean.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/dialect/dialect.h"
#include "engine/model/type.h"

namespace bascule {

// "varchar(20)", "BIGINT UNSIGNED", "numeric(10,2)[]", "DATETIME" as this engine reads it in a CREATE TABLE.
// A type that is not known is Native with its spelling. An error of code usage for an empty spelling and for
// one with parentheses that do not match.
Result<Type> parse_native_type(std::string_view spelled, Flavor flavor);

// COLUMNS.COLUMN_TYPE of MySQL and MariaDB: "bigint(20) unsigned", "enum('a','b''c')", "tinyint(1)" (which is
// a Bool).
Type mysql_column_type(std::string_view column_type, Flavor flavor);
// "character varying(20)", "timestamp(3) with time zone", "int4[]"; other names are Native.
Type postgres_type(std::string_view spelled);

// A type's spelling in its parts: "decimal(10,2) unsigned".
struct TypeSpelling {
  std::string word;       // decimal, in lower case
  std::string arguments;  // 10,2
  std::string rest;       // unsigned, in lower case
  bool has_arguments = false;

  bool is_unsigned() const { return rest.find("unsigned") != std::string::npos; }
  bool is_zerofill() const { return rest.find("zerofill") != std::string::npos; }
  std::optional<int> argument(std::size_t index) const;
};
// The word is the first one; where arguments follow it at once they are taken apart.
TypeSpelling take_type_apart(std::string_view spelled);
// The bytes of tinyint, smallint, mediumint, int, integer, bigint; 0 for other words.
int mysql_integer_bytes(std::string_view word);

}  // namespace bascule
