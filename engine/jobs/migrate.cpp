#include "engine/jobs/migrate.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>

#include "engine/base/digest.h"
#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/dialect/migration_lock.h"

namespace bascule {
namespace {

Error conflict_error(std::string what, std::string hint) {
  Error error;
  error.code = ErrorCode::conflict;
  error.what = std::move(what);
  error.hint = std::move(hint);
  return error;
}

std::string title(const Migration& migration) {
  return migration.id + "_" + migration.name;
}

std::string now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(std::time(nullptr)));
}

Result<void> run(Connection& connection, std::string_view sql) {
  TRY(const auto cursor, connection.query(sql));
  Batch batch;
  for (;;) {
    TRY(const bool more, cursor->next(batch, default_batch_rows));
    if (more) continue;
    TRY(const bool another, cursor->next_result());
    if (!another) return {};
  }
}

// A failed ROLLBACK changes nothing of what is said: the error that led here is.
void roll_back(Connection& connection) {
  if (connection.transaction() != TransactionState::none) (void)run(connection, "ROLLBACK").ok();
}

// The digest by which the statements that are done are known again.
Result<std::string> checksum_of(const std::vector<std::string>& statements, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += statements[i] + ";\n";
  return digest_hex(DigestAlgorithm::sha256, text);
}

// What the folder and the database say, side by side.
struct Situation {
  const Layout* layout = nullptr;
  std::vector<Migration> files;
  std::vector<AppliedMigration> rows;

  const AppliedMigration* find_row(std::string_view id) const {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.id == id; });
    return found == rows.end() ? nullptr : &*found;
  }
  bool has_file(std::string_view id) const {
    return std::any_of(files.begin(), files.end(), [&](const auto& file) { return file.id == id; });
  }
  MigrationState state_of(const Migration& file) const {
    if (const AppliedMigration* row = find_row(file.id)) {
      if (!row->is_complete) return MigrationState::failed;
      return row->checksum == file.checksum ? MigrationState::applied : MigrationState::changed;
    }
    const bool is_late = !rows.empty() && layout->is_before(file.id, rows.back().id);
    return is_late ? MigrationState::out_of_order : MigrationState::pending;
  }
};

Result<Situation> look(Connection& connection, const MigrateRequest& request) {
  Situation situation;
  TRY(situation.layout, find_layout(request.tool));
  TRY(situation.files, situation.layout->files(request.dir, *connection.server().dialect));
  TRY(situation.rows, situation.layout->history(connection));
  return situation;
}

// A transaction that the file ends by itself would leave the rest of it outside.
Result<void> check_transaction_words(const PlannedMigration& planned, const Dialect& dialect) {
  constexpr std::string_view words[] = {"begin", "start", "commit", "end", "rollback", "abort"};
  for (std::size_t i = 0; i < planned.statements.size(); ++i) {
    const std::vector<std::string> keywords = leading_keywords(planned.statements[i], dialect, 2);
    if (keywords.empty() || std::find(std::begin(words), std::end(words), keywords[0]) == std::end(words))
      continue;
    if (keywords[0] == "rollback" && keywords.size() > 1 && keywords[1] == "to") continue;
    return usage_error(fmt::format("{}, line {}: {} inside the transaction of the migration",
                                   planned.migration.path, planned.lines[i], to_upper(keywords[0])),
                       "leave it out, or begin the file with: -- migrate:up transaction:false");
  }
  return {};
}

Result<PlannedMigration> plan_one(const Migration& file, const AppliedMigration* row,
                                  const Dialect& dialect) {
  PlannedMigration planned;
  planned.migration = file;
  planned.in_transaction = file.in_transaction && dialect.transactional_ddl;
  for (SplitStatement& statement : split_statements(file.up, dialect)) {
    planned.statements.push_back(std::move(statement.text));
    planned.lines.push_back(file.up_line + statement.line - 1);
  }
  if (planned.in_transaction) TRY(check_transaction_words(planned, dialect));
  if (row == nullptr) return planned;
  const std::size_t done = row->statements_done;
  std::string same;
  if (done <= planned.statements.size()) {
    TRY(same, checksum_of(planned.statements, done));
  }
  if (same != row->done_checksum)
    return conflict_error(
        fmt::format("migration {} failed behind statement {}, and what was done has changed in the file",
                    title(file), done),
        "put the first " + std::to_string(done) + " statements back as they were run");
  planned.statements_done = done;
  return planned;
}

// How many of the migrations the target of the request means.
Result<std::size_t> wanted_count(const std::vector<PlannedMigration>& planned, const MigrateRequest& request,
                                 const Situation& situation) {
  if (request.target.empty()) return planned.size();
  for (std::size_t i = 0; i < planned.size(); ++i)
    if (planned[i].migration.id == request.target) return i + 1;
  if (situation.find_row(request.target) != nullptr) return 0;
  // A number of many digits, or with a zero in front, was meant as an id.
  const bool looks_like_id = request.target.size() > 3 || request.target.starts_with('0');
  if (const auto count = parse_unsigned(request.target); count && !looks_like_id)
    return std::min<std::size_t>(static_cast<std::size_t>(*count), planned.size());
  std::vector<std::string> ids;
  for (const Migration& file : situation.files) ids.push_back(file.id);
  const auto nearest = nearest_name(request.target, ids);
  return usage_error("there is no migration \"" + request.target + "\"",
                     nearest ? "did you mean " + *nearest + "?" : "\\migrate status lists them");
}

Result<std::vector<PlannedMigration>> plan(const Situation& situation, const Dialect& dialect,
                                           const MigrateRequest& request) {
  std::vector<PlannedMigration> planned;
  for (const Migration& file : situation.files) {
    const MigrationState state = situation.state_of(file);
    if (state == MigrationState::applied) continue;
    if (state == MigrationState::changed) {
      if (request.allow_changed) continue;
      return conflict_error("migration " + title(file) + " has been changed since it was applied",
                            "put the file back and write a new one, or go on with --allow-changed");
    }
    if (state == MigrationState::out_of_order && !request.allow_out_of_order)
      return conflict_error(
          "migration " + title(file) + " comes before " + situation.rows.back().id + ", which is applied",
          "give it a new number, or apply it with --allow-out-of-order");
    TRY(PlannedMigration one, plan_one(file, situation.find_row(file.id), dialect));
    planned.push_back(std::move(one));
  }
  TRY(const std::size_t count, wanted_count(planned, request, situation));
  planned.resize(count);
  return planned;
}

// Held from taking to destruction.
class Lock {
 public:
  explicit Lock(Connection& connection)
      : connection_(connection), words_(migration_lock(connection.server().dialect->flavor)) {}
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() {
    // A lost connection has given it back.
    if (is_taken_) (void)run(connection_, words_.release).ok();
  }
  Result<void> take() {
    if (words_.take.empty()) return {};
    TRY(const auto cursor, connection_.query(words_.take));
    Batch batch;
    TRY(const bool has_row, cursor->next(batch, 1));
    const std::string answer =
        has_row ? format_value(to_value(batch.cell(0, 0), cursor->columns()[0].type)) : "";
    is_taken_ = answer == "1" || answer == "true";
    if (is_taken_) return {};
    return conflict_error("another run migrates this database", "wait for its end, then try again");
  }

 private:
  Connection& connection_;
  const MigrationLock& words_;
  bool is_taken_ = false;
};

// Applies one migration.
class Runner {
 public:
  Runner(Connection& connection, const Layout& layout, const PlannedMigration& planned)
      : connection_(connection), layout_(layout), planned_(planned) {
    row_.id = planned.migration.id;
    row_.name = planned.migration.name;
    row_.checksum = planned.migration.checksum;
    row_.statements_done = planned.statements_done;
  }

  Result<void> run_all() {
    auto done = planned_.in_transaction ? in_transaction() : one_by_one();
    if (done.ok()) return {};
    return std::move(done).error().in("migration " + title(planned_.migration));
  }

 private:
  Result<void> in_transaction() {
    TRY(run(connection_, migration_lock(connection_.server().dialect->flavor).begin));
    auto done = statements_and_row();
    if (done.ok()) done = run(connection_, "COMMIT");
    if (!done.ok() && !done.error().ends_connection()) roll_back(connection_);
    return done;
  }

  Result<void> statements_and_row() {
    // Where nothing but this transaction locks, another run may have been here meanwhile.
    TRY(const auto rows, layout_.history(connection_));
    for (const AppliedMigration& row : rows)
      if (row.id == row_.id && row.is_complete)
        return conflict_error("another run has applied it meanwhile", "\\migrate status shows where it is");
    for (std::size_t i = planned_.statements_done; i < planned_.statements.size(); ++i) {
      TRY(run_statement(i));
      if (connection_.transaction() != TransactionState::open)
        return Error{ErrorCode::conflict,
                     "statement " + std::to_string(i + 1) + " ended the migration's transaction",
                     "begin the file with: -- migrate:up transaction:false", planned_.statements[i]};
    }
    return record_complete();
  }

  // The history tells after every statement how far it came.
  Result<void> one_by_one() {
    TRY(record_progress(""));
    for (std::size_t i = planned_.statements_done; i < planned_.statements.size(); ++i) {
      if (auto done = run_statement(i); !done.ok()) {
        // What cannot be recorded stays at the statement before, which is true.
        if (!done.error().ends_connection()) (void)record_progress(done.error().what).ok();
        Error error = std::move(done).error();
        error.detail +=
            fmt::format("{}statements 1 to {} have taken effect", error.detail.empty() ? "" : "\n", i);
        return error;
      }
      row_.statements_done = i + 1;
      TRY(record_progress(""));
    }
    if (connection_.transaction() != TransactionState::none) {
      roll_back(connection_);
      return conflict_error("it leaves a transaction open, which was rolled back", "end it with COMMIT");
    }
    return record_complete();
  }

  Result<void> run_statement(std::size_t index) {
    auto done = run(connection_, planned_.statements[index]);
    if (done.ok()) return {};
    const std::string file = std::filesystem::path(planned_.migration.path).filename().string();
    return std::move(done).error().in(
        fmt::format("{}, line {}, statement {}", file, planned_.lines[index], index + 1));
  }

  Result<void> record_progress(std::string error) {
    row_.is_complete = false;
    row_.error = std::move(error);
    row_.applied_at = now();
    TRY(row_.done_checksum, checksum_of(planned_.statements, row_.statements_done));
    return layout_.record(connection_, row_);
  }

  Result<void> record_complete() {
    row_.is_complete = true;
    row_.error.clear();
    row_.applied_at = now();
    row_.statements_done = planned_.statements.size();
    TRY(row_.done_checksum, checksum_of(planned_.statements, row_.statements_done));
    return layout_.record(connection_, row_);
  }

  Connection& connection_;
  const Layout& layout_;
  const PlannedMigration& planned_;
  AppliedMigration row_;
};

}  // namespace

std::string_view migration_state_name(MigrationState state) {
  constexpr std::string_view names[] = {"applied", "pending",      "changed", "missing_file",
                                        "failed",  "out_of_order", "baseline"};
  return names[static_cast<std::size_t>(state)];
}

Result<MigrationsStatus> migrate_status(Connection& connection, const MigrateRequest& request) {
  TRY(const Situation situation, look(connection, request));
  MigrationsStatus status;
  status.tool = situation.layout->name();
  status.dir = request.dir;
  for (const Migration& file : situation.files) {
    const AppliedMigration* row = situation.find_row(file.id);
    status.migrations.push_back({file.id, file.name, situation.state_of(file),
                                 row != nullptr && row->is_complete ? row->applied_at : "", file.checksum});
  }
  for (const AppliedMigration& row : situation.rows) {
    if (row.is_complete) status.current = row.id;
    if (!situation.has_file(row.id))
      status.migrations.push_back({row.id, row.name, MigrationState::missing_file,
                                   row.is_complete ? row.applied_at : "", row.checksum});
  }
  std::stable_sort(status.migrations.begin(), status.migrations.end(),
                   [&](const MigrationStatus& a, const MigrationStatus& b) {
                     return situation.layout->is_before(a.id, b.id);
                   });
  return status;
}

Result<std::vector<PlannedMigration>> migrate_plan(Connection& connection, const MigrateRequest& request) {
  TRY(const Situation situation, look(connection, request));
  return plan(situation, *connection.server().dialect, request);
}

Result<std::vector<MigrationRun>> migrate_up(Connection& connection, const MigrateRequest& request,
                                             const MigrateOptions& options) {
  if (connection.transaction() != TransactionState::none)
    return usage_error("migrations cannot run inside an open transaction", "COMMIT or ROLLBACK first");
  std::vector<MigrationRun> runs;
  // Where nothing is to be done nothing is made, the history's table neither.
  TRY(const auto first_look, migrate_plan(connection, request));
  if (first_look.empty()) return runs;

  TRY(const Layout* layout, find_layout(request.tool));
  Lock lock(connection);
  TRY(lock.take());
  TRY(layout->prepare(connection));
  TRY(const auto planned, migrate_plan(connection, request));
  for (const PlannedMigration& one : planned) {
    if (options.on_migration) options.on_migration(one);
    const auto start = std::chrono::steady_clock::now();
    TRY(Runner(connection, *layout, one).run_all());
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    runs.push_back(
        {one.migration.id, one.migration.name, one.statements.size() - one.statements_done, taken.count()});
  }
  return runs;
}

Error unsupported_migrate_verb(std::string_view verb) {
  static const std::vector<std::string> later{"down", "redo", "new", "baseline", "check", "repair"};
  if (std::find(later.begin(), later.end(), verb) != later.end())
    return unsupported_error("\\migrate " + std::string(verb) + " is not there yet",
                             "status, plan and up are");
  std::vector<std::string> all = later;
  all.insert(all.end(), {"status", "plan", "up"});
  const auto nearest = nearest_name(verb, all);
  return usage_error("\\migrate has no verb \"" + std::string(verb) + "\"",
                     nearest ? "did you mean " + *nearest + "?" : "there are status, plan and up");
}

}  // namespace bascule
