#include "shell/apply_journal.h"

#include "shell/state_database.h"

namespace bascule {

Result<ApplyJournal> ApplyJournal::open() {
  TRY(auto connection, open_state_database());
  return ApplyJournal(std::move(connection));
}

Result<std::int64_t> ApplyJournal::begin(std::string_view url, std::string_view plan) {
  const Value target[] = {std::string(url)};
  TRY(run_statement(*connection_, "DELETE FROM apply_run WHERE url = ?", target));
  const Value parameters[] = {std::string(url), std::string(plan)};
  TRY(auto cursor,
      connection_->query("INSERT INTO apply_run (url, plan) VALUES (?, ?) RETURNING id", parameters));
  Batch batch;
  TRY(const bool any, cursor->next(batch, 1));
  const std::int64_t id = any ? batch.cell(0, 0).integer : 0;
  TRY(cursor->next(batch, 1));
  return id;
}

Result<void> ApplyJournal::progress(std::int64_t id, std::size_t steps_done) {
  const Value parameters[] = {static_cast<std::int64_t>(steps_done), id};
  return run_statement(*connection_, "UPDATE apply_run SET steps_done = ? WHERE id = ?", parameters);
}

Result<void> ApplyJournal::end(std::int64_t id) {
  const Value parameters[] = {id};
  return run_statement(*connection_, "DELETE FROM apply_run WHERE id = ?", parameters);
}

Result<std::optional<ApplyRun>> ApplyJournal::unfinished(std::string_view url) {
  const Value parameters[] = {std::string(url)};
  TRY(auto cursor, connection_->query("SELECT id, at, url, plan, steps_done FROM apply_run WHERE url = ? "
                                      "ORDER BY id DESC LIMIT 1",
                                      parameters));
  Batch batch;
  TRY(const bool any, cursor->next(batch, 1));
  if (!any || batch.rows() == 0) return std::optional<ApplyRun>();
  ApplyRun run{batch.cell(0, 0).integer, std::string(batch.cell(0, 1).text),
               std::string(batch.cell(0, 2).text), std::string(batch.cell(0, 3).text),
               batch.cell(0, 4).integer};
  return std::optional<ApplyRun>(std::move(run));
}

}  // namespace bascule
