#include "engine/jobs/verify.h"

#include <algorithm>
#include <chrono>

#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"
#include "engine/jobs/snapshot.h"
#include "engine/jobs/verify_walk.h"

namespace bascule {
namespace {

constexpr std::string_view level_names[] = {"count", "digest", "rows"};

struct Pair {
  TableName source, target;
  const Table* source_table = nullptr;  // null: only the other side has it
  const Table* target_table = nullptr;
};

// What can be read of both tables, column by column.
struct PairedColumns {
  std::vector<Column> source, target;
  WalkPlan plan;
  std::vector<std::string> source_key, target_key;
};

const Column* find_column(const Table& table, const std::string& name) {
  if (const Column* column = table.find_column(name)) return column;
  for (const auto& column : table.columns)
    if (equals_ignoring_case(column.name, name)) return &column;
  return nullptr;
}

// The columns that tell rows apart: the primary key, or else a unique index over columns that are never NULL.
std::vector<std::string> key_of(const Table& table) {
  if (table.primary_key) return table.primary_key->columns;
  for (const auto& index : table.indexes) {
    const bool is_key = index.unique && index.where.empty() && !index.parts.empty() &&
                        std::all_of(index.parts.begin(), index.parts.end(), [&](const IndexPart& part) {
                          const Column* column =
                              part.column.empty() ? nullptr : table.find_column(part.column);
                          return column != nullptr && !column->nullable && !part.prefix_length;
                        });
    if (!is_key) continue;
    std::vector<std::string> key;
    for (const auto& part : index.parts) key.push_back(part.column);
    return key;
  }
  return {};
}

// Error unsupported with the reason why the tables cannot be compared.
Result<PairedColumns> pair_columns(const Table& source, const Table& target) {
  PairedColumns paired;
  for (const auto& column : source.columns) {
    const Column* other = find_column(target, column.name);
    if (other == nullptr)
      return unsupported_error("column \"" + column.name + "\" is only in the source", "add it");
    const auto form = common_form(column.type, other->type);
    if (!form)
      return unsupported_error("column \"" + column.name + "\" is " + type_name(column.type) +
                                   " in the source and " + type_name(other->type) +
                                   " in the target, which have no common form",
                               "change the type of one of them");
    paired.source.push_back(column);
    paired.target.push_back(*other);
    paired.plan.columns.push_back({column.name, *form, column.type, other->type});
  }
  for (const auto& column : target.columns)
    if (find_column(source, column.name) == nullptr)
      return unsupported_error("column \"" + column.name + "\" is only in the target", "add it");
  if (paired.source.empty())
    return unsupported_error("the table has no columns", "compare with --level count");
  for (const auto& name : key_of(source)) {
    const auto at = std::find_if(paired.source.begin(), paired.source.end(),
                                 [&](const Column& column) { return column.name == name; });
    const auto position = static_cast<std::size_t>(at - paired.source.begin());
    paired.plan.key.push_back(position);
    paired.source_key.push_back(name);
    paired.target_key.push_back(paired.target[position].name);
  }
  return paired;
}

Result<std::vector<Pair>> pair_tables(const Schema& source, const Schema& target, const TableScope& scope) {
  std::set<std::string> used;
  const Schema chosen = filter_tables(source, scope.source, scope.tables, used);
  const Schema others = filter_tables(target, scope.target, scope.tables, used);
  for (const auto& pattern : scope.tables)
    if (!used.contains(pattern)) return unknown_table(source, pattern);

  std::vector<Pair> pairs;
  for (const auto& space : chosen.namespaces)
    for (const auto& table : space.tables) {
      const TableName name{space.name, table.name};
      const TableName other = counterpart(name, source, target, scope.target);
      pairs.push_back({name, other, find_table(source, name), find_table(target, other)});
    }
  const bool is_one_table = !scope.source.table.empty();
  if (is_one_table && pairs.empty()) return unknown_table(source, scope.source.table);
  for (const auto& space : others.namespaces)
    for (const auto& table : space.tables) {
      const TableName name{space.name, table.name};
      const bool is_paired =
          std::any_of(pairs.begin(), pairs.end(), [&](const Pair& pair) { return pair.target == name; });
      if (!is_paired && !is_one_table) pairs.push_back({name, name, nullptr, find_table(target, name)});
    }
  return pairs;
}

std::vector<Pair> given_pairs(const Schema& source, const Schema& target,
                              const std::vector<std::pair<TableName, TableName>>& names) {
  std::vector<Pair> pairs;
  for (const auto& [left, right] : names)
    pairs.push_back({left, right, find_table(source, left), find_table(target, right)});
  return pairs;
}

class Verifier {
 public:
  Verifier(Connection& source, Connection& target, const VerifyRequest& request,
           const ProgressHandler& progress)
      : source_(source), target_(target), request_(request), progress_(progress) {}

  Result<VerifyResult> run() {
    TRY(auto source_snapshot, Snapshot::begin(source_));
    TRY(auto target_snapshot, Snapshot::begin(target_));
    source_snapshot_ = &source_snapshot;
    target_snapshot_ = &target_snapshot;
    TRY(const Schema source, source_.inspect({}));
    TRY(const Schema target, target_.inspect({}));
    source_default_ = source.default_namespace;
    target_default_ = target.default_namespace;
    auto pairs = given_pairs(source, target, request_.pairs);
    if (pairs.empty()) {
      TRY(pairs, pair_tables(source, target, request_.scope));
    }
    VerifyResult result;
    for (const auto& pair : pairs) {
      TRY(auto table, verify_pair(pair));
      result.tables.push_back(std::move(table));
    }
    return result;
  }

 private:
  Result<TableVerification> verify_pair(const Pair& pair) {
    const auto start = std::chrono::steady_clock::now();
    TableVerification table;
    table.level = request_.level;
    table.table = pair.source_table != nullptr ? display_name(pair.source, source_default_)
                                               : display_name(pair.target, target_default_);
    if (pair.source_table == nullptr && pair.target_table == nullptr) {
      table.not_verified = "neither side has the table";
      return table;
    }
    if (pair.source_table == nullptr) table.only_in = "target";
    if (pair.target_table == nullptr) table.only_in = "source";
    auto compared = !table.only_in.empty()                 ? count_rows(pair, table)
                    : request_.level == VerifyLevel::count ? count_rows(pair, table)
                                                           : compare_rows(pair, table);
    if (!compared.ok()) {
      const Error& error = compared.error();
      if (error.ends_connection() || error.code == ErrorCode::cancelled) return error;
      table.not_verified = error.text();
      TRY(source_snapshot_->renew());
      TRY(target_snapshot_->renew());
    }
    table.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (progress_.report) progress_.report({table.table, table.rows_source.value_or(0), {}, true});
    return table;
  }

  // Of the sides that have the table.
  Result<void> count_rows(const Pair& pair, TableVerification& table) {
    if (pair.source_table != nullptr) {
      TRY(table.rows_source, count(source_, pair.source));
    }
    if (pair.target_table != nullptr) {
      TRY(table.rows_target, count(target_, pair.target));
    }
    if (table.only_in == "source") table.missing = table.rows_source;
    if (table.only_in == "target") table.extra = table.rows_target;
    return {};
  }

  static Result<std::optional<std::int64_t>> count(Connection& connection, const TableName& name) {
    const Dialect& dialect = *connection.server().dialect;
    return query_integer(connection,
                         "SELECT count(*) FROM " + quote_qualified(name.schema, name.table, dialect));
  }

  Result<void> compare_rows(const Pair& pair, TableVerification& table) {
    TRY(auto columns, pair_columns(*pair.source_table, *pair.target_table));
    columns.plan.limit = request_.limit;
    if (progress_.report)
      columns.plan.on_rows = [this, &table,
                              estimated = pair.source_table->estimated_rows](std::int64_t rows) {
        progress_.report({table.table, rows, estimated});
      };
    if (request_.level == VerifyLevel::digest) {
      TRY(const auto found, compare_digests(pair, columns));
      fill(table, found);
      table.missing = table.extra = table.different = std::nullopt;
      return {};
    }
    TRY(auto found, walk(pair, columns));
    fill(table, found);
    table.missing = found.missing;
    table.extra = found.extra;
    table.different = found.different;
    table.differences = std::move(found.differences);
    return {};
  }

  static void fill(TableVerification& table, const WalkResult& found) {
    table.rows_source = found.rows_source;
    table.rows_target = found.rows_target;
    table.digest_source = found.source.sum().hex();
    table.digest_target = found.target.sum().hex();
  }

  Result<WalkResult> compare_digests(const Pair& pair, const PairedColumns& columns) {
    TRY(const auto left, source_.bulk_read({pair.source, columns.source}));
    TRY(const auto right, target_.bulk_read({pair.target, columns.target}));
    return walk_digests(*left, *right, columns.plan);
  }

  Result<WalkResult> walk(const Pair& pair, const PairedColumns& columns) {
    if (!columns.plan.key.empty()) {
      TRY(auto found, walk_ordered(pair, columns));
      if (found) return std::move(*found);
      // An engine's order of a carrier type is not that of the values (decimals as text): no order, then.
      TRY(source_snapshot_->renew());
      TRY(target_snapshot_->renew());
    }
    const Opener open_source = [&] { return source_.bulk_read({pair.source, columns.source}); };
    const Opener open_target = [&] { return target_.bulk_read({pair.target, columns.target}); };
    return walk_in_any_order(open_source, open_target, columns.plan);
  }

  Result<std::optional<WalkResult>> walk_ordered(const Pair& pair, const PairedColumns& columns) {
    TRY(const auto left, source_.bulk_read({pair.source, columns.source, columns.source_key}));
    TRY(const auto right, target_.bulk_read({pair.target, columns.target, columns.target_key}));
    return walk_in_key_order(*left, *right, columns.plan);
  }

  Connection& source_;
  Connection& target_;
  const VerifyRequest& request_;
  const ProgressHandler& progress_;
  std::string source_default_, target_default_;
  Snapshot* source_snapshot_ = nullptr;
  Snapshot* target_snapshot_ = nullptr;
};

}  // namespace

std::string_view verify_level_name(VerifyLevel level) {
  return level_names[static_cast<std::size_t>(level)];
}

Result<VerifyLevel> parse_verify_level(std::string_view name) {
  for (const auto level : {VerifyLevel::count, VerifyLevel::digest, VerifyLevel::rows})
    if (verify_level_name(level) == name) return level;
  return usage_error("there is no level \"" + std::string(name) + "\"", "levels: count digest rows");
}

bool TableVerification::is_equal() const {
  const auto none = [](const std::optional<std::int64_t>& count) { return count.value_or(0) == 0; };
  return !not_verified && only_in.empty() && rows_source == rows_target && digest_source == digest_target &&
         none(missing) && none(extra) && none(different);
}

bool VerifyResult::is_equal() const {
  return std::all_of(tables.begin(), tables.end(), [](const auto& table) { return table.is_equal(); });
}

bool VerifyResult::is_complete() const {
  return std::none_of(tables.begin(), tables.end(),
                      [](const auto& table) { return table.not_verified.has_value(); });
}

Result<VerifyResult> verify(Connection& source, Connection& target, const VerifyRequest& request,
                            const ProgressHandler& progress) {
  if (!request.other_options.empty())
    return unsupported_error("\\verify does not know the option " + request.other_options.front() + " yet",
                             "it knows TABLE... --level and --limit");
  if (&source == &target)
    return unsupported_error("a connection cannot be compared with itself",
                             "open a second connection to the database");
  return Verifier(source, target, request, progress).run();
}

}  // namespace bascule
