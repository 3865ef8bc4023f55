#include "shell/history.h"

#include <algorithm>

#include "engine/base/text.h"
#include "engine/drivers/connection.h"
#include "shell/state_database.h"

namespace bascule {
bool may_hold_password(std::string_view text) {
  const std::string lower = to_lower(text);
  static constexpr std::string_view marks[] = {"password", "identified by", "identified with", "passwd",
                                               "secret"};
  return std::any_of(std::begin(marks), std::end(marks),
                     [&](std::string_view mark) { return lower.find(mark) != std::string::npos; });
}

History::History(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
History::~History() = default;

Result<std::unique_ptr<History>> History::open() {
  TRY(auto connection, open_state_database());
  return std::unique_ptr<History>(new History(std::move(connection)));
}

Result<void> History::add(std::string_view connection, std::string_view text) {
  if (may_hold_password(text)) return {};
  const Value parameters[] = {std::string(connection), redact_urls(text)};
  return run_statement(*connection_, "INSERT INTO history (connection, text) VALUES (?, ?)", parameters);
}

Result<std::vector<HistoryEntry>> History::recent(std::string_view pattern, std::size_t limit) {
  const Value parameters[] = {"*" + std::string(pattern) + "*", static_cast<std::int64_t>(limit)};
  TRY(auto cursor,
      connection_->query("SELECT id, at, connection, text FROM history WHERE lower(text) GLOB lower(?) "
                         "ORDER BY id DESC LIMIT ?",
                         parameters));
  std::vector<HistoryEntry> entries;
  Batch batch;
  for (;;) {
    TRY(const bool more, cursor->next(batch, default_batch_rows));
    if (!more) break;
    for (std::size_t row = 0; row < batch.rows(); ++row)
      entries.push_back({batch.cell(row, 0).integer, std::string(batch.cell(row, 1).text),
                         std::string(batch.cell(row, 2).text), std::string(batch.cell(row, 3).text)});
  }
  std::reverse(entries.begin(), entries.end());
  return entries;
}

Result<std::vector<HistoryEntry>> read_history(std::string_view pattern) {
  TRY(auto history, History::open());
  return history->recent(pattern, 500);
}

}  // namespace bascule
