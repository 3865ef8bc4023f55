#include "shell/compare.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "engine/base/overloaded.h"
#include "engine/base/text.h"
#include "shell/render/cell_text.h"

namespace bascule {
namespace {

std::string with_separators(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::uint64_t hash_text(std::string_view text) {
  return std::hash<std::string_view>()(text);
}

// Values that compare() calls equal have the same hash: numbers meet in the nearest double, moments in their
// UTC microseconds, text that reads as one of them with it. What shares a hash is compared in full
// afterwards.
std::uint64_t hash_number(std::string_view digits) {
  const auto canonical = canonical_decimal(digits);
  if (!canonical) return hash_text(digits);
  const auto number = parse_double(*canonical);
  return number ? std::hash<double>()(*number == 0 ? 0.0 : *number) : 0;
}

std::uint64_t hash_timestamp(const value::Timestamp& timestamp) {
  const auto moment = epoch_microseconds(timestamp);
  return moment ? std::hash<std::int64_t>()(*moment) : hash_text(format_date(timestamp.date));
}

std::uint64_t hash_time(const value::Time& time) {
  return std::hash<std::int64_t>()(time.microseconds -
                                   time.offset_seconds.value_or(0) * std::int64_t{1'000'000});
}

std::uint64_t hash_string(const std::string& text) {
  if (canonical_decimal(text)) return hash_number(text);
  if (const auto timestamp = parse_timestamp(text)) return hash_timestamp(*timestamp);
  if (const auto date = parse_date(text)) return hash_timestamp({*date, 0, {}});
  if (const auto time = parse_time(text)) return hash_time(*time);
  return hash_text(text);
}

std::uint64_t hash_value(const Value& value) {
  return std::visit(overloaded{[](const value::Null&) { return std::uint64_t{0}; },
                               [](bool v) { return hash_number(v ? "1" : "0"); },
                               [](std::int64_t v) { return hash_number(std::to_string(v)); },
                               [](std::uint64_t v) { return hash_number(std::to_string(v)); },
                               [](double v) { return hash_number(format_double(v)); },
                               [](const value::Decimal& v) { return hash_number(v.digits); },
                               [](const std::string& v) { return hash_string(v); },
                               [](const value::Bytes& v) { return hash_text(v.data); },
                               [](const value::Date& v) {
                                 return hash_timestamp({v, 0, {}});
                               },
                               [](const value::Time& v) { return hash_time(v); },
                               [](const value::Timestamp& v) { return hash_timestamp(v); },
                               [](const value::Array& v) { return std::uint64_t{v.elements.size()}; },
                               [](const value::Spelled& v) { return hash_string(v.text); }},
                    value.kind);
}

std::optional<std::size_t> find_column(const std::vector<ResultColumn>& columns, std::string_view name) {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const ResultColumn& column) {
    return equals_ignoring_case(column.name, name);
  });
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

std::string spelled(const Cell& cell, const ResultColumn& column, const std::string& null_text) {
  if (cell.is_null()) return null_text;
  CellSpeller speller;
  return std::string(speller(cell, is_single_float(column.type)));
}

}  // namespace

std::string compare_text(const CompareSummary& summary, std::string_view left_name,
                         std::string_view right_name) {
  std::string text = with_separators(summary.equal) + " equal";
  if (summary.different > 0)
    text += ", " + with_separators(summary.different) + (summary.different == 1 ? " differs" : " differ");
  const auto add_side = [&](std::size_t count, std::string_view name) {
    if (count > 0) text += ", " + with_separators(count) + " only in " + std::string(name);
  };
  add_side(summary.left_only, left_name);
  add_side(summary.right_only, right_name);
  return text;
}

Comparison::Comparison(Side left, Side right, CompareOptions options)
    : left_(std::move(left)), right_(std::move(right)), options_(std::move(options)) {}

Result<std::unique_ptr<Comparison>> Comparison::open(Side left, Side right, CompareOptions options) {
  std::unique_ptr<Comparison> comparison(
      new Comparison(std::move(left), std::move(right), std::move(options)));
  TRY(comparison->match_columns());
  TRY(comparison->find_key());
  TRY(comparison->hold_right());
  comparison->index_right();
  return comparison;
}

Result<void> Comparison::match_columns() {
  const auto& left = left_.rows->columns();
  const auto& right = right_.rows->columns();
  std::vector<bool> taken(right.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    Pair pair{i, {}};
    for (std::size_t j = 0; j < right.size() && !pair.right; ++j)
      if (!taken[j] && equals_ignoring_case(left[i].name, right[j].name)) pair.right = j;
    if (pair.right) taken[*pair.right] = true;
    pairs_.push_back(pair);
  }
  std::vector<std::size_t> lone;
  for (std::size_t j = 0; j < right.size(); ++j)
    if (!taken[j]) lone.push_back(j);
  const auto is_lone = [](const Pair& pair) { return !pair.right; };
  if (static_cast<std::size_t>(std::count_if(pairs_.begin(), pairs_.end(), is_lone)) == lone.size()) {
    auto next = lone.begin();
    for (auto& pair : pairs_)
      if (is_lone(pair)) pair.right = *next++;
    lone.clear();
  }
  for (const std::size_t j : lone) pairs_.push_back({{}, j});

  columns_.push_back({options_.for_people ? "" : "side", type::Text{}, ""});
  for (const auto& pair : pairs_) {
    columns_.push_back(pair.left ? left[*pair.left] : right[*pair.right]);
    if (pair.left && pair.right) continue;
    const std::string& side = pair.left ? left_.name : right_.name;
    summary_.notes.push_back("column \"" + columns_.back().name + "\" is only in " + side);
    columns_.back().name += " (only in " + side + ")";
  }
  return {};
}

Result<void> Comparison::find_key() {
  const auto& columns = left_.rows->columns();
  std::vector<std::string> names = options_.key;
  if (names.empty() && !columns.empty()) names.push_back(columns[0].name);
  if (names.empty())
    return usage_error("the result of " + left_.name + " has no columns to compare", "use a SELECT");
  for (const auto& name : names) {
    const auto at = find_column(columns, name);
    if (at && pairs_[*at].right) {
      key_.push_back(pairs_[*at]);
      continue;
    }
    std::vector<std::string> known;
    for (const auto& column : columns) known.push_back(column.name);
    if (at)
      return usage_error("key column \"" + name + "\" is not in the result of " + right_.name,
                         "choose columns that both results have: \\set COMPARE_KEY c1,c2");
    const auto near = nearest_name(name, known);
    return usage_error("there is no key column \"" + name + "\" in the result of " + left_.name,
                       near ? "did you mean \"" + *near + "\"?" : "the columns are " + join(known, ", "));
  }
  return {};
}

Result<void> Comparison::hold_right() {
  std::size_t bytes = 0;
  for (;;) {
    Batch batch;
    TRY(const bool more, right_.rows->next(batch, default_batch_rows));
    if (!more) return {};
    bytes += batch.bytes();
    if (bytes > options_.memory_limit || held_rows_ > no_row - 1 - batch.rows())
      return unsupported_error("the result of " + right_.name + " is too large to show side by side",
                               "compare tables with \\verify, or narrow the query");
    first_of_batch_.push_back(held_rows_);
    held_rows_ += static_cast<std::uint32_t>(batch.rows());
    held_.push_back(std::move(batch));
  }
}

void Comparison::index_right() {
  next_in_chain_.assign(held_rows_, no_row);
  matched_.assign(held_rows_, false);
  chains_.reserve(held_rows_);
  std::size_t repeated = 0;
  // From the last row to the first, so that a chain begins with the row that appeared first.
  for (std::uint32_t number = held_rows_; number-- > 0;) {
    const auto [chain, is_new] = chains_.try_emplace(key_hash(held(number)), number);
    if (is_new) continue;
    if (same_key(held(number), held(chain->second))) ++repeated;
    next_in_chain_[number] = std::exchange(chain->second, number);
  }
  if (repeated > 0)
    summary_.notes.push_back("the key repeats in " + with_separators(repeated) +
                             (repeated == 1 ? " row" : " rows") + " of " + right_.name +
                             ": rows of one key are matched in order of appearance");
}

Comparison::Row Comparison::held(std::uint32_t number) const {
  const auto after = std::upper_bound(first_of_batch_.begin(), first_of_batch_.end(), number);
  const auto index = static_cast<std::size_t>(after - first_of_batch_.begin()) - 1;
  return {&held_[index], number - first_of_batch_[index], false};
}

Cell Comparison::cell(const Row& row, const Pair& pair) const {
  return row.batch->cell(row.row, row.is_left ? *pair.left : *pair.right);
}

Value Comparison::value(const Row& row, const Pair& pair) const {
  const Side& side = row.is_left ? left_ : right_;
  return to_value(cell(row, pair), side.rows->columns()[row.is_left ? *pair.left : *pair.right].type);
}

std::uint64_t Comparison::key_hash(const Row& row) const {
  std::uint64_t hash = 0;
  for (const auto& pair : key_) hash = hash * 0x9E3779B97F4A7C15u + hash_value(value(row, pair));
  return hash;
}

bool Comparison::same_key(const Row& a, const Row& b) const {
  return std::all_of(key_.begin(), key_.end(),
                     [&](const Pair& pair) { return compare(value(a, pair), value(b, pair)) == 0; });
}

bool Comparison::same_value(const Row& left, const Row& right, const Pair& pair) const {
  const Cell a = cell(left, pair), b = cell(right, pair);
  const bool is_text = a.kind >= CellKind::text;
  if (a.kind == b.kind && is_text && a.text == b.text && !options_.strict) return true;
  const Value left_value = value(left, pair), right_value = value(right, pair);
  if (!options_.strict) return compare(left_value, right_value) == 0;
  return left_value.kind.index() == right_value.kind.index() &&
         spelled(a, left_.rows->columns()[*pair.left], {}) ==
             spelled(b, right_.rows->columns()[*pair.right], {});
}

std::uint32_t Comparison::take_match(const Row& left) {
  const auto chain = chains_.find(key_hash(left));
  if (chain == chains_.end()) return no_row;
  for (std::uint32_t* link = &chain->second; *link != no_row; link = &next_in_chain_[*link]) {
    if (!same_key(left, held(*link))) continue;
    const std::uint32_t number = std::exchange(*link, next_in_chain_[*link]);
    matched_[number] = true;
    return number;
  }
  return no_row;
}

Result<bool> Comparison::read_left() {
  if (left_row_ < left_batch_.rows()) return true;
  if (left_ended_) return false;
  left_row_ = 0;
  TRY(const bool more, left_.rows->next(left_batch_, default_batch_rows));
  left_ended_ = !more;
  return more;
}

Result<bool> Comparison::next(Batch& out, std::size_t max_rows) {
  out.reset(columns_.size());
  if (failure_) return *failure_;
  const auto has_room = [&] { return out.rows() < max_rows && out.bytes() < batch_bytes_limit; };
  while (has_room()) {
    auto more = read_left();
    if (!more.ok()) {
      failure_ = std::move(more).error();
      break;
    }
    if (!*more) break;
    const Row left{&left_batch_, left_row_++, true};
    const std::uint32_t match = take_match(left);
    if (match == no_row)
      add_single(out, left);
    else
      add_matched(out, left, held(match));
  }
  for (; has_room() && left_ended_ && right_row_ < held_rows_; ++right_row_)
    if (!matched_[right_row_]) add_single(out, held(right_row_));
  if (failure_ && out.empty()) return *failure_;
  return !out.empty();
}

void Comparison::add_matched(Batch& out, const Row& left, const Row& right) {
  std::vector<bool> same;
  for (const auto& pair : pairs_) same.push_back(pair.left && pair.right && same_value(left, right, pair));
  const bool equal = std::find(same.begin(), same.end(), false) == same.end();
  ++(equal ? summary_.equal : summary_.different);
  out.add_text(!equal ? "~" : options_.for_people ? " " : "=");
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const Pair& pair = pairs_[i];
    if (same[i] || !pair.right) {
      out.add(cell(left, pair));
    } else if (!pair.left) {
      out.add(cell(right, pair));
    } else {
      out.add_text(spelled(cell(left, pair), left_.rows->columns()[*pair.left], options_.null_text) + " -> " +
                   spelled(cell(right, pair), right_.rows->columns()[*pair.right], options_.null_text));
    }
  }
}

void Comparison::add_single(Batch& out, const Row& row) {
  ++(row.is_left ? summary_.left_only : summary_.right_only);
  out.add_text(row.is_left ? "<" : ">");
  for (const auto& pair : pairs_) {
    if (row.is_left ? pair.left : pair.right)
      out.add(cell(row, pair));
    else
      out.add_null();
  }
}

}  // namespace bascule
