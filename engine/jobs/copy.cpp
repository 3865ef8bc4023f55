#include "engine/jobs/copy.h"

#include <algorithm>
#include <chrono>

#include "engine/dialect/sql_writer.h"
#include "engine/jobs/prefetch.h"
#include "engine/jobs/snapshot.h"

namespace bascule {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto report_interval = std::chrono::milliseconds(200);

class Copier {
 public:
  Copier(Connection& source, Connection& target, const CopyPlan& plan, const CopyOptions& options)
      : source_(source), target_(target), plan_(plan), options_(options) {}

  Result<CopyResult> run() {
    if (target_.server().read_only)
      return Error{ErrorCode::refused, "the target is read-only", "open it without --read-only", ""};
    if (target_.transaction() != TransactionState::none)
      return Error{ErrorCode::conflict, "the target has a transaction open",
                   "end it with COMMIT or ROLLBACK first", ""};
    // Also the verification reads this state of the source.
    TRY(auto snapshot, Snapshot::begin(source_));
    result_.notices = plan_.notices;
    TRY(plan_.mode == CopyMode::replace ? replace_all_tables() : copy_one_by_one());
    TRY(finish());
    TRY(check_identities());
    if (options_.verify) TRY(verify_copy());
    return std::move(result_);
  }

 private:
  std::string name_of(const TableName& name, const Connection& connection) const {
    const auto& server = connection.server();
    const std::string_view usual = server.dialect->default_schema;
    return display_name(name, usual.empty() ? std::string_view(server.database) : usual);
  }
  std::string place(const TableCopy& copy) const {
    return "copy " + name_of(copy.source, source_) + " to " + name_of(copy.target, target_);
  }

  // --- one table after the other, each whole or not at all ---

  Result<void> copy_one_by_one() {
    for (const auto& copy : plan_.tables)
      if (auto done = copy_table(copy); !done.ok()) return std::move(done).error().in(place(copy));
    return {};
  }

  // True if table, rows and indexes can be one transaction.
  bool is_one_transaction(const TableCopy& copy) const {
    const auto may_be_inside = [](const Step& step) { return step.in_transaction; };
    return target_.server().dialect->transactional_ddl &&
           std::all_of(copy.create.begin(), copy.create.end(), may_be_inside) &&
           std::all_of(copy.finish.begin(), copy.finish.end(), may_be_inside);
  }

  Result<void> copy_table(const TableCopy& copy) {
    const bool together = is_one_transaction(copy);
    std::size_t created = 0;
    auto done = together ? copy_together(copy) : copy_in_parts(copy, created);
    if (done.ok()) return {};
    Error error = std::move(done).error();
    roll_back();
    // What was made outside of the transaction is taken back, the last first.
    for (; created > 0 && target_.is_alive(); --created)
      if (const auto& undo = copy.create[created - 1].undo_sql;
          !undo.empty() && !run_to_end(target_, undo).ok())
        error.detail += (error.detail.empty() ? "" : "\n") +
                        ("the target keeps what was made by: " + copy.create[created - 1].sql);
    return error;
  }

  Result<void> copy_together(const TableCopy& copy) {
    TRY(run_to_end(target_, "BEGIN"));
    for (const auto& step : copy.create) TRY(run_to_end(target_, step.sql));
    TRY(transfer(copy));
    for (const auto& step : copy.finish) TRY(run_to_end(target_, step.sql));
    return run_to_end(target_, "COMMIT");
  }

  // `created` counts the steps that are to be taken back if it fails.
  Result<void> copy_in_parts(const TableCopy& copy, std::size_t& created) {
    for (const auto& step : copy.create) {
      TRY(run_to_end(target_, step.sql));
      ++created;
    }
    TRY(run_to_end(target_, "BEGIN"));
    TRY(transfer(copy));
    TRY(run_to_end(target_, "COMMIT"));
    for (const auto& step : copy.finish) TRY(run_to_end(target_, step.sql));
    return {};
  }

  void roll_back() {
    // If it fails, the connection has ended, and the server rolls back by itself.
    if (target_.is_alive() && target_.transaction() != TransactionState::none)
      (void)run_to_end(target_, "ROLLBACK");
  }

  // --- all tables at once ---

  Result<void> replace_all_tables() {
    auto done = replace_in_transaction();
    if (!done.ok()) roll_back();
    return done;
  }

  Result<void> replace_in_transaction() {
    TRY(run_to_end(target_, "BEGIN"));
    for (auto copy = plan_.tables.rbegin(); copy != plan_.tables.rend(); ++copy) {
      SqlWriter sql(*target_.server().dialect);
      sql.raw("DELETE FROM").name(copy->target.schema, copy->target.table);
      if (auto emptied = run_to_end(target_, sql.str()); !emptied.ok())
        return std::move(emptied).error().in(place(*copy));
    }
    for (const auto& copy : plan_.tables)
      if (auto done = transfer(copy); !done.ok()) return std::move(done).error().in(place(copy));
    return run_to_end(target_, "COMMIT");
  }

  // --- the rows of one table ---

  Result<void> transfer(const TableCopy& copy) {
    const auto start = Clock::now();
    TableCopied copied{name_of(copy.source, source_), name_of(copy.target, target_)};
    TRY(write_rows(copy, copied));
    if (plan_.mode == CopyMode::append) {
      copied.rows_written = copied.rows_read;  // finish() has confirmed them; others may write meanwhile
    } else {
      TRY(copied.rows_written, count_target(copy));
      if (copied.rows_written != copied.rows_read)
        return Error{ErrorCode::mismatch,
                     "read " + std::to_string(copied.rows_read) + " rows of " + copied.source +
                         " and the target has " + std::to_string(copied.rows_written),
                     "look for triggers and rules on the target's table", ""};
    }
    copied.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (options_.progress.report)
      options_.progress.report({copied.source, copied.rows_read, copy.estimated_rows, true});
    result_.tables.push_back(std::move(copied));
    return {};
  }

  Result<void> write_rows(const TableCopy& copy, TableCopied& copied) {
    TRY(const auto reader, source_.bulk_read({copy.source, copy.source_columns}));
    TRY(const auto writer, target_.bulk_write({copy.target, copy.target_columns}));
    Prefetch prefetch(*reader);
    auto reported = Clock::now();
    for (;;) {
      TRY(const Batch* batch, prefetch.next());
      if (batch == nullptr) break;
      TRY(writer->write(*batch));
      copied.rows_read += static_cast<std::int64_t>(batch->rows());
      copied.bytes += static_cast<std::int64_t>(batch->bytes());
      if (!options_.progress.report || Clock::now() - reported < report_interval) continue;
      options_.progress.report({copied.source, copied.rows_read, copy.estimated_rows});
      reported = Clock::now();
    }
    return writer->finish();
  }

  Result<std::int64_t> count_target(const TableCopy& copy) {
    SqlWriter sql(*target_.server().dialect);
    sql.raw("SELECT count(*) FROM").name(copy.target.schema, copy.target.table);
    TRY(const auto count, query_integer(target_, sql.str()));
    return count.value_or(0);
  }

  // --- afterwards ---

  Result<void> finish() {
    for (const auto& step : plan_.finish) {
      auto done = run_to_end(target_, step.sql);
      if (done.ok()) continue;
      Error error = std::move(done).error();
      error.detail += std::string(error.detail.empty() ? "" : "\n") +
                      "all rows were copied and stay; what failed is: " + step.sql;
      if (error.hint.empty()) error.hint = "mend the rows on the target, then run the statement by hand";
      return std::move(error).in("keys of the copied tables");
    }
    return {};
  }

  // A sequence that would give numbers which the copied rows have already is said.
  Result<void> check_identities() {
    TRY(const Schema schema, target_.inspect({}));
    for (const auto& copy : plan_.tables) {
      const Table* table = find_table(schema, copy.target);
      if (table == nullptr) continue;
      for (const auto& column : table->columns) {
        if (column.identity == Identity::none || !column.identity_next) continue;
        SqlWriter sql(*target_.server().dialect);
        sql.raw("SELECT max(").name(column.name).raw(") FROM").name(copy.target.schema, copy.target.table);
        TRY(const auto highest, query_integer(target_, sql.str()));
        if (highest && *highest >= *column.identity_next)
          result_.notices.push_back({"identity_behind", name_of(copy.target, target_) + "." + column.name,
                                     "the next number is " + std::to_string(*column.identity_next) +
                                         ", and the copied rows go up to " + std::to_string(*highest)});
      }
    }
    return {};
  }

  Result<void> verify_copy() {
    if (plan_.mode == CopyMode::append) {
      result_.notices.push_back(
          {"not_verified", "", "appended rows are not told from those that were there before"});
      return {};
    }
    VerifyRequest request;
    for (const auto& copy : plan_.tables) request.pairs.emplace_back(copy.source, copy.target);
    TRY(result_.verification, verify(source_, target_, request, options_.progress));
    return {};
  }

  Connection& source_;
  Connection& target_;
  const CopyPlan& plan_;
  const CopyOptions& options_;
  CopyResult result_;
};

}  // namespace

std::optional<bool> CopyResult::verified() const {
  if (!verification) return std::nullopt;
  return verification->is_equal();
}

Result<CopyResult> run_copy(Connection& source, Connection& target, const CopyPlan& plan,
                            const CopyOptions& options) {
  return Copier(source, target, plan, options).run();
}

}  // namespace bascule
