// Are the rows of two databases the same? Compares values by meaning (see dialect/canonical.h), table by
// table, and says which row, column and values differ. What could not be compared is said too, never passed
// over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/drivers/connection.h"
#include "engine/jobs/progress.h"
#include "engine/jobs/table_scope.h"

namespace bascule {

enum class VerifyLevel {
  count,   // numbers of rows
  digest,  // and a digest of all values
  rows,    // and, where they differ, every row, column and value
};
std::string_view verify_level_name(VerifyLevel level);  // count digest rows
Result<VerifyLevel> parse_verify_level(std::string_view name);

struct VerifyRequest {
  TableScope scope;
  std::vector<std::pair<TableName, TableName>> pairs =
      {};  // exactly these, source and target, instead of the scope
  VerifyLevel level = VerifyLevel::rows;
  std::size_t limit = 20;  // differences listed per table; all are counted
  // Options of the shell's contract that this version does not have, as the user wrote them ("--key"):
  // refused.
  std::vector<std::string> other_options = {};
};

enum class DifferenceKind { missing, extra, different };  // in the source only, in the target only, in both

struct RowDifference {
  DifferenceKind kind = DifferenceKind::different;
  std::vector<std::pair<std::string, Value>> key;  // column and value; without a key all columns
  std::string column = {};                         // "" for a whole row
  Value source = {}, target = {};                  // of `column`
};

struct TableVerification {
  std::string table;  // as the source names it (a table of the target only: as the target does)
  VerifyLevel level = VerifyLevel::rows;
  std::optional<std::int64_t> rows_source = {}, rows_target = {};
  std::optional<std::int64_t> missing = {}, extra = {},
                              different = {};   // rows; nothing where the level cannot tell
  std::vector<RowDifference> differences = {};  // by key where there is one
  std::string digest_source = {},
              digest_target = {};  // 128 bits in hex, of the rows in any order; "" at level count
  std::string only_in = {};        // "source", "target" or ""
  std::optional<std::string> not_verified = {};  // the reason
  double seconds = 0;

  // False as well if it could not be verified.
  bool is_equal() const;
};

struct VerifyResult {
  std::vector<TableVerification> tables;
  // True only if every table was verified and is equal.
  bool is_equal() const;
  bool is_complete() const;  // every table could be verified
};

// Both connections must be free; they read in a snapshot of their own unless a transaction is open.
Result<VerifyResult> verify(Connection& source, Connection& target, const VerifyRequest& request,
                            const ProgressHandler& progress = {});

}  // namespace bascule
