// `@a,b SELECT ...`: two results side by side, as one table that any renderer can show.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/batch.h"

namespace bascule {

struct CompareOptions {
  std::vector<std::string> key = {};  // names of the columns that match rows; empty: the first column
  bool strict = false;                // cells are equal only with the same text and the same kind of value
  bool for_people = true;  // the marker column is unnamed and blank for equal rows; else `side`, with "="
  std::string null_text = "NULL";                     // in `old -> new`
  std::size_t memory_limit = std::size_t{512} << 20;  // bytes of the right result, which is held whole
};

struct CompareSummary {
  std::size_t equal = 0, different = 0, left_only = 0, right_only = 0;  // rows
  std::vector<std::string> notes = {};  // one line each: columns on one side only, keys that repeat

  bool all_equal() const { return different == 0 && left_only == 0 && right_only == 0; }
};

// "1,204 equal, 3 differ, 1 only in src"; parts that are zero are left out, except the first.
std::string compare_text(const CompareSummary& summary, std::string_view left_name,
                         std::string_view right_name);

// The rows of both sides. The first column marks a row: blank for equal, ~ for rows with differences, < and >
// for rows on the left or right only. Equal cells are the left's, unequal ones `old -> new`, left then right.
// Rows keep the left's order; those on the right only follow at the end in the right's order.
//
// Rows match if the key columns are equal; where a key repeats, in order of appearance (and a note says so).
// Equality is typed (compare() of engine/model/value.h). Columns match by name, ASCII case ignored; the rest
// by position if as many are left on both sides; a column that is still alone is shown, named "x (only in
// src)", and makes every row different.
//
// The right result is held in memory, the left one streams.
class Comparison : public RowSource {
 public:
  struct Side {
    RowSource* rows;  // must outlive the comparison
    std::string name;
  };

  // Reads the right side. Errors: the source's; usage for an unknown key column; unsupported beyond
  // memory_limit.
  static Result<std::unique_ptr<Comparison>> open(Side left, Side right, CompareOptions options);

  const std::vector<ResultColumn>& columns() const override { return columns_; }
  Result<bool> next(Batch& out, std::size_t max_rows) override;

  // Complete when next() has returned false.
  const CompareSummary& summary() const { return summary_; }

 private:
  // A column of the output: where it is on each side.
  struct Pair {
    std::optional<std::size_t> left, right;
  };
  struct Row {
    const Batch* batch;
    std::size_t row;
    bool is_left;
  };
  static constexpr std::uint32_t no_row = UINT32_MAX;

  Comparison(Side left, Side right, CompareOptions options);

  Result<void> match_columns();
  Result<void> find_key();
  Result<void> hold_right();
  void index_right();

  Row held(std::uint32_t number) const;
  Cell cell(const Row& row, const Pair& pair) const;
  Value value(const Row& row, const Pair& pair) const;
  std::uint64_t key_hash(const Row& row) const;
  bool same_key(const Row& a, const Row& b) const;
  bool same_value(const Row& left, const Row& right, const Pair& pair) const;
  // The first unmatched row on the right with the left row's key, taken out of its chain; no_row if there is
  // none.
  std::uint32_t take_match(const Row& left);

  Result<bool> read_left();  // makes left_row_ a row that is not shown yet; false at the end
  void add_matched(Batch& out, const Row& left, const Row& right);
  void add_single(Batch& out, const Row& row);

  Side left_, right_;
  CompareOptions options_;
  std::vector<Pair> pairs_;
  std::vector<Pair> key_;  // both sides are set
  std::vector<ResultColumn> columns_;

  std::vector<Batch> held_;
  std::vector<std::uint32_t> first_of_batch_;  // number of each held batch's first row
  std::uint32_t held_rows_ = 0;
  std::unordered_map<std::uint64_t, std::uint32_t> chains_;  // key hash -> first unmatched row of that hash
  std::vector<std::uint32_t> next_in_chain_;
  std::vector<bool> matched_;

  Batch left_batch_;
  std::size_t left_row_ = 0;
  bool left_ended_ = false;
  std::optional<Error> failure_;  // of the left side, told after the rows that came before it
  std::uint32_t right_row_ = 0;
  CompareSummary summary_;
};

}  // namespace bascule
