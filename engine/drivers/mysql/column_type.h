// The catalog's spellings of types and defaults.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/dialect/dialect.h"
#include "engine/model/type.h"

namespace bascule::mysql {

// COLUMNS.COLUMN_TYPE: "bigint(20) unsigned", "enum('a','b''c')", "tinyint(1)" (which is a Bool).
Type parse_column_type(std::string_view column_type, Flavor flavor);

// Without the display widths that say nothing and that MySQL 8 has given up: "int(11)" is "int", "year(4)" is
// "year". Those of tinyint(1) and of ZEROFILL stay.
std::string without_display_width(std::string_view column_type);

// MySQL (not MariaDB) keeps expressions with their quotes and backslashes escaped once more:
// _utf8mb4\'it\\\'s\'.
std::string unescape_expression(std::string_view text);

// One pair of parentheses around the whole expression is taken away: "(`a` > 0)".
std::string without_outer_parentheses(std::string_view expression);

// COLUMNS.COLUMN_DEFAULT as an SQL expression; nothing for "no default" and DEFAULT NULL.
std::optional<std::string> decode_default(const std::optional<std::string>& column_default,
                                          std::string_view extra, const Type& type, const Dialect& dialect);

// The expression after ON UPDATE in COLUMNS.EXTRA.
std::optional<std::string> on_update_of(std::string_view extra);

}  // namespace bascule::mysql
