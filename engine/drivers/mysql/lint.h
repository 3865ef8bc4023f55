// What a change does to a large table while it runs.
#pragma once

#include <vector>

#include "engine/drivers/mysql/table_sql.h"
#include "engine/model/change.h"

namespace bascule::mysql {

// Adds a notice if the change, made to a table of more than 10,000 estimated rows, copies or blocks it.
// `table` is how the table looks when the change is made.
void lint_change(const Change& change, const Table& table, const TableSql& sql, std::vector<Notice>& out);
// Adds, once, how to keep a waiting ALTER TABLE from holding up everybody else, if there is any notice.
void add_lock_advice(std::vector<Notice>& notices);

}  // namespace bascule::mysql
