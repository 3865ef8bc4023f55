#include "engine/jobs/verify_walk.h"

#include <unordered_map>

#include "engine/jobs/canonical_reader.h"

namespace bascule {
namespace {

constexpr std::int64_t report_every = 10'000;

class Walk {
 public:
  explicit Walk(const WalkPlan& plan) : plan_(plan) {}

  WalkResult result;

  // Goes on and adds the row to its side's digest.
  Result<bool> advance(CanonicalReader& reader, WalkSide side) {
    TRY(const bool more, reader.advance());
    if (!more) return false;
    const bool is_source = side == WalkSide::source;
    (is_source ? result.source : result.target).add(reader.row_digest());
    (is_source ? result.rows_source : result.rows_target) += 1;
    if (is_source && plan_.on_rows && reader.rows() % report_every == 0) plan_.on_rows(reader.rows());
    return true;
  }

  void list_row(DifferenceKind kind, const CanonicalReader& reader) {
    if (result.differences.size() < plan_.limit) result.differences.push_back({kind, reader.identity()});
  }

  void list_cells(const CanonicalReader& source, const CanonicalReader& target) {
    for (std::size_t column = 0; column < plan_.columns.size(); ++column) {
      if (source.canonical(column) == target.canonical(column)) continue;
      if (result.differences.size() >= plan_.limit) return;
      result.differences.push_back({DifferenceKind::different, source.identity(), plan_.columns[column].name,
                                    source.value(column), target.value(column)});
    }
  }

  bool is_list_full() const { return result.differences.size() >= plan_.limit; }

 private:
  const WalkPlan& plan_;
};

struct DigestHash {
  std::size_t operator()(const Digest128& digest) const { return static_cast<std::size_t>(digest.low); }
};

Result<std::unique_ptr<RowSource>> open(const Opener& opener) {
  return opener();
}

// --- rows as a multiset ---

using Balance = std::unordered_map<Digest128, std::int64_t, DigestHash>;  // of each row: source minus target

Result<void> add_to_balance(const Opener& opener, const WalkPlan& plan, WalkSide side, Walk& walk,
                            Balance& balance) {
  TRY(const auto rows, open(opener));
  CanonicalReader reader(*rows, plan, side);
  for (;;) {
    TRY(const bool more, walk.advance(reader, side));
    if (!more) return {};
    const auto entry = balance.try_emplace(reader.row_digest()).first;
    entry->second += side == WalkSide::source ? 1 : -1;
    if (entry->second == 0) balance.erase(entry);
  }
}

// Reads again and lists the rows that `balance` has too many of on this side.
Result<void> list_surplus(const Opener& opener, const WalkPlan& plan, WalkSide side, Walk& walk,
                          Balance balance) {
  TRY(const auto rows, open(opener));
  CanonicalReader reader(*rows, plan, side);
  const std::int64_t sign = side == WalkSide::source ? 1 : -1;
  while (!walk.is_list_full()) {
    TRY(const bool more, reader.advance());
    if (!more) return {};
    const auto entry = balance.find(reader.row_digest());
    if (entry == balance.end() || entry->second * sign <= 0) continue;
    entry->second -= sign;
    walk.list_row(side == WalkSide::source ? DifferenceKind::missing : DifferenceKind::extra, reader);
  }
  return {};
}

Result<WalkResult> walk_multiset(const Opener& source, const Opener& target, const WalkPlan& plan) {
  Walk walk(plan);
  Balance balance;
  TRY(add_to_balance(source, plan, WalkSide::source, walk, balance));
  TRY(add_to_balance(target, plan, WalkSide::target, walk, balance));
  for (const auto& [row, surplus] : balance)
    (surplus > 0 ? walk.result.missing : walk.result.extra) += std::abs(surplus);
  if (walk.result.missing > 0) TRY(list_surplus(source, plan, WalkSide::source, walk, balance));
  if (walk.result.extra > 0) TRY(list_surplus(target, plan, WalkSide::target, walk, std::move(balance)));
  return std::move(walk.result);
}

// --- rows by the digest of their key ---

enum class KeyState : std::uint8_t { source_only, equal, different, target_only };
struct KeyEntry {
  Digest128 row;
  KeyState state = KeyState::source_only;
};
using KeyTable = std::unordered_map<Digest128, KeyEntry, DigestHash>;

// False if a key comes twice.
Result<bool> enter_source(const Opener& opener, const WalkPlan& plan, Walk& walk, KeyTable& keys) {
  TRY(const auto rows, open(opener));
  CanonicalReader reader(*rows, plan, WalkSide::source);
  for (;;) {
    TRY(const bool more, walk.advance(reader, WalkSide::source));
    if (!more) return true;
    if (!keys.try_emplace(reader.key_digest(), KeyEntry{reader.row_digest()}).second) return false;
  }
}

Result<bool> match_target(const Opener& opener, const WalkPlan& plan, Walk& walk, KeyTable& keys) {
  TRY(const auto rows, open(opener));
  CanonicalReader reader(*rows, plan, WalkSide::target);
  for (;;) {
    TRY(const bool more, walk.advance(reader, WalkSide::target));
    if (!more) return true;
    const auto [entry, is_new] =
        keys.try_emplace(reader.key_digest(), KeyEntry{reader.row_digest(), KeyState::target_only});
    if (is_new) continue;
    if (entry->second.state != KeyState::source_only) return false;
    entry->second.state = entry->second.row == reader.row_digest() ? KeyState::equal : KeyState::different;
  }
}

// The rows of one side that a second reading found, with their canonical cells.
struct FoundRow {
  std::vector<std::pair<std::string, Value>> key;
  std::vector<std::string> canonical;
  std::vector<Value> values;
};
using FoundRows = std::unordered_map<Digest128, FoundRow, DigestHash>;

FoundRow keep_row(const CanonicalReader& reader, const WalkPlan& plan) {
  FoundRow row{reader.identity(), {}, {}};
  for (std::size_t column = 0; column < plan.columns.size(); ++column) {
    row.canonical.emplace_back(reader.canonical(column));
    row.values.push_back(reader.value(column));
  }
  return row;
}

void list_changes(const FoundRow& source, const CanonicalReader& target, const WalkPlan& plan, Walk& walk) {
  for (std::size_t column = 0; column < plan.columns.size(); ++column)
    if (source.canonical[column] != target.canonical(column) && !walk.is_list_full())
      walk.result.differences.push_back({DifferenceKind::different, source.key, plan.columns[column].name,
                                         source.values[column], target.value(column)});
}

// Reads both sides again: missing rows and the first `limit` changed ones, then what the target has of them.
Result<void> list_by_key(const Opener& source, const Opener& target, const WalkPlan& plan, Walk& walk,
                         const KeyTable& keys) {
  const auto state_of = [&](const CanonicalReader& reader) {
    const auto entry = keys.find(reader.key_digest());
    return entry == keys.end() ? KeyState::equal : entry->second.state;
  };
  FoundRows changed;
  {
    TRY(const auto rows, open(source));
    CanonicalReader reader(*rows, plan, WalkSide::source);
    while (!walk.is_list_full()) {
      TRY(const bool more, reader.advance());
      if (!more) break;
      const KeyState state = state_of(reader);
      if (state == KeyState::source_only) walk.list_row(DifferenceKind::missing, reader);
      if (state == KeyState::different && changed.size() < plan.limit)
        changed.emplace(reader.key_digest(), keep_row(reader, plan));
    }
  }
  TRY(const auto rows, open(target));
  CanonicalReader reader(*rows, plan, WalkSide::target);
  while (!walk.is_list_full()) {
    TRY(const bool more, reader.advance());
    if (!more) break;
    if (state_of(reader) == KeyState::target_only) walk.list_row(DifferenceKind::extra, reader);
    if (const auto found = changed.find(reader.key_digest()); found != changed.end())
      list_changes(found->second, reader, plan, walk);
  }
  return {};
}

Result<std::optional<WalkResult>> walk_by_key_table(const Opener& source, const Opener& target,
                                                    const WalkPlan& plan) {
  Walk walk(plan);
  KeyTable keys;
  TRY(const bool is_source_unique, enter_source(source, plan, walk, keys));
  if (!is_source_unique) return std::optional<WalkResult>();
  TRY(const bool is_target_unique, match_target(target, plan, walk, keys));
  if (!is_target_unique) return std::optional<WalkResult>();
  for (const auto& [key, entry] : keys) {
    walk.result.missing += entry.state == KeyState::source_only ? 1 : 0;
    walk.result.extra += entry.state == KeyState::target_only ? 1 : 0;
    walk.result.different += entry.state == KeyState::different ? 1 : 0;
  }
  const auto& found = walk.result;
  if (found.missing + found.extra + found.different > 0) TRY(list_by_key(source, target, plan, walk, keys));
  return std::optional(std::move(walk.result));
}

}  // namespace

Result<WalkResult> walk_digests(RowSource& source, RowSource& target, const WalkPlan& plan) {
  Walk walk(plan);
  CanonicalReader left(source, plan, WalkSide::source), right(target, plan, WalkSide::target);
  bool more = true;
  while (more) {
    more = false;
    if (!left.at_end()) {
      TRY(const bool advanced, walk.advance(left, WalkSide::source));
      more = more || advanced;
    }
    if (!right.at_end()) {
      TRY(const bool advanced, walk.advance(right, WalkSide::target));
      more = more || advanced;
    }
  }
  return std::move(walk.result);
}

Result<std::optional<WalkResult>> walk_in_key_order(RowSource& source, RowSource& target,
                                                    const WalkPlan& plan) {
  Walk walk(plan);
  CanonicalReader left(source, plan, WalkSide::source), right(target, plan, WalkSide::target);
  bool is_ordered = true;
  const auto advance = [&](CanonicalReader& reader, WalkSide side) -> Result<void> {
    TRY(const bool more, walk.advance(reader, side));
    if (more && !reader.ascends()) is_ordered = false;
    return {};
  };
  TRY(advance(left, WalkSide::source));
  TRY(advance(right, WalkSide::target));
  while (is_ordered && (!left.at_end() || !right.at_end())) {
    const int order = left.at_end() ? 1 : right.at_end() ? -1 : left.compare_key(right);
    if (order < 0) {
      ++walk.result.missing;
      walk.list_row(DifferenceKind::missing, left);
    } else if (order > 0) {
      ++walk.result.extra;
      walk.list_row(DifferenceKind::extra, right);
    } else if (left.row_digest() != right.row_digest()) {
      ++walk.result.different;
      walk.list_cells(left, right);
    }
    if (order <= 0) TRY(advance(left, WalkSide::source));
    if (order >= 0) TRY(advance(right, WalkSide::target));
  }
  if (!is_ordered) return std::optional<WalkResult>();
  return std::optional(std::move(walk.result));
}

Result<WalkResult> walk_in_any_order(const Opener& source, const Opener& target, const WalkPlan& plan) {
  if (!plan.key.empty()) {
    TRY(auto by_key, walk_by_key_table(source, target, plan));
    if (by_key) return std::move(*by_key);
  }
  return walk_multiset(source, target, plan);
}

}  // namespace bascule
