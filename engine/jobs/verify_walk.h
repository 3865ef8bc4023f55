// The comparison of two row sources that stand for the same table. Knows no database.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/digest.h"
#include "engine/dialect/canonical.h"
#include "engine/jobs/verify.h"
#include "engine/model/batch.h"

namespace bascule {

struct ComparedColumn {
  std::string name;
  CommonForm form = CommonForm::any;
  Type source_type, target_type;
};

struct WalkPlan {
  std::vector<ComparedColumn> columns;             // both sources deliver them in this order
  std::vector<std::size_t> key;                    // positions in `columns`; empty: no key
  std::size_t limit = 0;                           // differences to list
  std::function<void(std::int64_t)> on_rows = {};  // rows of the source so far; may be empty
};

struct WalkResult {
  std::int64_t rows_source = 0, rows_target = 0;
  std::int64_t missing = 0, extra = 0, different = 0;
  std::vector<RowDifference> differences;
  RowSetDigest source, target;
};

// Only numbers of rows and digests; the sources may be in any order.
Result<WalkResult> walk_digests(RowSource& source, RowSource& target, const WalkPlan& plan);

// Both sources ascend by the key. Constant memory. Nothing if one of them does not ascend strictly in the
// order of compare_canonical: then the result would be wrong.
Result<std::optional<WalkResult>> walk_in_key_order(RowSource& source, RowSource& target,
                                                    const WalkPlan& plan);

// In any order, with memory of some 50 bytes a row. Every call of an opener reads the table from its start,
// in the same snapshot. With a key that is not unique, or without one, rows are compared as a multiset: a
// changed row is then one missing and one extra.
using Opener = std::function<Result<std::unique_ptr<RowSource>>()>;
Result<WalkResult> walk_in_any_order(const Opener& source, const Opener& target, const WalkPlan& plan);

}  // namespace bascule
