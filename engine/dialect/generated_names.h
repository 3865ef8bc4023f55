// Names of constraints and indexes that an engine makes up when the statement gives none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/dialect/dialect.h"

namespace bascule {

// Whether the name of a constraint or index over these columns of the table may be such a one. "" is.
// PostgreSQL: table_column_key, _idx, _check, _fkey, _pkey, with a number behind; MySQL: the first column
// (and _2), table_ibfk_1, table_chk_1; MariaDB: CONSTRAINT_1 too.
bool is_generated_name(std::string_view name, std::string_view table, const std::vector<std::string>& columns,
                       Flavor flavor);

}  // namespace bascule
