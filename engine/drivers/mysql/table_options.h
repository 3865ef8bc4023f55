// Steps for a table's options: engine, collation, row format, partitions, system versioning.
#pragma once

#include <optional>
#include <vector>

#include "engine/base/result.h"
#include "engine/drivers/mysql/table_sql.h"
#include "engine/model/change.h"

namespace bascule::mysql {

struct OptionSteps {
  std::vector<Step> now = {};
  std::optional<Step> later = {};  // when the table's keys are as they should be
};

// `has_key_changes`: other changes of the plan are about its keys, each of which must hold the columns that
// the table is partitioned by.
Result<OptionSteps> plan_options(const change::AlterTable& change, const Table& table, bool has_key_changes,
                                 const TableSql& sql);

}  // namespace bascule::mysql
