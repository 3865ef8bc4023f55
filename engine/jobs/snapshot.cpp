#include "engine/jobs/snapshot.h"

#include <utility>

#include "engine/base/text.h"

namespace bascule {

Result<void> run_to_end(Connection& connection, std::string_view sql) {
  TRY(auto cursor, connection.query(sql));
  Batch batch;
  for (;;) {
    TRY(const bool more, cursor->next(batch, default_batch_rows));
    if (!more) return {};
  }
}

Result<std::optional<std::int64_t>> query_integer(Connection& connection, std::string_view sql) {
  TRY(auto cursor, connection.query(sql));
  Batch batch;
  std::optional<Value> found;
  for (;;) {
    TRY(const bool more, cursor->next(batch, default_batch_rows));
    if (!more) break;
    if (found || batch.rows() != 1 || batch.columns() != 1)
      return internal_error("not one value: " + std::string(sql));
    found = to_value(batch.cell(0, 0), cursor->columns()[0].type);
  }
  if (!found) return internal_error("no value: " + std::string(sql));
  if (found->is_null()) return std::optional<std::int64_t>();
  const auto number = parse_integer(format_value(*found));
  if (!number) return internal_error("no integer: " + std::string(sql));
  return std::optional<std::int64_t>(*number);
}

Result<Snapshot> Snapshot::begin(Connection& connection) {
  switch (connection.transaction()) {
    case TransactionState::open:
      return Snapshot(connection, false);
    case TransactionState::failed:
    case TransactionState::tainted:
      return Error{ErrorCode::conflict,
                   "the open transaction of " + connection.server().database + " has failed",
                   "end it with ROLLBACK first", ""};
    case TransactionState::none:
      break;
  }
  TRY(run_to_end(connection, connection.server().dialect->begin_snapshot));
  return Snapshot(connection, true);
}

Snapshot::Snapshot(Snapshot&& other) noexcept
    : connection_(other.connection_), is_own_(std::exchange(other.is_own_, false)) {}

Snapshot::~Snapshot() {
  end();
}

void Snapshot::end() {
  if (!is_own_ || !connection_->is_alive() || connection_->transaction() == TransactionState::none) return;
  // Nothing was written; a failure here shows at the next statement.
  (void)run_to_end(*connection_, "ROLLBACK");
}

Result<void> Snapshot::renew() {
  if (!is_own_) return {};
  end();
  return run_to_end(*connection_, connection_->server().dialect->begin_snapshot);
}

}  // namespace bascule
