// Copies tables with their rows, keys and indexes from one database to another. Strict: a table arrives whole
// and exact, or it is rolled back and the error names it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/dialect/type_rules.h"
#include "engine/drivers/connection.h"
#include "engine/jobs/progress.h"
#include "engine/jobs/table_scope.h"
#include "engine/jobs/verify.h"

namespace bascule {

enum class CopyMode {
  create,   // the target table must not exist and is made
  append,   // the target table exists and keeps its rows
  replace,  // the target table's rows are deleted first, all tables in one transaction
};
std::string_view copy_mode_name(CopyMode mode);  // create append replace
Result<CopyMode> parse_copy_mode(std::string_view name);

struct CopyRequest {
  TableScope scope;
  CopyMode mode = CopyMode::create;
  TypeRules type_rules = {};  // of the user, before those of the type map
  // Options of the shell's contract that this version does not have, as the user wrote them ("--where"):
  // refused.
  std::vector<std::string> other_options = {};
};

struct TableCopy {
  TableName source, target;
  std::vector<Column> source_columns, target_columns;  // of equal number, pair by pair
  std::vector<Step> create;                            // makes the table, before its rows
  std::vector<Step> finish;                            // its indexes, after its rows
  std::optional<std::int64_t> estimated_rows = {};
};

struct CopyPlan {
  CopyMode mode = CopyMode::create;
  std::vector<TableCopy> tables;  // in the order of their references
  std::vector<Step> finish;       // foreign keys, after all tables
  std::vector<Notice> notices;
  TableScope scope;  // what was asked for
};

struct TableCopied {
  std::string source, target;
  std::int64_t rows_read = 0, rows_written = 0;
  std::int64_t rows_rejected = 0;  // always 0: a row that does not fit ends the copy
  std::int64_t bytes = 0;          // of cells in memory
  double seconds = 0;
};

struct CopyResult {
  std::vector<TableCopied> tables;
  std::vector<Notice> notices;
  std::optional<VerifyResult> verification = {};  // nothing if it was not asked for
  std::optional<bool> verified() const;
};

// Reads both catalogs and decides everything; changes nothing. Error conflict if a table is in the way or
// missing.
Result<CopyPlan> plan_copy(Connection& source, Connection& target, const CopyRequest& request);

struct CopyOptions {
  bool verify = true;
  ProgressHandler progress = {};
};
// Both connections must be free and different, and the target without an open transaction. After an error
// every table that was finished before stays (in mode replace: none), the one that failed is not there or as
// it was.
Result<CopyResult> run_copy(Connection& source, Connection& target, const CopyPlan& plan,
                            const CopyOptions& options);

}  // namespace bascule
