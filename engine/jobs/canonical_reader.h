// A row source as rows of canonical values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/digest.h"
#include "engine/jobs/prefetch.h"
#include "engine/jobs/verify_walk.h"

namespace bascule {

enum class WalkSide { source, target };

// Reads ahead on a thread. The source must outlive it.
class CanonicalReader {
 public:
  CanonicalReader(RowSource& source, const WalkPlan& plan, WalkSide side);

  // Goes to the next row; false at the end.
  Result<bool> advance();
  bool at_end() const { return at_end_; }
  std::int64_t rows() const { return rows_; }

  std::string_view canonical(std::size_t column) const { return current_.cell(column); }
  Digest128 row_digest() const { return xxh3_128(current_.bytes); }
  Digest128 key_digest() const;
  // True if the row's key is greater than the one before it.
  bool ascends() const;
  int compare_key(const CanonicalReader& other) const;

  Value value(std::size_t column) const;
  // The key's columns and values, of a table without a key all.
  std::vector<std::pair<std::string, Value>> identity() const;

 private:
  // Values one after the other, each with its length before it.
  struct Row {
    std::string bytes;
    std::vector<std::size_t> ends;
    std::string_view cell(std::size_t column) const;
  };
  void encode();
  int compare_keys(const Row& a, const Row& b) const;

  const WalkPlan& plan_;
  WalkSide side_;
  Prefetch prefetch_;
  const Batch* batch_ = nullptr;
  std::size_t at_ = 0;
  std::int64_t rows_ = 0;
  bool at_end_ = false;
  Row current_, previous_;
};

}  // namespace bascule
