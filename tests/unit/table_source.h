// A result made of values, for tests of what reads results.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "engine/model/batch.h"

namespace bascule {

// Gives a table of values in batches of `batch_rows`, then ends, or fails if `failure` is set.
class ListedSource : public RowSource {
 public:
  ListedSource(std::vector<ResultColumn> columns, std::size_t rows,
               std::function<void(Batch&, std::size_t)> add_row)
      : columns_(std::move(columns)), rows_(rows), add_row_(std::move(add_row)) {}
  ListedSource(std::vector<ResultColumn> columns, std::vector<std::vector<Value>> values)
      : ListedSource(std::move(columns), values.size(), [values](Batch& batch, std::size_t row) {
          for (const auto& value : values[row]) batch.add(value);
        }) {}

  const std::vector<ResultColumn>& columns() const override { return columns_; }
  Result<bool> next(Batch& out, std::size_t max_rows) override {
    out.reset(columns_.size());
    const std::size_t count = std::min(std::min(max_rows, batch_rows), rows_ - row_);
    if (count == 0 && failure) return *failure;
    for (std::size_t i = 0; i < count; ++i) add_row_(out, row_++);
    return count > 0;
  }

  std::size_t batch_rows = 1000;
  std::optional<Error> failure;

 private:
  std::vector<ResultColumn> columns_;
  std::size_t rows_;
  std::size_t row_ = 0;
  std::function<void(Batch&, std::size_t)> add_row_;
};

}  // namespace bascule
